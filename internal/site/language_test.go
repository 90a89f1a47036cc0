package site

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"jouleboard/assets"
)

// hole is a place of a string that is filled in.
var hole = regexp.MustCompile(`\{\w+\}`)

// latin are words in Latin letters; what a Chinese reader of the field writes in
// them too is in latinTerms.
var latin = regexp.MustCompile(`[A-Za-z][A-Za-z./-]*[A-Za-z]`)

// latinTerms stay as the field writes them in every language: names of tools,
// formats, licences and standards, symbols of units, and words that a file holds
// literally.
var latinTerms = strings.Fields(`GPU CPU SM CUDA SHA ID SPDX PDF CSV JSON Schema Feed Apache Parquet Atom API OpenAPI
 HTML Markdown LaTeX Ulysses Ring top-p E_ref ref kWh Wh px mm ms jouleboard sha sum --api-key-env api-key-env
 content/moderation.yaml device endpoint ranked energy performance reported measured gpu module gpu cpu dram wall
 closed open batch burst`)

// Every language that is shipped has all strings, and each fills in the same
// things as the English one.
func TestShippedLanguages(t *testing.T) {
	for _, lang := range shippedLanguages(t) {
		m, findings := loadMessages(assets.FS, assets.FS, lang)
		if len(findings) > 0 {
			t.Error(findings)
		}
		english, _ := loadMessages(assets.FS, assets.FS, "en")
		for _, k := range sortedKeys(english.text) {
			holes := func(s string) []string {
				h := hole.FindAllString(s, -1)
				sort.Strings(h)
				return h
			}
			if want, got := holes(english.text[k]), holes(m.text[k]); !slices.Equal(want, got) {
				t.Errorf("%s: %s fills in %v, English %v", lang, k, got, want)
			}
		}
	}
}

// The Chinese strings are Chinese.
func TestChineseStringsHaveNoEnglish(t *testing.T) {
	m, _ := loadMessages(assets.FS, assets.FS, "zh")
	for _, k := range sortedKeys(m.text) {
		for _, w := range latin.FindAllString(hole.ReplaceAllString(m.text[k], ""), -1) {
			if !slices.Contains(latinTerms, w) {
				t.Errorf("%s: %q holds the word %q", k, m.text[k], w)
			}
		}
	}
}

func shippedLanguages(t *testing.T) []string {
	t.Helper()
	entries, err := assets.FS.ReadDir("i18n")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if lang, ok := strings.CutSuffix(e.Name(), ".yaml"); ok && lang != "en" {
			out = append(out, lang)
		}
	}
	if len(out) == 0 {
		t.Fatal("no language beside English")
	}
	return out
}

func sortedKeys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
