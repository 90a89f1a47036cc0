package site

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"jouleboard/internal/rank"
)

// handOver makes an edition of a board that replaces jb-2026 on a day: the same
// groups, and levels of which all but the best are out of reach.
func handOver(t *testing.T, root, effective string) {
	t.Helper()
	file := func(name string) string { return filepath.Join(root, "labels", "scales", name) }
	read := func(name string) []byte {
		data, err := os.ReadFile(file(name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	write := func(name string, data []byte) {
		if err := os.WriteFile(file(name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.NewReplacer("id: jb-2026", "id: jb-next", "effective: 2026-11-21", "effective: "+effective,
		"status: frozen", "status: draft", "method: log-index", "method: thresholds").Replace(string(read("jb-2026.yaml")))
	text = regexp.MustCompile(`(?m)^    params: .*\n`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`levels: \{.*\}`).ReplaceAllString(text, "levels: {5.0: 1000000, 4.5: 2000000, 4.0: 3000000, 3.5: 4000000, 3.0: 5000000, 2.5: 6000000, 2.0: 7000000, 1.5: 8000000}")
	next, lock, err := rank.Freeze("labels/scales/jb-next.yaml", []byte(text), read("scales.lock"))
	if err != nil {
		t.Fatal(err)
	}
	by, fs := rank.ParseScale("labels/scales/jb-next.yaml", next)
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	locked, _ := rank.ParseLock(lock)
	old, err := rank.Supersede("labels/scales/jb-2026.yaml", read("jb-2026.yaml"), by, locked)
	if err != nil {
		t.Fatal(err)
	}
	write("jb-next.yaml", next)
	write("jb-2026.yaml", old)
	write("scales.lock", lock)
}

// For six months a result's page shows the rating of the edition before, too,
// and then no longer. Only results that it rates have the table.
func TestResultPageShowsBothRatings(t *testing.T) {
	root := smallBoard(t)
	handOver(t, root, "2027-01-31")
	for _, tt := range []struct {
		day  string
		both bool
	}{{"", true}, {"2027-01-01", true}, {"2027-07-30", true}, {"2027-07-31", false}} {
		t.Run("day "+tt.day, func(t *testing.T) {
			epoch := ""
			if tt.day != "" {
				d, err := time.Parse(time.DateOnly, tt.day)
				if err != nil {
					t.Fatal(err)
				}
				epoch = fmt.Sprint(d.Unix())
			}
			t.Setenv("SOURCE_DATE_EPOCH", epoch)
			out := filepath.Join(t.TempDir(), "public")
			build(t, root, Options{Out: out, Tool: Tool{Version: "test"}})
			rated, both, more := 0, 0, 0
			for name, page := range tree(t, filepath.Join(out, "r")) {
				if !strings.HasSuffix(name, "index.html") {
					continue
				}
				now := strings.Contains(page, "5.0 of 5 stars on the fixed scale jb-next")
				also := strings.Contains(page, "Also rated under") && strings.Contains(page, "<td>jb-2026<") && strings.Contains(page, "2026-11-21 to 2027-01-31")
				switch {
				case now && also:
					both++
				case now:
					rated++
				case also:
					more++
				}
			}
			if more > 0 || tt.both && (both == 0 || rated > 0) || !tt.both && (both > 0 || rated == 0) {
				t.Errorf("%d pages with both ratings, %d with the new one only, %d with the old one only", both, rated, more)
			}
		})
	}
}
