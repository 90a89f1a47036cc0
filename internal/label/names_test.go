package label

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

func TestNames(t *testing.T) {
	d := load(t)
	long := "Example-Model-With-A-Name-Of-Ninety-Six-Characters-That-Somebody-Thought-Useful-30B-A3B-2507-FP8"
	if len(long) != 96 {
		t.Fatalf("the long name has %d characters", len(long))
	}
	for _, c := range []struct {
		name, id string
		lines    []string // as drawn
		rule     string   // finding, empty for none
	}{
		{name: "abc", lines: []string{"abc"}},
		{name: "Qwen3-235B-A22B-Instruct-2507-FP8", lines: []string{"Qwen3-235B-A22B-Instruct-2507-FP8"}},
		{name: "Qwen3-Coder-480B-A35B-Instruct-2507-FP8", lines: []string{"Qwen3-Coder-480B-A35B-", "Instruct-2507-FP8"}},
		{name: long, lines: []string{"Example-Model-With-A-Name-Of-Ninety-", "Six-Characters-That-Somebod\u2026-2507-FP8"}, rule: "LBL-W-CUT"},
		{name: strings.Repeat("x", 40), lines: nil},
		{name: strings.Repeat("W", 96), lines: nil, rule: "LBL-W-CUT"},
		{name: "\u6a21\u578b\u4e00\u53f7", id: "org/model-one", lines: []string{"org/model-one"}, rule: "LBL-W-SCRIPT"},
		{name: "\u0646\u0645\u0648\u0630\u062c", id: "org/namudhaj", lines: []string{"org/namudhaj"}, rule: "LBL-W-SCRIPT"},
		{name: "\u6a21\u578b", id: "org/\u6a21\u578b", lines: []string{"Model 5a1f0c9be2d3"}, rule: "LBL-W-SCRIPT LBL-W-SCRIPT"},
		{name: `<script>&"`, lines: []string{`<script>&"`}},
		{name: "Mode\u0301le", lines: []string{"Mod\u00e9le"}},
		{name: "x\u0323\u0301y", id: "org/xy", lines: []string{"org/xy"}, rule: "LBL-W-SCRIPT"},
		{name: "fast \U0001f680 model", id: "org/fast", lines: []string{"org/fast"}, rule: "LBL-W-SCRIPT"},
		{name: "a\u202eb", rule: "LBL-E-TEXT"},
		{name: "a\u0007b", rule: "LBL-E-TEXT"},
		{name: "a\ue000b", rule: "LBL-E-TEXT"},
	} {
		in := input()
		in.Model = &catalog.Model{Title: c.name}
		if c.id != "" {
			in.Result.Model.Name = c.id
		}
		l, err := d.Draw(in, Style{})
		if strings.HasPrefix(c.rule, "LBL-E") {
			var p *Problem
			if !errors.As(err, &p) || p.Rule != c.rule {
				t.Errorf("%q: %v, want %s", c.name, err, c.rule)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.name, err)
			continue
		}
		rules := []string{}
		for _, f := range l.Findings {
			rules = append(rules, f.Rule)
		}
		if want := nonEmpty([]string{c.rule}); strings.Join(rules, " ") != strings.Join(want, " ") {
			t.Errorf("%q: findings %v, want %v", c.name, rules, want)
		}
		var lines []string
		for _, it := range l.List.Items {
			if tx, ok := it.(draw.Text); ok && tx.Y > 25 && tx.Y < 34 {
				lines = append(lines, tx.S)
				if w := draw.Width(tx.S, tx.Pt, tx.Bold); w > 84.001 || tx.Pt < 11 {
					t.Errorf("%q: line %q is %.2f mm at %g pt", c.name, tx.S, w, tx.Pt)
				}
			}
		}
		if c.lines != nil && !cmp.Equal(lines, c.lines) {
			t.Errorf("%q: drawn as %q, want %q", c.name, lines, c.lines)
		}
		if !strings.Contains(l.Alt, result.Normal(c.name)) {
			t.Errorf("%q: the alternative text has another name: %s", c.name, l.Alt)
		}
	}
}

func TestProblems(t *testing.T) {
	d := load(t)
	for name, c := range map[string]struct {
		change func(*Input)
		rule   string
	}{
		"no base URL":      {func(in *Input) { in.BaseURL = "" }, "LBL-E-QR"},
		"http":             {func(in *Input) { in.BaseURL = "http://example.org" }, "LBL-E-QR"},
		"script":           {func(in *Input) { in.BaseURL = "javascript:alert(1)" }, "LBL-E-QR"},
		"query":            {func(in *Input) { in.BaseURL = "https://example.org/?a=b" }, "LBL-E-QR"},
		"not ASCII":        {func(in *Input) { in.BaseURL = "https://example.org/\u00e9" }, "LBL-E-QR"},
		"address too long": {func(in *Input) { in.BaseURL = "https://example.org/" + strings.Repeat("a", 250) }, "LBL-E-QR"},
		"scale too long":   {func(in *Input) { in.Rating.ScaleID = strings.Repeat("w", 60) }, "LBL-E-FIT"},
		"control in title": {func(in *Input) { in.SiteTitle = "a\x1b[31mb" }, "LBL-E-TEXT"},
		"bidi publisher":   {func(in *Input) { in.Result.Source = &result.Source{Publisher: "a\u2066b"} }, "LBL-E-TEXT"},
		"no result":        {func(in *Input) { in.Result = nil }, "LBL-E-RESULT"},
	} {
		in := input()
		c.change(&in)
		_, err := d.Draw(in, Style{})
		var p *Problem
		if !errors.As(err, &p) || p.Rule != c.rule {
			t.Errorf("%s: %v, want %s", name, err, c.rule)
		} else if p.Hint == "" || p.Level != result.Error {
			t.Errorf("%s: finding without a hint or not an error: %+v", name, p.Finding)
		}
	}
	if _, err := d.Draw(input(), Style{Size: "huge"}); err == nil {
		t.Error("an unknown size was drawn")
	}
	if _, err := d.Badge(Input{}, false); err == nil {
		t.Error("a badge of nothing was drawn")
	}
	in := input()
	in.BaseURL = ""
	if _, err := d.Badge(in, false); err != nil {
		t.Errorf("a badge needs no address: %v", err)
	}
}

func FuzzNames(f *testing.F) {
	d := load(f)
	for _, s := range []string{"abc", "a/b", "Example-7B-2507-FP8", "\u6a21\u578b", "e\u0301", "\xff", strings.Repeat("W", 300), "\u202e", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		in := input()
		in.Model = nil
		in.Result.Model.Name = name
		for _, size := range Sizes() {
			found, l := layOut(t, d, in, Style{Size: size})
			for _, f := range found {
				t.Errorf("%q, %s: %s", name, size, f)
			}
			if l == nil {
				continue
			}
			for _, it := range l.List.Items {
				if tx, ok := it.(draw.Text); ok {
					if m := draw.HasGlyphs(tx.S); len(m) > 0 {
						t.Errorf("%q: line %q has characters without glyphs", name, tx.S)
					}
				}
			}
			checkSVG(t, l.SVG(), l.Alt)
		}
	})
}
