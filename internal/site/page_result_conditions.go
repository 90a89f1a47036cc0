// The conditions of a result, all that was set or recorded, and what its source
// says in words of its own.

package site

import (
	"jouleboard/internal/result"
)

type conditionGroup struct {
	Title string
	Pairs []fact
}

type sourceView struct {
	Pairs  []fact
	Fields []sourceFieldLine
}

type sourceFieldLine struct{ Key, Field, Unit, Text string }

// conditions are everything that was set or recorded, in groups. What a file
// does not state is not listed; the note of the group says so.
func (s *site) conditions(e *entry) []conditionGroup {
	var out []conditionGroup
	group := func(key string, pairs ...fact) {
		have := pairs[:0]
		for _, p := range pairs {
			if p.Value != "" {
				p.Key = s.msg.T(p.Key)
				have = append(have, p)
			}
		}
		if len(have) > 0 {
			out = append(out, conditionGroup{s.msg.T(key), have})
		}
	}
	m := e.Result.Model
	group("cond.model", fact{Key: "fact.name", Value: e.Stated}, fact{Key: "cond.revision", Value: m.Revision}, fact{Key: "fact.precision", Value: m.Precision},
		fact{Key: "cond.quantization", Value: m.Quantization}, fact{Key: "cond.weights", Value: s.msg.word("weights", m.Weights)}, fact{Key: "cond.parameters", Value: s.msg.number(m.ParametersB)},
		fact{Key: "cond.active", Value: s.msg.number(m.ActiveParametersB)}, fact{Key: "cond.class", Value: m.SizeClass}, fact{Key: "cond.tokenizer", Value: m.Tokenizer},
		fact{Key: "cond.provider", Value: m.Provider}, fact{Key: "cond.providermodel", Value: m.ProviderModel}, fact{Key: "cond.modeldate", Value: s.msg.day(m.Date)})
	if h := e.Result.Hardware; h != nil {
		group("cond.hardware", fact{Key: "fact.hardware", Value: h.Name}, fact{Key: "cond.count", Value: s.msg.count(h.Count)}, fact{Key: "cond.cpu", Value: h.HostCPU},
			fact{Key: "cond.interconnect", Value: h.Interconnect}, fact{Key: "cond.where", Value: h.Where})
	}
	if sw := e.Software; sw != nil {
		pairs := []fact{{Key: "cond.engine", Value: tool(sw.Engine)}, {Key: "cond.launch", Value: sw.LaunchCommand}, {Key: "cond.harness", Value: tool(sw.Harness)},
			{Key: "cond.meter", Value: tool(sw.Meter)}, {Key: "cond.driver", Value: sw.Driver}, {Key: "cond.cuda", Value: sw.CUDA}, {Key: "cond.kernel", Value: sw.Kernel},
			{Key: "cond.container", Value: sw.Container}, {Key: "cond.jouleboard", Value: tool(sw.Jouleboard)}}
		if p := sw.Parallelism; p != nil {
			pairs = append(pairs, fact{Key: "cond.tp", Value: s.msg.count(p.Tensor)}, fact{Key: "cond.pp", Value: s.msg.count(p.Pipeline)}, fact{Key: "cond.ep", Value: s.msg.count(p.Expert)},
				fact{Key: "cond.dp", Value: s.msg.count(p.Data)}, fact{Key: "cond.ulysses", Value: s.msg.count(p.Ulysses)}, fact{Key: "cond.ring", Value: s.msg.count(p.Ring)}, fact{Key: "fact.note", Value: p.Notes})
		}
		group("cond.software", pairs...)
	}
	w := e.Workload
	pairs := []fact{{Key: "fact.task", Value: w.Task}, {Key: "fact.load", Value: s.loadText(e.Result)}, {Key: "cond.requests", Value: s.msg.count(w.Requests)}, {Key: "cond.warmup", Value: s.msg.count(w.Warmup)},
		{Key: "cond.prompt", Value: w.SystemPromptSHA256}, {Key: "cond.template", Value: w.ChatTemplate}, {Key: "cond.reasoning", Value: w.Reasoning},
		{Key: "cond.input", Value: s.length(w.InputTokens)}, {Key: "cond.output", Value: s.length(w.OutputTokens)}, {Key: "cond.maxoutput", Value: s.msg.count(w.MaxOutputTokens)},
		{Key: "cond.prefix", Value: s.msg.word("prefix", w.PrefixPolicy)}, {Key: "cond.isolation", Value: s.msg.word("isolation", w.Isolation)}}
	if l := w.Load; l != nil && l.MeanBatchSize != nil {
		pairs = append(pairs, fact{Key: "cond.meanbatch", Value: s.msg.Sig(*l.MeanBatchSize, 4)})
	}
	if d := w.Dataset; d != nil {
		pairs = append(pairs, fact{Key: "cond.dataset", Value: joinNonEmpty(" ", d.Name, d.Revision), URL: d.URL})
	}
	if sm := w.Sampling; sm != nil {
		pairs = append(pairs, fact{Key: "cond.sampling", Value: s.msg.word("sampling", sm.Method)}, fact{Key: "cond.temperature", Value: s.msg.number(sm.Temperature)}, fact{Key: "cond.topp", Value: s.msg.number(sm.TopP)}, fact{Key: "cond.penalty", Value: s.msg.number(sm.RepetitionPenalty)})
	}
	if d := w.Diffusion; d != nil {
		pairs = append(pairs, fact{Key: "cond.steps", Value: s.msg.count(d.Steps)}, fact{Key: "cond.size", Value: s.msg.size(d)}, fact{Key: "cond.frames", Value: s.msg.count(d.Frames)}, fact{Key: "cond.fps", Value: s.msg.number(d.FPS)})
	}
	group("cond.workload", pairs...)
	if c := e.Client; c != nil {
		group("cond.client", fact{Key: "cond.machine", Value: c.Machine}, fact{Key: "cond.place", Value: c.Place}, fact{Key: "cond.network", Value: c.Network}, fact{Key: "cond.rtt", Value: s.msg.number(c.RTTMs)})
	}
	return out
}

