// Again: the same thing twice, as far as the result files alone tell: one run
// under two names, one row of a source twice, one set of numbers for two models.

package review

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/result"
)

// leastValues is how many numbers two results must share, all of them, to be
// taken for one with two names.
const leastValues = 3

// again finds results that say the same.
func (c *check) again() {
	bySamples := c.groups(func(r *result.Loaded) string {
		if r.Reported() || r.Samples == nil {
			return ""
		}
		return r.Samples.SHA256
	})
	told := map[string]bool{}
	c.twice(bySamples, func(r, other *result.Loaded) {
		told[r.Path] = true
		c.say(result.Error, "REV-SAMPLES", r.Path, "/samples/sha256", "one run is one result; remove this one, or withdraw the other",
			"these samples are those of %s", other.Path)
	})
	c.twice(c.groups(runKey), func(r, other *result.Loaded) {
		if told[r.Path] {
			return
		}
		c.say(result.Error, "REV-RUN", r.Path, "/window", "one run is one result; remove this one, or withdraw the other",
			"every window begins and ends at the microsecond, and holds the tokens, of %s", other.Path)
	})
	rows := map[string]bool{}
	c.twice(c.groups(rowKey), func(r, other *result.Loaded) {
		rows[r.Path] = true
		what := "with other numbers"
		if valuesKey(r) == valuesKey(other) {
			what = "with the same numbers"
		}
		c.say(result.Warn, "REV-ROW", r.Path, "/source", "remove one of the two, or say in both what sets them apart",
			"the source's row of this model, hardware and load is also in %s, %s", other.Path, what)
	})
	c.twice(c.groups(valuesKey), func(r, other *result.Loaded) {
		if rows[r.Path] || told[r.Path] || r.Model.Name == other.Model.Name {
			return
		}
		c.say(result.Warn, "REV-VALUES", r.Path, "/metrics", "look both up in the source", "all of its numbers are those of %s, which is of %s",
			other.Path, result.Clip(other.Model.Name))
	})
}

// groups gathers the results that share a key, in the order of their paths; an
// empty key is none.
func (c *check) groups(key func(*result.Loaded) string) [][]*result.Loaded {
	by := map[string][]*result.Loaded{}
	for _, r := range c.all {
		if k := key(r); k != "" {
			by[k] = append(by[k], r)
		}
	}
	var out [][]*result.Loaded
	for _, k := range slices.Sorted(maps.Keys(by)) {
		if len(by[k]) > 1 {
			out = append(out, by[k])
		}
	}
	return out
}

// twice calls say for each picked result that has an earlier one of its group,
// or one that is not picked.
func (c *check) twice(groups [][]*result.Loaded, say func(r, other *result.Loaded)) {
	for _, g := range groups {
		for i, r := range g {
			if !c.opt.Only(r.Path) {
				continue
			}
			other := g[0]
			if i == 0 {
				other = nil
				for _, o := range g[1:] {
					if !c.opt.Only(o.Path) {
						other = o
						break
					}
				}
			}
			// Two files of one id are said to be so already.
			if other != nil && other.ID != r.ID {
				say(r, other)
			}
		}
	}
}

// runKey is what the windows of a measured run say of when it was and what went
// through it.
func runKey(r *result.Loaded) string {
	if r.Reported() || len(r.Window) == 0 {
		return ""
	}
	var b strings.Builder
	for _, w := range r.Window {
		for _, v := range []int64{w.StartUs, w.EndUs, w.Requests, w.InTokens, w.OutTok} {
			b.WriteString(strconv.FormatInt(v, 10) + " ")
		}
	}
	return b.String()
}

// rowKey is what a reported result says of itself beside its numbers: equal keys
// are one row of one source.
func rowKey(r *result.Loaded) string {
	if !r.Reported() {
		return ""
	}
	data, err := json.Marshal([]any{r.Source.Name, r.Source.Version, r.Source.Table, r.Kind, r.Model, r.Hardware, r.Software, r.Workload})
	if err != nil {
		return ""
	}
	return string(data)
}

// valuesKey is all numbers of a result, in order.
func valuesKey(r *result.Loaded) string {
	if len(r.Metrics) < leastValues {
		return ""
	}
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(r.Metrics)) {
		b.WriteString(k + " " + strconv.FormatFloat(r.Metrics[k].Value, 'g', -1, 64) + " ")
	}
	return b.String()
}
