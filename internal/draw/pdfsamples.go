// What the streams of a label's PDF file are like: samples from which their codes
// are made, so that they need none of their own.

package draw

import "sync"

// sampleLines hold the characters that labels use most.
var sampleLines = []string{
	"Example3-32B-Instruct", "example-org/Example3-32B-Instruct-FP8", "Energy per 1,000 requests, GPU", "jb-2026: 3.5 of 5 stars (\u00d7 2)",
	"H100 SXM, bfloat16", "https://example.org/board/r/0123456789ab/", "At most 50 ms between tokens", "vLLM 0.11.1 \u00b7 DVKQXYZW",
}

// labelCodes are for what a label shows.
var labelCodes = sync.OnceValue(func() *streamCodes { return codesFor(labelSample()) })

// labelSample is a page with a drawing like a label.
func labelSample() []byte {
	white, ink, grey := Paint{Hex: "#FFFFFF"}, Paint{Hex: "#1A1A1A"}, Paint{Hex: "#4D4D4D"}
	l := &List{W: 96, H: 192}
	l.Add(Rect{W: 96, H: 192, Fill: white}, Rect{X: 0.25, Y: 0.25, W: 95.5, H: 191.5, Stroke: ink, SW: 0.5})
	l.Add(Stars(15.2, 50, 7, 16.4, 3.5, 3.5, Paint{Hex: "#005A8C"}, grey)...)
	for i, s := range sampleLines {
		y := 100 + 5.6*float64(i)
		l.Add(Text{X: 6, Y: y, Pt: 9.5, Color: grey, S: s}, Text{X: 90, Y: y, Pt: 16, Bold: true, Align: Right, Color: ink, S: s},
			Line{X1: 6, Y1: y, X2: 90, Y2: y, Stroke: grey, SW: 0.25})
	}
	if q, err := NewQR(sampleLines[5]); err == nil {
		l.Add(Modules{X: 8, Y: 165, Unit: 0.7, Code: q, Fill: ink})
	}
	return new(pdfPage).draw(l, new(pdfFonts))
}

// unicodeCodes are for the maps from codes to characters.
var unicodeCodes = sync.OnceValue(func() *streamCodes { return codesFor(sampleGlyphs(face(false)).codes.unicode()) })

// sampleGlyphs is a font with the characters of the sample in use.
func sampleGlyphs(f *Font) *pdfFont {
	p := &pdfFont{font: f, codes: &pdfCodes{}, code: make([]uint8, f.tables.glyphs)}
	for _, s := range sampleLines {
		for _, r := range s {
			if g := f.glyph(r); g.gid != 0 {
				p.take(&placed{r: r, gid: g.gid, adv: g.adv})
			}
		}
	}
	return p
}

// sampleFont are the parts of the file of such a font that are parsed each alone.
func sampleFont(f *Font) [][]byte {
	var cut cutFont
	cut.cut(f.tables, sampleGlyphs(f).gids)
	parts := [][]byte{cut.file[:cut.at[1]]}
	for i := 1; i < len(cut.glyphs); i++ {
		parts = append(parts, cut.file[cut.at[i]:cut.at[i+1]])
	}
	return parts
}
