// From the facts of an LLMPerf page to results: one for each provider and model
// of its tables.

package convert

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/result"
)

// lpCaveats: what a caveat of the source says -> its id in the catalogue.
var lpCaveats = []struct{ words, id string }{
	{"backend might vary", "endpoints-vary"},
	{"time of day", "time-of-day"},
	{"client location", "client-location"},
	{"system load", "system-load"},
	{"not correlate with users", "not-your-workload"},
}

// lpCard makes the rows of a page.
func (c *run) lpCard(file string, p lpPageData) {
	type key struct{ provider, model string }
	rows := map[key]*row{}
	for _, t := range p.tables {
		for _, tr := range t.rows {
			where := result.Place{File: file, Line: tr.line}
			provider, model := t.cell(tr, lpFramework), t.cell(tr, lpModelColumn)
			k := key{provider, model}
			w := rows[k]
			if w == nil {
				w = c.lpEndpoint(where, provider, model, file)
				rows[k] = w
				// The page is known by its address; within it, tables by their headings.
				w.r.Source.Table = ""
				c.lpCardRow(w, p, model)
			}
			if len(tr.cells) != len(t.head) {
				w.fail("line %d has %d cells, its header %d", tr.line, len(tr.cells), len(t.head))
				continue
			}
			c.lpTableStats(w, t, tr)
			if in := &w.r.Source.Table; !strings.Contains(*in, t.heading) {
				*in = strings.TrimPrefix(*in+"; "+t.heading, "; ")
			}
		}
	}
}

func (t lpTable) cell(r lpTableRow, name string) string {
	for i, s := range t.stats {
		if s == name && i < len(r.cells) {
			return r.cells[i]
		}
	}
	return ""
}

// lpTableStats reads the statistics of one line. A second line for the same
// provider and model must repeat the first: a page with a translated copy does.
func (c *run) lpTableStats(w *row, t lpTable, tr lpTableRow) {
	_, again := w.r.Distributions[t.metric.key]
	for i, h := range t.head {
		stat := t.stats[i]
		if stat == lpFramework || stat == lpModelColumn {
			continue
		}
		// An empty cell is a value that is not there.
		if tr.cells[i] == "" || tr.cells[i] == "-" {
			continue
		}
		n, err := parseNumber(tr.cells[i])
		if err != nil {
			w.fail("line %d, column %s: %v", tr.line, h, err)
			continue
		}
		if again {
			if was := w.r.Source.Fields[t.metric.key+"."+stat]; was.Text != n.text {
				w.fail("line %d, column %s: %s here and %s in an earlier table", tr.line, h, n.text, cmp.Or(was.Text, "nothing"))
			}
			continue
		}
		// Zero means missing: no answer begins after 0 s, none has 0 tokens/s.
		if n.sign() == 0 && stat != "stddev" {
			w.fail("line %d, column %s is 0; a value that was not measured is left out", tr.line, h)
			continue
		}
		w.stat(t.metric.key, stat, pctUnstated, n, t.metric.shift, t.heading+", "+h, t.metric.unit)
	}
	if d, ok := w.r.Distributions[t.metric.key]; ok && t.based > 0 {
		d.N = t.based
		w.r.Distributions[t.metric.key] = d
	}
}

// lpCardRow fills in what a page says once for all its rows.
func (c *run) lpCardRow(w *row, p lpPageData, model string) {
	c.license(w, p.license)
	c.lpCommand(w, p, model)
	c.lpConfig(w, p)
	if p.place.text != "" {
		w.r.Client = &result.Client{Place: p.place.text}
	}
	c.lpMeasuredAt(w, p)
	for _, cv := range p.caveats {
		id := ""
		for _, k := range lpCaveats {
			if strings.Contains(cv.text, k.words) {
				id = k.id
				break
			}
		}
		if id != "" {
			w.r.Source.Caveats = append(w.r.Source.Caveats, id)
		} else {
			w.note("Caveat of the source: " + cv.text)
		}
	}
}

var (
	flagModel   = regexp.MustCompile(`--model[ =]+"?([^\s"\\]+)"?`)
	flagNumber  = regexp.MustCompile(`--(mean-input-tokens|stddev-input-tokens|mean-output-tokens|stddev-output-tokens|max-num-completed-requests|num-concurrent-requests)[ =]+(\S+)`)
	placeholder = regexp.MustCompile(`^<.*>$`)
)

// lpCommand settles which command belongs to the row. A command that names a
// model must name the row's: a table and a command that disagree are refused.
func (c *run) lpCommand(w *row, p lpPageData, model string) {
	var match []string
	var others []string
	for _, cmd := range p.commands {
		named := ""
		if m := flagModel.FindStringSubmatch(cmd.text); m != nil {
			named = m[1]
		}
		fits := named == "" || placeholder.MatchString(named) || named == model ||
			strings.HasSuffix(named, "/"+model) || strings.HasSuffix(named, "."+model)
		if !fits {
			others = append(others, named)
			continue
		}
		if len(match) == 0 || match[0] != cmd.text {
			match = append(match, cmd.text)
		}
		if named != "" && !placeholder.MatchString(named) {
			// The id that was really asked for, as the command gives it.
			c.lpModel(w, w.r.Model.Provider, named)
			if named != model {
				w.field("model.name", "Model", "", model)
			}
		}
	}
	switch {
	case len(match) == 1:
		w.r.Workload.Command = match[0]
	case len(match) > 1:
		w.fail("%d different commands on the page fit the model %s", len(match), model)
	case len(others) > 0:
		w.fail("the table says the model %s, the command %s", model, strings.Join(others, ", "))
	}
}

