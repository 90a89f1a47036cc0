// Stars: a row of five whose state is carried by shape, in half steps.

package draw

import "slices"

// star is the unit star: ten points, outer radius 1, inner 0.45, point up.
var star = [10]Point{
	{0, -1}, {0.264503, -0.364058}, {0.951057, -0.309017}, {0.427975, 0.139058}, {0.587785, 0.809017}, {0, 0.45},
	{-0.587785, 0.809017}, {-0.427975, 0.139058}, {-0.951057, -0.309017}, {-0.264503, -0.364058},
}

// half returns the points of a star's left or right half: both hold the upper
// and the lower point on the axis, so no clipping is needed.
func half(cx, cy, r float64, right bool) []Point {
	order := [6]int{0, 5, 6, 7, 8, 9}
	if right {
		order = [6]int{0, 1, 2, 3, 4, 5}
	}
	pts := make([]Point, 6)
	for i, k := range order {
		pts[i] = Point{cx + r*star[k].X, cy + r*star[k].Y}
	}
	return pts
}

// Stars draws a row of five stars of radius r, the first centred at cx, cy, the
// others pitch apart. Half cells up to sMin stars are solid, those up to sMax
// carry a core of half the size (the rating may reach there), the rest is
// hollow. Fills come in half stars only.
func Stars(cx, cy, r, pitch, sMin, sMax float64, fill, outline Paint) []Item {
	items := make([]Item, 0, 15)
	row := func(i int, r float64) (x float64, pts []Point) {
		x = cx + pitch*float64(i)
		pts = make([]Point, 10)
		for k, p := range star {
			pts[k] = Point{x + r*p.X, cy + r*p.Y}
		}
		return x, pts
	}
	for i := range 5 {
		_, pts := row(i, r)
		items = append(items, Polygon{Points: pts, Stroke: outline, SW: 0.03*r + 0.12})
	}
	// radius of what fills half cell h, 0 for a hollow one
	radius := func(h int) float64 {
		switch {
		case float64(h) <= 2*sMin:
			return r
		case float64(h) <= 2*sMax:
			return r / 2
		}
		return 0
	}
	for i := range 5 {
		left, right := radius(2*i+1), radius(2*i+2)
		x, pts := row(i, left)
		if left == right {
			// One shape: two halves side by side leave a hairline on screens.
			if left > 0 {
				items = append(items, Polygon{Points: pts, Fill: fill})
			}
			continue
		}
		// A core on the right goes round in one line with the star on the left.
		pts = half(x, cy, left, false)
		if right > 0 {
			pts = slices.Insert(pts, 1, half(x, cy, right, true)...)
		}
		items = append(items, Polygon{Points: pts, Fill: fill})
	}
	return items
}
