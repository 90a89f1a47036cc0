package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jouleboard/internal/draw"
	"jouleboard/internal/unit"
)

var update = flag.Bool("update", false, "write goldens anew")

func samples() []Chart {
	return []Chart{sampleTradeoff(), sampleBars(), sampleLines(), sampleDist(), sampleTrace()}
}

// dump writes a list one item a line, so that a changed golden can be read.
func dump(l *draw.List) string {
	var b strings.Builder
	fmt.Fprintf(&b, "page %v x %v\ntitle %s\ndesc %s\n", l.W, l.H, l.Title, l.Desc)
	for _, it := range l.Items {
		fmt.Fprintf(&b, "%T %+v\n", it, it)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (run with -update if this is meant):\n%s", file, diff)
	}
}

func liveOf(c Chart) ([]byte, error) {
	f, err := FormsOf(c)
	return f.Option, err
}

func TestGoldens(t *testing.T) {
	for _, c := range samples() {
		golden(t, c.name()+"-wide.txt", dump(c.List(false)))
		golden(t, c.name()+"-narrow.txt", dump(c.List(true)))
		opt, err := liveOf(c)
		if err != nil {
			t.Fatal(err)
		}
		if opt == nil {
			continue
		}
		var out bytes.Buffer
		if err := json.Indent(&out, opt, "", " "); err != nil {
			t.Fatal(err)
		}
		golden(t, c.name()+".json", out.String())
	}
}

func TestSameInputSameBytes(t *testing.T) {
	for _, c := range append(samples(), hostileTradeoff(), hostileBars(), hostileTrace()) {
		first, _ := liveOf(c)
		wide, narrow := SVG(c, false), SVG(c, true)
		for range 20 {
			again, _ := liveOf(c)
			if !bytes.Equal(first, again) || wide != SVG(c, false) || narrow != SVG(c, true) {
				t.Fatalf("%s: two runs differ", c.name())
			}
		}
	}
}

