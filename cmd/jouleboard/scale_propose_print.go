// What scale propose prints: the same figures as text for a terminal, as
// Markdown for a review, and as JSON.

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"jouleboard/internal/rank"
	"jouleboard/internal/unit"
)

// proposalView is a proposal with the command that derives it. It is printed as
// JSON as it stands.
type proposalView struct {
	Command string `json:"command"` // derives the same scale again
	Day     string `json:"day"`     // the board's
	*rank.Proposal

	by    []string
	scale *rank.Scale
}

// block is a part of the report: a heading, facts, and a table.
type block struct {
	title string
	facts [][2]string
	table [][]string // its head first
}

func (v proposalView) print(e *env, format string) error {
	switch format {
	case "json":
		return writeJSON(e, v)
	case "markdown":
		_, err := fmt.Fprint(e.Stdout, v.markdown())
		return err
	}
	_, err := fmt.Fprint(e.Stdout, v.text())
	return err
}

func (v proposalView) blocks() []block {
	out := []block{v.summary()}
	for i := range v.Groups {
		out = append(out, v.group(i))
	}
	return out
}

// summary is what changes in all groups together.
func (v proposalView) summary() block {
	b := block{title: fmt.Sprintf("Scale %s, edition %s, from %s", v.ID, v.Edition, v.Effective)}
	add := func(k, text string) { b.facts = append(b.facts, [2]string{k, text}) }
	if a := v.Against; a != nil {
		add("compared with", fmt.Sprintf("%s, edition %s, %s, from %s", a.ID, a.Edition, a.Status, a.Effective))
	} else {
		add("compared with", "nothing: the board has no scale in force")
	}
	add("rates", fmt.Sprintf("%s in %s", v.Metric, v.Unit))
	if same := v.common(); same != "" {
		add("all groups", same)
	}
	levels := 0
	for _, g := range v.Groups {
		if len(g.After.Levels) > 0 {
			levels++
		}
	}
	add("groups", fmt.Sprintf("%d, %d with enough models to rate", len(v.Groups), levels))
	for _, g := range v.Gone {
		add("gone", g+": rated now, and no longer")
	}
	add("models", changeText(v.Models, v.Against != nil))
	add("results", changeText(v.Results, v.Against != nil))
	b.facts = append(b.facts, v.starsFacts(v.Models)...)
	if st := v.Stability; st != nil {
		add("without any one", stabilityText(*st))
	}
	return b
}

// common are the keys that have one value in all groups.
func (v proposalView) common() string {
	var out []string
	for _, k := range rank.CohortKeys() {
		if val, ok := v.scale.Groups[0].Cohort.Get(k); ok && !slices.Contains(v.by, k) {
			out = append(out, k+" "+cmp.Or(val, "not stated"))
		}
	}
	return strings.Join(out, ", ")
}

func (v proposalView) group(i int) block {
	g := v.Groups[i]
	var name []string
	for _, k := range v.by {
		val, _ := v.scale.Groups[i].Cohort.Get(k)
		name = append(name, cmp.Or(val, k+" not stated"))
	}
	b := block{title: cmp.Or(strings.Join(name, ", "), "All results")}
	add := func(k, text string) {
		if text != "" {
			b.facts = append(b.facts, [2]string{k, text})
		}
	}
	if f := g.Before; f != nil && slices.Equal(f.Levels, g.After.Levels) && (len(f.Levels) > 0 || !f.Live && f.Models == g.After.Models) {
		add("now and then", v.fit(g.After))
		add("levels", levelsText(g.After.Levels, v.Unit))
	} else {
		if f != nil {
			add("now", v.fit(*f))
		}
		add("then", v.fit(g.After))
		if f != nil {
			add("levels now", levelsText(f.Levels, v.Unit))
		}
		add("levels then", levelsText(g.After.Levels, v.Unit))
	}
	if len(g.After.Levels) > 0 || g.Change.Lost > 0 {
		add("models", changeText(g.Change, v.Against != nil))
		b.facts = append(b.facts, v.starsFacts(g.Change)...)
	}
	if st := g.Stability; st != nil {
		add("without any one", stabilityText(*st))
	}
	for _, t := range g.Triggers {
		add("sign now", t)
	}
	for _, t := range g.Due {
		add("sign from the first day", t)
	}
	b.table = [][]string{{"model", v.Unit, "now", "then", "move", "without it"}}
	for _, r := range g.Rows {
		model := r.Model
		if r.Reasoning != "" {
			model += " (" + r.Reasoning + ")"
		}
		move, without := "", ""
		switch m := r.Move(); {
		case m != 0:
			move = fmt.Sprintf("%+.1f", m)
		case r.Before.NotRated == "" && r.After.NotRated == "":
			move = "0"
		}
		if w := r.Without; w != nil {
			without = fmt.Sprintf("%d of %d", w.Changed, w.Others)
		}
		b.table = append(b.table, []string{model, unit.Sig(r.Value, 4), v.outcome(r.Before), v.outcome(r.After), cmp.Or(move, "-"), cmp.Or(without, "-")})
	}
	return b
}

