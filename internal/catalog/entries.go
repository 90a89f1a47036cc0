// What Load does with each kind of file once its struct is filled: rules that
// concern more than one value, and ids that must match file names.

package catalog

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

func addModel(l *loader, d *yamldoc.Doc, name string, v any) {
	m := v.(*Model)
	m.at = where{d, ""}
	if m.Name == "" {
		return // reported as missing or wrong already
	}
	parts := strings.Split(name, "/")
	want := safeName(m.Org()) + "/" + safeName(m.ShortName()) + ".yaml"
	if got := path.Join(parts[2], parts[3]); got != want {
		l.say(result.Error, "CAT-NAME", m.at.place("/name"), "rename the file or correct the name",
			"the model is called %s, so its file is catalog/models/%s", m.Name, want)
	}
	if old, dup := l.cat.Models[m.Name]; dup {
		l.say(result.Error, "CAT-DUP", m.at.place("/name"), "keep one of them", "the model %s is in %s too", m.Name, old.at.doc.File)
		return
	}
	if a, p := m.ActiveParametersB, m.ParametersB; a != nil && p != nil && *a > *p {
		l.say(result.Error, "CAT-VALUE", m.at.place("/active_parameters_b"), "", "more parameters are active (%g) than there are (%g)", *a, *p)
	}
	for _, key := range m.Withheld {
		if d.Has("/" + key) {
			l.say(result.Error, "CAT-VALUE", m.at.place("/"+key), "remove one of them", "%s is given here and listed as withheld", key)
		}
	}
	l.cat.Models[m.Name] = m
}

func addHardware(l *loader, d *yamldoc.Doc, name string, v any) {
	h := v.(*Hardware)
	h.at = where{d, ""}
	if l.fileID(h.at, h.ID, name) {
		l.cat.Hardware[h.ID] = h
	}
}

func addTask(l *loader, d *yamldoc.Doc, name string, v any) {
	t := v.(*Task)
	t.at = where{d, ""}
	if !l.fileID(t.at, t.ID, name) {
		return
	}
	if s := t.Sampling; s != nil {
		if s.Method != "" && s.Method != "greedy" && s.Method != "multinomial" {
			l.say(result.Error, "CAT-VALUE", t.at.place("/sampling/method"), "use greedy or multinomial", "%q is no way to sample", result.Clip(s.Method))
		}
		if s.Method == "greedy" && s.Temperature != nil && *s.Temperature > 0 {
			l.say(result.Error, "CAT-VALUE", t.at.place("/sampling/temperature"), "greedy means temperature 0; otherwise the method is multinomial",
				"greedy sampling has no temperature above 0")
		}
	}
	if ds := t.Dataset; ds != nil && ds.SHA256 != "" && (len(ds.SHA256) != 64 || !hexIDForm.MatchString(ds.SHA256)) {
		l.say(result.Error, "CAT-VALUE", t.at.place("/dataset/sha256"), "", "%q is not a SHA-256 (64 lower-case hex digits)", result.Clip(ds.SHA256))
	}
	seen := map[string]bool{}
	last := 0.0
	for i, c := range t.Classes {
		at := t.at.place(fmt.Sprintf("/classes/%d", i))
		if seen[c.ID] {
			l.say(result.Error, "CAT-DUP", at, "", "size class %q is there twice", result.Clip(c.ID))
		}
		seen[c.ID] = true
		if c.MaxParametersB != nil {
			if *c.MaxParametersB <= last {
				l.say(result.Error, "CAT-VALUE", at, "list classes from the smallest to the largest", "size class %q is not larger than the one before", result.Clip(c.ID))
			}
			last = *c.MaxParametersB
		} else if i < len(t.Classes)-1 {
			l.say(result.Error, "CAT-VALUE", at, "give its max_parameters_b", "size class %q has no upper end but is not the last", result.Clip(c.ID))
		}
	}
	for i, id := range t.SingleGPUClasses {
		if !seen[id] {
			l.say(result.Error, "CAT-REF", t.at.place(fmt.Sprintf("/single_gpu_classes/%d", i)), "", "%q is none of the task's size classes", result.Clip(id))
		}
	}
	if t.Rationale == "" {
		l.say(result.Warn, "CAT-RATIONALE", t.at.place(""), "add a rationale: why is this asked?", "the task does not say why it is asked")
	}
	l.cat.Tasks[t.ID] = t
}

// fileID checks that an entry's id is its file's name.
func (l *loader) fileID(at where, id, name string) bool {
	if id == "" {
		return false
	}
	if base := strings.TrimSuffix(path.Base(name), ".yaml"); id != base {
		l.say(result.Error, "CAT-NAME", at.place("/id"), "rename the file or correct the id", "the id is %q but the file is called %q", id, result.Clip(base))
		return false
	}
	return true
}

