package label

import (
	"errors"
	"math"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

// layOut draws an input and returns what stands in the way of what.
func layOut(t *testing.T, d *Designs, in Input, s Style) (result.Findings, *Label) {
	t.Helper()
	l, err := d.Draw(in, s)
	if err != nil {
		var p *Problem
		if !errors.As(err, &p) || p.Hint == "" {
			t.Errorf("%s: %v is no Problem with a hint", s.Size, err)
		}
		return nil, nil
	}
	ds, scale, err := d.choose(s.full())
	if err != nil {
		t.Fatal(err)
	}
	f, facts := in.fields(d.words(in.Lang))
	(&Label{}).script(in, ds, f, facts)
	lo := &layout{ds: ds, look: LookColour, scale: scale, f: f, facts: facts, in: ratingShape{in.Rating.Min, in.Rating.Max}, code: in.code(), list: &draw.List{}}
	if err := lo.run(); err != nil {
		t.Fatal(err)
	}
	tr := &trial{checker: checker{ds: ds}, seen: map[string]bool{}}
	tr.boxes(lo.boxes, "")
	return tr.found, l
}

// Whatever stands in a result: nothing over anything, nothing off the page, and
// what is not shown as it is, is told. A problem is an error with a hint.
func TestNastyInputs(t *testing.T) {
	d := load(t)
	inputs := map[string]func(*Input){}
	named := func(label, s string) {
		inputs["name "+label] = func(in *Input) { in.Model, in.Result.Model.Name = nil, "example-org/"+s }
		inputs["title "+label] = func(in *Input) { in.Model = &catalog.Model{Title: s} }
		inputs["site "+label] = func(in *Input) { in.SiteTitle = s }
		inputs["hardware "+label] = func(in *Input) { in.Hardware, in.Result.Hardware = nil, &result.Hardware{Name: s, Count: 8} }
		inputs["task "+label] = func(in *Input) { in.Task = &catalog.Task{Title: s} }
		inputs["provider "+label] = func(in *Input) { in.Result.Model.Provider = s }
		inputs["point "+label] = func(in *Input) { in.PointTitle = s }
		inputs["engine "+label] = func(in *Input) { in.Result.Software.Engine.Name = s }
		inputs["publisher "+label] = func(in *Input) { in.Result.Source.Publisher = s }
		inputs["precision "+label] = func(in *Input) { in.Result.Model.Precision = s }
	}
	for label, s := range map[string]string{
		"of 1": "M", "of 3": "abc", "of 33": "Qwen3-235B-A22B-Instruct-2507-FP8", "of 44": "Example Accelerator 141GB HBM3e SXM, liquid!", "of 96": strings.Repeat("Long-Name.", 9) + "-2507x",
		"of 300": strings.Repeat("Word and another ", 18)[:300], "unbreakable": strings.Repeat("W", 300), "CJK": "\u6a21\u578b\u4e00\u53f7", "Arabic": "\u0646\u0645\u0648\u0630\u062c",
		"markup": `<script>alert("&")</script>`, "combining": "x\u0323\u0301y\u0308", "emoji": "fast \U0001f680\U0001f1e9\U0001f1ea", "formula": `=HYPERLINK("http://example.org";"a")`, "empty": "",
		"spaces": "   a   b  ", "Cyrillic": "\u041c\u043e\u0434\u0435\u043b\u044c", "Greek": "\u039c\u03bf\u03bd\u03c4\u03ad\u03bb\u03bf", "control": "a\x00b\x1b[31m", "bidi": "a\u202eb",
	} {
		named(label, s)
	}
	for _, wh := range []float64{1e-9, 1e-6, 0.00012345, 0.0999, 0.1, 9.999, 999.9, 9999.4, 10000, 1e6, 1e9, math.MaxFloat64, math.NaN(), math.Inf(1), 0, -1} {
		inputs["energy "+num(wh)] = func(in *Input) {
			in.Result.Metrics = map[string]result.Metric{Metric: {Value: wh, CI95: &result.Interval{wh * 0.9, wh * 1.1}, Provenance: result.ProvMeasured}}
		}
	}
	inputs["no date"] = func(in *Input) { in.Result.MeasuredAt, in.Result.Source = "", nil }
	inputs["nothing stated"] = func(in *Input) {
		r := &result.Result{ID: in.Result.ID, Model: result.Model{Name: "m"}}
		in.Result, in.Model, in.Task, in.Hardware, in.PointTitle = r, nil, nil, nil, ""
		in.Rating.Code, in.Rating.Rated = "metric-missing", false
	}
	inputs["long scale"] = func(in *Input) { in.Rating.ScaleID = "demo-2025-02ab" }
	inputs["long live scale"] = func(in *Input) { in.Rating.ScaleID, in.Rating.Relative = "demo-2025-02ab", true }
	inputs["boundary"] = func(in *Input) { in.Result.Boundary = &result.Boundary{Includes: "gpu+cpu+dram"} }
	for _, code := range []string{"guard-hardware", "guard-count", "guard-task", "guard-class", "guard-precision", "guard-point", "guard-boundary", "guard-kind", "guard-weights", "guard-origin",
		"metric-missing", "metric-invalid", "cohort-small", "zero-span", "uncertain", "no-scale"} {
		inputs["code "+code] = func(in *Input) { in.Rating.Rated, in.Rating.Code, in.Rating.Reason = false, code, "Not rated: "+code }
	}
	for label, change := range inputs {
		for _, size := range Sizes() {
			in := input()
			r, sw, src := *in.Result, *in.Result.Software, *in.Result.Source
			eng := *sw.Engine
			sw.Engine, r.Software, r.Source = &eng, &sw, &src
			in.Result = &r
			change(&in)
			found, l := layOut(t, d, in, Style{Size: size})
			for _, f := range found {
				t.Errorf("%s, %s: %s", label, size, f)
			}
			if l == nil {
				if strings.HasPrefix(label, "energy") || strings.HasPrefix(label, "code") || label == "no date" || label == "nothing stated" || label == "boundary" || strings.HasPrefix(label, "long") {
					_, err := d.Draw(in, Style{Size: size})
					t.Errorf("%s, %s: no label: %v", label, size, err)
				}
				continue
			}
			if strings.Contains(label, "control") || strings.Contains(label, "bidi") {
				t.Errorf("%s, %s: drawn", label, size)
			}
			checkSVG(t, l.SVG(), l.Alt)
			for _, s := range texts(l) {
				if strings.HasSuffix(s, ellipsis) && len(l.Findings) == 0 {
					t.Errorf("%s, %s: %q is cut and no warning says so", label, size, s)
				}
			}
		}
	}
}

// What small labels say in place of the full one's words.
func TestShortWords(t *testing.T) {
	d := load(t)
	all := states()
	for _, c := range []struct {
		state, size string
		with, no    []string
	}{
		{"rated-3.5", SizeSmall, []string{"Example board", "3.5 of 5", "jb-2026", "9.39 Wh", "per 1,000 requests (GPU energy)", "Conversation", "2 \u00d7 Example H1", "Published 2026-02", "5a1f0c9b", "Scan to verify"}, []string{"Uncertainty not reported"}},
		{"rated-3.5", SizeStrip, []string{"3.5", "9.39 Wh", "/ 1k req", "Conversation \u00b7 2 \u00d7 Example H1", "jb-2026 \u00b7 2026-02 \u00b7 5a1f0c9b"}, nil},
		{"ci-span", SizeSmall, []string{"2.5 of 5", "95 % CI 9.12\u20139.66 Wh", "Measured 2026-06"}, nil},
		{"not-rated", SizeSmall, []string{"Not rated: other hardware", "9.39 Wh"}, []string{"jb-2026", "Not rated"}},
		{"not-rated", SizeStrip, []string{"Not rated: other hardware", "9.39 Wh", "2026-02 \u00b7 5a1f0c9b"}, nil},
		{"no-energy", SizeSmall, []string{"Not rated: no value", "No energy measured", "hosted endpoint"}, nil},
		{"no-energy", SizeStrip, []string{"Not rated: no value", "No energy measured"}, []string{"/ 1k req"}},
		{"withdrawn", SizeSmall, []string{"WITHDRAWN 2026-08-03", "Scan for the notice", "5a1f0c9b"}, []string{"9.39 Wh", "3.5 of 5"}},
		{"withdrawn", SizeStrip, []string{"WITHDRAWN 2026-08-03", "5a1f0c9b"}, []string{"9.39 Wh", "/ 1k req", "3.5"}},
		{"draft", SizeSmall, []string{"DRAFT"}, nil},
		{"draft", SizeStrip, []string{"DRAFT"}, []string{"jb-2026 \u00b7 2026-02 \u00b7 5a1f0c9b"}},
		{"flagged", SizeStrip, []string{"REVIEW"}, nil},
		{"superseded", SizeSmall, []string{"OLD SCALE"}, nil},
		{"estimated", SizeStrip, []string{"est. 51.2 mWh"}, nil},
		{"live", SizeSmall, []string{"relative ranking"}, nil},
		{"live", SizeStrip, []string{"jb-2026 rel. \u00b7 5a1f0c9b"}, nil},
	} {
		l, err := d.Draw(all[c.state], Style{Size: c.size})
		if err != nil {
			t.Errorf("%s %s: %v", c.size, c.state, err)
			continue
		}
		for _, s := range c.with {
			if !has(l, s) {
				t.Errorf("%s %s: %q is not on the label; there are %q", c.size, c.state, s, texts(l))
			}
		}
		for _, s := range c.no {
			if has(l, s) {
				t.Errorf("%s %s: %q is on the label", c.size, c.state, s)
			}
		}
	}
	in := input()
	in.Rating.ScaleID = "demo-2025-02ab"
	if l, err := d.Draw(in, Style{Size: SizeStrip}); err != nil || !has(l, "demo-2025-02ab \u00b7 5a1f0c9b") {
		t.Errorf("the month does not go first: %v", err)
	}
	in = input()
	in.Task = &catalog.Task{Title: "Problem solving"}
	in.Hardware = &catalog.Hardware{Name: "NVIDIA H100 80GB HBM3", Short: "H100"}
	if l, err := d.Draw(in, Style{Size: SizeStrip}); err != nil || !has(l, "Problem solving \u00b7 2 \u00d7 H100") {
		t.Errorf("the short name of the hardware is not used: %v", err)
	}
	in.Task = &catalog.Task{Title: "Problem solving (GPQA Diamond)"}
	if l, err := d.Draw(in, Style{Size: SizeStrip}); err != nil || !has(l, "Problem solving \u00b7 2 \u00d7 H100") {
		t.Errorf("the task is not shortened: %v", err)
	}
	in.Task = &catalog.Task{Title: "Hosted endpoint, 1024 tokens in, 1024 out"}
	if l, err := d.Draw(in, Style{Size: SizeStrip}); err != nil || !has(l, "Hosted endpoint, 10\u2026 \u00b7 2 \u00d7 H100") {
		t.Errorf("the hardware does not stay: %q, %v", texts(l), err)
	}
}
