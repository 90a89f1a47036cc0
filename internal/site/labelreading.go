// The page /labels/reading/: a label of this board with numbers around it, and
// what each number stands for. The drawing follows the design: it is made from
// the places where the label's own layout put things.

package site

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/label"
	"jouleboard/internal/result"
)

const readingPath = "labels/reading/index.html"

type readingPage struct {
	frame
	Gallery, Docs, Scale string
	Result               link
	Figure               template.HTML
	Callouts             []callout
}

// callout is one number: what it marks on the label, and what that means.
type callout struct {
	N           int
	ID          string
	Title, Text string
	Here        string // the words on this label, if they are few
	place       label.Place
	many        bool // it marks several lines
}

// calloutFields are what numbers stand at, by the fields that designs place. The
// keys name the explanations in the interface's strings.
var calloutFields = []struct {
	key    string
	fields []string
	here   bool
}{
	{"site", []string{"site", "subtitle"}, true}, {"model", []string{"model", "provider", "maker"}, true}, {"stars", []string{"stars"}, false},
	{"rating", []string{"rating", "rating_short"}, true}, {"range", []string{"range"}, true}, {"legend", []string{"legend"}, true},
	{"relative", []string{"relative", "relative_short"}, true}, {"scale", []string{"scale", "scale_id"}, true}, {"value", []string{"value", "per", "per_short", "per_tiny"}, true},
	{"ci", []string{"ci", "ci_short"}, true}, {"facts", []string{"fact_key", "fact_value"}, false}, {"note", []string{"note"}, true},
	{"qr", []string{"qr"}, false}, {"url", []string{"url", "verify", "verify_short"}, false}, {"hash", []string{"hash", "hash_short"}, true},
	{"status", []string{"status", "status_short"}, true},
}

// readingEntry is the result whose label the page explains: of the rated ones
// that nothing is held against the best, one with an interval before all
// without. It is nil if there is none, or no address that its code could hold.
func (s *site) readingEntry() *entry {
	if s.baseURL == "" {
		return nil
	}
	var best *entry
	better := func(a, b *entry) int {
		_, aci := interval95(a)
		_, bci := interval95(b)
		va, _ := a.Value(label.Metric)
		vb, _ := b.Value(label.Metric)
		return cmp.Or(-cmpBool(aci, bci), -cmp.Compare(a.Rating.Stars, b.Rating.Stars), cmp.Compare(va, vb), cmp.Compare(a.ID, b.ID))
	}
	for _, e := range s.entries {
		if e.Rating.Rated && e.Withdrawal == nil && e.Flag == nil && e.Draft == "" && (best == nil || better(e, best) < 0) {
			best = e
		}
	}
	return best
}

func interval95(e *entry) (result.Interval, bool) {
	if m := e.Result.Metrics[label.Metric]; m.CI95 != nil {
		return *m.CI95, true
	}
	return result.Interval{}, false
}

func cmpBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// readingPage explains the label of that result, or an invented one where a board
// has no rated result yet.
func (s *site) readingPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = readingPath
		e, in := s.readingEntry(), s.labelSamples()[1].in
		if e != nil {
			in = s.labelInput(e)
		}
		l, err := s.in.Designs.Draw(in, label.Style{})
		if err != nil {
			return labelProblem(&entry{Loaded: &result.Loaded{Path: "labels/designs"}}, err), nil
		}
		p := readingPage{frame: s.frame(path, s.msg.T("read.title"), s.msg.T("read.lede"), false, link{"labels/index.html", s.msg.T("nav.labels")}),
			Gallery: relative(path, "labels/index.html"), Docs: s.pageLink(path, "docs/labels/"), Scale: s.pageLink(path, "methodology/rating/")}
		if e != nil {
			p.Result = link{relative(path, resultPath(e.Hash)), s.title(e)}
		}
		p.Callouts = s.callouts(l)
		list := readingDrawing(l, p.Callouts)
		list.Title, list.Desc = s.msg.T("read.drawing"), s.msg.T("read.drawing.desc", len(p.Callouts), l.Alt)
		svg := draw.SVG(list, draw.SVGOptions{IDPrefix: "reading", Text: draw.Outline, Inline: true})
		if svg == nil {
			return nil, fmt.Errorf("the drawing of %s cannot be written", path)
		}
		p.Figure = template.HTML(svg) // made by our own renderer, which escapes
		return nil, r.page("reading", path, &p)
	}
}

