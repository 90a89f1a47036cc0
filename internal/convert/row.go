// One row on its way to a result: what every reader does alike. Values go in
// with the source's own field, unit and text; whatever is wrong is gathered, so
// that a refused row names all its faults.

package convert

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// row is one candidate result.
type row struct {
	r      *result.Result
	where  result.Place
	name   string // in the source's words, for messages
	bad    []string
	hint   string
	pareto paretoKey
}

// newRow begins a reported result.
func (c *run) newRow(where result.Place, name string) *row {
	r := &result.Result{
		Class: result.ClassReported,
		By:    c.opt.By,
		Source: &result.Source{
			Name:      c.format.ID,
			Publisher: c.opt.Publisher,
			Title:     c.opt.Title,
			URL:       c.opt.URL,
			Version:   c.opt.Version,
			Published: c.opt.Published,
			Retrieved: c.opt.Retrieved,
			Fields:    map[string]result.SourceField{},
		},
	}
	if r.Source.URL == "" {
		r.Source.URL = c.format.URL
	}
	w := &row{r: r, where: where, name: name}
	c.rows = append(c.rows, w)
	c.Rows++
	return w
}

// license settles the licence of the data: what the options say, else what the
// source's own file says, else what is known of the format.
func (c *run) license(w *row, stated string) {
	name, note := c.opt.License, ""
	if name == "" {
		name = stated
	}
	if name == "" {
		name, note = c.format.License, c.format.LicenseNote
	}
	if name == "" {
		c.unlicensed++
		w.fail("no licence of the data is stated")
		w.hint = "give --license with its SPDX id, or NOASSERTION where the source states none"
		return
	}
	if c.opt.Catalog != nil {
		if l, ok := c.opt.Catalog.License(name); ok {
			name = l.ID
		}
	}
	w.r.License = name
	if note != "" {
		w.note(note)
	}
}

// hardware settles the accelerator's name by the catalogue.
func (c *run) hardware(w *row, theirs, field string) {
	name := c.mapped(theirs)
	if c.opt.Catalog != nil {
		h, ok := c.opt.Catalog.HardwareFor(name)
		if !ok {
			w.fail("%s %q is neither a name nor an alias in the hardware catalogue", field, theirs)
			w.hint = fmt.Sprintf("add the alias to a file of content/catalog/hardware, or rename it with --map %q", theirs+"=NAME")
			return
		}
		name = h.Name
	}
	w.r.Hardware = &result.Hardware{Name: name}
	if name != theirs {
		w.field("hardware.name", field, "", theirs)
	}
}

func (w *row) fail(format string, args ...any) { w.bad = append(w.bad, fmt.Sprintf(format, args...)) }

func (w *row) note(s string) {
	if !slices.Contains(w.r.Notes, s) {
		w.r.Notes = append(w.r.Notes, s)
	}
}

func (w *row) field(key, field, unit, text string) {
	w.r.Source.Fields[key] = result.SourceField{Field: field, Unit: unit, Text: text}
}

// x keeps a value whose meaning is not ours under an x_ key.
func (w *row) x(key string, v jsontext.Value) {
	if v == nil {
		return
	}
	if w.r.X == nil {
		w.r.X = map[string]jsontext.Value{}
	}
	w.r.X[key] = v
}

// metric sets a reported number; shift is the power of ten from the source's
// unit to ours.
func (w *row) metric(key string, n number, shift int, field, unit string) {
	if w.r.Metrics == nil {
		w.r.Metrics = map[string]result.Metric{}
	}
	if n.sign() < 0 {
		w.fail("%s is %s; a negative value cannot be right", field, n.text)
		return
	}
	w.r.Metrics[key] = result.Metric{Value: n.float(shift), Provenance: result.ProvReported}
	w.field(key, field, unit, n.text)
}

