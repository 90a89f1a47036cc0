package label

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/result"
)

// What could be taken for the label of an authority is refused, wherever a
// board's files could put it; words that only look alike are not.
func TestMarks(t *testing.T) {
	base := shipped(t, "designs/default.yaml")
	text := func(s string) string {
		return strings.Replace(base, `text: "{note}"`, `text: "{note} `+s+`"`, 1)
	}
	for name, design := range map[string]string{
		"name of another":  text("Energy Star"),
		"with a sign":      text("ENERGY-STAR\u00ae"),
		"another board":    text("AI Energy Score"),
		"word mark":        text("ENERG"),
		"authority":        text("certified by"),
		"government":       text("U.S. Government"),
		"as an id":         strings.Replace(base, "id: subtitle", "id: energy-star", 1),
		"in the short one": strings.Replace(base, `text: "{subtitle}"`, `text: "{subtitle}", short: "{subtitle} EU Energy Label"`, 1),
		"grades":           base + grades("ABCD"),
		"grades with plus": base + grades("A+ A++ B C D"),
		"green on dark":    strings.Replace(strings.Replace(base, `star: "#005A8C"`, `star: "#33CC33"`, 1), `paper: "#FFFFFF"`, `paper: "#101010"`, 1),
		"yellow on blue":   strings.Replace(strings.Replace(base, `star: "#005A8C"`, `star: "#FFCC00"`, 1), `paper: "#FFFFFF"`, `paper: "#003399"`, 1),
	} {
		d, found := loadDesign(t, design)
		hit := false
		for _, f := range found {
			hit = hit || f.Rule == "LBL-MARK" && f.Where.Line > 0 && f.Hint != "" && f.Level == result.Error
		}
		if !hit {
			t.Errorf("%s: not refused; found %v", name, found)
		}
		if len(d.byKey) > 0 || len(d.custom) > 0 {
			t.Errorf("%s: the design can be used, even if only unofficially", name)
		}
	}
	for _, s := range []string{"energy", "energetic", "Energy use", "star", "a score of AI", "unofficially fast", "approves", "certificateless", "officially"} {
		if m := officialMark(s); m != "" {
			t.Errorf("%q is taken for the mark %s", s, m)
		}
	}
	for _, s := range []string{"Energy Star", "energy\u202fstar", "ENERG", "Inference ENERG rating", "AI EnergyScore", "EU-Energy Label", "Blauer Engel"} {
		if foreignMark(s) == "" {
			t.Errorf("%q is no mark of others", s)
		}
	}
	// A board's own words and title.
	_, found := Load(fstest.MapFS{
		"i18n/en.yaml": {Data: []byte(strings.Replace(shipped(t, "i18n/en.yaml"), "subtitle: Inference energy rating", "subtitle: Official energy rating", 1))},
	})
	if len(found) != 1 || !strings.Contains(found[0].Message, "subtitle") || found[0].Where.Line == 0 {
		t.Errorf("words: %v", found)
	}
	in := input()
	in.SiteTitle = "The ENERGY STAR board"
	var p *Problem
	if _, err := load(t).Draw(in, Style{}); !errors.As(err, &p) || p.Rule != "LBL-E-MARK" {
		t.Errorf("site title: %v", err)
	}
}

// grades are texts of one grade each.
func grades(s string) string {
	if !strings.Contains(s, " ") {
		s = strings.Join(strings.Split(s, ""), " ")
	}
	out := ""
	for _, g := range strings.Fields(s) {
		out += `  - {kind: text, x: 92, y: 30, pt: 6, color: ink, text: "` + g + `"}` + "\n"
	}
	return out
}

// A board adds designs and sizes, and replaces the shipped ones. Designs that
// break a rule of layout are drawn only when asked for, and say so.
func TestOwnDesigns(t *testing.T) {
	base := shipped(t, "designs/default.yaml")
	small := shipped(t, "designs/default-small.yaml")
	files := fstest.MapFS{
		"i18n/en.yaml":             {Data: []byte(shipped(t, "i18n/en.yaml"))},
		"designs/default.yaml":     {Data: []byte(strings.Replace(base, `star: "#005A8C"`, `star: "#402060"`, 1))},
		"designs/booth-small.yaml": {Data: []byte(small)},
		"designs/crowded.yaml":     {Data: []byte(strings.Replace(base, "id: value, when: value, x: 6, y: 92", "id: value, when: value, x: 6, y: 104", 1))},
		"designs/tiny.yaml":        {Data: []byte(strings.Replace(base, `y: 159, pt: 9.5`, `y: 159, pt: 7`, 1))},
	}
	d, found := Load(files)
	for _, f := range found {
		if f.Rule != "LBL-OVERLAP" || f.Where.File != "labels/designs/crowded.yaml" || !Unofficial(f) || f.Where.Line == 0 || f.Where.Col == 0 || !strings.Contains(f.Message, "value") {
			t.Errorf("found %s", f)
		}
	}
	if len(found) == 0 {
		t.Error("the crowded design is not refused")
	}
	if got := strings.Join(d.Names(), " "); got != "booth crowded default tiny" {
		t.Errorf("designs: %s", got)
	}
	if l, err := d.Draw(input(), Style{}); err != nil || !strings.Contains(string(l.SVG()), "#402060") {
		t.Errorf("the board's colour is not used: %v", err)
	}
	if _, err := d.Draw(input(), Style{Design: "booth", Size: SizeSmall, Look: LookDark}); err != nil {
		t.Errorf("booth, small: %v", err)
	}
	var p *Problem
	if _, err := d.Draw(input(), Style{Design: "tiny", Size: SizeCompact}); !errors.As(err, &p) || !strings.Contains(p.Message, "4.52 pt") {
		t.Errorf("a compact label of 4.52 pt: %v", err)
	}
	if _, err := d.Draw(input(), Style{Design: "tiny"}); err != nil {
		t.Errorf("tiny, full: %v", err)
	}

	if _, err := d.Draw(input(), Style{Design: "crowded"}); !errors.As(err, &p) || p.Rule != "LBL-E-DESIGN" {
		t.Errorf("the crowded design is drawn: %v", err)
	}
	for _, look := range Looks() {
		l, err := d.Draw(input(), Style{Design: "crowded", Look: look, Unofficial: true})
		if err != nil {
			t.Fatal(err)
		}
		if !has(l, "custom layout") || !l.Record.Custom || !strings.Contains(l.Alt, "custom layout") || len(l.Findings) != 1 || l.Findings[0].Rule != "LBL-W-CUSTOM" {
			t.Errorf("%s: the label does not say that its layout is its own: %q, %v, %v", look, l.Alt, l.Record.Custom, l.Findings)
		}
	}
	if l, err := d.Draw(input(), Style{Unofficial: true}); err != nil || has(l, "custom layout") || l.Record.Custom {
		t.Errorf("a valid design says that it is not: %v", err)
	}
}
