package review

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// hostile is a finding whose every string was chosen by a stranger.
func hostile() result.Findings {
	return result.Findings{{
		Rule: "V01", Level: result.Error,
		Where:   result.Place{File: "results/a\n::error file=x,line=1::b%0A.json", Line: 2, Col: 5, Pointer: "/\x1b[31m"},
		Message: "holds \"\x1b[2J\r\n::set-output name=x::y\" and ##[error]z and 100%0A",
		Hint:    "remove\n::add-mask::it",
	}}
}

func hostileSource(string) []byte {
	return []byte("{\n\t\"k\": \"::error::\x1b[31m ##[warning]x\xff\u202e\",\n}")
}

// TestPrintHostile holds every format to one thing: no line of it is a command to
// a terminal or to what reads a build log.
func TestPrintHostile(t *testing.T) {
	p := Print{Source: hostileSource, Prefix: "boards/one,two:three/", Tool: "v1"}
	for name, print := range map[string]func(w *bytes.Buffer) error{
		"text":   func(w *bytes.Buffer) error { return Text(w, hostile(), p) },
		"json":   func(w *bytes.Buffer) error { return JSON(w, hostile(), Stats{}, p) },
		"github": func(w *bytes.Buffer) error { return GitHub(w, hostile(), p) },
		"sarif":  func(w *bytes.Buffer) error { return SARIF(w, hostile(), p) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := print(&b); err != nil {
				t.Fatal(err)
			}
			out := b.String()
			if !utf8.ValidString(out) {
				t.Error("not UTF-8")
			}
			if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && result.IsControl(r) }); i >= 0 {
				t.Errorf("control character at byte %d: %q", i, out[max(0, i-20):min(len(out), i+20)])
			}
			if strings.Contains(out, "##[") {
				t.Error("holds ##[, which a log takes for a command anywhere in a line")
			}
			commands := 0
			for line := range strings.Lines(out) {
				if strings.HasPrefix(strings.TrimSpace(line), "::") {
					commands++
				}
			}
			want := 0
			if name == "github" {
				want = 1
			}
			if commands != want {
				t.Errorf("%d lines are commands, want %d:\n%s", commands, want, out)
			}
		})
	}
}

