// The Pareto selection: what no other configuration beats in both speed and
// energy.

package convert

// paretoKey is what a row is compared by, and within which group. Both values:
// lower is better.
type paretoKey struct {
	group  string
	delay  float64 // ms or s, alike within a group
	energy float64 // J per token, image or video
	ok     bool
}

// selectPareto drops the rows that another row of their group beats, counting
// them. A row beats another if it is at least as good in both and better in
// one, so equal rows stay together: each is a result of its own. The front of a
// chart (rank.ParetoFront) draws a place once and keeps the first of equals.
func (c *run) selectPareto() {
	groups := map[string][]*row{}
	for _, w := range c.rows {
		if w.pareto.ok && len(w.bad) == 0 {
			groups[w.pareto.group] = append(groups[w.pareto.group], w)
		}
	}
	kept := c.rows[:0]
	for _, w := range c.rows {
		if w.pareto.ok && len(w.bad) == 0 && beaten(w.pareto, groups[w.pareto.group]) {
			c.NotSelected++
			continue
		}
		kept = append(kept, w)
	}
	c.rows = kept
}

func beaten(k paretoKey, group []*row) bool {
	for _, w := range group {
		o := w.pareto
		if o.delay <= k.delay && o.energy <= k.energy && (o.delay < k.delay || o.energy < k.energy) {
			return true
		}
	}
	return false
}
