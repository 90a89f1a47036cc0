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

// mostCells is the largest grid that upright looks at, twice the largest code's.
const mostCells = 1 << 16

// upright takes such cells out of the rows and returns them as columns: column,
// row, height.
func (g grid) upright() (rows, columns [][3]int) {
	x0, y0, x1, y1 := math.MaxInt, math.MaxInt, math.MinInt, math.MinInt
	for _, c := range g.cells {
		x0, y0, x1, y1 = min(x0, c[0]), min(y0, c[1]), max(x1, c[0]), max(y1, c[1])
	}
	w, h := x1-x0+1, y1-y0+1
	if len(g.cells) == 0 || w*h > mostCells {
		return g.cells, nil
	}
	const alone, taken = 1, 2
	state := make([]byte, w*(h+1)) // and a row below that is empty
	at := func(c [3]int) int { return (c[1]-y0)*w + c[0] - x0 }
	for _, c := range g.cells {
		if c[2] == 1 {
			state[at(c)] = alone
		}
	}
	for _, c := range g.cells {
		i := at(c)
		if c[2] != 1 || i >= w && state[i-w] != 0 {
			continue // not the first of its column
		}
		n := 1
		for state[i+n*w] == alone {
			n++
		}
		if n < leastUpright || state[i] == taken {
			continue
		}
		columns = append(columns, [3]int{c[0], c[1], n})
		for k := range n {
			state[i+k*w] = taken
		}
	}
	rows = make([][3]int, 0, len(g.cells))
	for _, c := range g.cells {
		if c[2] != 1 || state[at(c)] != taken {
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
