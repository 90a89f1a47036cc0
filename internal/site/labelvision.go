// Sight: colours as people see them whose eyes lack one kind of cone, and as a
// printer without colour shows them.

package site

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"jouleboard/internal/draw"
)

// vision changes a colour into what is seen of it.
type vision struct {
	key string
	see func(hex string) string
}

// The matrices are those of Machado, Oliveira and Fernandes, "A Physiologically-
// based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009,
// at full severity. They hold for linear light.
var visions = []vision{
	{"grey", grey},
	{"protan", seen([9]float64{0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998})},
	{"deutan", seen([9]float64{0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881})},
	{"tritan", seen([9]float64{1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900})},
}

func seen(m [9]float64) func(string) string {
	return func(hex string) string {
		c, ok := linear(hex)
		if !ok {
			return hex
		}
		var out [3]float64
		for i := range out {
			out[i] = m[3*i]*c[0] + m[3*i+1]*c[1] + m[3*i+2]*c[2]
		}
		return encoded(out)
	}
}

// grey is the light of a colour without its hue.
func grey(hex string) string {
	c, ok := linear(hex)
	if !ok {
		return hex
	}
	y := 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
	return encoded([3]float64{y, y, y})
}

// linear reads "#RRGGBB" as light from 0 to 1.
func linear(hex string) (c [3]float64, ok bool) {
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		return c, false
	}
	for i := range c {
		x := float64(v>>(16-8*i)&255) / 255
		if x <= 0.04045 {
			c[i] = x / 12.92
		} else {
			c[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return c, true
}

func encoded(c [3]float64) string {
	var b [3]int
	for i, x := range c {
		x = min(max(x, 0), 1)
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		b[i] = int(math.Round(255 * x))
	}
	return fmt.Sprintf("#%02X%02X%02X", b[0], b[1], b[2])
}

// repaint returns a copy of a drawing's items in other colours.
func repaint(items []draw.Item, see func(string) string) []draw.Item {
	p := func(p draw.Paint) draw.Paint {
		if !p.None() {
			p.Hex = see(p.Hex)
		}
		return p
	}
	out := make([]draw.Item, len(items))
	for i, it := range items {
		switch v := it.(type) {
		case draw.Rect:
			v.Fill, v.Stroke = p(v.Fill), p(v.Stroke)
			it = v
		case draw.Line:
			v.Stroke = p(v.Stroke)
			it = v
		case draw.Polyline:
			v.Stroke = p(v.Stroke)
			it = v
		case draw.Polygon:
			v.Fill, v.Stroke = p(v.Fill), p(v.Stroke)
			it = v
		case draw.Circle:
			v.Fill, v.Stroke = p(v.Fill), p(v.Stroke)
			it = v
		case draw.Text:
			v.Color = p(v.Color)
			it = v
		case draw.Modules:
			v.Fill = p(v.Fill)
			it = v
		case draw.Group:
			v.Items = repaint(v.Items, see)
			it = v
		}
		out[i] = it
	}
	return out
}
