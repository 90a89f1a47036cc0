// Labels that were printed before the board changed.

package site

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

func reviewOf(id string) catalog.Flag {
	return catalog.Flag{ID: id, Reason: "unreproducible", Text: "Three others got twice as much.", Date: "2026-10-01", Discussion: "https://example.org/talk/7"}
}

// withInterval gives one rated result of the board an interval that spans half a
// star.
func withInterval(t testing.TB, in *Input) {
	t.Helper()
	scale := in.Scales.Default()
	for i, l := range in.Results {
		r := *l.Result
		rt := scale.Rate(&r, nil, in.Site.Rank.Points, nil)
		if !rt.Rated || rt.Stars > 4 {
			continue
		}
		level, ok := scale.Groups[rt.Group].LevelOf(rt.Stars + 0.5)
		if !ok {
			continue
		}
		m := r.Metrics[label.Metric]
		m.CI95 = &result.Interval{level * 0.999, rt.Value * 1.0001}
		r.Metrics = maps.Clone(r.Metrics)
		r.Metrics[label.Metric] = m
		if err := result.Seal(&r); err != nil {
			t.Fatal(err)
		}
		in.Results = slices.Clone(in.Results)
		in.Results[i] = &result.Loaded{Result: &r, Path: l.Path}
		return
	}
	t.Fatal("no rated result")
}

// editions makes the labels folder of a board on which jb-2026 is superseded.
func editions(t testing.TB, in *Input) *rank.Scales {
	t.Helper()
	file := filepath.ToSlash("scales/jb-2026.yaml")
	text, err := fs.ReadFile(in.Labels, file)
	if err != nil {
		t.Fatal(err)
	}
	lock, err := fs.ReadFile(in.Labels, rank.LockFile)
	if err != nil {
		t.Fatal(err)
	}
	draft := strings.NewReplacer("id: jb-2026", "id: jb-2027", "effective: 2026-11-21", "effective: 2027-11-21", "status: frozen", "status: draft", `"2026"`, `"2027"`).Replace(string(text))
	// Every star is harder to get.
	draft = regexp.MustCompile(`(\d\.\d): [0-9.]+`).ReplaceAllStringFunc(draft, func(s string) string {
		stars, level, _ := strings.Cut(s, ": ")
		v, err := strconv.ParseFloat(level, 64)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s: %.4g", stars, v/8)
	})
	draft = strings.Replace(draft, "method: log-index", "method: thresholds", 1)
	draft = regexp.MustCompile(`(?m)^    params: .*\n`).ReplaceAllString(draft, "")
	next, lock, err := rank.Freeze("labels/scales/jb-2027.yaml", []byte(draft), lock)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Replace(string(text), "status: frozen", "status: superseded", 1)
	old = regexp.MustCompile(`superseded_by: .*`).ReplaceAllString(old, "superseded_by: jb-2027")
	scales, findings := rank.LoadScales(fstest.MapFS{file: {Data: []byte(old)}, "scales/jb-2027.yaml": {Data: next}, rank.LockFile: {Data: lock}})
	if findings.HasErrors() {
		t.Fatal(findingsText(findings))
	}
	return scales
}

