// The table: every figure beside its aim.

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// figure is a row of the table.
type figure struct {
	Group string `json:"group"`
	What  string `json:"what"`
	// Value is absent where nothing was measured, and in rows of several numbers.
	Value *float64 `json:"value,omitempty"`
	Unit  string   `json:"unit,omitempty"`
	Text  string   `json:"text"` // as printed
	Aim   string   `json:"aim,omitempty"`
	// Met is absent where there is no aim or no value.
	Met *bool `json:"met,omitempty"`
}

// an aim is a bound on a value.
type aim struct {
	text string // "" for none
	met  func(float64) bool
}

func atMost(limit float64, text string) aim {
	return aim{"<= " + text, func(v float64) bool { return v <= limit }}
}
func below(limit float64, text string) aim {
	return aim{text, func(v float64) bool { return v < limit }}
}
func atLeast(limit float64, text string) aim {
	return aim{">= " + text, func(v float64) bool { return v >= limit }}
}

// fig makes a row of a number. show is a format of the value with its unit after
// a space.
func fig(group, what string, value float64, show string, a aim) figure {
	f := figure{Group: group, What: what, Value: &value, Text: fmt.Sprintf(show, value), Aim: a.text}
	if rest, minus := strings.CutPrefix(f.Text, "-"); minus && !strings.ContainsAny(rest, "123456789") {
		f.Text = rest // no "-0.0"
	}
	if _, unit, ok := strings.Cut(show, " "); ok {
		f.Unit = strings.ReplaceAll(unit, "%%", "%")
	}
	if a.met != nil {
		met := a.met(value)
		f.Met = &met
	}
	return f
}

// missing is a row of what was not measured.
func missing(group, what string, a aim) figure {
	return figure{Group: group, What: what, Text: "not measured", Aim: a.text}
}

// figures makes all rows.
func figures(r *report) []figure {
	var out []figure
	for _, b := range r.Builds {
		out = append(out, buildFigures(b)...)
	}
	if f, ok := growth(r.Builds); ok {
		out = append(out, f)
	}
	out = append(out, hugoFigures(r)...)
	out = append(out, weightFigures(r.Weights)...)
	if r.Benchmarks != nil {
		out = append(out, roomFigures(r.Benchmarks)...)
	}
	return out
}

const (
	mib = 1 << 20
	gib = 1 << 30
)

// buildFigures are the rows of one build; most aims are for 10,000 results.
func buildFigures(b build) []figure {
	group := fmt.Sprintf("build, %s results, %s", thousands(b.Results), b.Scenario)
	var time, peak aim
	switch {
	case b.Results == 10_000 && b.Scenario == cold:
		time, peak = atMost(12, "12 s"), atMost(600*mib, "600 MiB")
	case b.Results == 10_000 && b.Scenario == added:
		time = atMost(0.7, "0.7 s")
	case b.Results == 10_000 && b.Scenario == nothing:
		time = atMost(0.3, "0.3 s")
	case b.Results == 100_000 && b.Scenario == cold:
		peak = atMost(4*gib, "4 GiB")
	}
	list := func(of []seconds) string {
		var parts []string
		for _, s := range of {
			parts = append(parts, fmt.Sprintf("%s %.2f", s.Name, s.Seconds))
		}
		return strings.Join(parts, ", ")
	}
	out := []figure{
		fig(group, "time", b.WallS, "%.2f s", time),
		fig(group, "processor time, user and system", b.cpu(), "%.2f s", aim{}),
		fig(group, "results a second", b.ResultsPerS, "%.0f results/s", aim{}),
		{Group: group, What: "phases, s", Text: list(b.Phases)},
	}
	if len(b.Work) > 0 {
		out = append(out, figure{Group: group, What: "work of rendering, s of all cores", Text: list(b.Work)})
	}
	if b.PeakBytes > 0 {
		f := fig(group, "peak memory", float64(b.PeakBytes), "%.0f B", peak)
		f.Text = fmt.Sprintf("%.0f MiB", float64(b.PeakBytes)/mib)
		out = append(out, f)
	}
	return append(out,
		figure{Group: group, What: "allocated", Text: fmt.Sprintf("%.0f MB in %.1f million pieces", float64(b.Memory.AllocatedBytes)/1e6, float64(b.Memory.Allocations)/1e6)},
		figure{Group: group, What: "output", Text: fmt.Sprintf("%d files, %.1f MB, %d pages; %d written", b.Files, float64(b.Bytes)/1e6, b.Pages, b.Written)})
}

