// The conditions of a result as the page /compare/ sets them side by side.

package site

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// condition is one of the things that make two results alike or unlike.
type condition struct {
	key, name, value string
	strict           bool // keeps boards apart
}

// conditionValues are conditions as an object of what they are, by key. What is not
// stated is left out.
type conditionValues []condition

// MarshalJSONTo writes the object, its keys in order.
func (cs conditionValues) MarshalJSONTo(enc *jsontext.Encoder) error {
	cs = slices.DeleteFunc(slices.Clone(cs), func(c condition) bool { return c.value == "" })
	slices.SortFunc(cs, func(a, b condition) int { return strings.Compare(a.key, b.key) })
	object := append(make([]jsontext.Token, 0, 2+2*len(cs)), jsontext.BeginObject)
	for _, c := range cs {
		object = append(object, jsontext.String(c.key), jsontext.String(c.value))
	}
	return writeTokens(enc, append(object, jsontext.EndObject)...)
}

// compareConditions are the conditions of a result, strict ones first. Without a
// result they are the list itself. What the file does not state is empty.
func (s *site) compareConditions(e *entry) []condition {
	var r result.Result
	if e != nil {
		r = *e.Result
	}
	task := ""
	if r.Workload.Task != "" {
		task = r.Workload.Task
		if t := s.taskTitle(task); t != task {
			task = t + " (" + task + ")"
		}
	}
	var hw result.Hardware
	if r.Hardware != nil {
		hw = *r.Hardware
	}
	boundary := ""
	if r.Boundary != nil {
		boundary = s.boundaryText(r.Boundary.Includes)
	}
	precision := r.Model.Precision
	if q := r.Model.Quantization; q != "" && result.Normal(q) != "none" {
		precision = joinNonEmpty(s.msg.T("sep.part"), precision, q)
	}
	load, kind, origin, level, edition, method, scale := "", "", "", "", "", "", ""
	if e != nil {
		load, level = s.loadText(&r), s.msg.T("level."+s.levelOf(&r))
		kind, scale = s.msg.T("compare.kind."+r.Kind), e.Rating.ScaleID
		if src := r.Source; src != nil {
			origin, edition = s.msg.T("origin.reported", src.Publisher)+" ("+src.Name+")", src.Version
		} else {
			origin, method = s.msg.T("origin.measured"), r.Method
		}
	}
	out := []condition{
		{"task", "fact.task", task, true},
		{"hardware", "fact.hardware", hw.Name, true},
		{"count", "cond.compared.count", s.msg.count(hw.Count), true},
		{"load", "fact.load", load, true},
		{"precision", "fact.precision", precision, true},
		{"weights", "cond.weights", s.msg.word("weights", r.Model.Weights), true},
		{"boundary", "cond.compared.boundary", boundary, true},
		{"kind", "cond.compared.kind", kind, true},
		{"origin", "cond.compared.origin", origin, true},
		{"method", "cond.compared.method", method, true},
		{"reasoning", "cond.compared.reasoning", r.Workload.Reasoning, true},
		{"edition", "cond.compared.edition", edition, false},
		{"scale", "cond.compared.scale", scale, false},
		{"level", "cond.compared.level", level, false},
		{"date", "cond.compared.date", r.Day(), false},
		{"provider", "cond.provider", r.Model.Provider, false},
		{"revision", "cond.compared.revision", r.Model.Revision, false},
	}
	add := func(key, name, value string) { out = append(out, condition{key, name, value, false}) }
	w := r.Workload
	add("requests", "cond.requests", s.msg.count(w.Requests))
	add("input", "cond.input", s.length(w.InputTokens))
	add("output", "cond.output", s.length(w.OutputTokens))
	add("maxoutput", "cond.maxoutput", s.msg.count(w.MaxOutputTokens))
	dataset := ""
	if d := w.Dataset; d != nil {
		dataset = joinNonEmpty(" ", d.Name, d.Revision)
	}
	add("dataset", "cond.dataset", dataset)
	var steps, pixels, frames string
	if d := w.Diffusion; d != nil {
		steps, pixels, frames = s.msg.count(d.Steps), s.msg.size(d), s.msg.count(d.Frames)
	}
	add("steps", "cond.steps", steps)
	add("size", "cond.size", pixels)
	add("frames", "cond.frames", frames)
	var sw result.Software
	if r.Software != nil {
		sw = *r.Software
	}
	add("software", "cond.software", tool(sw.Engine))
	add("harness", "cond.harness", tool(sw.Harness))
	add("meter", "cond.meter", tool(sw.Meter))
	add("driver", "cond.driver", sw.Driver)
	add("cuda", "cond.cuda", sw.CUDA)
	parallel := ""
	if p := sw.Parallelism; p != nil {
		var parts []string
		for _, d := range []struct {
			name string
			n    int64
		}{{"TP", p.Tensor}, {"PP", p.Pipeline}, {"EP", p.Expert}, {"DP", p.Data}, {"Ulysses", p.Ulysses}, {"Ring", p.Ring}} {
			if d.n > 0 {
				parts = append(parts, d.name+" "+s.msg.Int(d.n))
			}
		}
		parallel = strings.Join(parts, s.msg.T("sep.part"))
	}
	add("parallel", "cond.compared.parallel", parallel)
	add("where", "cond.compared.where", hw.Where)
	return out
}
