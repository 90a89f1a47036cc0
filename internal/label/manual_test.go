package label

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/labels"
)

// The design in the manual loads without a complaint and draws every state.
func TestDesignOfTheManual(t *testing.T) {
	data, err := os.ReadFile("../../content/docs/labels.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(data), "```yaml\nsize:")
	design, _, end := strings.Cut(rest, "```")
	if !ok || !end {
		t.Fatal("the manual has no design")
	}
	board := fstest.MapFS{"designs/left-strip.yaml": {Data: []byte("size:" + design)}}
	for _, name := range []string{"i18n/en.yaml", "designs/default.yaml"} {
		text, err := fs.ReadFile(labels.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		board[name] = &fstest.MapFile{Data: text}
	}
	d, found := Load(board)
	for _, f := range found {
		t.Error(f)
	}
	for _, s := range samples() {
		for _, look := range Looks() {
			if _, err := d.Draw(s.in, Style{Design: "left", Size: SizeStrip, Look: look}); err != nil {
				t.Errorf("%s, %s: %v", s.name, look, err)
			}
		}
	}
}

// The manual names every kind of element with its keys, and every field in the
// words of the program.
func TestKeysOfTheManual(t *testing.T) {
	data, err := os.ReadFile("../../content/docs/labels.md")
	if err != nil {
		t.Fatal(err)
	}
	code := func(keys string) string {
		var out []string
		for _, k := range strings.Fields(keys) {
			out = append(out, "`"+k+"`")
		}
		return strings.Join(out, " ")
	}
	for kind, keys := range elementKeys {
		needs, may, _ := strings.Cut(keys, "|")
		if row := fmt.Sprintf("| `%s` | %s | %s |\n", kind, code(needs), code(may)); !strings.Contains(string(data), row) {
			t.Errorf("the manual has no row %s", row)
		}
	}
	for field, what := range fieldNames {
		if row := fmt.Sprintf("| `%s` | %s |\n", field, what); !strings.Contains(string(data), row) {
			t.Errorf("the manual has no row %s", row)
		}
	}
}
