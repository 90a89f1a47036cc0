package site

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A new file holds the bytes, and what goes wrong names the file.
func TestWriteNew(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int{0, 1, 300_000} {
		name := filepath.Join(dir, "file")
		want := bytes.Repeat([]byte("x"), size)
		if err := writeNew(name, want); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: read %d, %v", size, len(got), err)
		}
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	missing := filepath.Join(dir, "no", "file")
	var at *fs.PathError
	if err := writeNew(missing, nil); !errors.Is(err, fs.ErrNotExist) || !errors.As(err, &at) || at.Path != missing {
		t.Errorf("a folder that is not there: %v", err)
	}
	if err := writeNew(dir, nil); err == nil {
		t.Error("a folder was written")
	}
}
