// The page /r/ID12/: one result, every number with its unit, uncertainty and
// provenance; and the tombstone of a withdrawn one.

package site

import (
	"cmp"
	"html/template"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/catalog"
	"jouleboard/internal/chart"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
)

type resultPage struct {
	frame
	compareRef
	Flag          *flagView
	Draft         string
	Heading, Lede string
	Headline      *headline
	Stars         starsView
	StarsText     string
	ScaleURL      string
	Also          *table // ratings under older editions
	Facts         []fact
	Places        []place
	Left          []string
	Label         *labelView
	NoLabel       string
	Reading       string // how to read a label
	Metrics       []metricLine
	Distributions []distributionView
	Stats         table
	StatsData     []figLink
	Histograms    bool // some distribution is drawn with one
	Quality       []fact
	Conditions    []conditionGroup
	Source        *sourceView
	Caveats       []string
	Notes         []template.HTML
	Runs          *runsView
	Trust         trustView
	Checks        *checksView
	Warnings      []checkLine // what the build finds odd
	Neighbours    []neighbourBoard
	Reproduce     []step
	Links         []link // scripts and data that the task names
	File          []fact
	FileLinks     []link
	Cite          citeBlock
}

type flagView struct{ Reason, Date, URL string }

// headline is the number a result is told by.
type headline struct{ Name, Value, Unit, Note string }

// place is where a result stands on a board.
type place struct{ Board, URL, Text, Other, OtherURL string }

// metricLine is one number in the table of all numbers.
type metricLine struct {
	Name, URL, Value, Unit string
	Uncertainty            string
	Provenance             string
	Formula, Source        string
	Key                    bool // the headline
}

// distributionView is a distribution: as a figure where its values are known, else
// as a strip of its statistics, whose numbers are in the table of all.
type distributionView struct {
	Name, Unit, URL, Note string
	Figure                *figure
	Wide, Narrow          template.HTML
	Save                  *saving
}

type conditionGroup struct {
	Title string
	Pairs []fact
}

type sourceView struct {
	Pairs  []fact
	Fields []sourceFieldLine
}

type sourceFieldLine struct{ Key, Field, Unit, Text string }

// step is one step of reproducing a result.
type step struct{ Text, Command string }

func (s *site) resultPage(e *entry) job {
	return func(r *renderer) (result.Findings, error) {
		page := resultPath(e.Hash)
		short, org := modelTitle(e.Result.Model.Name)
		p := resultPage{Heading: s.title(e)}
		p.Headline = s.headlineOf(e)
		p.Lede = s.msg.T("result.by.measured", e.By.Name)
		if e.Source != nil {
			p.Lede = s.msg.T("result.by.reported", e.Source.Publisher)
		}
		p.frame = s.frame(page, s.title(e), s.resultLede(e), true, link{"models/index.html", s.msg.T("nav.models")}, link{modelPath(e.Result.Model.Name), joinNonEmpty("/", org, short)})
		if e.Result.Draft != "" {
			p.Draft = s.msg.T("draft." + e.Result.Draft)
		}
		if f := e.Flag; f != nil {
			p.Flag = &flagView{s.reasonText(f.Reason, f.Text), f.Date, f.Discussion}
		}
		p.compareRef = compareLink(page, e.Hash)
		p.Scripts = append(p.Scripts, s.assets.pickJS)
		p.Stars, p.StarsText, p.ScaleURL = s.stars(e.Rating), s.ratingText(e), s.pageLink(page, "methodology/rating/")
		p.Also = s.alsoRated(e)
		p.Facts = s.resultFacts(page, e)
		p.Places = s.places(page, e)
		p.Left = e.Left
		findings, err := s.labelFiles(r, e, &p)
		if err != nil {
			return nil, err
		}
		p.Metrics = s.metricLines(page, e)
		p.Stats = s.statsTable(e)
		p.Links = taskLinks(e.Task)
		p.Quality = s.quality(e.Quality)
		p.Conditions = s.conditions(e)
		if e.Source != nil {
			p.Source = s.sourceOf(e)
			p.Caveats = s.caveats(append(append([]string(nil), e.Source.Caveats...), taskCaveats(e.Task)...))
		} else {
			p.Caveats = s.caveats(taskCaveats(e.Task))
		}
		for _, n := range e.Notes {
			p.Notes = append(p.Notes, content.Markdown(n))
		}
		samples, err := s.readSamples(e)
		if err != nil {
			return nil, err
		}
		if p.Distributions, err = s.distributions(r, page, e, samples); err != nil {
			return nil, err
		}
		p.Histograms = slices.ContainsFunc(p.Distributions, func(v distributionView) bool { return v.Figure != nil })
		if len(p.Distributions) > 0 {
			p.Scripts = append(p.Scripts, s.assets.saveJS)
			name := resultDir(e.Hash) + "distributions.csv"
			if err := r.out.put(name, page, s.statsCSV(e)); err != nil {
				return nil, err
			}
			p.StatsData = []figLink{{"distributions.csv", "CSV", path.Base(resultDir(e.Hash)) + "-distributions.csv"}, {"result.json", "JSON", path.Base(resultDir(e.Hash)) + ".json"}}
		}
		if p.Runs, err = s.runs(r, page, e, samples); err != nil {
			return nil, err
		}
		p.Trust, p.Checks, p.Warnings, p.Neighbours = s.trust(page, e), s.checks(page, e), s.warnings(e), s.neighbours(page, e)
		p.Reproduce = s.reproduce(e, samples)
		p.File = s.fileFacts(e)
		p.FileLinks = s.fileLinks(e)
		if p.Cite, err = s.citeResult(e); err != nil {
			return nil, err
		}
		if err := r.out.put(resultDir(e.Hash)+"result.json", e.Path, e.Raw); err != nil {
			return nil, err
		}
		return findings, r.page("result", page, p)
	}
}

