package content

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
	"jouleboard/internal/yamldoc"
)

// files makes a content folder.
func files(kv ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(kv); i += 2 {
		m[kv[i]] = &fstest.MapFile{Data: []byte(kv[i+1])}
	}
	return m
}

// lines prints findings for comparing.
func lines(fs result.Findings) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.String())
	}
	return out
}

const goodSite = `title: Sample
description: A sample.
base_url: https://example.org/board/
authors: [{name: Example Laboratory}, {family: Doe, given: Jane, orcid: 0000-0002-1825-0097}]
license: CC-BY-4.0
contact: mailto:board@example.org
repository: https://example.org/repo/
points:
  - {id: itl50, constraint: {metric: itl_ms.p50, max: 50}}
  - {id: min-energy}
defaults: {count: any, precision: any}
boards:
  - {id: chat, task: chat, hardware: x, point: itl50}
formulas:
  wh_per_million_tokens: energy_per_output_token_j * 1e6 / 3600
  spread_ms: {expr: itl_ms.p99 - itl_ms.p50, unit: ms, better: lower, digits: 4, name: Spread of gaps}
navigation: [{title: Manual, url: /docs/}, {title: Elsewhere, url: "https://example.org/"}]
related: [{title: Other, url: "https://example.org/", text: another}]
theme: {accent: "#0B6E4F"}
labels: {build: [badge], hash_len: 16}
citation: {doi: 10.5281/zenodo.1, keywords: [a, b]}
`

func TestLoadSite(t *testing.T) {
	s, fs := LoadSite(files("site.yaml", goodSite))
	if len(fs) > 0 {
		t.Fatalf("findings: %s", strings.Join(lines(fs), "\n"))
	}
	if s.BaseURL != "https://example.org/board" || s.Repository != "https://example.org/repo" || s.Branch != "main" || s.Language != "en" {
		t.Errorf("addresses and defaults: %+v", s)
	}
	if len(s.Rank.Points) != 2 || *s.Rank.Points[0].Constraint.Max != 50 || s.Rank.Boards[0].Point != "itl50" || s.Rank.Defaults.Count != "any" {
		t.Errorf("boards: %+v", s.Rank)
	}
	if !s.BuildsLabel("badge") || s.BuildsLabel("full-svg") || s.Labels.HashLen != 16 || s.Theme.Accent != "#0b6e4f" || s.Navigation[0].URL != "docs/" {
		t.Errorf("labels, theme, navigation: %+v %+v %+v", s.Labels, s.Theme, s.Navigation)
	}
	if at := s.Place("/boards/0/point"); at.Line != 13 || at.Col == 0 {
		t.Errorf("place of a board's point is %v", at)
	}
	if at := s.Place("/boards/0/nothing"); at.Line != 13 {
		t.Errorf("place of a missing key is %v, want its board's", at)
	}
	if m, ok := s.Registry().Get("spread_ms"); !ok || m.Unit != "ms" || m.Better != unit.Lower || m.Digits != 4 || m.Name != "Spread of gaps" {
		t.Errorf("formula's metric: %+v", m)
	}
}

