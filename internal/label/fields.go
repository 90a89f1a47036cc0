// What a label says: from a result and its rating to the named texts that
// designs place. Nothing here knows of millimetres.

package label

import (
	"cmp"
	"maps"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// fields are the named texts. A field that is not set is not shown.
type fields map[string]string

// fact is one row of the facts.
type fact struct{ key, value string }

// fieldNames are the fields that a design may place or ask for, and what they
// hold: those of the full label, and briefFields.
var fieldNames = func() map[string]string {
	all := maps.Clone(fullFields)
	maps.Copy(all, briefFields)
	return all
}()

var fullFields = map[string]string{
	"site":     "the board's title",
	"subtitle": "what kind of label this is",
	"model":    "the model's name", "provider": "the model's id with its organisation, and who serves it",
	"frame": "set unless the label is for stock that is cut where labels meet",
	"rated": "set if there are stars", "unrated": "set if there are none",
	"rating": "the stars in words, or that there is no rating", "range": "the stars that the interval spans",
	"legend": "which way is better, where there is no range", "relative": "that the ranking changes, for live scales",
	"scale": "the scale's id and state", "reason": "why there is no rating", "withdrawn": "that the result was withdrawn, and when",
	"value": "energy with unit", "no_value": "why there is none", "per": "what the energy is for", "ci": "the interval of the energy",
	"fact_key": "a fact's name, with repeat: facts", "fact_value": "a fact, with repeat: facts",
	"note": "that this is no official label", "verify": "what the QR code is for",
	"url": "where the QR code leads", "hash": "the result's short id", "status": "draft, review or superseded",
}

// value is the energy per 1,000 requests in Wh; ok is false if the result has
// none that could be a measurement.
func (in Input) value() (wh float64, ok bool) {
	v, ok := in.Result.Value(Metric)
	if !ok || !(v > 0) || math.IsInf(v, 0) || in.Withdrawal != nil || in.Rating.Code == rank.CodeWithdrawn || in.Rating.Code == rank.CodeMetricInvalid {
		return 0, false
	}
	return v, true
}

// displayName is the model's name for people.
func (in Input) displayName() string {
	if in.Model != nil && in.Model.Title != "" {
		return result.Normal(in.Model.Title)
	}
	_, name, ok := strings.Cut(in.Result.Model.Name, "/")
	if !ok {
		name = in.Result.Model.Name
	}
	return result.Normal(name)
}

// providerLine is the model's whole id, which says who made it and which of its
// builds this is, and for endpoints who serves it. Parts that no font draws are
// left out, and so is an id that is no more than the name above it.
func (in Input) providerLine(model string, draws func(string) bool) string {
	var parts []string
	for _, s := range []string{in.Result.Model.Name, in.Result.Model.Provider} {
		if s = result.Normal(s); s != "" && s != model && draws(s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " \u00b7 ")
}

// dated is the date that a label prints: the kind of date and its month, or the
// year where the source gives no more.
func (in Input) dated() (kind, month string) {
	kind, day := in.Result.Dated()
	return kind, day[:min(len(day), len("2006-01"))]
}

// date is the moment that a PDF is dated by. A result that states none gets the
// epoch, so that it is the same every time.
func (in Input) date() time.Time {
	if t, err := time.Parse(time.RFC3339, in.Result.MeasuredAt); err == nil {
		return t.UTC()
	}
	if t, _, ok := result.DateRange(in.Result.Day()); ok {
		return t
	}
	return time.Unix(0, 0).UTC()
}

// per names the unit of work: request, image or video.
func (in Input) per() string {
	if in.Task != nil && (in.Task.Kind == "image" || in.Task.Kind == "video") {
		return in.Task.Kind
	}
	return "request"
}

func (in Input) boundary() string {
	if in.Result.Boundary == nil {
		return ""
	}
	return in.Result.Boundary.Includes
}

func (in Input) taskName() string {
	if in.Task != nil && in.Task.Title != "" {
		return result.Normal(in.Task.Title)
	}
	return result.Normal(in.Result.Workload.Task)
}

// hardwareName is count and accelerator, that it is somebody's endpoint, or ""
// if the result states none.
func (in Input) hardwareName(w *words) string {
	h := in.Result.Hardware
	if h == nil || h.Name == "" {
		if in.Result.Kind == result.KindEndpoint {
			return w.t("hosted")
		}
		return ""
	}
	return in.counted(w, in.acceleratorName())
}

// acceleratorName is the accelerator alone, or "" if the result states none.
func (in Input) acceleratorName() string {
	switch h := in.Result.Hardware; {
	case h == nil || h.Name == "":
		return ""
	case in.Hardware != nil && in.Hardware.Name != "":
		return result.Normal(in.Hardware.Name)
	default:
		return result.Normal(h.Name)
	}
}

// counted puts the number of accelerators before their name, if it is known.
func (in Input) counted(w *words, name string) string {
	if n := in.Result.Hardware.Count; n > 0 {
		return w.t("hardware", "count", strconv.FormatInt(n, 10), "name", name)
	}
	return name
}

// quantity joins number and unit so that they never part.
func quantity(number, u string) string { return number + unit.Thin + u }

// interval prints an interval in the prefix of its value, the unit at the end.
func (w *words) interval(v float64, ci result.Interval) (lo, hi string) {
	_, u := unit.Energy(v)
	return w.Write(unit.EnergyIn(ci[0], u)), quantity(w.Write(unit.EnergyIn(ci[1], u)), u)
}

// fields fills every field that the input has something for.
func (in Input) fields(w *words) (fields, []fact) {
	rt := in.Rating
	f := make(fields, len(fieldNames))
	f["site"], f["subtitle"], f["note"], f["verify"] = result.Normal(in.SiteTitle), w.t("subtitle"), w.t("note"), w.t("verify")
	f["model"], f["hash"], f["frame"] = in.displayName(), w.t("hash", "hash", in.hash()), "1"
	f["provider"] = in.providerLine(f["model"], func(string) bool { return true })
	if u := in.url(); u != "" {
		_, f["url"], _ = strings.Cut(u, "://")
	}
	status := in.status()
	switch {
	case status == StatusWithdrawn:
		date := ""
		if in.Withdrawal != nil {
			date = in.Withdrawal.Date
			for _, r := range catalog.Reasons() {
				if r.ID == in.Withdrawal.Reason {
					f["reason"] = r.Text
				}
			}
		}
		f["withdrawn"], f["unrated"] = strings.TrimSpace(w.t("withdrawn", "date", date)), "1"
		f["no_value"] = w.t("value_withdrawn")
	case rt.Rated:
		f["rated"] = "1"
		f["rating"] = w.t("rating", "stars", w.stars(rt.Stars))
		if rt.Spans {
			f["range"] = w.t("range", "lo", w.stars(rt.Min), "hi", w.stars(rt.Max))
		} else {
			f["legend"] = w.t("legend")
		}
		f["scale"] = in.scaleText(w)
		if rt.Relative {
			f["relative"] = w.t("relative")
		}
	default:
		f["unrated"] = "1"
		f["rating"] = w.t("not_rated")
		f["reason"] = in.reason(w)
	}
	if wh, ok := in.value(); ok {
		in.valueFields(f, w, wh)
	} else if status != StatusWithdrawn {
		f["no_value"] = w.t("no_value")
		if _, has := in.Result.Value(Metric); !has {
			f["no_value"] = w.t("no_energy")
		}
	}
	f["status"] = in.statusText(w)
	in.brief(f, w, status)
	return f, in.facts(w)
}

// valueText is the energy with its unit, and that it is estimated if it is.
func (in Input) valueText(w *words, wh float64) string {
	key := "value"
	if in.Result.Metrics[Metric].Provenance == result.ProvEstimated {
		key = "value_estimated"
	}
	return w.t(key, "quantity", quantity(w.Energy(wh)))
}

// valueFields fills the energy, what it is for, and its interval.
func (in Input) valueFields(f fields, w *words, wh float64) {
	m := in.Result.Metrics[Metric]
	f["value"] = in.valueText(w, wh)
	b := "boundary_energy_" + cmp.Or(in.boundary(), "unknown")
	if !w.has(b) {
		b = "boundary_energy_unknown"
	}
	f["per"] = w.t("per_"+in.per(), "boundary", w.t(b))
	if m.CI95 == nil {
		f["ci"] = w.t("no_ci")
		return
	}
	lo, hi := w.interval(wh, *m.CI95)
	if runs := len(in.Result.Window); runs > 1 {
		f["ci"] = w.t("ci_runs", "lo", lo, "hi", hi, "n", strconv.Itoa(runs))
	} else {
		f["ci"] = w.t("ci", "lo", lo, "hi", hi)
	}
}

func (in Input) scaleText(w *words) string {
	key := "scale_fixed"
	switch {
	case in.Rating.Relative:
		key = "scale_live"
	case in.Rating.Status == rank.StatusDraft:
		key = "scale_draft"
	case in.Rating.Status == rank.StatusSuperseded:
		key = "scale_superseded"
	}
	return w.t(key, "scale", in.Rating.ScaleID)
}

// reason is why there is no rating. The rating's own words begin with "Not
// rated:", which stands in the rating's place already.
func (in Input) reason(w *words) string {
	s := strings.TrimSpace(strings.TrimPrefix(in.Rating.Reason, "Not rated:"))
	s = strings.TrimPrefix(s, w.t("not_rated")+w.t("alt_colon")) // one that a site has in its language
	if first, n := utf8.DecodeRuneInString(s); n > 0 {
		s = string(unicode.ToUpper(first)) + s[n:]
	}
	if key := "reason_" + in.Rating.Code; w.has(key) {
		return w.t(key, "reason", s)
	}
	return cmp.Or(s, in.Rating.Code)
}

func (in Input) statusText(w *words) string {
	switch {
	case in.Withdrawal != nil || in.Rating.Code == rank.CodeWithdrawn:
		return "" // said in large letters where the rating stands
	case in.Result.Draft != "":
		return w.t("status_draft_result", "kind", in.Result.Draft)
	case in.Flag != nil:
		return w.t("status_flagged", "date", in.Flag.Date)
	case !in.Rating.Rated:
		return ""
	case in.Rating.Status == rank.StatusSuperseded:
		return w.t("status_superseded", "scale", in.Rating.ScaleID)
	case in.Rating.Status == rank.StatusDraft:
		return w.t("status_draft")
	}
	return ""
}

// facts are the rows about the measured configuration. A row stands also where
// the result says nothing, and says so; only the size class is left out for
// tasks without classes.
func (in Input) facts(w *words) []fact {
	r := in.Result
	none := w.t("not_stated")
	fs := []fact{{w.t("fact_task"), cmp.Or(in.taskName(), none)}}
	if r.Model.SizeClass != "" || in.Task != nil && len(in.Task.Classes) > 0 {
		fs = append(fs, fact{w.t("fact_class"), cmp.Or(result.Normal(r.Model.SizeClass), none)})
	}
	precision := result.Normal(r.Model.Precision)
	if q := result.Normal(r.Model.Quantization); q != "" && q != "none" && q != precision {
		precision = strings.TrimPrefix(precision+", "+q, ", ")
	}
	boundary := in.boundary()
	if w.has("boundary_" + boundary) {
		boundary = w.t("boundary_" + boundary)
	}
	if _, has := in.Result.Value(Metric); !has && boundary == "" {
		boundary = w.t("no_boundary")
	}
	kind, month := in.dated()
	return append(fs,
		fact{w.t("fact_hardware"), cmp.Or(in.hardwareName(w), none)},
		fact{w.t("fact_precision"), cmp.Or(precision, none)},
		fact{w.t("fact_point"), cmp.Or(result.Normal(in.PointTitle), in.loadText(w), none)},
		fact{w.t("fact_boundary"), cmp.Or(boundary, none)},
		fact{w.t("fact_" + cmp.Or(kind, "date")), cmp.Or(in.dateText(w, month), none)},
		fact{w.t("fact_software"), cmp.Or(softwareName(r.Software), none)},
	)
}

// dateText is the month with how far the numbers were checked.
func (in Input) dateText(w *words, month string) string {
	level := in.Verification
	if level == "" {
		level = "declared"
		if in.Result.Reported() {
			level = "reported"
		}
	}
	if month == "" {
		return ""
	}
	if level == "reported" && (in.Result.Source == nil || in.Result.Source.Publisher == "") || !w.has(level) {
		return month
	}
	publisher := ""
	if in.Result.Source != nil {
		publisher = result.Normal(in.Result.Source.Publisher)
	}
	return w.t(level, "month", month, "publisher", publisher)
}

func (in Input) loadText(w *words) string {
	l := in.Result.Workload.Load
	if l == nil {
		return ""
	}
	switch {
	case l.Mode == result.LoadClosed && l.Concurrency > 0:
		return w.t("load_closed", "n", w.Int(l.Concurrency))
	case l.Mode == result.LoadOpen && l.RatePerS != nil:
		return w.t("load_open", "n", w.Trim(*l.RatePerS))
	case l.Mode == result.LoadBatch && l.BatchSize > 0:
		return w.t("load_batch", "n", w.Int(l.BatchSize))
	case l.Mode == result.LoadBurst && l.MaxNumSeqs > 0:
		return w.t("load_burst", "n", w.Int(l.MaxNumSeqs))
	}
	return ""
}

func softwareName(s *result.Software) string {
	if s == nil || s.Engine == nil {
		return ""
	}
	return result.Normal(s.Engine.Name + " " + s.Engine.Version)
}
