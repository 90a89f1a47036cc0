package chart

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestLegendExplainsEveryColour: what a labelled line or a bar is painted with is in
// the legend with its family, in both forms; one family needs none.
func TestLegendExplainsEveryColour(t *testing.T) {
	for name, c := range edges() {
		var l, narrow legend
		want := map[string]string{} // family -> look
		add := func(family string, k look) {
			if family != "" {
				want[family] = fmt.Sprint(k.paint.Class, k.dash)
			}
		}
		switch c := c.(type) {
		case Tradeoff:
			f := c.plot().layout(false)
			l, narrow = f.legend, c.plot().layout(true).legend
			for _, cv := range f.curves {
				if cv.label {
					add(clean(c.Series[cv.series].Family), cv.look)
				}
			}
		case Bars:
			f := c.layout(false)
			l, narrow = f.legend, c.layout(true).legend
			for i, b := range c.Bars {
				add(clean(b.Family), look{paint: f.paints[i].paint})
			}
		default:
			continue
		}
		for _, l := range []legend{l, narrow} {
			if some := len(l.entries) > 0; some != (len(want) > 1) {
				t.Errorf("%s: %d families, legend %v", name, len(want), l.entries)
				continue
			}
			said := map[string]bool{}
			for _, e := range l.entries {
				said[fmt.Sprint(e.paint.Class, e.dash)] = true
			}
			for family, k := range want {
				if len(want) > 1 && !said[k] {
					t.Errorf("%s: the legend lacks %q (%s)", name, family, k)
				}
			}
		}
		opt, err := liveOf(c)
		if err != nil {
			t.Fatal(err)
		}
		var back live
		if err := json.Unmarshal(opt, &back); err != nil {
			t.Fatal(err)
		}
		if len(back.Legend) != len(l.entries) {
			t.Errorf("%s: %d marks in the interactive legend, %d in the drawing", name, len(back.Legend), len(l.entries))
		}
	}
	text := allTexts(sampleBars().List(false))
	for _, want := range []string{"Model families:", "alph", "beta", "gamm"} {
		if !strings.Contains(text, want) {
			t.Errorf("the legend lacks %q:\n%s", want, text)
		}
	}
}
