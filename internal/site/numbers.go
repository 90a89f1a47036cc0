// The numbers of all results by column, gathered in one pass: tables, downloads and
// the dictionary ask for most columns of most results, and each looks here.

package site

import (
	"maps"
	"math"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

// numbers are the columns that any result has a number in: metrics, statistics of
// distributions, formulas.
type numbers struct {
	columns  []*numberColumn // in registry order, as tables hold them
	listed   string          // their keys, one after the other
	files    []*numberColumn // those of them that files hold
	sorted   []*numberColumn // the same by their keys
	compared []*numberColumn // those of them that are compared
	of       map[string]*numberColumn
	keys     map[string]*keyUse // of the registry, by key
}

// numberColumn is a metric, a formula or a statistic of a distribution, with a
// number for each result by its place, NaN where it has none.
type numberColumn struct {
	key, unit string
	values    []float64
	intervals []*result.Interval // of the numbers, nil where none has one
}

// keyUse says how the results of a board have a key of the registry.
type keyUse struct {
	results    int
	provenance map[string]bool
}

// at is a result's number.
func (c *numberColumn) at(e *entry) (float64, bool) { return c.atPlace(e.Place) }

// atPlace is the number of the result at a place among all.
func (c *numberColumn) atPlace(place int) (float64, bool) {
	if c == nil || math.IsNaN(c.values[place]) {
		return 0, false
	}
	return c.values[place], true
}

// numberCount is about how many numbers files hold of a result.
func (e *entry) numberCount() int {
	return len(e.Result.Metrics) + len(statistics)*len(e.Result.Distributions)
}

// gatherNumbers makes the columns. site.numbers calls it once.
func (s *site) gatherNumbers() *numbers {
	n := &numbers{of: map[string]*numberColumn{}, keys: map[string]*keyUse{}}
	column := func(key string) *numberColumn {
		c := n.of[key]
		if c == nil {
			c = &numberColumn{key: key, values: make([]float64, len(s.entries))}
			for i := range c.values {
				c.values[i] = math.NaN()
			}
			n.of[key] = c
		}
		return c
	}
	use := func(key, provenance string) {
		u := n.keys[key]
		if u == nil {
			u = &keyUse{provenance: map[string]bool{}}
			n.keys[key] = u
		}
		u.results++
		u.provenance[provenance] = true
	}
	spread := map[string][]*numberColumn{} // of a distribution, as stats lists them
	for i, e := range s.entries {
		for k, m := range e.Metrics {
			c := column(k)
			c.values[i] = m.Value
			if m.CI95 != nil {
				if c.intervals == nil {
					c.intervals = make([]*result.Interval, len(s.entries))
				}
				c.intervals[i] = m.CI95
			}
			use(k, m.Provenance)
		}
		for k, d := range e.Distributions {
			if _, is := e.Metrics[k]; !is {
				use(k, d.Provenance)
			}
			cols := spread[k]
			if cols == nil {
				cols = make([]*numberColumn, len(stats))
				spread[k] = cols
			}
			for j, stat := range stats {
				if v := d.Stat(stat[1:]); v != nil {
					if cols[j] == nil {
						cols[j] = column(k + stat)
					}
					cols[j].values[i] = *v
				}
			}
		}
	}
	for k, f := range s.in.Site.Formulas {
		for i, e := range s.entries {
			if v, ok := f.Value(e.Result); ok {
				column(k).values[i] = v
				_, isMetric := e.Metrics[k]
				if _, isDist := e.Distributions[k]; !isMetric && !isDist {
					use(k, "derived")
				}
			}
		}
	}
	for _, m := range s.reg.All() {
		suffixes := []string{""}
		if m.Distribution {
			suffixes = stats
		}
		for _, suffix := range suffixes {
			c := n.of[m.Key+suffix]
			if c == nil {
				continue
			}
			c.unit = m.Unit
			n.columns = append(n.columns, c)
			n.listed += c.key + " "
			if suffix == "" || slices.Contains(statistics, suffix) {
				n.files = append(n.files, c)
			}
			if suffix == "" || slices.Contains(compareStatistics, suffix) {
				n.compared = append(n.compared, c)
			}
		}
	}
	n.sorted = slices.SortedFunc(slices.Values(n.files), func(a, b *numberColumn) int { return strings.Compare(a.key, b.key) })
	return n
}

// named are the keys of the registry that any result has, in its order.
func (n *numbers) named(s *site) []string {
	return slices.DeleteFunc(s.reg.Keys(), func(key string) bool { return n.keys[key] == nil })
}

// origins are the kinds of numbers that stand under a key, sorted.
func (u *keyUse) origins() []string { return slices.Sorted(maps.Keys(u.provenance)) }
