package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Messages about a board's files, its pages, and the comments in those files name no command that does
// not exist.
func TestNamedCommandsExist(t *testing.T) {
	root := newRootCommand(&env{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard})
	known := map[string]bool{}
	for _, c := range root.Commands() {
		known[c.Name()] = true
	}
	inGo, inText := regexp.MustCompile("['(]jouleboard ([a-z][a-z-]*)"), regexp.MustCompile("['(`]jouleboard ([a-z][a-z-]*)")
	count := 0
	for _, dir := range []string{"../../internal/catalog", "../../internal/content", "../../internal/convert", "../../internal/label", "../../internal/rank",
		"../../internal/result", "../../internal/site", "../../content", "../../labels", "../../README.md"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			named := inText
			switch filepath.Ext(path) {
			case ".md", ".yaml":
			case ".go":
				named = inGo
			default:
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range named.FindAllSubmatch(text, -1) {
				count++
				if !known[string(m[1])] {
					t.Errorf("%s names the command %q, which does not exist", path, m[0][1:])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if count == 0 {
		t.Error("no command is named anywhere; the pattern is wrong")
	}
}
