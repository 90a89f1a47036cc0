package site

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// scriptValue reads a data script back, as the browser does.
func scriptValue(t *testing.T, src string, v any) (name string) {
	t.Helper()
	args, ok := strings.CutPrefix(strings.TrimSpace(src), "jouleboardCompare(")
	args, ok2 := strings.CutSuffix(args, ");")
	if !ok || !ok2 || strings.ContainsAny(args, "<>\u2028\u2029") {
		t.Fatalf("no data script: %.80s", src)
	}
	var both []json.RawMessage
	if err := json.Unmarshal([]byte("["+args+"]"), &both); err != nil || len(both) != 2 {
		t.Fatalf("no data script: %v", err)
	}
	if err := json.Unmarshal(both[0], &name); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(both[1], v); err != nil {
		t.Fatal(err)
	}
	return name
}

// Every result is in the one file that its id names, every model has its file,
// and no file holds more than a small part of the whole.
func TestCompareData(t *testing.T) {
	dir, _ := shipped(t)
	files := tree(t, filepath.Join(dir, "compare"))
	ids, largest := map[string]bool{}, 0
	for name, src := range files {
		if path.Dir(name) != "r" {
			continue
		}
		var list []struct {
			ID, Cite   string
			Conditions map[string]string
			Numbers    [][6]any
		}
		if at := scriptValue(t, src, &list); at+".js" != name {
			t.Errorf("%s calls itself %s", name, at)
		}
		largest = max(largest, len(list))
		for _, r := range list {
			if !strings.HasPrefix(r.ID, strings.TrimSuffix(path.Base(name), ".js")) {
				t.Errorf("%s holds %s", name, r.ID)
			}
			if ids[r.ID] || len(r.Numbers) == 0 || r.Conditions["task"] == "" || r.Cite == "" {
				t.Errorf("%s: %+v", name, r)
			}
			ids[r.ID] = true
		}
	}
	if pages, _ := filepath.Glob(filepath.Join(dir, "r", "*")); len(ids) != len(pages) {
		t.Errorf("%d results to compare, %d pages", len(ids), len(pages))
	}
	if largest > len(ids)/10 {
		t.Errorf("a file holds %d of %d results", largest, len(ids))
	}
	var models [][2]string
	scriptValue(t, files["models.js"], &models)
	for _, m := range models {
		var v compareModel
		scriptValue(t, files["m/"+m[0]+".js"], &v)
		if v.Name != m[1] || len(v.Boards)+len(v.Others) == 0 {
			t.Errorf("%s: %+v", m, v)
		}
	}
	if len(models) < 40 {
		t.Errorf("only %d models", len(models))
	}
}

func TestCompareDigits(t *testing.T) {
	for n, want := range map[int]int{0: 1, 512: 1, 513: 2, 8192: 2, 10000: 3, 100000: 3, 1000000: 4, 100000000: 4} {
		if got := compareDigits(n); got != want {
			t.Errorf("%d results: %d digits, want %d", n, got, want)
		}
	}
}

// Every word of the script has a text, and every text for it is a word of it.
func TestCompareWords(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(repo, "assets", "i18n", "en.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	js, err := os.ReadFile(filepath.Join(repo, "assets", "js", "compare.js"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(string(src), "\n") {
		if key, ok := strings.CutPrefix(line, "compare.js."); ok {
			key, _, _ = strings.Cut(key, ":")
			n++
			if !strings.Contains(string(js), "W."+key) {
				t.Errorf("the script does not say %s", key)
			}
		}
	}
	if n != len(compareWords) {
		t.Errorf("%d texts, %d words", n, len(compareWords))
	}
	for _, w := range compareWords {
		if !strings.Contains(string(src), "\ncompare.js."+w+": ") {
			t.Errorf("no text for %s", w)
		}
	}
}
