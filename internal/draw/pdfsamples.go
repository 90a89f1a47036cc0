// What the streams of a label's PDF file are like: samples from which their codes
// are made, so that they need none of their own.

package draw

import "sync"

// sampleLines are what labels say.
var sampleLines = []string{
	"example.org", "Inference energy rating", "Example3-32B-Instruct", "example-org/Example3-32B-Instruct-FP8", "3.5 of 5 stars", "More stars: less energy per request",
	"Scale jb-2026, fixed", "9.39 Wh", "per 1,000 requests (GPU energy)", "Uncertainty not reported", "Task", "Conversation", "Size class", "Hardware", "2 \u00d7 NVIDIA H100 SXM",
	"Precision", "bfloat16", "Operating point", "At most 50 ms between tokens", "Boundary", "GPU only", "Published", "2026-02, by An Example Publisher", "Software", "vLLM 0.11.1",
	"Not an official government energy label.", "Verify this label", "example.org/board/r/0123456789ab/", "Result 0123456789ab",
}

// labelCodes are for what a label shows.
var labelCodes = sync.OnceValue(func() *streamCodes {
	page, known := labelSample()
	return codesFor(page, known...)
})

// labelSample is a page with a drawing like a label.
func labelSample() ([]byte, []known) {
	white, ink, grey := Paint{Hex: "#FFFFFF"}, Paint{Hex: "#1A1A1A"}, Paint{Hex: "#4D4D4D"}
	l := &List{W: 96, H: 192}
	l.Add(Rect{W: 96, H: 192, Fill: white}, Rect{X: 0.25, Y: 0.25, W: 95.5, H: 191.5, Stroke: ink, SW: 0.5})
	l.Add(Stars(15.2, 50, 7, 16.4, 3.5, 3.5, Paint{Hex: "#005A8C"}, grey)...)
	for i, s := range sampleLines {
		y := 6 + 6.2*float64(i)
		l.Add(Text{X: 6, Y: y, Pt: 9.5, Bold: i%4 == 0, Color: []Paint{ink, grey}[i%2], Align: Align(i % 3 / 2 * 2), S: s})
		if i%7 == 0 {
			l.Add(Line{X1: 6, Y1: y, X2: 90, Y2: y, Stroke: grey, SW: 0.25})
		}
	}
	if q, err := NewQR("https://example.org/board/r/0123456789ab/"); err == nil {
		l.Add(Modules{X: 8, Y: 165, Unit: 0.7, Code: q, Fill: ink})
	}
	return new(pdfPage).draw(l, new(pdfFonts))
}

// unicodeCodes are for the maps from codes to characters.
var unicodeCodes = sync.OnceValue(func() *streamCodes {
	return codesFor((&pdfCodes{others: []rune("\u00b7\u00d7\u2013\u2026")}).unicode())
})
