//go:build unix

package measure

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pidIn waits for a process to write its number to a file.
func pidIn(t *testing.T, path string) int {
	t.Helper()
	for range 500 {
		if data, err := os.ReadFile(path); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil {
				return pid
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the process never started")
	return 0
}

// gone says whether a process has ended; one that nobody has waited for yet is
// as good as gone.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

// TestChildGroup ends a server with everything that it has started, also what
// does not listen to TERM.
func TestChildGroup(t *testing.T) {
	for name, c := range map[string]struct {
		trap  string
		grace time.Duration
	}{"by TERM": {"", 5 * time.Second}, "by KILL": {"trap '' TERM; ", 200 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			worker := filepath.Join(dir, "worker")
			ch, err := startChild(c.trap+"echo out; echo err >&2; (sleep 300 & echo $! > "+worker+"; wait) & wait", dir)
			if err != nil {
				t.Fatal(err)
			}
			pid := pidIn(t, worker)
			if ch.dead() || gone(pid) {
				t.Fatal("it ended before it was told to")
			}
			ch.stop(c.grace)
			for range 200 {
				if gone(pid) {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if !ch.dead() || !gone(pid) {
				t.Errorf("head ended %v, worker ended %v", ch.dead(), gone(pid))
			}
			ch.stop(c.grace) // a second time does nothing
			if log := ch.tail(); !strings.Contains(log, "out") || !strings.Contains(log, "err") {
				t.Errorf("the log is %q", log)
			}
			if sum, err := ch.logHash(); err != nil || sum != hashText("out\nerr\n") {
				t.Errorf("hash %s, %v", sum, err)
			}
		})
	}
}

// TestChildOnPanic: whatever goes wrong in the middle of a job, the server ends.
func TestChildOnPanic(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	pidFile := filepath.Join(t.TempDir(), "pid")
	tr.opt.ServeCmd, tr.opt.Port = "echo $$ > "+pidFile+"; exec sleep 300", port
	pid := 0
	tr.env.Kill = func(kill func()) {
		if kill == nil {
			return
		}
		pid = pidIn(t, pidFile)
		panic("in the middle")
	}
	func() {
		defer func() { _ = recover() }()
		_, _ = tr.run(t, t.Context())
		t.Error("the panic was swallowed")
	}()
	if pid == 0 || !gone(pid) {
		t.Errorf("process %d is still there", pid)
	}
}

// TestChildTail makes a log fit to be shown: the end, no secrets, no control
// characters, bounded.
func TestChildTail(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ch, err := startChild(`i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo "token=hf_abcdefghijkl"; printf 'a\033[31mb\n'; exit 4`, dir)
	if err != nil {
		t.Fatal(err)
	}
	<-ch.done
	ch.stop(0)
	tail := ch.tail()
	if strings.Contains(tail, "hf_") || strings.Contains(tail, "\x1b") || !strings.Contains(tail, "line 2999") || strings.Count(tail, "\n") > 7 {
		t.Errorf("%q", tail)
	}
	if !strings.Contains(ch.ended(), "exit status 4") {
		t.Error(ch.ended())
	}
}
