// What a measured result's page shows of its runs: the windows, the devices, and
// the power over time where the samples are at hand.

package site

import (
	"fmt"
	"math"
	"strconv"

	"jouleboard/internal/chart"
	"jouleboard/internal/result"
)

// tracePoints is how many points a power trace has at most for each device.
const tracePoints = 240

// traceDevices is how many devices get a line of their own; more are summed.
const traceDevices = 8

// runsView is the runs of a measurement.
type runsView struct {
	Runs    table
	Devices *table
	Note    string
	Trace   *figure
	NoTrace string // why there is none
}

// readSamples reads the samples that this build recomputed a result from, nil
// where there are none at hand.
func (s *site) readSamples(e *entry) (*result.SamplesFile, error) {
	if !s.in.Recomputed[e.ID] {
		return nil, nil
	}
	f, err := result.OpenSamples(s.in.Root, e.Path)
	if err != nil {
		return nil, fmt.Errorf("read samples of %s: %w", e.Path, err)
	}
	if f == nil {
		return nil, nil
	}
	defer f.Close()
	return result.ReadSamples(f, 0)
}

// runs shows the windows of a result, nil where it states none.
func (s *site) runs(r *renderer, page string, e *entry, samples *result.SamplesFile) (*runsView, error) {
	if len(e.Window) == 0 {
		return nil, nil
	}
	v := &runsView{Runs: s.runTable(e), Note: s.msg.T("runs.note")}
	energy := false
	for _, w := range e.Window {
		energy = energy || len(w.Devices) > 0
	}
	if !energy {
		return v, nil
	}
	v.Devices = s.deviceTable(e)
	if samples == nil || len(samples.Ticks) == 0 {
		v.NoTrace = s.msg.T("trace.none")
		return v, nil
	}
	c := s.powerTrace(e, samples)
	name := resultDir(e.Hash) + "power"
	var err error
	v.Trace, err = s.figure(r, page, name, c, c.ID, c.Title, c.Caption, s.title(e))
	return v, err
}

// seconds prints microseconds as seconds.
func (l locale) seconds(us int64) string {
	return l.Write(strconv.FormatFloat(float64(us)/1e6, 'f', 1, 64))
}