// callouts finds what the label shows, from top to bottom.
func (s *site) callouts(l *label.Label) []callout {
	var out []callout
	for _, c := range calloutFields {
		co := callout{ID: "on-" + c.key, Title: s.msg.T("read.on." + c.key), Text: s.msg.T("read.text." + c.key)}
		var words []string
		n := 0
		for _, p := range l.Places() {
			if !p.Has(c.fields...) {
				continue
			}
			if n == 0 {
				co.place = p
			}
			co.place.X1, co.place.Y1 = min(co.place.X1, p.X1), min(co.place.Y1, p.Y1)
			co.place.X2, co.place.Y2 = max(co.place.X2, p.X2), max(co.place.Y2, p.Y2)
			n++
			if p.Text != "" {
				words = append(words, p.Text)
			}
		}
		if n == 0 {
			continue
		}
		co.many = n > 3
		if c.here {
			co.Here = strings.Join(words, " / ")
		}
		out = append(out, co)
	}
	slices.SortStableFunc(out, func(a, b callout) int {
		return cmp.Or(cmp.Compare(a.middle(), b.middle()), cmp.Compare(a.place.X1, b.place.X1))
	})
	for i := range out {
		out[i].N = i + 1
	}
	return out
}

func (c callout) middle() float64 { return (c.place.Y1 + c.place.Y2) / 2 }

// Sizes of the drawing around the label, in mm.
const (
	readMargin = 10.0 // left and right of the label
	readTop    = 1.0
	readDot    = 3.5 // radius of a number's disc
	readGap    = 1.0 // between discs
)

// readLeader is the colour of leaders on the label, which is white whatever the
// page is.
var readLeader = draw.Paint{Hex: "#005A8C"}

// readingDrawing puts the numbers around the label.
func readingDrawing(l *label.Label, cs []callout) *draw.List {
	accent := draw.Paint{Hex: "#005A8C", Class: "c-accent"}
	paper := draw.Paint{Hex: "#FFFFFF", Class: "c-paper"}
	w, h := l.List.W, l.List.H
	d := &draw.List{W: w + 2*readMargin, H: h + 2*readTop, Lang: l.List.Lang, Fallback: l.List.Fallback}
	d.Add(draw.Group{X: readMargin, Y: readTop, Items: l.List.Items})

	var sides [2][]int
	for i, c := range cs {
		side := 0
		if c.place.X1 > w-c.place.X2-1e-6 { // as near to the right, or nearer
			side = 1
		}
		sides[side] = append(sides[side], i)
	}
	for side, is := range sides {
		ys := make([]float64, len(is))
		for k, i := range is {
			ys[k] = cs[i].middle() + readTop
		}
		apart(ys, 2*readDot+readGap, readDot, d.H-readDot)
		for k, i := range is {
			c := cs[i]
			y := min(max(ys[k], c.place.Y1+readTop), c.place.Y2+readTop)
			edge, disc, to := readMargin, readMargin-readDot-1.5, readMargin+c.place.X1-1
			if side == 1 {
				edge, disc, to = readMargin+w, readMargin+w+readDot+1.5, readMargin+c.place.X2+1
			}
			if c.many {
				d.Add(draw.Line{X1: to, Y1: c.place.Y1 + readTop, X2: to, Y2: c.place.Y2 + readTop, Stroke: readLeader, SW: 0.35})
			}
			// White below the leader keeps it apart from a dark header.
			white := draw.Paint{Hex: "#FFFFFF"}
			d.Add(draw.Line{X1: edge, Y1: y, X2: to, Y2: y, Stroke: white, SW: 1.2},
				draw.Line{X1: edge, Y1: y, X2: to, Y2: y, Stroke: readLeader, SW: 0.35},
				draw.Circle{X: to, Y: y, R: 0.9, Fill: white}, draw.Circle{X: to, Y: y, R: 0.6, Fill: readLeader},
				draw.Polyline{Points: []draw.Point{{X: disc, Y: ys[k]}, {X: edge, Y: y}}, Stroke: accent, SW: 0.35},
				draw.Circle{X: disc, Y: ys[k], R: readDot, Fill: accent},
				draw.Text{X: disc, Y: ys[k] + 1.35, Pt: 11, Bold: true, Align: draw.Center, Color: paper, S: strconv.Itoa(c.N)})
		}
	}
	return d
}

// apart moves sorted positions apart until neighbours are gap from each other,
// inside lo to hi. If they cannot all fit they stand evenly.
func apart(ys []float64, gap, lo, hi float64) {
	if n := float64(len(ys) - 1); n > 0 && n*gap > hi-lo {
		gap = (hi - lo) / n
	}
	for i := range ys {
		least := lo
		if i > 0 {
			least = ys[i-1] + gap
		}
		ys[i] = math.Max(ys[i], least)
	}
	for i := len(ys) - 1; i >= 0; i-- {
		most := hi
		if i+1 < len(ys) {
			most = ys[i+1] - gap
		}
		ys[i] = math.Min(ys[i], most)
	}
}
