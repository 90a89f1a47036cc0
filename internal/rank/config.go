// Package rank turns results into boards and ratings: which results may be
// compared, in which order they stand, and how many stars a scale gives them.
// It is pure: no clock, no files, the same boards for the same results in any
// order.
//
// This file holds what a board's owner decides in site.yaml: operating points,
// board names, and which keys are freed.
package rank

import (
	"fmt"
	"math"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// Any frees a key of a board: results that differ in it may share the board.
const Any = "any"

// Config is the part of site.yaml that this package reads.
type Config struct {
	Points   []Point     `yaml:"points"`
	Boards   []BoardSpec `yaml:"boards"`
	Defaults Defaults    `yaml:"defaults"`
}

// Defaults holds the keys that boards free unless their entry says otherwise.
// Each is empty (a key) or "any" (freed).
type Defaults struct {
	Origin    string `yaml:"origin"`
	Count     string `yaml:"count"`
	Precision string `yaml:"precision"`
}

// Point is an operating point: a rule about one result's own load or numbers,
// and the choice among several results of a model that satisfy it.
type Point struct {
	ID          string `yaml:"id"`
	Title       string `yaml:"title"`
	Description string `yaml:"description"`
	// Load fixes the load; nil leaves it open.
	Load *LoadMatch `yaml:"load"`
	// Constraint limits one metric; nil sets no limit.
	Constraint *Constraint `yaml:"constraint"`
	// Kind and Reasoning narrow the point to "device" or "endpoint" results, and
	// to one stated reasoning level. Empty takes all; boards then still keep
	// different reasoning levels apart.
	Kind      string `yaml:"kind"`
	Reasoning string `yaml:"reasoning"`
	// Choose is the registry key whose best value picks a model's result. Empty
	// means the lowest energy per output token, else per image, else per video.
	Choose string `yaml:"choose"`
}

// LoadMatch is a fixed load. Fields that are set must be equal in the result.
type LoadMatch struct {
	Mode        string   `yaml:"mode"`
	Concurrency int64    `yaml:"concurrency"`
	RatePerS    *float64 `yaml:"rate_per_s"`
	BatchSize   int64    `yaml:"batch_size"`
	MaxNumSeqs  int64    `yaml:"max_num_seqs"`
}

// Constraint limits one metric of a result from above, below, or both. The
// limits themselves satisfy it.
type Constraint struct {
	Metric string   `yaml:"metric"`
	Max    *float64 `yaml:"max"`
	Min    *float64 `yaml:"min"`
}

// BoardSpec names, orders, merges or hides boards. Fields that are set select:
// only results with that value are on the board. "any" frees origin, count or
// precision.
type BoardSpec struct {
	ID          string   `yaml:"id"`
	Title       string   `yaml:"title"`
	Description string   `yaml:"description"`
	Task        string   `yaml:"task"`
	Hardware    string   `yaml:"hardware"` // the catalogue's id or the name in results
	Point       string   `yaml:"point"`
	Origin      string   `yaml:"origin"`
	Count       string   `yaml:"count"`
	Precision   string   `yaml:"precision"`
	Boundary    string   `yaml:"boundary"`
	Kind        string   `yaml:"kind"`
	Weights     string   `yaml:"weights"`
	Metric      string   `yaml:"metric"` // registry key; empty: the task's headline
	Columns     []string `yaml:"columns"`
	Order       int      `yaml:"order"`
	Hidden      bool     `yaml:"hidden"`
}

// At says whether the result is at the point by its own load and numbers alone.
func (p Point) At(r *result.Result) bool {
	if p.Kind != "" && r.Kind != p.Kind {
		return false
	}
	if p.Reasoning != "" && r.Workload.Reasoning != p.Reasoning {
		return false
	}
	if p.Load != nil && !p.Load.equals(r.Workload.Load) {
		return false
	}
	if c := p.Constraint; c != nil {
		v, ok := r.Value(c.Metric)
		if !ok || c.Max != nil && v > *c.Max || c.Min != nil && v < *c.Min {
			return false
		}
	}
	return true
}

// pureChoice says whether the point is nothing but a choice by energy, so that
// it means nothing for results without energy.
func (p Point) pureChoice() bool {
	return p.Load == nil && p.Constraint == nil && (p.Choose == "" || strings.HasPrefix(p.Choose, "energy_"))
}

// equals says whether a stated load has every value that the match names.
func (m *LoadMatch) equals(l *result.Load) bool {
	if l == nil {
		return false
	}
	if m.Mode != "" && m.Mode != l.Mode {
		return false
	}
	for _, f := range [][2]int64{
		{m.Concurrency, l.Concurrency}, {m.BatchSize, l.BatchSize}, {m.MaxNumSeqs, l.MaxNumSeqs},
	} {
		if f[0] != 0 && f[0] != f[1] {
			return false
		}
	}
	return m.RatePerS == nil || l.RatePerS != nil && *m.RatePerS == *l.RatePerS
}

// choiceKeys are what a point chooses by when it does not say.
var choiceKeys = [...]string{"energy_per_output_token_j", "energy_per_image_j", "energy_per_video_j"}

// choice returns the number that the point's choice compares, lower better,
// and whether the result has it. fallback is the board's metric, for results
// whose source gives none of the usual ones.
func (p Point) choice(r *result.Result, fallback string, reg *unit.Registry) (float64, bool) {
	keys := choiceKeys[:]
	if p.Choose != "" {
		keys = []string{p.Choose}
	}
	for _, k := range keys {
		if v, ok := r.Value(k); ok {
			return lowerBetter(k, v, reg), true
		}
	}
	if p.Choose == "" && fallback != "" {
		if v, ok := r.Value(fallback); ok {
			return lowerBetter(fallback, v, reg), true
		}
	}
	return 0, false
}

// Better says whether the point's choice takes a before b. A result that has
// the chosen number comes before one that lacks it; equal ones are told apart
// by their ids, so the choice never depends on order. fallback is the metric to
// choose by where neither has the usual ones.
func (p Point) Better(a, b *result.Result, fallback string, reg *unit.Registry) bool {
	va, oka := p.choice(a, fallback, reg)
	vb, okb := p.choice(b, fallback, reg)
	switch {
	case oka != okb:
		return oka
	case oka && va != vb:
		return va < vb
	}
	return a.ID < b.ID
}

// lowerBetter turns a value so that lower is better.
func lowerBetter(key string, v float64, reg *unit.Registry) float64 {
	if m, ok := reg.Get(key); ok && m.Better == unit.Higher {
		return -v
	}
	return v
}

// point returns the index of the point with the id, -1 if there is none.
func (c Config) point(id string) int {
	for i, p := range c.Points {
		if p.ID == id {
			return i
		}
	}
	return -1
}

// Check returns what is wrong with the configuration itself. Places have the
// JSON pointer inside site.yaml; the caller knows the file.
func (c Config) Check(reg *unit.Registry) result.Findings {
	var fs result.Findings
	bad := func(pointer, hint, format string, args ...any) {
		fs = append(fs, result.Finding{Rule: "RNK-CONFIG", Level: result.Error,
			Where: result.Place{Pointer: pointer}, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	metric := func(pointer, key string) {
		if _, ok := reg.Get(key); key != "" && !ok {
			bad(pointer, "use a key of the metric registry, or a distribution's statistic such as itl_ms.p50", "unknown metric %q", key)
		}
	}
	seen := map[string]bool{}
	for i, p := range c.Points {
		at := fmt.Sprintf("/points/%d", i)
		switch {
		case p.ID == "":
			bad(at+"/id", "give the point a short id such as itl50", "operating point without an id")
		case p.ID != slug(p.ID) || p.ID == Any:
			bad(at+"/id", "use lower-case letters, digits, dots and dashes", "operating point id %q cannot stand in an address", p.ID)
		case seen[p.ID]:
			bad(at+"/id", "rename one of them", "operating point %q is defined twice", p.ID)
		}
		seen[p.ID] = true
		if p.Kind != "" && p.Kind != result.KindDevice && p.Kind != result.KindEndpoint {
			bad(at+"/kind", "", "kind is %q, expected device or endpoint", p.Kind)
		}
		if p.Load != nil {
			checkLoad(p.Load, at, bad)
		}
		if k := p.Constraint; k != nil {
			metric(at+"/constraint/metric", k.Metric)
			switch {
			case k.Metric == "":
				bad(at+"/constraint/metric", "name a metric such as itl_ms.p50", "constraint without a metric")
			case k.Max == nil && k.Min == nil:
				bad(at+"/constraint", "add max: or min:", "constraint on %s without a limit", k.Metric)
			}
			for _, v := range []*float64{k.Max, k.Min} {
				if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
					bad(at+"/constraint", "", "limit on %s is not a finite number", k.Metric)
				}
			}
		}
		metric(at+"/choose", p.Choose)
	}
	for _, d := range [][2]string{{"origin", c.Defaults.Origin}, {"count", c.Defaults.Count}, {"precision", c.Defaults.Precision}} {
		if d[1] != "" && d[1] != Any {
			bad("/defaults/"+d[0], "leave it out to keep boards apart by "+d[0], "default %s is %q, expected any", d[0], d[1])
		}
	}
	ids := map[string]bool{}
	for i, b := range c.Boards {
		at := fmt.Sprintf("/boards/%d", i)
		if b.ID != "" && b.ID != slug(b.ID) {
			bad(at+"/id", "use lower-case letters, digits, dots and dashes", "board id %q cannot stand in an address", b.ID)
		}
		if b.ID != "" && ids[b.ID] {
			bad(at+"/id", "rename one of them", "board %q is defined twice", b.ID)
		}
		ids[b.ID] = true
		if b.Point != "" && c.point(b.Point) < 0 {
			bad(at+"/point", "define it under points, or use one that is there", "unknown operating point %q", b.Point)
		}
		for _, k := range [][2]string{{"task", b.Task}, {"hardware", b.Hardware}, {"point", b.Point},
			{"boundary", b.Boundary}, {"kind", b.Kind}, {"weights", b.Weights}} {
			if k[1] == Any {
				bad(at+"/"+k[0], "leave it out: every value then gets its own board", "%s cannot be freed; only origin, count and precision can", k[0])
			}
		}
		metric(at+"/metric", b.Metric)
		if m, ok := reg.Get(b.Metric); ok && m.Better == unit.Neutral {
			bad(at+"/metric", "rank by a metric that has a better direction", "no value of %s is better than another", b.Metric)
		}
	}
	return fs
}

func checkLoad(l *LoadMatch, at string, bad func(pointer, hint, format string, args ...any)) {
	switch l.Mode {
	case result.LoadClosed, result.LoadOpen, result.LoadBatch, result.LoadBurst:
	default:
		bad(at+"/load/mode", "", "load mode is %q, expected closed, open, batch or burst", l.Mode)
	}
}

// slug turns text into what may stand in an id and in an address.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-.")
}