// edges are the inputs that break layouts.
func edges() map[string]Chart {
	one := func(pts ...Pt) []Series { return []Series{{Name: "one", Family: "qwen", Points: pts, Pick: 0}} }
	base := func(change func(*Tradeoff)) Tradeoff {
		t := Tradeoff{ID: "e", XName: "x", YName: "y", LogX: true, LogY: true}
		change(&t)
		return t
	}
	many := sampleTradeoff()
	many.Series = nil
	for i := range 60 {
		many.Series = append(many.Series, Series{Name: fmt.Sprintf("model-%d-instruct", i), Family: fmt.Sprint("f", i), Pick: 0,
			Points: []Pt{{X: 10 + float64(i), Y: 1}, {X: 20 + float64(i), Y: 0.9}}})
	}
	several := sampleTradeoff()
	several.Series = nil
	for i := range 13 {
		several.Series = append(several.Series, Series{Name: strings.Repeat("n", 5+i*3), Family: fmt.Sprint("f", i), Pick: 1,
			Points: []Pt{{X: 40, Y: 1}, {X: 45, Y: 1}}})
	}
	lim := func(x float64, min bool) Tradeoff {
		return base(func(t *Tradeoff) {
			t.YName, t.YUnit = "energy per output token of the whole server", "J/token"
			t.Limit, t.Series = &Limit{X: x, Min: min, Label: "at least 12 tokens a second"}, one(Pt{X: 1, Y: 1}, Pt{X: 100, Y: 2})
		})
	}
	return map[string]Chart{
		"nothing":           base(func(t *Tradeoff) {}),
		"empty series":      base(func(t *Tradeoff) { t.Series = []Series{{Name: "a"}, {Name: "b", Pick: 4}} }),
		"one point":         base(func(t *Tradeoff) { t.Series = one(Pt{X: 3, Y: 3}) }),
		"one point, linear": base(func(t *Tradeoff) { t.LogX, t.LogY, t.Series = false, false, one(Pt{X: 3, Y: 3}) }),
		"zero, linear":      base(func(t *Tradeoff) { t.LogX, t.LogY, t.Series = false, false, one(Pt{}, Pt{}) }),
		"zero, log":         base(func(t *Tradeoff) { t.Series = one(Pt{}, Pt{X: 1, Y: 1}) }),
		"negative":          base(func(t *Tradeoff) { t.LogX, t.LogY, t.Series = false, false, one(Pt{X: -3, Y: -1}, Pt{X: 2, Y: 5}) }),
		"not finite": base(func(t *Tradeoff) {
			t.Series = one(Pt{X: math.NaN(), Y: 1}, Pt{X: 1, Y: math.Inf(1)}, Pt{X: 2, Y: 2})
			t.Front, t.Limit = []Pt{{X: math.NaN()}}, &Limit{X: math.Inf(1), Label: "never"}
		}),
		"equal":              base(func(t *Tradeoff) { t.Series = one(Pt{X: 5, Y: 5}, Pt{X: 5, Y: 5}, Pt{X: 5, Y: 5}) }),
		"eighteen decades":   base(func(t *Tradeoff) { t.Series = one(Pt{X: 1e-9, Y: 1e9}, Pt{X: 1e9, Y: 1e-9}) }),
		"all that floats do": base(func(t *Tradeoff) { t.Series = one(Pt{X: 5e-324, Y: 1.7e308}, Pt{X: 1.7e308, Y: 5e-324}) }),
		"huge, linear":       base(func(t *Tradeoff) { t.LogX, t.LogY, t.Series = false, false, one(Pt{X: 1.7e308, Y: 1.7e308}) }),
		"nearly equal":       base(func(t *Tradeoff) { t.Series = one(Pt{X: 1e9, Y: 1}, Pt{X: 1e9 + 1, Y: 1 + 1e-12}) }),
		"limit left":         lim(1.01, false), "limit right": lim(99, false), "limit left, min": lim(1.01, true),
		"limit right, min": lim(99, true), "limit middle": lim(10, false),
		"sixty models": many, "thirteen long names at one place": several,
		"hostile": hostileTradeoff(), "hostile bars": hostileBars(), "hostile trace": hostileTrace(),
		"no bars":       Bars{ID: "b"},
		"equal bars":    Bars{ID: "b", Bars: []Bar{{Label: "a", Value: 2}, {Label: "a", Value: 2}}},
		"zero bars":     Bars{ID: "b", Bars: []Bar{{Label: "a"}, {Label: "b"}}},
		"far bars":      Bars{ID: "b", Bars: []Bar{{Label: "a", Value: 1e-9}, {Label: "b", Value: 1e9}}},
		"minus bars":    Bars{ID: "b", Bars: []Bar{{Label: "a", Value: -4}, {Label: "b", Value: 9, Lo: ptr(-1), Hi: ptr(14)}}},
		"wide interval": Bars{ID: "b", Bars: []Bar{{Label: "a", Value: 4, Lo: ptr(3), Hi: ptr(4000)}, {Label: "b", Value: 9, Lo: ptr(1)}}},
		"bar of 1e308":  Bars{ID: "b", Bars: []Bar{{Label: "a", Value: 1.7e308}}},
		"no dist":       Dist{ID: "d"},
		"median only":   Dist{ID: "d", Unit: "ms", Stats: []Stat{{"p50", 3}}},
		"equal dist":    Dist{ID: "d", Unit: "ms", Stats: []Stat{{"min", 3}, {"p50", 3}, {"max", 3}}},
		"zero dist":     Dist{ID: "d", Unit: "ms", Stats: []Stat{{"min", 0}, {"p50", 0}, {"max", 0}, {"mean", math.NaN()}}},
		"long tail": Dist{ID: "d", Unit: "tokens/s per request", Stats: []Stat{{"min", 1e-9}, {"p25", 1}, {"p50", 2}, {"p75", 3}, {"p90", 4},
			{"p95", 5}, {"p99", 6}, {"max", 1e9}, {"mean", 2}}},
		"tail right":   Dist{ID: "d", Unit: "ms", Stats: []Stat{{"p25", 1}, {"p50", 98}, {"p75", 99}, {"p90", 99.1}, {"p95", 99.2}, {"p99", 99.3}, {"max", 99.4}}},
		"hostile dist": Dist{ID: "d", Unit: hostileNames[3], Title: hostileNames[0], Stats: []Stat{{"p50", 1}, {"p99", 2}}},
		"no doublings": Lines{ID: "l", Log2X: true, Series: []Series{{Name: "a", Points: []Pt{{X: 5, Y: 1}, {X: 6, Y: 1}}}}},
		"batches":      Lines{ID: "l", Log2X: true, Series: []Series{{Name: "a", Points: []Pt{{X: 1, Y: 1}, {X: 1 << 20, Y: 1}}}}},
	}
}

