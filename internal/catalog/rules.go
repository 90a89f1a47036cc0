// The rules that `rule` tags name: what text and numbers may be.
//
// Everything in the catalogue may come from a stranger's pull request, so text
// is hostile until checked: no control or direction-override characters, no
// text that was decoded wrongly, no URL but http and https.

package catalog

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// Limits on text in bytes, by what it is for.
const (
	maxName     = 200
	maxText     = 4096
	maxVerbatim = 16384
	maxURL      = 2048
)

var (
	idForm     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)
	hexIDForm  = regexp.MustCompile(`^[0-9a-f]{12,64}$`)
	commitForm = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
	doiForm    = regexp.MustCompile(`^10\.[0-9]{4,9}/[!-~]+$`)
	eprintForm = regexp.MustCompile(`^[0-9]{4}\.[0-9]{4,5}$`)
)

// checkText applies rules to text and returns it as it shall be kept, or what is
// wrong with it and what to do.
func checkText(s, rules string) (kept, msg, hint string) {
	limit, lines := maxName, false
	switch {
	case yamldoc.HasRule(rules, "verbatim"):
		limit, lines = maxVerbatim, true
	case yamldoc.HasRule(rules, "text"):
		limit, lines = maxText, true
		s = strings.TrimRight(s, "\n")
	case yamldoc.HasRule(rules, "url"):
		limit = maxURL
	}
	if n, ok := ruleArg(rules, "max"); ok {
		limit, _ = strconv.Atoi(n)
	}
	switch {
	case s == "":
		return s, "the value is empty", "unknown is written by leaving the key out"
	case len(s) > limit:
		return s, fmt.Sprintf("%d bytes are too long, at most %d fit", len(s), limit), ""
	}
	if msg := result.TextProblem(s, lines); msg != "" {
		return s, msg, "type the text anew"
	}
	if !yamldoc.HasRule(rules, "verbatim") && strings.TrimSpace(s) != s {
		return s, fmt.Sprintf("%q begins or ends with space", result.Clip(s)), "remove the space"
	}
	for rule := range strings.SplitSeq(rules, ",") {
		name, arg, _ := strings.Cut(rule, "=")
		if msg, hint := checkForm(s, name, arg); msg != "" {
			return s, msg, hint
		}
	}
	return s, "", ""
}

// checkForm applies one rule about the form of a text.
func checkForm(s, name, arg string) (msg, hint string) {
	form := func(re *regexp.Regexp, want string) (string, string) {
		if re.MatchString(s) {
			return "", ""
		}
		return fmt.Sprintf("%q is not %s", result.Clip(s), want), ""
	}
	switch name {
	case "url":
		if msg := urlProblem(s); msg != "" {
			return msg, "give the full address of a page, beginning with https://"
		}
	case "id":
		return form(idForm, "an id (letters, digits, dot, dash and underscore, at most 80)")
	case "hexid":
		return form(hexIDForm, "a result's id (12 to 64 lower-case hex digits)")
	case "commit":
		return form(commitForm, "a commit (7 to 64 lower-case hex digits)")
	case "doi":
		return form(doiForm, "a DOI (10.NNNN/...)")
	case "eprint":
		return form(eprintForm, "an arXiv number (YYMM.NNNNN)")
	case "hubid":
		if !isHubID(s) {
			return fmt.Sprintf("%q is not a model id (ORG/NAME without spaces)", result.Clip(s)), ""
		}
	case "date", "day":
		if _, _, ok := result.DateRange(s); !ok || name == "day" && len(s) != len(time.DateOnly) {
			want := "YYYY-MM-DD"
			if name == "date" {
				want += ", YYYY-MM or YYYY"
			}
			return fmt.Sprintf("%q is not a date", result.Clip(s)), "write " + want
		}
	case "enum":
		if arg == "@reason" {
			arg = reasonRule
		}
		for want := range strings.SplitSeq(arg, "|") {
			if s == want {
				return "", ""
			}
		}
		return fmt.Sprintf("%q is not one of the words for this", result.Clip(s)), "use one of " + strings.ReplaceAll(arg, "|", ", ")
	}
	return "", ""
}

// checkNumber applies rules to a number.
func checkNumber(f float64, rules string) string {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	switch {
	case yamldoc.HasRule(rules, "positive") && f <= 0:
		return text + " is not above 0 (unknown is written by leaving the key out)"
	case yamldoc.HasRule(rules, "notnegative") && f < 0:
		return text + " is below 0"
	case yamldoc.HasRule(rules, "fraction") && (f < 0 || f > 1):
		return text + " is not a fraction from 0 to 1"
	}
	return ""
}

// urlProblem says what is wrong with a URL, "" if nothing.
func urlProblem(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return fmt.Sprintf("%q is not a URL", result.Clip(s))
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Sprintf("%q does not begin with https:// or http://", result.Clip(s))
	case u.Hostname() == "" || strings.ContainsAny(s, " \"<>\\^`{|}"):
		return fmt.Sprintf("%q is not a URL", result.Clip(s))
	case u.User != nil:
		return "the URL holds a user name or password"
	}
	return ""
}

// isHubID tells ORG/NAME: two parts that can be folders.
func isHubID(s string) bool {
	org, name, ok := strings.Cut(s, "/")
	if !ok || strings.Contains(name, "/") || strings.Contains(s, `\`) {
		return false
	}
	for _, part := range []string{org, name} {
		if part == "" || part == "." || part == ".." || strings.ContainsFunc(part, unicode.IsSpace) {
			return false
		}
	}
	return true
}

func ruleArg(rules, name string) (string, bool) {
	for rule := range strings.SplitSeq(rules, ",") {
		if key, arg, ok := strings.Cut(rule, "="); ok && key == name {
			return arg, true
		}
	}
	return "", false
}

// nameKey is the normal form in which names of licences and hardware are
// compared: lower case, every run of other characters than letters and digits
// one space. A dot between digits stays (2.0 is not 20), and so does a plus
// sign (GPL-2.0+ is not GPL-2.0).
func nameKey(s string) string {
	rs := []rune(strings.ToLower(s))
	var b strings.Builder
	gap := false
	for i, r := range rs {
		keep := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '+' ||
			r == '.' && i > 0 && i+1 < len(rs) && unicode.IsDigit(rs[i-1]) && unicode.IsDigit(rs[i+1])
		if !keep {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
