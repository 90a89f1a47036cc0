package site

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/assets"
)

// Scripts get what a language puts between parts; they hold the English signs
// themselves, in the same order.
func TestSeparatorsForScripts(t *testing.T) {
	english, _ := loadMessages(assets.FS, assets.FS, "en")
	if got := english.separators(); got != "" {
		t.Errorf("English pages carry %s, which scripts know", got)
	}
	list, err := json.Marshal(englishSeparators)
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("../../assets/js/site.js")
	if err != nil {
		t.Fatal(err)
	}
	if want := string(list); !strings.Contains(string(script), want) {
		t.Errorf("site.js lacks %s", want)
	}
	chinese, _ := loadMessages(assets.FS, assets.FS, "zh")
	var got []string
	if err := json.Unmarshal([]byte(chinese.separators()), &got); err != nil {
		t.Fatal(err)
	}
	if want := []string{"，", "、", "；", "：", "。", "（{0}）"}; !slices.Equal(got, want) {
		t.Errorf("Chinese pages carry %q, want %q", got, want)
	}
}

// A string leads to what follows it with one space, which full-width signs have.
func TestLead(t *testing.T) {
	for in, want := range map[string]string{"Next:": "Next: ", "下一步：": "下一步：", "下一步": "下一步", "": " "} {
		if got := lead(in); got != want {
			t.Errorf("%q leads as %q, want %q", in, got, want)
		}
	}
}

// Names in Latin letters do not turn a sentence from right to left around.
func TestNamesKeepTheirDirection(t *testing.T) {
	words := fstest.MapFS{"i18n/he.yaml": &fstest.MapFile{Data: []byte("labels.also: \"{0} ועוד {1}\"\n")}}
	hebrew, _ := loadMessages(assets.FS, words, "he")
	english, _ := loadMessages(assets.FS, assets.FS, "en")
	for _, c := range []struct {
		m    *messages
		arg  any
		want string
	}{
		{hebrew, "Qwen3-8B", "\u2068Qwen3-8B\u2069 ועוד 2"},
		{hebrew, "שלום", "שלום ועוד 2"},
		{hebrew, 7, "7 ועוד 2"},
		{hebrew, "https://example.org/r/1/", "https://example.org/r/1/ ועוד 2"},
	} {
		if got := c.m.T("labels.also", c.arg, 2); got != c.want {
			t.Errorf("%v is put in as %q, want %q", c.arg, got, c.want)
		}
	}
	if got := english.kept("Qwen3-8B"); got != "Qwen3-8B" {
		t.Errorf("English has %q", got)
	}
}
