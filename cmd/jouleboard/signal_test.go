//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A command that waits for its input does not notice the first signal. The
// second one must end it.
func TestSecondSignalKills(t *testing.T) {
	board := t.TempDir()
	if err := os.Mkdir(filepath.Join(board, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(board, "content", "site.yaml"), []byte("title: A board\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			if signal.Ignored(sig) {
				t.Skip("the tests were started with this signal ignored, and so is the program")
			}
			cmd := exec.Command("jouleboard", "import", "mlenergy", "-")
			cmd.Dir = board
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.Close() }()
			// More than a pipe holds: once it is written, the program reads, and so
			// has its handlers.
			if _, err := in.Write(make([]byte, 1<<20)); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			deadline := time.After(30 * time.Second)
			sent := 0
			for {
				if err := cmd.Process.Signal(sig); err == nil {
					sent++
				}
				select {
				case err := <-ended:
					var e *exec.ExitError
					if !errors.As(err, &e) {
						t.Fatalf("ended with %v", err)
					}
					if ws, ok := e.Sys().(syscall.WaitStatus); !ok || !ws.Signaled() || ws.Signal() != sig {
						t.Fatalf("ended with %v, want killed by %v", err, sig)
					}
					if sent < 2 {
						t.Errorf("the first signal killed it; it must only ask")
					}
					return
				case <-time.After(20 * time.Millisecond):
				case <-deadline:
					_ = cmd.Process.Kill()
					t.Fatalf("still there after %d signals", sent)
				}
			}
		})
	}
}
