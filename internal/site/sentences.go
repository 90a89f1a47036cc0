// Sentences that packages below the site make in English: why a result is not
// rated or on no board, and what a board of one result says. The site takes them apart by these
// forms and says them in its own language.

package site

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// sentence is an English form with {0}, {1}, ... and the key of its translation.
type sentence struct{ key, english string }

var sentences = []sentence{
	{"said.withdrawn", "Withdrawn {0}"},
	{"said.no-scale", "Not rated: no scale for this task"},
	{"said.no-energy", "Not rated: no energy measured"},
	{"said.invalid", "Not rated: invalid value"},
	{"said.missing", "Not rated: {0} not reported"},
	{"said.guard", "Not rated: different {0} ({1})"},
	{"said.cohort", "Not rated: reference cohort of {0}, {1} needed"},
	{"said.equal", "Not rated: all cohort values equal"},
	{"said.uncertain", "Not rated: uncertainty spans {0} stars"},
	{"said.draft", "a draft ({0}) is never ranked"},
	{"said.check", "failed check {0}: {1}"},
	{"said.checks", "failed check {0}"},
	{"said.class-energy", "class energy: measured, but not by all rules of a ranked result"},
	{"said.class-warned", "class energy: measured, but not by all rules of a ranked result ({0})"},
	{"said.mig", "it ran on a MIG slice, whose energy cannot be told from its neighbours'"},
	{"said.prompt", "its system prompt (SHA-256 {0}...) is not the task's ({1}...)"},
	{"said.reference", "task {0} compares results of {1} only"},
	{"said.single-gpu", "models of class {0} must run on one accelerator, this one used {1}"},
	{"said.at-no-point", "at none of the site's operating points"},
	{"said.only-hidden", "only on boards that site.yaml hides"},
	{"said.no-number", "it has no number that a board could rank by"},
	{"said.none", "No result here may be ranked."},
	{"said.single", "One result only: there is nothing to rank it against."},
}

// guardWords are the conditions that keep groups of a scale apart.
var guardWords = []string{"hardware", "count", "task", "class", "precision", "point", "boundary", "kind", "weights", "origin", "reasoning", "method"}

var plainNumber = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// pattern finds what fills a form in.
func (f sentence) pattern() *regexp.Regexp {
	p := regexp.QuoteMeta(f.english)
	for i := 0; strings.Contains(f.english, "{"+strconv.Itoa(i)+"}"); i++ {
		p = strings.ReplaceAll(p, `\{`+strconv.Itoa(i)+`\}`, `(.+?)`)
	}
	return regexp.MustCompile("^" + p + "$")
}

// sentencePatterns are those of sentences, made when they are first asked for.
var sentencePatterns = sync.OnceValue(func() []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(sentences))
	for i, f := range sentences {
		out[i] = f.pattern()
	}
	return out
})

// said is a sentence of a package below in the site's language; one that no form
// knows stays as it is.
func (s *site) said(english string) string {
	for i, f := range sentences {
		if before, _, _ := strings.Cut(f.english, "{"); !strings.HasPrefix(english, before) {
			continue // which a pattern finds out more slowly
		}
		found := sentencePatterns()[i].FindStringSubmatch(english)
		if found == nil {
			continue
		}
		args := make([]any, 0, len(found)-1)
		for _, a := range found[1:] {
			if k := "said.what." + a; s.msg.Has(k) {
				a = s.msg.T(k)
			} else if plainNumber.MatchString(a) {
				a = s.msg.Write(a)
			} else if f.key == "said.withdrawn" {
				a = s.msg.day(a)
			}
			args = append(args, a)
		}
		return s.msg.T(f.key, args...)
	}
	return english
}
