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
	dates := [][2]string{{DateMeasured, r.MeasuredAt}}
	if s := r.Source; s != nil {
		dates = append(dates, [2]string{DatePublished, s.Published}, [2]string{DateRetrieved, s.Retrieved})
	}
	for _, d := range dates {
		if t, err := time.Parse(time.RFC3339, d[1]); err == nil {
			return d[0], t.UTC().Format(time.DateOnly)
		}
		if _, _, ok := DateRange(d[1]); ok {
			return d[0], d[1]
		}
	}
	return "", ""
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
