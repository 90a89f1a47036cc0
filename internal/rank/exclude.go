// What keeps a result out of ranking, and the words for it.

package rank

import (
	"fmt"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// Rules that exclude a result from ranking.
const (
	RuleDraft             = "draft"
	RuleChecks            = "checks"
	RuleClass             = "class"
	RuleMIG               = "mig"
	RulePrompt            = "system-prompt"
	RuleReferenceHardware = "reference-hardware"
	RuleSingleGPU         = "single-gpu"
)

// Excluded is a result that a rule keeps out of ranking.
type Excluded struct {
	Result *result.Loaded
	Rule   string
	Reason string
}

// excluder knows the tasks' rules.
type excluder struct {
	cat     *catalog.Catalog
	prompts map[string]string // task -> SHA-256 of its system prompt
}

func newExcluder(cat *catalog.Catalog) *excluder {
	return &excluder{cat: cat, prompts: map[string]string{}}
}

// of returns the first rule that excludes the result, "" if none does.
// hardware is the catalogue's id of the result's accelerator.
func (x *excluder) of(r *result.Result, hardware string) (rule, reason string) {
	if r.Draft != "" {
		return RuleDraft, fmt.Sprintf("a draft (%s) is never ranked", r.Draft)
	}
	for _, c := range r.Checks {
		if c.Level == string(result.Error) {
			return RuleChecks, strings.TrimSuffix(fmt.Sprintf("failed check %s: %s", c.Rule, c.Message), ": ")
		}
	}
	if r.Class == result.ClassEnergy {
		return RuleClass, "class energy: measured, but not by all rules of a ranked result" + warned(r)
	}
	if mig(r) && r.Class != result.ClassPerformance {
		return RuleMIG, "it ran on a MIG slice, whose energy cannot be told from its neighbours'"
	}
	t := x.task(r.Workload.Task)
	if t == nil {
		return "", ""
	}
	if want := x.prompt(t); want != "" && r.Workload.SystemPromptSHA256 != "" && r.Workload.SystemPromptSHA256 != want {
		return RulePrompt, fmt.Sprintf("its system prompt (SHA-256 %.12s...) is not the task's (%.12s...)", r.Workload.SystemPromptSHA256, want)
	}
	if r.Kind == result.KindDevice && t.ReferenceHardware != "" && hardware != t.ReferenceHardware {
		return RuleReferenceHardware, fmt.Sprintf("task %s compares results of %s only", t.ID, t.ReferenceHardware)
	}
	if r.Hardware != nil && r.Hardware.Count > 1 && t.SingleGPU(r.Model.SizeClass) {
		return RuleSingleGPU, fmt.Sprintf("models of class %s must run on one accelerator, this one used %d", r.Model.SizeClass, r.Hardware.Count)
	}
	return "", ""
}

func (x *excluder) task(id string) *catalog.Task {
	if x.cat == nil {
		return nil
	}
	return x.cat.Tasks[id]
}

func (x *excluder) prompt(t *catalog.Task) string {
	sum, ok := x.prompts[t.ID]
	if !ok {
		sum = t.PromptSHA256()
		x.prompts[t.ID] = sum
	}
	return sum
}

// Rankable returns the results that may be ranked and so may stand in the
// cohort of a derived scale: not withdrawn, not flagged, not excluded.
func Rankable(rs []*result.Loaded, cat *catalog.Catalog) []*result.Result {
	f := &former{cat: cat}
	x := newExcluder(cat)
	var out []*result.Result
	for _, r := range rs {
		if r == nil || r.Result == nil || f.withdrawal(r) != nil || cat != nil && cat.Moderation.FlagOf(r.ID) != nil {
			continue
		}
		if rule, _ := x.of(r.Result, f.hardware(guardsOf(r.Result).hardware)); rule == "" {
			out = append(out, r.Result)
		}
	}
	return out
}

// warned names the checks that a result carries as warnings.
func warned(r *result.Result) string {
	var rules []string
	for _, c := range r.Checks {
		if c.Level == string(result.Warn) {
			rules = append(rules, c.Rule)
		}
	}
	if len(rules) == 0 {
		return ""
	}
	return " (" + strings.Join(rules, ", ") + ")"
}

func mig(r *result.Result) bool {
	if r.Hardware == nil {
		return false
	}
	for _, d := range r.Hardware.Devices {
		if d.MIG != nil && *d.MIG {
			return true
		}
	}
	return false
}

// WhyNoMetric says why a result lacks the metric that a board ranks by.
func WhyNoMetric(r *result.Result, metric string) string {
	switch {
	case !strings.HasPrefix(metric, "energy_"):
		return metric + " is not in its file"
	case r.Kind == result.KindEndpoint:
		return "no energy measured: a hosted endpoint shows none"
	case mig(r):
		return "no energy measured: a MIG slice's energy cannot be told from its neighbours'"
	case r.Class == result.ClassPerformance:
		return "no energy measured"
	case r.Reported():
		return metric + " is not stated by its source"
	}
	return metric + " is not in its file"
}