func taskCaveats(t *catalog.Task) []string {
	if t == nil {
		return nil
	}
	return t.Caveats
}

// headlineOf is the number at the top of the page, with its interval.
func (s *site) headlineOf(e *entry) *headline {
	key := s.headline(e)
	if key == "" {
		return nil
	}
	m, _ := s.reg.Get(key)
	v, _ := e.Value(key)
	h := &headline{Name: s.msg.inSentence(s.metricName(m)), Value: s.msg.Sig(v, m.Digits), Unit: m.Unit}
	metric, ok := e.Result.Metrics[key]
	switch {
	case ok && metric.CI95 != nil:
		h.Note = s.msg.T("ci.note", s.msg.interval(*metric.CI95, m.Digits), m.Unit)
	case strings.HasPrefix(key, "energy_"):
		h.Note = s.msg.T("ci.none")
	}
	if ok {
		h.Note = joinNonEmpty(" ", h.Note, s.msg.T("prov.note."+metric.Provenance))
	}
	return h
}

// resultLede says in a sentence what was run and who says so.
func (s *site) resultLede(e *entry) string {
	where := s.setup(e)
	if e.Source != nil {
		return s.msg.T("result.lede.reported", e.Result.Model.Name, s.taskTitle(e.Workload.Task), where, e.Source.Publisher)
	}
	return s.msg.T("result.lede.measured", e.Result.Model.Name, s.taskTitle(e.Workload.Task), where, e.By.Name)
}

// ratingText is the rating in words beside the stars.
func (s *site) ratingText(e *entry) string {
	r := e.Rating
	if !r.Rated {
		return ""
	}
	text := s.msg.T("rating.text", s.starsWords(r.Stars), r.ScaleID)
	if r.Relative {
		text = s.msg.T("rating.text.relative", s.starsWords(r.Stars), r.ScaleID)
	}
	if r.Spans {
		text += " " + s.msg.T("rating.spans", s.starsWords(r.Min), s.starsWords(r.Max))
	}
	return text
}

// resultFacts are what makes this result comparable with others.
func (s *site) resultFacts(page string, e *entry) []fact {
	fs := []fact{{Key: s.msg.T("fact.task"), Value: s.taskTitle(e.Workload.Task), URL: relative(page, taskPath(e.Workload.Task))}}
	if e.Task == nil {
		fs[0].URL = ""
	}
	hw := fact{Key: s.msg.T("fact.hardware"), Value: hardwareText(e.Result)}
	if hw.Value == "" {
		hw.Value = s.msg.T("hardware.endpoint")
		if p := e.Result.Model.Provider; p != "" {
			hw.Value = s.msg.T("hardware.endpoint.of", p)
		}
	} else if e.Hardware != nil {
		hw.URL = relative(page, hardwarePath(e.Hardware.ID))
	}
	fs = append(fs, hw)
	if t := s.loadText(e.Result); t != "" {
		fs = append(fs, fact{Key: s.msg.T("fact.load"), Value: t})
	}
	if p := e.Result.Model.Precision; p != "" {
		fs = append(fs, fact{Key: s.msg.T("fact.precision"), Value: p})
	}
	if b := e.Boundary; b != nil {
		fs = append(fs, fact{Key: s.msg.T("fact.boundary"), Value: s.boundaryText(b.Includes), URL: s.pageLink(page, "methodology/hardware/")})
	} else {
		fs = append(fs, fact{Key: s.msg.T("fact.boundary"), Value: s.msg.T("boundary.none")})
	}
	who := s.msg.T("level." + s.levelOf(e.Result))
	if e.Source != nil {
		who = s.msg.T("origin.reported", e.Source.Publisher)
	}
	return append(fs, fact{Key: s.msg.T("fact.numbers"), Value: who}, fact{Key: s.dateWord(e.Result), Value: s.dateText(e.Result)})
}