func addLicenses(l *loader, d *yamldoc.Doc, _ string, v any) {
	for id, x := range *v.(*map[string]*License) {
		x.ID, x.at = id, where{d, "/" + result.EscapePointer(id)}
		if x.Commercial != "" && x.Commercial != CommercialYes && x.Condition == "" {
			l.say(result.Error, "CAT-LICENSE", x.at.place(""), "add a condition: what must a commercial user keep to, or what is refused?",
				"commercial use is %q but no condition is named", x.Commercial)
		}
		if x.Class == NonCommercial && x.Commercial != "" && x.Commercial != CommercialNo {
			l.say(result.Error, "CAT-LICENSE", x.at.place("/commercial"), "", "a non-commercial licence cannot allow commercial use")
		}
		l.cat.Licenses[id] = x
	}
}

func addCaveats(l *loader, d *yamldoc.Doc, _ string, v any) {
	for id, x := range *v.(*map[string]*Caveat) {
		x.ID, x.at = id, where{d, "/" + result.EscapePointer(id)}
		if l.keyID(x.at, id) {
			l.cat.Caveats[id] = x
		}
	}
}

func addBenchmarks(l *loader, d *yamldoc.Doc, _ string, v any) {
	for id, x := range *v.(*map[string]*Benchmark) {
		x.ID, x.at = id, where{d, "/" + result.EscapePointer(id)}
		if (len(x.Subtasks) > 0) != (x.Aggregate != "") {
			l.say(result.Error, "CAT-VALUE", x.at.place(""), "give both or none", "aggregate and subtasks belong together: one of them is missing")
		}
		if l.keyID(x.at, id) {
			l.cat.Benchmarks[id] = x
		}
	}
}

func addReferences(l *loader, d *yamldoc.Doc, _ string, v any) {
	for id, x := range *v.(*map[string]*Reference) {
		x.Key, x.at = id, where{d, "/" + result.EscapePointer(id)}
		for i, a := range x.Authors {
			if (a.Family != "") == (a.Name != "") {
				l.say(result.Error, "CAT-VALUE", x.at.place(fmt.Sprintf("/authors/%d", i)), "a person has family and given, a body has name",
					"an author needs either a family name or a name")
			}
		}
		if (x.Kind == "conference") != (x.Booktitle != "") {
			l.say(result.Error, "CAT-VALUE", x.at.place("/booktitle"), "give both or none",
				"kind conference and booktitle, the title of the proceedings, belong together")
		}
		if l.keyID(x.at, id) {
			l.cat.References[id] = x
		}
	}
}

// keyID checks the form of an id that is a key of its file.
func (l *loader) keyID(at where, id string) bool {
	if idForm.MatchString(id) {
		return true
	}
	l.say(result.Error, "CAT-NAME", at.place(""), "", "%q is not an id (letters, digits, dot, dash and underscore, at most 80)", result.Clip(id))
	return false
}

func addBands(l *loader, d *yamldoc.Doc, _ string, v any) {
	seen := map[string]bool{}
	for i, x := range *v.(*[]*Band) {
		if x == nil {
			continue
		}
		x.at = where{d, fmt.Sprintf("/%d", i)}
		switch {
		case x.ID == "":
			continue
		case seen[x.ID]:
			l.say(result.Error, "CAT-DUP", x.at.place("/id"), "", "the band %q is there twice", x.ID)
			continue
		case x.Min == nil && x.Max == nil:
			l.say(result.Error, "CAT-VALUE", x.at.place(""), "give min, max or both", "the band %q has no ends", x.ID)
			continue
		case x.Min != nil && x.Max != nil && *x.Min > *x.Max:
			l.say(result.Error, "CAT-VALUE", x.at.place("/min"), "", "the band %q begins above its end", x.ID)
			continue
		}
		seen[x.ID] = true
		l.cat.Bands = append(l.cat.Bands, x)
	}
}

func addModeration(l *loader, d *yamldoc.Doc, _ string, v any) {
	m := v.(*Moderation)
	seen := map[string]string{}
	for i := range m.Flags {
		f := &m.Flags[i]
		f.at = where{d, fmt.Sprintf("/flags/%d", i)}
		l.onceByPrefix(seen, f.ID, f.at)
		l.otherNeedsText(f.Reason, f.Text, f.at)
	}
	for i := range m.Withdrawals {
		w := &m.Withdrawals[i]
		w.at = where{d, fmt.Sprintf("/withdrawals/%d", i)}
		l.onceByPrefix(seen, w.ID, w.at)
		l.otherNeedsText(w.Reason, w.Text, w.at)
	}
	for i := range m.Requests {
		r := &m.Requests[i]
		r.at = where{d, fmt.Sprintf("/requests/%d", i)}
		l.request(r)
	}
	l.cat.Moderation = m
}

// onceByPrefix reports an id that was moderated already, under any length of it.
func (l *loader) onceByPrefix(seen map[string]string, id string, at where) {
	if len(id) < 12 {
		return // reported already
	}
	key := id[:12]
	if old, ok := seen[key]; ok && samePrefix(id, old) {
		l.say(result.Error, "CAT-DUP", at.place("/id"), "keep one flag or one withdrawal of a result", "the result %s is in this file already", key)
		return
	}
	seen[key] = id
}

