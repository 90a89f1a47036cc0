package chart

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestShorten: a name that lost something says so, and stays unlike every other.
func TestShorten(t *testing.T) {
	for _, c := range []struct {
		width      float64
		name, want []string
	}{
		{170, []string{"Qwen3-235B-A22B-Instruct-2507", "Qwen3-235B-A22B-Instruct-2507-FP8", "gemma-3-27b-it"},
			[]string{"Qwen3-235B-A2…ct-2507", "Qwen3-235B-A2…07-FP8", "gemma-3-27b-it"}},
		{170, []string{"Qwen3-235B-A22B-Instruct-2507-FP8", "Qwen3-235B-A22B-Thinking-2507-FP8"}, nil},
		{130, []string{"alpha-base", "alpha-base-instruct-with-a-name-that-is-long"}, nil},
		{170, []string{"alpha-base-with-one-in-the-middle-of-it", "alpha-base-with-two-in-the-middle-of-it", "alpha-base-with-twoo-in-the-middle-of-it"}, nil},
		{maxLabelWidth, []string{"Qwen3-Coder-480B-A35B-Instruct-FP8", "Llama-4-Maverick-17B-128E-Instruct-FP8", "NVIDIA-Nemotron-Nano-12B-v2-VL-BF16"},
			[]string{"Qwen3-Coder-480B-A35B-Instruct-FP8", "Llama-4-Maverick-17B-128E-Instruct-FP8", "NVIDIA-Nemotron-Nano-12B-v2-VL-BF16"}},
	} {
		got := shorten(c.name, 12.5, c.width)
		if diff := cmp.Diff(c.want, got); c.want != nil && diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for i, g := range got {
			if textWidth(g, 12.5) > c.width {
				t.Errorf("%q is wider than %g px", g, c.width)
			}
			head, tail, cut := strings.Cut(g, "…")
			if !cut && g != c.name[i] {
				t.Errorf("%q became %q without a mark", c.name[i], g)
			}
			for j, n := range c.name {
				if reads := g == n || cut && strings.HasPrefix(n, head) && strings.HasSuffix(n, tail); reads != (i == j) {
					t.Errorf("%q: %q may be read as %q", c.name[i], g, n)
				}
			}
		}
	}
}

func FuzzEllipsis(f *testing.F) {
	for _, n := range hostileNames {
		f.Add(n, 100.0)
	}
	f.Fuzz(func(t *testing.T, s string, width float64) {
		if !(width >= 20 && width < 1000) {
			return
		}
		out := ellipsis(nameOf(s), 12, width)
		if !utf8.ValidString(out) || out == "" {
			t.Errorf("%q became %q", s, out)
		}
		if w := textWidth(out, 12); w > width+1e-9 {
			t.Errorf("%q is %.1f px wide, want at most %.1f", out, w, width)
		}
		if strings.ContainsAny(out, "\x00\n\u2028\u202e") {
			t.Errorf("%q keeps a control character", out)
		}
	})
}

func TestOrdered(t *testing.T) {
	for in, want := range map[string]string{
		"at most 50 ms":      "at most 50 ms",
		"至多 50 ms":           "至多 50 ms",
		"לכל היותר 50 ms":    "לכל היותר \u200e50 ms",
		"על الأكثر 1.5 s":    "על الأكثر \u200e1.5 s",
		"12 אסימונים בשנייה": "12 אסימונים בשנייה",
	} {
		if got := ordered(in); got != want {
			t.Errorf("%q is drawn %q, want %q", in, got, want)
		}
	}
}
