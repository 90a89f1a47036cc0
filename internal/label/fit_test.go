package label

import (
	"strings"
	"testing"
	"testing/quick"

	"jouleboard/internal/draw"
)

// Whatever the text and the room, lines fit, no line is empty, and without an
// ellipsis nothing is lost but spaces at breaks.
func TestFitLaws(t *testing.T) {
	law := func(s string, room uint8, lines uint8, keep bool) bool {
		s = strings.Join(strings.Fields(drawable(s, nil)), " ")
		if s == "" {
			return true
		}
		f := fitter{bold: keep, maxW: 10 + float64(room)/4}
		n := 1 + int(lines%3)
		tail := ""
		if keep {
			tail = suffix.FindString(s)
		}
		b := f.fit(s, 16, 11, n, tail)
		if len(b.lines) == 0 || len(b.lines) > n || b.pt > 16 || b.pt < 11 {
			t.Errorf("%q: %d lines at %g pt", s, len(b.lines), b.pt)
			return false
		}
		for _, l := range b.lines {
			if l == "" || draw.Width(l, b.pt, f.bold) > f.maxW+1e-4 {
				t.Errorf("%q: line %q is %.3f mm, room for %.3f", s, l, draw.Width(l, b.pt, f.bold), f.maxW)
				return false
			}
		}
		strip := func(x string) string { return strings.ReplaceAll(x, " ", "") }
		if !b.cut && strip(strings.Join(b.lines, "")) != strip(s) {
			t.Errorf("%q became %q", s, b.lines)
			return false
		}
		return true
	}
	if err := quick.Check(law, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
}

func TestFitOrder(t *testing.T) {
	f := fitter{bold: true, maxW: 84}
	for _, c := range []struct {
		s     string
		pt    float64
		lines string
	}{
		{"Short", 16, "Short"},
		{"Qwen3-235B-A22B-Instruct-2507-FP8", 12.5, "Qwen3-235B-A22B-Instruct-2507-FP8"},                  // smaller before two lines
		{"Qwen3-Coder-480B-A35B-Instruct-2507-FP8", 16, "Qwen3-Coder-480B-A35B-|Instruct-2507-FP8"},       // two lines at the largest size
		{"Llama-3.3-Nemotron-Super-49B-v1.5-Instruct", 16, "Llama-3.3-Nemotron-Super-|49B-v1.5-Instruct"}, // not inside 3.3
		{"ExampleModelWithoutAnyHyphenInItsLongName", 16, "ExampleModelWithoutAny|HyphenInItsLongName"},   // between lower and upper case
		{"stable-diffusion-3.5-large-turbo-preview-edition", 16, "stable-diffusion-3.5-large-|turbo-preview-edition"},
	} {
		b := f.fit(c.s, 16, 11, 2, suffix.FindString(c.s))
		if got := strings.Join(b.lines, "|"); got != c.lines || b.cut {
			t.Errorf("%s: %q at %g pt, want %q", c.s, got, b.pt, c.lines)
		}
		if len(b.lines) == 1 && b.pt != c.pt {
			t.Errorf("%s: %g pt, want %g", c.s, b.pt, c.pt)
		}
	}
}

func TestSuffix(t *testing.T) {
	for s, want := range map[string]string{
		"Model-30B-A3B-2507-FP8": "-2507-FP8", "Model-7B-AWQ": "-AWQ", "Model-Q4_K_M": "-Q4_K_M", "Model-20250101": "-20250101",
		"Model-2025-01-31": "-2025-01-31", "Model-Instruct": "", "Model.GGUF": ".GGUF", "Model-w4a16": "-w4a16", "Model-4bit": "-4bit",
	} {
		if got := suffix.FindString(s); got != want {
			t.Errorf("%s: suffix %q, want %q", s, got, want)
		}
	}
}
