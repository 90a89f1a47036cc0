package label

import (
	"math"
	"strings"
	"testing"
)

// Every place lies on the page and says what it shows; a compact label has the
// places of the full one in its own size.
func TestPlaces(t *testing.T) {
	d := load(t)
	for _, size := range Sizes() {
		for _, s := range samples() {
			l, err := d.Draw(s.in, Style{Size: size})
			if err != nil {
				t.Fatalf("%s %s: %v", size, s.name, err)
			}
			page := sizes[size]
			shown := map[string]bool{}
			for _, p := range l.Places() {
				if len(p.Fields) == 0 || p.X1 < 0 || p.Y1 < 0 || p.X2 > page.W || p.Y2 > page.H || p.X1 >= p.X2 || p.Y1 >= p.Y2 {
					t.Errorf("%s %s: place %+v", size, s.name, p)
				}
				for _, f := range p.Fields {
					shown[f] = true
				}
			}
			if !shown["qr"] || !shown["model"] || shown["stars"] != s.in.Rating.Rated {
				t.Errorf("%s %s shows %v", size, s.name, shown)
			}
		}
	}
	in := samples()[0].in
	full, _ := d.Draw(in, Style{})
	compact, _ := d.Draw(in, Style{Size: SizeCompact})
	for i, p := range full.Places() {
		q := compact.Places()[i]
		if math.Abs(p.X1*compactScale-q.X1) > 1e-6 || math.Abs(p.Y2*compactScale-q.Y2) > 1e-6 || !q.Has(p.Fields...) {
			t.Errorf("full %+v, compact %+v", p, q)
		}
	}
}

func TestColors(t *testing.T) {
	d := load(t)
	if got := d.Colors(Style{Look: LookDark}); got["paper"] != "#1A1A1A" || got["star"] != "#6CB8F0" {
		t.Errorf("dark: %v", got)
	}
	for name, hex := range d.Colors(Style{Look: LookMono, Size: SizeStrip}) {
		if !hexColor.MatchString(hex) || hex[1:3] != hex[3:5] || hex[3:5] != hex[5:] {
			t.Errorf("mono %s is %s", name, hex)
		}
	}
	if d.Colors(Style{Size: "poster"}) != nil || d.Colors(Style{Design: strings.Repeat("x", 9)}) != nil {
		t.Error("there are colours of a style that does not exist")
	}
}