// energy sets a reported number that cannot be zero: 0 J is what sources write
// where nothing was measured.
func (w *row) energy(key string, n number, shift int, field, unit string) {
	if n.sign() <= 0 {
		w.fail("%s is %s; energy and power above zero expected, leave it out where it was not measured", field, n.text)
		return
	}
	w.metric(key, n, shift, field, unit)
}

// per1000 derives energy_per_1000_requests_wh from a headline in joules.
func (w *row) per1000(from string) {
	m, ok := w.r.Metrics[from]
	if !ok {
		return
	}
	w.r.Metrics["energy_per_1000_requests_wh"] = result.Metric{
		Value:      m.Value * 1000 / 3600,
		Formula:    from + " * 1000 / 3600",
		Provenance: result.ProvDerived,
	}
}

// stat sets one statistic of a reported distribution.
func (w *row) stat(dist, stat, percentiles string, n number, shift int, field, unit string) {
	if n.sign() < 0 {
		w.fail("%s is %s; a negative value cannot be right", field, n.text)
		return
	}
	if w.r.Distributions == nil {
		w.r.Distributions = map[string]result.Distribution{}
	}
	d := w.r.Distributions[dist]
	d.Percentiles, d.Provenance = percentiles, result.ProvReported
	setStat(&d, stat, n.float(shift))
	w.r.Distributions[dist] = d
	w.field(dist+"."+stat, field, unit, n.text)
}

// Ways of forming percentiles, as result files name them.
const (
	pctLinear   = "linear"
	pctUnstated = "unstated"
)

func setStat(d *result.Distribution, stat string, v float64) {
	switch stat {
	case "mean":
		d.Mean = &v
	case "stddev":
		d.Stddev = &v
	case "min":
		d.Min = &v
	case "p25":
		d.P25 = &v
	case "p50":
		d.P50 = &v
	case "p75":
		d.P75 = &v
	case "p90":
		d.P90 = &v
	case "p95":
		d.P95 = &v
	case "p99":
		d.P99 = &v
	case "max":
		d.Max = &v
	}
}

// finish seals the rows that hold, checks each as a build would, and moves the
// others to Refused. Two equal rows of one file are one too many: the second is
// refused. A row that another file holds too, or the same file given twice, is
// counted.
func (c *run) finish() {
	seen := map[string]result.Place{}
	for _, w := range c.rows {
		if len(w.r.Source.Fields) == 0 {
			w.r.Source.Fields = nil
		}
		if len(w.bad) == 0 {
			var warn result.Findings
			w.bad, warn = selfCheck(w.r)
			for _, f := range warn {
				f.Where = w.where
				f.Message = w.name + ": " + f.Message
				c.Findings = append(c.Findings, f)
			}
		}
		if len(w.bad) == 0 {
			if first, dup := seen[w.r.ID]; dup {
				if first.File != w.where.File || first == w.where {
					c.Merged++
					continue
				}
				w.fail("equal in every value to the row at %s", first)
			} else {
				seen[w.r.ID] = w.where
			}
		}
		if len(w.bad) > 0 {
			c.refuse(w)
			continue
		}
		c.Results = append(c.Results, w.r)
	}
}

func (c *run) refuse(w *row) {
	c.Refused = append(c.Refused, Refused{Where: w.where, Row: w.name, Reason: strings.Join(w.bad, "; "), Hint: w.hint})
}

// selfCheck seals a result and returns why a build would not take its file, and
// what it would warn of.
func selfCheck(r *result.Result) (bad []string, warn result.Findings) {
	if err := result.Seal(r); err != nil {
		return []string{err.Error()}, nil
	}
	data, err := result.Encode(r)
	if err != nil {
		return []string{err.Error()}, nil
	}
	back, fs := result.Decode("", data)
	if back != nil {
		fs = append(fs, result.Check(result.NewLoaded("", back, data))...)
	}
	for _, f := range fs {
		if f.Level == result.Error {
			bad = append(bad, strings.TrimSpace(f.Where.Pointer+" "+f.Message))
		} else {
			warn = append(warn, f)
		}
	}
	return bad, warn
}
