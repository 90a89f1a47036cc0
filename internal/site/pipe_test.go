//go:build unix

package site

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe among the board's files would be read for ever; it is an error with its
// place. One in the output folder is an obstacle.
func TestPipes(t *testing.T) {
	for _, name := range []string{"content/docs/pipe.md", "labels/scales/pipe.yaml", "templates/home.html", "assets/css/site.css", "results/a/b/c/pipe-00000000.json", "public/robots.txt"} {
		t.Run(name, func(t *testing.T) {
			root := smallBoard(t)
			out := filepath.Join(root, "public")
			if strings.HasPrefix(name, "public/") {
				build(t, root, Options{Out: out})
			}
			p := filepath.Join(root, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(p)
			if err := syscall.Mkfifo(p, 0o644); err != nil {
				t.Skip(err)
			}
			_, fs, ok, err := Build(context.Background(), root, Options{Out: out})
			if ok {
				t.Fatal("the build went through")
			}
			if text := findingsText(fs); err == nil && !strings.Contains(text, name) {
				t.Errorf("no finding names the pipe:\n%s", text)
			}
		})
	}
}
