// Workloads: which prompts, how long the answers, how many requests (the table
// of section 4 of the specification).

package measure

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// Kinds of workload.
const (
	WorkFixed    = "fixed"
	WorkJSONL    = "jsonl"
	WorkShareGPT = "sharegpt"
	WorkMLEnergy = "mlenergy-v1"
	WorkOffline  = "offline-1000"
)

const (
	offlineRequests = 1000 // of offline-1000
	shareRequests   = 1000 // default of sharegpt
	defaultMax      = 1024 // cap of answers where neither data nor task states one
)

// Workload is what a task asks for, before its data are read.
type Workload struct {
	Kind string
	File string // of jsonl, sharegpt and offline-1000; empty: to be fetched by the task's hash
	Form string // how File is read
	In   int64  // tokens of each prompt (fixed)
	Out  int64  // tokens of each answer (fixed)
}

func (w Workload) String() string {
	switch {
	case w.Kind == WorkFixed:
		return fmt.Sprintf("fixed:%d/%d", w.In, w.Out)
	case w.File != "":
		return w.Kind + ":" + filepath.Base(w.File)
	}
	return w.Kind
}

// FixedLength says that answers have a length to reach, not a natural end.
func (w Workload) FixedLength() bool { return w.Kind == WorkFixed || w.Kind == WorkShareGPT }

// ParseWorkload reads fixed:IN/OUT, jsonl:FILE, sharegpt:FILE, mlenergy-v1:TASK
// or offline-1000; a bare path means jsonl.
func ParseWorkload(text string) (Workload, error) {
	kind, rest, colon := strings.Cut(text, ":")
	switch {
	case kind == WorkFixed && colon:
		a, b, ok := strings.Cut(rest, "/")
		in, err1 := strconv.ParseInt(a, 10, 64)
		out, err2 := strconv.ParseInt(b, 10, 64)
		if !ok || err1 != nil || err2 != nil || in < 1 || out < 1 || in > 10_000_000 || out > 10_000_000 {
			return Workload{}, fmt.Errorf("%q: fixed:IN/OUT was expected, both in tokens and at least 1", text)
		}
		return Workload{Kind: WorkFixed, In: in, Out: out}, nil
	case (kind == WorkJSONL || kind == WorkShareGPT) && colon:
		if rest == "" {
			return Workload{}, fmt.Errorf("%q names no file", text)
		}
		return Workload{Kind: kind, File: rest, Form: kind}, nil
	case kind == WorkMLEnergy && colon:
		if !slices.Contains([]string{"chat", "chat-concise", "instruct", "instruct-concise"}, rest) {
			return Workload{}, fmt.Errorf("%q: expected %s: and then chat, chat-concise, instruct or instruct-concise", text, WorkMLEnergy)
		}
		return Workload{Kind: WorkMLEnergy, Form: WorkMLEnergy}, nil
	case text == WorkOffline:
		return Workload{Kind: WorkOffline, Form: WorkJSONL}, nil
	case text == "":
		return Workload{}, fmt.Errorf("no workload was named")
	}
	return Workload{Kind: WorkJSONL, File: text, Form: WorkJSONL}, nil
}

// workload settles task, prompts, system prompt and sampling.
func (p *planner) workload(pl *Plan) {
	o := &p.o
	pl.TaskID = o.Task
	if o.Task == "" || o.Task == catalog.TaskCustom {
		pl.TaskID = catalog.TaskCustom
	} else {
		p.task(pl)
	}
	switch {
	case o.Demo:
		pl.Work = Workload{Kind: WorkFixed, In: demoIn, Out: demoOut}
	case o.Dataset != "":
		w, err := ParseWorkload(o.Dataset)
		if err != nil {
			p.bad("such as prompts.jsonl, sharegpt:FILE.json or fixed:1024/256", "--dataset %v", err)
			return
		}
		if pl.Work.Kind == WorkMLEnergy && w.Kind == WorkJSONL || pl.Work.Kind == WorkOffline && w.Kind != WorkFixed {
			// The task says how its own data are read; the flag says where they are.
			// Other data than the task's are found out by their hash.
			pl.Work.File = w.File
			if pl.Work.Kind == WorkOffline {
				pl.Work.Form = w.Form
			}
		} else {
			pl.Work = w
		}
	case pl.TaskID == catalog.TaskCustom:
		p.bad("give --task with a task of the catalogue, or --dataset with prompts.jsonl or fixed:1024/256", "neither --task nor --dataset says what to ask")
		return
	}
	p.sampling(pl)
	if pl.Work.Kind == WorkOffline {
		switch {
		case o.Rate != nil || slices.ContainsFunc(o.Concurrency, func(b int64) bool { return b != 1 }):
			p.bad("leave --concurrency and --rate out", "%s sends one request at a time (B=1)", WorkOffline)
		case o.Duration > 0:
			p.bad("leave --duration out", "%s is a fixed number of requests", WorkOffline)
		}
		if o.Concurrency == nil && o.Rate == nil {
			o.Concurrency = []int64{1}
		}
		if pl.Work.File == "" && pl.Task != nil && pl.Task.DataFile == "" {
			p.bad("give your selection of them with --dataset FILE", "the task %s names no file of prompts, so they must be given", pl.TaskID)
		}
	}
	if o.Concurrency == nil && o.Rate == nil && !o.Demo {
		// G6 names a sweep as the default of sweeps; a single measurement is one point.
		o.Concurrency = []int64{1}
	}
	p.prefix(pl)
	if o.Roles != "" {
		user, assistant, ok := strings.Cut(o.Roles, "/")
		if !ok || user == "" || assistant == "" {
			p.bad("such as --roles USER/ASSISTANT", "--roles %q: USER/ASSISTANT was expected", o.Roles)
		}
		if o.API == APIChat {
			p.bad("leave --roles out, or use --api completions", "with the chat API the model's own template names the speakers")
		}
		pl.Roles = &result.Roles{User: user, Assistant: assistant}
	}
	if o.API == APICompletions && pl.Roles == nil && pl.Task != nil && pl.Task.RoleNames != nil {
		if r := pl.Task.RoleNames; len(r.User) > 0 && len(r.Assistant) > 0 {
			pl.Roles = &result.Roles{User: r.User[0], Assistant: r.Assistant[0]}
		}
	}
}