// lpConfig reads lengths, requests and concurrency from the list and from the
// command. Where both speak they must agree.
func (c *run) lpConfig(w *row, p lpPageData) {
	flags := map[string]string{}
	for _, m := range flagNumber.FindAllStringSubmatch(w.r.Workload.Command, -1) {
		flags[m[1]] = m[2]
	}
	get := func(bullet, flag string) (number, bool) {
		text := leadingNumber(p.config[bullet].text)
		if text != "" && flags[flag] != "" && text != flags[flag] {
			w.fail("the list says %q, the command --%s %s", bullet+": "+p.config[bullet].text, flag, flags[flag])
			return number{}, false
		}
		text = cmp.Or(text, flags[flag])
		if text == "" {
			return number{}, false
		}
		n, err := parseNumber(text)
		if err != nil {
			w.fail("%s: %v", cmp.Or(bullet, "--"+flag), err)
			return number{}, false
		}
		return n, true
	}
	length := func(bullet, mean, sd string) *result.Length {
		n, ok := get(bullet, mean)
		if !ok {
			return nil
		}
		l := &result.Length{Mean: n.float(0)}
		if s, ok := get("", sd); ok {
			v := s.float(0)
			l.Stddev = &v
		}
		return l
	}
	wl := &w.r.Workload
	wl.InputTokens = length("Prompt's token length", "mean-input-tokens", "stddev-input-tokens")
	wl.OutputTokens = length("Expected output length", "mean-output-tokens", "stddev-output-tokens")
	switch {
	case c.opt.Task != "":
		wl.Task = c.opt.Task
	case wl.InputTokens != nil && wl.OutputTokens != nil:
		wl.Task = c.mapped(lpTask(wl.InputTokens.Mean, wl.OutputTokens.Mean))
	default:
		w.fail("the page does not say which input and output lengths were asked for")
		w.hint = "give --task, for example endpoint-550-150"
	}
	if n, ok := get("Total number of requests", "max-num-completed-requests"); ok {
		wl.Requests, _ = n.integer()
	}
	if n, ok := get("Concurrency", "num-concurrent-requests"); ok {
		if v, whole := n.integer(); whole && v > 0 {
			wl.Load = &result.Load{Mode: result.LoadClosed, Concurrency: v}
		}
	}
	if tested := p.config["Tested models"].text; tested != "" && tested != w.r.Model.ProviderModel {
		followed := "table is"
		if wl.Command != "" {
			followed = "table and command are"
		}
		w.note(fmt.Sprintf("The source's run configuration says “Tested models: %s”; its %s followed here.", tested, followed))
	}
}

var startsWithNumber = regexp.MustCompile(`^\d+(\.\d+)?\b`)

func leadingNumber(s string) string { return startsWithNumber.FindString(strings.TrimSpace(s)) }

// zones are the abbreviations that mean one offset only. A date with another
// stays text: CST alone has three meanings.
var zones = map[string]string{
	"UTC": "+00:00", "GMT": "+00:00", "KST": "+09:00", "JST": "+09:00",
	"CET": "+01:00", "CEST": "+02:00", "PST": "-08:00", "PDT": "-07:00",
}

var dateWords = regexp.MustCompile(`^([A-Z][a-z]+ \d{1,2}, \d{4}),? (\d{1,2})(?::(\d{2}))? ?([ap]m) ([A-Z]{2,4})$`)

// parseDateWords reads "January 19, 2023, 3pm KST" as RFC 3339.
func parseDateWords(s string) (string, bool) {
	m := dateWords.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	day, err := time.Parse("January 2, 2006", m[1])
	zone, known := zones[m[5]]
	hour, _ := strconv.Atoi(m[2])
	if err != nil || !known || hour < 1 || hour > 12 {
		return "", false
	}
	hour %= 12
	if m[4] == "pm" {
		hour += 12
	}
	return fmt.Sprintf("%sT%02d:%s:00%s", day.Format(time.DateOnly), hour, cmp.Or(m[3], "00"), zone), true
}

// farApart is how long before its publication a measurement may be without a
// word about it.
const farApart = 180 * 24 * time.Hour

// lpMeasuredAt reads the date of the results, and says so where it lies oddly
// long before the publication: nothing is corrected.
func (c *run) lpMeasuredAt(w *row, p lpPageData) {
	if p.date.text == "" {
		return
	}
	at, ok := parseDateWords(p.date.text)
	if !ok {
		w.note(fmt.Sprintf("The source dates its results “%s”, without an hour and a zone that could be read.", p.date.text))
		return
	}
	w.r.MeasuredAt = at
	w.field("measured_at", "results were up-to-date of", "", p.date.text)
	published, err := time.Parse(time.DateOnly, c.opt.Published)
	day, err2 := time.Parse(time.DateOnly, at[:len(time.DateOnly)])
	if err != nil || err2 != nil {
		return
	}
	if gap := published.Sub(day); gap > farApart {
		w.note(fmt.Sprintf("The source dates its results %s, %d days before it was published on %s. The date is kept as published; the year may be a slip of the source.",
			day.Format(time.DateOnly), int(gap.Hours()/24), c.opt.Published))
	} else if gap < 0 {
		w.note(fmt.Sprintf("The source dates its results %s, after its publication on %s. The date is kept as published.",
			day.Format(time.DateOnly), c.opt.Published))
	}
}