// dateText is the day of a result; a measuring time is given in UTC and as the
// file states it.
func (s *site) dateText(r *result.Result) string {
	t, err := time.Parse(time.RFC3339, r.MeasuredAt)
	if err != nil {
		return r.Day()
	}
	utc := t.UTC().Format("2006-01-02 15:04") + " UTC"
	if _, offset := t.Zone(); offset == 0 {
		return utc
	}
	return s.msg.T("date.given", utc, r.MeasuredAt)
}

// dateWord names which date a result shows.
func (s *site) dateWord(r *result.Result) string {
	switch kind, _ := r.Dated(); kind {
	case result.DateMeasured:
		return s.msg.T("date.measured")
	case result.DatePublished:
		return s.msg.T("date.published")
	}
	return s.msg.T("date.retrieved")
}

func (s *site) places(page string, e *entry) []place {
	var out []place
	for _, br := range e.Rows {
		m, _ := s.reg.Get(br.Board.Metric)
		text := s.msg.T("rank.unranked")
		if br.Row.RankLo > 0 {
			text = s.msg.T("rank.place", rankText(br.Row), len(rankedRows(br.Board)), s.msg.inSentence(s.metricName(m)))
		}
		out = append(out, place{Board: br.Board.Title, URL: relative(page, boardPath(br.Board.ID)), Text: text})
	}
	for _, br := range e.Behind {
		if slices.ContainsFunc(e.Rows, func(own boardRow) bool { return own.Board == br.Board }) {
			continue
		}
		m, _ := s.reg.Get(br.Board.Metric)
		row := s.byID[br.Row.Result.ID]
		out = append(out, place{Board: br.Board.Title, URL: relative(page, boardPath(br.Board.ID)), Text: s.msg.T("rank.behind"),
			Other: s.setup(row) + ", " + s.msg.Sig(br.Row.Value, m.Digits) + "\u00a0" + m.Unit, OtherURL: relative(page, resultPath(row.Hash))})
	}
	return out
}

// metricLines are all numbers in the order of the registry; what is not in the
// registry (x_ keys) comes last under its own name.
func (s *site) metricLines(page string, e *entry) []metricLine {
	var keys []string
	for k := range e.Result.Metrics {
		keys = append(keys, k)
	}
	s.reg.Sort(keys)
	head := s.headline(e)
	var out []metricLine
	for _, k := range keys {
		v := e.Result.Metrics[k]
		l := metricLine{Name: k, Value: s.msg.Sig(v.Value, 4), Provenance: s.msg.T("prov." + v.Provenance), Formula: v.Formula, Key: k == head}
		digits := 4
		if m, ok := s.reg.Get(k); ok {
			digits = m.Digits
			l.Name, l.Unit, l.URL, l.Value = s.metricName(m), m.Unit, s.metricLink(page, m), s.msg.Sig(v.Value, m.Digits)
			if m.Unit == "" {
				l.Unit = s.msg.T("unit.none")
			}
		}
		switch {
		case v.CI95 != nil:
			l.Uncertainty = s.msg.T("ci.95", s.msg.interval(*v.CI95, digits))
		case v.Repeat95 != nil:
			l.Uncertainty = s.msg.T("ci.repeat", s.msg.interval(*v.Repeat95, digits))
		default:
			l.Uncertainty = s.msg.T("ci.notreported")
		}
		if e.Source != nil {
			if f, ok := e.Source.Fields[k]; ok {
				l.Source = s.msg.T("source.field", f.Field, f.Text)
				if l.Unit == "" {
					l.Unit = f.Unit
				}
			}
		}
		out = append(out, l)
	}
	for _, k := range s.in.Site.Formulas.Keys() {
		if v, ok := s.in.Site.Formulas[k].Value(e.Result); ok {
			m, _ := s.reg.Get(k)
			out = append(out, metricLine{Name: s.metricName(m), URL: s.metricLink(page, m), Value: s.msg.Sig(v, m.Digits), Unit: m.Unit,
				Uncertainty: s.msg.T("ci.notreported"), Provenance: s.msg.T("prov.derived"), Formula: s.in.Site.Formulas[k].Expr})
		}
	}
	return out
}

