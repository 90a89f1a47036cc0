package result

import (
	"os"
	"path/filepath"
	"testing"
)

// Samples are opened where a regular file is, and nothing else is.
func TestOpenSamples(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "outside"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("outside", filepath.Join(root, "link"+SamplesExt)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "folder"+SamplesExt), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "file"+SamplesExt), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ opens, fails bool }{
		"none": {}, "file": {opens: true}, "link": {fails: true}, "folder": {fails: true},
	} {
		f, err := OpenSamples(root, name+".json")
		if (f != nil) != want.opens || (err != nil) != want.fails {
			t.Errorf("%s: %v, %v", name, f, err)
		}
		if f != nil {
			f.Close()
		}
	}
}