// drafted is jb-2026 before it was frozen.
func drafted(t testing.TB, in *Input, level string) *rank.Scales {
	t.Helper()
	text, err := fs.ReadFile(in.Labels, "scales/jb-2026.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Replace(string(text), "status: frozen", "status: draft", 1)
	if level != "" {
		s = strings.Replace(s, "2026-11-21\nstatus", level+"\nstatus", 1)
	}
	scales, findings := rank.LoadScales(fstest.MapFS{"scales/jb-2026.yaml": {Data: []byte(s)}})
	if findings.HasErrors() {
		t.Fatal(findingsText(findings))
	}
	return scales
}

// A board changes after its labels are printed: which outcome, since when, and
// where to read about it.
func TestOutdated(t *testing.T) {
	plain := verifier(t, false, nil)
	ids := ratedIDs(t, plain)
	a := ids[0]
	var unrated string
	for _, e := range plain.s.entries {
		if !e.Rating.Rated && e.Rating.Code != rank.CodeNoScale {
			unrated = e.ID
		}
	}
	flag := func(in *Input) { in.Catalog.Moderation.Flags = []catalog.Flag{reviewOf(a)} }
	withdraw := func(reason string) func(*Input) {
		return func(in *Input) {
			in.Catalog.Moderation.Withdrawals = []catalog.Withdrawal{{ID: a, Reason: reason, Text: "See there.", Date: "2026-11-02", Discussion: "https://example.org/talk/9",
				Title: "x", Model: "Qwen/Qwen3-8B", Task: plain.s.byID[a].Workload.Task}}
		}
	}
	without := func(change func(*Input)) func(*Input) {
		return func(in *Input) {
			change(in)
			in.Results = slices.DeleteFunc(slices.Clone(in.Results), func(r *result.Loaded) bool { return r.ID == a })
		}
	}
	supersede := func(in *Input) { in.Scales = editions(t, in) }
	draft := func(in *Input) { in.Scales = drafted(t, in, "") }
	none := func(in *Input) { in.Scales, _ = rank.LoadScales(fstest.MapFS{}) }
	both := func(f, g func(*Input)) func(*Input) { return func(in *Input) { f(in); g(in) } }

	for _, tt := range []struct {
		name      string
		then, now func(*Input)
		id        string
		outcome   string
		reason    string
		drawing   string
		says      []string
		notice    string
	}{
		{"nothing", nil, nil, a, Unchanged, "", DrawingSame, nil, ""},
		{"flagged since", nil, flag, a, Outdated, WhyFlagged, DrawingSame, []string{"status: the label says rated, the result says flagged", "in review since 2026-10-01", "Three others got twice as much."}, "https://example.org/talk/7"},
		{"flagged already", flag, flag, a, Unchanged, "", DrawingSame, []string{"in review since 2026-10-01"}, "https://example.org/talk/7"},
		{"flag lifted", flag, nil, a, Outdated, WhyCleared, DrawingUnchecked, []string{"status: the label says flagged, the result says rated", "no longer is", "the date on the label is no longer known"}, ""},
		{"withdrawn since", nil, withdraw("unreproducible"), a, Outdated, WhyWithdrawn, DrawingSame, []string{"status: the label says rated, the result says withdrawn", "withdrawn on 2026-11-02", "See there."}, "https://example.org/talk/9"},
		{"replaced since", nil, withdraw("superseded-by-author"), a, Outdated, WhyReplaced, DrawingSame, []string{"replaced it with a better one"}, "https://example.org/talk/9"},
		{"withdrawn already", withdraw("privacy"), withdraw("privacy"), a, Unchanged, "", DrawingSame, []string{"withdrawn on 2026-11-02"}, "https://example.org/talk/9"},
		{"withdrawn with its file", nil, without(withdraw("privacy")), a, Outdated, WhyWithdrawn, DrawingUnchecked, []string{"status: the label says rated, the result says withdrawn", "its file was taken away"}, "https://example.org/talk/9"},
		{"reinstated", withdraw("other"), nil, a, Outdated, WhyCleared, DrawingUnchecked, []string{"the label says that the result is withdrawn, and it no longer is"}, ""},
		{"flagged, then withdrawn", flag, both(flag, withdraw("other")), a, Outdated, WhyWithdrawn, DrawingSame, []string{"withdrawn on 2026-11-02"}, "https://example.org/talk/9"},
		{"gone", nil, without(func(*Input) {}), a, Unknown, WhyNoResult, "", []string{"no result of this board has the id", "other result"}, ""},
		{"scale superseded since", nil, supersede, a, Outdated, WhySuperseded, DrawingSame, []string{"status: the label says rated, the result says superseded", "scale jb-2026 is superseded since 2027-11-21 by jb-2027, see https://jouleboard.example.org/methodology/rating/", "the label holds under its edition, jb-2026", "under jb-2027 the result has"}, ""},
		{"scale superseded since, flagged", flag, both(flag, supersede), a, Outdated, WhySuperseded, DrawingSame, []string{"the label holds under its edition"}, "https://example.org/talk/7"},
		{"scale superseded since, not rated", nil, supersede, unrated, Outdated, WhySuperseded, DrawingSame, []string{"the label holds under its edition"}, ""},
		{"draft since frozen", draft, nil, a, Outdated, WhyFrozen, DrawingSame, []string{"status: the label says draft, the result says rated", "is frozen now with the same levels"}, ""},
		{"draft since superseded", draft, supersede, a, Outdated, WhySuperseded, DrawingSame, []string{"status: the label says draft, the result says superseded"}, ""},
		{"draft", draft, draft, a, Unchanged, "", DrawingSame, nil, ""},
		{"draft changed since", func(in *Input) { in.Scales = drafted(t, in, "2026-12-24") }, draft, a, Outdated, WhyRerated, "", []string{"is a draft and has changed"}, ""},
		{"draft gone", draft, none, a, Outdated, WhyRerated, "", []string{"which this board no longer has"}, ""},
		{"no scale then", none, nil, a, Outdated, WhyRerated, DrawingSame, []string{"has jb-2026 now"}, ""},
		{"no scale", none, none, a, Unchanged, "", DrawingSame, nil, ""},
		{"board renamed since", nil, func(in *Input) { in.Site.Title = "Another board" }, a, Altered, WhyDrawing, DrawingDiffers, []string{"Unless the board has changed its title"}, ""},
		{"board moved since", nil, func(in *Input) { in.Site.BaseURL = "https://new.example.org" }, a, Altered, WhyRecord, "", []string{"give its former address with --base-url"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			then, now := verifier(t, false, tt.then), verifier(t, false, tt.now)
			for _, format := range []label.Format{label.FormatSVG, label.FormatPDF, label.FormatPNG} {
				style := label.Style{Size: label.SizeFull}
				if format == label.FormatPNG {
					style.Size = label.SizeSmall
				}
				if tt.name == "scale superseded since, flagged" {
					style.Size = label.SizeFull // a small label does not print the scale's state
				}
				got := now.File(then.file(t, tt.id, style, format), RedrawAuto)
				all := words(got)
				if got.Outcome != tt.outcome || got.Reason != tt.reason || got.Drawing != tt.drawing || got.Notice != tt.notice {
					t.Errorf("%s: %s (%s), drawing %q, notice %q; expected %s (%s), %q, %q\n%s", format, got.Outcome, got.Reason, got.Drawing, got.Notice, tt.outcome, tt.reason, tt.drawing, tt.notice, all)
				}
				for _, s := range tt.says {
					if !strings.Contains(all, s) {
						t.Errorf("%s: it does not say %q:\n%s", format, s, all)
					}
				}
			}
		})
	}
}

// A label of an old edition that prints so is not outdated.
func TestOldEditionSaysSo(t *testing.T) {
	v := verifier(t, false, func(in *Input) { in.Scales = editions(t, in) })
	e := v.s.byID[ratedIDs(t, v)[0]]
	l, err := v.s.in.Designs.Draw(v.input(e, v.s.in.Scales.Get("jb-2026"), nil), label.Style{})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.File(l.SVG(), RedrawAuto); got.Outcome != Unchanged || got.Drawing != DrawingSame || !strings.Contains(words(got), "superseded since 2027-11-21") {
		t.Errorf("%s (%s)\n%s", got.Outcome, got.Reason, words(got))
	}
	// And one of the edition in force is simply right.
	if got := v.File(v.file(t, e.ID, label.Style{}, label.FormatPDF), RedrawAuto); got.Outcome != Unchanged || len(got.Notes) > 0 {
		t.Errorf("%s (%s)\n%s", got.Outcome, got.Reason, words(got))
	}
}

// A relative ranking changes when other results come and go. Its labels are then
// outdated, never altered.
func TestRelativeRanking(t *testing.T) {
	const live = `id: live
edition: "1"
title: relative
effective: 2026-01-01
status: draft
metric: energy_per_1000_requests_wh
unit: Wh
direction: lower
method: equal-width
min_cohort: 5
groups:
  - cohort: {task: gpqa}
`
	ranking := func(in *Input) {
		scales, findings := rank.LoadScales(fstest.MapFS{"scales/live.yaml": {Data: []byte(live)}})
		if findings.HasErrors() {
			t.Fatal(findingsText(findings))
		}
		in.Scales = scales
	}
	then := verifier(t, false, ranking)
	ids := ratedIDs(t, then)
	worst := slices.MaxFunc(ids, func(a, b string) int {
		return cmp.Compare(then.s.byID[a].Rating.Value, then.s.byID[b].Rating.Value)
	})
	now := verifier(t, false, func(in *Input) {
		ranking(in)
		in.Results = slices.DeleteFunc(slices.Clone(in.Results), func(r *result.Loaded) bool { return r.ID == worst })
	})
	count := map[string]int{}
	for _, id := range ids {
		if id == worst {
			continue
		}
		got := now.File(then.file(t, id, label.Style{}, label.FormatSVG), RedrawAuto)
		count[got.Outcome+" "+got.Reason]++
		if got.Outcome == Altered || got.Outcome == Outdated && !strings.Contains(words(got), "stars: the label says") {
			t.Errorf("%s (%s)\n%s", got.Outcome, got.Reason, words(got))
		}
	}
	if count[Outdated+" "+WhyRerated] == 0 || count[Unchanged+" "] == 0 {
		t.Errorf("%v", count)
	}
	// Other differences are still what they are.
	other := ids[0]
	if other == worst {
		other = ids[1]
	}
	forged := swap(t, then.file(t, other, label.Style{}, label.FormatSVG), `"unit":"Wh"`, `"unit":"mWh"`, 1)
	if got := now.File(forged, RedrawAuto); got.Outcome != Altered {
		t.Errorf("unit: %s (%s)\n%s", got.Outcome, got.Reason, words(got))
	}
}
