// Check: what results say, held against the catalogue.

package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/result"
)

// TaskCustom is the task of runs that name none; it is on no board.
const TaskCustom = "custom"

// Check compares results with the catalogue and the moderation file. Models,
// licences and hardware that are not in the catalogue are warnings, once for a
// name; what makes a result mean something else than it says is an error.
func (c *Catalog) Check(results []*result.Loaded) result.Findings {
	k := &checker{c: c, seen: map[string]int{}}
	var sorted []*result.Loaded
	for _, r := range results {
		if r != nil && r.Result != nil {
			sorted = append(sorted, r)
		}
	}
	sort.SliceStable(sorted, func(i, j int) bool { return sorted[i].Path < sorted[j].Path })
	for _, r := range sorted {
		k.result(r)
	}
	k.moderation(sorted)
	return k.told()
}

// CheckResult is what Check says about one result by itself: also about names
// that Check speaks of once for many results.
func (c *Catalog) CheckResult(r *result.Loaded) result.Findings {
	k := &checker{c: c, seen: map[string]int{}}
	if r != nil && r.Result != nil {
		k.result(r)
	}
	return k.told()
}

type checker struct {
	c        *Catalog
	seen     map[string]int // how often a grouped finding occurred
	findings []grouped
}

// grouped is a finding that stands for all that have its key ("": for itself).
type grouped struct {
	result.Finding
	key string
}

func (k *checker) say(level result.Level, rule string, r *result.Loaded, ptr, hint, format string, args ...any) {
	k.findings = append(k.findings, grouped{Finding: result.Finding{Rule: rule, Level: level, Hint: hint,
		Where: place{File: r.Path, Pointer: ptr}, Message: fmt.Sprintf(format, args...)}})
}

// once says something about a name only at the first result that has it.
func (k *checker) once(level result.Level, rule, name string, r *result.Loaded, ptr, hint, format string, args ...any) {
	key := rule + " " + name
	k.seen[key]++
	if k.seen[key] > 1 {
		return
	}
	k.say(level, rule, r, ptr, hint, format, args...)
	k.findings[len(k.findings)-1].key = key
}

// result holds one result against the catalogue.
func (k *checker) result(r *result.Loaded) {
	k.names(r)
	k.task(r)
	k.dates(r)
	k.command(r)
	if w := k.c.Moderation.WithdrawalOf(r.ID); w != nil {
		k.say(result.Error, "CAT-WITHDRAWN", r, "/id", "delete the file and its samples; the entry in moderation.yaml keeps the permalink",
			"this result was withdrawn on %s (%s) and may not be here", w.Date, w.Reason)
	}
}

// told are the findings in their order, grouped ones with how many they stand for.
func (k *checker) told() result.Findings {
	out := make(result.Findings, len(k.findings))
	for i, f := range k.findings {
		if n := k.seen[f.key]; f.key != "" && n > 1 {
			f.Message += fmt.Sprintf(" (and in %d more)", n-1)
		}
		out[i] = f.Finding
	}
	out.Sort()
	return out
}

