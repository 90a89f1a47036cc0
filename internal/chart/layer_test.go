package chart

import (
	"math"
	"testing"

	"jouleboard/internal/draw"
)

// A layered drawing leaves out the limit and the large dots, and Layer puts each
// point where the drawing has it.
func TestLayer(t *testing.T) {
	c := sampleTradeoff()
	c.Layered = true
	for _, narrow := range []bool{false, true} {
		g := c.Layer(narrow)
		l := c.List(narrow)
		var specks []draw.Circle
		for _, it := range l.Items {
			switch it := it.(type) {
			case draw.Circle:
				if it.R >= g.Dot {
					t.Errorf("narrow %v: a ranked point is drawn: %+v", narrow, it)
				}
				specks = append(specks, it)
			case draw.Text:
				if it.S == c.Limit.Label {
					t.Errorf("narrow %v: the limit's words are drawn", narrow)
				}
				if it.Y > g.LimitTop-g.TextSize && it.Y < g.Top && math.Abs(it.Y-g.TextY) < g.TextSize {
					t.Errorf("narrow %v: %q stands where the limit's words belong", narrow, it.S)
				}
			}
		}
		for _, s := range c.Series {
			for _, q := range s.Points {
				at, found := g.At(q.X, q.Y), false
				for _, k := range specks {
					found = found || math.Hypot(k.X-at.X, k.Y-at.Y) < 0.01
				}
				if !found {
					t.Errorf("narrow %v: nothing is drawn at %v, where %v belongs", narrow, at, q)
				}
			}
		}
		if g.W != l.W || g.H != l.H {
			t.Errorf("narrow %v: the layer is %v x %v, the drawing %v x %v", narrow, g.W, g.H, l.W, l.H)
		}
	}
	c.Limit = nil
	if len(c.Table().Head) != 5 {
		t.Errorf("the table of a layered drawing lost a column: %v", c.Table().Head)
	}
}

// A family's class hangs on its name alone, not on versions or neighbours.
func TestClass(t *testing.T) {
	for _, c := range [][2]string{{"Llama", "Llama 3.1"}, {"Qwen", "qwen3"}, {"somebody", "Somebody"}} {
		if a, b := Class(c[0]), Class(c[1]); a != b || a == "" {
			t.Errorf("%s is %s, %s is %s", c[0], a, c[1], b)
		}
	}
}