// distributions draws each distribution as a strip that prints every number it
// shows; only those that were stated are there.
func (s *site) distributions(r *renderer, page string, e *entry, samples *result.SamplesFile) ([]distributionView, error) {
	var values map[string][]result.Counted
	if samples != nil {
		values = result.SampleValues(e.Result, samples)
	}
	var keys []string
	for k := range e.Result.Distributions {
		keys = append(keys, k)
	}
	s.reg.Sort(keys)
	var out []distributionView
	for _, k := range keys {
		d := e.Result.Distributions[k]
		v := distributionView{Name: k}
		if m, ok := s.reg.Get(k); ok {
			v.Name, v.Unit, v.URL = s.metricName(m), m.Unit, s.metricLink(page, m)
		}
		parts := []string{s.msg.T("prov." + d.Provenance)}
		if d.N > 0 {
			parts = append(parts, s.msg.T("dist.n", s.msg.Int(d.N)))
		}
		if d.Percentiles != "" {
			parts = append(parts, s.msg.T("dist.percentiles."+d.Percentiles))
		}
		v.Note = strings.Join(parts, "; ") + "."
		c := chart.Dist{ID: "dist-" + seg(strings.ReplaceAll(k, ".", "-")), Title: v.Name, Unit: v.Unit, Names: s.statNames(), Words: s.chartWords("")}
		if d.P50 != nil {
			c.Title = s.msg.T("dist.title", v.Name, s.msg.Sig(*d.P50, 3)+" "+v.Unit)
		}
		for _, st := range []string{"min", "p25", "p50", "p75", "p90", "p95", "p99", "max", "mean"} {
			if x := d.Stat(st); x != nil {
				c.Stats = append(c.Stats, chart.Stat{Key: st, Value: *x})
			}
		}
		for _, x := range values[k] {
			c.Samples = append(c.Samples, chart.Sample{Value: x.Value, N: x.N})
		}
		name := resultDir(e.Hash) + seg(strings.ReplaceAll(k, ".", "-"))
		if len(c.Samples) > 0 {
			var err error
			if v.Figure, err = s.smallFigure(r, page, name, c, c.ID, c.Title, v.Note, s.title(e), false); err != nil {
				return nil, err
			}
		} else {
			v.Wide, v.Narrow = s.chartSVG(c, false), s.chartSVG(c, true)
			list := c.List(false)
			list.Repaint(s.themePaints())
			v.Save = s.saving(name, joinNonEmpty(": ", c.Title, s.title(e)), list)
		}
		out = append(out, v)
	}
	return out, nil
}

// statNames are the names of statistics on drawings, by their keys.
func (s *site) statNames() map[string]string {
	out := map[string]string{}
	for _, c := range statColumns {
		out[c] = s.msg.T("stat." + c)
	}
	return out
}

// statColumns are the statistics of a distribution in the order of tables.
var statColumns = []string{"min", "p25", "p50", "p75", "p90", "p95", "p99", "max", "mean", "stddev"}

