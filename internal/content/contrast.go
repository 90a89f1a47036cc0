// Contrast of colours as WCAG reckons it, and colours made to have enough of it.

package content

import (
	"fmt"
	"math"
	"strconv"
)

// channels are the three parts of #rrggbb, 0 to 255.
func channels(hex string) (c [3]float64) {
	for i := range c {
		v, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c[i] = float64(v)
	}
	return c
}

// contrast is the WCAG contrast ratio of two colours, 1 to 21.
func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(hex string) float64 {
	lum := 0.0
	for i, weight := range [...]float64{0.2126, 0.7152, 0.0722} {
		x := channels(hex)[i] / 255
		if x <= 0.04045 {
			x /= 12.92
		} else {
			x = math.Pow((x+0.055)/1.055, 2.4)
		}
		lum += weight * x
	}
	return lum
}

// mix is a share of one colour in another.
func mix(hex, into string, share float64) string {
	a, b := channels(hex), channels(into)
	var c [3]int
	for i := range c {
		c[i] = int(math.Round(a[i]*share + b[i]*(1-share)))
	}
	return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2])
}

// readable moves a colour toward black or white in small steps until it has the
// contrast on all grounds.
func readable(hex, toward string, need float64, grounds ...string) string {
	const steps = 50
	for i := 0; ; i++ {
		c := mix(toward, hex, float64(i)/steps)
		enough := true
		for _, ground := range grounds {
			enough = enough && contrast(c, ground) >= need
		}
		if enough || i == steps {
			return c
		}
	}
}
