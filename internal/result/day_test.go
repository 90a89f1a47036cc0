package result

import (
	"testing"
	"time"
)

func TestDay(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Result
		kind string
		want string
	}{
		{"measured", Result{MeasuredAt: "2026-03-04T10:00:00Z", Source: &Source{Published: "2026-05-06"}}, DateMeasured, "2026-03-04"},
		{"measured in another zone, the day before in UTC", Result{MeasuredAt: "2026-03-02T01:30:00+09:00"}, DateMeasured, "2026-03-01"},
		{"measured in another zone, the day after in UTC", Result{MeasuredAt: "2025-12-31T23:00:00-05:00"}, DateMeasured, "2026-01-01"},
		{"published", Result{Source: &Source{Published: "2026-02-16", Retrieved: "2026-03-01"}}, DatePublished, "2026-02-16"},
		{"published at a time", Result{Source: &Source{Published: "2023-01-19T05:00:00+09:00"}}, DatePublished, "2023-01-18"},
		{"a year stays one", Result{Source: &Source{Published: "2025", Retrieved: "2026-05-06"}}, DatePublished, "2025"},
		{"a month stays one", Result{Source: &Source{Published: "2025-02"}}, DatePublished, "2025-02"},
		{"retrieved", Result{Source: &Source{Retrieved: "2025-07-03"}}, DateRetrieved, "2025-07-03"},
		{"no date of the calendar", Result{MeasuredAt: "soon", Source: &Source{Published: "2025-02-30", Retrieved: "2025-07-03"}}, DateRetrieved, "2025-07-03"},
		{"none", Result{Source: &Source{}}, "", ""},
		{"no source", Result{}, "", ""},
	} {
		if kind, got := tt.r.Dated(); got != tt.want || kind != tt.kind || tt.r.Day() != got {
			t.Errorf("%s: %s %q, want %s %q", tt.name, kind, got, tt.kind, tt.want)
		}
	}
}

func TestDateRange(t *testing.T) {
	for s, want := range map[string][2]string{
		"2025": {"2025-01-01", "2025-12-31"}, "2024-02": {"2024-02-01", "2024-02-29"}, "2024-02-29": {"2024-02-29", "2024-02-29"},
		"2025-02-29": {}, "2025-13": {}, "0000": {}, "25": {}, "": {}, "2025-2-1": {}, "+2025-01-1": {}, "2025-01-01T00:00:00Z": {},
	} {
		first, last, ok := DateRange(s)
		if ok != (want[0] != "") || ok && (first.Format(time.DateOnly) != want[0] || last.Format(time.DateOnly) != want[1]) {
			t.Errorf("DateRange(%q) = %v, %v, %v, want %v", s, first, last, ok, want)
		}
	}
}
