// Rectangles on a common grid, such as the modules of a QR code: written in
// units of the grid they take a fraction of the bytes, and land where the list
// puts them.

package draw

import "math"

// grid is a list of rectangles one unit high, in whole units from x, y.
type grid struct {
	x, y, unit float64  // mm
	cells      [][3]int // column, row, width
}

// onGrid reads plain rectangles as cells of a grid whose unit is the first
// one's height and whose origin is its corner. ok is false if any is off the
// grid by more than a hundred-thousandth of a unit.
func onGrid(items []Item) (g grid, ok bool) {
	first := items[0].(Rect)
	g = grid{x: first.X, y: first.Y, unit: first.H, cells: make([][3]int, len(items))}
	if !(g.unit > 0) {
		return g, false
	}
	whole := func(v float64) (int, bool) {
		n := math.Round(v / g.unit)
		return int(n), math.Abs(v/g.unit-n) < 1e-5 && math.Abs(n) < 1e4
	}
	for i, it := range items {
		r := it.(Rect)
		var a, b, c bool
		g.cells[i][0], a = whole(r.X - g.x)
		g.cells[i][1], b = whole(r.Y - g.y)
		g.cells[i][2], c = whole(r.W)
		n, d := whole(r.H)
		if !a || !b || !c || !d || n != 1 {
			return g, false
		}
	}
	return g, true
}

// leastUpright is from how many cells on, one below the other and each alone in
// its row, a stroke downwards saves bytes.
const leastUpright = 3

// upright takes such cells out of the rows and returns them as columns: column,
// row, height.
func (g grid) upright() (rows, columns [][3]int) {
	alone, taken := make(map[[2]int]bool, len(g.cells)), map[[2]int]bool{}
	for _, c := range g.cells {
		if c[2] == 1 {
			alone[[2]int{c[0], c[1]}] = true
		}
	}
	for _, c := range g.cells {
		if c[2] != 1 || alone[[2]int{c[0], c[1] - 1}] {
			continue // not the first of its column
		}
		n := 1
		for alone[[2]int{c[0], c[1] + n}] {
			n++
		}
		if n < leastUpright {
			continue
		}
		columns = append(columns, [3]int{c[0], c[1], n})
		for y := range n {
			taken[[2]int{c[0], c[1] + y}] = true
		}
	}
	for _, c := range g.cells {
		if c[2] != 1 || !taken[[2]int{c[0], c[1]}] {
			rows = append(rows, c)
		}
	}
	return rows, columns
}

// plainRun is how many items from the start of the list are plain rectangles of
// one paint.
func plainRun(items []Item) int {
	first, ok := items[0].(Rect)
	if !ok || !plain(first) {
		return 0
	}
	n := 1
	for n < len(items) {
		r, ok := items[n].(Rect)
		if !ok || !plain(r) || r.Fill != first.Fill {
			break
		}
		n++
	}
	return n
}

func plain(r Rect) bool {
	return r.Stroke.None() && r.R == 0 && !r.Fill.None() && !r.empty() && r.Title == ""
}
