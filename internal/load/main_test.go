package load

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	fake "jouleboard/internal/load/fakeserver"
)

// TestMain lets this test binary be the fake server of a benchmark: a second
// process, as a real server is one.
func TestMain(m *testing.M) {
	if spec := os.Getenv("JOULEBOARD_FAKE_SERVER"); spec != "" {
		os.Exit(serveUntilEOF(spec))
	}
	os.Exit(m.Run())
}

// serveUntilEOF serves answers of "first gap tokens", prints its URL, and ends
// when its standard input does, so that it cannot outlive the benchmark.
func serveUntilEOF(spec string) int {
	var first, gap time.Duration
	var tokens int
	if _, err := fmt.Sscan(spec, (*int64)(&first), (*int64)(&gap), &tokens); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	srv, err := fake.Start(fake.Options{FirstToken: first, Gap: gap, MinLength: tokens})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer srv.Close()
	fmt.Println(srv.URL())
	io.Copy(io.Discard, os.Stdin)
	return 0
}

// startProcess runs the fake server in a process of its own.
func startProcess(t testing.TB, first, gap time.Duration, tokens int) (url string, pid int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("JOULEBOARD_FAKE_SERVER=%d %d %d", first, gap, tokens))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	if _, err := fmt.Fscan(out, &url); err != nil || !strings.HasPrefix(url, "http://") {
		t.Fatalf("the server's process said %q (%v)", url, err)
	}
	return url, cmd.Process.Pid
}

// busy reads from Linux, in clock ticks, how long all cores have been busy and
// how long with these processes; ok is false elsewhere.
func busy(pids ...int) (all, own int64, ok bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, false
	}
	var user, nice, system, idle, wait, irq, soft, steal int64
	if _, err := fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &wait, &irq, &soft, &steal); err != nil {
		return 0, 0, false
	}
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, 0, false
		}
		// Behind the name, which may hold anything, utime and stime are the 12th and 13th.
		f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(f) < 13 {
			return 0, 0, false
		}
		for _, s := range f[11:13] {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return 0, 0, false
			}
			own += n
		}
	}
	return user + nice + system + irq + soft + steal, own, true
}
