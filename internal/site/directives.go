// Live parts inside prose: boards, charts, numbers, labels, citations and the
// catalogue's tables, so that no figure in a page is typed by hand.

package site

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
)

// directives renders the directives of one page.
type directives struct {
	site   *site
	page   string
	r      *renderer
	n      int             // figures so far, for unique ids
	charts bool            // the page needs the chart script
	put    map[string]bool // files that live parts have put beside the page
	err    error           // trouble that is not the page's fault
}

// directive makes the HTML of one kind of live part.
type directive func(d *directives, args map[string]string) (template.HTML, error)

// known directives: those that stand alone on a line, and those inside text.
var blockDirectives = map[string]directive{
	"board": (*directives).board, "chart": (*directives).chart, "label": (*directives).label, "labels": (*directives).labels, "cite": (*directives).cite,
	"prompt": (*directives).prompt, "metrics": (*directives).metrics, "licenses": (*directives).licenses, "tasks": (*directives).tasks,
	"scale": (*directives).scale, "hardware": (*directives).hardware, "bands": (*directives).bands, "benchmarks": (*directives).benchmarks,
	"related": (*directives).related,
}

var inlineDirectives = map[string]directive{"value": (*directives).value, "count": (*directives).count}

func (d *directives) render(name string, args map[string]string, block bool) (template.HTML, error) {
	set := inlineDirectives
	if block {
		set = blockDirectives
	}
	f, ok := set[name]
	if !ok {
		kind, want := "inside text", "value, count"
		if block {
			kind, want = "alone on a line", strings.Join(slices.Sorted(maps.Keys(blockDirectives)), ", ")
		}
		return "", fmt.Errorf("unknown directive %q; %s there are: %s", name, kind, want)
	}
	return f(d, args)
}

// partial executes a shared template.
func (d *directives) partial(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := d.site.templates.execute(&b, "page", name, data); err != nil {
		return "", fmt.Errorf("template %s: %w", name, err)
	}
	return template.HTML(b.String()), nil
}

func (d *directives) boardNamed(id string) (*rank.Board, error) {
	var ids []string
	for _, b := range d.site.boards {
		if b.ID == id {
			return b, nil
		}
		ids = append(ids, b.ID)
	}
	return nil, fmt.Errorf("no board %q; there are: %s", id, strings.Join(ids, ", "))
}

func (d *directives) entryNamed(id string) (*entry, error) {
	if len(id) < 8 {
		return nil, fmt.Errorf("id %q is too short: give 8 or more hex digits of a result's id", id)
	}
	var hit *entry
	for _, e := range d.site.entries {
		if strings.HasPrefix(e.ID, id) {
			if hit != nil {
				return nil, fmt.Errorf("id %q is the start of several results; give more digits", id)
			}
			hit = e
		}
	}
	if hit == nil {
		return nil, fmt.Errorf("no result with an id that starts with %q", id)
	}
	return hit, nil
}

func (d *directives) board(args map[string]string) (template.HTML, error) {
	b, err := d.boardNamed(args["id"])
	if err != nil {
		return "", err
	}
	rows := len(b.Rows)
	if v := args["rows"]; v != "" {
		if rows, err = strconv.Atoi(v); err != nil || rows < 1 {
			return "", fmt.Errorf("rows=%q: must be a whole number above 0", v)
		}
	}
	d.n++
	t := d.site.boardTable(d.page, b, 0, rows)
	t.ID = fmt.Sprintf("%s-%d", t.ID, d.n)
	html, err := d.partial("boardtable", t)
	if err != nil {
		return "", err
	}
	link := `<p class="note"><a href="` + template.HTMLEscapeString(relative(d.page, boardPath(b.ID))) + `">` + template.HTMLEscapeString(b.Title) + `</a></p>`
	return html + template.HTML(link), nil
}