// One file with many mistakes: all are told, each with its place.
func TestLoadSiteTellsEverything(t *testing.T) {
	_, fs := LoadSite(files("site.yaml", `titel: x
base_url: http://example.org
language: English
authors:
  - {name: A, family: B}
  - {orcid: 0000-0002-1825-0098, family: C}
license: my own
contact: "javascript:alert(1)"
points:
  - {id: "a b"}
  - {id: p, constraint: {metric: nonsense, max: ten}}
boards:
  - {id: x, point: q}
  - {id: x, point: p, order: 1.5}
  - {hidden: maybe}
formulas:
  Bad Key: energy_j
  energy_j: energy_j * 2
  a: energy_j + itl_ms.p50
  b: 'unknown_key * 2'
  c: 'len("x")'
  d: itl_ms * 2
  e: 1 + 1
navigation: [{title: "", url: "javascript:alert(1)"}]
related: [{title: T, url: relative}]
theme: {accent: "#ffff00", logo: ../no.svg}
labels: {build: [poster], hash_len: 13}
citation: {doi: "https://doi.org/10.1234/x"}
citation: {}
`))
	got := strings.Join(lines(fs), "\n")
	for _, want := range []string{
		`content/site.yaml:1:1 /titel: error: unknown key "titel"`,
		`the board has no title`,
		`content/site.yaml:2:11 /base_url: error: "http://example.org" does not begin with https://`,
		`content/site.yaml:3:11 /language: error: language "English"`,
		`author "A" has both name and family`,
		`orcid "0000-0002-1825-0098" is not valid`,
		`content/site.yaml:7:10 /license: error: license "my own"`,
		`contact "javascript:alert(1)"`,
		`content/site.yaml:10:10 /points/0/id: error: operating point id "a b"`,
		`unknown metric "nonsense"`,
		`content/site.yaml:11:49 /points/1/constraint/max: error: expected a finite number, found text "ten"`,
		`unknown operating point "q"`,
		`board "x" is defined twice`,
		`content/site.yaml:14:30 /boards/1/order: error: expected a whole number, found number 1.5`,
		`content/site.yaml:15:14 /boards/2/hidden: error: expected true or false, found text "maybe"`,
		`formula key "Bad Key" cannot be a column`,
		`formula key "energy_j" is already a metric`,
		`expression adds "J" and "ms"`,
		`"unknown_key" is not a key of the metric registry`,
		`only numbers, metric keys`,
		`name a statistic of it, such as itl_ms.p50`,
		`expression uses no key`,
		`navigation url "javascript:alert(1)"`,
		`url "relative" is not an https address`,
		`accent #ffff00 has a contrast of`,
		`logo "../no.svg" is not the path of a file`,
		`label "poster" is not known`,
		`hash_len is 13`,
		`doi "https://doi.org/10.1234/x"`,
		`key "citation" stands twice, first on line 28`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not told: %s", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

func TestLoadSiteUnreadable(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"empty":        {"", "content/site.yaml:1:1 /title: error: the board has no title"},
		"not YAML":     {"title: [", "content/site.yaml:1:8: error: not valid YAML"},
		"tabs":         {"a:\n\tb: 1\n", "content/site.yaml:2:1: error: not valid YAML"},
		"not UTF-8":    {"title: a\xffb\n", "content/site.yaml:1:9: error: byte 0xFF at offset 8 is not UTF-8"},
		"control":      {"title: x\ntagline: a\x1bb\n", "content/site.yaml:2:11: error: invisible control character U+001B"},
		"override":     {"title: \"a\u202eb\"\n", "content/site.yaml:1:10: error: invisible bidirectional control U+202E"},
		"a list":       {"- title\n", "content/site.yaml:1:1: error: expected keys with values, found a list"},
		"two docs":     {"title: x\n---\ntitle: y\n", "error: a second YAML document begins here"},
		"anchor":       {"title: &a x\ntagline: *a\n", "content/site.yaml:2:10 /tagline: error: anchors, aliases and tags are not read here"},
		"merge":        {"theme:\n  <<: {accent: '#000000'}\n", "content/site.yaml:2:3 /theme: error: merge keys are not read here"},
		"tag":          {"title: !!binary eA==\n", "content/site.yaml:1:8 /title: error: anchors, aliases and tags are not read here"},
		"list as text": {"title: [a]\n", "/title: error: expected text, found a list"},
		"text as list": {"authors: Jane\n", `/authors: error: expected a list, found text "Jane"`},
		"deep":         {"title: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n", "error"},
		"huge":         {"tagline: " + strings.Repeat("x", yamldoc.MaxBytes) + "\n", "more than the 1048576 allowed"},
		"not a number": {"labels: {hash_len: .nan}\n", "/labels/hash_len: error: expected a whole number, found not-a-number"},
		"out of range": {"labels: {hash_len: 99999999999999999999}\n", "/labels/hash_len: error: expected a whole number"},
		"infinity":     {"points: [{id: a, constraint: {metric: energy_j, max: .inf}}]\n", "/points/0/constraint/max: error: expected a finite number, found infinity"},
	} {
		t.Run(name, func(t *testing.T) {
			s, fs := LoadSite(files("site.yaml", tt.text))
			got := strings.Join(lines(fs), "\n")
			if s == nil || !fs.HasErrors() || !strings.Contains(got, tt.want) {
				t.Errorf("want %s, got\n%s", tt.want, got)
			}
			// What is there and cannot be read is not said to be missing.
			if strings.HasPrefix(tt.text, "title:") && strings.Contains(got, "no title") {
				t.Errorf("said twice:\n%s", got)
			}
		})
	}
	s, fs := LoadSite(files())
	if s == nil || !fs.HasErrors() || fs[0].Where.File != "content/site.yaml" {
		t.Errorf("missing file: %v", fs)
	}
}

func TestShippedSite(t *testing.T) {
	s, fs := LoadSite(os.DirFS("../../content"))
	if len(fs) > 0 {
		t.Errorf("findings:\n%s", strings.Join(lines(fs), "\n"))
	}
	ids := map[string]bool{}
	for _, b := range s.Rank.Boards {
		ids[b.ID] = true
	}
	for _, id := range []string{"chat-h100", "chat-b200", "chat-h100-min-energy", "text-to-image-h100", "text-to-video-b200", "endpoint-1024-1024"} {
		if !ids[id] {
			t.Errorf("no board %s", id)
		}
	}
}

func TestFormulaValue(t *testing.T) {
	p50, p99 := 40.0, 90.0
	r := &result.Result{
		Metrics:       map[string]result.Metric{"energy_per_output_token_j": {Value: 3.6}, "error_rate": {Value: 0}},
		Distributions: map[string]result.Distribution{"itl_ms": {P50: &p50, P99: &p99}},
	}
	tests := []struct {
		expr string
		want float64
		ok   bool
	}{
		{"energy_per_output_token_j * 1e6 / 3600", 1000, true},
		{"itl_ms.p99 - itl_ms.p50", 50, true},
		{"-itl_ms.p50 + max(itl_ms.p50, itl_ms.p99)", 50, true},
		{"energy_per_output_token_j ^ 2", 12.96, true},
		{"energy_per_response_j * 2", 0, false},              // absent, never 0
		{"energy_per_output_token_j / error_rate", 0, false}, // not finite
		{"itl_ms.p95 * energy_per_output_token_j", 0, false}, // statistic absent
		{"min(itl_ms.p50, 10) * energy_per_output_token_j", 36, true},
	}
	for _, tt := range tests {
		t.Run(tt.expr, func(t *testing.T) {
			f := Formula{Expr: tt.expr}
			if err := f.compile(unit.Default()); err != nil {
				t.Fatal(err)
			}
			got, ok := f.Value(r)
			if ok != tt.ok || ok && (got < tt.want-1e-9 || got > tt.want+1e-9) {
				t.Errorf("got %v, %v, want %v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
	if _, ok := (Formula{Expr: "energy_j"}).Value(r); ok {
		t.Error("a formula that was not compiled has a value")
	}
}

// The words of the expression library beyond arithmetic stay out of reach.
func TestFormulaRefuses(t *testing.T) {
	for _, e := range []string{`"a"`, "true", "energy_j > 1", "energy_j ? 1 : 2", "[energy_j][0]", "map([1], # * energy_j)", "let x = energy_j; x",
		"now()", "energy_j.p50", "energy_j?.x", "{a: 1}", "energy_j in [1]", "1; 2", "energy_j ?? 2", "sum([energy_j])", "(", "", strings.Repeat("1+", 400) + "energy_j"} {
		f := Formula{Expr: e}
		if err := f.compile(unit.Default()); err == nil {
			t.Errorf("%q was accepted", e)
		}
	}
}

func TestORCID(t *testing.T) {
	for s, want := range map[string]bool{"0000-0002-1825-0097": true, "0000-0002-1694-233X": true, "0000-0002-1825-0098": false, "0000000218250097": false, "": false} {
		if validORCID(s) != want {
			t.Errorf("validORCID(%q) = %v", s, !want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	for s, good := range map[string]bool{
		"https://example.org": true, "https://example.org/a/b": true, "https://localhost:8080": true,
		"http://example.org": false, "example.org": false, "//example.org": false, "https://": false, "https://example.org?x=1": false, "https://example.org#x": false,
		"https://user@example.org": false, "https://exämple.org": false, "javascript:alert(1)": false, "https:example.org": false,
		"http://localhost:8080": false, "https://example.org/a b": false, "https://example.org/\u00fc": false, "HTTPS://example.org": false,
		"https://u:p@example.org": false, "https://example.org/../x": false, "https://example.org/a/./b": false, "https://example.org//a": false,
		"https://example.org/%2e%2e/x": false, "https://example.org:99999": false, "https://example.org:0": false, "https://example.org:": false,
		"https://example.org/a\\b": false, "https://example.org/<a>": false, "https://example.org:443/a": true, "https://example.org/%C3%BC": true,
		"https://example.org/": true, "https://example.org/a/": true, "https://[::1]:8443/a": true,
	} {
		if (CheckBaseURL(s) == "") != good {
			t.Errorf("CheckBaseURL(%q) = %q", s, CheckBaseURL(s))
		}
	}
}

func FuzzSite(f *testing.F) {
	f.Add(goodSite)
	f.Add("title: [\n")
	f.Add("a: &b [*b]\n? {x: y} : z\n")
	f.Add("formulas:\n  x: energy_j *\n")
	f.Fuzz(func(t *testing.T, text string) {
		fsys := files("site.yaml", text)
		s, a := LoadSite(fsys)
		if s == nil {
			t.Fatal("no site")
		}
		n := strings.Count(text, "\n") + strings.Count(text, "\r") + 1 // YAML breaks lines at both
		for _, f := range a {
			if f.Where.File != "content/site.yaml" || f.Where.Line < 0 || f.Where.Line > n+1 {
				t.Fatalf("place outside the file: %v", f)
			}
		}
		_, b := LoadSite(fsys)
		if diff := cmp.Diff(lines(a), lines(b)); diff != "" {
			t.Fatalf("two readings differ: %s", diff)
		}
		_ = fmt.Sprint(s.Registry().Keys())
	})
}
