package rank

import (
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// Whose ratings are shown beside the one in force, and until which day.
func TestRecent(t *testing.T) {
	made := func(id, status, effective, by, task string) *Scale {
		return &Scale{ID: id, Status: status, Effective: effective, SupersededBy: by, Groups: []Group{{Cohort: Cohort{Task: &task}}}}
	}
	s := &Scales{all: []*Scale{
		made("a", StatusSuperseded, "2024-01-01", "b", "chat"),
		made("b", StatusSuperseded, "2026-01-01", "c", "chat"),
		made("code", StatusSuperseded, "2026-01-01", "c", "code"),
		made("c", StatusFrozen, "2026-08-31", "", "chat"),
		made("d", StatusFrozen, "2027-08-31", "", "chat"),
		made("e", StatusDraft, "2028-08-31", "", "chat"),
	}}
	for _, tt := range []struct{ task, day, want string }{
		{"chat", "2026-06-30", "b a"}, // before b's own successor rates
		{"chat", "2026-07-01", "b"},
		{"chat", "2026-08-31", "b"},
		{"chat", "2027-02-27", "b"},
		{"chat", "2027-02-28", ""}, // six months after 31 August is the last of February
		{"chat", "", "b a"},
		{" chat ", "2026-09-01", "b"},
		{"code", "2026-09-01", "code"},
		{"poetry", "", ""},
	} {
		var got []string
		for _, sc := range s.Recent(tt.task, tt.day) {
			got = append(got, sc.ID)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s on %q: %q, expected %q", tt.task, tt.day, got, tt.want)
		}
	}
	if (*Scales)(nil).Recent("chat", "") != nil {
		t.Error("a nil set has editions")
	}
}

func TestMonthsAfter(t *testing.T) {
	for _, tt := range []struct {
		day  string
		n    int
		want string
	}{
		{"2026-08-31", 6, "2027-02-28"}, {"2027-08-31", 6, "2028-02-29"}, {"2026-01-15", 6, "2026-07-15"}, {"2026-12-31", 6, "2027-06-30"},
		{"2026-03-31", 1, "2026-04-30"}, {"2026-11-30", 3, "2027-02-28"}, {"soon", 6, ""},
	} {
		if got := monthsAfter(tt.day, tt.n); got != tt.want {
			t.Errorf("%d months after %s: %s, expected %s", tt.n, tt.day, got, tt.want)
		}
	}
}

func TestDraftUntil(t *testing.T) {
	for day, want := range map[string]string{"2026-01-01": "2026-04-01", "2026-02": "2026-05-02", "2024": "2024-03-31", "": "", "soon": ""} {
		if got := DraftUntil(day); got != want {
			t.Errorf("a draft of %q: %s, expected %s", day, got, want)
		}
	}
}

// The signs that a new edition is due, at their limits.
func TestTriggers(t *testing.T) {
	old, _, lock := frozenPair(t)
	set := func(text string) *Scales {
		s, fs := LoadScales(labels(map[string]string{"small.yaml": text, "scales.lock": string(lock.Bytes())}))
		if s.Get("small") == nil {
			t.Fatal(fs)
		}
		return s
	}
	// rated makes results of a day: so many of 5 stars, of 4 and of 1.
	rated := func(day string, five, four, one int) (rs []*result.Result) {
		for v, n := range map[float64]int{0.5: five, 1.5: four, 9: one} {
			for range n {
				rs = append(rs, demoResult(v, func(r *result.Result) { r.Workload.Task, r.Source.Published = "chat", day }))
			}
		}
		return rs
	}
	// Levels of half stars, so that 4.5 can be told from 5.
	half := strings.NewReplacer("half_stars: false", "half_stars: true", "{5: 1, 4.0: 2, 3: 4, 2: 8}", "{5: 1, 4.5: 2, 4.0: 3, 3.5: 4, 3: 5, 2.5: 6, 2: 7, 1.5: 8}", "status: frozen", "status: draft").Replace(old)
	lock2 := Lock{}
	draft := func() *Scales {
		s, _ := LoadScales(labels(map[string]string{"small.yaml": half, "scales.lock": string(lock2.Bytes())}))
		return s
	}
	for _, tt := range []struct {
		name string
		s    *Scales
		rs   []*result.Result
		day  string
		want string
	}{
		{"a tenth at five", set(old), rated("2026-03-01", 1, 0, 9), "", "10 % of 10 ratings in 12 months have 5 stars"},
		{"less than a tenth", set(old), rated("2026-03-01", 1, 0, 10), "", ""},
		{"three tenths at 4.5", draft(), rated("2026-03-01", 0, 3, 7), "", "30 % of 10 ratings in 12 months have 4.5 stars or more"},
		{"less than three tenths", draft(), rated("2026-03-01", 0, 3, 8), "", ""},
		{"a year before the board's day", set(old), rated("2026-03-01", 1, 0, 9), "2027-03-01", ""},
		{"a day less", set(old), rated("2026-03-01", 1, 0, 9), "2027-02-28", "10 % of 10 ratings in 12 months have 5 stars"},
		{"old", set(old), rated("2026-03-01", 0, 0, 9), "2029-01-01", "in effect since 2026-01-01, 36 months or more before 2029-01-01"},
		{"superseded", &Scales{all: []*Scale{func() *Scale { s := *set(old).Get("small"); s.Status = StatusSuperseded; return &s }()}}, rated("2026-03-01", 1, 0, 9), "2029-01-01", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			reps, notes := CheckScales(tt.s, tt.rs, batch1, tt.day)
			if got := strings.Join(reps[0].Groups[0].Triggers, "; "); got != tt.want || (len(notes) > 0) != (tt.want != "") {
				t.Errorf("%q and %d notes, expected %q", got, len(notes), tt.want)
			}
		})
	}
}

