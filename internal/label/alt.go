// The label in one sentence: the text alternative of every drawing.

package label

import (
	"cmp"
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
		parts = append(parts, w.t("alt_rated", "model", name, "stars", stars(in.Rating.Stars), "scale", in.Rating.ScaleID))
	case in.Rating.Code == rank.CodeWithdrawn || in.Withdrawal != nil:
		f, _ := in.fields(w)
		parts = append(parts, name+": "+f["withdrawn"])
	default:
		parts = append(parts, name+": "+w.t("not_rated")+": "+in.reason(w))
	}
	kind, month := in.dated()
	config := []string{in.taskName(), in.hardwareName(w)}
	if kind != "" {
		config = append(config, w.t("alt_"+kind, "month", month))
	}
	wh, has := in.value()
	if has {
		f := fields{}
		in.valueFields(f, w, wh)
		config = append([]string{f["value"] + " " + w.t("alt_per_"+in.per())}, config...)
	}
	parts = append(parts, strings.Join(nonEmpty(config), w.t("alt_comma")))
	if ci := in.Result.Metrics[Metric].CI95; has && ci != nil {
		lo, hi := interval(wh, *ci)
		parts = append(parts, w.t("alt_ci", "lo", lo, "hi", hi))
	}
	if s := in.statusText(w); s != "" {
		parts = append(parts, s)
	}
	// Screen readers spell a thin space out, or drop it; a plain one is safe.
	return strings.ReplaceAll(strings.Join(nonEmpty(parts), w.t("alt_clause")), unit.Thin, " ") + w.t("alt_stop")
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
