// Checks of the values in site.yaml, beyond their types.

package content

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"

	"jouleboard/internal/cite"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

var (
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`)
	licenseForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`)
	orcidForm    = regexp.MustCompile(`^\d{4}-\d{4}-\d{4}-\d{3}[0-9X]$`)
	keyForm      = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	branchForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]*$`)
)

// siteCheck collects findings about a site.
type siteCheck struct {
	s  *Site
	fs result.Findings
}

// add says something about a value, unless reading it has failed already.
func (c *siteCheck) add(level result.Level, pointer, msg, hint string) {
	c.say(result.Finding{Rule: ruleSite, Level: level, Where: result.Place{Pointer: pointer}, Message: msg, Hint: hint})
}

func (c *siteCheck) say(f result.Finding) {
	if c.s.doc == nil || !c.s.doc.Failed(f.Where.Pointer) {
		f.Where = c.s.Place(f.Where.Pointer)
		c.fs = append(c.fs, f)
	}
}

func (c *siteCheck) bad(pointer, msg, hint string) { c.add(result.Error, pointer, msg, hint) }

// check looks at every value.
func (s *Site) check() result.Findings {
	c := &siteCheck{s: s}
	c.identity()
	c.people()
	c.links()
	c.look()
	reg := c.formulas()
	for _, f := range s.Rank.Check(reg) {
		c.say(f)
	}
	return c.fs
}

func (c *siteCheck) identity() {
	s := c.s
	s.Title = strings.TrimSpace(s.Title)
	switch n := len([]rune(s.Title)); {
	case n == 0:
		c.bad("/title", "the board has no title", "add title: NAME")
	case n > 200:
		c.bad("/title", fmt.Sprintf("title has %d characters, more than 200", n), "")
	}
	if s.Description == "" {
		c.add(result.Warn, "/description", "the board has no description", "search engines and link previews show it; add one or two sentences")
	}
	if s.BaseURL != "" {
		s.BaseURL = strings.TrimRight(s.BaseURL, "/")
		if msg := CheckBaseURL(s.BaseURL); msg != "" {
			c.bad("/base_url", msg, "write the address at which the site is published, such as https://example.org/board")
		}
	}
	if !languageForm.MatchString(s.Language) {
		c.bad("/language", fmt.Sprintf("language %q is not a language tag", result.Clip(s.Language)), "write en, zh or the like")
	}
	known := false
	for i, l := range s.Languages {
		known = known || l == s.Language
		if l != s.Language && !languageForm.MatchString(l) {
			c.bad(fmt.Sprintf("/languages/%d", i), fmt.Sprintf("language %q is not a language tag", result.Clip(l)), "write en, zh or the like")
		}
	}
	if !known {
		c.bad("/languages", fmt.Sprintf("languages lacks %q, which the board's language is", s.Language), "add it")
	}
	switch {
	case s.License == "":
		c.add(result.Warn, "/license", "the board's data has no licence", "nobody may reuse what states none; add license: with an SPDX id such as CC-BY-4.0")
	case !licenseForm.MatchString(s.License):
		c.bad("/license", fmt.Sprintf("license %q is not an SPDX id", result.Clip(s.License)), "such as Apache-2.0 or CC-BY-4.0; see spdx.org/licenses")
	}
	if s.Labels.HashLen != 12 && s.Labels.HashLen != 16 {
		c.bad("/labels/hash_len", fmt.Sprintf("hash_len is %d", s.Labels.HashLen), "12 or 16; changing it changes every permalink")
	}
	c.labelBuild()
	c.figureBuild()
	if d := s.Citation.DOI; d != "" && !cite.ValidDOI(d) {
		c.bad("/citation/doi", fmt.Sprintf("doi %q has not the form of a DOI", result.Clip(d)), "write it as 10.5281/zenodo.123, without https://doi.org/")
	}
}

// CheckBaseURL says what is wrong with a site's address, "" if nothing is. Labels
// carry it in print, so that it must be absolute and https.
func CheckBaseURL(s string) string {
	if msg := unusual(s); msg != "" {
		return msg
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return fmt.Sprintf("%q is not an absolute address", result.Clip(s))
	case u.Scheme != "https":
		return fmt.Sprintf("%q does not begin with https://", result.Clip(s))
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#") || u.User != nil:
		return fmt.Sprintf("%q holds a query, fragment or user name", result.Clip(s))
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Sprintf("%q is not plain ASCII", result.Clip(s))
	}
	return ""
}

func (c *siteCheck) people() {
	for i, a := range c.s.Authors {
		at := fmt.Sprintf("/authors/%d", i)
		switch {
		case a.Name == "" && a.Family == "":
			c.bad(at, "author has neither name nor family name", "a person has family: and given:, an organisation has name:")
		case a.Name != "" && (a.Family != "" || a.Given != ""):
			c.bad(at, fmt.Sprintf("author %q has both name and family or given", result.Clip(a.Name)), "a person has family: and given:, an organisation has name:")
		}
		if a.ORCID != "" && !validORCID(a.ORCID) {
			c.bad(at+"/orcid", fmt.Sprintf("orcid %q is not valid", result.Clip(a.ORCID)), "write the 16 digits with hyphens, as in 0000-0002-1825-0097; the last one is a check digit")
		}
	}
	if len(c.s.Authors) == 0 {
		c.add(result.Warn, "/authors", "the board names no authors", "citations then credit the title alone; an organisation is enough")
	}
	if s := c.s.Contact; s != "" && !isWeb(s) {
		addr, ok := strings.CutPrefix(s, "mailto:")
		if _, err := mail.ParseAddress(addr); !ok || err != nil || strings.ContainsAny(addr, "<> ") {
			c.bad("/contact", fmt.Sprintf("contact %q is no https or mailto address", result.Clip(s)), "such as mailto:board@example.org")
		}
	}
}

// validORCID checks form and check digit (ISO 7064, 11-2).
func validORCID(s string) bool {
	if !orcidForm.MatchString(s) {
		return false
	}
	sum := 0
	digits := strings.ReplaceAll(s, "-", "")
	for _, r := range digits[:15] {
		sum = (sum + int(r-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11] == digits[15]
}

func (c *siteCheck) links() {
	s := c.s
	if s.Repository != "" && !isWeb(s.Repository) {
		c.bad("/repository", fmt.Sprintf("repository %q is not an https address", result.Clip(s.Repository)), "such as https://github.com/OWNER/NAME")
	}
	s.Repository = strings.TrimRight(s.Repository, "/")
	if !branchForm.MatchString(s.Branch) || strings.Contains(s.Branch, "..") {
		c.bad("/branch", fmt.Sprintf("branch %q is not a branch name", result.Clip(s.Branch)), "")
	}
	for i, l := range s.Navigation {
		at := fmt.Sprintf("/navigation/%d", i)
		if strings.TrimSpace(l.Title) == "" {
			c.bad(at, "navigation entry has no title", "")
		}
		if !isWeb(l.URL) {
			u := strings.TrimPrefix(l.URL, "/")
			path, _, _ := strings.Cut(u, "#")
			if !urlForm.MatchString(path) {
				c.bad(at+"/url", fmt.Sprintf("navigation url %q is neither inside the site nor an https address", result.Clip(l.URL)), "write it like docs/ or boards/chat-h100/")
			}
			s.Navigation[i].URL = u
		}
	}
	for i, l := range s.Related {
		at := fmt.Sprintf("/related/%d", i)
		if strings.TrimSpace(l.Title) == "" {
			c.bad(at, "related board has no title", "")
		}
		if !isWeb(l.URL) {
			c.bad(at+"/url", fmt.Sprintf("url %q is not an https address", result.Clip(l.URL)), "")
		}
	}
}

// formulas compiles the formula columns and returns the registry that has them.
func (c *siteCheck) formulas() *unit.Registry {
	reg := unit.Default()
	good := Formulas{}
	for _, key := range c.s.Formulas.Keys() {
		f := c.s.Formulas[key]
		at := "/formulas/" + result.EscapePointer(key)
		switch _, taken := reg.Get(key); {
		case !keyForm.MatchString(key):
			c.bad(at, fmt.Sprintf("formula key %q cannot be a column", result.Clip(key)), "use lower-case letters, digits and _, with the unit in the name")
			continue
		case taken:
			c.bad(at, fmt.Sprintf("formula key %q is already a metric", key), "choose another key")
			continue
		case f.Better != "" && f.Better != unit.Lower && f.Better != unit.Higher && f.Better != unit.Neutral:
			c.bad(at+"/better", fmt.Sprintf("better is %q", result.Clip(string(f.Better))), `use lower, higher or "-"`)
		case f.Digits < 0 || f.Digits > 15:
			c.bad(at+"/digits", fmt.Sprintf("digits is %d", f.Digits), "1 to 15 significant digits")
		}
		if err := f.compile(unit.Default()); err != nil {
			c.bad(at, err.Error(), "see the metric registry for keys and units")
			continue
		}
		c.s.Formulas[key], good[key] = f, f
	}
	ext, err := reg.With(good.Metrics()...)
	if err != nil {
		c.bad("/formulas", err.Error(), "")
		return reg
	}
	return ext
}

// Registry returns the built-in metrics and the board's formula columns.
func (s *Site) Registry() *unit.Registry {
	good := Formulas{}
	for k, f := range s.Formulas {
		if f.program != nil {
			good[k] = f
		}
	}
	reg, err := unit.Default().With(good.Metrics()...)
	if err != nil {
		return unit.Default() // LoadSite has reported it
	}
	return reg
}

// validDate says whether s is a day of the calendar, YYYY-MM-DD.
func validDate(s string) bool {
	_, _, ok := result.DateRange(s)
	return ok && len(s) == len(time.DateOnly)
}
