package label

import (
	"errors"
	"math"
	"runtime"
	"strings"
	"sync"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
)

// One label after another, or eight at a time: the same bytes in each size and
// look.
func TestDeterministic(t *testing.T) {
	d := load(t)
	all := states()
	type key struct{ name, size, look string }
	type out struct{ svg, pdf, png, badge string }
	drawAll := func(names ...string) map[key]out {
		m := map[key]out{}
		for _, name := range names {
			for _, size := range Sizes() {
				for _, look := range Looks() {
					l, err := d.Draw(all[name], Style{Size: size, Look: look})
					if err != nil {
						t.Error(err)
						return nil
					}
					var pdf []byte
					if look != LookDark {
						if pdf, err = l.PDF(); err != nil {
							t.Error(err)
						}
					}
					png, err := l.PNG()
					if err != nil {
						t.Error(err)
					}
					b, err := d.Badge(all[name], false)
					if err != nil {
						t.Error(err)
					}
					m[key{name, size, look}] = out{string(l.SVG()), string(pdf), string(png), string(b)}
				}
			}
		}
		return m
	}
	names := []string{"ci-span", "withdrawn"}
	want := drawAll(names...)
	for _, procs := range []int{1, 8} {
		old := runtime.GOMAXPROCS(procs)
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for k, o := range drawAll(names[i%2]) {
					if o != want[k] {
						t.Errorf("%v is drawn differently with GOMAXPROCS %d", k, procs)
					}
				}
			})
		}
		wg.Wait()
		runtime.GOMAXPROCS(old)
	}
}

// A dark label is for screens: it is no PDF, and its file says what it is.
func TestStyles(t *testing.T) {
	d := load(t)
	for s, want := range map[Style]string{
		{}: "5a1f0c9be2d3-full.svg", {Size: SizeStrip, Look: LookMono}: "5a1f0c9be2d3-strip-mono.svg",
		{Look: LookDark, Design: "booth"}: "5a1f0c9be2d3-full-dark-booth.svg", {Look: LookColour, Size: SizeCompact}: "5a1f0c9be2d3-compact.svg",
	} {
		if got := FileName(input(), s, "svg"); got != want {
			t.Errorf("%+v: %s, want %s", s, got, want)
		}
	}
	dark, err := d.Draw(input(), Style{Look: LookDark})
	if err != nil {
		t.Fatal(err)
	}
	var p *Problem
	if _, err := dark.PDF(); !errors.As(err, &p) || p.Rule != "LBL-E-LOOK" {
		t.Errorf("a dark PDF: %v", err)
	}
	if dark.Record.Look != LookDark {
		t.Errorf("the record has the look %q", dark.Record.Look)
	}
	for _, c := range []struct {
		s    Style
		rule string
	}{{Style{Look: "sepia"}, "LBL-E-LOOK"}, {Style{Size: "poster"}, "LBL-E-SIZE"}, {Style{Design: "none"}, "LBL-E-DESIGN"}} {
		if _, err := d.Draw(input(), c.s); !errors.As(err, &p) || p.Rule != c.rule || p.Hint == "" {
			t.Errorf("%+v: %v, want %s", c.s, err, c.rule)
		}
	}
	// Without a frame nothing else changes.
	for _, size := range Sizes() {
		with, err1 := d.Draw(input(), Style{Size: size})
		without, err2 := d.Draw(input(), Style{Size: size, NoFrame: true})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		frames := func(l *Label) (n int) {
			for _, it := range l.List.Items {
				if r, ok := it.(draw.Rect); ok && !r.Stroke.None() {
					n++
				}
			}
			return n
		}
		if frames(with) != 1 || frames(without) != 0 || len(with.List.Items) != len(without.List.Items)+1 {
			t.Errorf("%s: %d and %d frames, %d and %d items", size, frames(with), frames(without), len(with.List.Items), len(without.List.Items))
		}
	}
}

// A compact label is the full one at 62/96, but for its code.
func TestCompactIsFullSmaller(t *testing.T) {
	d := load(t)
	in := states()["ci-span"]
	in.Model = &catalog.Model{Title: "Qwen3-Coder-480B-A35B-Instruct-2507-FP8"}
	full, err1 := d.Draw(in, Style{})
	compact, err2 := d.Draw(in, Style{Size: SizeCompact})
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if compact.List.W != 62 || compact.List.H != 124 || len(full.List.Items) != len(compact.List.Items) {
		t.Fatalf("%g x %g mm, %d items of %d", compact.List.W, compact.List.H, len(compact.List.Items), len(full.List.Items))
	}
	for i, it := range full.List.Items {
		a, ok := it.(draw.Text)
		if !ok {
			continue
		}
		b := compact.List.Items[i].(draw.Text)
		if a.S != b.S || math.Abs(a.X*compactScale-b.X) > 1e-9 || math.Abs(a.Y*compactScale-b.Y) > 1e-9 || math.Abs(a.Pt*compactScale-b.Pt) > 1e-9 {
			t.Errorf("%+v became %+v", a, b)
		}
	}
}

// The QR code's limit is 84 bytes but for the full label, which takes version 10.
func TestQRLimits(t *testing.T) {
	d := load(t)
	at := func(n int) Input { // bytes of the address
		in := input()
		in.BaseURL = "https://example.org/"
		in.BaseURL += strings.Repeat("a", n-len(in.url())-1)
		if len(in.url()) != n {
			t.Fatalf("%d bytes, want %d", len(in.url()), n)
		}
		return in
	}
	for _, c := range []struct {
		size string
		n    int
		ok   bool
	}{
		{SizeCompact, 84, true}, {SizeCompact, 85, false}, {SizeSmall, 84, true}, {SizeSmall, 85, false}, {SizeStrip, 84, true}, {SizeStrip, 85, false},
		{SizeFull, 85, true}, {SizeFull, 213, true}, {SizeFull, 214, false},
	} {
		_, err := d.Draw(at(c.n), Style{Size: c.size})
		var p *Problem
		if (err == nil) != c.ok || err != nil && (!errors.As(err, &p) || p.Rule != "LBL-E-QR") {
			t.Errorf("%s with %d bytes: %v", c.size, c.n, err)
		}
	}
}
