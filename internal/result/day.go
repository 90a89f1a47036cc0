// The day that a result stands for, and what a date may be.

package result

import "time"

// Kinds of the date that a result is known by.
const (
	DateMeasured  = "measured"
	DatePublished = "published"
	DateRetrieved = "retrieved"
)

// Day returns the day that a result stands for: when it was measured, else when
// its source published it, else when it was retrieved from there. A time is
// turned into its day in UTC; a date that is only a year or a month stays as
// precise as it was stated (YYYY, YYYY-MM or YYYY-MM-DD), so that nobody reads
// a day that no source gave. Days compare as text. "" if the result states none.
func (r *Result) Day() string {
	_, day := r.Dated()
	return day
}

// Dated returns Day and which of the three dates it is, "" and "" without any.
func (r *Result) Dated() (kind, day string) {
	if day := dayOf(r.MeasuredAt); day != "" {
		return DateMeasured, day
	}
	if r.Source == nil {
		return "", ""
	}
	if day := dayOf(r.Source.Published); day != "" {
		return DatePublished, day
	}
	if day := dayOf(r.Source.Retrieved); day != "" {
		return DateRetrieved, day
	}
	return "", ""
}

// dayOf is a date as it was stated, or the day in UTC of a time; "" for what is
// neither. It is asked often, so it does not let an empty text or a date be tried
// as a time, which would be told apart by an error.
func dayOf(s string) string {
	if len(s) <= len(time.DateOnly) {
		if _, _, ok := DateRange(s); ok {
			return s
		}
		return ""
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// DateRange returns the first and the last day that a date can mean: the same
// day twice for YYYY-MM-DD, else the ends of the month (YYYY-MM) or the year
// (YYYY). It is false for everything that is no date of the calendar.
func DateRange(s string) (first, last time.Time, ok bool) {
	var err error
	switch len(s) {
	case len("2006"):
		first, err = time.Parse("2006", s)
		last = first.AddDate(1, 0, -1)
	case len("2006-01"):
		first, err = time.Parse("2006-01", s)
		last = first.AddDate(0, 1, -1)
	case len(time.DateOnly):
		first, err = time.Parse(time.DateOnly, s)
		last = first
	default:
		return first, last, false
	}
	return first, last, err == nil && first.Year() > 0
}
