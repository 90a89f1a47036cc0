// The manual's examples are run: every line that begins with "$ " in a console
// block of the pages and of the README, in a copy of the repository's board.

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestManualExamples(t *testing.T) {
	pages, err := filepath.Glob("../../content/docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	top, _ := filepath.Glob("../../content/*.md")
	pages = append(append(pages, top...), "../../README.md")

	board := t.TempDir()
	for _, dir := range []string{"content", "results"} {
		from := filepath.Join("../..", dir)
		if dir == "results" {
			// A part of the results is enough for every example and keeps this quick.
			dir, from = "results/Qwen", filepath.Join(from, "Qwen")
		}
		if err := os.CopyFS(filepath.Join(board, dir), os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	count := 0
	for _, page := range pages {
		if filepath.Base(page) == tutorial {
			continue
		}
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range consoleLines(string(src)) {
			args, ok := strings.CutPrefix(line, "$ jouleboard ")
			if !ok {
				if !strings.HasPrefix(line, "$ make ") {
					t.Errorf("%s: %q is no command that this test can run", page, line)
				}
				continue
			}
			count++
			t.Run(filepath.Base(page)+"/"+args, func(t *testing.T) {
				wd, err := os.Getwd()
				if err != nil {
					t.Fatal(err)
				}
				if err := os.Chdir(board); err != nil {
					t.Fatal(err)
				}
				defer func() { _ = os.Chdir(wd) }()
				var out, errOut bytes.Buffer
				if code := run(strings.Fields(args), strings.NewReader(""), &out, &errOut); code != 0 {
					t.Errorf("exit status %d\n%s", code, errOut.String())
				}
			})
		}
	}
	if count < 8 {
		t.Errorf("only %d examples were found in the manual", count)
	}
}

// consoleLines are the commands of a page's console blocks.
func consoleLines(src string) []string {
	var out []string
	in := false
	for line := range strings.Lines(src) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			in = line == "```console"
		case in && strings.HasPrefix(line, "$ "):
			out = append(out, line)
		}
	}
	return out
}
