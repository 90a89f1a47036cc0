// The modules of a QR code as strokes: in units of the code they take a fraction
// of the bytes that rectangles do.

package draw

import (
	"iter"
	"math/bits"
	"slices"
	"strconv"
)

// run is a row of dark modules: the first one's column and row, and how many. A
// column of them is one too, whose n is a height.
type run struct{ col, row, n int }

// runsOf are the dark modules of rows, each a bit from the lowest on, row by row.
func runsOf(rows []uint64) iter.Seq[run] {
	return func(yield func(run) bool) {
		for y, v := range rows {
			for x := 0; v != 0; {
				light := bits.TrailingZeros64(v)
				x, v = x+light, v>>light
				dark := bits.TrailingZeros64(^v)
				if !yield(run{x, y, dark}) {
					return
				}
				x, v = x+dark, v>>dark
			}
		}
	}
}

// upright takes columns of three modules and more, each alone in its row, out of
// rows: there a stroke downwards saves bytes.
func upright(rows []uint64) (rest []uint64, columns []run) {
	alone := func(y int) uint64 {
		if y < 0 || y >= len(rows) {
			return 0
		}
		v := rows[y]
		return v &^ (v<<1 | v>>1)
	}
	rest = slices.Clone(rows)
	for y := range rows {
		for first := alone(y) &^ alone(y-1) & alone(y+1) & alone(y+2); first != 0; first &= first - 1 {
			n, module := 0, first&-first
			for ; alone(y+n)&module != 0; n++ {
				rest[y+n] &^= module
			}
			columns = append(columns, run{bits.TrailingZeros64(module), y, n})
		}
	}
	return rest, columns
}

// modulesPath writes rows and columns as SVG path data: strokes one module wide through the
// middle of rows and columns, the first row's middle at y = 0.
func modulesPath(rows []uint64, columns []run) string {
	b := make([]byte, 0, 2<<10)
	px, py := 0, 0
	move := byte('M')
	for r := range runsOf(rows) {
		b = appendInts(append(b, move), r.col-px, r.row-py)
		b = strconv.AppendInt(append(b, 'h'), int64(r.n), 10)
		px, py, move = r.col+r.n, r.row, 'm'
	}
	half := 500 // from the middle of rows to the middle of columns, once
	for _, c := range columns {
		b = appendPair(append(b, move), 1000*(c.col-px)+half, 1000*(c.row-py)-half)
		b = strconv.AppendInt(append(b, 'v'), int64(c.n), 10)
		half = 0
		px, py, move = c.col, c.row+c.n, 'm'
	}
	return string(b)
}

// modulesBoxes writes rows and columns as rectangles of a PDF path.
func modulesBoxes(rows []uint64, columns []run) []byte {
	b := make([]byte, 0, 3<<10)
	put := func(v int) { b = append(strconv.AppendInt(b, int64(v), 10), ' ') }
	for r := range runsOf(rows) {
		put(r.col)
		put(r.row)
		put(r.n)
		b = append(b, "1 re\n"...)
	}
	for _, c := range columns {
		put(c.col)
		put(c.row)
		b = append(b, "1 "...)
		put(c.n)
		b = append(b, "re\n"...)
	}
	return b
}
