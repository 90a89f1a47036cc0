// How to get a number again: the command of a measured result, rebuilt from what
// its file states, and what a file cannot say.

package site

import (
	"regexp"
	"strconv"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// MeasureCommand is the command that measures a result again, one flag with its
// value a line, each word quoted for a shell. task is the catalogue's record of
// the result's task and samples the result's own, both nil where unknown. gaps
// name what the file does not say, as the keys gap.* of the interface do. Words are nil for what
// was not measured here.
func MeasureCommand(r *result.Result, task *catalog.Task, samples *result.SamplesFile) (lines []string, gaps []string) {
	if r.Reported() || r.Method == "" {
		return nil, nil
	}
	if r.Draft == "simulated" {
		return []string{"jouleboard measure --demo"}, []string{"simulated"}
	}
	c := &commandLines{lines: []string{"jouleboard measure"}}
	port := "8000"
	if r.Software != nil {
		if m := launchPort.FindStringSubmatch(r.Software.LaunchCommand); m != nil {
			port = m[1]
		}
	}
	c.text("url", "http://127.0.0.1:"+port+"/v1")
	c.gap("url")
	c.model(r)
	c.workload(r, task)
	c.load(r)
	c.energy(r, samples)
	return c.lines, c.gaps
}

var launchPort = regexp.MustCompile(`(?:^|\s)--port[= ]([0-9]{1,5})(?:\s|$)`)

// commandLines gathers flags; what is not stated gets none.
type commandLines struct{ lines, gaps []string }

func (c *commandLines) gap(key string) { c.gaps = append(c.gaps, key) }

func (c *commandLines) text(flag, value string) {
	if value != "" && value != "unknown" {
		c.lines = append(c.lines, "--"+flag+" "+quote(value))
	}
}

func (c *commandLines) count(flag string, n int64) {
	if n > 0 {
		c.text(flag, strconv.FormatInt(n, 10))
	}
}

func (c *commandLines) number(flag string, v *float64) {
	if v != nil {
		c.text(flag, plain(*v))
	}
}

func (c *commandLines) duration(flag string, s *float64) {
	if s != nil {
		c.text(flag, plain(*s)+"s")
	}
}

func (c *commandLines) on(flag string, yes bool) {
	if yes {
		c.lines = append(c.lines, "--"+flag)
	}
}

// plain is a number without an exponent, which durations do not read.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (c *commandLines) model(r *result.Result) {
	m := r.Model
	c.text("model", m.Name)
	c.text("revision", m.Revision)
	c.text("size-class", m.SizeClass)
	if r.Kind == result.KindEndpoint {
		c.text("provider", m.Provider)
		c.text("served-model", m.ProviderModel)
		c.text("model-date", m.Date)
		if r.Client != nil {
			c.text("client-place", r.Client.Place)
		}
		c.gap("key")
		return
	}
	c.text("precision", m.Precision)
	c.text("quantization", m.Quantization)
	if m.Weights == "random" {
		c.text("weights", m.Weights)
	}
}

func (c *commandLines) workload(r *result.Result, task *catalog.Task) {
	w := r.Workload
	if w.Task != catalog.TaskCustom {
		c.text("task", w.Task)
	}
	c.dataset(w, task)
	c.count("max-tokens", w.MaxOutputTokens)
	if l := w.Load; l != nil && l.DurationS != nil {
		c.duration("duration", l.DurationS)
	} else {
		c.count("requests", w.Requests)
	}
	if r.Draft == "limit" {
		c.count("limit", w.Requests)
	}
	if w.Seed != nil {
		c.text("seed", strconv.FormatInt(*w.Seed, 10))
	}
	c.text("prefix", w.PrefixPolicy)
	c.text("isolation", w.Isolation)
	c.on("allow-repeat", w.AllowRepeat != nil && *w.AllowRepeat)
	if sm := w.Sampling; sm != nil {
		c.number("temperature", sm.Temperature)
		c.number("top-p", sm.TopP)
		if sm.TopK != nil {
			c.text("top-k", strconv.FormatInt(*sm.TopK, 10))
		}
		c.number("repetition-penalty", sm.RepetitionPenalty)
	}
	if ro := w.Roles; ro != nil {
		c.text("api", "completions")
		c.text("roles", ro.User+"/"+ro.Assistant)
	}
}

// dataset names the prompts where the task does not bring them.
func (c *commandLines) dataset(w result.Workload, task *catalog.Task) {
	d := w.Dataset
	if d == nil {
		return
	}
	if form, ok := strings.CutPrefix(d.Name, "synthetic "); ok {
		if task == nil || task.Workload == "" {
			c.text("dataset", form)
		}
		return
	}
	if task != nil && task.Dataset != nil && (task.Dataset.SHA256 == d.SHA256 || task.Dataset.SHA256 == "" && task.Dataset.Name == d.Name) {
		return // the task's own
	}
	c.text("dataset", d.Name)
	c.gap("dataset")
}

func (c *commandLines) load(r *result.Result) {
	if l := r.Workload.Load; l != nil {
		switch l.Mode {
		case result.LoadOpen:
			c.number("rate", l.RatePerS)
			c.text("arrivals", l.Arrivals)
		case result.LoadClosed:
			c.count("concurrency", l.Concurrency)
			c.duration("ramp", l.RampS)
		}
	}
	c.count("repeats", int64(len(r.Window)))
	if o := r.Workload.SLO; o != nil {
		var parts []string
		for _, p := range []struct {
			name string
			ms   *float64
		}{{"ttft", o.TTFTMs}, {"tpot", o.TPOTMs}, {"e2e", o.E2EMs}} {
			if p.ms != nil {
				parts = append(parts, p.name+"="+plain(*p.ms)+"ms")
			}
		}
		c.text("slo", strings.Join(parts, ","))
	}
}

func (c *commandLines) energy(r *result.Result, samples *result.SamplesFile) {
	c.on("no-energy", r.Kind == result.KindDevice && r.Boundary == nil)
	if samples != nil {
		if p := samples.Header.PeriodUs; p > 0 && r.Boundary != nil {
			c.text("period", plain(float64(p)/1e3)+"ms")
		}
		if t := samples.Header.TokenSource; t != result.TokensUsage {
			c.text("token-source", t)
		}
	}
	_, cpu := r.Metrics["cpu_energy_j"]
	c.on("cpu-energy", cpu)
	if b := r.Boundary; b != nil {
		for _, d := range []struct {
			flag string
			d    *result.Declared
		}{{"pue", b.PUE}, {"gco2e-per-kwh", b.GCO2ePerKW}} {
			if d.d != nil {
				c.text(d.flag, joinNonEmpty(",", plain(d.d.Value), d.d.Source, d.d.Date))
			}
		}
	}
}
