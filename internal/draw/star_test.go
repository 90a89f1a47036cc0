package draw

import (
	"math"
	"testing"
)

// area is the surface of a polygon (shoelace).
func area(pts []Point) float64 {
	a := 0.0
	for i, p := range pts {
		q := pts[(i+1)%len(pts)]
		a += p.X*q.Y - q.X*p.Y
	}
	return math.Abs(a) / 2
}

// The filled surface tells the rating: solid half cells count whole, cores a
// quarter, and nothing else is filled.
func TestStars(t *testing.T) {
	unit := area(star[:])
	for s := 2; s <= 10; s++ {
		for m := s; m <= 10; m++ {
			items := Stars(15, 50, 7, 16.4, float64(s)/2, float64(m)/2, ink, red)
			outlines, filled := 0, 0.0
			for _, it := range items {
				p := it.(Polygon)
				if !p.Stroke.None() {
					outlines++
					if math.Abs(p.SW-(0.03*7+0.12)) > 1e-9 {
						t.Errorf("outline of %v mm", p.SW)
					}
					continue
				}
				filled += area(p.Points) / (unit * 49)
			}
			want := float64(s)/2 + float64(m-s)/2/4
			if outlines != 5 || math.Abs(filled-want) > 1e-9 {
				t.Errorf("%v to %v stars: %d outlines, %.4f filled, want 5 and %.4f", float64(s)/2, float64(m)/2, outlines, filled, want)
			}
		}
	}
}

func TestStarIsTheUnitStar(t *testing.T) {
	for i, p := range star {
		r := math.Hypot(p.X, p.Y)
		want := 1.0
		if i%2 == 1 {
			want = 0.45
		}
		if math.Abs(r-want) > 1e-5 {
			t.Errorf("point %d is %v from the centre, want %v", i+1, r, want)
		}
	}
	if l, r := area(half(0, 0, 1, false)), area(half(0, 0, 1, true)); math.Abs(l+r-area(star[:])) > 1e-9 || math.Abs(l-r) > 1e-9 {
		t.Errorf("halves of %v and %v do not make a star of %v", l, r, area(star[:]))
	}
}