// names checks the names of model, licence, hardware, caveats and benchmarks.
func (k *checker) names(r *result.Loaded) {
	if m, ok := k.c.Model(r.Model.Name); ok && m.Name != r.Model.Name {
		k.once(result.Note, "CAT-RENAMED", r.Model.Name, r, "/model/name", "nothing is needed: the file stays as it was measured; new results name "+m.Name,
			"the model %q is called %s now and is shown and ranked under that name", result.Clip(r.Model.Name), m.Name)
	} else if !ok {
		k.once(result.Warn, "CAT-MODEL", r.Model.Name, r, "/model/name", "add content/catalog/models/ORG/NAME.yaml; the files beside it show what goes in",
			"the model %q is not in the catalogue, so its licence, type and links are unknown", result.Clip(r.Model.Name))
	}
	if _, ok := k.c.License(r.License); !ok {
		k.once(result.Warn, "CAT-LICENSE", r.License, r, "/license", "add it to catalog/licenses.yaml", "the data licence %q is not in the table, so pages say unknown", result.Clip(r.License))
	}
	if r.Hardware != nil {
		h, ok := k.c.HardwareFor(r.Hardware.Name)
		if !ok {
			k.once(result.Warn, "CAT-HARDWARE", r.Hardware.Name, r, "/hardware/name", "add catalog/hardware/ID.yaml, or an alias to the file it belongs to",
				"the hardware %q is not in the catalogue", result.Clip(r.Hardware.Name))
		}
		for i, d := range r.Hardware.Devices {
			if other, known := k.c.HardwareFor(d.Name); ok && other != h {
				what := "is not a name of it"
				if known {
					what = "is " + other.Name
				}
				k.say(result.Error, "CAT-DEVICE", r, fmt.Sprintf("/hardware/devices/%d/name", i), "hardware.name must be what the driver reports; add an alias if it is the same device",
					"the result says %s, but device %d reports %q, which %s", result.Clip(r.Hardware.Name), i, result.Clip(d.Name), what)
			}
		}
	}
	if r.Source != nil {
		for i, id := range r.Source.Caveats {
			if _, ok := k.c.Caveats[id]; !ok {
				k.say(result.Error, "CAT-CAVEAT", r, fmt.Sprintf("/source/caveats/%d", i), "add it to catalog/caveats.yaml", "the caveat %q is not in the catalogue", result.Clip(id))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.Quality)) {
		if _, ok := k.c.Benchmarks[id]; !ok {
			k.once(result.Warn, "CAT-QUALITY", id, r, "/quality/"+result.EscapePointer(id), "add it to catalog/benchmarks.yaml", "the benchmark %q is not in the catalogue", result.Clip(id))
		}
	}
}

// task checks what a result says of its task.
func (k *checker) task(r *result.Loaded) {
	id := r.Workload.Task
	t, ok := k.c.Task(id)
	if !ok {
		if id != TaskCustom {
			k.say(result.Error, "CAT-TASK", r, "/workload/task", "add catalog/tasks/"+safeName(id)+".yaml, or use the id of a task that is there",
				"the task %q is not declared", result.Clip(id))
		}
		return
	}
	if want, got := t.PromptSHA256(), r.Workload.SystemPromptSHA256; want != "" && got != want {
		switch {
		case got != "":
			k.say(result.Warn, "CAT-PROMPT", r, "/workload/system_prompt_sha256", "it is listed apart and not ranked", "the system prompt is not that of the task %s", t.ID)
		case !r.Reported():
			k.say(result.Warn, "CAT-PROMPT", r, "/workload", "it is listed apart and not ranked", "the task %s fixes a system prompt, but this result does not say which it had", t.ID)
		}
	}
	if ref, ok := k.c.Hardware[t.ReferenceHardware]; ok && r.Hardware != nil {
		if h, _ := k.c.HardwareFor(r.Hardware.Name); h != ref {
			k.say(result.Warn, "CAT-REFERENCE", r, "/hardware/name", "it is listed apart, without rank or stars",
				"results of the task %s compare on %s only, and this one ran on %s", t.ID, ref.Name, result.Clip(r.Hardware.Name))
		}
	}
	if class := r.Model.SizeClass; class != "" {
		cl, ok := t.Class(class)
		switch p := r.Model.ParametersB; {
		case !ok:
			k.say(result.Error, "CAT-CLASS", r, "/model/size_class", "", "the task %s has no size class %q", t.ID, result.Clip(class))
		case p != nil && cl.MaxParametersB != nil && *p > *cl.MaxParametersB:
			k.say(result.Warn, "CAT-CLASS", r, "/model/size_class", "", "%g billion parameters are more than class %s holds (%g)", *p, class, *cl.MaxParametersB)
		}
		if t.SingleGPU(class) && r.Hardware != nil && r.Hardware.Count > 1 {
			k.say(result.Warn, "CAT-SINGLEGPU", r, "/hardware/count", "it is kept and explained, but not ranked",
				"size class %s of the task %s runs on one accelerator, and this result used %d", class, t.ID, r.Hardware.Count)
		}
	}
}

// dates warns of a result that is older than what it was made with.
func (k *checker) dates(r *result.Loaded) {
	for _, d := range []struct{ text, ptr string }{{r.MeasuredAt, "/measured_at"}, {publishedDate(r), "/source/published"}} {
		if len(d.text) < 4 {
			continue
		}
		_, last, ok := result.DateRange(d.text[:min(len(d.text), 10)])
		if !ok {
			continue // the result's own check says so
		}
		before := func(what, name, introduced string) {
			if first, _, ok := result.DateRange(introduced); ok && last.Before(first) {
				k.say(result.Warn, "CAT-DATE", r, d.ptr, "one of the two dates is wrong; a source's own date is kept as it was published",
					"%s is before the %s %s came out (%s)", d.text, what, result.Clip(name), introduced)
			}
		}
		if m, ok := k.c.Model(r.Model.Name); ok {
			before("model", m.Name, m.Released)
		}
		if r.Hardware != nil {
			if h, ok := k.c.HardwareFor(r.Hardware.Name); ok {
				before("accelerator", h.Name, h.Released)
			}
		}
		if t, ok := k.c.Task(r.Workload.Task); ok {
			before("task", t.ID, t.Introduced)
		}
	}
}

func publishedDate(r *result.Loaded) string {
	if r.Source == nil {
		return ""
	}
	return r.Source.Published
}

// command compares the model in the source's own command with the result's.
func (k *checker) command(r *result.Loaded) {
	named := commandModel(r.Workload.Command)
	if named == "" || sameModel(named, r.Model.Name) || r.Model.ProviderModel != "" && sameModel(named, r.Model.ProviderModel) {
		return
	}
	k.say(result.Error, "CAT-COMMAND", r, "/workload/command", "model.provider_model keeps the provider's own id word for word",
		"the command runs %q, but the result is of %q", result.Clip(named), result.Clip(cmp.Or(r.Model.ProviderModel, r.Model.Name)))
}

// commandModel finds the model in a command line: --model M, --model=M,
// --model_args pretrained=M,... and backend.model=M. Placeholders are none.
func commandModel(command string) string {
	words := strings.Fields(strings.ReplaceAll(command, "\\\n", " "))
	for i, w := range words {
		w = strings.Trim(w, `"'`)
		var m string
		switch key, value, eq := strings.Cut(w, "="); {
		case key == "--model" && eq, key == "backend.model" && eq:
			m = value
		case key == "--model" && i+1 < len(words):
			m = words[i+1]
		case key == "--model_args" && eq:
			m = pretrained(value)
		case key == "--model_args" && i+1 < len(words):
			m = pretrained(words[i+1])
		default:
			continue
		}
		m = strings.Trim(m, `"'`)
		// lm-eval's --model names a loader; its model stands in --model_args.
		if m != "" && !strings.ContainsAny(m, "<>$") && !isLoader(m) {
			return m
		}
	}
	return ""
}

func pretrained(args string) string {
	for part := range strings.SplitSeq(strings.Trim(args, `"'`), ",") {
		if v, ok := strings.CutPrefix(part, "pretrained="); ok {
			return v
		}
	}
	return ""
}

func isLoader(m string) bool {
	switch m {
	case "hf", "hf-causal", "hf-causal-experimental", "hf-auto", "vllm", "local-completions", "local-chat-completions":
		return true
	}
	return false
}

// sameModel compares two ids of a model, allowing for the prefixes that
// gateways put before them: bedrock/anthropic.claude-instant-v1 is
// claude-instant-v1, but claude-instant-v1-100k is not.
func sameModel(a, b string) bool {
	if a == b {
		return true
	}
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		long, short := pair[0], pair[1]
		if rest, ok := strings.CutSuffix(long, short); ok && (strings.HasSuffix(rest, "/") || strings.HasSuffix(rest, ".")) {
			return true
		}
	}
	ta, tb := bareModel(a), bareModel(b)
	return ta != "" && strings.EqualFold(ta, tb)
}

