package site

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"jouleboard/internal/result"
	"jouleboard/internal/sign"
)

// sameLoaded holds what is loaded with the record of the last build to what is read
// from the files. The sight is taken as a build does. It returns how many results were
// taken from the last build.
func (r *recorded) sameLoaded(t *testing.T) int {
	t.Helper()
	opt := r.opt
	opt.Memory, opt.Out, opt.Cache = false, r.out, ReadCache(r.record)
	now, err := sightOf(t.Context(), r.root, opt, opt.Cache)
	must(t, err)
	got, fs, err := load(t.Context(), r.root, opt, now)
	must(t, err)
	taken := len(opt.Cache.earlier(now, opt).Untouched)
	opt.Cache = nil
	want, wantFs, err := load(t.Context(), r.root, opt, now)
	must(t, err)
	if findingsText(fs) != findingsText(wantFs) {
		t.Errorf("findings\n%s\nand with the files read\n%s", findingsText(fs), findingsText(wantFs))
	}
	if len(got.Results) != len(want.Results) || len(got.Results) == 0 {
		t.Fatalf("%d results, and with the files read %d", len(got.Results), len(want.Results))
	}
	for i, g := range got.Results {
		w := want.Results[i]
		if g.Path != w.Path || g.Size != w.Size || g.Sum != w.Sum || !reflect.DeepEqual(g.Result, w.Result) || !bytes.Equal(g.AppendCompact(nil), w.AppendCompact(nil)) {
			t.Errorf("%s is loaded as something else than its file, %s", g.Path, w.Path)
		}
		if data, err := g.File(); err != nil || string(data) != r.read(g.Path) {
			t.Errorf("%s: its bytes are others than those of the file (%v)", g.Path, err)
		}
	}
	return taken
}

// recordedOnce is a board of which one build was made, with a result of which there
// is something to say each time.
func recordedOnce(t *testing.T) (r *recorded, odd string) {
	e := editedBoard(t)
	first := e.results()[0]
	odd = filepath.ToSlash(filepath.Join("results", "elsewhere", filepath.Base(first)))
	e.write(odd, e.read(first))
	e.remove(first)
	settle(t, e.root)
	dir := t.TempDir()
	r = &recorded{editor: e, out: filepath.Join(dir, "public"), record: filepath.Join(dir, "record")}
	if got := r.intoFolder(); !got.ok || got.found.Count(result.Warn) == 0 {
		t.Fatalf("ok %v\n%s", got.ok, findingsText(got.found))
	}
	return r, odd
}

// Results that nobody touched since the last build are not read from their files,
// unless there is something to say of them.
func TestUntouchedResultsAreNotRead(t *testing.T) {
	r, odd := recordedOnce(t)
	if taken, all := r.sameLoaded(t), len(r.results()); taken < all/2 || taken == all {
		t.Fatalf("%d of %d results were taken from the last build", taken, all)
	}
	opt := r.opt
	opt.Memory, opt.Out, opt.Cache = false, r.out, ReadCache(r.record)
	now, err := sightOf(t.Context(), r.root, opt, opt.Cache)
	must(t, err)
	before := opt.Cache.earlier(now, opt).Untouched
	for _, name := range r.results() {
		r.write(name, "gone") // since the sight
	}
	in, fs, err := load(t.Context(), r.root, opt, now)
	must(t, err)
	for _, l := range in.Results {
		if _, ok := before[l.Path]; !ok || l.Path == odd {
			t.Errorf("%s was taken from the last build", l.Path)
		}
		if _, err := l.File(); err == nil || !strings.Contains(err.Error(), "changed") {
			t.Errorf("%s: the file changed, and its bytes come with error %v", l.Path, err)
		}
	}
	if len(in.Results) != len(before) || !slices.ContainsFunc(fs, func(f result.Finding) bool { return f.Where.File == odd && f.Level == result.Error }) {
		t.Errorf("%d results, %d of the last build, and\n%s", len(in.Results), len(before), findingsText(fs))
	}
}