func (d *directives) chart(args map[string]string) (template.HTML, error) {
	b, err := d.boardNamed(args["board"])
	if err != nil {
		return "", err
	}
	d.n++
	var f *figure
	switch args["kind"] {
	case "", "tradeoff":
		f, err = d.site.tradeoff(d.r, d.page, b, "", fmt.Sprintf("tradeoff-%d", d.n))
	case "bars":
		f, err = d.site.bars(d.r, d.page, b, "", fmt.Sprintf("top-%d", d.n))
	default:
		return "", fmt.Errorf("kind=%q: must be tradeoff or bars", args["kind"])
	}
	if err != nil {
		d.err = err
		return "", err
	}
	if f == nil {
		return "", fmt.Errorf("board %q has nothing to draw as %s", b.ID, cmp.Or(args["kind"], "tradeoff"))
	}
	d.charts = true
	return d.partial("figure", f)
}

func (d *directives) label(args map[string]string) (template.HTML, error) {
	e, err := d.entryOf(args)
	if err != nil {
		return "", err
	}
	if !d.site.hasLabel(e) {
		return template.HTML(`<p class="note">` + template.HTMLEscapeString(d.site.msg.T("label.none")) + `</p>`), nil
	}
	p := d.site.labelPicture(d.page, e, d.site.labels.picture, d.site.labelAlt(d.site.labelInput(e)))
	if p.Src == "" {
		return template.HTML(`<p class="note">` + template.HTMLEscapeString(d.site.msg.T("label.notbuilt")) + `</p>`), nil
	}
	return template.HTML(fmt.Sprintf(`<p><a href="%s"><img class="label-img %s" src="%s" width="%d" height="%d" alt="%s"></a></p>`,
		template.HTMLEscapeString(relative(d.page, resultPath(e.Hash))), p.Class, template.HTMLEscapeString(p.Src), p.W, p.H, template.HTMLEscapeString(p.Alt))), nil
}

// entryOf finds a result by id=, or the best row of board=.
func (d *directives) entryOf(args map[string]string) (*entry, error) {
	if id := args["board"]; id != "" {
		b, err := d.boardNamed(id)
		if err != nil {
			return nil, err
		}
		if rows := d.site.ranked[b]; len(rows) > 0 {
			return d.site.byID[rows[0].Result.ID], nil
		}
		return nil, fmt.Errorf("board %q has no ranked row", id)
	}
	return d.entryNamed(args["id"])
}

func (d *directives) cite(args map[string]string) (template.HTML, error) {
	var block citeBlock
	var err error
	switch args["of"] {
	case "", "site":
		block, err = d.site.citeSite()
	case "tool":
		block, err = d.site.citeTool()
	case "result":
		e, ferr := d.entryOf(args)
		if ferr != nil {
			return "", ferr
		}
		block, err = d.site.citeResult(e)
	default:
		return "", fmt.Errorf("of=%q: must be site, tool or result", args["of"])
	}
	if err != nil {
		return "", err
	}
	d.n++
	block.ID = fmt.Sprintf("%s-%d", block.ID, d.n)
	if f := args["format"]; f != "" {
		found := false
		for i := range block.Formats {
			block.Formats[i].Open = block.Formats[i].Format == f
			found = found || block.Formats[i].Open
		}
		if !found {
			return "", fmt.Errorf("format=%q is not one of the citation formats", f)
		}
	}
	return d.partial("cite", block)
}

func (d *directives) prompt(args map[string]string) (template.HTML, error) {
	t := d.site.in.Catalog.Tasks[args["task"]]
	if t == nil {
		return "", fmt.Errorf("no task %q in the catalogue", args["task"])
	}
	if t.SystemPrompt == nil {
		return "", fmt.Errorf("task %q has no system prompt", t.ID)
	}
	return template.HTML(fmt.Sprintf(`<pre data-copy="%s" data-copied="%s" tabindex="0" role="region" aria-label="%s">%s</pre>`,
		template.HTMLEscapeString(d.site.msg.T("copy")), template.HTMLEscapeString(d.site.msg.T("copied")), template.HTMLEscapeString(t.Title), template.HTMLEscapeString(*t.SystemPrompt))), nil
}

