// Verifying a label: does it still say what its result says? The answer is made
// of a loaded board and the bytes of one file; nothing is read or written.
//
// This file holds the answer and its steps. verify_state.go finds which state of
// the board a label was drawn in, verify_drawing.go compares drawings, and
// verify_address.go is for addresses without a file.

package site

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// Outcomes of verifying. Found is for an address: the result is here, and no
// label was read.
const (
	Unchanged = "unchanged"
	Outdated  = "outdated"
	Altered   = "altered"
	Unknown   = "unknown"
	Found     = "found"
)

// Reasons of outcomes other than unchanged and found.
const (
	WhyNoRecord   = "no-record"
	WhyNoResult   = "no-result"
	WhyFile       = "file"    // altered: the file is damaged
	WhyRecord     = "record"  // altered: the record does not hold
	WhyDrawing    = "drawing" // altered: the record holds, the drawing is another
	WhyAddress    = "address" // altered: the address is another
	WhyWithdrawn  = "withdrawn"
	WhyReplaced   = "replaced" // withdrawn by its author for a better one
	WhyFlagged    = "flagged"
	WhyCleared    = "cleared" // the label says flagged or withdrawn, and that is over
	WhySuperseded = "superseded"
	WhyFrozen     = "scale-frozen" // the label says draft, and the scale is frozen
	WhyRerated    = "re-rated"
)

// How far the drawing of a label was compared.
const (
	DrawingSame      = "same"
	DrawingDiffers   = "differs"
	DrawingUnchecked = "unchecked"
)

// Redraw says whether a label is drawn again to compare it.
type Redraw int

// Choices of Redraw.
const (
	RedrawAuto   Redraw = iota // a difference counts if version and design are those of the label
	RedrawNever                // compare the record only
	RedrawAlways               // every difference counts
)

// Verdict is what there is to say about one label or address.
type Verdict struct {
	Outcome string `json:"outcome"`
	Reason  string `json:"reason,omitempty"`
	Format  string `json:"format,omitempty"`
	// Drawing is DrawingSame, DrawingDiffers or DrawingUnchecked; empty if there
	// was nothing to compare with.
	Drawing string `json:"drawing,omitempty"`
	// Differences are what the label says and what its result says.
	Differences []Difference `json:"differences,omitempty"`
	// Notes are sentences about the outcome.
	Notes []string `json:"notes,omitempty"`
	// Label is the record as read, Now what a label of the result says now.
	Label *label.Record `json:"label,omitempty"`
	Says  string        `json:"says,omitempty"` // the record in words
	Now   *Statement    `json:"now,omitempty"`
	// Page is the result's page, Notice the page where a flag or withdrawal is
	// talked over.
	Page   string `json:"page,omitempty"`
	Notice string `json:"notice,omitempty"`
}

