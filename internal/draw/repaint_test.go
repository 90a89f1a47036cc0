package draw

import (
	"fmt"
	"strings"
	"testing"
)

func TestRepaint(t *testing.T) {
	old, other := Paint{Hex: "#0072b2", Class: "f1"}, Paint{Hex: "#0072b2", Class: "c-ink"}
	all := func(p Paint) []Item {
		return []Item{Rect{Fill: p, Stroke: p}, Line{Stroke: p}, Polyline{Stroke: p}, Polygon{Fill: p, Stroke: p}, Circle{Fill: p, Stroke: p}, Text{Color: p}, Group{Items: []Item{Circle{Fill: p}}}}
	}
	l := List{Items: append(all(old), all(other)...)}
	l.Repaint(map[string]string{"f1": "#112233"})
	mine, theirs := fmt.Sprint(l.Items[:7]), fmt.Sprint(l.Items[7:])
	if strings.Count(mine, "#112233") != 10 || strings.Contains(mine, "#0072b2") {
		t.Errorf("not every paint of the class has the colour: %s", mine)
	}
	if strings.Contains(theirs, "#112233") {
		t.Errorf("another class got the colour: %s", theirs)
	}
	empty := List{Items: []Item{Rect{Stroke: old}}}
	empty.Repaint(map[string]string{"": "#112233"})
	if r := empty.Items[0].(Rect); !r.Fill.None() || r.Stroke != old {
		t.Errorf("what is not painted was painted: %+v", r)
	}
}