func TestEdges(t *testing.T) {
	for name, c := range edges() {
		for _, narrow := range []bool{false, true} {
			checkLayout(t, name, c, narrow)
		}
		opt, err := liveOf(c)
		if err != nil {
			t.Errorf("%s: option: %v", name, err)
		}
		if opt != nil && !json.Valid(opt) {
			t.Errorf("%s: option is not JSON", name)
		}
	}
}

// TestDistIsReadable: pages show a strip at most 45 rem wide, and the narrow one on
// phones from 288 px.
func TestDistIsReadable(t *testing.T) {
	for _, c := range []struct {
		narrow bool
		shown  float64 // the least width, px
	}{{false, 720}, {true, 288}} {
		l := sampleDist().List(c.narrow)
		scale := c.shown / (l.W / mmPerPx)
		if scale > 1.0001 {
			t.Errorf("narrow %v: %.0f px wide, shown at %.0f", c.narrow, l.W/mmPerPx, c.shown)
		}
		for _, it := range l.Items {
			if x, ok := it.(draw.Text); ok && x.Pt/0.75*scale < 12 {
				t.Errorf("narrow %v: %q is shown at %.1f px, want 12 or more", c.narrow, x.S, x.Pt/0.75*scale)
			}
		}
	}
}

func TestEmptySaysSo(t *testing.T) {
	for _, name := range []string{"nothing", "empty series", "no bars", "no dist"} {
		if got := allTexts(edges()[name].List(false)); got != "No data to draw." {
			t.Errorf("%s: texts are %q", name, got)
		}
	}
}

// TestRandomBoards holds the laws of layout on boards of any size and range.
func TestRandomBoards(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		c := Tradeoff{ID: "r", XName: "speed", XUnit: "ms", YName: "energy", YUnit: "J", LogX: rng.IntN(2) == 0, LogY: rng.IntN(2) == 0}
		span := rng.Float64() * 12
		value := func() float64 { return math.Pow(10, (rng.Float64()-0.5)*span) }
		for i := range rng.IntN(40) {
			s := Series{Name: strings.Repeat("m", 1+rng.IntN(40)) + fmt.Sprint(i), Family: fmt.Sprint(rng.IntN(9)), Pick: rng.IntN(4) - 1}
			for range rng.IntN(6) {
				p := Pt{X: value(), Y: value()}
				s.Points = append(s.Points, p)
				c.Front = append(c.Front, p)
			}
			c.Series = append(c.Series, s)
		}
		if rng.IntN(3) > 0 {
			c.Limit = &Limit{X: value(), Label: "at most so much", Min: rng.IntN(2) == 0}
		}
		for _, narrow := range []bool{false, true} {
			checkLayout(t, fmt.Sprint("round ", round), c, narrow)
			f := c.plot().layout(narrow)
			for _, l := range f.labels {
				if l.y < f.t-labelPitch || l.y > f.b+labelPitch {
					t.Errorf("round %d: label %q stands at %.1f, the plot is %.1f to %.1f", round, l.text, l.y, f.t, f.b)
				}
			}
		}
		if t.Failed() {
			return
		}
	}
}

func TestAxesAreMonotone(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		for _, kind := range []scaleKind{linear, log10, log2} {
			a, b := math.Pow(10, rng.Float64()*18-9), math.Pow(10, rng.Float64()*18-9)
			s := newScale(kind, []float64{a, b}).ticked(unit.Style{}).place(0, 500)
			lo, hi := math.Min(a, b), math.Max(a, b)
			if s.pos(lo) > s.pos(hi) || s.pos(lo) < 0 || s.pos(hi) > 500 {
				t.Fatalf("kind %d: %g at %g, %g at %g", kind, lo, s.pos(lo), hi, s.pos(hi))
			}
			if len(s.ticks) < 2 || len(s.ticks) > 20 {
				t.Errorf("kind %d, %g to %g: %d ticks %v", kind, lo, hi, len(s.ticks), s.ticks)
			}
			for i, k := range s.ticks {
				if k.v < s.lo*(1-1e-9) || k.v > s.hi*(1+1e-9) {
					t.Errorf("kind %d: tick %g is outside %g to %g", kind, k.v, s.lo, s.hi)
				}
				if i > 0 && (k.v <= s.ticks[i-1].v || k.text == s.ticks[i-1].text) {
					t.Errorf("kind %d: tick %q (%g) follows %q (%g)", kind, k.text, k.v, s.ticks[i-1].text, s.ticks[i-1].v)
				}
			}
		}
	}
}