// task looks a task up and takes over what it fixes.
func (p *planner) task(pl *Plan) {
	id := p.o.Task
	if p.cat == nil {
		p.bad("run it in a board's folder, or name one with --root; or give --dataset and leave --task out", "--task %s: there is no board here whose catalogue could name it", id)
		return
	}
	t, ok := p.cat.Task(id)
	if !ok {
		var ids []string
		for name, t := range p.cat.Tasks {
			if t.Workload != "" && textTask(t) == "" {
				ids = append(ids, name)
			}
		}
		slices.Sort(ids)
		p.bad("tasks that can be measured: "+strings.Join(ids, ", "), "--task %s is not in the catalogue", id)
		return
	}
	pl.Task = t
	if class := p.o.SizeClass; class != "" {
		if _, ok := t.Class(class); !ok {
			hint := "leave --size-class out: the task has no size classes"
			if len(t.Classes) > 0 {
				var ids []string
				for _, c := range t.Classes {
					ids = append(ids, c.ID)
				}
				hint = "its size classes are " + strings.Join(ids, ", ")
			}
			p.bad(hint, "--size-class %s: the task %s has no such class", class, id)
		}
	}
	if why := textTask(t); why != "" {
		p.bad("measure sends text and reads text", "--task %s: %s", id, why)
		return
	}
	if t.Workload == "" && p.o.Dataset == "" {
		p.bad("give its prompts with --dataset, or add a workload to catalog/tasks/"+id+".yaml", "the task %s has no workload: only imported results exist", id)
		return
	}
	if t.Workload != "" {
		w, err := ParseWorkload(t.Workload)
		if err != nil {
			p.bad("correct catalog/tasks/"+id+".yaml", "the task %s: workload %v", id, err)
			return
		}
		pl.Work = w
	}
	if t.SystemPrompt != nil {
		pl.System = *t.SystemPrompt
	}
}

// textTask says why a task cannot be measured by sending text, "" if it can.
func textTask(t *catalog.Task) string {
	switch {
	case t.Kind != "text" && t.Kind != "":
		return fmt.Sprintf("its answer is of kind %s, not text", t.Kind)
	case t.Modality != "" && t.Modality != "text":
		return fmt.Sprintf("it takes %s, not text alone", t.Modality)
	}
	return ""
}

// sampling makes every parameter explicit (G12): the flags, else the task's,
// else greedy.
func (p *planner) sampling(pl *Plan) {
	o := &p.o
	s := result.Sampling{}
	if pl.Task != nil && pl.Task.Sampling != nil {
		s = *pl.Task.Sampling
	}
	for _, f := range []struct {
		flag     string
		given    *float64
		to       **float64
		min, max float64
	}{
		{"--temperature", o.Temperature, &s.Temperature, 0, 100}, {"--top-p", o.TopP, &s.TopP, 0, 1}, {"--repetition-penalty", o.Repetition, &s.RepetitionPenalty, 0.01, 100},
	} {
		if f.given == nil {
			continue
		}
		if !(*f.given >= f.min && *f.given <= f.max) {
			p.bad("leave it out for the task's own", "%s %v: must be from %v to %v", f.flag, *f.given, f.min, f.max)
		}
		*f.to = f.given
	}
	if o.TopK != nil {
		s.TopK = o.TopK
	}
	if s.Temperature == nil {
		var t float64
		if s.Method == "multinomial" {
			t = 1
		}
		s.Temperature = &t
	}
	if s.TopP == nil {
		all := 1.0
		s.TopP = &all
	}
	s.Method = "multinomial"
	if *s.Temperature == 0 {
		s.Method = "greedy"
	}
	pl.Sampling = s
}

// prefix settles policy and isolation (G10).
func (p *planner) prefix(pl *Plan) {
	o := &p.o
	switch o.Prefix {
	case "":
		o.Prefix = PrefixCold
		if pl.System != "" {
			// All requests begin with the same text, whatever else is done.
			o.Prefix = PrefixShared
		}
	case PrefixCold, PrefixShared, PrefixHot, PrefixUnknown:
	default:
		p.bad("cold is the default", "--prefix %q: must be cold, shared-system-prompt, hot or unknown", o.Prefix)
	}
	if o.Prefix == PrefixCold && pl.System != "" {
		p.bad("leave --prefix out", "--prefix cold: the task %s begins every request with the same system prompt", pl.TaskID)
	}
	switch o.Isolation {
	case "":
		o.Isolation = IsolationDisjoint
	case IsolationDisjoint, IsolationReset:
	case IsolationRestart:
		if o.ServeCmd == "" {
			p.bad("only a server that --serve-cmd starts can be started again; use disjoint, or reset", "--isolation restart needs --serve-cmd")
		}
	default:
		p.bad("disjoint is the default", "--isolation %q: must be disjoint, reset or restart", o.Isolation)
	}
	if o.AllowRepeat && pl.Work.Kind == WorkFixed {
		p.bad("leave --allow-repeat out", "--allow-repeat is for data sets: synthetic prompts never recur")
	}
}
