package label

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

// letters is what a model's id and its title must share: every letter, number
// and decimal point, without case and separators.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// TestTitlesNameTheModel: a title that drops a date, "Instruct" or a precision is
// the name of another model, and it stands on labels.
func TestTitlesNameTheModel(t *testing.T) {
	cat, found := catalog.Load(os.DirFS("../../content"))
	if found.HasErrors() {
		t.Fatal(found)
	}
	if len(cat.Models) == 0 {
		t.Fatal("the catalogue has no models")
	}
	d := load(t)
	for id, m := range cat.Models {
		if m.Title == "" {
			continue
		}
		_, name, _ := strings.Cut(id, "/")
		if letters(m.Title) != letters(name) {
			t.Errorf("%s has the title %q, which names another model", id, m.Title)
		}
		in := input()
		r := *in.Result
		r.Model.Name = id
		in.Result, in.Model = &r, m
		l, err := d.Draw(in, Style{})
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		for _, f := range l.Findings {
			t.Errorf("%s: %s", id, f)
		}
		if got := provider(l); got != id {
			t.Errorf("%s: the label prints the id as %q", id, got)
		}
	}
}

// provider is what stands between the model's name and the stars.
func provider(l *Label) string {
	s := ""
	for _, it := range l.List.Items {
		if tx, ok := it.(draw.Text); ok && tx.Y > 36 && tx.Y < 43 {
			s += tx.S
		}
	}
	return s
}

func drawnTexts(l *Label) string {
	s := "\n"
	for _, it := range l.List.Items {
		if tx, ok := it.(draw.Text); ok {
			s += tx.S + "\n"
		}
	}
	return s
}

// TestProviderLine: the id and who serves it, as far as fonts can draw them, and
// nothing rather than question marks.
func TestProviderLine(t *testing.T) {
	d := load(t)
	for _, c := range []struct {
		name, provider, title, want, rule string
	}{
		{name: "org/model-7B-FP8", want: "org/model-7B-FP8"},
		{name: "org/model-7B-FP8", title: "Model 7B FP8", want: "org/model-7B-FP8"},
		{name: "org/model", provider: "Example Cloud", want: "org/model · Example Cloud"},
		{name: "model", title: "Model", want: "model"},
		{name: "model", want: ""},
		{name: "\u6a21\u578b/model", want: "", rule: "LBL-W-SCRIPT"},
		{name: "\u0646\u0645\u0648\u0630\u062c/\u0646\u0645\u0648\u0630\u062c", want: "", rule: "LBL-W-SCRIPT LBL-W-SCRIPT"},
		{name: "\u05d3\u05d2\u05dd/model", want: "", rule: "LBL-W-SCRIPT"},
		{name: "org/model", provider: "\u6a21\u578b", want: "org/model", rule: "LBL-W-SCRIPT"},
		{name: "org/model", title: "\u6a21\u578b", want: "", rule: "LBL-W-SCRIPT"}, // the id is the name's stand-in
		{name: "organisation/A-Model-Whose-Name-Takes-Two-Lines-30B-A3B-Instruct-2507-FP8", want: "organisation/A-Model-Whose-Name-Takes-Two-Lines-30B-A3B-Instruct-2507-FP8"},
		{name: "organisation/" + strings.Repeat("a-long-name-", 9) + "2507-FP8",
			want: "organisation/" + strings.Repeat("a-long-name-", 5) + "a-lo\u2026-2507-FP8", rule: "LBL-W-CUT LBL-W-CUT"},
	} {
		in := input()
		in.Model = nil
		if c.title != "" {
			in.Model = &catalog.Model{Title: c.title}
		}
		r := *in.Result
		r.Model = result.Model{Name: c.name, Provider: c.provider}
		in.Result = &r
		l, err := d.Draw(in, Style{})
		if err != nil {
			t.Errorf("%q: %v", c.name, err)
			continue
		}
		got, rules := provider(l), []string{}
		for _, f := range l.Findings {
			rules = append(rules, f.Rule)
		}
		if got != c.want || strings.Join(rules, " ") != c.rule {
			t.Errorf("%q by %q: %q with findings %v, want %q with %q", c.name, c.provider, got, rules, c.want, c.rule)
		}
		if strings.Contains(drawnTexts(l), "??") {
			t.Errorf("%q: question marks in %s", c.name, drawnTexts(l))
		}
	}
}
