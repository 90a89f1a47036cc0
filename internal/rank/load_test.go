package rank

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/result"
)

const small = `# a comment
id: small
edition: "1"
title: made up
effective: 2026-01-01
status: draft
metric: energy_per_1000_requests_wh
unit: Wh
direction: lower
method: thresholds
half_stars: false
min_cohort: 2
groups:
  - cohort: {task: chat, count: 1}
    reference: {n: 3, source: made up, sha256: ""}
    levels: {5: 1, 4.0: 2, 3: 4, 2: 8}
`

func labels(files map[string]string) fstest.MapFS {
	fs := fstest.MapFS{}
	for name, text := range files {
		fs["scales/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

func TestLoadScales(t *testing.T) {
	s, fs := LoadScales(labels(map[string]string{"small.yaml": small}))
	if len(fs) != 0 || len(s.All()) != 1 {
		t.Fatalf("%d scales, findings %v", len(s.All()), fs)
	}
	sc := s.Get("small")
	if sc.MaxSpan != 1 || *sc.Groups[0].Cohort.Count != 1 || sc.Groups[0].Levels[0] != (Level{5, 1}) || s.Default() != sc {
		t.Errorf("read as %+v", sc)
	}
	if none, fs := LoadScales(fstest.MapFS{}); len(fs) != 0 || none.Default() != nil || none.For("chat") != nil {
		t.Errorf("no folder: %v, findings %v", none, fs)
	}
	if (*Scales)(nil).For("chat") != nil {
		t.Error("a nil set has a scale")
	}
}

// Every problem of a file is told, each with its place.
func TestScaleFindings(t *testing.T) {
	for _, tt := range []struct {
		name, old, new string
		want           []string
	}{
		{"unknown keys", "title: made up", "titel: made up\ncolour: red", []string{"small.yaml:4:1 /titel unknown key \"titel\"", "small.yaml:5:1 /colour unknown key \"colour\""}},
		{"unknown cohort key", "count: 1}", "cuont: 1}", []string{"small.yaml:14:26 /groups/0/cohort/cuont unknown key \"cuont\""}},
		{"unknown status", "status: draft", "status: done", []string{"small.yaml:6:9 /status status is \"done\""}},
		{"superseded by nobody", "status: draft", "status: superseded", []string{"superseded_by is empty", "no line in labels/scales/scales.lock"}},
		{"other unit", "unit: Wh", "unit: J", []string{"small.yaml:8:7 /unit unit is \"J\""}},
		{"other direction", "direction: lower", "direction: higher", []string{"small.yaml:9:12 /direction direction is \"higher\"", "out of order", "out of order", "out of order"}},
		{"unknown metric", "metric: energy_per_1000_requests_wh", "metric: joy", []string{"small.yaml:7:9 /metric unknown metric \"joy\""}},
		{"no method", "method: thresholds", "method: guess", []string{"method is \"guess\""}},
		{"levels of a live method", "method: thresholds", "method: quantile", []string{"min_cohort is 2, but quantile needs 5", "no stored levels"}},
		{"half stars of a live method", "method: thresholds\nhalf_stars: false", "method: equal-width\nhalf_stars: true", []string{"never gives half stars", "min_cohort", "no stored levels"}},
		{"missing levels", "half_stars: false", "half_stars: true", []string{"4.5 stars is missing", "3.5 stars is missing", "2.5 stars is missing", "1.5 stars is missing"}},
		{"levels out of order", "4.0: 2,", "4.0: 5,", []string{"4.0 and 3.0 stars are out of order: 5, 4"}},
		{"negative level", "2: 8}", "2: -8}", []string{"the level of 2.0 stars is -8", "out of order"}},
		{"levels of six stars", "{5: 1,", "{6: 0.5, 5: 1,", []string{"6 stars cannot have a level"}},
		{"doubled level", "{5: 1,", "{5: 1, 5.0: 1,", []string{"5 stars are given twice"}},
		{"level in words", "2: 8}", "2: eight}", []string{"small.yaml:16:37 /groups/0/levels/2 the level of 2 stars is text \"eight\", expected a number"}},
		{"level of many stars", "2: 8}", "many: 8}", []string{"\"many\" is not a number of stars"}},
		{"small reference with levels", "n: 3,", "n: 1,", []string{"below min_cohort 2 and has no levels"}},
		{"id of another file", "id: small", "id: other", []string{"id is \"other\""}},
		{"long id", "id: small", "id: a-very-long-name", []string{"cannot stand on a label", "the file is named"}},
		{"no date", "effective: 2026-01-01", "effective: soon", []string{"effective is \"soon\""}},
		{"span", "min_cohort: 2", "min_cohort: 2\nmax_span: 0", []string{"max_span is 0"}},
		{"doubled key", "unit: Wh", "unit: Wh\nunit: Wh", []string{"small.yaml:9:1 /unit key \"unit\" stands twice, first on line 8"}},
		{"no YAML", "groups:", "groups: [", []string{"small.yaml:"}},
		{"wrong type", "min_cohort: 2", "min_cohort: many", []string{"small.yaml:12"}},
		{"log-index without params", "method: thresholds", "method: log-index", []string{"log-index without params"}},
		{"params of thresholds", "    levels:", "    params: {mid: 2.5, e_ref: 1, factor: 2}\n    levels:", []string{"params belong to log-index"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(small, tt.old, tt.new, 1)
			if text == small {
				t.Fatal("the change does not apply")
			}
			s, fs := LoadScales(labels(map[string]string{"small.yaml": text}))
			var lines []string
			for _, f := range fs {
				lines = append(lines, strings.TrimPrefix(f.Where.String(), "labels/scales/")+" "+f.Message)
			}
			all := strings.Join(lines, "\n")
			if len(fs) != len(tt.want) {
				t.Errorf("%d findings, expected %d:\n%s", len(fs), len(tt.want), all)
			}
			for _, w := range tt.want {
				if !strings.Contains(all, w) {
					t.Errorf("no finding %q in\n%s", w, all)
				}
			}
			if len(s.All()) != 0 {
				t.Error("a scale with errors is in the set")
			}
		})
	}
}

// A stored level that is off its formula by more than rounding is an error.
func TestLevelsAgainstFormula(t *testing.T) {
	data, err := os.ReadFile("testdata/demo-2025-02.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		level string
		errs  int
	}{{"0.9512", 0}, {"0.9517", 0}, {"0.9520", 1}, {"0.9500", 1}} { // exact: 0.95122
		changed := bytes.Replace(data, []byte("5.0: 0.9512"), []byte("5.0: "+tt.level), 1)
		_, fs := ParseScale("testdata/demo-2025-02.yaml", changed)
		if len(fs) != tt.errs {
			t.Errorf("%s: %v, expected %d findings", tt.level, fs, tt.errs)
		}
	}
}

func TestLockAndFreeze(t *testing.T) {
	file := "labels/scales/small.yaml"
	otherText := strings.Replace(small, "id: small", "id: other", 1)
	otherScale, found := ParseScale("labels/scales/other.yaml", []byte(otherText))
	if found.HasErrors() {
		t.Fatal(found)
	}
	nextText := strings.NewReplacer("id: small", "id: next", "2026-01-01", "2027-01-01", "status: draft", "status: frozen").Replace(small)
	nextScale, found := ParseScale("labels/scales/next.yaml", []byte(nextText))
	if found.HasErrors() {
		t.Fatal(found)
	}
	other := "next " + nextScale.SHA256 + "\nother " + otherScale.SHA256 + "\n"
	frozen, lock, err := Freeze(file, []byte(small), []byte(other))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Replace(small, "status: draft", "status: frozen", 1); string(frozen) != want {
		t.Errorf("frozen as\n%s", frozen)
	}
	if !strings.HasPrefix(string(lock), other+"small ") || strings.Count(string(lock), "\n") != 3 {
		t.Errorf("lock is %q, expected a line added after the others", lock)
	}
	check := func(name, scale, lock string, want ...string) {
		t.Helper()
		_, fs := LoadScales(labels(map[string]string{"small.yaml": scale, "other.yaml": otherText, "next.yaml": nextText, "scales.lock": lock}))
		if len(fs) != len(want) {
			t.Errorf("%s: findings %v, expected %d", name, fs, len(want))
			return
		}
		for i, w := range want {
			if !strings.Contains(fs[i].Message, w) {
				t.Errorf("%s: %q, expected %q", name, fs[i].Message, w)
			}
		}
	}
	f, l := string(frozen), string(lock)
	line := strings.TrimPrefix(l, other)
	check("as frozen", f, l)
	check("one level changed", strings.Replace(f, "4.0: 2", "4.0: 2.5", 1), l, "changed after it was frozen")
	check("one cohort changed", strings.Replace(f, "count: 1", "count: 2", 1), l, "changed after it was frozen")
	check("title changed", strings.Replace(f, "title: made up", "title: another", 1), l)
	check("comment changed", strings.Replace(f, "# a comment", "# another", 1), l)
	check("superseded", strings.Replace(f, "status: frozen", "status: superseded\nsuperseded_by: next", 1), l)
	check("superseded by a stranger", strings.Replace(f, "status: frozen", "status: superseded\nsuperseded_by: nobody", 1), l, "not there")
	check("back to draft, unchanged", small, l)
	check("back to draft, changed", strings.Replace(small, "4.0: 2", "4.0: 2.5", 1), l, "changed after it was frozen")
	check("line lost", f, other, "no line")
	check("lock out of order", f, line+other, "out of order")
	check("lock line twice", f, l+line, "locked twice")
	check("lock with Windows line ends", f, strings.ReplaceAll(l, "\n", "\r\n"))
	check("lock in disorder", f, l+"what\n", "expected \"id sha256\"")

	if _, _, err := Freeze(file, frozen, lock); err == nil || !strings.Contains(err.Error(), "locked already") {
		t.Errorf("frozen twice: %v", err)
	}
	if _, _, err := Freeze(file, []byte(strings.Replace(small, "4.0: 2", "4.0: 2.5", 1)), lock); err == nil || !strings.Contains(err.Error(), "cannot change") {
		t.Errorf("frozen with another content: %v", err)
	}
	if _, l2, err := Freeze(file, frozen, []byte(other)); err != nil || !bytes.Equal(l2, lock) {
		t.Errorf("a lost line: %v, lock %q", err, l2)
	}
	if _, l2, err := Freeze(file, []byte(small), lock); err != nil || !bytes.Equal(l2, lock) {
		t.Errorf("a freeze that was cut short: %v, lock %q", err, l2)
	}
	if _, _, err := Freeze(file, []byte("id: small\n"), nil); err == nil {
		t.Error("a broken scale was frozen")
	}
	if got, _, err := Freeze(file, []byte(strings.Replace(small, "status: draft", "status: 'draft' # for now", 1)), nil); err != nil || !strings.Contains(string(got), "status: frozen # for now\n") {
		t.Errorf("single quotes: %v\n%s", err, got)
	}
	gone := strings.Replace(f, "status: frozen", "status: superseded\nsuperseded_by: next", 1)
	if got, l2, err := Freeze(file, []byte(gone), []byte(other)); err != nil || string(got) != gone || !bytes.Equal(l2, lock) {
		t.Errorf("a superseded edition that lost its line: %v, lock %q", err, l2)
	}
	crlf := strings.ReplaceAll(small, "\n", "\r\n")
	if got, _, err := Freeze(file, []byte(crlf), nil); err != nil || !strings.Contains(string(got), "status: frozen\r\n") {
		t.Errorf("CRLF file: %v", err)
	}
}

func TestWhichScaleApplies(t *testing.T) {
	made := func(id, status, effective, task string) *Scale {
		return &Scale{ID: id, Status: status, Effective: effective, Groups: []Group{{Cohort: Cohort{Task: &task}}}}
	}
	a, b := made("a", StatusFrozen, "2026-01-01", "chat"), made("b", StatusFrozen, "2027-01-01", "chat")
	c, d := made("c", StatusDraft, "2025-01-01", "code"), made("d", StatusSuperseded, "2024-01-01", "chat")
	s := &Scales{all: []*Scale{d, c, a, b}}
	for _, tt := range []struct {
		what      string
		got, want *Scale
	}{
		{"a successor waits", s.Default(), a},
		{"a task of its own draft", s.For("code"), c},
		{"a task of none", s.For("poetry"), a},
		{"drafts only", (&Scales{all: []*Scale{c}}).Default(), c},
		{"superseded only", (&Scales{all: []*Scale{d}}).Default(), nil},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %+v, expected %+v", tt.what, tt.got, tt.want)
		}
	}
}

func TestCheckScales(t *testing.T) {
	s, fs := LoadScales(labels(map[string]string{"small.yaml": small}))
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	at := func(v float64, day string) *result.Result {
		return demoResult(v, func(r *result.Result) { r.Workload.Task, r.Source.Published = "chat", day })
	}
	// Five stars twice in the last year and once before it.
	rs := []*result.Result{at(0.5, "2026-02-01"), at(0.9, "2026-03-01"), at(0.9, "2024-03-01"), at(3, "2026-03-01"), at(9, "2026-03-01"), at(9, "2026-03-01"), at(9, "2026-03-01")}
	reps, notes := CheckScales(s, rs, batch1, "")
	g := reps[0].Groups[0]
	if reps[0].Lock != LockOpen || g.Ratings != 7 || g.Recent != 6 || fmt.Sprint(g.Stars) != "[{1 3} {3 1} {5 3}]" || len(g.Triggers) != 2 {
		t.Errorf("report %+v", g)
	}
	if len(notes) != 2 || notes[0].Level != result.Note || notes.HasErrors() {
		t.Errorf("notes %v", notes)
	}
	reps, _ = CheckScales(s, []*result.Result{at(9, "2029-01-01")}, batch1, "")
	if tr := reps[0].Groups[0].Triggers; len(tr) != 1 || !strings.Contains(tr[0], "36 months") {
		t.Errorf("after 36 months: %v", tr)
	}
	reps, _ = CheckScales(s, []*result.Result{at(9, "2028-12-31")}, batch1, "")
	if tr := reps[0].Groups[0].Triggers; len(tr) != 0 {
		t.Errorf("a day before 36 months: %v", tr)
	}

	live := &Scales{all: []*Scale{liveScale(MethodQuantile, 5)}}
	if _, notes = CheckScales(live, rs, batch1, ""); len(notes) != 6 || notes[0].Rule != "SCALE-DOUBLE" || notes[0].Level != result.Warn {
		t.Errorf("one model seven times in a live cohort: %v", notes)
	}
}

// No bytes make the reader panic, and what it accepts it writes and reads back
// as the same scale.
func FuzzParseScale(f *testing.F) {
	f.Add([]byte(small))
	if demo, err := os.ReadFile("testdata/demo-2025-02.yaml"); err == nil {
		f.Add(demo)
	}
	f.Add([]byte("id: [a]\ngroups: {x: 1}\n"))
	f.Add([]byte("&a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, fs := ParseScale("small.yaml", data)
		if s == nil || fs.HasErrors() {
			return
		}
		back, fs := ParseScale("small.yaml", s.YAML("again"))
		if fs.HasErrors() || back.SHA256 != s.SHA256 {
			t.Fatalf("written and read again: %v\n%s", fs, s.YAML(""))
		}
	})
}

// A line of the lock outlives its file; the file must not.
func TestLockedScaleIsGone(t *testing.T) {
	sum := strings.Repeat("0", 64)
	lock := "gone " + sum + "\nother " + sum + "\nsmall " + sum + "\n"
	_, fs := LoadScales(labels(map[string]string{"small.yaml": small, "scales.lock": lock}))
	var got []string
	for _, f := range fs {
		got = append(got, fmt.Sprintf("%s %s %s", f.Where, f.Rule, f.Message))
	}
	want := []string{
		"labels/scales/scales.lock:1:1 SCALE-LOCK scale gone is locked but labels/scales/gone.yaml is gone",
		"labels/scales/scales.lock:2:1 SCALE-LOCK scale other is locked but labels/scales/other.yaml is gone",
	}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || !strings.Contains(got[2], "scale small changed") {
		t.Errorf("got %q, want %q and that small changed", got, want)
	}
}
