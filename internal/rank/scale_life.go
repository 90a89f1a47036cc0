// The life of an edition after freezing: who succeeds whom, how long both
// ratings stand beside each other, and marking an edition as superseded.

package rank

import (
	"fmt"
	"regexp"
	"time"

	"jouleboard/internal/result"
)

// bothMonths is how long after its successor took effect a superseded edition's
// rating is still shown beside the one in force.
const bothMonths = 6

// draftDays is how long an edition that replaces another stands as a draft
// before it is frozen.
const draftDays = 90

// Recent returns the superseded editions for a task whose ratings are shown
// beside the one in force on a day (YYYY-MM-DD), newest first: those whose
// successor took effect less than six months before. Without a day nobody can
// say that the time is over, so all are shown.
func (s *Scales) Recent(task, day string) []*Scale {
	task = result.Normal(task)
	var out []*Scale
	for _, sc := range s.All() {
		if sc.Status != StatusSuperseded || !sc.hasTask(task) {
			continue
		}
		next := s.Get(sc.SupersededBy)
		if next == nil || day != "" && day >= monthsAfter(next.Effective, bothMonths) {
			continue
		}
		out = append([]*Scale{sc}, out...)
	}
	return out
}

// monthsAfter is the day that many months after a day; the last of the month
// where the month is too short. "" for no date.
func monthsAfter(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1).Format(time.DateOnly)
}

// DraftUntil is the first day on which an edition that is a draft since the day
// may be in effect; "" for no day.
func DraftUntil(day string) string {
	first, _, ok := result.DateRange(day)
	if !ok {
		return ""
	}
	return first.AddDate(0, 0, draftDays).Format(time.DateOnly)
}

// successors checks that what superseded scales name is there, comes later and
// was frozen, so that whoever follows the names ends at an edition that rates.
// names are the scale files that exist, readable or not.
func (s *Scales) successors(exists func(id string) bool) result.Findings {
	var fs result.Findings
	for _, sc := range s.all {
		if sc.Status != StatusSuperseded {
			continue
		}
		bad := func(hint, format string, args ...any) {
			fs = append(fs, result.Finding{Rule: "SCALE-SUCCESSOR", Level: result.Error, Where: result.Place{File: sc.File, Pointer: "/superseded_by"},
				Message: fmt.Sprintf("scale %s is superseded by %q, ", sc.ID, sc.SupersededBy) + fmt.Sprintf(format, args...), Hint: hint})
		}
		next := s.Get(sc.SupersededBy)
		switch {
		case sc.SupersededBy == sc.ID:
			bad("name the edition that replaces it", "which is itself")
		case next == nil && exists(sc.SupersededBy):
			bad("mend that file first", "which has errors")
		case next == nil:
			bad("name an edition in labels/scales", "which is not there")
		case next.Status == StatusDraft:
			bad("freeze it first with 'jouleboard scale freeze "+next.ID+"'", "which is a draft")
		case next.Effective <= sc.Effective:
			bad("name an edition that takes effect later", "which takes effect on %s and not after %s", next.Effective, sc.Effective)
		}
	}
	return fs
}

var (
	frozenLine    = regexp.MustCompile(`(?m)^status:[ \t]*["']?frozen["']?([ \t]*(?:#[^\r\n]*)?)(\r?)$`)
	successorLine = regexp.MustCompile(`(?m)^superseded_by:[^\r\n]*?([ \t]*(?:[ \t]#[^\r\n]*)?)(\r?)$`)
)

// Supersede marks a frozen edition as replaced by another: given the bytes of
// its file it returns the file as it must be written, with status and
// superseded_by changed and nothing else. Its digest stays, so no line of the
// lock is touched. It is an error if the file has errors or is not frozen and
// locked as it is, or if by is not a later edition that is frozen and locked.
func Supersede(file string, scale []byte, by *Scale, lock Lock) ([]byte, error) {
	old, fs := ParseScale(file, scale)
	if fs.HasErrors() || old == nil {
		fs.Sort()
		return nil, fmt.Errorf("the scale has errors, the first is: %s", fs[0])
	}
	switch {
	case old.ID == by.ID:
		return nil, fmt.Errorf("scale %s cannot replace itself", old.ID)
	case old.Status == StatusSuperseded:
		return nil, fmt.Errorf("scale %s is superseded by %s already", old.ID, old.SupersededBy)
	case old.Status == StatusDraft:
		return nil, fmt.Errorf("scale %s is a draft: only a frozen edition is superseded", old.ID)
	case by.Status == StatusDraft:
		return nil, fmt.Errorf("scale %s is a draft: only a frozen edition replaces another", by.ID)
	case by.Status == StatusSuperseded:
		return nil, fmt.Errorf("scale %s is superseded itself, by %s", by.ID, by.SupersededBy)
	case by.Effective <= old.Effective:
		return nil, fmt.Errorf("scale %s takes effect on %s and %s on %s: an edition is replaced by a later one", by.ID, by.Effective, old.ID, old.Effective)
	}
	for _, s := range []*Scale{old, by} {
		if st := lock.State(s); st != LockHeld {
			return nil, fmt.Errorf("scale %s is not as it was frozen (lock: %s)", s.ID, st)
		}
	}
	out := frozenLine.ReplaceAll(scale, []byte("status: "+StatusSuperseded+"$1$2"))
	if successorLine.Match(out) {
		out = successorLine.ReplaceAll(out, []byte("superseded_by: "+quote(by.ID)+"$1$2"))
	} else {
		out = supersededLine.ReplaceAll(out, []byte("$0\nsuperseded_by: "+quote(by.ID)+"$1"))
	}
	if check, fs := ParseScale(file, out); fs.HasErrors() || check == nil || check.Status != StatusSuperseded || check.SupersededBy != by.ID || check.SHA256 != old.SHA256 {
		return nil, fmt.Errorf("cannot find the line 'status: frozen' in %s: write it as a line of its own", file)
	}
	return out, nil
}

var supersededLine = regexp.MustCompile(`(?m)^status: superseded[^\r\n]*(\r?)$`)
