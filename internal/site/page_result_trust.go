// Who stands behind a result, which checks it passed, and which rows stand next
// to it on its boards.

package site

import (
	"slices"

	"jouleboard/internal/result"
)

// trustView is who submitted a result and how its numbers were verified.
type trustView struct {
	Pairs         []fact
	Statements    []fact
	StatementsURL string
	NoStatements  string
}

func (s *site) trust(page string, e *entry) trustView {
	level := s.levelOf(e.Result)
	v := trustView{StatementsURL: s.pageLink(page, "methodology/contribute/")}
	v.Pairs = append(v.Pairs, fact{Key: s.msg.T("file.by"), Value: e.By.Name, URL: e.By.URL},
		fact{Key: s.msg.T("trust.level"), Value: s.msg.T("level." + level), Note: s.msg.T("trust." + level), URL: s.pageLink(page, "methodology/")})
	if by, ok := s.in.Signed[e.ID]; ok {
		v.Pairs = append(v.Pairs, fact{Key: s.msg.T("trust.signed"), Value: s.msg.T("trust.signed.by", by.By), Note: s.msg.T("trust.signed.note", by.Key), URL: s.pageLink(page, "docs/signing/")})
	}
	if e.Method != "" {
		v.Pairs = append(v.Pairs, fact{Key: s.msg.T("trust.method"), Value: e.Method, URL: s.pageLink(page, "methodology/")})
	}
	if a := e.Attestation; a != nil {
		for _, st := range []struct {
			key string
			st  result.Statement
		}{{"attest.public", a.PublicDataSharing}, {"attest.integrity", a.DataIntegrity}, {"attest.model", a.ModelRepresentation}} {
			v.Statements = append(v.Statements, fact{Key: s.msg.T(st.key), Value: s.msg.T("attest.by", st.st.Name, s.msg.day(st.st.Date)), Note: s.msg.T("attest.version", st.st.Version)})
		}
		return v
	}
	v.NoStatements = s.msg.T("attest.none")
	if e.Reported() {
		v.NoStatements = s.msg.T("attest.reported")
	}
	return v
}

// checksView is what the validity rules said when the file was written.
type checksView struct {
	Summary string
	Said    []checkLine // all but the passed ones
	Passed  []checkLine
	URL     string
}

type checkLine struct{ Rule, Text, Outcome, Message string }

// checks are the outcomes stored in a result, nil where it stores none.
func (s *site) checks(page string, e *entry) *checksView {
	if len(e.Checks) == 0 {
		return nil
	}
	texts := map[string]string{}
	for _, r := range result.Rules() {
		texts[r.ID] = r.Text
	}
	v := &checksView{URL: s.pageLink(page, "methodology/contribute/")}
	for _, c := range e.Checks {
		l := checkLine{Rule: c.Rule, Text: texts[c.Rule], Outcome: s.msg.T("check." + c.Level), Message: c.Message}
		if k := "rule." + c.Rule; s.msg.Has(k) {
			l.Text = s.msg.T(k)
		}
		if c.Level == "ok" {
			v.Passed = append(v.Passed, l)
		} else {
			v.Said = append(v.Said, l)
		}
	}
	v.Summary = s.msg.T("checks.summary", len(v.Passed), len(e.Checks))
	if s.in.Recomputed[e.ID] {
		v.Summary += " " + s.msg.T("checks.recomputed")
	}
	return v
}

// warnings are what this build finds odd about a result, against the catalogue and
// in its file. They are not stored in it: a catalogue that changes may end them.
func (s *site) warnings(e *entry) []checkLine {
	found := s.in.Catalog.CheckResult(e.Loaded)
	if !e.Known {
		found = append(found, result.Check(e.Loaded)...)
	}
	found.Sort()
	var out []checkLine
	for _, f := range found {
		l := checkLine{Rule: f.Rule, Text: f.Message}
		if f.Level == result.Warn && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// neighbourBoard is a result on a board with the rows next to it.
type neighbourBoard struct {
	Title, URL, Metric, Unit string
	Rows                     []neighbour
}

type neighbour struct {
	Rank, Model, URL, Setup, Value, Uncertainty string
	Self                                        bool
}

// neighbours are the rows above and below a result on every board that ranks it.
func (s *site) neighbours(page string, e *entry) []neighbourBoard {
	var out []neighbourBoard
	for _, br := range e.Rows {
		if br.Row.RankLo == 0 {
			continue
		}
		rows, at := s.ranked[br.Board], br.At
		if at < 0 || len(rows) < 2 {
			continue
		}
		m, _ := s.reg.Get(br.Board.Metric)
		nb := neighbourBoard{Title: br.Board.Title, URL: relative(page, boardPath(br.Board.ID)), Metric: s.metricName(m), Unit: m.Unit}
		for _, row := range rows[max(0, at-1):min(len(rows), at+2)] {
			o := s.byID[row.Result.ID]
			short, _ := modelTitle(o.Result.Model.Name)
			n := neighbour{Rank: rankText(row), Model: short, Setup: s.setup(o), Value: s.msg.Sig(row.Value, m.Digits), Self: row == br.Row}
			if !n.Self {
				n.URL = relative(page, resultPath(o.Hash))
			}
			if row.CI != nil {
				n.Uncertainty = s.msg.interval(*row.CI, m.Digits)
			} else {
				n.Uncertainty = s.msg.T("ci.notreported")
			}
			nb.Rows = append(nb.Rows, n)
		}
		out = append(out, nb)
	}
	return out
}
