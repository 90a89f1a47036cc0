package label

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jouleboard/internal/catalog"
	"jouleboard/internal/draw"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/labels"
)

var update = flag.Bool("update", false, "rewrite golden files")

func load(t testing.TB) *Designs {
	t.Helper()
	d, found := Load(labels.FS)
	for _, f := range found {
		t.Errorf("shipped labels: %s", f)
	}
	return d
}

// input is a reported result with everything stated and 3.5 stars. All of it is
// invented for the tests.
func input() Input {
	return Input{
		Result: &result.Result{
			ID: "5a1f0c9be2d34788aa00c1d2e3f4a5b6c7d8e9f00112233445566778899aabbc", Class: result.ClassReported, Kind: result.KindDevice,
			Model:    result.Model{Name: "example-org/Example3-32B-Instruct", Precision: "bfloat16", SizeClass: "B"},
			Hardware: &result.Hardware{Name: "Example H1", Count: 2},
			Software: &result.Software{Engine: &result.Tool{Name: "vLLM", Version: "0.11.1"}},
			Workload: result.Workload{Task: "chat", Load: &result.Load{Mode: result.LoadClosed, Concurrency: 32}},
			Boundary: &result.Boundary{Includes: "gpu"},
			Metrics:  map[string]result.Metric{Metric: {Value: 9.39, Provenance: result.ProvReported}},
			Source:   &result.Source{Name: "example", Publisher: "Example Lab", Published: "2026-02-03", Retrieved: "2026-03-01"},
		},
		Model: &catalog.Model{Name: "example-org/Example3-32B-Instruct", Title: "Example3-32B-Instruct"},
		Task:  &catalog.Task{ID: "chat", Title: "Conversation", Kind: "text"},
		Rating: rank.Rating{Rated: true, Stars: 3.5, Min: 3.5, Max: 3.5, ScaleID: "jb-2026", Edition: "2026", Status: rank.StatusFrozen,
			ScaleSHA256: strings.Repeat("ab", 32), Value: 9.39, Unit: "Wh"},
		SiteTitle: "Example board", BaseURL: "https://board.example.org", PointTitle: "At most 50 ms between tokens", ToolVersion: "0.1.0",
	}
}

// states are the inputs of the goldens, by name.
func states() map[string]Input {
	m := map[string]Input{}
	put := func(name string, change func(*Input)) {
		in := input()
		r := *in.Result
		in.Result = &r
		change(&in)
		m[name] = in
	}
	stars := func(s float64) func(*Input) {
		return func(in *Input) { in.Rating.Stars, in.Rating.Min, in.Rating.Max = s, s, s }
	}
	put("rated-3.5", stars(3.5))
	put("rated-5", stars(5))
	put("rated-1", stars(1))
	put("ci-span", func(in *Input) {
		in.Result.Source, in.Result.MeasuredAt, in.Result.Class = nil, "2026-05-31T23:30:00-02:00", result.ClassRanked
		in.Result.Window = make([]result.Window, 10)
		in.Result.Metrics = map[string]result.Metric{Metric: {Value: 9.39, CI95: &result.Interval{9.12, 9.66}, Provenance: result.ProvMeasured}}
		in.Rating.Stars, in.Rating.Min, in.Rating.Max, in.Rating.Spans = 2.5, 2, 2.5, true
		in.Verification = "recomputed"
	})
	put("not-rated", func(in *Input) {
		in.Rating = rank.Rating{Code: "guard-hardware", Reason: "Not rated: different hardware (Example A1)", ScaleID: "jb-2026"}
	})
	put("no-energy", func(in *Input) {
		in.Result.Metrics, in.Result.Boundary, in.Result.Hardware, in.Result.Kind = nil, nil, nil, result.KindEndpoint
		in.Rating = rank.Rating{Code: rank.CodeMetricMissing, Reason: "Not rated: no energy measured", ScaleID: "jb-2026"}
	})
	put("withdrawn", func(in *Input) {
		in.Rating = rank.Rating{Code: rank.CodeWithdrawn, Reason: "Withdrawn 2026-08-03"}
		in.Withdrawal = &catalog.Withdrawal{Date: "2026-08-03", Reason: "misreported-hardware"}
	})
	put("flagged", func(in *Input) { in.Flag = &catalog.Flag{Date: "2026-07-01"} })
	put("draft", func(in *Input) { in.Rating.Status = rank.StatusDraft })
	put("superseded", func(in *Input) { in.Rating.Status = rank.StatusSuperseded })
	put("estimated", func(in *Input) {
		in.Result.Metrics = map[string]result.Metric{Metric: {Value: 0.0512, Provenance: result.ProvEstimated}}
	})
	put("live", func(in *Input) { in.Rating.Relative, in.Rating.Status = true, rank.StatusFrozen })
	return m
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s differs (-want +got); -update rewrites it:\n%s", path, d)
	}
}