// A cell of a simpleTable that is a number, and one that takes all columns left.
type (
	numberCell string
	restCell   string
)

// simpleTable writes a table of cells that are plain text, links where a cell is
// a [2]string of text and address, or of the types above.
func simpleTable(label string, head []string, rows [][]any) template.HTML {
	var b strings.Builder
	b.WriteString(`<div class="scroll" tabindex="0" role="region" aria-label="` + template.HTMLEscapeString(label) + `"><table><thead><tr>`)
	for i, h := range head {
		class := ""
		if slices.ContainsFunc(rows, func(row []any) bool { return i < len(row) && isNumber(row[i]) }) {
			class = ` class="n"`
		}
		b.WriteString(`<th scope="col"` + class + `>` + template.HTMLEscapeString(h) + `</th>`)
	}
	b.WriteString(`</tr></thead><tbody>`)
	for _, row := range rows {
		b.WriteString("<tr>")
		for i, c := range row {
			switch v := c.(type) {
			case numberCell:
				b.WriteString(`<td class="n">` + template.HTMLEscapeString(string(v)) + "</td>")
			case restCell:
				fmt.Fprintf(&b, `<td colspan="%d">%s</td>`, len(head)-i, template.HTMLEscapeString(string(v)))
			case [2]string:
				if v[1] == "" {
					b.WriteString("<td>" + template.HTMLEscapeString(v[0]) + "</td>")
				} else {
					b.WriteString(`<td><a href="` + template.HTMLEscapeString(v[1]) + `">` + template.HTMLEscapeString(v[0]) + "</a></td>")
				}
			default:
				b.WriteString("<td>" + template.HTMLEscapeString(fmt.Sprint(v)) + "</td>")
			}
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table></div>")
	return template.HTML(b.String())
}

func isNumber(cell any) bool {
	_, ok := cell.(numberCell)
	return ok
}

func (d *directives) t(key string, args ...any) string { return d.site.msg.T(key, args...) }

func (d *directives) metrics(map[string]string) (template.HTML, error) {
	var rows [][]any
	for _, m := range d.site.reg.All() {
		rows = append(rows, []any{[2]string{d.site.metricName(m), d.site.metricLink(d.page, m)}, m.Key, m.Unit, d.t("better." + string(m.Better)), d.site.definition(m)})
	}
	return simpleTable(d.t("data.dictionary"), []string{d.t("col.metric"), d.t("col.key"), d.t("col.unit"), d.t("col.better"), d.t("col.definition")}, rows), nil
}

func (d *directives) licenses(map[string]string) (template.HTML, error) {
	ls := make([]*catalog.License, 0, len(d.site.in.Catalog.Licenses))
	for _, l := range d.site.in.Catalog.Licenses {
		ls = append(ls, l)
	}
	order := map[string]int{"yes": 0, "conditions": 1, "no": 2}
	sort.Slice(ls, func(i, j int) bool {
		if order[ls[i].Commercial] != order[ls[j].Commercial] {
			return order[ls[i].Commercial] < order[ls[j].Commercial]
		}
		return ls[i].ID < ls[j].ID
	})
	var rows [][]any
	for _, l := range ls {
		rows = append(rows, []any{[2]string{l.ID, l.URL}, d.t("class." + l.Class), d.t("commercial." + l.Commercial), l.Condition})
	}
	return simpleTable(d.t("col.license"), []string{d.t("col.license"), d.t("col.class"), d.t("col.commercial"), d.t("col.condition")}, rows), nil
}

func (d *directives) tasks(map[string]string) (template.HTML, error) {
	var rows [][]any
	for _, t := range d.site.tasks {
		m, _ := d.site.reg.Get(t.Headline)
		rows = append(rows, []any{[2]string{t.Title, relative(d.page, taskPath(t.ID))}, t.ID, t.Summary, joinNonEmpty(d.t("sep.part"), d.site.metricName(m), m.Unit)})
	}
	return simpleTable(d.t("col.tasks"), []string{d.t("fact.task"), d.t("task.id"), d.t("col.definition"), d.t("task.headline")}, rows), nil
}

func (d *directives) scale(args map[string]string) (template.HTML, error) {
	sc := d.site.in.Scales.Default()
	if id := args["id"]; id != "" {
		sc = d.site.in.Scales.Get(id)
	}
	if sc == nil {
		return "", fmt.Errorf("no scale %q in labels/scales", args["id"])
	}
	head := []string{d.t("fact.task"), d.t("fact.hardware"), d.t("scale.n"), d.t("scale.eref", sc.Unit), d.t("scale.factor")}
	stars := []float64{5, 4.5, 4, 3.5, 3, 2.5, 2, 1.5}
	for _, v := range stars {
		head = append(head, d.t("scale.level", d.site.starsWords(v)))
	}
	var rows [][]any
	for _, g := range sc.Groups {
		task, _ := g.Cohort.Get("task")
		hw, _ := g.Cohort.Get("hardware")
		row := []any{[2]string{d.site.taskTitle(task), relative(d.page, taskPath(task))}, hw, numberCell(d.site.msg.Int(int64(g.Reference.N)))}
		if g.Params == nil || len(g.Levels) == 0 {
			row = append(row, restCell(d.t("scale.small", sc.MinCohort)))
		} else {
			row = append(row, numberCell(d.site.msg.Trim(g.Params.ERef)), numberCell(d.site.msg.Trim(g.Params.Factor)))
			for _, v := range stars {
				if u, ok := g.LevelOf(v); ok {
					row = append(row, numberCell(d.site.msg.Trim(u)))
				} else {
					row = append(row, "")
				}
			}
		}
		rows = append(rows, row)
	}
	kind := d.t("scale.fixed")
	if sc.Live() {
		kind = d.t("scale.relative")
	}
	intro := fmt.Sprintf("<p>%s</p>", template.HTMLEscapeString(d.t("scale.intro", sc.ID, sc.Edition, d.t("scale.status."+sc.Status), d.site.msg.day(sc.Effective), kind, sc.Unit)))
	return template.HTML(intro) + simpleTable(sc.ID, head, rows) + template.HTML(`<p class="note">SHA-256 <code class="any">`+template.HTMLEscapeString(sc.SHA256)+`</code></p>`), nil
}

func (d *directives) hardware(map[string]string) (template.HTML, error) {
	var rows [][]any
	for _, id := range d.site.hardwareIDs() {
		h := d.site.in.Catalog.Hardware[id]
		rows = append(rows, []any{[2]string{h.Name, relative(d.page, hardwarePath(id))}, h.Vendor, d.site.optional(h.MemoryGB), d.site.optional(h.TDPW), strings.Join(h.Aliases, d.t("sep.list"))})
	}
	return simpleTable(d.t("hardware.title"), []string{d.t("fact.hardware"), d.t("hardware.vendor"), d.t("hardware.memory") + " (GB)", d.t("hardware.tdp") + " (W)", d.t("hardware.aliases")}, rows), nil
}

func (d *directives) bands(map[string]string) (template.HTML, error) {
	var rows [][]any
	for _, b := range d.site.in.Catalog.Bands {
		m, _ := d.site.reg.Get(b.Metric)
		limits := ""
		switch {
		case b.Min != nil && b.Max != nil:
			limits = d.site.msg.Trim(*b.Min) + "–" + d.site.msg.Trim(*b.Max)
		case b.Min != nil:
			limits = "≥ " + d.site.msg.Trim(*b.Min)
		case b.Max != nil:
			limits = "≤ " + d.site.msg.Trim(*b.Max)
		}
		rows = append(rows, []any{[2]string{d.site.metricName(m), d.site.metricLink(d.page, m)}, limits + " " + m.Unit, b.Language, b.Text, [2]string{d.t("fact.source"), b.Source}})
	}
	return simpleTable(d.t("bands.title"), []string{d.t("col.metric"), d.t("bands.range"), d.t("bands.language"), d.t("col.definition"), d.t("fact.source")}, rows), nil
}

// benchmarks is the table of quality benchmarks with what a run needs, and under
// it the subtasks of those that have them, folded: the list is long.
func (d *directives) benchmarks(map[string]string) (template.HTML, error) {
	var rows [][]any
	var lists strings.Builder
	for _, id := range slices.Sorted(maps.Keys(d.site.in.Catalog.Benchmarks)) {
		b := d.site.in.Catalog.Benchmarks[id]
		task := b.HarnessTask
		if len(b.Subtasks) > 0 {
			task = d.t("benchmarks.subtasks", d.site.msg.Int(int64(len(b.Subtasks))))
			lists.WriteString(`<details><summary>` + template.HTMLEscapeString(b.Title+": "+task) + `</summary><p><code class="any">` +
				strings.Join(escAll(b.Subtasks), `</code>, <code class="any">`) + `</code></p></details>`)
		}
		rows = append(rows, []any{[2]string{b.Title, b.Paper}, b.Shots, task, b.Metric, b.Aggregate, b.HumanNote, b.Caveat})
	}
	head := []string{d.t("col.benchmark"), d.t("col.shots"), d.t("col.harness"), d.t("col.metric"), d.t("col.aggregate"), d.t("col.human"), d.t("caveats.title")}
	return simpleTable(d.t("quality.title"), head, rows) + template.HTML(lists.String()), nil
}

func escAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = template.HTMLEscapeString(t)
	}
	return out
}