// frozenPair is an edition and its successor, both frozen, with their lock.
func frozenPair(t *testing.T) (old, next string, lock Lock) {
	t.Helper()
	freeze := func(id, effective string) string {
		text := strings.NewReplacer("id: small", "id: "+id, "2026-01-01", effective, "status: draft", "status: frozen").Replace(small)
		s, fs := ParseScale("labels/scales/"+id+".yaml", []byte(text))
		if fs.HasErrors() {
			t.Fatal(fs)
		}
		lock[id] = s.SHA256
		return text
	}
	lock = Lock{}
	return freeze("small", "2026-01-01"), freeze("next", "2027-01-01"), lock
}

func parsed(t *testing.T, id, text string) *Scale {
	t.Helper()
	s, fs := ParseScale("labels/scales/"+id+".yaml", []byte(text))
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	return s
}

// Only two lines of the file change, however they are written, and what comes
// out loads beside its successor and its old line of the lock.
func TestSupersede(t *testing.T) {
	old, next, lock := frozenPair(t)
	const file = "labels/scales/small.yaml"
	for _, tt := range []struct{ name, from, to, want string }{
		{"no line for the successor", "status: frozen", "status: frozen", "status: superseded\nsuperseded_by: next\n"},
		{"an empty one", "status: frozen", "status: frozen\nsuperseded_by: \"\"", "status: superseded\nsuperseded_by: next\n"},
		{"with comments", "status: frozen", "status: 'frozen'   # since May\nsuperseded_by: '' # nobody", "status: superseded   # since May\nsuperseded_by: next # nobody\n"},
		{"far away", "min_cohort: 2", "min_cohort: 2\nsuperseded_by: \"\"", "min_cohort: 2\nsuperseded_by: next\n"},
		{"in the title", "title: made up", "title: \"status: frozen\"", "title: \"status: frozen\"\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(old, tt.from, tt.to, 1)
			for _, eol := range []string{"\n", "\r\n"} {
				got, err := Supersede(file, []byte(strings.ReplaceAll(text, "\n", eol)), parsed(t, "next", next), lock)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(string(got), strings.ReplaceAll(tt.want, "\n", eol)) || eol == "\r\n" && strings.Count(string(got), "\r\n") != strings.Count(string(got), "\n") {
					t.Errorf("got\n%s", got)
				}
				gone := strings.Split(text, "\n")
				for _, line := range strings.Split(strings.ReplaceAll(string(got), "\r", ""), "\n") {
					if i := slices.Index(gone, line); i >= 0 {
						gone = slices.Delete(gone, i, i+1)
					} else if !strings.HasPrefix(line, "status:") && !strings.HasPrefix(line, "superseded_by:") {
						t.Errorf("the line %q is new", line)
					}
				}
				set, fs := LoadScales(labels(map[string]string{"small.yaml": string(got), "next.yaml": next, "scales.lock": string(lock.Bytes())}))
				if len(fs) > 0 || set.Default().ID != "next" || set.Get("small").SupersededBy != "next" || len(set.Recent("chat", "2027-06-30")) != 1 {
					t.Errorf("loaded with %v", fs)
				}
			}
		})
	}
}

