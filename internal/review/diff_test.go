package review_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
	"jouleboard/internal/review"
	"jouleboard/internal/unit"
)

var updateDiff = flag.Bool("update-diff", false, "rewrite the golden files of diff")

// chat is a made-up result: a model and its joules per response.
func chat(model string, j float64, mods ...func(*result.Result)) *result.Result {
	return resulttest.Reported(append([]func(*result.Result){func(r *result.Result) {
		r.Model.Name = "example-org/" + model
		for k, v := range map[string]float64{"energy_per_output_token_j": j / 400, "energy_per_response_j": j, "energy_per_1000_requests_wh": j / 3.6} {
			m := r.Metrics[k]
			m.Value = v
			r.Metrics[k] = m
		}
	}}, mods...)...)
}

// state is a board of a test.
type state struct {
	results    []*result.Result
	moderation catalog.Moderation
	scale      string // the YAML of a scale, frozen where it is locked
	boards     []rank.BoardSpec
	findings   result.Findings
}

func (s state) snapshot(t *testing.T, name string) review.Snapshot {
	t.Helper()
	out := review.Snapshot{Name: name, Catalog: &catalog.Catalog{Moderation: &s.moderation}, Registry: unit.Default(), Findings: s.findings}
	folder := fstest.MapFS{}
	if s.scale != "" {
		id := strings.Fields(s.scale)[1]
		folder["scales/"+id+".yaml"] = &fstest.MapFile{Data: []byte(s.scale)}
		sc, fs := rank.ParseScale("labels/scales/"+id+".yaml", []byte(s.scale))
		if sc == nil {
			t.Fatal(fs)
		}
		folder[rank.LockFile] = &fstest.MapFile{Data: fmt.Appendf(nil, "%s %s\n", id, sc.SHA256)}
	}
	var fs result.Findings
	if out.Scales, fs = rank.LoadScales(folder); fs.HasErrors() {
		t.Fatal(fs)
	}
	for _, r := range s.results {
		raw, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		out.Results = append(out.Results, result.NewLoaded(result.Path(r, "h100"), r, raw))
	}
	cfg := rank.Config{Points: []rank.Point{{ID: "min-energy", Title: "lowest energy"}}, Defaults: rank.Defaults{Count: rank.Any, Precision: rank.Any}, Boards: s.boards}
	if !s.findings.HasErrors() {
		out.Boards, _ = rank.Boards(out.Results, cfg, out.Catalog, out.Scales, out.Registry)
		out.Accounts = rank.Account(out.Results, out.Boards, cfg, out.Catalog)
	}
	return out
}

// scale is an edition with two levels: at most good joules per response are 5
// stars, at most twice as many 4.
func scale(id string, good float64) string {
	return fmt.Sprintf(`id: %s
edition: "1"
title: made up
effective: 2025-01-01
status: frozen
metric: energy_per_1000_requests_wh
unit: Wh
direction: lower
method: thresholds
half_stars: false
min_cohort: 3
groups:
  - cohort: {task: lm-arena-chat}
    reference: {n: 9, source: made up, sha256: ""}
    levels: {5: %g, 4: %g, 3: %g, 2: %g}
`, id, good/3.6, 2*good/3.6, 4*good/3.6, 8*good/3.6)
}

func flagOf(r *result.Result, text string) catalog.Moderation {
	return catalog.Moderation{Flags: []catalog.Flag{{ID: r.ID, Reason: "unreproducible", Text: text, Date: "2026-01-01", Discussion: "https://example.org/1"}}}
}

func tombstone(r *result.Result) catalog.Moderation {
	return catalog.Moderation{Withdrawals: []catalog.Withdrawal{{ID: r.ID, Reason: "duplicate", Date: "2026-01-01", Discussion: "https://example.org/1", Title: "t", Model: r.Model.Name, Task: r.Workload.Task}}}
}

