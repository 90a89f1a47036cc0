package label

import (
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