// bareModel cuts a gateway's and a vendor's prefix off a model id.
func bareModel(s string) string {
	s = s[strings.LastIndexByte(s, '/')+1:]
	if vendor, rest, ok := strings.Cut(s, "."); ok && vendor != "" && !strings.ContainsAny(vendor, "-_0123456789") {
		return rest
	}
	return s
}

// moderation warns of flags that bind to nothing and refuses those that bind to
// more than one result.
func (k *checker) moderation(results []*result.Loaded) {
	for i := range k.c.Moderation.Flags {
		f := &k.c.Moderation.Flags[i]
		var hits []string
		for _, r := range results {
			if samePrefix(f.ID, r.ID) {
				hits = append(hits, r.Path)
			}
		}
		finding := result.Finding{Rule: "CAT-FLAG", Where: f.at.place("/id")}
		switch len(hits) {
		case 1:
			continue
		case 0:
			finding.Level = result.Warn
			finding.Message = fmt.Sprintf("no result has the id %s that is flagged here", f.ID)
			finding.Hint = "correct the id, or make it a withdrawal if the file was taken away"
		default:
			finding.Level = result.Error
			finding.Message = fmt.Sprintf("the flagged id %s is the beginning of several: %s", f.ID, strings.Join(hits, ", "))
			finding.Hint = "give the full id"
		}
		k.findings = append(k.findings, grouped{Finding: finding})
	}
	for i := range k.c.Moderation.Requests {
		q := &k.c.Moderation.Requests[i]
		if q.Result == "" {
			continue
		}
		found := false
		for _, r := range results {
			found = found || samePrefix(q.Result, r.ID)
		}
		if !found && k.c.Moderation.WithdrawalOf(q.Result) == nil {
			k.findings = append(k.findings, grouped{Finding: result.Finding{Rule: "CAT-REQUEST", Level: result.Warn, Where: q.at.place("/result"),
				Message: fmt.Sprintf("no result has the id %s that finished this request", q.Result), Hint: "correct the id"}})
		}
	}
}
