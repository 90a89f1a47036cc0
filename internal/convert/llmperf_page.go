// LLMPerf results pages and data cards: markdown with one table a metric, a
// list of run configurations, the command, the client's place and the date.
// This file turns a page into facts; llmperf_card.go makes results of them.
//
// Pages come wrapped in whatever a catalogue site put around them, and some
// hold a second copy in another language that lost its backslashes. Tables are
// known by their English column heads and their heading's unit; other tables
// are passed over with a note.

package convert

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// lpPageData is what a page says.
type lpPageData struct {
	tables   []lpTable
	config   map[string]lpFact // bullet name -> text
	commands []lpFact          // fenced, byte for byte
	license  string
	place    lpFact
	date     lpFact
	caveats  []lpFact
}

// lpFact is a piece of text with its line.
type lpFact struct {
	text string
	line int
}

// lpTable is one table of one metric.
type lpTable struct {
	metric  lpMetric
	heading string
	based   int64    // requests its text says the statistics rest on, 0 if unsaid
	head    []string // as written
	stats   []string // in step with head: the statistic, or framework, model
	rows    []lpTableRow
}

type lpTableRow struct {
	cells []string
	line  int
}

// lpMetric is a metric of a page: our key and the power of ten to our unit.
type lpMetric struct {
	key   string
	shift int
	unit  string
}

// lpColumns: column head -> statistic of ours, or which name stands there.
var lpColumns = map[string]string{
	lpFramework: lpFramework, lpModelColumn: lpModelColumn,
	"median": "p50", "mean": "mean", "min": "min", "max": "max", "stddev": "stddev",
	"p25": "p25", "p50": "p50", "p75": "p75", "p90": "p90", "p95": "p95", "p99": "p99",
}

const (
	lpFramework   = "framework"
	lpModelColumn = "model"
)

var (
	mdHeading   = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*\s*$`)
	mdFence     = regexp.MustCompile("^\\s{0,3}(```+|~~~+)")
	mdSeparator = regexp.MustCompile(`^\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?$`)
	mdBreak     = regexp.MustCompile(`^\s{0,3}-{3,}\s*$`)
	mdBullet    = regexp.MustCompile(`^\s*[-*+]\s+(.*?)\s*$`)
	lpBullet    = regexp.MustCompile(`^(Total number of requests|Concurrency|Prompt['’]s token length|Expected output length|Tested models)\s*:\s*(.*)$`)
	lpPlace     = regexp.MustCompile(`ran the LLMPerf clients (?:from|on) (?:an? |the )?(.+?)\.(?:\s|$)`)
	lpDate      = regexp.MustCompile(`results were up-to-date of (.+?)\.(?:\s|$)`)
	lpBased     = regexp.MustCompile(`based on (\d+) requests`)
	mdLicense   = regexp.MustCompile(`^license:\s*["']?([A-Za-z0-9.+-]+)["']?\s*$`)
)

func (c *run) lpPage(in Input) {
	data := strings.TrimPrefix(string(in.Data), "\ufeff")
	at := func(line int) result.Place { return result.Place{File: in.Name, Line: line} }
	if !utf8.ValidString(data) {
		line := 1 + strings.Count(data[:validUntil(data)], "\n")
		c.fileFinding(result.Error, at(line), "not UTF-8", "save the file as UTF-8")
		return
	}
	p, notes, bad := parseLPPage(data)
	for _, n := range notes {
		c.fileFinding(result.Note, at(n.line), n.text, "")
	}
	for _, b := range bad {
		c.fileFinding(result.Error, at(b.line), b.text, "this reads LLMPerf's tables of time to first token in seconds and output tokens throughput in tokens/s")
	}
	if len(bad) > 0 {
		return
	}
	if len(p.tables) == 0 {
		c.fileFinding(result.Error, at(1), "neither JSON nor a page with an LLMPerf table",
			"expected a markdown table with the columns Framework, Model, Median, Mean, Min, Max, P25, P75, P95, P99")
		return
	}
	c.lpCard(in.Name, p)
}

func validUntil(s string) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return i
		}
	}
	return len(s)
}

// parseLPPage reads a page. Notes are what was passed over; bad is what looks
// like a table of ours and cannot be read without guessing.
func parseLPPage(data string) (p lpPageData, notes, bad []lpFact) {
	p.config = map[string]lpFact{}
	lines := strings.SplitAfter(data, "\n")
	var heads []string // the heading of each level above here
	section := ""      // text since the last heading that names a metric
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\r\n")
		if m := mdFence.FindStringSubmatch(line); m != nil {
			body, next := fenced(lines, i, m[1])
			if strings.Contains(body, "token_benchmark_ray") {
				p.commands = append(p.commands, lpFact{body, i + 2})
			}
			i = next
			continue
		}
		if m := mdHeading.FindStringSubmatch(line); m != nil {
			level := len(m[1])
			for len(heads) < level {
				heads = append(heads, "")
			}
			heads = append(heads[:level-1], m[2])
			if _, _, isMetric := headingMetric(m[2]); isMetric {
				section = ""
			}
			continue
		}
		if mdBreak.MatchString(line) {
			// What follows a rule is another part of the page, often its translation.
			heads = nil
			continue
		}
		section += line + "\n"
		if strings.HasPrefix(strings.TrimSpace(line), "|") && i+1 < len(lines) && mdSeparator.MatchString(strings.TrimSpace(lines[i+1])) {
			t, next := table(lines, i)
			note, problem := t.know(heads)
			switch {
			case note != "":
				notes = append(notes, lpFact{note, i + 1})
			case problem != "":
				bad = append(bad, lpFact{problem, i + 1})
			default:
				if m := lpBased.FindStringSubmatch(section); m != nil {
					fmt.Sscan(m[1], &t.based)
				}
				p.tables = append(p.tables, t)
			}
			i = next
			continue
		}
		p.prose(line, i+1, heads)
	}
	return p, notes, bad
}

