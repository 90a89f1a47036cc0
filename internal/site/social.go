// Preview pictures: what chat programs and social networks show for a link. One
// for the home page, each board and each model, drawn as labels are and written
// as PNG, the only format that all of them take.

package site

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/draw"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// A picture is 1200 x 630 pixels, the size that previews are cut to. It is laid
// out in pixels; ten of them are one millimetre of the list.
const (
	cardW, cardH = 1200, 630
	cardEdge     = 64
	cardScale    = 10.0
)

var (
	cardInk    = draw.Paint{Hex: "#16181d"}
	cardDim    = draw.Paint{Hex: "#565c66"}
	cardLine   = draw.Paint{Hex: "#dfe3e8"}
	cardBar    = draw.Paint{Hex: "#d3e5f0"}
	cardDot    = draw.Paint{Hex: "#a9c8dc"}
	cardPaper  = draw.Paint{Hex: "#ffffff"}
	cardAccent = "#005a8c"
)

// card is one picture with the words that stand for it.
type card struct {
	list draw.List
	alt  string
}

// cardPath is the picture of a page that has one of its own.
func cardPath(page string) string { return strings.TrimSuffix(page, "index.html") + "card.png" }

// cardOf draws the picture of a page, nil where it has none: pages of other
// kinds, and names that the built-in fonts cannot write.
func (s *site) cardOf(page string) *card {
	var c *card
	s = s.drawing()
	if page == "index.html" {
		c = s.homeCard()
	} else if b := s.boardAt[page]; b != nil {
		c = s.boardCard(b)
	} else if v := s.modelAt[page]; v != nil {
		c = s.modelCard(v)
	}
	if c == nil || len(draw.HasGlyphs(cardText(c.list.Items))) > 0 {
		return nil
	}
	c.list.W, c.list.H = cardW/cardScale, cardH/cardScale
	c.list.Title = c.alt
	c.list.Lang = s.msg.lang
	return c
}

func cardText(items []draw.Item) string {
	var b strings.Builder
	for _, it := range items {
		if t, ok := it.(draw.Text); ok {
			b.WriteString(t.S)
		}
	}
	return b.String()
}

// preview is the picture that a page's head names: its own, its model's for a
// result, or the home page's. It must have an absolute address.
func (s *site) preview(page string) *preview {
	if s.baseURL == "" {
		return nil
	}
	if e := s.entryAt[page]; e != nil {
		page = modelPath(e.Result.Model.Name)
	}
	alt := ""
	if c := s.cards[page]; c != nil {
		alt = c.alt
	} else {
		if s.cards["index.html"] == nil {
			return nil
		}
		// The board's picture says how much there is on the board, which is none of this
		// page's facts: with them each new result would change every page.
		page, alt = "index.html", s.in.Site.Title
	}
	return &preview{URL: public(s.baseURL, cardPath(page)), Alt: alt, Width: cardW, Height: cardH}
}

// cardPages are the pages that may have a picture of their own.
func (s *site) cardPages() []string {
	pages := []string{"index.html"}
	for _, b := range s.boards {
		pages = append(pages, boardPath(b.ID))
	}
	for _, v := range s.models {
		pages = append(pages, modelPath(v.Name))
	}
	return pages
}

// card draws the picture of a page.
func (s *site) card(page string) job {
	return func(r *renderer) (result.Findings, error) {
		defer s.work.since("card", time.Now())
		png, err := draw.PNG(&s.cards[page].list, draw.PNGOptions{DPI: 25.4 * cardScale, Indexed: true})
		if err != nil {
			return nil, fmt.Errorf("picture of %s: %w", page, err)
		}
		return nil, r.put(cardPath(page), page, png)
	}
}

func (c *card) text(x, y, px float64, bold bool, align draw.Align, color draw.Paint, s string) {
	c.list.Add(draw.Text{X: x / cardScale, Y: y / cardScale, Pt: cardPt(px), Bold: bold, Align: align, Color: color, S: s})
}