// Statement is what any label of a result says, in whatever size and design.
type Statement struct {
	Result      string   `json:"result"`
	Model       string   `json:"model"`
	Task        string   `json:"task"`
	Status      string   `json:"status"`
	Stars       string   `json:"stars,omitempty"`
	Range       []string `json:"range,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	Value       string   `json:"value,omitempty"`
	Unit        string   `json:"unit,omitempty"`
	Scale       string   `json:"scale,omitempty"`
	ScaleSHA256 string   `json:"scale_sha256,omitempty"`
}

func statement(r label.Record) *Statement {
	return &Statement{Result: r.Result, Model: r.Model, Task: r.Task, Status: r.Status, Stars: r.Stars, Range: r.Range,
		Reason: r.Reason, Value: r.Value, Unit: r.Unit, Scale: r.Scale, ScaleSHA256: r.ScaleSHA256}
}

// Difference is one thing that the label and its result say differently.
type Difference struct {
	What  string `json:"what"`
	Label string `json:"label"`
	Now   string `json:"result"`
}

func (d Difference) String() string {
	or := func(s string) string {
		if r := []rune(s); len(r) > 200 { // what anybody put there
			s = string(r[:200]) + "…"
		}
		return cmp.Or(s, "nothing")
	}
	return fmt.Sprintf("%s: the label says %s, the result says %s", d.What, or(d.Label), or(d.Now))
}

func (v *Verdict) note(format string, a ...any) { v.Notes = append(v.Notes, fmt.Sprintf(format, a...)) }

func (v *Verdict) set(outcome, reason string) { v.Outcome, v.Reason = outcome, reason }

// Verifier verifies labels against one board. It is safe for use by many
// goroutines.
type Verifier struct {
	s   *site
	all []*result.Result
}

// NewVerifier prepares a board for verifying. Nothing can be verified if the
// findings hold an error.
func NewVerifier(in *Input, opt Options) (*Verifier, result.Findings) {
	s, findings := newSite(in, opt)
	v := &Verifier{s: s}
	for _, e := range s.entries {
		v.all = append(v.all, e.Result)
	}
	return v, findings
}

// HasAddress says whether the board knows its own address; without it the
// addresses on labels cannot be compared.
func (v *Verifier) HasAddress() bool { return v.s.baseURL != "" }

// File verifies the label in a file.
func (v *Verifier) File(data []byte, redraw Redraw) Verdict {
	var out Verdict
	rec, format, err := label.ReadRecord(data)
	out.Format = string(format)
	claims := rec.Schema != ""
	if claims {
		out.Label, out.Says = &rec, v.says(rec)
	}
	var re *label.ReadError
	switch {
	case errors.Is(err, label.ErrDamaged):
		out.set(Altered, WhyFile)
		out.note("%s", err)
	case errors.As(err, &re) && re.Resaved:
		out.set(Unknown, WhyNoRecord)
		out.note("%s", err)
		if claims {
			v.claim(&out, rec)
		}
		return out
	case err != nil:
		out.set(Unknown, WhyNoRecord)
		out.note("%s", err)
		return out
	}
	if !claims {
		return out
	}
	e := v.s.byID[rec.Result]
	if e == nil {
		v.missing(&out, rec)
		return out
	}
	out.Page = v.page(e.Hash)
	out.Now = statement(v.state(e).Record())
	if id, err := result.ComputeID(e.Result); err != nil || id != e.ID {
		if out.Outcome == "" {
			out.set(Unknown, WhyNoResult)
		}
		out.note("the result's file does not have the digest %.12s that names it; look at %s", e.ID, e.Path)
		return out
	}
	v.compare(&out, e, rec, data, format, redraw)
	return out
}

// compare fills the verdict of a label whose result is there.
func (v *Verifier) compare(out *Verdict, e *entry, rec label.Record, data []byte, format label.Format, redraw Redraw) {
	broken := out.Outcome == Altered // the file is damaged; differences are told, but nothing is redrawn
	scale := v.s.in.Scales.Get(rec.Scale)
	if v.scaleDiffers(out, rec, scale) {
		return
	}
	states := v.states(e, scale)
	var match []state
	best := differences(rec, states[0].in.Record())
	for _, st := range states {
		d := differences(rec, st.in.Record())
		if len(d) == 0 {
			match = append(match, st)
		}
		if len(d) < len(best) {
			best = d
		}
	}
	if len(match) == 0 {
		out.Differences = append(out.Differences, best...)
		if broken {
			return
		}
		if scale != nil && scale.Live() && onlyRating(best) {
			out.set(Outdated, WhyRerated)
			out.note("scale %s is a relative ranking, which changes with each update", scale.ID)
			return
		}
		out.set(Altered, WhyRecord)
		for _, d := range best {
			if d.What == "url" && v.s.baseURL != "" {
				out.note("this board is published at %s; if it has moved, give its former address with --base-url", v.s.baseURL)
			}
		}
		return
	}
	if broken {
		out.note("what the record says is what the result says")
		return
	}
	st := v.drawing(out, match, rec, data, format, redraw)
	if out.Drawing == DrawingDiffers {
		out.set(Altered, WhyDrawing)
		return
	}
	v.age(out, e, scale, rec, st)
}

// scaleDiffers checks the record's scale against the lock. It returns true if
// there is nothing to rate with.
func (v *Verifier) scaleDiffers(out *Verdict, rec label.Record, scale *rank.Scale) bool {
	want, locked := v.s.in.Scales.Lock()[rec.Scale]
	differ := func(what, label, now string) {
		out.Differences = append(out.Differences, Difference{what, label, now})
		if out.Outcome != Altered {
			out.set(Altered, WhyRecord)
		}
	}
	switch {
	case rec.Scale == "" && rec.ScaleSHA256 == "":
		return false
	case scale == nil && rec.Status == label.StatusDraft && !locked:
		if out.Outcome == "" {
			out.set(Outdated, WhyRerated)
		}
		out.note("the label was drawn under %s as a draft, which this board no longer has; drafts may change", rec.Scale)
		return true
	case scale == nil:
		differ("scale", rec.Scale, "no scale of that id on this board")
		return true
	case locked && rec.ScaleSHA256 != want:
		differ("scale_sha256", rec.ScaleSHA256, want)
		return true
	case !locked && rec.ScaleSHA256 != scale.SHA256 && rec.Status == label.StatusDraft && scale.Status == rank.StatusDraft:
		if out.Outcome == "" {
			out.set(Outdated, WhyRerated)
		}
		out.note("scale %s is a draft and has changed since the label was drawn", rec.Scale)
		return true
	case !locked && rec.ScaleSHA256 != scale.SHA256:
		differ("scale_sha256", rec.ScaleSHA256, scale.SHA256)
		return true
	}
	return false
}

// missing fills the verdict of a label whose result is not on the board: it was
// withdrawn with its file, or it never was here.
func (v *Verifier) missing(out *Verdict, rec label.Record) {
	broken := out.Outcome == Altered
	w := v.s.in.Catalog.Moderation.WithdrawalOf(rec.Result)
	if w == nil {
		if broken {
			return
		}
		for _, e := range v.s.entries {
			if e.ID[:12] == rec.Result[:12] {
				out.Page = v.page(e.Hash)
				out.Differences = append(out.Differences, Difference{"result", rec.Result, e.ID})
				out.set(Altered, WhyRecord)
				return
			}
		}
		out.set(Unknown, WhyNoResult)
		out.note("no result of this board has the id %.12s; the label may be of another board, or made up", rec.Result)
		if n := v.sameModel(rec); n > 0 {
			out.note("the board has %s of %s for %s, which the label does not speak of", counted(n, "other result"), rec.Model, rec.Task)
		}
		return
	}
	out.Page = v.page(rec.Result[:v.s.in.Site.Labels.HashLen])
	for _, d := range []Difference{{"model", rec.Model, w.Model}, {"task", rec.Task, w.Task}} {
		if d.Label != d.Now {
			out.Differences = append(out.Differences, d)
		}
	}
	switch {
	case broken:
	case len(out.Differences) > 0:
		out.set(Altered, WhyRecord)
	case rec.Status == label.StatusWithdrawn:
		out.set(Unchanged, "")
	default:
		out.Differences = append(out.Differences, Difference{"status", rec.Status, label.StatusWithdrawn})
		out.set(Outdated, withdrawnWhy(w))
	}
	v.withdrawn(out, w)
	out.Drawing = DrawingUnchecked
	out.note("its file was taken away with it, so the numbers and the drawing of the label cannot be compared")
}

// sameModel counts the results of the record's model and task.
func (v *Verifier) sameModel(rec label.Record) (n int) {
	name := rec.Model
	if m, ok := v.s.in.Catalog.Model(name); ok {
		name = m.Name
	}
	for _, e := range v.s.entries {
		if e.Result.Model.Name == name && e.Workload.Task == rec.Task {
			n++
		}
	}
	return n
}

// claim says of a record that cannot be trusted how it compares.
func (v *Verifier) claim(out *Verdict, rec label.Record) {
	e := v.s.byID[rec.Result]
	if e == nil {
		out.note("the record that it still carries names the result %.12s, which is not on this board", rec.Result)
		return
	}
	out.Page = v.page(e.Hash)
	in := v.state(e)
	out.Now = statement(in.Record())
	scale := v.s.in.Scales.Get(rec.Scale)
	if scale != nil {
		in = v.input(e, scale, e.Withdrawal)
	}
	if d := differences(rec, in.Record()); len(d) > 0 {
		out.Differences = d
		out.note("the record that it still carries does not say what its result says")
		return
	}
	out.note("the record that it still carries says what its result says, but nobody can tell whether the picture does; compare it by eye with the result's page")
}

// withdrawn says since when and why, and links the notice.
func (v *Verifier) withdrawn(out *Verdict, w *catalog.Withdrawal) {
	out.Notice = w.Discussion
	out.note("the result was withdrawn on %s: %s", w.Date, v.s.reasonText(w.Reason, w.Text))
}

func withdrawnWhy(w *catalog.Withdrawal) string {
	if w.Reason == "superseded-by-author" {
		return WhyReplaced
	}
	return WhyWithdrawn
}

// page is the address of a result's page, "" if the board has none.
func (v *Verifier) page(hash string) string {
	if v.s.baseURL == "" {
		return ""
	}
	return public(v.s.baseURL, resultPath(hash))
}

// says is a record in words: what a label states.
func (v *Verifier) says(r label.Record) string {
	head := r.Model + ", " + r.Task + ": "
	switch {
	case r.Status == label.StatusWithdrawn:
		return head + "withdrawn"
	case r.Stars == "":
		head += "not rated (" + reasonWords(r.Reason) + ")"
	default:
		head += r.Stars + " of 5 stars on scale " + r.Scale
		if len(r.Range) == 2 && r.Range[0] != r.Range[1] {
			head += " (95 % CI spans " + strings.Join(r.Range, "-") + ")"
		}
	}
	if r.Value != "" {
		unit := "requests"
		if t := v.s.in.Catalog.Tasks[r.Task]; t != nil && (t.Kind == "image" || t.Kind == "video") {
			unit = t.Kind + "s"
		}
		head += ", " + r.Value + " " + r.Unit + " per 1,000 " + unit
	}
	switch r.Status {
	case label.StatusFlagged:
		head += ", in review"
	case label.StatusDraft:
		head += ", draft"
	case label.StatusSuperseded:
		head += ", an edition that is superseded"
	}
	if r.Custom {
		head += ", custom layout"
	}
	return head
}

// reasonWords says in general why there is no rating. The record has the code
// only; the result's page has the particulars.
func reasonWords(code string) string {
	if key, ok := strings.CutPrefix(code, rank.CodeGuard); ok {
		return "different " + key
	}
	switch code {
	case rank.CodeNoScale:
		return "no scale for this task"
	case rank.CodeMetricMissing:
		return "no energy reported"
	case rank.CodeMetricInvalid:
		return "invalid value"
	case rank.CodeCohortSmall:
		return "reference cohort too small"
	case rank.CodeZeroSpan:
		return "all cohort values equal"
	case rank.CodeUncertain:
		return "uncertainty spans too many stars"
	}
	return code
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
