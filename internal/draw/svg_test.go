package draw

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
)

// elementsOf parses strictly and returns the elements and ids.
func elementsOf(t *testing.T, svg []byte) (elements map[string]int, ids map[string]int) {
	t.Helper()
	elements, ids = map[string]int{}, map[string]int{}
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return elements, ids
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		if el, ok := tok.(xml.StartElement); ok {
			elements[el.Name.Local]++
			for _, a := range el.Attr {
				if a.Name.Local == "id" {
					ids[a.Value]++
				}
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" {
					t.Errorf("attribute %s", a.Name.Local)
				}
				if a.Name.Local == "href" && el.Name.Local == "use" && !strings.HasPrefix(a.Value, "#") {
					t.Errorf("use refers to %q", a.Value)
				}
			}
		}
	}
}

func TestOutlineSVGAllowList(t *testing.T) {
	svg := SVG(sheet(t, true), SVGOptions{IDPrefix: "jb-0123456789ab-full", Text: Outline, Unit: "mm", Metadata: "{}"})
	allowed := map[string]bool{"svg": true, "title": true, "desc": true, "metadata": true, "defs": true, "g": true, "use": true, "path": true, "polygon": true, "rect": true}
	els, ids := elementsOf(t, svg)
	for el := range els {
		if !allowed[el] {
			t.Errorf("element %s is not on the list", el)
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("id %s stands %d times", id, n)
		}
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllSubmatch(svg, -1) {
		if ids[string(m[1])] != 1 {
			t.Errorf("use of %s, which is not there", m[1])
		}
	}
	if n := bytes.Count(svg, []byte("http")); n != 1 {
		t.Errorf("%d addresses, want the namespace alone", n)
	}
	if bytes.Contains(svg, []byte("<text")) {
		t.Error("a label has live text")
	}
	if !bytes.HasSuffix(svg, []byte("</svg>\n")) || bytes.Contains(svg, []byte("\r")) {
		t.Error("lines do not end in \\n")
	}
}

func TestHostileText(t *testing.T) {
	for _, s := range []string{`<script>&"'`, "]]>", "a\x00b\x1bc\u0085", "\xff\xfe", "&amp;", "\U0001f600 \u202e", "--><!--", "\ufffe"} {
		l := &List{W: 10, H: 10, Title: s, Desc: s}
		l.Add(Text{X: 1, Y: 5, Pt: 8, Color: ink, S: s}, Circle{R: 1, Fill: ink, Title: s, Href: "x?" + s})
		for _, o := range []SVGOptions{{IDPrefix: "p", Metadata: s}, {IDPrefix: "p", Inline: true}, {IDPrefix: "p", Text: Outline, Metadata: s}, {}} {
			els, _ := elementsOf(t, SVG(l, o))
			if els["script"] > 0 {
				t.Errorf("%q became an element", s)
			}
		}
		if _, err := PDF(l, PDFOptions{Date: day(), Info: Info{Title: s, Author: s, Subject: s, Keywords: s, Description: s}}); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestSafeHref(t *testing.T) {
	for u, want := range map[string]bool{
		"a.html": true, "../x/": true, "#top": true, "?q=a:b": true, "https://example.org/": true, "HTTP://example.org": true,
		"javascript:alert(1)": false, "JavaScript:x": false, "data:text/html,x": false, "vbscript:x": false, "": true,
	} {
		if got := safeHref(u); (got == u) != want {
			t.Errorf("safeHref(%q) = %q", u, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.5: ".5", -0.5: "-.5", 12: "12", 12.3456: "12.346", -3.0004: "-3", 0.0004: "0", 100.05: "100.05"} {
		if got := num(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
	if got := string(appendNext([]byte("1"), -500)); got != "1-.5" {
		t.Errorf("1 and -.5 are written %q", got)
	}
}

// Every glyph's path, walked command by command, ends each contour where the
// next one assumes that it ended.
func TestGlyphPathsClose(t *testing.T) {
	for _, bold := range []bool{false, true} {
		for r := rune(' '); r < 0x250; r++ {
			g := face(bold).glyph(r)
			if g.gid == 0 {
				continue
			}
			tr := face(bold).traces(300).of(g.gid)
			if tr.rest == "" {
				continue
			}
			if !strings.HasSuffix(tr.rest, "z") || strings.ContainsAny(tr.rest, "Mcsa") {
				t.Errorf("%q: path %q", r, tr.rest)
			}
		}
	}
}

// What the path data draws is nowhere further from the font's outline than 2.2
// units, and lacks none of it: in a label's smallest text that is 0.042 mm.
func TestGlyphPathsFollowTheFont(t *testing.T) {
	for _, em := range []float64{6 * PtMM / unitMM, 8.5 * PtMM / unitMM, 30 * PtMM / unitMM} {
		for _, bold := range []bool{false, true} {
			for r := rune('!'); r < 0x180; r++ {
				g := face(bold).glyph(r)
				tr := face(bold).traces(em).of(g.gid)
				if g.gid == 0 || tr.rest == "" {
					continue
				}
				got := walkPath(t, string(tr.appendPath(nil, 0, 0, 0)))
				var want [][]Point
				var at Point
				for _, s := range face(bold).shape(g.gid).segs {
					c, end := s.c.scaled(em/1000), s.end.scaled(em/1000)
					switch s.op {
					case sfnt.SegmentOpMoveTo:
						want = append(want, []Point{end})
					case sfnt.SegmentOpLineTo:
						want[len(want)-1] = append(want[len(want)-1], end)
					default:
						for i := 1; i <= 16; i++ {
							want[len(want)-1] = append(want[len(want)-1], quadratic{at, c, end}.at(float64(i)/16))
						}
					}
					at = end
				}
				if d := max(furthest(got, want), furthest(want, got)); d > 2.2 {
					t.Errorf("%q, bold %v, %.0f units to the em: %.2f units from the outline", r, bold, em, d)
				}
			}
		}
	}
}

// furthest is how far a point of a is from the contours of b at most.
func furthest(a, b [][]Point) (far float64) {
	for _, contour := range a {
		for _, p := range contour {
			best := math.Inf(1)
			for _, c := range b {
				for i, z := range c {
					best = min(best, toSegment(p, c[(i+len(c)-1)%len(c)], z))
				}
			}
			far = max(far, best)
		}
	}
	return far
}

// toSegment is how far p is from the line between a and z.
func toSegment(p, a, z Point) float64 {
	dx, dy := z.X-a.X, z.Y-a.Y
	k := 0.0
	if n := dx*dx + dy*dy; n > 0 {
		k = min(max(((p.X-a.X)*dx+(p.Y-a.Y)*dy)/n, 0), 1)
	}
	return math.Hypot(p.X-a.X-k*dx, p.Y-a.Y-k*dy)
}

// Columns of modules that are alone in their rows become one stroke; what is
// covered stays the same.
func TestUprightModules(t *testing.T) {
	for name, c := range map[string]struct {
		runs          []run
		rows, columns int
	}{
		"a column of three": {[]run{{0, 0, 1}, {0, 1, 1}, {0, 2, 1}}, 0, 1},
		"one of two":        {[]run{{0, 0, 1}, {0, 1, 1}}, 2, 0},
		"a wide run in it":  {[]run{{0, 0, 1}, {0, 1, 2}, {0, 2, 1}, {0, 3, 1}, {0, 4, 1}}, 2, 1},
		"two, with a gap":   {[]run{{4, 0, 1}, {4, 1, 1}, {4, 2, 1}, {4, 4, 1}, {4, 5, 1}, {4, 6, 1}}, 0, 2},
	} {
		modules := make([]uint64, 8)
		for _, r := range c.runs {
			modules[r.row] |= (1<<r.n - 1) << r.col
		}
		rest, columns := upright(modules)
		rows := slices.Collect(runsOf(rest))
		if len(rows) != c.rows || len(columns) != c.columns {
			t.Errorf("%s: rows %v and columns %v", name, rows, columns)
		}
		covered := map[[2]int]bool{}
		for _, r := range rows {
			for i := range r.n {
				covered[[2]int{r.col + i, r.row}] = true
			}
		}
		for _, c := range columns {
			for i := range c.n {
				covered[[2]int{c.col, c.row + i}] = true
			}
		}
		for _, r := range c.runs {
			for i := range r.n {
				at := [2]int{r.col + i, r.row}
				if !covered[at] {
					t.Errorf("%s: nothing covers %v", name, at)
				}
				delete(covered, at)
			}
		}
		if len(covered) > 0 {
			t.Errorf("%s: %v are covered and not dark", name, covered)
		}
	}
}