// What happened to a result or to the file of all results is seen.
func TestResultsOfTheLastBuildAreNotTrusted(t *testing.T) {
	r, _ := recordedOnce(t)
	all := filepath.Join(r.out, filepath.FromSlash(allResultsPath))
	whole, err := os.ReadFile(all)
	must(t, err)
	// as puts other bytes into a file and gives it the time that it had.
	as := func(name string, data []byte) {
		info, err := os.Stat(name)
		must(t, err)
		must(t, os.WriteFile(name, data, 0o644))
		must(t, os.Chtimes(name, info.ModTime(), info.ModTime()))
	}
	first, second := r.results()[0], r.results()[1]
	spaced := func(name string) []byte {
		return []byte(strings.Replace(r.read(name), `"license": "`, `"license" :"`, 1))
	}
	edited := bytes.Replace(whole, []byte(`"value":1`), []byte(`"value":2`), 1)
	if bytes.Equal(edited, whole) || string(spaced(first)) == r.read(first) {
		t.Fatal("the edits change nothing")
	}
	for _, c := range []struct {
		name string
		do   func()
		all  bool // none of the last build can be used
	}{
		{"a result is another one of this length and time", func() { as(filepath.Join(r.root, first), spaced(first)) }, false},
		{"a result is replaced by an older file", func() {
			old := filepath.Join(r.root, "old")
			must(t, os.WriteFile(old, spaced(second), 0o644))
			must(t, os.Chtimes(old, time.Unix(1e9, 0), time.Unix(1e9, 0)))
			must(t, os.Rename(old, filepath.Join(r.root, second)))
		}, false},
		{"results change places", func() {
			text := r.read(first)
			r.write(first, r.read(second))
			r.write(second, text)
		}, false},
		{"the file of all results is edited and its size and time kept", func() {
			as(all, edited)
		}, true},
		{"the file of all results is cut short", func() { must(t, os.Truncate(all, int64(len(whole)/2))) }, true},
		{"the file of all results is empty", func() { must(t, os.Truncate(all, 0)) }, true},
		{"the file of all results is a folder", func() { must(t, os.Remove(all)); must(t, os.Mkdir(all, 0o755)) }, true},
		{"the file of all results is gone", func() { must(t, os.Remove(all)) }, true},
		{"the output is gone", func() { must(t, os.RemoveAll(r.out)) }, true},
		{"the record is gone", func() { must(t, os.Remove(r.record)) }, true},
	} {
		c.do()
		t.Run(c.name, func(t *testing.T) {
			if taken := r.sameLoaded(t); (taken == 0) != c.all {
				t.Errorf("%d results were taken from the last build", taken)
			}
		})
		if c.all && exists(r.out) {
			must(t, os.RemoveAll(all))
			must(t, os.WriteFile(all, whole, 0o644))
			if r.sameLoaded(t) == 0 {
				t.Error("the file of all results is as it was, and nothing is taken from it")
			}
		}
	}
}

// The samples and the signature beside a result that nobody touched are not read
// again, and those that somebody touched are.
func TestWhatStandsBesideResults(t *testing.T) {
	root, rs := measuredBoard(t, "no-energy")
	e := &editor{t: t, root: root, opt: Options{Tool: Tool{Version: "test"}}}
	name := result.Path(rs[0], "h100")
	file := filepath.Join(root, filepath.FromSlash(name))
	keygen, err := exec.LookPath("ssh-keygen")
	if err == nil {
		key := filepath.Join(t.TempDir(), "key")
		for _, args := range [][]string{{"-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", key}, {"-q", "-Y", "sign", "-f", key, "-n", sign.Namespace, file}} {
			if said, err := exec.Command(keygen, args...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %v\n%s", args, err, said)
			}
		}
		public, err := os.ReadFile(key + ".pub")
		must(t, err)
		e.write(sign.SignersFile, "ada@example.org "+string(public))
	}
	signs := err == nil
	settle(t, root)
	dir := t.TempDir()
	r := &recorded{editor: e, out: filepath.Join(dir, "public"), record: filepath.Join(dir, "record")}
	if got := r.intoFolder(); !got.ok {
		t.Fatal(findingsText(got.found))
	}
	opt := e.opt
	opt.Out, opt.Cache = r.out, ReadCache(r.record)
	at := func() sight {
		now, err := sightOf(t.Context(), root, opt, opt.Cache)
		must(t, err)
		return now
	}
	check := func(when string, now sight, good bool, rules ...string) {
		t.Helper()
		in, fs, err := load(t.Context(), root, opt, now)
		must(t, err)
		if in.Recomputed[rs[0].ID] != good || (in.Signed[rs[0].ID].By == "ada@example.org") != (good && signs) {
			t.Errorf("%s: recomputed %v, signed %+v", when, in.Recomputed, in.Signed)
		}
		for _, rule := range rules {
			if !slices.ContainsFunc(fs, func(f result.Finding) bool { return f.Rule == rule }) {
				t.Errorf("%s: no finding %s in\n%s", when, rule, findingsText(fs))
			}
		}
	}
	before := at()
	e.write(result.SamplesPath(name), "gone")
	rules := []string{"V02"}
	if signs {
		e.write(name+sign.Ext, "gone")
		rules = append(rules, "SIGN-BAD")
	}
	check("files changed since the sight", before, true)
	check("files changed before the sight", at(), false, rules...)
	if signs {
		must(t, os.Remove(filepath.Join(root, filepath.FromSlash(sign.SignersFile))))
		check("nobody may sign any more", at(), false, "SIGN-BAD")
	}
}
