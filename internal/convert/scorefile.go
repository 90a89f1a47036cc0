// Scores into the catalogue entry of a model: the entry is a person's file with
// comments of its own, so lines are added to it and none is rewritten.

package convert

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"jouleboard/internal/result"
)

// AddScores returns a model's catalogue file with scores that it does not hold
// yet. have are those it holds. A score that is there with other numbers is an
// error: a figure is replaced by a person who sees both.
func AddScores(file []byte, have map[string]result.Quality, scores []Score) (out []byte, added []Score, err error) {
	for _, s := range scores {
		was, there := have[s.Benchmark]
		switch {
		case !there:
			added = append(added, s)
		case !sameQuality(was, s.Quality):
			return nil, nil, fmt.Errorf("%s is there already with %s; scores are not overwritten, remove it first if it is wrong",
				s.Benchmark, strconv.FormatFloat(was.Value, 'f', -1, 64))
		}
	}
	if len(added) == 0 {
		return file, nil, nil
	}
	eol := "\n"
	if bytes.Contains(file, []byte("\r\n")) {
		eol = "\r\n"
	}
	lines := strings.SplitAfter(string(file), "\n")
	at, indent := -1, "  "
	for i, l := range lines {
		if !strings.HasPrefix(l, "quality:") {
			continue
		}
		if rest := strings.TrimSpace(strings.TrimPrefix(l, "quality:")); rest != "" && !strings.HasPrefix(rest, "#") {
			return nil, nil, fmt.Errorf("line %d: quality is written on one line; write it as a block, one benchmark a line, so that lines can be added", i+1)
		}
		at = i + 1
		for _, next := range lines[at:] {
			if t := strings.TrimSpace(next); t == "" || strings.HasPrefix(t, "#") {
				continue
			}
			if n := len(next) - len(strings.TrimLeft(next, " ")); n > 0 {
				indent = next[:n]
			}
			break
		}
		break
	}
	var b strings.Builder
	for _, s := range added {
		writeScore(&b, s, indent, eol)
	}
	if at < 0 {
		text := string(file)
		if text != "" && !strings.HasSuffix(text, "\n") {
			text += eol
		}
		return []byte(text + "quality:" + eol + b.String()), added, nil
	}
	before := strings.Join(lines[:at], "")
	if !strings.HasSuffix(before, "\n") {
		before += eol
	}
	return []byte(before + b.String() + strings.Join(lines[at:], "")), added, nil
}

// writeScore writes one score as YAML. What no key is for is a comment.
func writeScore(b *strings.Builder, s Score, indent, eol string) {
	line := func(depth int, text string) {
		b.WriteString(strings.Repeat(indent, depth) + text + eol)
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	q := s.Quality
	if s.Remark != "" {
		line(1, "# "+s.Remark)
	}
	line(1, string(quoteJSON(s.Benchmark))+":")
	line(2, "metric: "+string(quoteJSON(q.Metric)))
	line(2, "value: "+number(q.Value))
	if q.Stderr != nil {
		line(2, "stderr: "+number(*q.Stderr))
	}
	if q.Shots != nil {
		line(2, "shots: "+strconv.FormatInt(*q.Shots, 10))
	}
	line(2, "harness: "+string(quoteJSON(q.Harness)))
	line(2, "harness_revision: "+string(quoteJSON(q.HarnessRevision)))
	line(2, "reproduce: "+string(quoteJSON(q.Reproduce)))
	line(2, "source: "+string(quoteJSON(q.Source)))
}

// sameQuality says whether two scores are equal in everything but the command that
// formed them, which may differ in what moves no score and which older entries
// lack.
func sameQuality(a, b result.Quality) bool {
	if (a.Stderr == nil) != (b.Stderr == nil) || a.Stderr != nil && *a.Stderr != *b.Stderr {
		return false
	}
	if (a.Shots == nil) != (b.Shots == nil) || a.Shots != nil && *a.Shots != *b.Shots {
		return false
	}
	a.Stderr, b.Stderr, a.Shots, b.Shots = nil, nil, nil, nil
	a.Reproduce, b.Reproduce = "", ""
	return a == b
}
