//go:build unix

package main

import (
	"bytes"
	"errors"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestLabelInterrupted: Ctrl-C while labels are drawn leaves nothing, neither files
// nor the folder that they were to go to.
func TestLabelInterrupted(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"files":  {"--board", "chat-h100", "--board", "chat-b200", "--board", "gpqa-h100", "--board", "code-h100", "--size", "full,compact,small,strip", "--format", "svg,pdf,png"},
		"sheets": {"--board", "chat-h100", "--sheet", "a4", "--copies", "1000"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			out := filepath.Join(root, "out", "labels")
			cmd := exec.Command("jouleboard", append([]string{"--root", repo, "label", "-o", out}, args...)...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			deadline := time.After(2 * time.Minute)
			for begun := false; !begun; {
				select {
				case err := <-ended:
					t.Fatalf("ended before it wrote anything: %v\n%s", err, stderr.Bytes())
				case <-deadline:
					_ = cmd.Process.Kill()
					t.Fatal("wrote nothing in two minutes")
				case <-time.After(5 * time.Millisecond):
					hits, _ := filepath.Glob(filepath.Join(out, ".label-*", "*"))
					begun = len(hits) > 0
				}
			}
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			err := <-ended
			var status *exec.ExitError
			if !errors.As(err, &status) || status.ExitCode() != exitInterrupted {
				t.Errorf("ended with %v, want status %d", err, exitInterrupted)
			}
			if !bytes.Contains(stderr.Bytes(), []byte("interrupted; nothing was left half-written")) {
				t.Errorf("said %q", stderr.Bytes())
			}
			if left := tree(t, root); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
}
