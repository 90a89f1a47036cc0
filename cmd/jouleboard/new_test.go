package main

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

// TestSkeletonKeys holds that each key in a skeleton is one that the loader knows,
// those in comments too.
func TestSkeletonKeys(t *testing.T) {
	commented := regexp.MustCompile(`(?m)^# ([a-z_0-9]+:.*)$`)
	inside := regexp.MustCompile(`(?m)^#(   *[a-zA-Z-].*)$`)
	for _, s := range []skeleton{modelSkeleton(), taskSkeleton(), hardwareSkeleton()} {
		text := strings.NewReplacer("{ARG}", s.example, "{NAME}", "x").Replace(s.text)
		open := inside.ReplaceAllString(commented.ReplaceAllString(text, "$1"), " $1")
		if strings.Count(open, ":") != strings.Count(text, ":") || open == text {
			t.Fatalf("%s: the comments could not be opened:\n%s", s.kind, open)
		}
		file := strings.TrimPrefix(s.file(s.example), "content/")
		_, found := catalog.Load(fstest.MapFS{file: {Data: []byte(open)}})
		for _, f := range found {
			if strings.Contains(f.Message, "the value is empty") {
				continue // a blank
			}
			if f.Rule == "CAT-KEY" || f.Rule == "CAT-YAML" || f.Rule == "CAT-TYPE" || f.Rule == "CAT-NAME" || f.Rule == "CAT-FILE" {
				t.Errorf("%s: %s: %s [%s]", s.kind, f.Where, f.Message, f.Rule)
			}
		}
	}
}

// TestResultSkeleton holds that blanks alone are wrong with a fresh skeleton.
func TestResultSkeleton(t *testing.T) {
	data := strings.NewReplacer("{MODEL}", `"a/b"`, "{TASK}", `"t"`, "{HARDWARE}", `"h"`, "{ID}", noID).Replace(resultSkeleton)
	_, found := readSkeleton("results/a/b/h/t.partial.json", []byte(data))
	blank := regexp.MustCompile(`is (""|empty|0|null)`)
	n := 0
	for _, f := range found {
		if f.Level == result.Error {
			if n++; !blank.MatchString(f.Message) {
				t.Errorf("%s: %s", f.Where, f.Message)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d blanks are named", n)
	}
}