func (l locale) number(v *float64) string {
	if v == nil {
		return ""
	}
	return l.Trim(*v)
}

func (l locale) count(n int64) string {
	if n == 0 {
		return ""
	}
	return l.Int(n)
}

func tool(t *result.Tool) string {
	if t == nil {
		return ""
	}
	return joinNonEmpty(" ", t.Name, t.Version, t.Commit)
}

func (l locale) size(d *result.Diffusion) string {
	if d.WidthPx == 0 || d.HeightPx == 0 {
		return ""
	}
	return l.Int(d.WidthPx) + " × " + l.Int(d.HeightPx) + " px"
}

func (s *site) length(l *result.Length) string {
	if l == nil {
		return ""
	}
	if l.Stddev != nil {
		return s.msg.T("length.sd", s.msg.Trim(l.Mean), s.msg.Trim(*l.Stddev))
	}
	return s.msg.T("length.mean", s.msg.Trim(l.Mean))
}

// sourceOf says who published the numbers, and gives their own words for them.
func (s *site) sourceOf(e *entry) *sourceView {
	src := e.Source
	v := &sourceView{Pairs: []fact{{Key: s.msg.T("source.publisher"), Value: src.Publisher}}}
	add := func(key, value, url string) {
		if value != "" {
			v.Pairs = append(v.Pairs, fact{Key: s.msg.T(key), Value: value, URL: url})
		}
	}
	add("source.title", src.Title, "")
	add("source.url", src.URL, src.URL)
	add("source.version", src.Version, "")
	add("source.table", src.Table, "")
	add("date.published", src.Published, "")
	add("date.retrieved", src.Retrieved, "")
	add("source.license", e.License, "")
	var keys []string
	for k := range src.Fields {
		keys = append(keys, k)
	}
	s.reg.Sort(keys)
	for _, k := range keys {
		f := src.Fields[k]
		v.Fields = append(v.Fields, sourceFieldLine{k, f.Field, f.Unit, f.Text})
	}
	return v
}