func TestSupersedeRefuses(t *testing.T) {
	old, next, lock := frozenPair(t)
	change := func(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }
	other := Lock{"small": lock["small"]}
	for _, tt := range []struct {
		name, old, next string
		lock            Lock
		want            string
	}{
		{"itself", old, old, lock, "cannot replace itself"},
		{"a draft", change(old, "frozen", "draft"), next, lock, "only a frozen edition is superseded"},
		{"twice", change(old, "status: frozen", "status: superseded\nsuperseded_by: next"), next, lock, "superseded by next already"},
		{"by a draft", old, change(next, "frozen", "draft"), lock, "is a draft: only a frozen edition replaces another"},
		{"by one of the past", old, change(next, "status: frozen", "status: superseded\nsuperseded_by: third"), lock, "is superseded itself, by third"},
		{"by an earlier one", old, change(next, "2027-01-01", "2025-12-31"), lock, "replaced by a later one"},
		{"by one of the same day", old, change(next, "2027-01-01", "2026-01-01"), lock, "replaced by a later one"},
		{"when it has changed", change(old, "4.0: 2", "4.0: 2.5"), next, lock, "scale small is not as it was frozen (lock: differs)"},
		{"when the next has changed", old, change(next, "4.0: 2", "4.0: 2.5"), lock, "scale next is not as it was frozen (lock: differs)"},
		{"by one without a line", old, next, other, "scale next is not as it was frozen (lock: missing)"},
		{"a broken one", "id: small\n", next, lock, "has errors"},
		{"a status that is no line", "{" + strings.ReplaceAll(flow(old), "\n", " ") + "}", next, lock, "write it as a line of its own"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			id := "next"
			if tt.next == old {
				id = "small"
			}
			_, err := Supersede("labels/scales/small.yaml", []byte(tt.old), parsed(t, id, tt.next), tt.lock)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, expected %q", err, tt.want)
			}
		})
	}
}

// flow is the small scale as one YAML mapping in braces.
func flow(text string) string {
	out := strings.NewReplacer("# a comment\n", "", "groups:\n  - cohort:", "groups: [{cohort:", "\n    reference:", ", reference:", "\n    levels:", ", levels:").Replace(text)
	head, groups, _ := strings.Cut(strings.TrimSpace(out), "groups:")
	return strings.ReplaceAll(strings.TrimSpace(head), "\n", ", ") + ", groups:" + groups + "}]"
}

// Whoever follows the names of successors ends at an edition that rates.
func TestSuccessors(t *testing.T) {
	old, next, lock := frozenPair(t)
	by := func(text, id string) string {
		return strings.Replace(text, "status: frozen", "status: superseded\nsuperseded_by: "+id, 1)
	}
	for _, tt := range []struct{ name, small, next, want string }{
		{"a later one", by(old, "next"), next, ""},
		{"nobody", by(old, "nobody"), next, "which is not there"},
		{"itself", by(old, "small"), next, "which is itself"},
		{"an earlier one", old, by(next, "small"), "which takes effect on 2026-01-01 and not after 2027-01-01"},
		{"each other", by(old, "next"), by(next, "small"), "which takes effect on 2026-01-01 and not after 2027-01-01"},
		{"one of the same day", by(old, "next"), strings.Replace(next, "2027-01-01", "2026-01-01", 1), "which takes effect on 2026-01-01 and not after 2026-01-01"},
		{"a draft", by(old, "next"), strings.Replace(next, "frozen", "draft", 1), "which is a draft"},
		{"a broken one", by(old, "next"), strings.Replace(next, "unit: Wh", "unit: J", 1), "which has errors"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			held := lock
			if s, _ := ParseScale("labels/scales/next.yaml", []byte(tt.next)); s.Effective == "2026-01-01" { // frozen as it stands
				held = Lock{"small": lock["small"], "next": s.SHA256}
			}
			_, fs := LoadScales(labels(map[string]string{"small.yaml": tt.small, "next.yaml": tt.next, "scales.lock": string(held.Bytes())}))
			var got []string
			for _, f := range fs {
				if f.Rule == "SCALE-SUCCESSOR" {
					got = append(got, f.Message)
				}
			}
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0], tt.want)) {
				t.Errorf("%q, expected %q", got, tt.want)
			}
		})
	}
}

// A rating under an old edition stays what it was, whatever else is added.
func TestOldEditionRatesAsBefore(t *testing.T) {
	demo := demoScale(t)
	before := demo.Rate(demoResult(9.39, ci(9.12, 9.66)), nil, batch1, nil)
	gone := *demo
	gone.Status, gone.SupersededBy = StatusSuperseded, "next"
	sum, err := gone.digest()
	if err != nil || sum != demo.SHA256 {
		t.Fatalf("the digest moved with the status: %v", err)
	}
	after := (&Scales{all: []*Scale{&gone}}).Get(demo.ID).Rate(demoResult(9.39, ci(9.12, 9.66)), nil, batch1, nil)
	if after.Status != StatusSuperseded || after.Stars != before.Stars || after.Min != before.Min || after.Max != before.Max || after.ScaleSHA256 != before.ScaleSHA256 {
		t.Errorf("%+v, before %+v", after, before)
	}
}
