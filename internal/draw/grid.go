// The modules of a QR code as SVG strokes and as a PDF path: in units of the code
// they take a fraction of the bytes that rectangles in millimetres do.

package draw

import (
	"bytes"
	"iter"
	"math/bits"
	"slices"
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
		b = appendInt(append(b, 'h'), r.n)
		px, py, move = r.col+r.n, r.row, 'm'
	}
	half := 500 // from the middle of rows to the middle of columns, once
	for _, c := range columns {
		b = appendPair(append(b, move), 1000*(c.col-px)+half, 1000*(c.row-py)-half)
		b = appendInt(append(b, 'v'), c.n)
		half = 0
		px, py, move = c.col, c.row+c.n, 'm'
	}
	return string(b)
}

// modules writes a code as one path: each run is a stroke one module wide.
func (w *svgWriter) modules(m Modules) {
	w.str("<path")
	if w.o.Text == Outline {
		w.attr("stroke", w.hex(m.Fill)) // nothing to fill, and 1 is the usual width
	} else {
		w.paint(Paint{}, m.Fill, 1, nil)
	}
	w.str(` transform="matrix(`)
	w.b = appendFixed7(w.b, m.Unit)
	w.str(" 0 0 ")
	w.b = appendFixed7(w.b, m.Unit)
	w.byte(' ')
	w.num(m.X)
	w.byte(' ')
	w.num(m.Y + m.Unit/2)
	w.str(`)" d="`)
	w.str(m.Code.path)
	w.str("\"/>\n")
}

// modulesBoxes writes rows and columns as rectangles of a PDF path, "x y w h re",
// and the steps by which that text is compressed. It is half of what a label
// shows, and where a rectangle repeats another one is known here.
func modulesBoxes(rows []uint64, columns []run) (b []byte, steps []step) {
	b, steps = make([]byte, 0, 4<<10), make([]step, 0, 512)
	from := 0 // what is not yet in a step
	again := func(at, n int) {
		steps = append(steps, step{int32(len(b) - from), uint16(n), uint16(len(b) - at)})
		b = append(b, b[at:at+n]...)
		from = len(b)
	}
	// Where the last rectangle of a size has what comes after its x and after its y.
	type rest struct{ row, y, w, end int }
	box := func(last *rest, col, row, w, h int, tail string) {
		start := len(b)
		b = appendInt(b, col)
		if last.end > 0 && last.row == row {
			again(last.y, last.end-last.y)
			return
		}
		was := *last
		last.row, last.y = row, len(b)
		b = appendInt(append(b, ' '), row)
		last.w = len(b)
		if was.end > 0 {
			again(was.w, was.end-was.w)
		} else {
			b = appendInt(append(b, ' '), w)
			if h > 1 {
				b = appendInt(append(b, ' '), h)
			}
			if bytes.HasSuffix(b[:start], []byte(tail)) {
				again(start-len(tail), len(tail))
			} else {
				b = append(b, tail...)
			}
		}
		last.end = len(b)
	}
	var wide, high [64]rest
	for r := range runsOf(rows) {
		box(&wide[r.n], r.col, r.row, r.n, 1, " 1 re\n")
	}
	for _, c := range columns {
		box(&high[c.n], c.col, c.row, 1, c.n, " re\n")
	}
	return b, append(steps, step{literals: int32(len(b) - from)})
}
