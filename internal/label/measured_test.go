package label

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/draw"
)

// every calls f with each state in each size and look, drawn.
func every(t *testing.T, f func(t *testing.T, in Input, s Style, l *Label)) {
	t.Helper()
	d := load(t)
	for name, in := range states() {
		for _, size := range Sizes() {
			for _, look := range Looks() {
				s := Style{Size: size, Look: look}
				t.Run(fmt.Sprintf("%s/%s/%s", size, look, name), func(t *testing.T) {
					l, err := d.Draw(in, s)
					if err != nil {
						t.Fatal(err)
					}
					f(t, in, s, l)
				})
			}
		}
	}
}

// picture is the label as pixels.
func picture(t *testing.T, l *Label, dpi float64) *image.RGBA {
	t.Helper()
	b, err := draw.PNG(l.List, draw.PNGOptions{DPI: dpi})
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	rgba, ok := img.(*image.RGBA)
	if !ok {
		t.Fatalf("the PNG is a %T", img)
	}
	return rgba
}

// What is drawn, whatever the design says: text of 6 points or more, modules of
// 0.4 mm with four of quiet zone, nothing off the page, nothing over anything.
func TestDrawnSizes(t *testing.T) {
	every(t, func(t *testing.T, in Input, s Style, l *Label) {
		module, dark := math.Inf(1), []draw.Rect{}
		var ground, quiet draw.Rect
		for i, it := range l.List.Items {
			switch v := it.(type) {
			case draw.Text:
				if v.Pt < minTextPt {
					t.Errorf("%q is drawn at %.2f pt", v.S, v.Pt)
				}
				w := draw.Width(v.S, v.Pt, v.Bold)
				x := v.X
				if v.Align == draw.Right {
					x -= w
				}
				if x < 0 || x+w > l.List.W || v.Y < 0 || v.Y > l.List.H {
					t.Errorf("%q reaches off the page", v.S)
				}
			case draw.Rect:
				if i == 0 {
					ground = v
				}
				if v.Fill.Hex == "#FFFFFF" && v.W == v.H && i > 0 {
					quiet = v
				}
			case draw.Modules:
				dark, module = slices.Collect(v.Rects()), v.Unit
			}
		}
		if ground.W != l.List.W || ground.H != l.List.H {
			t.Error("the ground does not cover the page")
		}
		if len(dark) < 100 || module < 0.4-1e-9 {
			t.Fatalf("%d runs of modules of %.4f mm", len(dark), module)
		}
		for _, r := range dark {
			if edge := min(r.X-quiet.X, r.Y-quiet.Y, quiet.X+quiet.W-r.X-r.W, quiet.Y+quiet.H-r.Y-r.H); edge < 4*module-1e-6 {
				t.Errorf("a module is %.3f mm from the edge of the box, 4 modules are %.3f", edge, 4*module)
				break
			}
		}
	})
}

// The quiet zone is white in the picture, on every ground.
func TestQuietZoneIsWhite(t *testing.T) {
	d := load(t)
	boxes := map[string][3]float64{SizeFull: {5, 161.5, 28}, SizeCompact: {5 * compactScale, 161.5 * compactScale, 28 * compactScale}, SizeSmall: {1.5, 53, 18}, SizeStrip: {35, 1, 18}}
	for size, b := range boxes {
		for _, look := range Looks() {
			l, err := d.Draw(input(), Style{Size: size, Look: look})
			if err != nil {
				t.Fatal(err)
			}
			img := picture(t, l, 300)
			px := func(mm float64) int { return int(mm / 25.4 * 300) }
			m := b[2] / (33 + 8) // no code here has larger modules than version 4
			for x := px(b[0] + 0.3); x < px(b[0]+b[2]-0.3); x++ {
				for _, y := range []int{px(b[1] + 0.3), px(b[1] + 2*m), px(b[1] + b[2] - 2*m), px(b[1] + b[2] - 0.3)} {
					if r, g, bl, _ := img.At(x, y).RGBA(); r+g+bl != 3*0xffff {
						t.Fatalf("%s %s: pixel %d, %d of the quiet zone is not white", size, look, x, y)
					}
				}
			}
		}
	}
}

