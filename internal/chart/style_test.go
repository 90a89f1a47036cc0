package chart

import (
	"regexp"
	"strings"
	"testing"

	"jouleboard/internal/draw"
	"jouleboard/internal/unit"
)

// In a language that writes 1.234,5 every number of a drawing, of its table and of
// the interactive chart's words is written so, and the values stay numbers.
func TestNumbersOfALanguage(t *testing.T) {
	w := Words{Numbers: unit.Style{Decimal: ",", Group: "."}}
	points := []Pt{{X: 0.5, Y: 1234.5}, {X: 1000.5, Y: 2345.6}, {X: 20000, Y: 0.125}}
	lo, hi := 1200.25, 2345.5
	series := []Series{{Name: "a", Points: points}}
	house := regexp.MustCompile(`\d\.\d{1,2}\b|\d\.\d{4}|\d` + unit.Thin + `\d|\.\d+e`)
	for _, c := range []Chart{
		Tradeoff{ID: "t", Title: "t", XName: "x", YName: "y", LogX: true, LogY: true, Series: series, Words: w},
		Lines{ID: "l", Title: "l", XName: "x", YName: "y", LogX: true, LogY: true, Series: series, Words: w},
		Bars{ID: "b", Title: "b", Bars: []Bar{{Label: "a", Value: 1234.5, Lo: &lo, Hi: &hi}, {Label: "c", Value: 0.25}}, Words: w},
		Dist{ID: "d", Title: "d", Stats: []Stat{{"p50", 12.5}, {"max", 2345.5}}, Words: w},
		Dist{ID: "h", Title: "h", Stats: []Stat{{"p50", 12.5}}, Samples: []Sample{{0.5, 1}, {1.5, 2}, {2.25, 1}, {1234.5, 1}}, Words: w},
		Trace{ID: "p", Title: "p", XName: "s", YName: "W", Series: []Series{{Name: "a", Points: []Pt{{X: 0.5, Y: 2.5}, {X: 1.25, Y: 1234.5}}}}, Words: w},
	} {
		var said []string
		for _, narrow := range []bool{false, true} {
			for _, it := range c.List(narrow).Items {
				switch it := it.(type) {
				case draw.Text:
					said = append(said, it.S)
				case draw.Rect:
					said = append(said, it.Title)
				}
			}
		}
		for _, row := range c.Table().Rows {
			for _, cell := range row {
				said = append(said, cell.Text)
			}
		}
		all := strings.Join(said, "\n")
		if found := house.FindString(all); found != "" {
			t.Errorf("%s holds %q:\n%s", c.name(), found, all)
		}
		if !regexp.MustCompile(`\d,\d`).MatchString(all) {
			t.Errorf("%s holds no German number:\n%s", c.name(), all)
		}
		option, err := liveOf(c)
		if err != nil {
			t.Fatal(err)
		}
		if option != nil && !strings.Contains(string(option), "1234.5") {
			t.Errorf("%s: the data lost its numbers: %s", c.name(), option)
		}
	}
}
