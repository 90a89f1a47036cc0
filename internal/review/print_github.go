// GitHub: findings as workflow commands, which it shows beside the lines of a
// pull request. It shows ten of a level for each step and drops the others
// silently, so no more are written and the rest is counted in the log.

package review

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"jouleboard/internal/result"
)

// perLevel is how many annotations of a level GitHub takes from one step.
const perLevel = 10

// GitHub prints findings as annotations.
func GitHub(w io.Writer, fs result.Findings, p Print) error {
	out := bufio.NewWriter(w)
	p.Max = 0 // the limits here are lower
	perFile := map[result.Level]int{}
	var rest Omitted
	// Places cost a look into the file; only those that are written need them.
	var short result.Findings
	sorted, _ := Print{}.listed(fs)
	for _, f := range sorted {
		if perFile[f.Level]++; perFile[f.Level] > perLevel {
			rest.add(f.Level)
			continue
		}
		short = append(short, f)
	}
	list, _ := p.listed(short)
	for _, f := range list {
		command := map[result.Level]string{result.Error: "error", result.Warn: "warning"}[f.Level]
		if command == "" {
			command = "notice"
		}
		var props []string
		if f.Where.File != "" {
			props = append(props, "file="+property(p.prefixed(f.Where.File)))
			if f.Where.Line > 0 {
				props = append(props, fmt.Sprintf("line=%d", f.Where.Line))
				if col := p.column(f.Where); col > 0 {
					props = append(props, fmt.Sprintf("col=%d", col))
				}
			}
		}
		props = append(props, "title="+property(f.Rule))
		text := f.Message
		if f.Hint != "" {
			text += "\ntry: " + f.Hint
		}
		fmt.Fprintf(out, "::%s %s::%s\n", command, strings.Join(props, ","), data(text))
	}
	if rest.any() {
		fmt.Fprintf(out, "%s more are not shown here; 'jouleboard validate' lists them\n", rest)
	}
	return out.Flush()
}

// data escapes the text of a workflow command, which ends at a line's end. Line
// ends are kept, as GitHub shows them; other control characters are shown as
// their escapes.
func data(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(s, "\r\n")
		if i < 0 {
			break
		}
		b.WriteString(OneLine(s[:i]))
		b.WriteByte(s[i])
		s = s[i+1:]
	}
	b.WriteString(OneLine(s))
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(b.String())
}

// property escapes the value of a workflow command's property.
func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}
