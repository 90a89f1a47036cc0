// Which results stand together: the keys of boards, and groups formed by them.

package rank

import (
	"slices"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// entry is a result with what forming boards needs, found once.
type entry struct {
	r            *result.Loaded
	g            guards
	hw           string
	model        string
	day          string
	flag         *catalog.Flag
	rule, reason string
	at           []bool // by point
	energy       bool
	value        float64 // of the metric of the board that is being formed
}

// key tells boards apart. spec is -1 for boards that form themselves.
type key struct {
	spec, point                                                                    int
	task, hw, boundary, kind, origin, method, weights, count, precision, reasoning string
}

// shape says which keys are freed.
type shape struct{ origin, count, precision bool }

// former forms boards from results.
type former struct {
	cfg     Config
	cat     *catalog.Catalog
	scales  *Scales
	reg     *unit.Registry
	entries []*entry
	groups  map[key][]*entry
	curves  map[shape]map[curve][]*entry
	found   result.Findings
}

// curve is all results of a model on a board's guards, at any point.
type curve struct {
	key
	model string
}

// read prepares the results that may stand on boards.
func (f *former) read(rs []*result.Loaded) {
	x := newExcluder(f.cat)
	hw := map[string]string{}
	points := len(f.cfg.Points)
	entries, at := make([]entry, len(rs)), make([]bool, points*len(rs))
	for i, r := range rs {
		if r == nil || r.Result == nil || f.withdrawal(r) != nil {
			continue
		}
		e := &entries[i]
		*e = entry{r: r, g: guardsOf(r.Result), day: r.Day(), at: at[i*points : (i+1)*points]}
		id, known := hw[e.g.hardware]
		if !known {
			id = f.hardware(e.g.hardware)
			hw[e.g.hardware] = id
		}
		e.hw = id
		e.model = result.Normal(r.Model.Name)
		if r.Kind == result.KindEndpoint {
			// The same model behind two providers is two things.
			e.model = result.Normal(r.Model.Provider) + "\x00" + e.model
		}
		if f.cat != nil {
			e.flag = f.cat.Moderation.FlagOf(r.ID)
		}
		e.rule, e.reason = x.of(r.Result, id)
		e.energy = hasEnergy(r.Result)
		some := false
		for i, p := range f.cfg.Points {
			e.at[i] = p.At(r.Result)
			some = some || e.at[i]
		}
		if !some && len(f.cfg.Points) > 0 {
			f.found = append(f.found, result.Finding{Rule: "RNK-NO-POINT", Level: result.Note, Where: result.Place{File: r.Path},
				Message: "at none of the site's operating points, so on no board", Hint: "add a point to content/site.yaml if it should be compared"})
		}
		f.entries = append(f.entries, e)
	}
	// By id, so that nothing below depends on the order of files.
	slices.SortFunc(f.entries, func(a, b *entry) int { return strings.Compare(a.r.ID, b.r.ID) })
}

func (f *former) withdrawal(r *result.Loaded) *catalog.Withdrawal {
	if f.cat == nil {
		return nil
	}
	return f.cat.Moderation.WithdrawalOf(r.ID)
}

// hardware is the catalogue's id of a name, or the name itself.
func (f *former) hardware(name string) string {
	if f.cat != nil && name != "" {
		if h, ok := f.cat.HardwareFor(name); ok {
			return h.ID
		}
	}
	return name
}

// energyKeys are the energies that a board can rank by, the most telling first.
var energyKeys = [...]string{"energy_per_response_j", "energy_per_image_j", "energy_per_video_j", "energy_per_1000_requests_wh",
	"energy_per_request_j", "energy_per_output_token_j", "energy_per_token_j"}

// speedKeys are what boards without energy rank by.
var speedKeys = [...]string{"request_output_tokens_per_s.p50", "request_output_tokens_per_s.mean", "user_tokens_per_s.p50", "ttft_ms.p50",
	"ttft_ms.mean", "itl_ms.p50", "tpot_ms.p50", "e2e_ms.p50", "output_tokens_per_s", "requests_per_s", "images_per_s", "videos_per_s", "batch_latency_s"}

func hasEnergy(r *result.Result) bool {
	for _, k := range energyKeys {
		if _, ok := r.Metrics[k]; ok {
			return true
		}
	}
	return false
}

// shapeOf is what a board of site.yaml frees; spec -1 is the default.
func (f *former) shapeOf(spec int) shape {
	free := func(own, def string) bool { return own == Any || own == "" && def == Any }
	var b BoardSpec
	if spec >= 0 {
		b = f.cfg.Boards[spec]
	}
	d := f.cfg.Defaults
	return shape{free(b.Origin, d.Origin), free(b.Count, d.Count), free(b.Precision, d.Precision)}
}

func (e *entry) key(spec, point int, s shape) key {
	g := e.g
	k := key{spec: spec, point: point, task: g.task, hw: e.hw, boundary: g.boundary, kind: g.kind, origin: g.origin, method: g.method,
		weights: g.weights, count: g.count, precision: g.precision, reasoning: g.reasoning}
	if s.origin {
		k.origin, k.method = Any, ""
	}
	if s.count {
		k.count = Any
	}
	if s.precision {
		k.precision = Any
	}
	return k
}

// selects says whether a board of site.yaml takes a result, its point aside.
func (b BoardSpec) selects(e *entry) bool {
	is := func(want, have string) bool { return want == "" || want == Any || want == have }
	return is(b.Task, e.g.task) && (is(b.Hardware, e.hw) || b.Hardware == e.g.hardware) &&
		// A result without energy has no boundary; it is listed under "no energy".
		(is(b.Boundary, e.g.boundary) || e.g.boundary == "") &&
		is(b.Kind, e.g.kind) && is(b.Weights, e.g.weights) && is(b.Origin, e.g.origin) && is(b.Count, e.g.count) && is(b.Precision, e.g.precision)
}

// group puts every result at every one of its points into the boards of
// site.yaml that take it, and into one that forms itself unless all its results
// are on boards of site.yaml at that point. It returns which of site.yaml's
// boards matched.
func (f *former) group() (matched []bool) {
	matched = make([]bool, len(f.cfg.Boards))
	shapes := make([]shape, len(f.cfg.Boards))
	points := make([]int, len(f.cfg.Boards))
	for i, b := range f.cfg.Boards {
		shapes[i], points[i] = f.shapeOf(i), f.cfg.point(b.Point)
	}
	def := f.shapeOf(-1)
	free := map[key]bool{} // boards that form themselves: whether any result needs them
	type alike struct {
		guards
		hw string
	}
	taking := map[alike][]int{} // boards of site.yaml, by what they go by
	for _, e := range f.entries {
		specs, known := taking[alike{e.g, e.hw}]
		if !known {
			for i, b := range f.cfg.Boards {
				if b.selects(e) {
					specs = append(specs, i)
				}
			}
			taking[alike{e.g, e.hw}] = specs
		}
		for p, at := range e.at {
			if !at {
				continue
			}
			taken := false
			for _, i := range specs {
				if f.cfg.Boards[i].Point != "" && points[i] != p {
					continue
				}
				k := e.key(i, p, shapes[i])
				f.groups[k] = append(f.groups[k], e)
				matched[i], taken = true, true
			}
			k := e.key(-1, p, def)
			f.groups[k] = append(f.groups[k], e)
			free[k] = free[k] || !taken
		}
	}
	for k, needed := range free {
		if !needed {
			delete(f.groups, k)
		}
	}
	return matched
}

// lend lists results without energy, which have no boundary, on the boards that
// are theirs in every other key.
func (f *former) lend() {
	bounded := map[key][]key{}
	var bare []key
	for k, es := range f.groups {
		if k.boundary != "" {
			n := k
			n.boundary = ""
			bounded[n] = append(bounded[n], k)
		} else if !anyEnergy(es) {
			bare = append(bare, k)
		}
	}
	for _, k := range bare {
		for _, to := range bounded[k] {
			f.groups[to] = append(f.groups[to], f.groups[k]...)
		}
	}
}

func anyEnergy(es []*entry) bool {
	for _, e := range es {
		if e.energy {
			return true
		}
	}
	return false
}

// drop removes groups without energy at points that only choose by energy, if
// each of their results is on another board: such a board would say nothing.
func (f *former) drop() {
	kept := map[*entry]bool{}
	var empty []key
	for k, es := range f.groups {
		if f.cfg.Points[k.point].pureChoice() && !anyEnergy(es) {
			empty = append(empty, k)
			continue
		}
		for _, e := range es {
			kept[e] = true
		}
	}
	for _, k := range empty {
		needed := false
		for _, e := range f.groups[k] {
			needed = needed || !kept[e]
		}
		if !needed {
			delete(f.groups, k)
		}
	}
}
