package chart

import (
	"math"
	"strings"
	"testing"
)

// Every value falls into exactly one bin, whose edges ascend and enclose it.
func TestBins(t *testing.T) {
	ramp := func(lo, hi float64, n int) (out []Sample) {
		for i := range n {
			out = append(out, Sample{lo + (hi-lo)*float64(i)/float64(max(n-1, 1)), 1})
		}
		return out
	}
	for _, test := range []struct {
		name    string
		kind    scaleKind
		samples []Sample
		left    int64 // values that cannot stand on the scale
		most    int
	}{
		{"even", linear, ramp(12, 480, 1000), 0, maxBins},
		{"one value", linear, ramp(33.3, 33.3, 7), 0, 2},
		{"zeros", linear, ramp(0, 0, 3), 0, 2},
		{"negative", linear, ramp(-5, 5, 50), 0, maxBins},
		{"huge", linear, ramp(1e15, 3e15, 50), 0, maxBins},
		{"decades", log10, ramp(0.02, 9000, 500), 0, maxBins},
		{"many decades", log10, []Sample{{1e-9, 1}, {1e12, 4}}, 0, maxBins},
		{"one on logs", log10, ramp(100, 100, 4), 0, 3},
		{"not on logs", log10, append(ramp(1, 50, 20), Sample{0, 2}, Sample{-1, 3}, Sample{math.NaN(), 1}), 6, maxBins},
		{"weights", linear, []Sample{{1, 10}, {2, 0}, {3, 5}}, 0, maxBins},
		{"nothing", linear, nil, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			bs := bins(test.kind, test.samples)
			if len(bs) > test.most {
				t.Errorf("%d bins, at most %d wanted", len(bs), test.most)
			}
			var in, want int64
			for i, b := range bs {
				in += b.n
				if !(b.to > b.from) || i > 0 && b.from != bs[i-1].to {
					t.Errorf("bin %d: %+v after %+v", i, b, bs[max(i-1, 0)])
				}
			}
			for _, s := range test.samples {
				want += s.N
			}
			if in != want-test.left {
				t.Errorf("%d values in bins, %d given, %d left out", in, want, test.left)
			}
			for _, s := range test.samples {
				if usable(test.kind, s) && (s.Value < bs[0].from || s.Value > bs[len(bs)-1].to) {
					t.Errorf("%g is outside %g to %g", s.Value, bs[0].from, bs[len(bs)-1].to)
				}
			}
		})
	}
	bs := bins(linear, []Sample{{1, 2}, {1.5, 3}, {39.9, 1}})
	if bs[0] != (bin{0, 2, 5}) || bs[len(bs)-1] != (bin{38, 40, 1}) {
		t.Errorf("first bins: %+v", bs[:2])
	}
}

// A histogram stands over its strip on the strip's scale, says its units to a
// pointer and its counts in a table; the strip keeps its numbers.
func TestHistogram(t *testing.T) {
	d := sampleDist()
	for i := range 200 {
		d.Samples = append(d.Samples, Sample{18.2 + float64(i*i)/200, 1})
	}
	for _, narrow := range []bool{false, true} {
		checkLayout(t, "histogram", d, narrow)
	}
	svg := SVG(d, false)
	for _, want := range []string{"<rect", "<title>10 – 20 ms: ", "46.5", "highest bar: ", " of 200 values"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the drawing lacks %q: %s", want, svg)
		}
	}
	tab := d.Table()
	var n float64
	for _, row := range tab.Rows {
		n += *row[2].Num
	}
	if len(tab.Head) != 4 || n != 200 {
		t.Errorf("the table has %d columns and %g values", len(tab.Head), n)
	}
	if got := d.List(false).H; got <= sampleDist().List(false).H {
		t.Error("the histogram takes no room")
	}
}
