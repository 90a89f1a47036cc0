package chart

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrace(t *testing.T) {
	one := Trace{ID: "power", Title: "Power", XName: "time", XUnit: "s", YName: "power", YUnit: "W",
		Series: []Series{{Name: "GPU 1", Points: []Pt{{X: 0, Y: 100}, {X: 1, Y: 300}, {X: 2, Y: math.NaN()}, {X: 3, Y: 250}, {X: 4, Y: 240}}}},
		Spans:  []Span{{From: 1, To: 4, Label: "run 1"}, {From: 9, To: 2}}}
	two := one
	two.Series = append(two.Series, Series{Name: "GPU <2>", Points: []Pt{{X: 0, Y: 90}}})
	for _, test := range []struct {
		name  string
		trace Trace
		want  []string
		not   []string
		lines int
	}{
		{"one line", one, []string{"run 1", "power, W", "time, s"}, []string{"NaN", "<title>GPU 2"}, 2},
		{"two lines", two, []string{"GPU 1", "GPU &lt;2&gt;"}, []string{"NaN", "<2>"}, 2},
		{"nothing", Trace{ID: "none", Words: Words{Empty: "No readings."}}, []string{"No readings."}, nil, 0},
		{"all gaps", Trace{ID: "gaps", Series: []Series{{Points: []Pt{{X: 1, Y: math.Inf(1)}}}}}, []string{"No data to draw."}, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, narrow := range []bool{false, true} {
				svg := SVG(test.trace, narrow)
				d := xml.NewDecoder(strings.NewReader(svg))
				for {
					if _, err := d.Token(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatal(err)
					}
				}
				for _, w := range test.want {
					if !strings.Contains(svg, w) {
						t.Errorf("narrow %v: %q is not drawn", narrow, w)
					}
				}
				for _, w := range test.not {
					if strings.Contains(svg, w) {
						t.Errorf("narrow %v: %q is drawn", narrow, w)
					}
				}
			}
		})
	}
	tab := two.Table()
	if len(tab.Rows) != 5 || len(tab.Head) != 3 || tab.Rows[2][1].Num != nil || tab.Rows[2][1].Text != "–" || tab.Rows[1][2].Text != "–" || tab.Rows[1][1].Text != "300.0" {
		t.Errorf("table: %+v", tab)
	}
	if svg := SVG(one, false); strings.Count(svg, ">GPU 1<") != 2 { // the title of each stretch between gaps, no legend
		t.Errorf("%d stretches named, 2 expected", strings.Count(svg, ">GPU 1<"))
	}
}

// The interactive form says of each reading whose it is, how much and when, and
// which marked stretch holds it; a gap is a gap in it too.
func TestTraceOption(t *testing.T) {
	read := func(c Chart) (out struct {
		Kind   string
		Series []struct{ Tips []string }
		Option struct {
			Series []struct {
				Data []struct {
					Value      []*float64
					SymbolSize int
				}
				MarkArea struct{ Data []any }
			}
		}
	}) {
		opt, err := liveOf(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(opt, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := read(Trace{ID: "power", XUnit: "s", YUnit: "W", Spans: []Span{{From: 1, To: 2, Label: "run 1"}, {From: 9, To: 2}, {From: math.NaN(), To: 2}},
		Series: []Series{{Name: "GPU 1", Points: []Pt{{X: 0, Y: 100}, {X: 1, Y: math.NaN()}, {X: 2, Y: 1250}, {X: 3, Y: 80}}}}})
	if diff := cmp.Diff([]string{"GPU 1\n100.0 W\n0 s", "", "GPU 1\n1 250 W\n2.000 s\nrun 1", "GPU 1\n80.00 W\n3.000 s"}, got.Series[0].Tips); diff != "" {
		t.Errorf("tips (-want +got):\n%s", diff)
	}
	data := got.Option.Series[0].Data
	if data[1].Value[0] != nil || data[1].Value[1] != nil {
		t.Errorf("a gap has values: %+v", data[1])
	}
	if data[0].SymbolSize <= data[2].SymbolSize {
		t.Error("a reading between gaps is not larger than the line is wide")
	}
	if n := len(got.Option.Series[0].MarkArea.Data); n != 1 {
		t.Errorf("%d stretches are marked", n)
	}
	if opt, err := liveOf(Trace{ID: "none"}); err != nil || opt != nil {
		t.Errorf("without readings there is %s, %v", opt, err)
	}
}
