// The verdict over a measurement: every validity rule that follows from its
// files, and the highest class whose rules hold (measurement rules, "Result
// classes" and section 8).

package result

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// Rule is one validity rule of section 8.
type Rule struct {
	ID    string
	Class string // A: all, E: energy and ranked, R: ranked only
	Text  string // what it holds, in a few words
}

var rules = []Rule{
	{"V01", "A", "schema, required fields, no secrets"},
	{"V02", "A", "samples file present and unchanged"},
	{"V03", "A", "numbers recompute bit for bit"},
	{"V04", "A", "times in order, wall clock steady"},
	{"V05", "A", "outcomes are what the records show"},
	{"V06", "A", "tokens are counted as tokens"},
	{"V07", "A", "tokens are conserved"},
	{"V08", "A", "error rate in the window"},
	{"V09", "E", "length of the window"},
	{"V10", "E", "window by the rules, and steady"},
	{"V11", "A", "output lengths as asked for"},
	{"V12", "E", "counter against integrated power"},
	{"V13", "E", "counter neither falls, freezes nor jumps"},
	{"V14", "E", "no gaps in sampling"},
	{"V15", "E", "power is plausible"},
	{"V16", "E", "whole devices only"},
	{"V17", "E", "no foreign processes"},
	{"V18", "E", "the device set is the server's"},
	{"V19", "E", "device settings stay as they were"},
	{"V20", "E", "no thermal or brake slowdown"},
	{"V21", "A", "the client keeps up"},
	{"V22", "A", "prompts are as declared"},
	{"V23", "R", "repeats agree"},
	{"V24", "A", "absent is not zero"},
}

// Rules returns the validity rules in order.
func Rules() []Rule { return slices.Clone(rules) }

// breach is a finding with the classes that it touches, which may be fewer than
// those of its rule: a short window breaks V09 for ranked results only.
type breach struct {
	Finding
	class string
}

// Verdict is what the rules say about a measurement.
type Verdict struct {
	// Class is the highest one whose rules hold. Where the measurement is
	// invalid it is the one that was tried for.
	Class string
	// Invalid says that an A rule is broken, or an E rule where energy was asked
	// for. Such a run is kept as a partial file and never as a result.
	Invalid bool
	// Hint is what to try where it is invalid; empty if nothing simple would do.
	Hint string
	// Findings are those of the class and, as warnings, what kept it out of the
	// higher one.
	Findings Findings

	breaches []breach
}

// Judge applies the rules V04 to V23 to a result and its samples. The class of
// r, if it has one, is not trusted: energy counts as asked for where the samples
// hold devices and the class is not performance. The numbers of r are looked at
// only where a rule is about them, so it can be called before r is complete; V01
// and V24 are Inspect's, V02 and V03 Validate's.
func Judge(r *Result, s *SamplesFile) Verdict {
	j := newJudge(analyse(r, s, false))
	v := Verdict{Class: ClassPerformance, breaches: j.breaches}
	broken := map[string]bool{}
	for _, b := range j.breaches {
		if b.Level == Error {
			broken[b.class] = true
		}
	}
	if j.energy {
		v.Class = ClassRanked
		if broken["R"] || r.Draft != "" { // a draft is never ranked
			v.Class = ClassEnergy
		}
	}
	v.Invalid = broken["A"] || j.energy && broken["E"]
	if v.Invalid && !broken["A"] {
		v.Hint = "measure with --no-energy for a result without energy"
	}
	for _, b := range j.breaches {
		f := b.Finding
		switch {
		case b.class == "A", b.class == "E" && j.energy, b.class == "R" && v.Class == ClassRanked:
		case b.class == "R" && j.energy && f.Level == Error:
			f.Level = Warn
			f.Message += "; the class is energy and not ranked"
		default:
			continue
		}
		v.Findings = append(v.Findings, f)
	}
	v.Findings.Sort()
	return v
}

// Checks are the outcomes to store in the result: one for each rule of the class
// that Judge looked at, with the worst that it said.
func (v Verdict) Checks() []Outcome {
	var out []Outcome
	for _, rule := range rules {
		switch {
		case rule.ID < "V04" || rule.ID > "V23",
			rule.Class == "E" && v.Class == ClassPerformance,
			rule.Class == "R" && v.Class != ClassRanked:
			continue
		}
		o := Outcome{Rule: rule.ID, Level: "ok"}
		rank := 0
		for _, f := range v.Findings {
			if f.Rule == rule.ID && severity(f.Level) > rank {
				rank = severity(f.Level)
				o.Level, o.Message = string(f.Level), cut(f.Message, 1000)
			}
		}
		out = append(out, o)
	}
	return out
}

func severity(l Level) int { return 1 + slices.Index([]Level{Note, Warn, Error}, l) }

// cut keeps a message within what the schema allows.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// judge gathers breaches over an analysis.
type judge struct {
	*analysis
	breaches []breach
}

// newJudge applies every rule to what was computed.
func newJudge(a *analysis) *judge {
	j := &judge{analysis: a}
	for _, f := range a.findings { // no window: nothing of any class can be computed
		j.breaches = append(j.breaches, breach{f, "A"})
	}
	j.clock()
	j.outcomes()
	j.tokenSources()
	j.conservation()
	j.facts()
	j.errors()
	j.lengths()
	j.client()
	j.prompts()
	if a.energy {
		j.windows()
		j.steadiness()
		j.deviceSet()
		j.settings()
		j.idleCross()
		for i := range a.sum.runs {
			j.counters(i)
			j.power(i)
			j.state(i)
		}
	}
	j.repeats()
	return j
}

// say adds a breach about a place of the result.
func (j *judge) say(rule, class string, level Level, pointer, hint, format string, args ...any) {
	j.breaches = append(j.breaches, breach{Finding{Rule: rule, Level: level, Where: Place{Pointer: pointer}, Message: fmt.Sprintf(format, args...), Hint: hint}, class})
}

// graded says a breach as a warning above warn and as an error above most.
func (j *judge) graded(rule, class, pointer, hint string, v, warn, most float64, format string, args ...any) {
	switch {
	case v > most:
		j.say(rule, class, Error, pointer, hint, format, args...)
	case v > warn:
		j.say(rule, class, Warn, pointer, hint, format, args...)
	}
}

// many collects what is wrong with many records and says it once: the first one
// in words and how many more there are.
type many struct {
	first string
	n     int
}

func (m *many) add(format string, args ...any) {
	if m.n == 0 {
		m.first = fmt.Sprintf(format, args...)
	}
	m.n++
}

func (m *many) String() string {
	if m.n > 1 {
		return fmt.Sprintf("%s (and %d more)", m.first, m.n-1)
	}
	return m.first
}

func (j *judge) sayMany(rule, class string, level Level, hint string, m *many) {
	if m.n > 0 {
		j.say(rule, class, level, "/samples", hint, "%s", m)
	}
}

// at is the place of a run in the result.
func at(i int) string { return fmt.Sprintf("/window/%d", i) }

// deviceAt is the place of a device of a run in the result.
func deviceAt(i, d int) string { return fmt.Sprintf("/window/%d/devices/%d", i, d) }

// deviceName is how messages call a device: the start of its hashed UUID.
func deviceName(dev *SampleDevice) string { return "GPU " + short(Clip(dev.UUIDSHA256), 8) + "…" }
