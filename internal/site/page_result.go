// The page /r/ID12/: one result, put together, with its first number, its facts
// and its places.

package site

import (
	"html/template"
	"path"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/catalog"
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

func (s *site) resultPage(e *entry) job {
	return func(r *renderer) (result.Findings, error) {
		page := resultPath(e.Hash)
		short, org := modelTitle(e.Result.Model.Name)
		// Hardware and how many of it stay on one line.
		p := resultPage{Heading: strings.ReplaceAll(s.title(e), " × ", "\u00a0×\u00a0")}
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
			name := resultDir(e.Hash) + "distributions.csv"
			if err := r.put(name, page, s.statsCSV(e)); err != nil {
				return nil, err
			}
			p.StatsData = []figLink{{"distributions.csv", "CSV", path.Base(resultDir(e.Hash)) + "-distributions.csv"}, {"result.json", "JSON", path.Base(resultDir(e.Hash)) + ".json"}}
		}
		if p.Runs, err = s.runs(r, page, e, samples); err != nil {
			return nil, err
		}
		if len(p.Distributions) > 0 || p.Runs != nil && saved(p.Runs.Trace) {
			p.Scripts = append(p.Scripts, s.assets.saveJS)
		}
		p.Trust, p.Checks, p.Warnings, p.Neighbours = s.trust(page, e), s.checks(page, e), s.warnings(e), s.neighbours(page, e)
		p.Reproduce = s.reproduce(e, samples)
		p.File = s.fileFacts(e)
		p.FileLinks = s.fileLinks(e)
		if p.Cite, err = s.citeResult(e); err != nil {
			return nil, err
		}
		file, err := e.File()
		if err != nil {
			return nil, err
		}
		if err := r.put(resultDir(e.Hash)+"result.json", e.Path, file); err != nil {
			return nil, err
		}
		if err := r.json(apiResultPath(e.Hash), s.apiSummary(e)); err != nil {
			return nil, err
		}
		return findings, r.page("result", page, &p)
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
		return s.msg.day(r.Day())
	}
	utc := s.msg.day(t.UTC().Format(time.DateOnly)) + " " + s.msg.Write(t.UTC().Format("15:04")) + " UTC"
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
			text = s.msg.T("rank.place", rankText(br.Row), len(s.ranked[br.Board]), s.msg.inSentence(s.metricName(m)))
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
			Other: s.setup(row) + s.msg.T("sep.part") + s.msg.Sig(br.Row.Value, m.Digits) + "\u00a0" + m.Unit, OtherURL: relative(page, resultPath(row.Hash))})
	}
	return out
}
