package label

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A language's file may say how numbers are written; records stay as they are, and
// no sentence ends twice.
func TestNumbersOfALanguage(t *testing.T) {
	load := func(lang, words string) (*Designs, string) {
		d, found := Load(fstest.MapFS{
			"i18n/en.yaml":           {Data: []byte(shipped(t, "i18n/en.yaml"))},
			"i18n/" + lang + ".yaml": {Data: []byte(words)},
			"designs/default.yaml":   {Data: []byte(shipped(t, "designs/default.yaml"))},
		})
		for _, f := range found {
			if strings.Contains(f.Message, "number") {
				return d, f.Message
			}
		}
		return d, ""
	}
	in := input()
	in.Lang = "de"
	plain := input()
	d, wrong := load("de", "number_decimal: \",\"\nnumber_group: \".\"\n")
	if wrong != "" {
		t.Fatal(wrong)
	}
	german, err := d.Draw(in, Style{})
	if err != nil {
		t.Fatal(err)
	}
	english, err := d.Draw(plain, Style{})
	if err != nil {
		t.Fatal(err)
	}
	if !has(english, "3.5 of 5") || !has(german, "3,5 of 5") || !strings.Contains(german.Alt, "3,5") {
		t.Errorf("a German label says %s", german.Alt)
	}
	if german.Record.Stars != "3.5" || german.Record.Value != english.Record.Value {
		t.Errorf("the record follows the language: %+v", german.Record)
	}
	if _, wrong := load("de", "number_group: \".\"\n"); wrong == "" {
		t.Error("one sign for two things passes")
	}
	d, _ = load("zh", shipped(t, "i18n/zh.yaml"))
	in.Lang = "zh"
	drawn, err := d.Draw(in, Style{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(drawn.List.Desc, "。。") || !strings.Contains(drawn.List.Desc, "。") {
		t.Errorf("the Chinese description ends twice: %s", drawn.List.Desc)
	}
}
