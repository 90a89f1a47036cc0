// The badge: two small boxes for web pages, in pixels.

package label

import (
	"jouleboard/internal/draw"
	"jouleboard/internal/rank"
)

// Colours of badges; white text stands on each with a contrast of 6.39 or more.
const (
	badgeLeft   = "#3C3C3C"
	badgeStar   = "#005A8C"
	badgeNone   = "#5F5F5F"
	badgeAlert  = "#8C2D04"
	badgeText   = "#FFFFFF"
	badgeHeight = 20.0
)

// Badge draws the badge of a result as Subject.Badge does. The error is a *Problem.
func (d *Designs) Badge(in Input, withValue bool) ([]byte, error) {
	s, err := d.Subject(in)
	if err != nil {
		return nil, err
	}
	return s.Badge(withValue), nil
}

// Badge draws the badge as SVG: "energy" and the rating, with the energy too if
// withValue is set. It needs no address and has no QR code.
func (s *Subject) Badge(withValue bool) []byte {
	d, in, w := s.d, s.in, s.w
	drawn := w
	if w.lang != "en" {
		for _, k := range []string{"badge_left", "badge_not_rated", "badge_withdrawn", "badge_draft", "badge_flagged", "badge_superseded", "rating", "value_estimated"} {
			if len(undrawable(w.t(k), nil)) > 0 {
				drawn = d.words("en")
				break
			}
		}
	}
	right, color := in.badgeText(drawn, withValue)
	rec := s.record
	rec.Size, rec.Design = "badge", "default"

	// One unit of the list is a pixel; 11 of them are the text's size.
	const pt, pad = 11 / draw.PtMM, 6.0
	leftText := drawn.t("badge_left")
	left := round4(draw.Width(leftText, pt, false) + 2*pad)
	width := round4(left + draw.Width(right, pt, false) + 2*pad)
	white, dark, fill := draw.Paint{Hex: badgeText}, draw.Paint{Hex: badgeLeft}, draw.Paint{Hex: color}
	l := &draw.List{W: width, H: badgeHeight, Title: leftText + ": " + right, Desc: s.alt + " " + w.t("note"), Lang: w.lang}
	l.Add(
		draw.Rect{W: left + 4, H: badgeHeight, R: 3, Fill: dark},
		draw.Rect{X: left, W: width - left, H: badgeHeight, R: 3, Fill: fill},
		draw.Rect{X: left, W: 4, H: badgeHeight, Fill: fill}, // square corners in the middle
		draw.Text{X: pad, Y: 14, Pt: pt, Color: white, S: leftText},
		draw.Text{X: round4(left + pad), Y: 14, Pt: pt, Color: white, S: right},
	)
	return draw.SVG(l, draw.SVGOptions{IDPrefix: "jb-" + in.hash() + "-badge", Metadata: rec.JSON(), Text: draw.Outline})
}

// badgeText is what stands on the right, and the colour under it.
func (in Input) badgeText(w *words, withValue bool) (string, string) {
	value := ""
	if wh, ok := in.value(); ok && withValue {
		value = ", " + in.valueText(w, wh)
	}
	switch in.status() {
	case StatusWithdrawn:
		return w.t("badge_withdrawn"), badgeAlert
	case StatusNotRated:
		return w.t("badge_not_rated") + value, badgeNone
	}
	s := w.t("rating", "stars", w.stars(in.Rating.Stars)) + value
	switch {
	case in.Flag != nil:
		s += ", " + w.t("badge_flagged")
	case in.Rating.Status == rank.StatusSuperseded:
		s += ", " + w.t("badge_superseded")
	case in.Rating.Status == rank.StatusDraft || in.Result.Draft != "":
		s += ", " + w.t("badge_draft")
	}
	return s, badgeStar
}
