package result_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// board puts results into a new root and returns it with their paths. It does
// not go through Save, which waits for the disk with each file.
func board(t testing.TB, rs ...*result.Result) (root string, paths []string) {
	t.Helper()
	root = t.TempDir()
	for _, r := range rs {
		path := result.Path(r, "gpu")
		put(t, root, path, encode(t, r))
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return root, paths
}

// put writes a file below root.
func put(t testing.TB, root, name string, data []byte) {
	t.Helper()
	full := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, root string, jobs int) ([]*result.Loaded, result.Findings) {
	t.Helper()
	rs, fs, err := result.LoadTree(context.Background(), root, jobs)
	if err != nil {
		t.Fatal(err)
	}
	return rs, fs
}

func lines(fs result.Findings) string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

func TestLoadTree(t *testing.T) {
	const n = 2000
	root, want := board(t, resulttest.Synthetic(3, n)...)
	one, findings := load(t, root, 1)
	if len(findings) > 0 {
		t.Fatalf("findings in a valid tree:\n%s", lines(findings))
	}
	var got []string
	for _, l := range one {
		got = append(got, l.Path)
		data, err := l.File()
		if id, _ := result.ComputeID(l.Result); id != l.ID || len(data) == 0 || err != nil || l.Size != int64(len(data)) {
			t.Fatalf("%s: id %s or bytes are wrong (%v)", l.Path, l.ID, err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %d paths, want %d sorted ones", len(got), len(want))
	}
	many, _ := load(t, root, 8)
	if !reflect.DeepEqual(one, many) {
		t.Error("the outcome depends on how many files are read at once")
	}
}

// One tree with everything that can be wrong: each file is named, the good
// ones are still there.
func TestLoadTreeNamesEveryFile(t *testing.T) {
	rs := resulttest.Synthetic(4, 6)
	root, paths := board(t, rs...)
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.json")
	if err := os.WriteFile(secret, encode(t, resulttest.Reported()), 0o644); err != nil {
		t.Fatal(err)
	}
	data := encode(t, rs[0])
	put(t, root, "results/a/b/copy/"+filepath.Base(result.Path(rs[0], "gpu")), data)              // duplicate id, wrong place
	put(t, root, "results/a/b/gpu/lm-arena-chat-00000000.json", encode(t, resulttest.Reported())) // wrong ID8
	flat := resulttest.Reported(func(r *result.Result) { r.Model.Name = "org/flat" })
	put(t, root, "results/"+path.Base(result.Path(flat, "gpu")), encode(t, flat)) // too high up
	put(t, root, "results/a/broken.json", []byte("{"))
	put(t, root, "results/a/wrong.json", []byte(`{"energy_j": 5}`))
	put(t, root, "results/a/kept.partial.json", []byte("not even JSON"))
	put(t, root, "results/a/x.samples.jsonl.gz", []byte{0x1f, 0x8b})
	put(t, root, "results/a/LOUD.JSON", []byte("{}"))
	put(t, root, "results/README.md", []byte("# about\n"))
	links := true
	for name, target := range map[string]string{
		"results/a/escape.json": secret,
		"results/a/folder":      outside,
		"results/a/gone.json":   filepath.Join(outside, "nothing"),
		"results/loop":          filepath.Join(root, "results"),
	} {
		if err := os.Symlink(target, filepath.Join(root, filepath.FromSlash(name))); err != nil {
			links = false
		}
	}
	got, findings := load(t, root, 4)
	text := lines(findings)
	for want, needsLinks := range map[string]bool{
		"results/a/b/copy/":      false,
		"id " + rs[0].Hash12():   false,
		"the content belongs at": false,
		// At a wrong depth no folder is taken for the accelerator's.
		"belongs at results/org/flat/HARDWARE/": false,
		`file name ends in "00000000"`:          false,
		"results/a/broken.json:1:2":             false,
		"results/a/wrong.json:1:2":              false,
		"results/a/LOUD.JSON: warn":             false,
		"results/a/escape.json: error":          true,
		"leaves the results folder":             true,
		"results/a/folder: error":               true,
		"results/a/gone.json: error":            true,
		"results/loop: error: symbolic":         true,
	} {
		if !strings.Contains(text, want) && (links || !needsLinks) {
			t.Errorf("no finding holds %q:\n%s", want, text)
		}
	}
	for _, silent := range []string{"partial", "x.samples", "README", outside, root} {
		if strings.Contains(text, silent) {
			t.Errorf("a finding holds %q:\n%s", silent, text)
		}
	}
	have := map[string]bool{}
	for _, l := range got {
		have[l.Path] = true
		if strings.Contains(l.Path, "escape") || strings.Contains(l.Path, "loop") || strings.Contains(l.Path, "partial") {
			t.Errorf("%s was read", l.Path)
		}
	}
	for _, p := range paths {
		if !have[p] {
			t.Errorf("%s is missing beside broken files", p)
		}
	}
}

func TestLoadTreeUnreadable(t *testing.T) {
	root, paths := board(t, resulttest.Synthetic(5, 2)...)
	full := filepath.Join(root, filepath.FromSlash(paths[0]))
	if err := os.Chmod(full, 0); err != nil {
		t.Skipf("permissions cannot be taken away here: %v", err)
	}
	if f, err := os.Open(full); err == nil {
		f.Close()
		t.Skip("this user reads everything (root?); permissions cannot be tested")
	}
	got, findings := load(t, root, 2)
	if len(got) != 1 || !strings.Contains(lines(findings), paths[0]+": error: cannot be read: permission denied [RES-READ]") {
		t.Errorf("%d results, findings:\n%s", len(got), lines(findings))
	}
}

func TestLoadTreeTooLarge(t *testing.T) {
	root := t.TempDir()
	put(t, root, "results/a/large.json", bytes.Repeat([]byte(" "), 16<<20+5))
	got, findings := load(t, root, 1)
	if len(got) != 0 || !strings.Contains(lines(findings), "results/a/large.json:1:1: error: file has more than 16777216 bytes") {
		t.Errorf("%d results, findings:\n%s", len(got), lines(findings))
	}
}

func TestLoadTreeWithoutResults(t *testing.T) {
	got, findings := load(t, t.TempDir(), 1)
	if len(got) != 0 || findings.HasErrors() || findings.Count(result.Warn) != 1 {
		t.Errorf("%d results, findings:\n%s", len(got), lines(findings))
	}
}

func TestLoadTreeLinkedAsAWhole(t *testing.T) {
	elsewhere, _ := board(t, resulttest.Reported())
	root := t.TempDir()
	if err := os.Symlink(filepath.Join(elsewhere, "results"), filepath.Join(root, "results")); err != nil {
		t.Skipf("symbolic links are not available here: %v", err)
	}
	got, findings := load(t, root, 1)
	if len(got) != 0 || !findings.HasErrors() {
		t.Errorf("%d results, findings:\n%s", len(got), lines(findings))
	}
}

func TestLoadTreeCancelled(t *testing.T) {
	root, _ := board(t, resulttest.Synthetic(6, 5)...)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := result.LoadTree(ctx, root, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func BenchmarkLoadTree(b *testing.B) {
	root, paths := board(b, resulttest.Synthetic(3, 1000)...)
	b.ReportAllocs()
	for b.Loop() {
		got, _ := load(b, root, 0)
		if len(got) != len(paths) {
			b.Fatal(len(got))
		}
		for _, l := range got {
			result.Check(l)
		}
	}
	b.ReportMetric(float64(len(paths))*float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// Where the names of all files are known the tree is not walked, unless something is
// to be said about a name.
func TestLoadTreeOfNames(t *testing.T) {
	rs := resulttest.Synthetic(4, 6)
	root, paths := board(t, rs...)
	load := func(names ...string) ([]*result.Loaded, result.Findings) {
		t.Helper()
		got, fs, err := result.LoadTreeAfter(t.Context(), root, 2, result.Before{Names: names})
		if err != nil {
			t.Fatal(err)
		}
		return got, fs
	}
	put(t, root, "results/a/x.samples.jsonl.gz", []byte{0x1f, 0x8b})
	if got, fs := load(append(slices.Clone(paths[1:]), "results/a/x.samples.jsonl.gz")...); len(got) != len(paths)-1 || len(fs) > 0 {
		t.Errorf("%d results of %d names, findings %v", len(got), len(paths)-1, fs)
	}
	put(t, root, "results/a/LOUD.JSON", []byte("{}"))
	if got, fs := load(append(slices.Clone(paths[1:]), "results/a/LOUD.JSON")...); len(got) != len(paths) || len(fs) != 1 {
		t.Errorf("with a name to speak of: %d results of %d, findings %v", len(got), len(paths), fs)
	}
	if got, fs := load(); len(got) != len(paths) || len(fs) != 1 {
		t.Errorf("without names: %d results of %d, findings %v", len(got), len(paths), fs)
	}
}

// A known file is read without judging it: its bytes were judged before.
func TestLoadTreeAfter(t *testing.T) {
	root := t.TempDir()
	r := resulttest.Reported()
	if _, err := result.Save(root, result.Path(r, "gpu"), r); err != nil {
		t.Fatal(err)
	}
	all, fs, err := result.LoadTree(t.Context(), root, 1)
	if err != nil || len(all) != 1 || len(fs) > 0 || all[0].Known {
		t.Fatalf("%d results, findings %v, error %v", len(all), fs, err)
	}
	again, fs, err := result.LoadTreeAfter(t.Context(), root, 1, result.Before{Faultless: map[[32]byte]struct{}{all[0].Sum: {}}})
	if err != nil || len(again) != 1 || len(fs) > 0 || !again[0].Known {
		t.Fatalf("%d results, findings %v, error %v", len(again), fs, err)
	}
	again[0].Known = false
	if !reflect.DeepEqual(all[0], again[0]) {
		t.Errorf("a known file is read as another result: %+v, not %+v", again[0], all[0])
	}
}
