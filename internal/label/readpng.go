// The record of a PNG, and where two PNG files differ.

package label

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKeyword is the keyword of the text chunk that holds the record.
const pngKeyword = "jouleboard"

// maxChunks is far above what a label has.
const maxChunks = 100_000

type pngChunk struct {
	kind string
	data []byte
}

// pngChunks splits a PNG and checks the checksum of each chunk.
func pngChunks(data []byte) ([]pngChunk, error) {
	var out []pngChunk
	rest := data[len(pngSignature):]
	for len(rest) > 0 {
		if len(rest) < 12 {
			return out, fmt.Errorf("it ends within a chunk")
		}
		n := int64(binary.BigEndian.Uint32(rest))
		if n > int64(len(rest)-12) {
			return out, fmt.Errorf("it ends within a chunk")
		}
		kind, body := rest[4:8], rest[8:8+n]
		for _, c := range kind {
			if c < 'A' || c > 'Z' && c < 'a' || c > 'z' {
				return out, fmt.Errorf("chunk %d has the name %q", len(out)+1, kind)
			}
		}
		if got, want := crc32.ChecksumIEEE(rest[4:8+n]), binary.BigEndian.Uint32(rest[8+n:]); got != want {
			return out, fmt.Errorf("chunk %s has a wrong checksum", kind)
		}
		out = append(out, pngChunk{string(kind), body})
		rest = rest[12+n:]
		if string(kind) == "IEND" {
			if len(rest) > 0 {
				return out, fmt.Errorf("%d bytes follow its end", len(rest))
			}
			return out, nil
		}
		if len(out) > maxChunks {
			return out, fmt.Errorf("it has more than %d chunks", maxChunks)
		}
	}
	return out, fmt.Errorf("it has no end")
}

// readPNG returns the text of the one chunk that holds a record.
func readPNG(data []byte) ([]byte, error) {
	chunks, err := pngChunks(data)
	var found [][]byte
	for _, c := range chunks {
		if text, ok := bytes.CutPrefix(c.data, []byte(pngKeyword+"\x00")); ok && c.kind == "tEXt" {
			found = append(found, text)
		}
	}
	switch {
	case err != nil && len(found) == 0 && !isRecordAnywhere(data):
		return nil, noRecord("the file is no proper PNG: %v", err)
	case err != nil:
		return first(found), damaged("the file is no proper PNG: %v", err)
	case len(found) == 0:
		return nil, noRecord("the PNG has no record in a text chunk; a screenshot or a copy by another program has none. Read its QR code and give the text")
	case len(found) > 1:
		return found[0], damaged("the PNG holds %d records, and a label has one", len(found))
	}
	return found[0], nil
}

// PNGDifference says in which way PNG a is not PNG b, and "" if they show the
// same: the same pixels with the same chunks, however they are compressed. b is
// a label as drawn here, of dpi dots per inch.
func PNGDifference(a, b []byte, dpi float64) string {
	ca, err := pngChunks(a)
	if err != nil {
		return err.Error()
	}
	cb, err := pngChunks(b)
	if err != nil {
		return err.Error()
	}
	if what := chunkDifference(ca, cb); what != "" {
		return what
	}
	// The headers are equal, so a is no larger than b when unpacked.
	ia, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		return "its pixels cannot be read: " + err.Error()
	}
	ib, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return "its pixels cannot be read: " + err.Error()
	}
	var box image.Rectangle
	n := 0
	for y := ib.Bounds().Min.Y; y < ib.Bounds().Max.Y; y++ {
		for x := ib.Bounds().Min.X; x < ib.Bounds().Max.X; x++ {
			r1, g1, b1, a1 := ia.At(x, y).RGBA()
			r2, g2, b2, a2 := ib.At(x, y).RGBA()
			if r1 != r2 || g1 != g2 || b1 != b2 || a1 != a2 {
				n++
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if n == 0 {
		return ""
	}
	mm := 25.4 / dpi
	return fmt.Sprintf("%d pixels differ, all between %.1f and %.1f mm from the left and %.1f and %.1f mm from the top", n,
		float64(box.Min.X)*mm, float64(box.Max.X)*mm, float64(box.Min.Y)*mm, float64(box.Max.Y)*mm)
}

// chunkDifference compares all chunks but the pixels. Chunks beside them can
// change colours and size, so each must be as it was written.
func chunkDifference(a, b []pngChunk) string {
	rest := func(chunks []pngChunk) (out []pngChunk) {
		for i, c := range chunks {
			if c.kind == "IDAT" {
				if i > 0 && chunks[i-1].kind == "IDAT" {
					continue
				}
				c.data = nil
			}
			out = append(out, c)
		}
		return out
	}
	ra, rb := rest(a), rest(b)
	for i, c := range ra {
		switch {
		case i >= len(rb):
			return "it has a chunk " + c.kind + " that a label has not"
		case c.kind != rb[i].kind:
			return "it has a chunk " + c.kind + " where a label has " + rb[i].kind
		case !bytes.Equal(c.data, rb[i].data):
			return "its chunk " + c.kind + " differs"
		}
	}
	if len(rb) > len(ra) {
		return "it lacks the chunk " + rb[len(ra)].kind
	}
	return ""
}
