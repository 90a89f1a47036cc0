// Marks of others: words and looks that could be taken for an official label.
// A label of this kind is neither certified nor issued by anybody.

package label

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"jouleboard/internal/result"
)

// foreignMarks are names of labels of others, as letters only.
var foreignMarks = []string{"energystar", "aienergyscore", "energyratinglabel", "epeat", "ecolabel", "blauerengel", "blueangel", "tcocertified", "euenergylabel"}

// energWord is the word mark of the European Union's energy label.
var energWord = regexp.MustCompile(`(?i)(^|[^\pL])ENERG([^\pL]|$)`)

// officialWords claim an authority that a label does not have.
var officialWords = regexp.MustCompile(`(?i)(^|[^\pL])(official|government|governmental|ministry|department|commission|certified|certificate|certification|approved|accredited|european union)([^\pL]|$)`)

// foreignMark returns the mark of others that a text holds, "" if none.
func foreignMark(s string) string {
	s = result.Normal(s)
	letters := strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s))
	for _, m := range foreignMarks {
		if strings.Contains(letters, m) {
			return m
		}
	}
	if strings.Contains(letters, "energ") && energWord.MatchString(s) {
		return "energ"
	}
	return ""
}

// officialMark is foreignMark, and the words of officialWords.
func officialMark(s string) string {
	if m := foreignMark(s); m != "" {
		return m
	}
	if m := officialWords.FindStringSubmatch(s); m != nil {
		return strings.ToLower(m[2])
	}
	return ""
}

const markHint = "choose neutral words, such as \"inference energy rating\"; a label must not be taken for an official one"

// marks refuses what could be mistaken for the label of an authority.
func (c *checker) marks() {
	grades := map[string]int{}
	for i := range c.ds.Elements {
		e := &c.ds.Elements[i]
		at := "/elements/" + strconv.Itoa(i)
		for _, p := range [][2]string{{"id", e.ID}, {"text", e.Text}, {"short", e.Short}} {
			if m := officialMark(fieldRef.ReplaceAllString(p[1], " ")); m != "" {
				c.add(at+"/"+p[0], "LBL-MARK", markHint, "element %s: %q could be taken for an official mark (%s)", name(e.ID), result.Clip(p[1]), m)
			}
		}
		if t := strings.TrimRight(strings.TrimSpace(e.Text), "+"); e.Kind == "text" && len(t) == 1 && strings.Contains("ABCDEFG", t) {
			if grades[t] = i; len(grades) == 4 {
				c.add(at+"/text", "LBL-MARK", "state the rating by {rating}", "element %s: a ladder of the grades A to G is the mark of an official label", name(e.ID))
			}
		}
		if e.Kind == "star" {
			c.starMark(i, e)
		}
	}
	if m := officialMark(c.ds.Name); m != "" {
		c.add("", "LBL-MARK", markHint, "the design's name %q could be taken for an official mark (%s)", c.ds.Name, m)
	}
}

// starMark refuses stars in the colours of others: green on dark, and yellow on
// blue.
func (c *checker) starMark(i int, e *Element) {
	ground := ""
	for _, o := range c.ds.Elements[:i] {
		if o.Kind == "rect" && o.Fill != "" && o.X <= e.CX && o.Y <= e.CY && o.X+o.W >= e.CX && o.Y+o.H >= e.CY {
			ground = o.Fill
		}
	}
	for _, look := range Looks() {
		star, under := c.ds.color(look, e.Fill), c.ds.color(look, ground)
		if !hexColor.MatchString(star) || !hexColor.MatchString(under) {
			continue
		}
		h, s := hue(star)
		uh, us := hue(under)
		what := ""
		switch {
		case s > 0.3 && h > 75 && h < 170 && luminance(under) < 0.1:
			what = "green stars on a dark ground"
		case s > 0.3 && h > 40 && h <= 75 && us > 0.3 && uh > 200 && uh < 260:
			what = "yellow stars on a blue ground"
		}
		if what != "" {
			c.add(fmt.Sprintf("/elements/%d/fill", i), "LBL-MARK", "use another colour", "element %s: %s in the look %s are the mark of others", name(e.ID), what, look)
		}
	}
}

// hue returns a colour's hue in degrees and its saturation from 0 to 1.
func hue(hex string) (h, s float64) {
	v, _ := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	r, g, b := float64(v>>16&255), float64(v>>8&255), float64(v&255)
	hi, lo := max(r, g, b), min(r, g, b)
	d := hi - lo
	switch {
	case d == 0:
		return 0, 0
	case hi == r:
		h = 60 * (g - b) / d
	case hi == g:
		h = 120 + 60*(b-r)/d
	default:
		h = 240 + 60*(r-g)/d
	}
	if h < 0 {
		h += 360
	}
	return h, d / hi
}
