package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestModerateTogether holds that commands at the same time lose nothing of each
// other's.
func TestModerateTogether(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "content/catalog/tasks"), os.DirFS("../../content/catalog/tasks")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "content/site.yaml"), []byte("title: A board\nlicense: CC-BY-4.0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const n = 16
	var done [n]bool
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var out, errOut bytes.Buffer
			args := []string{"--root", root, "moderate", "request", "add", fmt.Sprintf("org/M%d", i), "gpqa", "--by", "Ada", "--date", "2026-01-01"}
			code := run(args, strings.NewReader(""), &out, &errOut)
			// On a slow machine one may give up waiting; then it must have said so.
			if done[i] = code == 0; !done[i] && !strings.Contains(errOut.String(), "another command is changing") {
				t.Errorf("status %d: %s", code, errOut.String())
			}
		})
	}
	wg.Wait()
	data, err := os.ReadFile(filepath.Join(root, "content/moderation.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if has := strings.Contains(string(data), fmt.Sprintf("model: org/M%d\n", i)); has != done[i] {
			t.Errorf("request %d: the command succeeded: %v, the file has it: %v", i, done[i], has)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(root, "content/.*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