func TestTicksArePlainNumbers(t *testing.T) {
	texts := func(kind scaleKind, vs ...float64) string {
		var out []string
		for _, k := range newScale(kind, vs).ticked(unit.Style{}).ticks {
			out = append(out, strings.ReplaceAll(k.text, "\u202f", "_"))
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		kind scaleKind
		vs   []float64
		want string
	}{
		{log10, []float64{0.07, 12}, "0.1 0.2 0.5 1 2 5 10"},
		{log10, []float64{7, 110}, "10 20 50 100"},
		{log10, []float64{30, 45}, "30 35 40 45"},
		{log10, []float64{1e-9, 1e9}, "10⁻⁹ 10⁻⁷ 10⁻⁵ 0.001 0.1 10 1_000 100_000 10⁷ 10⁹"},
		{log2, []float64{8, 256}, "8 16 32 64 128 256"},
		{log2, []float64{1, 2}, "1 2"},
		{log2, []float64{1}, "1 2"},
		{log2, []float64{8, 18}, "8 10 12 14 16 18"},
		{log2, []float64{100, 116}, "100 110 120"},
		{linear, []float64{27.8, 1283}, "0 250 500 750 1_000 1_250 1_500"},
		{linear, []float64{0.1, 0.3}, "0 0.05 0.1 0.15 0.2 0.25 0.3"},
		{linear, []float64{-3, 5}, "\u22124 \u22122 0 2 4 6"},
	} {
		if got := texts(c.kind, c.vs...); got != c.want {
			t.Errorf("ticks of %v: %s, want %s", c.vs, got, c.want)
		}
	}
}

func TestSpread(t *testing.T) {
	got := spread([]float64{10, 11, 12, 80}, []float64{10, 10, 10, 10}, 0, 100)
	if diff := cmp.Diff([]float64{5, 15, 25, 80}, got); diff != "" {
		t.Errorf("boxes near an edge (-want +got):\n%s", diff)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		n := 1 + rng.IntN(20)
		want, size := make([]float64, n), make([]float64, n)
		for i := range want {
			want[i], size[i] = rng.Float64()*400-50, 5+rng.Float64()*9
		}
		at := spread(want, size, 0, 300)
		idx := make([]int, n)
		for i := range idx {
			idx[i] = i
		}
		sort.Slice(idx, func(a, b int) bool { return at[idx[a]] < at[idx[b]] })
		for k, i := range idx {
			if at[i]-size[i]/2 < -1e-9 || at[i]+size[i]/2 > 300+1e-9 {
				t.Fatalf("box %d leaves the range: %g ± %g", i, at[i], size[i]/2)
			}
			if k > 0 {
				j := idx[k-1]
				if at[i]-at[j] < (size[i]+size[j])/2-1e-9 {
					t.Fatalf("boxes %d and %d overlap", j, i)
				}
				if want[j] > want[i] {
					t.Fatalf("boxes %d and %d changed order", j, i)
				}
			}
		}
	}
}

// TestOptionCannotEndItsScript feeds names that try to, and reads them back.
func TestOptionCannotEndItsScript(t *testing.T) {
	for _, c := range []Chart{hostileTradeoff(), hostileBars(), hostileTrace()} {
		opt, err := liveOf(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<", ">", "&", "\u2028", "\u2029", "javascript:window"} {
			if bytes.Contains(opt, []byte(bad)) {
				t.Errorf("%s: option holds %q", c.name(), bad)
			}
		}
		if bytes.Contains(opt, []byte("function")) {
			t.Errorf("%s: option holds a function", c.name())
		}
		var back live
		if err := json.Unmarshal(opt, &back); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, s := range back.Series {
			for _, tip := range s.Tips {
				found = found || strings.HasPrefix(tip, hostileNames[0])
			}
		}
		if !found {
			t.Errorf("%s: the first name does not come back as it was", c.name())
		}
	}
}

func TestSVGIsSafe(t *testing.T) {
	for _, c := range []Chart{hostileTradeoff(), hostileBars(), hostileTrace()} {
		for _, narrow := range []bool{false, true} {
			svg := SVG(c, narrow)
			for _, bad := range []string{"<script", "<img", "<!--", "<a", "href", "\x00", "\x1b", "\u202e", "style="} {
				if strings.Contains(svg, bad) {
					t.Errorf("%s: drawing holds %q", c.name(), bad)
				}
			}
			for _, want := range []string{`role="img"`, "<title", "<desc"} {
				if !strings.Contains(svg, want) {
					t.Errorf("%s: drawing lacks %s", c.name(), want)
				}
			}
		}
	}
}

func TestTables(t *testing.T) {
	tab := sampleBars().Table()
	if len(tab.Rows) != 4 || len(tab.Head) != 4 {
		t.Fatalf("got %d rows of %d columns", len(tab.Rows), len(tab.Head))
	}
	if c := tab.Rows[3][1]; c.Num != nil || c.Text != "–" {
		t.Errorf("a value that is missing shows as %+v", c)
	}
	if c := tab.Rows[1][2]; c.Num != nil || c.Text != "–" {
		t.Errorf("an interval that is missing shows as %+v", c)
	}
	trade := sampleTradeoff().Table()
	if len(trade.Rows) != 24 {
		t.Errorf("got %d rows, want each of 24 points", len(trade.Rows))
	}
	ranked := 0
	for _, r := range trade.Rows {
		if len(r) != len(trade.Head) {
			t.Fatalf("row of %d cells under %d heads", len(r), len(trade.Head))
		}
		if r[len(r)-1].Text == "yes" {
			ranked++
		}
	}
	if ranked != 4 {
		t.Errorf("%d points are marked as ranked, want 4", ranked)
	}
	d := Dist{Unit: "ms", Stats: []Stat{{"p50", 3}, {"p99", 7}}}.Table()
	if len(d.Head) != 2 || d.Head[1].Name != "p99" || d.Rows[0][1].Text != "7.000" {
		t.Errorf("distribution's table is %+v", d)
	}
}

func TestStairsKeepOnlyImprovements(t *testing.T) {
	p := Tradeoff{Front: []Pt{{X: 3, Y: 1}, {X: 1, Y: 3}, {X: 2, Y: 3.5}, {X: 1, Y: 4}, {X: 4, Y: 1}}}.plot()
	var got [][2]float64
	for _, q := range p.stairs() {
		got = append(got, [2]float64{q.X, q.Y})
	}
	if diff := cmp.Diff([][2]float64{{1, 3}, {3, 1}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnlabelledLinesAreCounted(t *testing.T) {
	text := allTexts(edges()["sixty models"].List(false))
	if !strings.Contains(text, "37 more lines") {
		t.Errorf("nothing says that 37 of 60 lines have no label:\n%s", text)
	}
}

func TestFamilyColour(t *testing.T) {
	if p := hue(familySlot("Llama")); p.Class != "f1" || p.Hex != "#0072b2" {
		t.Errorf("Llama is %s %s", p.Class, p.Hex)
	}
	for _, same := range [][2]string{{"Llama", "llama 3.1"}, {"Qwen", "Qwen3-VL"}, {"gpt-oss", "GPT OSS 120b"}} {
		if a, b := familySlot(same[0]), familySlot(same[1]); a != b {
			t.Errorf("%q has slot %d, %q has %d: want one colour", same[0], a, same[1], b)
		}
	}
	// Sixteen families of one chart: no two share colour and dashes.
	var families []key
	for i := range 16 {
		families = append(families, key{family: fmt.Sprintf("family %c", 'a'+i)})
	}
	apart(t, families)
}

// apart fails where two lines share colour and dashes, or colour and shape.
func apart(t *testing.T, keys []key) {
	t.Helper()
	seen := map[string]key{}
	for i, l := range looks(keys) {
		for _, k := range []string{fmt.Sprint(l.paint.Class, l.dash), fmt.Sprint(l.paint.Class, " shape ", l.shape)} {
			if other, ok := seen[k]; ok {
				t.Errorf("%v and %v look the same: %s", other, keys[i], k)
			}
			seen[k] = keys[i]
		}
	}
}

// A kind of hardware has one colour, whoever stands beside it; lines of it differ
// in dashes and in the shape of their marks.
func TestHardwareColour(t *testing.T) {
	for _, same := range [][2]string{{"H100", "NVIDIA H100 80GB HBM3"}, {"B200", "nvidia b200"}, {"A100", "A100-SXM4-80GB"}} {
		if a, b := hardwareSlot(same[0]), hardwareSlot(same[1]); a != b {
			t.Errorf("%q has slot %d, %q has %d: want one colour", same[0], a, same[1], b)
		}
	}
	if hardwareSlot("H100") == hardwareSlot("B200") || hardwareSlot("GH200") == hardwareSlot("H100") || hardwareSlot("L40S") == hardwareSlot("L4") {
		t.Error("kinds of hardware that are told apart by numbers share a colour")
	}
	alone := looks([]key{{hardware: "B200"}})
	beside := looks([]key{{hardware: "H100"}, {hardware: "H100"}, {hardware: "some other"}, {hardware: "B200"}})
	if alone[0].paint != beside[3].paint {
		t.Errorf("B200 is %s alone and %s beside others", alone[0].paint.Class, beside[3].paint.Class)
	}
	if beside[0].paint != beside[1].paint {
		t.Error("two lines of one hardware differ in colour")
	}
	apart(t, []key{{hardware: "H100"}, {hardware: "H100"}, {hardware: "H100"}, {hardware: "B200"}, {hardware: "B200"}, {hardware: "A100"}})
}

// All shapes have the area of the circle that they stand for.
func TestShapesAreAsLarge(t *testing.T) {
	for s := range shapes {
		pts, area := s.corners(), 0.0
		if len(pts) == 0 {
			continue
		}
		for i, p := range pts {
			q := pts[(i+1)%len(pts)]
			area += (p.X*q.Y - q.X*p.Y) / 2
		}
		if math.Abs(math.Abs(area)-math.Pi) > 0.05 {
			t.Errorf("shape %d has an area of %.3f", s, area)
		}
	}
}

// TestColoursContrast holds both themes of the style sheet to 3:1, the least for
// lines and marks, and the drawing's own colours to the light theme.
func TestColoursContrast(t *testing.T) {
	css, err := os.ReadFile("../../assets/css/site.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark := themes(string(css))
	for i, hex := range hues {
		key := fmt.Sprintf("--f%d", i+1)
		if light[key] != hex {
			t.Errorf("%s is %s in the style sheet, %s in drawings", key, light[key], hex)
		}
		for name, theme := range map[string]map[string]string{"light": light, "dark": dark} {
			if c := contrast(theme[key], theme["--paper"]); c < 3 {
				t.Errorf("%s theme: %s on paper has contrast %.2f, want 3 or more", name, key, c)
			}
		}
	}
	for key, p := range map[string]draw.Paint{"--ink": ink, "--dim": dim, "--line": rule, "--paper": paper} {
		if a, b := light[key], p.Hex; contrast(a, b) > 1.01 {
			t.Errorf("%s is %s in the style sheet, %s in drawings", key, a, b)
		}
	}
}

// themes reads the custom properties of the first two :root blocks.
func themes(css string) (light, dark map[string]string) {
	read := func(block string) map[string]string {
		out := map[string]string{}
		for _, d := range strings.FieldsFunc(block, func(r rune) bool { return r == ';' || r == '\n' || r == '{' }) {
			if k, v, ok := strings.Cut(strings.TrimSpace(d), ":"); ok && strings.HasPrefix(k, "--") {
				out[k] = strings.TrimSpace(v)
			}
		}
		return out
	}
	parts := strings.SplitN(css, ":root", 4)
	if len(parts) < 3 {
		return nil, nil
	}
	block := func(s string) map[string]string { before, _, _ := strings.Cut(s, "}"); return read(before) }
	return block(parts[1]), block(parts[2])
}

func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(hex string) float64 {
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	var r, g, b int
	if _, err := fmt.Sscanf(hex, "%02x%02x%02x", &r, &g, &b); err != nil {
		return math.NaN()
	}
	lin := func(v int) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}
