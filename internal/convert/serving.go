// What the files of serving benchmarks have in common: statistics of a latency
// under names like p99_ttft_ms, the machine that the files do not name, and
// checks that find a number in another unit than its name says.

package convert

import (
	"math/big"
	"path"
	"regexp"
	"strings"

	"jouleboard/internal/result"
)

// served begins a row about a server: hardware where it is named by the flags,
// otherwise somebody's endpoint.
func (c *run) served(where result.Place, model, file string) *row {
	w := c.newRow(where, model)
	w.r.Kind = result.KindDevice
	w.r.Source.Table = path.Base(strings.ReplaceAll(file, `\`, "/"))
	w.r.Model.Name = c.mapped(model)
	if model == "" {
		w.fail("no model is named")
	} else if w.r.Model.Name != model {
		w.field("model.name", "model", "", model)
	}
	c.license(w, "")
	return w
}

// machine says where a run took place whose file does not.
func (c *run) machine(w *row) {
	switch {
	case c.opt.Provider != "" && c.opt.Hardware != "":
		w.fail("both an accelerator and a provider are given: a run is on one's own device or on a hosted endpoint")
	case c.opt.Provider != "":
		w.r.Kind = result.KindEndpoint
		w.r.Model.Provider, w.r.Model.ProviderModel = c.opt.Provider, w.name
	case c.opt.Hardware != "":
		c.hardware(w, c.opt.Hardware, "--hardware")
		if w.r.Hardware != nil {
			w.r.Hardware.Count = c.opt.Count
		}
	default:
		w.fail("the file does not name the accelerator")
		w.hint = "give --hardware NAME and --count N, or --provider NAME for a hosted endpoint"
	}
}

// taskOf settles the task: the flag, else what the file's lengths make it.
func (c *run) taskOf(w *row, fromFile string) {
	switch {
	case c.opt.Task != "":
		w.r.Workload.Task = c.mapped(c.opt.Task)
	case fromFile != "":
		w.r.Workload.Task = c.mapped(fromFile)
	default:
		w.fail("the file does not say which requests were sent")
		w.hint = "give --task ID; a task is a file of content/catalog/tasks"
	}
}

// latency is one quantity of a serving benchmark: its word in their names, our
// key (x_ where the meaning is not ours) and the power of ten to its unit.
type latency struct {
	word, key string
	shift     int
}

// serveStats: their statistic -> ours. Others stay under the source's name.
var serveStats = map[string]string{"mean": "mean", "median": "p50", "std": "stddev", "min": "min", "max": "max",
	"p25": "p25", "p50": "p50", "p75": "p75", "p90": "p90", "p95": "p95", "p99": "p99"}

var statName = regexp.MustCompile(`^(mean|median|std|min|max|p\d{1,2}(?:\.\d{1,3})?)_([a-z0-9_]+)$`)

// latencies reads every STAT_WORD of an object, with the suffix and unit that
// the format gives them. A quantity that is 0 throughout was not measured: the
// client writes 0 where it has no values.
func latencies(w *row, o *object, ls []latency, suffix, unit, prefix string) {
	for _, l := range ls {
		type stat struct {
			key, name string
			n         number
		}
		var got []stat
		zero := true
		for _, k := range o.n.keys {
			m := statName.FindStringSubmatch(k)
			if m == nil || m[2] != l.word+suffix {
				continue
			}
			n, ok := o.num(k, false, true)
			if !ok {
				continue
			}
			if n.sign() < 0 {
				o.fail("%s is %s; a negative value cannot be right", k, n.text)
				continue
			}
			zero = zero && n.sign() == 0
			got = append(got, stat{k, m[1], n})
		}
		if len(got) > 0 && zero {
			w.note("The source gives 0 for every statistic of " + l.word + "; that is what its client writes where it has no values, so none is kept.")
			continue
		}
		for _, s := range got {
			ours, known := serveStats[s.name]
			if _, twice := w.r.Source.Fields[l.key+"."+ours]; known && twice {
				o.fail("%s is given twice, as median and as p50", l.key+"."+ours)
				continue
			}
			if known {
				w.stat(l.key, ours, pctLinear, s.n, l.shift, s.key, unit)
			} else if x, ok := xKey(prefix, s.key); ok {
				w.metric(x, s.n, 0, s.key, unit)
			} else {
				o.fail("field %q cannot be kept under an x_ key", result.Clip(s.key))
			}
		}
	}
}

// counted sets n of every distribution that has one value a request.
func counted(w *row, n int64, keys ...string) {
	for _, k := range keys {
		if d, ok := w.r.Distributions[k]; ok {
			d.N = n
			w.r.Distributions[k] = d
		}
	}
}

// quotient forms a mean from a total and a count, exactly, and says so.
func (w *row) quotient(key string, total number, by int64, field, unit string) {
	if by <= 0 || total.sign() < 0 {
		return
	}
	v, _ := new(big.Rat).Quo(total.rat, new(big.Rat).SetInt64(by)).Float64()
	if w.r.Metrics == nil {
		w.r.Metrics = map[string]result.Metric{}
	}
	w.r.Metrics[key] = result.Metric{Value: v, N: by, Provenance: result.ProvReported}
	w.field(key, field, unit, total.text+" / "+big.NewInt(by).String())
}

// unitSlack is how far Little's law may be off before a unit is in doubt: a
// time in another unit is off by a thousand.
const unitSlack = 30

// plausible holds a latency in seconds, a rate a second and the number of
// requests in flight against each other. As a mean, in flight = rate x latency.
func plausible(w *row, field string, seconds, perSecond float64, inFlight int64) {
	if seconds <= 0 || perSecond <= 0 || inFlight <= 0 {
		return
	}
	if r := seconds * perSecond / float64(inFlight); r > unitSlack || r < 1.0/unitSlack {
		w.fail("%s would keep %.3g requests in flight at the rate given, and %d were; its unit is not the one its name says", field, seconds*perSecond, inFlight)
	}
}

// same says whether two numbers that a file gives for one thing agree within 1 %.
func same(a, b float64) bool { return a-b <= 0.01*b && b-a <= 0.01*b }
