// The rules for dates, addresses and text of one file. Everything that people
// contribute is hostile until it has passed these, and is escaped all the same.

package result

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// dates checks that dates exist in the calendar and stand in a possible order.
// There is no clock: a date is only late against another one of the file.
func (c *checker) dates() {
	c.date("/model/date", c.r.Model.Date)
	if b := c.r.Boundary; b != nil {
		for key, decl := range map[string]*Declared{"pue": b.PUE, "gco2e_per_kwh": b.GCO2ePerKW} {
			if decl != nil {
				c.date("/boundary/"+key+"/date", decl.Date)
			}
		}
	}
	if a := c.r.Attestation; a != nil {
		c.date("/attestation/public_data_sharing/date", a.PublicDataSharing.Date)
		c.date("/attestation/data_integrity/date", a.DataIntegrity.Date)
		c.date("/attestation/model_representation/date", a.ModelRepresentation.Date)
	}
	measured := ""
	if m := c.r.MeasuredAt; m != "" {
		if t, err := time.Parse(time.RFC3339, m); err != nil {
			c.say(Error, "RES-DATE", "/measured_at", "", "%q is no time of RFC 3339 with zone, such as 2026-02-16T09:30:00Z", Clip(m))
		} else {
			measured = t.UTC().Format(time.DateOnly)
		}
	}
	s := c.r.Source
	if s == nil {
		return
	}
	published := c.date("/source/published", s.Published)
	retrieved := c.date("/source/retrieved", s.Retrieved)
	if !published || !retrieved || s.Retrieved == "" {
		return
	}
	if after(s.Published, s.Retrieved) {
		c.say(Error, "RES-DATE", "/source/published", "", "published on %s, after it was retrieved on %s", s.Published, s.Retrieved)
	}
	if after(measured, s.Retrieved) {
		c.say(Error, "RES-DATE", "/measured_at", "", "measured on %s, after it was retrieved on %s", measured, s.Retrieved)
	}
}

// date accepts YYYY, YYYY-MM and YYYY-MM-DD, and nothing at all.
func (c *checker) date(at, s string) bool {
	if s == "" {
		return true
	}
	if _, _, ok := DateRange(s); ok {
		return true
	}
	c.say(Error, "RES-DATE", at, "write YYYY-MM-DD, YYYY-MM or YYYY", "%q is no date of the calendar", Clip(s))
	return false
}

// after compares dates as far as both are known.
func after(a, b string) bool {
	n := min(len(a), len(b))
	return a[:n] > b[:n]
}

// addresses checks every field that becomes a link.
func (c *checker) addresses() {
	c.address("/by/url", c.r.By.URL)
	if s := c.r.Source; s != nil {
		c.address("/source/url", s.URL)
	}
	if s := c.r.Samples; s != nil {
		c.address("/samples/url", s.URL)
	}
	if ds := c.r.Workload.Dataset; ds != nil {
		c.address("/workload/dataset/url", ds.URL)
	}
	if s := c.r.Software; s != nil {
		for key, tool := range map[string]*Tool{"engine": s.Engine, "meter": s.Meter, "jouleboard": s.Jouleboard, "harness": s.Harness} {
			if tool != nil {
				c.address("/software/"+key+"/url", tool.URL)
			}
		}
		for i, p := range s.Packages {
			c.address(fmt.Sprintf("/software/packages/%d/url", i), p.URL)
		}
	}
	// Sources of scores and of declared numbers are citations or addresses.
	for _, key := range slices.Sorted(maps.Keys(c.r.Quality)) {
		c.citation("/quality/"+EscapePointer(key)+"/source", c.r.Quality[key].Source)
	}
	if b := c.r.Boundary; b != nil {
		if b.PUE != nil {
			c.citation("/boundary/pue/source", b.PUE.Source)
		}
		if b.GCO2ePerKW != nil {
			c.citation("/boundary/gco2e_per_kwh/source", b.GCO2ePerKW.Source)
		}
	}
}

func (c *checker) address(at, s string) {
	if s == "" {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		c.say(Error, "RES-URL", at, "", "%q is no address", Clip(s))
	case u.Scheme != "http" && u.Scheme != "https":
		c.say(Error, "RES-URL", at, "use an http:// or https:// address", "%q has the scheme %q", Clip(s), u.Scheme)
	case u.Host == "":
		c.say(Error, "RES-URL", at, "", "%q names no host", Clip(s))
	case u.User != nil:
		c.say(Error, "RES-URL", at, "leave user name and password out", "the address holds a user name or password")
	}
}

// citation holds text to the rules of addresses where it looks like one.
func (c *checker) citation(at, s string) {
	low := strings.ToLower(strings.TrimSpace(s))
	for _, scheme := range []string{"javascript:", "data:", "vbscript:", "file:", "http:", "https:"} {
		if strings.HasPrefix(low, scheme) {
			c.address(at, s)
			return
		}
	}
}

