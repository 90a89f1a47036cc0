// The guard keys of a result: what must be equal before two results are
// compared. One reading of a result serves boards and scales alike.

package rank

import (
	"strconv"

	"jouleboard/internal/result"
)

// ModelDefault is the precision of a result that states none: the weights as
// they were released.
const ModelDefault = "model-default"

// guardOrder is the order in which scales look for a difference, and the set of
// keys that a scale's cohort may name.
var guardOrder = [...]string{"hardware", "count", "task", "class", "precision", "point", "boundary", "kind", "weights", "origin"}

// guards are the guard keys of one result but its points, normalised.
type guards struct {
	hardware, count, task, class, precision string
	boundary, kind, weights, origin         string
	method, reasoning                       string
}

// guardsOf reads the guard keys of a result. An absent value is "", except for
// precision, where it says model-default.
func guardsOf(r *result.Result) guards {
	g := guards{
		task:      result.Normal(r.Workload.Task),
		class:     result.Normal(r.Model.SizeClass),
		precision: precisionOf(r),
		kind:      result.Normal(r.Kind),
		weights:   result.Normal(r.Model.Weights),
		origin:    result.Normal(r.Origin()),
		reasoning: result.Normal(r.Workload.Reasoning),
	}
	if !r.Reported() {
		g.method = result.Normal(r.Method)
	}
	if r.Hardware != nil {
		g.hardware = result.Normal(r.Hardware.Name)
		if r.Hardware.Count > 0 {
			g.count = strconv.FormatInt(r.Hardware.Count, 10)
		}
	}
	if r.Boundary != nil {
		g.boundary = result.Normal(r.Boundary.Includes)
	}
	return g
}

// get returns a guard key by name. The point is not among them: a result can be
// at several.
func (g guards) get(key string) string {
	switch key {
	case "hardware":
		return g.hardware
	case "count":
		return g.count
	case "task":
		return g.task
	case "class":
		return g.class
	case "precision":
		return g.precision
	case "boundary":
		return g.boundary
	case "kind":
		return g.kind
	case "weights":
		return g.weights
	case "origin":
		return g.origin
	}
	return ""
}

// precisionOf is what is compared as precision. A quantisation method is part
// of it: 4-bit weights made in two ways are two things.
func precisionOf(r *result.Result) string {
	p := result.Normal(r.Model.Precision)
	if p == "" {
		p = ModelDefault
	}
	if q := result.Normal(r.Model.Quantization); q != "" && q != "none" {
		p += "/" + q
	}
	return p
}