func TestGoldens(t *testing.T) {
	d := load(t)
	all := states()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		l, err := d.Draw(all[name], Style{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, f := range l.Findings {
			t.Errorf("%s: %s", name, f)
		}
		golden(t, name+".dl.json", draw.JSON(l.List))
		for _, size := range Sizes()[1:] {
			small, err := d.Draw(all[name], Style{Size: size})
			if err != nil {
				t.Errorf("%s %s: %v", size, name, err)
				continue
			}
			for _, f := range small.Findings {
				t.Errorf("%s %s: %s", size, name, f)
			}
			golden(t, name+"."+size+".dl.json", draw.JSON(small.List))
		}
		b, err := d.Badge(all[name], true)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		golden(t, name+".badge.svg", b)
		checkSVG(t, b, d.Alt(all[name]))
		if len(b) > 6<<10 {
			t.Errorf("%s: the badge has %d bytes, at most 6 kB are allowed", name, len(b))
		}
		svg := l.SVG()
		if limit := 30 << 10; len(svg) > limit {
			t.Errorf("%s: the SVG has %d bytes, at most %d are allowed", name, len(svg), limit)
		}
		pdf, err := l.PDF()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(pdf) > 15<<10 {
			t.Errorf("%s: the PDF has %d bytes, at most 15 kB are aimed at", name, len(pdf))
		}
	}
}

// texts are the lines on a label.
func texts(l *Label) []string {
	var out []string
	for _, it := range l.List.Items {
		if tx, ok := it.(draw.Text); ok {
			out = append(out, tx.S)
		}
	}
	return out
}

func has(l *Label, s string) bool {
	for _, tx := range texts(l) {
		if strings.ReplaceAll(tx, "\u202f", " ") == s {
			return true
		}
	}
	return false
}

// What each state must print, and must not.
func TestStates(t *testing.T) {
	d := load(t)
	all := states()
	for _, c := range []struct {
		name   string
		with   []string
		no     []string
		stars  int // polygons
		status string
	}{
		{"rated-3.5", []string{"3.5 of 5", "Scale jb-2026, fixed", "9.39 Wh", "per 1,000 requests (GPU energy)", "Uncertainty not reported", "2 \u00d7 Example H1", "Published", "2026-02, by Example Lab",
			"Not an official government energy label.", "Result 5a1f0c9be2d3", "vLLM 0.11.1", "At most 50 ms between tokens"}, []string{"Not rated"}, 5 + 4, StatusRated},
		{"rated-5", []string{"5.0 of 5"}, nil, 10, StatusRated},
		{"rated-1", []string{"1.0 of 5"}, nil, 6, StatusRated},
		{"ci-span", []string{"2.5 of 5", "95 % CI spans 2.0\u20132.5", "95 % CI 9.12 to 9.66 Wh, 10 runs", "Measured", "2026-06, recomputed"}, []string{"Uncertainty not reported"}, 5 + 3, StatusRated},
		{"not-rated", []string{"Not rated", "Different hardware (Example A1)", "9.39 Wh"}, []string{"Scale jb-2026, fixed", "3.5 of 5"}, 0, StatusNotRated},
		{"no-energy", []string{"Not rated", "No energy measured", "hosted endpoint"}, []string{"9.39 Wh", "0 Wh", "Uncertainty not reported"}, 0, StatusNotRated},
		{"withdrawn", []string{"WITHDRAWN 2026-08-03", "The hardware was not what the file says."}, []string{"9.39 Wh", "Not rated", "3.5 of 5"}, 0, StatusWithdrawn},
		{"flagged", []string{"3.5 of 5", "In review since 2026-07-01"}, nil, 9, StatusFlagged},
		{"draft", []string{"3.5 of 5", "DRAFT SCALE", "Scale jb-2026, draft"}, []string{"Scale jb-2026, fixed"}, 9, StatusDraft},
		{"superseded", []string{"3.5 of 5", "Superseded: jb-2026"}, nil, 9, StatusSuperseded},
		{"estimated", []string{"est. 51.2 mWh"}, nil, 9, StatusRated},
		{"live", []string{"Scale jb-2026, relative", "Relative ranking, changes", "with each update"}, []string{"Scale jb-2026, fixed"}, 9, StatusRated},
	} {
		l, err := d.Draw(all[c.name], Style{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, s := range c.with {
			if !has(l, s) {
				t.Errorf("%s: %q is not on the label; there are %q", c.name, s, texts(l))
			}
		}
		for _, s := range c.no {
			if has(l, s) {
				t.Errorf("%s: %q is on the label", c.name, s)
			}
		}
		polygons := 0
		for _, it := range l.List.Items {
			if _, ok := it.(draw.Polygon); ok {
				polygons++
			}
		}
		if polygons != c.stars {
			t.Errorf("%s: %d star polygons, want %d", c.name, polygons, c.stars)
		}
		if l.Record.Status != c.status {
			t.Errorf("%s: status %s, want %s", c.name, l.Record.Status, c.status)
		}
		if (l.Record.Stars == "") != (c.stars == 0) {
			t.Errorf("%s: the record has stars %q", c.name, l.Record.Stars)
		}
	}
}

func TestAlt(t *testing.T) {
	d := load(t)
	all := states()
	for name, want := range map[string]string{
		"rated-3.5": "Example3-32B-Instruct: 3.5 of 5 stars on scale jb-2026; 9.39 Wh per 1,000 requests, Conversation, 2 \u00d7 Example H1, published 2026-02.",
		"ci-span":   "Example3-32B-Instruct: 2.5 of 5 stars on scale jb-2026; 9.39 Wh per 1,000 requests, Conversation, 2 \u00d7 Example H1, measured 2026-06; 95 % CI 9.12 to 9.66 Wh.",
		"not-rated": "Example3-32B-Instruct: Not rated: Different hardware (Example A1); 9.39 Wh per 1,000 requests, Conversation, 2 \u00d7 Example H1, published 2026-02.",
		"withdrawn": "Example3-32B-Instruct: WITHDRAWN 2026-08-03; Conversation, 2 \u00d7 Example H1, published 2026-02.",
		"flagged":   "Example3-32B-Instruct: 3.5 of 5 stars on scale jb-2026; 9.39 Wh per 1,000 requests, Conversation, 2 \u00d7 Example H1, published 2026-02; In review since 2026-07-01.",
		"no-energy": "Example3-32B-Instruct: Not rated: No energy measured; Conversation, hosted endpoint, published 2026-02.",
	} {
		if got := d.Alt(all[name]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	in := all["not-rated"]
	in.Lang, in.Rating.Reason = "zh", "未评级：硬件不同（Example A1）"
	if got, want := d.Alt(in), "Example3-32B-Instruct：未评级：硬件不同（Example A1）；"; !strings.HasPrefix(got, want) {
		t.Errorf("in Chinese: got %s\nwant %s", got, want)
	}
}

func TestRecord(t *testing.T) {
	in := input()
	in.Result.Model.Name = "example-org/\u6a21\u578b-\U0001f600<&>"
	in.Model = nil
	l, err := load(t).Draw(in, Style{})
	if err != nil {
		t.Fatal(err)
	}
	rec := l.Record.JSON()
	if strings.IndexFunc(rec, func(r rune) bool { return r < 0x20 || r > 0x7e }) >= 0 {
		t.Errorf("the record is not plain ASCII: %s", rec)
	}
	var keys []string
	dec := json.NewDecoder(strings.NewReader(rec))
	depth := 0
	for key := true; ; {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch v := tok.(type) {
		case json.Delim:
			depth += map[json.Delim]int{'{': 1, '[': 1, '}': -1, ']': -1}[v]
			key = depth == 1
			continue
		case string:
			if depth == 1 && key {
				keys = append(keys, v)
			}
		}
		key = depth == 1 && !key
	}
	want := []string{"design", "design_sha256", "model", "range", "reason", "result", "scale", "scale_sha256", "schema", "size", "stars", "status", "task", "tool", "unit", "url", "value"}
	if d := cmp.Diff(want, keys); d != "" {
		t.Errorf("keys (-want +got):\n%s", d)
	}
	var back Record
	if err := json.Unmarshal([]byte(rec), &back); err != nil || back.Model != in.Result.Model.Name || back.Value != "9.39" || back.Stars != "3.5" {
		t.Errorf("read back: %+v, %v", back, err)
	}
	// The same record stands in each file.
	svg := l.SVG()
	var meta struct {
		Metadata string `xml:"metadata"`
		Title    string `xml:"title"`
		Desc     string `xml:"desc"`
	}
	if err := xml.Unmarshal(svg, &meta); err != nil || meta.Metadata != rec || meta.Desc != l.List.Desc || !strings.HasPrefix(meta.Desc, l.Alt) {
		t.Errorf("SVG metadata %q, %v", meta.Metadata, err)
	}
	pdf, err := l.PDF()
	if err != nil {
		t.Fatal(err)
	}
	escaped := strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(recordPrefix + rec)
	if !bytes.Contains(pdf, []byte("/Keywords ("+escaped+")")) {
		t.Error("the PDF's keywords do not hold the record")
	}
}

func TestLanguages(t *testing.T) {
	d := load(t)
	in := input()
	in.Lang = "zh"
	l, err := d.Draw(in, Style{})
	if err != nil {
		t.Fatal(err)
	}
	if !has(l, "3.5 of 5") || len(l.Findings) != 1 || l.Findings[0].Rule != "LBL-W-LANG" {
		t.Errorf("without a font for it the label's words are English, with one note; got %v", l.Findings)
	}
	if !strings.Contains(l.Alt, "3.5 \u661f") || l.List.Lang != "zh" {
		t.Errorf("the alternative text is not Chinese: %s", l.Alt)
	}
	in.Lang = "de"
	if l, err = d.Draw(in, Style{}); err != nil || !has(l, "3.5 of 5") || len(l.Findings) > 0 {
		t.Errorf("an unknown language speaks English: %v, %v", err, l.Findings)
	}
}

// Labels of other sources of dates.
func TestDates(t *testing.T) {
	for name, c := range map[string]struct {
		measured, published, retrieved string
		kind, month                    string
	}{
		"measured wins": {"2026-05-31T23:30:00-02:00", "2025-01-01", "", "measured", "2026-06"},
		"published":     {"", "2025-12-31", "2026-01-01", "published", "2025-12"},
		"year only":     {"", "2025", "", "published", "2025"},
		"retrieved":     {"", "", "2026-01-01", "retrieved", "2026-01"},
		"nothing":       {"", "", "", "", ""},
	} {
		in := input()
		in.Result.MeasuredAt = c.measured
		in.Result.Source = &result.Source{Published: c.published, Retrieved: c.retrieved}
		if kind, month := in.dated(); kind != c.kind || month != c.month {
			t.Errorf("%s: %s %s, want %s %s", name, kind, month, c.kind, c.month)
		}
	}
}
