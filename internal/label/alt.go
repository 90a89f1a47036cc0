// The label in one sentence: the text alternative of every drawing.

package label

import (
	"cmp"
	"slices"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/unit"
)

// Alt returns the label as one sentence in the site's language.
func (d *Designs) Alt(in Input) string { return in.alt(d.words(in.Lang)) }

func (in Input) alt(w *words) string {
	var parts []string
	name := cmp.Or(in.displayName(), in.Result.Model.Name)
	switch {
	case in.Rating.Rated:
		parts = append(parts, w.t("alt_rated", "model", name, "stars", w.stars(in.Rating.Stars), "scale", in.Rating.ScaleID))
	case in.Rating.Code == rank.CodeWithdrawn || in.Withdrawal != nil:
		f, _ := in.fields(w)
		parts = append(parts, name+w.t("alt_colon")+f["withdrawn"])
	default:
		parts = append(parts, name+w.t("alt_colon")+w.t("not_rated")+w.t("alt_colon")+in.reason(w))
	}
	kind, month := in.dated()
	config := []string{in.taskName(), in.hardwareName(w)}
	if kind != "" {
		config = append(config, w.t("alt_"+kind, "month", month))
	}
	wh, has := in.value()
	if has {
		config = append([]string{in.valueText(w, wh) + " " + w.t("alt_per_"+in.per())}, config...)
	}
	parts = append(parts, strings.Join(nonEmpty(config), w.t("alt_comma")))
	if ci := in.Result.Metrics[Metric].CI95; has && ci != nil {
		lo, hi := w.interval(wh, *ci)
		parts = append(parts, w.t("alt_ci", "lo", lo, "hi", hi))
	}
	if s := in.statusText(w); s != "" {
		parts = append(parts, s)
	}
	// Screen readers spell a thin space out, or drop it; a plain one is safe.
	return strings.ReplaceAll(strings.Join(nonEmpty(parts), w.t("alt_clause")), unit.Thin, " ") + w.t("alt_stop")
}

// said is a text of a design and what it came to say.
type said struct {
	e *Element
	s string
}

// inSentence are the fields that the sentence tells in its own words.
var inSentence = []string{"model", "rating", "rating_short", "value", "per_tiny", "ci_short", "task", "task_short", "hardware", "hardware_short", "dated", "month", "status", "status_short", "scale_id", "withdrawn", "reason_short"}

// describe is the whole drawing in words: the sentence, then everything that
// the drawing says and the sentence does not, and the note that every label
// carries.
func (in Input) describe(alt string, lo *layout, w *words) string {
	var parts []string
	say := func(s string) {
		s = strings.TrimSuffix(strings.TrimSuffix(strings.ReplaceAll(s, unit.Thin, " "), "."), w.t("alt_stop"))
		if s != "" && !strings.Contains(alt, s) && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	for _, x := range lo.said {
		told := 0
		for _, f := range x.e.refs {
			switch {
			case slices.Contains(inSentence, f):
				told++
			case f == "id_line":
				told++
				say(lo.f["hash_short"])
			}
		}
		if n := len(x.e.refs); n == 0 || told < n {
			say(x.s)
		}
	}
	if lo.ds.uses["fact_value"] {
		for _, f := range lo.facts {
			if len(f.value) < 3 || !strings.Contains(alt, f.value) {
				say(f.key + w.t("alt_colon") + f.value)
			}
		}
	}
	if in.Rating.Rated && in.Rating.Spans { // small stars say so by their cores alone
		say(w.t("range", "lo", w.stars(in.Rating.Min), "hi", w.stars(in.Rating.Max)))
	}
	if in.Rating.Rated && in.Rating.Relative {
		say(w.t("relative"))
	}
	say(w.t("note"))
	return alt + " " + strings.Join(parts, w.t("alt_clause")) + w.t("alt_stop")
}

func nonEmpty(ss []string) []string {
	out := ss[:0]
	for _, s := range ss {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}
