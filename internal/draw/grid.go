// The modules of a QR code as strokes: in units of the code they take a fraction
// of the bytes that rectangles do.

package draw

import "strconv"

// leastUpright is from how many modules on, one below the other and each alone in
// its row, a stroke downwards saves bytes.
const leastUpright = 3

// upright takes such modules out of the runs and returns them as columns, whose
// n is a height.
func upright(runs []run) (rows, columns []run) {
	side := 0
	for _, r := range runs {
		side = max(side, r.col+r.n, r.row+1)
	}
	const alone, taken = 1, 2
	state := make([]byte, side*(side+1)) // and a row below that is empty
	for _, r := range runs {
		if r.n == 1 {
			state[r.row*side+r.col] = alone
		}
	}
	rows = make([]run, 0, len(runs))
	for _, r := range runs {
		i := r.row*side + r.col
		if r.n != 1 || state[i] == taken {
			if r.n != 1 {
				rows = append(rows, r)
			}
			continue
		}
		n := 1
		for state[i+n*side] == alone {
			n++
		}
		if n < leastUpright || r.row > 0 && state[i-side] != 0 { // or not the first of its column
			rows = append(rows, r)
			continue
		}
		columns = append(columns, run{r.col, r.row, n})
		for k := range n {
			state[i+k*side] = taken
		}
	}
	return rows, columns
}

// modulesPath writes rows and columns as SVG path data: strokes one module wide through the
// middle of rows and columns, the first row's middle at y = 0.
func modulesPath(rows, columns []run) string {
	b := make([]byte, 0, 4*(len(rows)+len(columns)))
	px, py := 0, 0
	move := func(x, y int) {
		if len(b) == 0 {
			b = append(b, 'M')
		} else {
			b = append(b, 'm')
		}
		b = appendPair(b, x, y)
	}
	for _, r := range rows {
		move(1000*(r.col-px), 1000*(r.row-py))
		b = appendUM(append(b, 'h'), 1000*r.n)
		px, py = r.col+r.n, r.row
	}
	half := 500 // from the middle of rows to the middle of columns, once
	for _, c := range columns {
		move(1000*(c.col-px)+half, 1000*(c.row-py)-half)
		half = 0
		b = appendUM(append(b, 'v'), 1000*c.n)
		px, py = c.col, c.row+c.n
	}
	return string(b)
}

// modulesBoxes writes rows and columns as rectangles of a PDF path.
func modulesBoxes(rows, columns []run) []byte {
	b := make([]byte, 0, 10*(len(rows)+len(columns)))
	box := func(x, y, w, h int) {
		for _, v := range [4]int{x, y, w, h} {
			b = append(strconv.AppendInt(b, int64(v), 10), ' ')
		}
		b = append(b, "re\n"...)
	}
	for _, r := range rows {
		box(r.col, r.row, r.n, 1)
	}
	for _, c := range columns {
		box(c.col, c.row, 1, c.n)
	}
	return b
}