// fenced returns the lines of a code block as they are, and the index of its
// last line.
func fenced(lines []string, i int, fence string) (body string, last int) {
	for j := i + 1; j < len(lines); j++ {
		if t := strings.TrimSpace(lines[j]); strings.HasPrefix(t, fence) && strings.Trim(t, fence[:1]) == "" {
			b := strings.Join(lines[i+1:j], "")
			return strings.TrimSuffix(strings.TrimSuffix(b, "\n"), "\r"), j
		}
	}
	return "", i
}

// table splits a table into cells.
func table(lines []string, i int) (t lpTable, last int) {
	t.head = cells(lines[i])
	last = i + 1
	for j := i + 2; j < len(lines); j++ {
		if !strings.HasPrefix(strings.TrimSpace(lines[j]), "|") {
			break
		}
		t.rows = append(t.rows, lpTableRow{cells(lines[j]), j + 1})
		last = j
	}
	return t, last
}

func cells(line string) []string {
	s := strings.TrimSpace(line)
	s = strings.TrimSuffix(strings.TrimPrefix(s, "|"), "|")
	parts := strings.Split(s, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// know settles whether a table is one of LLMPerf's and of which metric. note is
// why it is none; problem why it is one that cannot be read.
func (t *lpTable) know(heads []string) (note, problem string) {
	seen := map[string]bool{}
	var unknown, twice string
	for _, h := range t.head {
		stat, ok := lpColumns[strings.ToLower(h)]
		switch {
		case !ok && unknown == "":
			unknown = h
		case ok && seen[stat]:
			twice = h
		}
		seen[stat] = true
		t.stats = append(t.stats, stat)
	}
	switch {
	case !seen[lpFramework] || !seen[lpModelColumn]:
		return fmt.Sprintf("a table that begins with the column %q was passed over; LLMPerf's have Framework and Model", t.head[0]), ""
	case unknown != "":
		return "", fmt.Sprintf("unknown column %q in a table of LLMPerf", unknown)
	case twice != "":
		return "", fmt.Sprintf("two columns hold the same statistic, one of them %q", twice)
	}
	for i := len(heads) - 1; i >= 0; i-- {
		m, problem, isMetric := headingMetric(heads[i])
		if problem != "" {
			return "", problem
		}
		if isMetric {
			t.metric, t.heading = m, heads[i]
			return "", ""
		}
	}
	return "", "no heading above the table names its metric and unit"
}

// headingMetric reads "Time to First Token (seconds)".
func headingMetric(h string) (m lpMetric, problem string, isMetric bool) {
	name, rest, hasUnit := strings.Cut(h, "(")
	unit := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), ")"))
	name = strings.ToLower(strings.TrimSpace(name))
	var units map[string]int
	switch name {
	case "time to first token", "ttft":
		m.key = lpTTFT
		units = map[string]int{"seconds": 3, "s": 3, "milliseconds": 0, "ms": 0}
	case "output tokens throughput", "output token throughput":
		m.key = lpSpeed
		units = map[string]int{"tokens/s": 0, "token/s": 0}
	default:
		return m, "", false
	}
	if !hasUnit {
		return m, fmt.Sprintf("the heading %q names no unit", h), true
	}
	shift, ok := units[strings.ToLower(unit)]
	if !ok {
		return m, fmt.Sprintf("unknown unit %q in the heading %q", unit, h), true
	}
	m.shift, m.unit = shift, unit
	return m, "", true
}

// prose picks the facts that stand in sentences and lists. The first of each
// holds: later copies are translations or summaries.
func (p *lpPageData) prose(line string, n int, heads []string) {
	first := func(to *lpFact, m []string) {
		if m != nil && to.text == "" {
			*to = lpFact{m[1], n}
		}
	}
	first(&p.place, lpPlace.FindStringSubmatch(line))
	first(&p.date, lpDate.FindStringSubmatch(line))
	if m := mdLicense.FindStringSubmatch(line); m != nil && p.license == "" {
		p.license = m[1]
	}
	b := mdBullet.FindStringSubmatch(line)
	if b == nil {
		return
	}
	if m := lpBullet.FindStringSubmatch(b[1]); m != nil {
		key := strings.ReplaceAll(m[1], "’", "'")
		if _, ok := p.config[key]; !ok {
			p.config[key] = lpFact{m[2], n}
		}
		return
	}
	if len(heads) > 0 && strings.HasPrefix(heads[len(heads)-1], "Caveats") {
		p.caveats = append(p.caveats, lpFact{b[1], n})
	}
}