func (l *loader) otherNeedsText(reason, text string, at where) {
	if reason == "other" && text == "" {
		l.say(result.Error, "CAT-MISSING", at.place("/reason"), "add a text", "the reason \"other\" says nothing without a text")
	}
}

// request checks that a request's state is explained and was reached by legal moves.
func (l *loader) request(r *Request) {
	switch {
	case r.State == StateFailed && (r.Reason == "" || r.Next == ""):
		l.say(result.Error, "CAT-REQUEST", r.at.place("/state"), "add reason (what went wrong) and next (what to do about it)", "a failed request must say why and what now")
	case r.State == StateFinished && r.Result == "":
		l.say(result.Error, "CAT-REQUEST", r.at.place("/state"), "add result: the id of the file", "a finished request must name its result")
	case r.State != StateFinished && r.Result != "":
		l.say(result.Error, "CAT-REQUEST", r.at.place("/result"), "", "a request that is not finished has no result")
	}
	for i, m := range r.History {
		at := r.at.place(fmt.Sprintf("/history/%d/state", i))
		switch {
		case m.State == "" || m.Date == "":
			return // reported already
		case i == 0 && m.State != StatePending:
			l.say(result.Error, "CAT-REQUEST", at, "", "a request begins as pending, not as %s", m.State)
		case i > 0 && !MayMove(r.History[i-1].State, m.State):
			l.say(result.Error, "CAT-REQUEST", at, "the way is pending, running, then finished or failed; a failed one may be pending again",
				"a request cannot go from %s to %s", r.History[i-1].State, m.State)
		case i > 0 && m.Date < r.History[i-1].Date:
			l.say(result.Error, "CAT-REQUEST", r.at.place(fmt.Sprintf("/history/%d/date", i)), "", "%s is before the step before it (%s)", m.Date, r.History[i-1].Date)
		}
	}
	if n := len(r.History); n > 0 && (r.History[n-1].State != r.State || r.History[n-1].Date != r.Date) {
		l.say(result.Error, "CAT-REQUEST", r.at.place("/state"), "make them equal", "state and date are not those of the last step of the history")
	}
}

// names fills the look-up tables and reports names that two entries claim.
func (l *loader) names() {
	for _, id := range slices.Sorted(maps.Keys(l.cat.Licenses)) {
		x := l.cat.Licenses[id]
		owner := func(o *License) string { return o.ID }
		claim(l, l.cat.licenseNames, x, id, x.at.place(""), owner)
		claim(l, l.cat.licenseNames, x, x.Name, x.at.place("/name"), owner)
		for i, a := range x.Aliases {
			claim(l, l.cat.licenseNames, x, a, x.at.place(fmt.Sprintf("/aliases/%d", i)), owner)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.cat.Hardware)) {
		x := l.cat.Hardware[id]
		owner := func(o *Hardware) string { return o.ID }
		claim(l, l.cat.hardwareNames, x, id, x.at.place("/id"), owner)
		claim(l, l.cat.hardwareNames, x, x.Name, x.at.place("/name"), owner)
		for i, a := range x.Aliases {
			claim(l, l.cat.hardwareNames, x, a, x.at.place(fmt.Sprintf("/aliases/%d", i)), owner)
		}
	}
	l.formerModels()
}

// formerModels fills the table of ids that models had before. Each stands for one
// model: neither for one that is called so now, nor for two.
func (l *loader) formerModels() {
	for _, name := range slices.Sorted(maps.Keys(l.cat.Models)) {
		m := l.cat.Models[name]
		for i, a := range m.Aliases {
			at := m.at.place(fmt.Sprintf("/aliases/%d", i))
			if now := l.cat.Models[a]; now == m {
				l.say(result.Error, "CAT-ALIAS", at, "remove it", "%q is what the model is called now, not a former name", result.Clip(a))
			} else if now != nil {
				l.say(result.Error, "CAT-ALIAS", at, "a name stands for one model: remove the alias, or the entry of that name", "%q is a model of its own, in %s", result.Clip(a), now.at.doc.File)
			} else if old := l.cat.formerModels[a]; old != nil {
				l.say(result.Error, "CAT-ALIAS", at, "a name stands for one model: keep it once", "%q is a former name in %s already", result.Clip(a), old.at.doc.File)
			} else {
				l.cat.formerModels[a] = m
			}
		}
	}
}

// claim gives a name to an entry unless another one has it.
func claim[T any](l *loader, table map[string]*T, x *T, name string, at place, owner func(*T) string) {
	key := nameKey(name)
	if key == "" {
		return
	}
	if old, taken := table[key]; taken {
		if old != x {
			l.say(result.Error, "CAT-ALIAS", at, "a name stands for one entry", "%q is a name of %s already", result.Clip(name), owner(old))
		}
		return
	}
	table[key] = x
	table[name] = x // as most write it
}

// safeName is how a part of a model's name is written in a path.
func safeName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, s)
}
