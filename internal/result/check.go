// The rules that need one file only and that a schema cannot say: numbers that
// contradict each other. Dates, addresses and text stand in checktext.go.

package result

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/stats"
)

// Check applies the one-file rules to a result that was read or built: energy
// that is there and should not be (V24), intervals and percentiles out of
// order, formulas that do not give their value, impossible dates, addresses
// that are not http, text that could deceive a reader. It does not repeat the
// schema, which Decode runs. Findings carry line and column of the
// file, or of the file as it would be written where there is none.
func Check(l *Loaded) Findings {
	if l == nil || l.Result == nil {
		return nil
	}
	d := l.document()
	if d.data == nil {
		data, err := Encode(l.Result)
		if err != nil {
			return Findings{{Rule: "V01", Level: Error, Where: Place{File: l.Path}, Message: err.Error()}}
		}
		d.data = data
	}
	c := checker{document: d, r: l.Result}
	c.energy()
	c.metrics()
	c.contradictions()
	c.distributions()
	c.workload()
	c.devices()
	c.dates()
	c.addresses()
	c.text()
	return d.findings()
}

type checker struct {
	*document
	r *Result
}

// say adds a finding about the value at a pointer.
func (c *checker) say(level Level, rule, pointer, hint, format string, args ...any) {
	c.add(pointer, Finding{Rule: rule, Level: level, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// isEnergy says whether a metric needs joules or watts to exist. Every unit
// that holds one of them is written with J or W, and no other unit is.
func isEnergy(key string) bool {
	m, ok := registry().Get(key)
	return ok && strings.ContainsAny(m.Unit, "JW")
}

// inputs are words of keys for what somebody states and no run can measure.
var inputs = []string{"pue", "co2", "co2e", "gco2", "gco2e", "kgco2e"}

// energy is V24: absent against zero, energy where there can be none, and declared
// inputs that are called measured.
func (c *checker) energy() {
	var energy []string
	for _, key := range slices.Sorted(maps.Keys(c.r.Metrics)) {
		if c.r.Metrics[key].Provenance == ProvMeasured && slices.ContainsFunc(strings.Split(key, "_"), func(w string) bool { return slices.Contains(inputs, w) }) {
			c.say(Error, "V24", "/metrics/"+key+"/provenance", "call it estimated, and declare what it was estimated from", "%s rests on a declared number and cannot be measured", key)
		}
		if !isEnergy(key) {
			continue
		}
		energy = append(energy, key)
		if v := c.r.Metrics[key].Value; v <= 0 {
			c.say(Error, "V24", "/metrics/"+key+"/value", "", "%s is %s; leave it out if it was not measured", key, show(v))
		}
	}
	class := c.r.Class
	if len(energy) == 0 {
		if class == ClassRanked || class == ClassEnergy {
			c.say(Error, "V24", "/class", "use class performance", "class is %q, but metrics hold no energy", class)
		}
		return
	}
	first := energy[0]
	switch {
	case class == ClassPerformance:
		c.say(Error, "V24", "/metrics/"+first, "leave the energy out, or use class energy", "%s in a result of class performance", first)
	case c.r.Kind == KindEndpoint && c.r.Source == nil:
		c.say(Error, "V24", "/metrics/"+first, "energy of a hosted endpoint cannot be measured from outside", "%s in a measured result of an endpoint", first)
	case c.r.Kind == KindDevice && c.r.Hardware == nil:
		c.say(Error, "V24", "/metrics/"+first, "name the hardware, or leave the energy out", "%s without hardware that could have used it", first)
	}
}

// metrics looks at each metric for itself.
func (c *checker) metrics() {
	for _, key := range slices.Sorted(maps.Keys(c.r.Metrics)) {
		m := c.r.Metrics[key]
		at := "/metrics/" + key
		c.provenance(at, m.Provenance)
		c.interval(at+"/ci95", m.CI95, m.Value)
		c.interval(at+"/repeat95", m.Repeat95, m.Value)
		switch {
		case m.Formula != "":
			c.formula(at, key, m)
		case m.Provenance == ProvDerived && c.r.Reported():
			c.say(Error, "RES-FORMULA", at, "add formula: arithmetic over the keys it was derived from", "%s is derived, but no formula says how", key)
		}
	}
}

func (c *checker) provenance(at, p string) {
	switch {
	case p == ProvMeasured && c.r.Reported():
		c.say(Error, "RES-PROV", at+"/provenance", "use reported, or derived with its formula", "provenance is measured in a reported result")
	case p == ProvReported && !c.r.Reported():
		c.say(Error, "RES-PROV", at+"/provenance", "name the source in a source block", "provenance is reported, but the result has no source")
	}
}

func (c *checker) interval(at string, iv *Interval, v float64) {
	switch {
	case iv == nil:
	case iv[0] > iv[1]:
		c.say(Error, "RES-INTERVAL", at, "write [lo, hi]", "interval runs from %s down to %s", show(iv[0]), show(iv[1]))
	case v < iv[0] || v > iv[1]:
		c.say(Error, "RES-INTERVAL", at, "", "interval [%s, %s] does not hold the value %s", show(iv[0]), show(iv[1]), show(v))
	}
}

// formulaTolerance is how far a stored value may lie from its formula.
const formulaTolerance = 1e-9

func (c *checker) formula(at, key string, m Metric) {
	if m.Provenance != ProvDerived && m.Provenance != ProvEstimated {
		c.say(Warn, "RES-FORMULA", at+"/formula", "use provenance derived", "%s has a formula, but its provenance is %q", key, m.Provenance)
	}
	switch v, err := evalFormula(m.Formula, c.r); {
	case errors.Is(err, errAbsent):
		c.say(Warn, "RES-FORMULA", at+"/formula", "", "cannot be computed again: it %v", err)
	case err != nil:
		c.say(Error, "RES-FORMULA", at+"/formula", "use + - * /, brackets, numbers and metric keys", "formula %v", err)
	case apart(v, m.Value) > formulaTolerance:
		c.say(Error, "RES-FORMULA", at+"/value", "", "%s is %s, its formula %q gives %s", key, show(m.Value), Clip(m.Formula), show(v))
	}
}

// identities hold between metrics of one result, up to what rounding in a
// source explains.
var identities = []struct {
	key, words string
	value      func(get func(string) float64) float64
	needs      []string
}{
	{"energy_per_response_j", "energy_per_output_token_j x mean_output_tokens", func(get func(string) float64) float64 {
		return get("energy_per_output_token_j") * get("mean_output_tokens")
	}, []string{"energy_per_output_token_j", "mean_output_tokens"}},
	{"energy_per_1000_requests_wh", "energy_per_response_j x 1000 / 3600", func(get func(string) float64) float64 {
		return get("energy_per_response_j") * 1000 / 3600
	}, []string{"energy_per_response_j"}},
	{"energy_per_1000_requests_wh", "energy_per_image_j x 1000 / 3600", func(get func(string) float64) float64 {
		return get("energy_per_image_j") * 1000 / 3600
	}, []string{"energy_per_image_j"}},
	{"energy_per_1000_requests_wh", "energy_per_video_j x 1000 / 3600", func(get func(string) float64) float64 {
		return get("energy_per_video_j") * 1000 / 3600
	}, []string{"energy_per_video_j"}},
	{"tokens_per_j", "1 / energy_per_output_token_j", func(get func(string) float64) float64 {
		return 1 / get("energy_per_output_token_j")
	}, []string{"energy_per_output_token_j"}},
	{"requests_per_kwh", "3600000 / energy_per_request_j", func(get func(string) float64) float64 {
		return 3600000 / get("energy_per_request_j")
	}, []string{"energy_per_request_j"}},
}

const identityTolerance = 0.01

func (c *checker) contradictions() {
	get := func(key string) float64 { return c.r.Metrics[key].Value }
identities:
	for _, id := range identities {
		m, ok := c.r.Metrics[id.key]
		if !ok {
			continue
		}
		for _, need := range id.needs {
			if _, ok := c.r.Metrics[need]; !ok {
				continue identities
			}
		}
		if v := id.value(get); stats.Finite(v) && apart(v, m.Value) > identityTolerance {
			c.say(Warn, "RES-CONTRADICTION", "/metrics/"+id.key+"/value", "one of these numbers is wrong, or in another unit",
				"%s is %s, but %s is %s", id.key, show(m.Value), id.words, show(v))
		}
	}
	m := c.r.Model
	if m.ParametersB != nil && m.ActiveParametersB != nil && *m.ActiveParametersB > *m.ParametersB {
		c.say(Error, "RES-CONTRADICTION", "/model/active_parameters_b", "", "%s active parameters, but %s in all (10^9)", show(*m.ActiveParametersB), show(*m.ParametersB))
	}
}

// distributions looks at the order of statistics and at what n supports.
func (c *checker) distributions() {
	ascending := []string{"min", "p25", "p50", "p75", "p90", "p95", "p99", "max"}
	for _, key := range slices.Sorted(maps.Keys(c.r.Distributions)) {
		dist := c.r.Distributions[key]
		at := "/distributions/" + key
		c.provenance(at, dist.Provenance)
		before := ""
		for _, s := range ascending {
			v := dist.Stat(s)
			if v == nil {
				continue
			}
			if before != "" && *dist.Stat(before) > *v {
				c.say(Error, "RES-ORDER", at+"/"+s, "", "%s of %s is %s, below its %s of %s", s, key, show(*v), before, show(*dist.Stat(before)))
			}
			before = s
		}
		if mean := dist.Mean; mean != nil {
			if dist.Min != nil && *mean < *dist.Min || dist.Max != nil && *mean > *dist.Max {
				c.say(Error, "RES-ORDER", at+"/mean", "", "mean of %s is %s, outside of its smallest and largest value", key, show(*mean))
			}
		}
		if c.r.Reported() {
			continue // sources print what they like; theirs is kept
		}
		for _, s := range []string{"p90", "p95", "p99"} {
			percent, _ := strconv.Atoi(s[1:])
			if dist.Stat(s) != nil && dist.N > 0 && !stats.Supports(int(min(dist.N, 1<<31-1)), percent, 100) {
				c.say(Error, "RES-SUPPORT", at+"/"+s, "leave it out", "%s of %s from n=%d, which does not support it", s, key, dist.N)
			}
		}
	}
}

func (c *checker) workload() {
	s := c.r.Workload.Sampling
	if s == nil || s.Temperature == nil {
		return
	}
	switch t := *s.Temperature; {
	case s.Method == "greedy" && t > 0:
		c.say(Error, "RES-SAMPLING", "/workload/sampling/temperature", "greedy means temperature 0", "temperature is %s, but sampling is greedy", show(t))
	case s.Method == "multinomial" && t == 0:
		c.say(Warn, "RES-SAMPLING", "/workload/sampling/temperature", "use method greedy", "temperature is 0, but sampling is multinomial")
	}
}

// devices compares the device records with the count and with the windows.
func (c *checker) devices() {
	known := map[string]bool{}
	if h := c.r.Hardware; h != nil {
		for i, dev := range h.Devices {
			if known[dev.UUIDSHA256] {
				c.say(Error, "V18", fmt.Sprintf("/hardware/devices/%d/uuid_sha256", i), "", "the same device is listed twice")
			}
			known[dev.UUIDSHA256] = true
		}
		if n := int64(len(h.Devices)); n > 0 && h.Count != n {
			c.say(Error, "V18", "/hardware/count", "", "count is %d, but %s listed", h.Count, plural(len(h.Devices), "device is", "devices are"))
		}
	}
	for i, w := range c.r.Window {
		at := fmt.Sprintf("/window/%d", i)
		if w.EndUs <= w.StartUs {
			c.say(Error, "V04", at+"/end_us", "", "window ends at %d us, not after its start at %d us", w.EndUs, w.StartUs)
		}
		seen := map[string]bool{}
		for j, dev := range w.Devices {
			where := fmt.Sprintf("%s/devices/%d/uuid_sha256", at, j)
			switch {
			case seen[dev.UUIDSHA256]:
				c.say(Error, "V18", where, "", "the same device is counted twice in one window")
			case !known[dev.UUIDSHA256]:
				c.say(Error, "V18", where, "", "this device is not listed under hardware")
			}
			seen[dev.UUIDSHA256] = true
		}
		if len(w.Devices) > 0 && len(seen) < len(known) {
			c.say(Error, "V18", at+"/devices", "", "window holds %d of %d devices", len(seen), len(known))
		}
	}
}