// growth is how much longer ten times the results take.
func growth(builds []build) (figure, bool) {
	at := map[int]float64{}
	for _, b := range builds {
		if b.Scenario == cold {
			at[b.Results] = b.WallS
		}
	}
	if at[10_000] == 0 || at[100_000] == 0 {
		return figure{}, false
	}
	return fig("growth", "cold build, 100,000 results against 10,000", at[100_000]/at[10_000], "%.1f times", atMost(11, "11 times")), true
}

func hugoFigures(r *report) (out []figure) {
	for _, c := range r.Hugo {
		group := fmt.Sprintf("against Hugo, %s results, without %s", thousands(c.Results), strings.Join(c.LeftOut, " and "))
		var times aim // meant for pages: the pictures of figures are more than Hugo makes
		if slices.Contains(c.LeftOut, figurePictures) {
			times = atLeast(3, "3 times")
		}
		out = append(out,
			figure{Group: group, What: "pages", Text: fmt.Sprintf("ours %d of %.1f kB on average, Hugo's %d of %.1f kB", c.Pages, kB(c.PageBytes, c.Pages), c.HugoPages, kB(c.HugoPageBytes, c.HugoPages))},
			figure{Group: group, What: "further files of ours", Text: fmt.Sprintf("%d, %.1f MB", c.Files-c.Pages, float64(c.Bytes-c.PageBytes)/1e6)},
			fig(group, "ours", c.Ours.WallS, "%.2f s", aim{}),
			fig(group, "Hugo", c.Hugo.WallS, "%.2f s", aim{}),
			fig(group, "faster than Hugo", c.WallRatio, "%.2f times", times),
			fig(group, "faster than Hugo, by processor time", c.CPURatio, "%.2f times", aim{}))
	}
	return out
}

func kB(bytes int64, n int) float64 { return float64(bytes) / 1000 / float64(max(n, 1)) }

func weightFigures(weights []weight) (out []figure) {
	const group = "page weight, compressed, the largest of its kind"
	row := func(what string, bytes int, a aim) {
		f := fig(group, what, float64(bytes), "%.0f B", a)
		f.Text = fmt.Sprintf("%.1f kB", float64(bytes)/1000)
		out = append(out, f)
	}
	for _, w := range weights {
		row(w.Kind+", with style and scripts", w.ViewBytes, aim{})
		if w.Kind == "board" {
			row(w.Kind+", with style and scripts, without charts", w.WithoutCharts, atMost(60_000, "60 kB"))
		}
	}
	return out
}

// thousands groups the digits of a count.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// table prints the rows by group.
func table(r *report) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "what\tmeasured\taim\t\n")
	group := ""
	for _, f := range r.Figures {
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(w, "\n%s\n", group)
		}
		verdict := ""
		if f.Met != nil {
			verdict = map[bool]string{true: "met", false: "missed"}[*f.Met]
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", f.What, f.Text, f.Aim, verdict)
	}
	w.Flush()
	lines := strings.Split(b.String(), "\n")
	b.Reset()
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	b.WriteString(strings.Join(lines, "\n"))
	m := r.Machine
	fmt.Fprintf(&b, "\n%s, %d cores, %s/%s, %.1f GiB; %s; commit %.12s", m.CPU, m.Cores, m.OS, m.Arch, float64(m.MemoryBytes)/gib, m.Go, m.Commit)
	if m.Modified {
		b.WriteString(" with changes")
	}
	if m.Hugo != "" {
		fmt.Fprintf(&b, "; %s", m.Hugo)
	}
	b.WriteString("\n")
	if p := others(r); p >= 10 {
		fmt.Fprintf(&b, "Other programs used up to %.0f %% of the cores meanwhile: the times above are partly theirs.\n", p)
	}
	return b.String()
}

// others is the most that other programs took of all cores during a measurement.
func others(r *report) (p float64) {
	for _, b := range r.Builds {
		p = max(p, b.OthersPercent)
	}
	for _, c := range r.Hugo {
		p = max(p, c.Ours.OthersPercent, c.Hugo.OthersPercent)
	}
	for _, b := range r.Benchmarks {
		p = max(p, b.OthersPercent, b.Metrics["others-cpu-%"])
	}
	return p
}
