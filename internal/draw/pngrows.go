// The rows of a PNG file, compressed.

package draw

import (
	"bytes"
	"compress/zlib"
)

// deflate returns the picture's rows as PNG holds them. Each is written as its
// difference from the row above, which is nothing for most of a drawing.
func (c *canvas) deflate() []byte {
	var buf bytes.Buffer
	z, _ := zlib.NewWriterLevel(&buf, zlib.BestSpeed)
	stride := 3 * c.w
	row := make([]byte, 1+stride)
	prev := make([]byte, stride)
	row[0] = 2 // up
	for y := range c.h {
		cur := c.pix[stride*y : stride*(y+1)]
		for i, v := range cur {
			row[1+i] = v - prev[i]
		}
		z.Write(row)
		prev = cur
	}
	z.Close()
	return buf.Bytes()
}