// suspects are what the patterns of secrets and private paths need to match at
// all; searching for them first spares nearly every file the patterns.
var suspects = [][]byte{
	[]byte("sk-"), []byte("hf_"), []byte("ghp_"), []byte("gho_"), []byte("ghs_"), []byte("github_pat_"), []byte("AKIA"), []byte("xox"), []byte("AIza"),
	[]byte("PRIVATE KEY"), []byte("earer "), []byte("/home/"), []byte("/Users/"), []byte("/root/"), []byte(`:\\`),
	[]byte("api"), []byte("API"), []byte("assw"), []byte("ASSW"), []byte("ecret"), []byte("ECRET"), []byte("TOKEN="),
}

var secretPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(sk-[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{20,}|gh[os]_[A-Za-z0-9]{20,}|ghp_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|` +
		`AKIA[0-9A-Z]{16}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[A-Za-z0-9_-]{30,})|-----BEGIN [A-Z ]*PRIVATE KEY|[Bb]earer [A-Za-z0-9._~+/-]{20,}|` +
		`(?i:api[_-]?key|password|passwd|secret|_token)\s*[=:]\s*['"]?[A-Za-z0-9._~+/-]{12,}`)
})

var privatePathPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s"'=:,(])(/(home|Users|root)/|[A-Za-z]:\\)`)
})

// text looks at every string and every key of the file. Plain ASCII without
// escapes and without suspects, which is nearly every file, is passed at once.
func (c *checker) text() {
	if !c.needsTextRules() {
		return
	}
	walk(c.data, func(pointer string, key, value int64, tok jsontext.Token) bool {
		if key >= 0 {
			c.textRules(pointer, lastToken(pointer), key, false)
		}
		if tok.Kind() == '"' {
			s := tok.String()
			lines := pointer == "/workload/command" || pointer == "/software/launch_command" || strings.HasPrefix(pointer, "/notes/") ||
				strings.HasPrefix(pointer, "/quality/") && strings.HasSuffix(pointer, "/reproduce")
			c.textRules(pointer, s, value, lines)
			c.private(pointer, s)
		}
		return len(c.at) < maxFindings
	})
}

func (c *checker) needsTextRules() bool {
	for i, b := range c.data {
		if b >= 0x7f || b == '\\' && i+1 < len(c.data) && c.data[i+1] != '"' && c.data[i+1] != '\\' && c.data[i+1] != '/' {
			return true
		}
	}
	for _, s := range suspects {
		if bytes.Contains(c.data, s) {
			return true
		}
	}
	return false
}

// private is the part of V01 that keeps people's secrets out of public files.
func (c *checker) private(pointer, s string) {
	if m := secretPattern().FindString(s); m != "" {
		c.say(Error, "V01", pointer, "mask it, and revoke it if it was real", "looks like it holds a key or token (%.4s…)", m)
	}
	if pointer == "/workload/command" && c.r.Reported() {
		return // the source's own command, public already, is kept as it is
	}
	if m := privatePathPattern().FindStringSubmatch(s); m != nil {
		c.say(Error, "V01", pointer, "name what it is instead of where it lies", "holds an absolute path (%s…)", m[2])
	}
}

// textRules refuses characters that hide or reorder what a reader sees, and
// text that was decoded wrongly before it came here. at is where the string
// starts in the file.
func (c *checker) textRules(pointer, s string, at int64, lines bool) {
	if plainText(s) {
		return
	}
	for i, r := range s {
		what := BadRune(r)
		if what == "" || lines && (r == '\n' || r == '\t') {
			continue
		}
		where, exact := c.find(at, string(r))
		msg := fmt.Sprintf("%U (%s) at character %d", r, what, utf8.RuneCountInString(s[:i])+1)
		if exact {
			msg += fmt.Sprintf(", byte %d of the file", where)
		}
		f := Finding{Rule: "RES-TEXT", Level: Error, Where: Place{Pointer: pointer}, Message: msg, Hint: "remove it"}
		if r == utf8.RuneError {
			f.Level, f.Hint = Warn, "look the text up at its source" // it harms nobody
		}
		c.addAt(where, f)
		return // one a string is enough to find them all
	}
	if wrong, right := Mojibake(s); wrong != "" {
		where, _ := c.find(at, wrong)
		c.addAt(where, Finding{Rule: "RES-TEXT", Level: Error, Where: Place{Pointer: pointer},
			Message: fmt.Sprintf("%q at byte %d is UTF-8 that was read as Windows-1252; %q was meant", wrong, where, right),
			Hint:    "read the source as UTF-8"})
	}
}

// find returns where a part of the string that starts at an offset stands, and
// false with the start of the string where it is written as an escape.
func (c *checker) find(at int64, part string) (int64, bool) {
	if i := bytes.Index(c.data[at:], []byte(part)); i >= 0 {
		return at + int64(i), true
	}
	return at, false
}

func plainText(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