func (d *directives) related(map[string]string) (template.HTML, error) {
	var b strings.Builder
	b.WriteString("<ul>")
	for _, l := range d.site.in.Site.Related {
		b.WriteString(`<li><a href="` + template.HTMLEscapeString(l.URL) + `" rel="noopener">` + template.HTMLEscapeString(l.Title) + `</a>`)
		if l.Text != "" {
			b.WriteString(": " + template.HTMLEscapeString(l.Text))
		}
		b.WriteString("</li>")
	}
	b.WriteString("</ul>")
	return template.HTML(b.String()), nil
}

// value is one number of one result with its unit, linked to the result.
func (d *directives) value(args map[string]string) (template.HTML, error) {
	e, err := d.entryOf(args)
	if err != nil {
		return "", err
	}
	m, ok := d.site.reg.Get(args["key"])
	if !ok {
		return "", fmt.Errorf("key=%q is not a metric", args["key"])
	}
	v, ok := d.site.value(e.Result, args["key"])
	if !ok {
		return "", fmt.Errorf("result %s has no %s", e.Hash, args["key"])
	}
	return template.HTML(fmt.Sprintf(`<a class="nw" href="%s">%s %s</a>`, template.HTMLEscapeString(relative(d.page, resultPath(e.Hash))), template.HTMLEscapeString(d.site.msg.Sig(v, m.Digits)), template.HTMLEscapeString(m.Unit))), nil
}

// count is how many there are of something, counted and never typed.
func (d *directives) count(args map[string]string) (template.HTML, error) {
	s := d.site
	n := 0
	switch of := args["of"]; of {
	case "results":
		n = len(s.entries)
	case "boards":
		n = len(s.boards)
	case "models":
		n = len(s.models)
	case "tasks":
		n = len(s.tasks)
	case "hardware":
		n = len(s.in.Catalog.Hardware)
	case "publishers":
		n = len(s.publishers())
	case "licenses":
		n = len(s.in.Catalog.Licenses)
	case "metrics":
		n = len(s.reg.All())
	case "benchmarks":
		n = len(s.in.Catalog.Benchmarks)
	case "rated":
		for _, e := range s.entries {
			if e.Rating.Rated {
				n++
			}
		}
	case "mmlu-subtasks":
		if b := s.in.Catalog.Benchmarks["mmlu"]; b != nil {
			n = len(b.Subtasks)
		}
	default:
		return "", fmt.Errorf("of=%q: must be results, boards, models, tasks, hardware, publishers, licenses, metrics, benchmarks, rated or mmlu-subtasks", of)
	}
	return template.HTML(d.site.msg.Int(int64(n))), nil
}
