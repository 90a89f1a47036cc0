// What a label says where there is little room: the words of the sizes small
// and strip. Everything here is also on the full label, in more words.

package label

import (
	"cmp"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// briefFields are the fields of small labels, and what they hold.
var briefFields = map[string]string{
	"maker":          "the organisation of the model's id, and who serves it",
	"standing":       "set unless the result was withdrawn",
	"rating_short":   "the stars as a number",
	"reason_short":   "that there is no rating, and why, in few words",
	"no_value_short": "why there is no energy, in few words",
	"per_short":      "what the energy is for, in fewer words",
	"per_tiny":       "what the energy is for, in least words",
	"ci_short":       "the interval of the energy, if there is one and the scale does not change",
	"relative_short": "that the ranking is relative, for live scales",
	"scale_id":       "the scale's id, if there are stars",
	"task":           "the task", "task_short": "the task without what stands in brackets", "hardware": "number and name of the accelerators", "hardware_short": "number and short name of the accelerators",
	"dated": "the month with its kind", "month": "the month",
	"id_line": "scale, month and short id, unless a status takes their place", "id_line_short": "scale and short id, likewise",
	"hash_short":   "the first eight digits of the result's id",
	"status_short": "draft, review or old scale", "verify_short": "what the QR code is for, in few words",
}

// brief adds the fields of small labels to those of the full one.
func (in Input) brief(f fields, w *words, status string) {
	none := w.t("not_stated")
	f["maker"] = in.maker(func(string) bool { return true })
	f["verify_short"] = w.t("verify_short")
	f["task"] = cmp.Or(in.taskName(), none)
	f["task_short"] = withoutAside(f["task"])
	f["hardware"] = cmp.Or(in.hardwareName(w), w.t("no_hardware"))
	f["hardware_short"] = cmp.Or(in.hardwareShort(w), f["hardware"])
	kind, month := in.dated()
	f["month"] = month
	f["dated"] = w.t("no_date")
	if kind != "" {
		f["dated"] = w.t("fact_"+kind) + " " + month
	}
	f["hash_short"] = in.hash()[:min(8, len(in.hash()))]
	f["status_short"] = in.statusShort(w)

	if f["rated"] != "" {
		f["rating_short"] = w.stars(in.Rating.Stars)
		f["scale_id"] = in.Rating.ScaleID
		if in.Rating.Relative {
			f["relative_short"] = w.t("relative_short")
		}
	} else if status != StatusWithdrawn {
		f["reason_short"] = w.t("not_rated_short", "reason", in.reasonShort(w))
	}
	switch {
	case f["value"] != "":
		f["per_short"] = w.t("per_short_"+in.per(), "boundary", in.boundaryShort(w))
		f["per_tiny"] = w.t("per_tiny_" + in.per())
		if m := in.Result.Metrics[Metric]; m.CI95 != nil && f["relative_short"] == "" {
			lo, hi := w.interval(m.Value, *m.CI95)
			f["ci_short"] = w.t("ci_short", "lo", lo, "hi", hi)
		}
	case status != StatusWithdrawn:
		f["no_value_short"] = f["no_value"]
	}
	if status != StatusWithdrawn {
		f["standing"] = "1"
	}
	if f["status_short"] == "" && status != StatusWithdrawn {
		scale, short := f["scale_id"], f["scale_id"]
		if f["relative_short"] != "" {
			scale, short = w.t("scale_id_live", "scale", scale), w.t("scale_id_rel", "scale", scale)
		}
		f["id_line"] = strings.Join(nonEmpty([]string{scale, month, f["hash_short"]}), dot)
		f["id_line_short"] = strings.Join(nonEmpty([]string{short, f["hash_short"]}), dot)
	}
}

// dot stands between facts on one line.
const dot = " \u00b7 "

// withoutAside leaves out what a title says in brackets at its end.
func withoutAside(s string) string {
	if i := strings.LastIndex(s, " ("); i > 0 && strings.HasSuffix(s, ")") {
		return s[:i]
	}
	return s
}

// maker is who made the model, by its id, and for endpoints who serves it. Parts
// that no font draws are left out.
func (in Input) maker(draws func(string) bool) string {
	org, _, ok := strings.Cut(in.Result.Model.Name, "/")
	if !ok {
		org = ""
	}
	var parts []string
	for _, s := range []string{org, in.Result.Model.Provider} {
		if s = result.Normal(s); s != "" && (len(parts) == 0 || !strings.EqualFold(parts[0], s)) && draws(s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, dot)
}

// hardwareShort is count and accelerator by the catalogue's short name, or ""
// if there is none.
func (in Input) hardwareShort(w *words) string {
	if in.Hardware == nil || in.Hardware.Short == "" || in.Result.Hardware == nil {
		return ""
	}
	return in.counted(w, result.Normal(in.Hardware.Short))
}

func (in Input) boundaryShort(w *words) string {
	if key := "boundary_short_" + in.boundary(); in.boundary() != "" && w.has(key) {
		return w.t(key)
	}
	return w.t("boundary_short_unknown")
}

// reasonShort is why there is no rating in at most some fifteen letters.
func (in Input) reasonShort(w *words) string {
	code := in.Rating.Code
	if key, ok := strings.CutPrefix(code, rank.CodeGuard); ok {
		name := key
		if w.has("short_key_" + key) {
			name = w.t("short_key_" + key)
		}
		return w.t("short_guard", "key", name)
	}
	if key := "short_" + code; w.has(key) {
		return w.t(key)
	}
	return code
}

// statusShort is what stands in the way of taking the rating as it is.
func (in Input) statusShort(w *words) string {
	switch {
	case in.Withdrawal != nil || in.Rating.Code == rank.CodeWithdrawn:
		return ""
	case in.Result.Draft != "":
		return w.t("status_short_draft")
	case in.Flag != nil:
		return w.t("status_short_flagged")
	case !in.Rating.Rated:
		return ""
	case in.Rating.Status == rank.StatusSuperseded:
		return w.t("status_short_superseded")
	case in.Rating.Status == rank.StatusDraft:
		return w.t("status_short_draft")
	}
	return ""
}
