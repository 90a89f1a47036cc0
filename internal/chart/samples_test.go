// Charts for tests, made up: tidy ones, and ones with names that try to break out.

package chart

import (
	"math"
	"strconv"
	"strings"
)

func ptr(v float64) *float64 { return &v }

func sampleTradeoff() Tradeoff {
	t := Tradeoff{ID: "sample-tradeoff", Title: "Energy against speed", Caption: "Each line is one model under rising load.",
		XName: "median time between tokens", XUnit: "ms", YName: "energy per output token", YUnit: "J",
		LogX: true, LogY: true, Limit: &Limit{X: 50, Label: "at most 50 ms"}}
	for i, n := range []string{"alpha-7b", "beta-12b", "gamma-70b-instruct", "delta-1t"} {
		s := Series{Name: n, Family: n[:4], URL: "models/org/" + n + "/", Pick: 3}
		for j := 0; j < 6; j++ {
			p := Pt{X: 8 * math.Pow(1.6, float64(j)+float64(i)*0.4), Y: 0.5 * math.Pow(2.2, float64(i)) * math.Pow(0.75, float64(j)), Label: strconv.Itoa(1<<j) + " at a time"}
			s.Points = append(s.Points, p)
			t.Front = append(t.Front, p)
		}
		t.Series = append(t.Series, s)
	}
	return t
}

func sampleBars() Bars {
	return Bars{ID: "sample-bars", Title: "Energy per response", Caption: "The top of the board.", Name: "energy per response", Unit: "J", Bars: []Bar{
		{Label: "alpha-7b", Sub: "org-a", Family: "alph", URL: "models/org-a/alpha-7b/", Value: 27.8, Lo: ptr(26.1), Hi: ptr(29.4)},
		{Label: "beta-12b", Sub: "org-b", Family: "beta", Value: 46.5},
		{Label: "gamma-70b-instruct", Sub: "org-b", Family: "gamm", Value: 203, Lo: ptr(180), Hi: ptr(231)},
		{Label: "not measured", Family: "delt", Value: math.NaN()},
	}}
}

func sampleLines() Lines {
	l := Lines{ID: "sample-lines", Title: "Energy against batch size", Caption: "One model on two accelerators.",
		XName: "requests at a time", YName: "energy per output token", YUnit: "J", Log2X: true}
	for i, n := range []string{"1 × H100", "1 × B200"} {
		s := Series{Name: n, Hardware: n, Pick: -1}
		for j := 3; j < 9; j++ {
			s.Points = append(s.Points, Pt{X: math.Exp2(float64(j)), Y: 4 / math.Sqrt(math.Exp2(float64(j))) / float64(i+1)})
		}
		l.Series = append(l.Series, s)
	}
	return l
}

// sampleTrace has two runs, and a device that was not read for a while.
func sampleTrace() Trace {
	t := Trace{ID: "sample-trace", Title: "Power over time", Caption: "Two devices.", XName: "time", XUnit: "s", YName: "power", YUnit: "W",
		Series: []Series{{Name: "GPU 1"}, {Name: "GPU 2"}},
		Spans:  []Span{{From: 4, To: 11, Label: "run 1"}, {From: 13, To: 18.5, Label: "run 2"}, {From: 9, To: 2, Label: "backwards"}}}
	for i := range 40 {
		x := float64(i) / 2
		for d := range t.Series {
			y := 90.0 + float64(20*d)
			if x >= 3 && x < 19 {
				y = 620 + 15*float64(i%3) - float64(70*d)
			}
			if d == 1 && x > 11 && x < 13 {
				y = math.NaN()
			}
			t.Series[d].Points = append(t.Series[d].Points, Pt{X: x, Y: y})
		}
	}
	return t
}

func hostileTrace() Trace {
	t := Trace{ID: "hostile-trace", Title: hostileNames[0], Caption: hostileNames[1], XName: hostileNames[2], XUnit: hostileNames[0], YName: hostileNames[3], YUnit: hostileNames[6]}
	for i, n := range hostileNames {
		t.Series = append(t.Series, Series{Name: n, Points: []Pt{{X: 0, Y: float64(i)}, {X: 1, Y: math.Inf(1)}, {X: 2, Y: float64(i)}}})
		t.Spans = append(t.Spans, Span{From: 0, To: float64(i) / 4, Label: n})
	}
	return t
}

var hostileNames = []string{
	`</script><img src=x onerror="window.pwned=1">`,
	`<!--<script>window.pwned=1//`,
	"line\u2028sep\u2029]]>&amp;{b|{a}${1}`",
	strings.Repeat("very-long-name-", 14),
	"نموذج اللغة العربية ٧٠ب",
	"中文大模型七百亿参数指令微调版本二零二六年三月发布",
	"\u202Eevil\u202C\u2066\x00\x1b[31m",
	"e\u0301" + strings.Repeat("\u0301", 40) + " marks",
	"", "javascript:alert(1)",
}

func hostileTradeoff() Tradeoff {
	t := sampleTradeoff()
	t.ID = "hostile-tradeoff"
	t.Title, t.Caption = hostileNames[0], hostileNames[1]
	t.XName, t.YUnit = hostileNames[0], hostileNames[3]
	t.Limit.Label = hostileNames[3] + hostileNames[0]
	t.Series = nil
	for i, n := range hostileNames {
		t.Series = append(t.Series, Series{Name: n, Family: n, URL: "javascript:window.pwned=1", Pick: 1, Points: []Pt{
			{X: 10, Y: 1 + float64(i)/100, Label: n, URL: "javascript:window.pwned=1"}, {X: 60, Y: 0.8 + float64(i)/100, Label: n}}})
	}
	return t
}

func hostileBars() Bars {
	b := Bars{ID: "hostile-bars", Title: hostileNames[0], Caption: hostileNames[2], Name: hostileNames[3], Unit: hostileNames[4]}
	for i, n := range hostileNames {
		b.Bars = append(b.Bars, Bar{Label: n, Sub: n, Family: n, URL: "javascript:window.pwned=1", Value: float64(i + 1)})
	}
	return b
}
