// The tutorial is run: all its console lines, as one session of a shell that
// begins in an empty folder.

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tutorial has a test of its own, because it makes the board that it works on.
const tutorial = "tutorial.md"

func TestTutorial(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures for half a minute")
	}
	var script strings.Builder
	for _, line := range consoleLines(slurp(t, filepath.Join("../../content/docs", tutorial))) {
		script.WriteString(strings.TrimPrefix(line, "$ ") + "\n")
	}
	home := t.TempDir()
	cmd := exec.Command("bash", "-e", "-x", "-c", script.String())
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home, "GIT_CONFIG_GLOBAL=/dev/null",
		"JOULEBOARD_NVML_LIBRARY="+filepath.Join(home, "no-driver.so"),
		"GIT_AUTHOR_NAME=Tester", "GIT_AUTHOR_EMAIL=tester@example.org", "GIT_COMMITTER_NAME=Tester", "GIT_COMMITTER_EMAIL=tester@example.org")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	board := filepath.Join(cmd.Dir, "my-board")
	pages, _ := filepath.Glob(filepath.Join(board, "public/r/*/index.html"))
	if len(pages) != 2 {
		t.Errorf("the merged board has %d results' pages, want the example and the first result\n%s", len(pages), said)
	}
	status := exec.Command("git", "-C", board, "status", "--porcelain")
	if left, err := status.Output(); err != nil || len(left) > 0 {
		t.Errorf("the work tree is not clean (%v):\n%s", err, left)
	}
}
