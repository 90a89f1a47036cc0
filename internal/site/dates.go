// Dates in sentences, as the language writes them. Tables, addresses and files
// have year, month and day, which sort and line up.

package site

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"jouleboard/internal/result"
)

// monthsKey holds the twelve names of months, and dayForms the patterns of a year,
// a month and a day, by how much of a date is known.
const monthsKey = "date.months"

var dayForms = []struct{ key, iso, holes string }{
	{"date.year", "2006", `\{y\}`},
	{"date.month", "2006-01", `\{(m|mm|month)\}`},
	{"date.day", "2006-01-02", `\{dd?\}`},
}

// day is a date in words: a day, or the month or year where no more is known. What
// is no such date stays as it is.
func (m *messages) day(iso string) string {
	for _, f := range dayForms {
		if len(iso) != len(f.iso) {
			continue
		}
		t, err := time.Parse(f.iso, iso)
		if err != nil {
			break
		}
		month := ""
		if names := m.months(); len(names) == 12 {
			month = names[t.Month()-1]
		}
		out := strings.ReplaceAll(m.text[f.key], "{month}", month)
		for _, h := range [][2]string{{"{y}", "2006"}, {"{mm}", "01"}, {"{m}", "1"}, {"{dd}", "02"}, {"{d}", "2"}} {
			if strings.Contains(out, h[0]) {
				out = strings.ReplaceAll(out, h[0], m.Write(t.Format(h[1])))
			}
		}
		return out
	}
	return iso
}

func (m *messages) months() []string { return strings.Split(m.text[monthsKey], "|") }

// checkDays finds patterns that leave a part of a date out, or ask for names of
// months that are not there.
func (m *messages) checkDays(file string, out *result.Findings) {
	for i, f := range dayForms {
		for _, part := range dayForms[:i+1] {
			if !regexp.MustCompile(part.holes).MatchString(m.text[f.key]) {
				*out = append(*out, result.Finding{Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: file},
					Message: fmt.Sprintf("%s is %q and shows no %s", f.key, m.text[f.key], strings.TrimPrefix(part.key, "date.")), Hint: "use {y}, {m}, {mm} or {month}, and {d} or {dd}"})
			}
		}
	}
	if n := len(m.months()); n != 12 {
		*out = append(*out, result.Finding{Rule: "SITE-LANG", Level: result.Error, Where: result.Place{File: file},
			Message: fmt.Sprintf("%s has %d names, expected 12 with | between them", monthsKey, n), Hint: "copy the line from the built-in assets/i18n/en.yaml and translate it"})
	}
}