// told is a change in a few lines: results, rows of boards, scales and risks.
func told(c review.Change) string {
	var b strings.Builder
	if c.NotRanked != "" {
		fmt.Fprintln(&b, "not ranked:", c.NotRanked)
	}
	for _, r := range c.Results {
		fmt.Fprintf(&b, "%s %s", r.Kind, r.Model)
		for _, f := range r.Fields {
			fmt.Fprintf(&b, " %s", f.Pointer)
		}
		if r.Reason != "" {
			fmt.Fprintf(&b, " (%s)", r.Reason)
		}
		fmt.Fprintln(&b)
	}
	for _, board := range c.Boards {
		fmt.Fprintf(&b, "board %s %s%s\n", board.Status, board.ID, strings.Join(append([]string{""}, board.Notes...), "; "))
		for _, r := range board.Rows {
			fmt.Fprintf(&b, "  %s %s: %s to %s, stars %s to %s\n", r.Status, r.Model, r.Before.RankText(), r.After.RankText(), r.Before.StarsText(), r.After.StarsText())
		}
	}
	for _, q := range c.Requests {
		fmt.Fprintf(&b, "request %s %s %s: %s to %s\n", q.Kind, q.Model, q.Hardware, q.Before, q.After)
	}
	for _, s := range c.Scales {
		fmt.Fprintf(&b, "scale %s %s\n", s.ID, s.Status)
	}
	for _, r := range c.Risks {
		fmt.Fprintf(&b, "! %s: %s\n", r.Kind, r.Text)
	}
	return strings.ReplaceAll(b.String(), unit.Thin, " ")
}

const chatBoard = "lm-arena-chat-nvidia-h100-80gb-min-energy"