// runTable has a row for each run.
func (s *site) runTable(e *entry) table {
	t := table{ID: "run-table", Label: s.msg.T("runs.title")}
	col := func(name, u string) { t.Head = append(t.Head, head{Name: name, Unit: u, Num: true}) }
	col(s.msg.T("runs.run"), "")
	col(s.msg.T("runs.start"), "s")
	col(s.msg.T("runs.length"), "s")
	col(s.msg.T("runs.requests"), "")
	col(s.msg.T("runs.failed"), "")
	col(s.msg.T("runs.input"), "")
	col(s.msg.T("runs.output"), "")
	energy, cross := false, false
	for _, w := range e.Window {
		for _, d := range w.Devices {
			energy = true
			cross = cross || d.CrossCheckMJ != nil
		}
	}
	if energy {
		col(s.msg.T("runs.energy"), "J")
		col(s.msg.T("runs.power"), "W")
	}
	if cross {
		col(s.msg.T("runs.cross"), "%")
	}
	cellOf := func(text string) cell { return cell{Text: text, Num: true} }
	for i, w := range e.Window {
		row := []cell{cellOf(strconv.Itoa(i + 1)), cellOf(s.msg.seconds(w.StartUs)), cellOf(s.msg.seconds(w.EndUs - w.StartUs)), cellOf(s.msg.Int(w.Requests))}
		if w.Failed != nil {
			row = append(row, cellOf(s.msg.Int(*w.Failed)))
		} else {
			row = append(row, s.missing(s.msg.T("missing.notstated"), true))
		}
		row = append(row, cellOf(s.msg.Int(w.InTokens)), cellOf(s.msg.Int(w.OutTok)))
		var mj, checked int64
		all := len(w.Devices) > 0
		for _, d := range w.Devices {
			mj += d.EnergyMJ
			if d.CrossCheckMJ == nil {
				all = false
			} else {
				checked += *d.CrossCheckMJ
			}
		}
		if energy && len(w.Devices) == 0 {
			row = append(row, s.missing(s.msg.T("missing.notstated"), true), s.missing(s.msg.T("missing.notstated"), true))
		} else if energy {
			power := s.missing(s.msg.T("missing.notstated"), true)
			if d := w.EndUs - w.StartUs; d > 0 {
				power = cellOf(s.msg.Sig(float64(mj)/float64(d)*1e3, 4))
			}
			row = append(row, cellOf(s.msg.Sig(float64(mj)/1e3, 5)), power)
		}
		if cross && all && mj > 0 {
			row = append(row, cellOf(s.msg.signed(100*(float64(checked)-float64(mj))/float64(mj))))
		} else if cross {
			row = append(row, s.missing(s.msg.T("missing.notstated"), true))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// signed prints a difference with its sign and two decimals.
func (l locale) signed(v float64) string {
	t := l.Write(strconv.FormatFloat(math.Abs(v), 'f', 2, 64))
	switch {
	case math.Abs(v) < 0.005:
		return t
	case v < 0:
		return "−" + t
	}
	return "+" + t
}

// deviceTable has a row for each device of each run.
func (s *site) deviceTable(e *entry) *table {
	t := &table{ID: "device-table", Label: s.msg.T("runs.devices")}
	t.Head = []head{{Name: s.msg.T("runs.run"), Num: true}, {Name: s.msg.T("runs.device")}, {Name: s.msg.T("runs.energy"), Unit: "J", Num: true},
		{Name: s.msg.T("runs.source")}, {Name: s.msg.T("runs.cross"), Unit: "%", Num: true}, {Name: s.msg.T("runs.power"), Unit: "W", Num: true},
		{Name: s.msg.T("runs.range"), Unit: "W", Num: true}, {Name: s.msg.T("runs.clock"), Unit: "MHz", Num: true},
		{Name: s.msg.T("runs.temperature"), Unit: "°C", Num: true}, {Name: s.msg.T("runs.slowdown"), Unit: "s", Num: true}}
	none := s.missing(s.msg.T("missing.notstated"), true)
	opt := func(v *float64, digits int) cell {
		if v == nil {
			return none
		}
		return cell{Text: s.msg.Sig(*v, digits), Num: true}
	}
	names := deviceNames(e)
	for i, w := range e.Window {
		for _, d := range w.Devices {
			row := []cell{{Text: strconv.Itoa(i + 1), Num: true}, {Text: s.msg.T("runs.gpu", names[d.UUIDSHA256])}, {Text: s.msg.Sig(float64(d.EnergyMJ)/1e3, 5), Num: true}, {Text: s.energySource(d.Source)}}
			cross, span, slow := none, none, none
			if d.CrossCheckMJ != nil && d.EnergyMJ > 0 {
				cross = cell{Text: s.msg.signed(100 * (float64(*d.CrossCheckMJ) - float64(d.EnergyMJ)) / float64(d.EnergyMJ)), Num: true}
			}
			if d.MinW != nil && d.MaxW != nil {
				span = cell{Text: s.msg.Sig(*d.MinW, 4) + "–" + s.msg.Sig(*d.MaxW, 4), Num: true}
			}
			if d.ThrottleUs != nil {
				slow = cell{Text: s.msg.seconds(*d.ThrottleUs), Num: true}
			}
			t.Rows = append(t.Rows, append(row, cross, opt(d.MeanW, 4), span, opt(d.SMClockMHz, 4), opt(d.TemperatureC, 3), slow))
		}
	}
	return t
}

// deviceNames numbers the devices of a result from 1: their ids say nothing to a
// reader.
func deviceNames(e *entry) map[string]int {
	names := map[string]int{}
	add := func(id string) {
		if names[id] == 0 {
			names[id] = len(names) + 1
		}
	}
	if e.Result.Hardware != nil {
		for _, d := range e.Result.Hardware.Devices {
			add(d.UUIDSHA256)
		}
	}
	for _, w := range e.Window {
		for _, d := range w.Devices {
			add(d.UUIDSHA256)
		}
	}
	return names
}

// energySource is where the joules of a device were read, in words.
func (s *site) energySource(id string) string {
	if !s.msg.Has("energysource." + id) {
		return id
	}
	return s.msg.T("energysource." + id)
}

// powerTrace draws the power of each device over the whole measurement, with the
// windows marked. A point is the mean of the readings in its slice of time.
func (s *site) powerTrace(e *entry, f *result.SamplesFile) chart.Trace {
	c := chart.Trace{ID: "power", Title: s.msg.T("trace.title"), Caption: s.msg.T("trace.caption"), XName: s.msg.T("trace.time"), XUnit: "s", YName: s.msg.T("trace.power"), YUnit: "W", Words: s.chartWords("")}
	for i, w := range e.Window {
		c.Spans = append(c.Spans, chart.Span{From: float64(w.StartUs) / 1e6, To: float64(w.EndUs) / 1e6, Label: s.msg.T("trace.run", i+1)})
	}
	names := deviceNames(e)
	devices := f.Header.Devices
	lines := len(devices)
	if lines > traceDevices {
		lines = 1
		c.Series = []chart.Series{{Name: s.msg.T("trace.all", len(devices)), Pick: -1}}
	} else {
		for _, d := range devices {
			n := names[d.UUIDSHA256]
			if n == 0 {
				n = len(c.Series) + 1
			}
			c.Series = append(c.Series, chart.Series{Name: s.msg.T("runs.gpu", n), Pick: -1})
		}
	}
	from, to := f.Ticks[0].T, f.Ticks[len(f.Ticks)-1].T
	bins := min(tracePoints, len(f.Ticks))
	span := max(1, to-from+1)
	type sum struct {
		w float64
		n int
	}
	at := make([][]sum, lines)
	for d := range at {
		at[d] = make([]sum, bins)
	}
	for _, k := range f.Ticks {
		// The times of a samples file are bounded, so this does not overflow.
		b := int((k.T - from) * int64(bins) / span)
		total, whole := 0.0, true
		for d, p := range k.P {
			switch {
			case p == nil:
				whole = false
			case lines == len(devices) && d < lines:
				at[d][b].w += float64(*p) / 1e3
				at[d][b].n++
			default:
				total += float64(*p) / 1e3
			}
		}
		if lines != len(devices) && whole {
			at[0][b].w += total
			at[0][b].n++
		}
	}
	for d := range at {
		for b, v := range at[d] {
			middle := from + (2*int64(b)+1)*span/(2*int64(bins))
			p := chart.Pt{X: float64(middle) / 1e6, Y: math.NaN()}
			if v.n > 0 {
				p.Y = v.w / float64(v.n)
			}
			c.Series[d].Points = append(c.Series[d].Points, p)
		}
	}
	return c
}
