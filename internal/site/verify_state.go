// In which state of the board was a label drawn? Flags, withdrawals and scales
// change after labels are printed. A label that is right for an earlier state is
// outdated; one that is right for none was altered.

package site

import (
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
)

// state is a board as it is or was, for one result.
type state struct {
	in  label.Input
	now bool
	// guess says that the state's date is not known, so that it cannot be drawn.
	guess bool
	// What the label says and the board does not, or the other way round.
	withdrawn, flagged bool   // since
	cleared            bool   // a flag or withdrawal is over
	scale              string // the scale's status then, if it is another now
}

// input is what a label of a result states under a scale.
func (v *Verifier) input(e *entry, scale *rank.Scale, w *catalog.Withdrawal) label.Input {
	c := *e
	c.Withdrawal = w
	c.Rating = scale.Rate(e.Result, v.all, v.s.in.Site.Rank.Points, w)
	return v.s.labelInput(&c)
}

// state is what a label of a result states now.
func (v *Verifier) state(e *entry) label.Input { return v.s.labelInput(e) }

// states lists the states that a label under the scale may have been drawn in,
// the present one first.
func (v *Verifier) states(e *entry, scale *rank.Scale) []state {
	var out []state
	withdrawals := []*catalog.Withdrawal{e.Withdrawal}
	if e.Withdrawal != nil {
		withdrawals = append(withdrawals, nil)
	} else {
		withdrawals = append(withdrawals, &catalog.Withdrawal{})
	}
	flags := []*catalog.Flag{e.Flag}
	if e.Flag != nil {
		flags = append(flags, nil)
	} else {
		flags = append(flags, &catalog.Flag{})
	}
	// A scale begins as a draft, is frozen, and may be superseded.
	scales := []string{""}
	if scale != nil {
		switch scale.Status {
		case rank.StatusSuperseded:
			scales = append(scales, rank.StatusFrozen, rank.StatusDraft)
		case rank.StatusFrozen:
			scales = append(scales, rank.StatusDraft)
		}
	}
	for i, w := range withdrawals {
		in := v.input(e, scale, w)
		for j, f := range flags {
			for _, status := range scales {
				st := state{in: in, now: i == 0 && j == 0 && status == "", scale: status}
				st.in.Flag = f
				if status != "" {
					st.in.Rating.Status = status
				}
				st.withdrawn, st.flagged = i == 1 && w == nil, j == 1 && f == nil
				st.cleared = i == 1 && w != nil || j == 1 && f != nil
				st.guess = st.cleared
				out = append(out, st)
			}
		}
	}
	return out
}

// differences lists what a label and its result say differently, in the order in
// which a reader would look.
func differences(rec, now label.Record) (out []Difference) {
	add := func(what, label, now string) {
		if label != now {
			out = append(out, Difference{what, label, now})
		}
	}
	add("status", rec.Status, now.Status)
	add("stars", rec.Stars, now.Stars)
	add("range", strings.Join(rec.Range, "-"), strings.Join(now.Range, "-"))
	add("reason", rec.Reason, now.Reason)
	add("value", rec.Value, now.Value)
	add("unit", rec.Unit, now.Unit)
	add("model", rec.Model, now.Model)
	add("task", rec.Task, now.Task)
	if rec.Size != label.SizeBadge || rec.URL != "" { // a badge needs no address
		add("url", rec.URL, now.URL)
	}
	return out
}

// onlyRating says whether the differences are what another rating of the same
// result makes.
func onlyRating(ds []Difference) bool {
	for _, d := range ds {
		switch d.What {
		case "status", "stars", "range", "reason":
		default:
			return false
		}
	}
	return true
}

// age fills the outcome of a label that was right in a state of the board: is
// that still the present one?
func (v *Verifier) age(out *Verdict, e *entry, scale *rank.Scale, rec label.Record, st state) {
	superseded := scale != nil && scale.Status == rank.StatusSuperseded
	def := v.s.in.Scales.Default()
	out.set(Unchanged, "")
	switch {
	case st.withdrawn:
		out.set(Outdated, withdrawnWhy(e.Withdrawal))
	case st.flagged:
		out.set(Outdated, WhyFlagged)
	case superseded && (st.scale != "" || rec.Status == label.StatusNotRated || rec.Status == label.StatusFlagged && out.Drawing != DrawingSame):
		out.set(Outdated, WhySuperseded)
	case st.cleared:
		out.set(Outdated, WhyCleared)
	case st.scale == rank.StatusDraft:
		out.set(Outdated, WhyFrozen)
	case scale == nil && def != nil && e.Withdrawal == nil:
		out.set(Outdated, WhyRerated)
		out.note("the board had no scale when the label was drawn, and has %s now", def.ID)
	}
	if out.Outcome == Outdated {
		out.Differences = append(out.Differences, differences(rec, v.input(e, scale, e.Withdrawal).Record())...)
	}
	if e.Withdrawal != nil {
		v.withdrawn(out, e.Withdrawal)
	} else if e.Flag != nil {
		out.Notice = e.Flag.Discussion
		out.note("the result is in review since %s: %s", e.Flag.Date, v.s.reasonText(e.Flag.Reason, e.Flag.Text))
	}
	if st.cleared {
		if rec.Status == label.StatusWithdrawn {
			out.note("the label says that the result is withdrawn, and it no longer is")
		} else {
			out.note("the label says that the result is in review, and it no longer is")
		}
	}
	if superseded {
		v.superseded(out, e, scale, rec)
	}
	if out.Reason == WhyFrozen {
		out.note("scale %s was a draft when the label was drawn, and is frozen now with the same levels", scale.ID)
	}
}

// superseded says since when an edition is superseded and what the one in force
// says.
func (v *Verifier) superseded(out *Verdict, e *entry, scale *rank.Scale, rec label.Record) {
	since, next := "", v.s.in.Scales.Get(scale.SupersededBy)
	if next != nil {
		since = " since " + next.Effective
	}
	text := "scale " + scale.ID + " is superseded" + since + " by " + scale.SupersededBy
	if page := v.s.ratingPage(); page != "" {
		text += ", see " + page
	}
	out.note("%s", text)
	if out.Reason == WhySuperseded {
		out.note("the label holds under its edition, %s", scale.ID)
	}
	if next != nil && e.Withdrawal == nil {
		now := v.input(e, next, nil).Record()
		if now.Stars != "" {
			out.note("under %s the result has %s of 5 stars", next.ID, now.Stars)
		} else if rec.Stars != "" {
			out.note("under %s the result is not rated (%s)", next.ID, reasonWords(now.Reason))
		}
	}
}

// ratingPage is the address of the page that explains the scales, "" if there is
// none.
func (s *site) ratingPage() string {
	const url = "methodology/rating/"
	if s.baseURL == "" || s.pageLink("index.html", url) == "" {
		return ""
	}
	return public(s.baseURL, pagePath(url))
}