func TestGitHubEscapes(t *testing.T) {
	var b bytes.Buffer
	if err := GitHub(&b, hostile(), Print{Prefix: "a,b:c/"}); err != nil {
		t.Fatal(err)
	}
	want := "::error file=a%2Cb%3Ac/results/a%0A%3A%3Aerror file=x%2Cline=1%3A%3Ab%250A.json,line=2,title=V01::" +
		"holds \"\\u001b[2J%0D%0A::set-output name=x::y\" and ##\\u005berror]z and 100%250A%0Atry: remove%0A::add-mask::it\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

// many is n findings of each level.
func many(n int) (fs result.Findings) {
	for i := range n {
		for _, l := range []result.Level{result.Note, result.Warn, result.Error} {
			fs = append(fs, result.Finding{Rule: "V0" + string("123"[severity(l)]), Level: l, Where: result.Place{File: fmt.Sprintf("results/%05d.json", i)}, Message: "wrong"})
		}
	}
	return fs
}

// TestPrintBounded prints 30,000 findings: a bounded output that counts the rest.
func TestPrintBounded(t *testing.T) {
	p := Print{Max: 100}
	for _, c := range []struct {
		name  string
		print func(*bytes.Buffer) error
		says  string
		lines int
	}{
		{"text", func(b *bytes.Buffer) error { return Text(b, many(10_000), p) }, "9900 errors, 10000 warnings and 10000 notes more are not listed", 101},
		{"github", func(b *bytes.Buffer) error { return GitHub(b, many(10_000), p) }, "9990 errors, 9990 warnings and 9990 notes more are not shown here", 31},
		{"json", func(b *bytes.Buffer) error { return JSON(b, many(10_000), Stats{}, p) }, `"errors": 9900`, 1000},
		{"sarif", func(b *bytes.Buffer) error { return SARIF(b, many(10_000), p) }, `"warnings": 10000`, 3000},
	} {
		var b bytes.Buffer
		if err := c.print(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.says) {
			t.Errorf("%s: the rest is not counted as %q", c.name, c.says)
		}
		if n := strings.Count(b.String(), "\n"); n > c.lines {
			t.Errorf("%s: %d lines, want at most %d", c.name, n, c.lines)
		}
	}
}

func TestTextExcerpt(t *testing.T) {
	long := `{"a": "` + strings.Repeat("é", 500) + `", "b": NaN, "c": "` + strings.Repeat("x", 500) + `"}`
	for _, c := range []struct {
		name, text string
		col        int
		want       string
	}{
		{"in the middle", `{"a": NaN}`, 7, "     1 | {\"a\": NaN}\n       |       ^\n"},
		{"at the start", `x`, 1, "     1 | x\n       | ^\n"},
		{"behind the end", `{`, 2, "     1 | {\n       |  ^\n"},
		{"after a tab", "\tx", 2, "     1 |  x\n       |  ^\n"},
		{"no column", `x`, 0, "     1 | x\n"},
	} {
		var b bytes.Buffer
		f := result.Findings{{Rule: "V01", Level: result.Error, Where: result.Place{File: "f", Line: 1, Col: c.col}, Message: "m"}}
		if err := Text(&b, f, Print{Source: func(string) []byte { return []byte(c.text) }}); err != nil {
			t.Fatal(err)
		}
		if _, got, _ := strings.Cut(b.String(), "\n"); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
	shown, caret := excerpt([]byte(long), strings.Index(long, "NaN")+1)
	if r := []rune(shown); len(r) > excerptWidth+6 || caret >= len(r) || string(r[caret:caret+3]) != "NaN" {
		t.Errorf("of a long line %q with the caret at %d", shown, caret)
	}
}

// TestScope looks at one of two results: what concerns the other stays unsaid,
// and what the two have with one another is said at the one.
func TestScope(t *testing.T) {
	b := newBoard(t)
	r, samples := measured(1, func(r *result.Result, s *result.SamplesFile) {
		r.By.Name = "Another Lab"
		s.Header.EpochUnixUs -= 3_600_000_000
		r.MeasuredAt = "2026-03-02T08:30:00Z"
	})
	second := b.add(r, samples)
	third := b.report(func(r *result.Result) { r.Workload.Task = "no-such-task" })
	for _, mine := range []string{b.path, second} {
		b.only = func(p string) bool { return p == mine }
		fs, st := b.validate()
		if st.Files != 1 || st.Recomputed != 1 {
			t.Errorf("%+v, want one file", st)
		}
		copies := 0
		for _, f := range fs {
			if f.Where.File == third {
				t.Errorf("said of a file that was not asked for: %v", f)
			}
			if f.Rule == "REV-COPY" && f.Where.File == mine {
				copies++
			}
		}
		if copies != 1 {
			t.Errorf("the copy is said %d times at %s:\n%s", copies, mine, listing(fs))
		}
	}
}

// TestHonestRuns compares two runs of one set-up, which are no copies.
func TestHonestRuns(t *testing.T) {
	b := newBoard(t)
	r, samples := measured(2)
	b.add(r, samples)
	fs, st := b.validate()
	if st.Recomputed != 2 || fs.HasErrors() {
		t.Errorf("%+v\n%s", st, listing(fs))
	}
}

// TestSamplesModes holds what each mode says of samples that are not there.
func TestSamplesModes(t *testing.T) {
	for _, c := range []struct {
		mode SamplesMode
		url  string
		want result.Level
	}{
		{SamplesAuto, "", result.Error}, {SamplesAuto, "https://example.org/s.gz", result.Warn},
		{SamplesRequire, "", result.Error}, {SamplesRequire, "https://example.org/s.gz", result.Error},
		{SamplesSkip, "", ""}, {SamplesSkip, "https://example.org/s.gz", ""},
	} {
		b := newBoard(t)
		b.forge(func(r *result.Result) { r.Samples.URL = c.url })
		b.remove(result.SamplesPath(b.path))
		b.mode = c.mode
		fs, _ := b.validate()
		var got result.Level
		for _, f := range fs {
			if f.Rule == "V02" {
				got = f.Level
			}
		}
		if got != c.want {
			t.Errorf("--samples=%s with address %q: %q, want %q", c.mode, c.url, got, c.want)
		}
	}
}

// TestEmptyFolder is a board without results; nothing is written for it.
func TestEmptyFolder(t *testing.T) {
	b := &board{t: t, root: t.TempDir()}
	fs, st := b.validate()
	if fs.HasErrors() || st.Files != 0 {
		t.Errorf("%+v\n%s", st, listing(fs))
	}
	if _, err := os.Stat(b.full("results")); err == nil {
		t.Error("something was written")
	}
}