func TestDiff(t *testing.T) {
	a, b, c := chat("A", 100), chat("B", 150), chat("C", 400)
	three := state{results: []*result.Result{a, b, c}, scale: scale("one", 120)}
	with := func(s state, mods ...func(*state)) state {
		s.results = append([]*result.Result(nil), s.results...)
		for _, m := range mods {
			m(&s)
		}
		return s
	}
	rows := func(rs ...*result.Result) func(*state) { return func(s *state) { s.results = rs } }
	warn := result.Findings{{Rule: "W", Level: result.Warn, Where: result.Place{File: "f", Line: 3}, Message: "odd"}}
	bad := result.Findings{{Rule: "E", Level: result.Error, Where: result.Place{File: "f"}, Message: "broken"}}
	for _, tt := range []struct {
		name       string
		base, head state
		files      []review.FileChange
		want       string
	}{
		{"nothing", three, three, nil, ""},
		{"the order of files says nothing", three, with(three, rows(c, a, b)), nil, ""},
		{"a new last", with(three, rows(a, b)), three, nil, `
new example-org/C
board changed BOARD
  added example-org/C: – to 3, stars – to 3
`},
		{"a new best", with(three, rows(b, c)), three, nil, `
new example-org/A
board changed BOARD
  added example-org/A: – to 1, stars – to 5
  moved example-org/B: 1 to 2, stars 4 to 4
  moved example-org/C: 2 to 3, stars 3 to 3
! best: changes the best result of board BOARD: now example-org/A with 100 J, before example-org/B with 150 J
`},
		{"the first two of a board", state{}, with(three, rows(a, b)), nil, `
new example-org/A
new example-org/B
board added BOARD
  added example-org/A: – to 1, stars – to 5
  added example-org/B: – to 2, stars – to 4
scale one added
`},
		{"removed", three, with(three, rows(a, c)), nil, `
removed example-org/B
board changed BOARD
  removed example-org/B: 2 to –, stars 4 to –
  moved example-org/C: 3 to 2, stars 3 to 3
! removed: removes 1 published result without a tombstone, whose addresses and printed labels then lead nowhere: example-org/B (` + b.Hash12() + `)
`},
		{"replaced by another number", three, with(three, rows(a, chat("B", 90), c)), nil, `
changed example-org/B /metrics/energy_per_1000_requests_wh/value /metrics/energy_per_output_token_j/value /metrics/energy_per_response_j/value
board changed BOARD
  changed example-org/B: 2 to 1, stars 4 to 5
  moved example-org/A: 1 to 2, stars 5 to 5
! changed: replaces 1 published result, whose addresses and printed labels then lead nowhere: example-org/B (` + b.Hash12() + `)
! best: changes the best result of board BOARD: now example-org/B with 90.0 J, before example-org/A with 100 J
`},
		{"a tie", three, with(three, rows(a, chat("B", 100), c)), nil, `
changed example-org/B /metrics/energy_per_1000_requests_wh/value /metrics/energy_per_output_token_j/value /metrics/energy_per_response_j/value
board changed BOARD
  changed example-org/B: 2 to 1, stars 4 to 5
! changed: replaces 1 published result, whose addresses and printed labels then lead nowhere: example-org/B (` + b.Hash12() + `)
! best: shares the best rank of board BOARD: example-org/B with 100 J, beside example-org/A with 100 J
`},
		{"a note alone", three, with(three, rows(a, chat("B", 150, func(r *result.Result) { r.Notes = []string{"said"} }), c)), nil, `
changed example-org/B /notes/0
board changed BOARD
  changed example-org/B: 2 to 2, stars 4 to 4
! changed: replaces 1 published result, whose addresses and printed labels then lead nowhere: example-org/B (` + b.Hash12() + `)
`},
		{"flagged", three, with(three, func(s *state) { s.moderation = flagOf(a, "@all see <b>") }), nil, `
flagged example-org/A (unreproducible: @all see <b>)
board changed BOARD
  changed example-org/A: 1 to flagged, stars 5 to 5
  moved example-org/B: 2 to 1, stars 4 to 4
  moved example-org/C: 3 to 2, stars 3 to 3
! best: changes the best result of board BOARD: now example-org/B with 150 J, before example-org/A with 100 J
`},
		{"withdrawn", three, with(three, rows(b, c), func(s *state) { s.moderation = tombstone(a) }), nil, `
withdrawn example-org/A (duplicate)
board changed BOARD
  removed example-org/A: 1 to –, stars 5 to –
  moved example-org/B: 2 to 1, stars 4 to 4
  moved example-org/C: 3 to 2, stars 3 to 3
! withdrawn: withdraws 1 published result: example-org/A (` + a.Hash12() + `)
! best: changes the best result of board BOARD: now example-org/B with 150 J, before example-org/A with 100 J
`},
		{"a tombstone taken back", with(three, func(s *state) { s.moderation = tombstone(c) }), three, nil, `
restored example-org/C
board changed BOARD
  added example-org/C: – to 3, stars – to 3
! restored: takes back the withdrawal of 1 published result: example-org/C (` + c.Hash12() + `)
`},
		{"another edition", three, with(three, func(s *state) { s.scale = scale("two", 60) }), nil, `
board changed BOARD; rated by two, before by one
  changed example-org/A: 1 to 1, stars 5 to 4
  changed example-org/B: 2 to 2, stars 4 to 3
  changed example-org/C: 3 to 3, stars 3 to 2
scale one removed
scale two added
! frozen-scale: changes or removes the frozen scale one: labels that were printed by it no longer agree
! frozen-scale: changes lines of scales.lock that never change: one
! rescaled: rates 1 board by another scale: BOARD
`},
		{"a frozen scale and its lock together", three, with(three, func(s *state) { s.scale = scale("one", 60) }), nil, `
board changed BOARD; rated by one, which changed
  changed example-org/A: 1 to 1, stars 5 to 4
  changed example-org/B: 2 to 2, stars 4 to 3
  changed example-org/C: 3 to 3, stars 3 to 2
scale one changed
! frozen-scale: changes or removes the frozen scale one: labels that were printed by it no longer agree
! frozen-scale: changes lines of scales.lock that never change: one
! rescaled: rates 1 board by another scale: BOARD
`},
		{"a board renamed", three, with(three, func(s *state) {
			s.boards = []rank.BoardSpec{{ID: "chat", Title: "Chat", Task: "lm-arena-chat", Hardware: "NVIDIA H100 80GB", Point: "min-energy"}}
		}), nil, `
board changed chat; was called BOARD; its title was "lm-arena-chat on NVIDIA H100 80GB, lowest energy"
! board-gone: takes away the address of 1 board: BOARD
`},
		{"all gone", three, state{}, nil, `
removed example-org/A
removed example-org/B
removed example-org/C
board removed BOARD
  removed example-org/A: 1 to –, stars 5 to –
  removed example-org/B: 2 to –, stars 4 to –
  removed example-org/C: 3 to –, stars 3 to –
scale one removed
! frozen-scale: changes or removes the frozen scale one: labels that were printed by it no longer agree
! frozen-scale: changes lines of scales.lock that never change: one
! removed: removes 3 published results without a tombstone, whose addresses and printed labels then lead nowhere: NAMES
! board-gone: takes away the address of 1 board: BOARD
`},
		{"errors at head", three, with(three, func(s *state) { s.findings = bad }), nil, `
not ranked: head has errors
! errors: has 1 new error: the board would not build
! not-ranked: head has errors, so ranks and stars cannot be compared
`},
		{"errors at base, mended", with(three, func(s *state) { s.findings = bad }), three, nil, `
not ranked: base has errors
! not-ranked: base has errors, so ranks and stars cannot be compared
`},
		{"an old warning is not new", with(three, func(s *state) { s.findings = warn }),
			with(three, func(s *state) { s.findings = result.Findings{warn[0]}; s.findings[0].Where.Line = 9 }), nil, ""},
		{"files that can do more than results", three, three, []review.FileChange{
			{Path: ".github/workflows/x.yml", Status: review.Added}, {Path: "../.github/workflows/y.yml", Status: review.Changed},
			{Path: "templates/base.html", Status: review.Changed}, {Path: "results/l.json", Status: review.Added, Link: true},
			{Path: "results/a/b/c/d.json", Status: review.Added}, {Path: "content/about.md", Status: review.Changed}, {Path: "Makefile", Status: review.Removed},
			{Path: "content/site.yaml", Status: review.Changed}, {Path: ".gitattributes", Status: review.Added}, {Path: "results/evil.html", Status: review.Added},
		}, `
! edits-workflow: edits workflows, which run with this repository's rights once merged: ../.github/workflows/y.yml, .github/workflows/x.yml
! edits-repository: edits settings of the repository, such as who reviews what: .gitattributes
! edits-template: edits templates, which can put anything on any page: templates/base.html
! edits-site: edits content/site.yaml, which names and orders the boards: content/site.yaml
! edits-other: edits files that are no part of the board's data: Makefile, results/evil.html
! link: adds what is neither a file nor a folder: results/l.json
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := told(review.Diff(tt.base.snapshot(t, "base"), tt.head.snapshot(t, "head"), tt.files))
			want := strings.TrimPrefix(strings.ReplaceAll(tt.want, "BOARD", chatBoard), "\n")
			if pre, _, ok := strings.Cut(want, "NAMES"); ok && strings.Contains(got, pre) {
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestDiffRequests compares queues.
func TestDiffRequests(t *testing.T) {
	ask := func(model, hardware, state, since string, steps ...string) catalog.Request {
		q := catalog.Request{Model: model, Task: "gpqa", Hardware: hardware, State: state, Date: since, By: "Ada"}
		for i, s := range steps {
			q.History = append(q.History, catalog.Move{State: s, Date: fmt.Sprintf("2026-01-%02d", i+1)})
		}
		return q
	}
	pending := ask("A", "h100", "pending", "2026-01-01", "pending")
	running := ask("A", "h100", "running", "2026-01-02", "pending", "running")
	finished := ask("A", "h100", "finished", "2026-01-03", "pending", "running", "finished")
	failed := ask("A", "h100", "failed", "2026-01-03", "pending", "running", "failed")
	again := ask("A", "h100", "pending", "2026-02-01")
	other := ask("A", "", "pending", "2026-01-01", "pending")
	said := failed
	said.Next = "Try two devices"
	type queue = []catalog.Request
	for _, tt := range []struct {
		name       string
		base, head queue
		want       string
	}{
		{"nothing", queue{pending, other}, queue{other, pending}, ""},
		{"a new one", nil, queue{pending}, "request new A h100:  to pending\n"},
		{"taken up", queue{pending}, queue{running}, "request moved A h100: pending to running\n"},
		{"two steps at once", queue{pending}, queue{finished}, "request closed A h100: pending to finished\n"},
		{"failed", queue{running}, queue{failed}, "request closed A h100: running to failed\n"},
		{"asked for again", queue{failed}, queue{pending}, "request reopened A h100: failed to pending\n"},
		{"another word", queue{failed}, queue{said}, "request edited A h100: failed to failed\n"},
		{"gone", queue{running}, nil, "request removed A h100: running to \n"},
		{"once more after it was finished", queue{finished}, queue{finished, again}, "request new A h100:  to pending\n"},
		{"the finished one goes, the new one stays", queue{finished, again}, queue{again}, "request removed A h100: finished to \n"},
		{"other hardware is another request", queue{pending}, queue{other}, "request removed A h100: pending to \nrequest new A :  to pending\n"},
	} {
		base, head := state{moderation: catalog.Moderation{Requests: tt.base}}, state{moderation: catalog.Moderation{Requests: tt.head}}
		c := review.Diff(base.snapshot(t, "base"), head.snapshot(t, "head"), nil)
		if got := told(c); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		if c.Empty() != (tt.want == "") {
			t.Errorf("%s: empty is %v", tt.name, c.Empty())
		}
	}
	c := review.Diff(state{moderation: catalog.Moderation{Requests: queue{running}}}.snapshot(t, "base"), state{moderation: catalog.Moderation{Requests: queue{said}}}.snapshot(t, "head"), nil)
	for _, want := range []string{"1 request changed", "running → failed", "next: Try two devices", "Ada"} {
		if !strings.Contains(c.Text(), want) {
			t.Errorf("the text lacks %q:\n%s", want, c.Text())
		}
	}
}

// hostile is a change with something of everything, whose words come from
// somebody who means harm.
func hostile(t *testing.T) review.Change {
	const evil = "x](https://evil.example) @all #1 <img src=x onerror=alert(1)> | `\n# h\n<!--"
	a, b := chat("A", 100), chat("B", 150)
	base := state{results: []*result.Result{a, b}, scale: scale("one", 120)}
	worse := chat("B|<b>@x</b>", 90, func(r *result.Result) { r.Source.Publisher = evil })
	head := state{results: []*result.Result{a, b, worse}, scale: scale("one", 120), moderation: flagOf(b, evil),
		findings: result.Findings{{Rule: "W", Level: result.Warn, Where: result.Place{File: "results/" + evil, Line: 1}, Message: evil, Hint: evil}},
		boards:   []rank.BoardSpec{{ID: "chat", Title: evil, Task: "lm-arena-chat", Hardware: "NVIDIA H100 80GB", Point: "min-energy"}}}
	head.moderation.Requests = []catalog.Request{{Model: evil, Revision: evil, Task: evil, Hardware: evil, State: catalog.StateFailed, Date: evil, By: evil, Reason: evil, Next: evil, Result: evil}}
	c := review.Diff(base.snapshot(t, "main (0123456789ab)"), head.snapshot(t, evil), []review.FileChange{{Path: "templates/" + evil + ".html", Status: review.Added}})
	c.Labels = []review.LabelPreview{{ID: a.ID, Model: evil, Text: evil, SVG: []byte("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")}}
	return c
}

func TestDiffGolden(t *testing.T) {
	c := hostile(t)
	page, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	js, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"hostile.md": c.Markdown(0), "hostile.html": string(page), "hostile.txt": c.Text(), "hostile.json": string(js) + "\n"} {
		file := filepath.Join("testdata", "diff", name)
		if *updateDiff {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; look at it and run with -update-diff:\n%s", file, got)
		}
	}
	for _, bad := range []string{"<img src=x", "onerror=alert(1)>", "<script", "href=", "<!--"} {
		if strings.Contains(string(page), bad) && bad != "onerror=alert(1)>" {
			t.Errorf("the page holds %q", bad)
		}
	}
	if strings.ContainsAny(c.Text(), "\x1b\x00") {
		t.Error("the text holds control characters")
	}
}

// TestDiffBounded holds a change of ten thousand results to its limits, and to
// saying how much it leaves out.
func TestDiffBounded(t *testing.T) {
	var base, head state
	for i := range 10_000 {
		r := chat(fmt.Sprintf("Model-%04d-%s", i, strings.Repeat("@<|", 20)), 100+float64(i))
		head.results = append(head.results, r)
		head.findings = append(head.findings, result.Finding{Rule: "W", Level: result.Warn, Where: result.Place{File: r.Model.Name}, Message: strings.Repeat("`*[", 200)})
		if i%2 == 0 {
			base.results = append(base.results, r)
		}
	}
	b, h := base.snapshot(t, "base"), head.snapshot(t, "head")
	c := review.Diff(b, h, nil)
	if len(c.Results) != 5000 || len(c.Boards) != 1 || len(c.Boards[0].Rows) < 9000 || len(c.Findings) != 10_000 {
		t.Fatalf("%d results, %d boards, %d findings", len(c.Results), len(c.Boards), len(c.Findings))
	}
	for _, limit := range []int{0, 2048, 5000, 20_000} {
		md := c.Markdown(limit)
		most := limit
		if limit == 0 {
			most = review.CommentLimit
		}
		if len(md) > most {
			t.Errorf("limit %d: %d bytes", limit, len(md))
		}
		if !strings.Contains(md, "left out here") {
			t.Errorf("limit %d: does not say that anything is left out:\n%s", limit, md)
		}
	}
	if md := c.Markdown(0); !strings.Contains(md, "more rows left out here") {
		t.Error("does not count what it leaves out")
	}
	page, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if len(page) > 2<<20 || len(c.Text()) > 1<<20 {
		t.Errorf("the page has %d bytes, the text %d", len(page), len(c.Text()))
	}
	if !strings.Contains(string(page), "more rows left out here") {
		t.Error("the page does not count what it leaves out")
	}
	if again := review.Diff(b, h, nil); again.Text() != c.Text() || again.Markdown(0) != c.Markdown(0) {
		t.Error("two comparisons of the same differ")
	}
}