// statsTable holds every statistic of every distribution, for reading and
// copying; what a result does not state is a dash.
func (s *site) statsTable(e *entry) table {
	keys := slices.Sorted(maps.Keys(e.Result.Distributions))
	s.reg.Sort(keys)
	t := table{ID: "stats", Label: s.msg.T("result.distributions"), Head: []head{{Name: s.msg.T("col.metric")}, {Name: "n", Num: true}}}
	var cols []string
	for _, c := range statColumns {
		for _, k := range keys {
			if e.Result.Distributions[k].Stat(c) != nil {
				cols = append(cols, c)
				t.Head = append(t.Head, head{Name: s.msg.T("stat." + c), Num: true})
				break
			}
		}
	}
	for _, k := range keys {
		d := e.Result.Distributions[k]
		name, digits := k, 3
		if m, ok := s.reg.Get(k); ok {
			name, digits = joinNonEmpty(", ", s.metricName(m), m.Unit), m.Digits
		}
		row := []cell{{Text: name}, {Text: s.msg.count(d.N), Num: true}}
		if d.N == 0 {
			row[1] = s.missing(s.msg.T("missing.notstated"), true)
		}
		for _, c := range cols {
			if v := d.Stat(c); v != nil {
				row = append(row, cell{Text: s.msg.Sig(*v, digits), Num: true})
			} else {
				row = append(row, s.missing(s.msg.T("missing.notreported"), true))
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// statsCSV is the table of statistics with whole numbers, a line for each
// distribution; what is not stated is empty.
func (s *site) statsCSV(e *entry) []byte {
	head := append([]string{"metric", "unit", "n"}, statColumns...)
	keys := slices.Sorted(maps.Keys(e.Result.Distributions))
	s.reg.Sort(keys)
	var rows [][]string
	for _, k := range keys {
		d := e.Result.Distributions[k]
		m, _ := s.reg.Get(k)
		row := []string{safeText(k), safeText(m.Unit), ""}
		if d.N > 0 {
			row[2] = strconv.FormatInt(d.N, 10)
		}
		for _, c := range statColumns {
			text := ""
			if v := d.Stat(c); v != nil {
				text = num(*v)
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	return csvBytes(head, rows)
}

// taskLinks are the scripts and data that a task names.
func taskLinks(t *catalog.Task) []link {
	if t == nil {
		return nil
	}
	var out []link
	for _, l := range t.Links {
		out = append(out, link{l.URL, l.Title})
	}
	if t.DataURL != "" {
		out = append(out, link{t.DataURL, t.DataURL})
	}
	return out
}

// conditions are everything that was set or recorded, in groups. What a file
// does not state is not listed; the note of the group says so.
func (s *site) conditions(e *entry) []conditionGroup {
	var out []conditionGroup
	group := func(key string, pairs ...fact) {
		var have []fact
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
	group("cond.model", fact{Key: "fact.name", Value: m.Name}, fact{Key: "cond.revision", Value: m.Revision}, fact{Key: "fact.precision", Value: m.Precision},
		fact{Key: "cond.quantization", Value: m.Quantization}, fact{Key: "cond.weights", Value: m.Weights}, fact{Key: "cond.parameters", Value: s.msg.number(m.ParametersB)},
		fact{Key: "cond.active", Value: s.msg.number(m.ActiveParametersB)}, fact{Key: "cond.class", Value: m.SizeClass}, fact{Key: "cond.tokenizer", Value: m.Tokenizer},
		fact{Key: "cond.provider", Value: m.Provider}, fact{Key: "cond.providermodel", Value: m.ProviderModel}, fact{Key: "cond.modeldate", Value: m.Date})
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
		{Key: "cond.prefix", Value: w.PrefixPolicy}, {Key: "cond.isolation", Value: w.Isolation}}
	if l := w.Load; l != nil && l.MeanBatchSize != nil {
		pairs = append(pairs, fact{Key: "cond.meanbatch", Value: s.msg.Sig(*l.MeanBatchSize, 4)})
	}
	if d := w.Dataset; d != nil {
		pairs = append(pairs, fact{Key: "cond.dataset", Value: joinNonEmpty(" ", d.Name, d.Revision), URL: d.URL})
	}
	if sm := w.Sampling; sm != nil {
		pairs = append(pairs, fact{Key: "cond.sampling", Value: sm.Method}, fact{Key: "cond.temperature", Value: s.msg.number(sm.Temperature)}, fact{Key: "cond.topp", Value: s.msg.number(sm.TopP)}, fact{Key: "cond.penalty", Value: s.msg.number(sm.RepetitionPenalty)})
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

// reproduce says how to get the number again.
func (s *site) reproduce(e *entry, samples *result.SamplesFile) []step {
	if src := e.Source; src != nil {
		steps := []step{{Text: s.msg.T("reproduce.reported", src.Publisher, s.opt.Tool.Version), Command: importCommand(src)}}
		if e.Workload.Command != "" {
			steps = append(steps, step{s.msg.T("reproduce.source"), e.Workload.Command})
		}
		return steps
	}
	steps := []step{}
	if sw := e.Software; sw != nil && sw.LaunchCommand != "" {
		steps = append(steps, step{s.msg.T("reproduce.server"), sw.LaunchCommand})
	}
	if e.Workload.Command != "" {
		steps = append(steps, step{s.msg.T("reproduce.command"), e.Workload.Command})
	}
	if lines, gaps := MeasureCommand(e.Result, e.Task, samples); len(lines) > 0 {
		with := s.msg.T("reproduce.measure")
		if sw := e.Software; sw != nil && sw.Jouleboard != nil {
			with = s.msg.T("reproduce.measure.with", tool(sw.Jouleboard))
		}
		steps = append(steps, step{with, strings.Join(lines, " \\\n  ")})
		for _, g := range gaps {
			steps = append(steps, step{Text: s.gapText(g, e)})
		}
	}
	if e.Samples != nil {
		steps = append(steps, step{Text: s.msg.T("reproduce.samples", e.Samples.SHA256)})
	}
	return steps
}

// gapText says what the file of a result does not state.
func (s *site) gapText(key string, e *entry) string {
	if d := e.Workload.Dataset; key == "dataset" && d != nil {
		return s.msg.T("gap."+key, d.Name, cmp.Or(d.SHA256, s.msg.T("unknown")))
	}
	return s.msg.T("gap." + key)
}

// importCommand is the command that makes the file of a reported result from
// what its source published.
func importCommand(src *result.Source) string {
	parts := []string{"jouleboard import " + src.Name}
	switch {
	case src.Name == "mlenergy":
		parts[0] += " index.json tasks/*.json --select pareto"
	case strings.HasSuffix(src.Table, ".json"), strings.HasSuffix(src.Table, ".csv"):
		parts[0] += " " + path.Base(src.Table)
	default:
		parts[0] += " README.md"
		parts = append(parts, "--publisher "+quote(src.Publisher), "--source-url "+quote(src.URL))
		if src.Title != "" {
			parts = append(parts, "--source-title "+quote(src.Title))
		}
	}
	for _, kv := range [][2]string{{"--source-version", src.Version}, {"--published", src.Published}, {"--retrieved", src.Retrieved}} {
		if kv[1] != "" {
			parts = append(parts, kv[0]+" "+quote(kv[1]))
		}
	}
	return strings.Join(parts, " \\\n  ")
}

// quote makes text one word of a shell's command line.
func quote(t string) string {
	if t != "" && strings.Trim(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,=") == "" {
		return t
	}
	return "'" + strings.ReplaceAll(t, "'", `'\''`) + "'"
}

// fileFacts are the identity of the file behind the page.
func (s *site) fileFacts(e *entry) []fact {
	return []fact{{Key: s.msg.T("file.id"), Value: e.ID}, {Key: s.msg.T("file.path"), Value: e.Path}, {Key: s.msg.T("file.schema"), Value: e.Schema},
		{Key: s.msg.T("file.class"), Value: e.Class}, {Key: s.msg.T("file.license"), Value: e.License}}
}

// fileLinks lead to the file in the repository: raw, history, blame.
func (s *site) fileLinks(e *entry) []link {
	repo := strings.TrimSuffix(s.in.Site.Repository, "/")
	if repo == "" {
		return nil
	}
	at := s.in.Site.Branch + "/" + e.Path
	return []link{{repo + "/blob/" + at, s.msg.T("file.view")}, {repo + "/commits/" + at, s.msg.T("file.history")}, {repo + "/blame/" + at, s.msg.T("file.blame")}}
}

type tombstonePage struct {
	frame
	Heading, Date, Reason, Discussion string
	Pairs                             []fact
}

// tombstonePage stands at the permalink of a withdrawn result: nothing vanishes
// without a record.
func (s *site) tombstonePage(w *catalog.Withdrawal, hash string) job {
	return func(r *renderer) (result.Findings, error) {
		page := resultPath(hash)
		title := cmp.Or(w.Title, w.Model, w.ID)
		p := tombstonePage{frame: s.frame(page, title, s.msg.T("withdrawn.lede"), false, link{"moderation/index.html", s.msg.T("nav.moderation")}),
			Heading: title, Date: w.Date, Reason: s.reasonText(w.Reason, w.Text), Discussion: w.Discussion}
		for _, kv := range [][2]string{{"file.id", w.ID}, {"col.model", w.Model}, {"fact.task", w.Task}, {"fact.hardware", w.Hardware}} {
			if kv[1] != "" {
				p.Pairs = append(p.Pairs, fact{Key: s.msg.T(kv[0]), Value: kv[1]})
			}
		}
		return nil, r.page("tombstone", page, p)
	}
}

// withdrawnHashes are the permalinks of withdrawn results, with their notices.
func (s *site) withdrawnHashes() map[string]*catalog.Withdrawal {
	out := map[string]*catalog.Withdrawal{}
	ws := s.in.Catalog.Moderation.Withdrawals
	for i := range ws {
		n := min(s.in.Site.Labels.HashLen, len(ws[i].ID))
		out[ws[i].ID[:n]] = &ws[i]
	}
	return out
}