// Contrast of everything drawn with what it stands on: the colour that the
// picture has around it.
func TestDrawnContrast(t *testing.T) {
	every(t, func(t *testing.T, in Input, s Style, l *Label) {
		under := func(x, y float64) string {
			hex := ""
			for _, it := range l.List.Items {
				if r, ok := it.(draw.Rect); ok && r.Fill.Hex != "" && r.X <= x && x <= r.X+r.W && r.Y <= y && y <= r.Y+r.H {
					hex = r.Fill.Hex
				}
			}
			return hex
		}
		for _, it := range l.List.Items {
			switch v := it.(type) {
			case draw.Text:
				x := v.X
				if v.Align == draw.Right {
					x -= draw.Width(v.S, v.Pt, v.Bold)
				}
				if c := contrast(v.Color.Hex, under(x, v.Y)); c < 4.5 {
					t.Errorf("%q has a contrast of %.2f", v.S, c)
				}
			case draw.Polygon:
				for _, p := range []draw.Paint{v.Fill, v.Stroke} {
					if !p.None() {
						if c := contrast(p.Hex, under(v.Points[0].X, v.Points[0].Y)); c < 3 {
							t.Errorf("a star in %s has a contrast of %.2f", p.Hex, c)
						}
					}
				}
			case draw.Line:
				if c := contrast(v.Stroke.Hex, under(v.X1, v.Y1)); c < 3 {
					t.Errorf("a rule has a contrast of %.2f", c)
				}
			}
		}
	})
}

// One ink: no pixel has a hue.
func TestMonoHasNoHue(t *testing.T) {
	d := load(t)
	for name, in := range states() {
		for _, size := range Sizes() {
			l, err := d.Draw(in, Style{Size: size, Look: LookMono})
			if err != nil {
				t.Fatal(err)
			}
			img := picture(t, l, 150)
			for i := 0; i < len(img.Pix); i += 4 {
				if p := img.Pix[i:]; p[0] != p[1] || p[1] != p[2] {
					t.Fatalf("%s %s: a pixel is %v", size, name, p[:3])
				}
			}
		}
	}
}

// vision is how colours look to some eyes: a matrix on linear light, from
// Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation
// of Color Vision Deficiency" (2009), severity 1; and in grey.
var vision = map[string][3][3]float64{
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
	"grey":   {{0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}, {0.2126, 0.7152, 0.0722}},
}

// seen is the luminance, from 0 to 1, of the colour that an eye makes of one.
func seen(p [3]byte, m [3][3]float64) float64 {
	var in [3]float64
	for i, v := range p {
		s := float64(v) / 255
		if s <= 0.04045 {
			in[i] = s / 12.92
		} else {
			in[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	y := 0.0
	for i, w := range [3]float64{0.2126, 0.7152, 0.0722} {
		y += w * min(max(m[i][0]*in[0]+m[i][1]*in[1]+m[i][2]*in[2], 0), 1)
	}
	return y
}

// The states are told apart in grey and by eyes that see fewer colours: their
// pictures differ in light, not only in hue, by more than a stroke's worth of
// pixels.
func TestStatesAreTellableApart(t *testing.T) {
	const dpi, least = 150, 30 // pixels, less than half a square millimetre
	d := load(t)
	all := states()
	names := []string{"rated-3.5", "rated-5", "rated-1", "ci-span", "not-rated", "withdrawn", "flagged", "draft", "superseded", "estimated", "live"}
	for _, s := range []Style{{}, {Size: SizeCompact}, {Size: SizeSmall}, {Size: SizeStrip}, {Size: SizeSmall, Look: LookDark}, {Size: SizeStrip, Look: LookDark}} {
		size := s.tail()
		pictures := make([]*image.RGBA, len(names))
		for i, n := range names {
			l, err := d.Draw(all[n], s)
			if err != nil {
				t.Fatal(err)
			}
			pictures[i] = picture(t, l, dpi)
		}
		for eye, m := range vision {
			memo := map[[3]byte]float64{}
			light := make([][]float64, len(names))
			for i, img := range pictures {
				light[i] = make([]float64, len(img.Pix)/4)
				for k := range light[i] {
					p := [3]byte(img.Pix[4*k:])
					v, ok := memo[p]
					if !ok {
						v = seen(p, m)
						memo[p] = v
					}
					light[i][k] = v + 0.05
				}
			}
			for i, a := range names {
				for j, b := range names[:i] {
					differ := 0
					for k, v := range light[i] {
						if w := light[j][k]; v >= 3*w || w >= 3*v {
							differ++
						}
					}
					if differ < least {
						t.Errorf("%s, %s: %s and %s differ in %d pixels", size, eye, a, b, differ)
					}
				}
			}
		}
	}
}

// The SVG holds the elements that labels need and nothing that runs or loads,
// and stays within its budget.
func TestSVGIsPlainAndSmall(t *testing.T) {
	budget := map[string]int{SizeFull: 30_000, SizeCompact: 30_000, SizeSmall: 15_000, SizeStrip: 12_000}
	every(t, func(t *testing.T, in Input, s Style, l *Label) {
		svg := l.SVG()
		if len(svg) > budget[s.Size] {
			t.Errorf("%d bytes, at most %d are allowed", len(svg), budget[s.Size])
		}
		checkSVG(t, svg, l.Alt)
		for _, ext := range []string{"mm\" height=\""} {
			if !strings.Contains(string(svg[:300]), ext) {
				t.Error("no size in mm")
			}
		}
	})
}