// outcome is the stars, or why there are none.
func (v proposalView) outcome(o rank.Outcome) string {
	if o.NotRated != "" {
		return o.NotRated
	}
	return fmt.Sprintf("%.1f", o.Stars)
}

func (v proposalView) fit(f rank.Fit) string {
	if f.Live {
		return "relative ranking of the results at hand, without levels"
	}
	if len(f.Levels) == 0 {
		return fmt.Sprintf("%s, %d needed: not rated", plural(f.Models, "model"), v.scale.MinCohort)
	}
	text := plural(f.Models, "model")
	if f.Factor > 0 {
		text += fmt.Sprintf(", E_ref %s %s, factor %s, models from %.2f to %.2f stars", digits(f.ERef), v.Unit, digits(f.Factor), f.Worst, f.Best)
	}
	return text
}

func digits(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// starsFacts are how many models have how many stars, before and after.
func (v proposalView) starsFacts(c rank.Change) [][2]string {
	now, then := starsText(c.Before), starsText(c.After)
	switch {
	case v.Against == nil:
		return [][2]string{{"stars", then}}
	case now == then:
		return [][2]string{{"stars now and then", then}}
	}
	return [][2]string{{"stars now", now}, {"stars then", then}}
}

func levelsText(ls []rank.Stored, unitName string) string {
	var out []string
	for _, l := range ls {
		out = append(out, fmt.Sprintf("%.1f: %s", l.Stars, digits(l.Value)))
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, ", ") + " " + unitName
}

func starsText(shares []rank.Share) string {
	n := 0
	for _, s := range shares {
		n += s.Count
	}
	var out []string
	for _, s := range shares {
		out = append(out, fmt.Sprintf("%.1f: %d (%.0f %%)", s.Stars, s.Count, 100*float64(s.Count)/float64(n)))
	}
	return cmp.Or(strings.Join(out, ", "), "none")
}

// changeText says in a line how many ratings change. compared says that there
// is a scale to compare with.
func changeText(c rank.Change, compared bool) string {
	if !compared {
		return fmt.Sprintf("%d rated", c.Gained)
	}
	text := fmt.Sprintf("%d rated before and after", c.Both)
	if c.Both > 0 {
		text += fmt.Sprintf(", %d change (%.1f %%)", c.Changed, 100*c.Share())
	}
	if c.Changed > 0 {
		text += fmt.Sprintf(": %d up, %d down, at most %.1f stars (%s)", c.Up, c.Down, c.Largest, c.Model)
	}
	if c.Gained > 0 {
		text += fmt.Sprintf("; %d rated then only", c.Gained)
	}
	if c.Lost > 0 {
		text += fmt.Sprintf("; %d rated now only", c.Lost)
	}
	return text
}

func stabilityText(s rank.Stability) string {
	if s.Worst == 0 {
		return "no star of another model changes" + least(s)
	}
	return fmt.Sprintf("%.1f %% of a group's other models change in the mean, %.1f %% without %s, by at most %.1f stars", 100*s.Mean, 100*s.Worst, s.Model, s.Largest) + least(s)
}

func least(s rank.Stability) string {
	if !s.Least {
		return ""
	}
	return "; these are the fewest models that a group needs, without any one it is not rated"
}

// text is the report for a terminal: facts in two columns, then the table.
func (v proposalView) text() string {
	var b strings.Builder
	for i, bl := range v.blocks() {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintln(&b, oneLine(bl.title))
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, f := range bl.facts {
			fmt.Fprintf(w, "  %s\t%s\n", f[0], oneLine(f[1]))
		}
		w.Flush()
		w = tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, row := range bl.table {
			cells := make([]string, len(row))
			for k, c := range row {
				cells[k] = oneLine(c)
			}
			fmt.Fprintf(w, "    %s\n", strings.Join(cells, "\t"))
		}
		w.Flush()
	}
	fmt.Fprintf(&b, "\nThe draft is made by\n  %s\n", strings.ReplaceAll(v.Command, "\n", "\n  "))
	return b.String()
}

// markdown is the report for a review: a heading, a list and a table a group.
func (v proposalView) markdown() string {
	var b strings.Builder
	for i, bl := range v.blocks() {
		level := "###"
		if i == 0 {
			level = "##"
		} else {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s %s\n\n", level, mdText(bl.title))
		for _, f := range bl.facts {
			fmt.Fprintf(&b, "- %s: %s\n", f[0], mdText(f[1]))
		}
		for k, row := range bl.table {
			if k == 0 {
				b.WriteString("\n")
			}
			cells := make([]string, len(row))
			for j, c := range row {
				cells[j] = mdText(c)
			}
			fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
			if k == 0 {
				fmt.Fprintf(&b, "|---|%s\n", strings.Repeat("--:|", len(row)-1))
			}
		}
	}
	fmt.Fprintf(&b, "\nThe draft is made by\n\n```sh\n%s\n```\n", v.Command)
	return b.String()
}

// mdText writes text so that Markdown shows it as it is.
func mdText(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if strings.ContainsRune("\\`*_[]<>|~#&$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