func (c *card) rect(x, y, w, h float64, fill draw.Paint) {
	c.list.Add(draw.Rect{X: x / cardScale, Y: y / cardScale, W: w / cardScale, H: h / cardScale, Fill: fill})
}

func (c *card) dot(x, y, r float64, fill draw.Paint) {
	c.list.Add(draw.Circle{X: x / cardScale, Y: y / cardScale, R: r / cardScale, Fill: fill, Stroke: cardPaper, SW: 0.2})
}

func cardPt(px float64) float64 { return px / cardScale / draw.PtMM }

func cardWidth(s string, px float64, bold bool) float64 {
	return draw.Width(s, cardPt(px), bold) * cardScale
}

// cardClean takes what could reorder or break a line from a text.
func cardClean(s string) string {
	return strings.Map(func(r rune) rune {
		if result.IsControl(r) || result.IsDirectionMark(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// cardFit shortens text to a width.
func cardFit(s string, px float64, bold bool, width float64) string {
	s = cardClean(s)
	if cardWidth(s, px, bold) <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 1 && cardWidth(string(r)+"…", px, bold) > width {
		r = r[:len(r)-1]
	}
	return strings.TrimSpace(string(r)) + "…"
}

// cardWrap breaks text into at most n lines of a width, the last one shortened.
func cardWrap(s string, px float64, bold bool, width float64, n int) []string {
	var lines []string
	line := ""
	words := strings.Fields(cardClean(s))
	for i, w := range words {
		next := joinNonEmpty(" ", line, w)
		if line == "" || cardWidth(next, px, bold) <= width {
			line = next
			continue
		}
		if len(lines) == n-1 {
			return append(lines, cardFit(line+" "+strings.Join(words[i:], " "), px, bold, width))
		}
		lines = append(lines, cardFit(line, px, bold, width))
		line = w
	}
	return append(lines, cardFit(line, px, bold, width))
}

// newCard is a picture with the frame that all share: the site's mark and name
// above, its address below, and the date of the newest result that it shows.
func (s *site) newCard(newest string) *card {
	c := &card{}
	accent := s.accent()
	c.rect(0, 0, cardW, cardH, cardPaper)
	c.rect(0, 0, cardW, 12, accent)
	c.text(cardEdge, 86, 30, true, draw.Left, accent, cardFit(s.in.Site.Title, 30, true, 700))
	if newest != "" {
		c.text(cardW-cardEdge, 86, 24, false, draw.Right, cardDim, lead(s.msg.T("foot.newest"))+s.msg.day(newest))
	}
	if u, err := url.Parse(s.baseURL); err == nil && u.Host != "" {
		c.text(cardEdge, cardH-34, 24, false, draw.Left, cardDim, cardFit(u.Host+strings.TrimSuffix(u.Path, "/"), 24, false, cardW-2*cardEdge))
	}
	return c
}

// headlines writes a title of one or two lines and what stands below it, and
// returns where the room under them begins.
func (c *card) headlines(title, below string, y float64) float64 {
	px := 58.0
	lines := cardWrap(title, px, true, cardW-2*cardEdge, 3)
	if len(lines) > 2 {
		px = 46
		lines = cardWrap(title, px, true, cardW-2*cardEdge, 2)
	}
	for _, l := range lines {
		c.text(cardEdge, y, px, true, draw.Left, cardInk, l)
		y += px * 1.18
	}
	if below != "" {
		c.text(cardEdge, y-8, 28, false, draw.Left, cardDim, cardFit(below, 28, false, cardW-2*cardEdge))
		y += 34
	}
	return y
}

// bars draws the best rows of a board: name, bar from zero, interval, value.
func (c *card) bars(s *site, b *rank.Board, y, bottom float64, most int) string {
	m, _ := s.reg.Get(b.Metric)
	rows := s.ranked[b]
	rows = rows[:min(len(rows), most, int((bottom-y)/44))]
	if len(rows) == 0 {
		return ""
	}
	top := 0.0
	for _, r := range rows {
		top = max(top, r.Value)
		if r.CI != nil {
			top = max(top, r.CI[1])
		}
	}
	widest := 0.0
	for _, r := range rows {
		name := s.cardName(r)
		widest = max(widest, cardWidth(cardClean(name), 28, false))
	}
	left, right := cardEdge+min(widest, 560)+24, cardW-cardEdge-190.0
	step := min(58, (bottom-y)/float64(len(rows)))
	var said []string
	for _, r := range rows {
		name := s.cardName(r)
		value := joinNonEmpty(" ", s.msg.Sig(r.Value, m.Digits), m.Unit)
		mid := y + step/2
		c.text(cardEdge, mid+10, 28, false, draw.Left, cardInk, cardFit(name, 28, false, left-cardEdge-23))
		end := left
		if top > 0 && r.Value > 0 {
			end = left + (right-left)*r.Value/top
			c.rect(left, mid-step*.32, end-left, step*.64, cardBar)
			c.rect(left, mid-step*.32, 4, step*.64, s.accent())
			if r.CI != nil {
				lo, hi := left+(right-left)*max(0, r.CI[0])/top, left+(right-left)*r.CI[1]/top
				c.rect(lo, mid-1.5, hi-lo, 3, cardInk)
				end = max(end, hi)
			}
		}
		c.text(end+14, mid+10, 28, true, draw.Left, cardInk, value)
		said = append(said, name+" "+value)
		y += step
	}
	return strings.Join(said, s.msg.T("sep.list"))
}

// cardName is a row's model; one that cannot be written gives the digits of its
// result, so that it does not take the picture from the others.
func (s *site) cardName(r *rank.Row) string {
	name, _ := modelTitle(r.Result.Model.Name)
	if len(draw.HasGlyphs(cardClean(name))) > 0 {
		return s.byID[r.Result.ID].Hash
	}
	return name
}

func (s *site) homeCard() *card {
	c := s.newCard(s.newest)
	counts := s.msg.T("card.counts", len(s.entries), len(s.models), len(s.boards))
	title := cmp.Or(s.in.Site.Tagline, s.in.Site.Title)
	y := c.headlines(title, counts, 180)
	c.alt = title + s.msg.T("sep.sentence") + counts
	if b := s.homeBoard(); b != nil {
		y += 26
		c.rect(cardEdge, y-14, cardW-2*cardEdge, 2, cardLine)
		c.text(cardEdge, y+24, 26, true, draw.Left, cardInk, cardFit(b.Title, 26, true, cardW-2*cardEdge))
		if said := c.bars(s, b, y+42, 556, 3); said != "" {
			c.alt += s.msg.T("sep.sentence") + b.Title + s.msg.T("sep.colon") + said
		}
	}
	return c
}

func (s *site) boardCard(b *rank.Board) *card {
	c := s.newCard(b.Newest)
	n := s.strips[b.ID].ranked
	m, _ := s.reg.Get(b.Metric)
	below := s.msg.T("card.board", s.metricName(m), n)
	y := c.headlines(b.Title, below, 180)
	said := c.bars(s, b, y+12, 560, 5)
	c.alt = joinNonEmpty(s.msg.T("sep.sentence"), b.Title, below, said)
	return c
}

// modelCard tells a model by its place on the first board that ranks it.
func (s *site) modelCard(v *modelView) *card {
	newest := ""
	for _, e := range v.Entries {
		newest = max(newest, e.Day())
	}
	c := s.newCard(newest)
	short, org := modelTitle(v.Name)
	y := c.headlines(short, org, 180)
	for _, place := range v.Rows {
		if b, row := place.Board, place.Row; row.RankLo > 0 {
			c.place(s, b, row, y)
			m, _ := s.reg.Get(b.Metric)
			c.alt = joinNonEmpty(s.msg.T("sep.sentence"), v.Name, s.metricName(m)+" "+joinNonEmpty(" ", s.msg.Sig(row.Value, m.Digits), m.Unit), s.msg.T("card.rank", rankText(row), s.strips[b.ID].ranked)+s.msg.T("sep.part")+b.Title)
			return c
		}
	}
	c.text(cardEdge, y+60, 34, false, draw.Left, cardInk, s.msg.T("n.results", len(v.Entries)))
	c.alt = v.Name + s.msg.T("sep.sentence") + s.msg.T("n.results", len(v.Entries))
	return c
}

// place draws a model's value, rank and stars, and where it stands among all
// models of the board, on a logarithmic scale that names its ends.
func (c *card) place(s *site, b *rank.Board, row *rank.Row, y float64) {
	m, _ := s.reg.Get(b.Metric)
	accent := s.accent()
	value := s.msg.Sig(row.Value, m.Digits)
	c.text(cardEdge, y+82, 88, true, draw.Left, accent, value)
	x := cardEdge + cardWidth(value, 88, true) + 16
	c.text(x, y+82, 44, false, draw.Left, cardDim, m.Unit)
	c.text(cardEdge, y+126, 28, false, draw.Left, cardInk, cardFit(s.metricName(m)+". "+b.Title, 28, false, cardW-2*cardEdge))
	c.text(cardW-cardEdge, y+82, 44, true, draw.Right, cardInk, s.msg.T("card.rank", rankText(row), s.strips[b.ID].ranked))
	if row.Rating.Rated {
		const r = 22.0
		c.list.Add(draw.Stars((cardW-cardEdge-4*2.3*r-r)/cardScale, (y+14)/cardScale, r/cardScale, 2.3*r/cardScale, row.Rating.Min, row.Rating.Max, accent, cardDim)...)
	}
	strip := s.strips[b.ID]
	if strip.lo == strip.hi || row.Value <= 0 {
		return
	}
	axis := min(y+200, 500)
	c.rect(cardEdge, axis-1, cardW-2*cardEdge, 2, cardLine)
	for _, run := range strip.runs {
		from, to := run[0], run[1]
		c.dot(from, axis, cardDotR, cardDot)
		if to > from {
			c.dot(to, axis, cardDotR, cardDot)
			c.rect(from, axis-cardDotR+1, to-from, 2*cardDotR-2, cardDot) // within their edges
		}
	}
	c.dot(strip.at(row.Value), axis, 17, accent)
	ends := func(v float64) string { return joinNonEmpty(" ", s.msg.Sig(v, m.Digits), m.Unit) }
	c.text(cardEdge, axis+46, 24, false, draw.Left, cardDim, ends(strip.lo))
	c.text(cardW-cardEdge, axis+46, 24, false, draw.Right, cardDim, ends(strip.hi))
	c.text(cardW/2, axis+46, 24, false, draw.Center, cardDim, s.msg.T("card.strip"))
}

// cardStrip is where all models of a board stand on its pictures. It is made once
// a board, since every model of the board has a picture.
type cardStrip struct {
	ranked int
	lo, hi float64
	// runs are the ends of rows of dots so close that their union is a bar with round
	// ends. Many models would else be as many dots on the picture of each of them.
	runs [][2]float64
}

// Dots of a strip have this radius in pixels. The edge of a row of them that are
// cardDotGap apart is 0.2 pixels from that of a bar.
const cardDotR, cardDotGap = 11, 4

func newCardStrip(rows []*rank.Row) (c cardStrip) {
	c.ranked = len(rows)
	var values []float64
	for _, r := range rows {
		if r.Value > 0 {
			values = append(values, r.Value)
		}
	}
	if len(values) == 0 {
		return c
	}
	slices.Sort(values)
	c.lo, c.hi = values[0], values[len(values)-1]
	if c.lo == c.hi {
		return c
	}
	for _, v := range values {
		x := c.at(v)
		if n := len(c.runs); n > 0 && x-c.runs[n-1][1] <= cardDotGap {
			c.runs[n-1][1] = x
		} else {
			c.runs = append(c.runs, [2]float64{x, x})
		}
	}
	return c
}

// at is where a value stands, on a logarithmic scale.
func (c *cardStrip) at(v float64) float64 {
	return cardEdge + 14 + (cardW-2*cardEdge-28)*math.Log(v/c.lo)/math.Log(c.hi/c.lo)
}
