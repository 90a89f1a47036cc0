package load

import (
	"fmt"
	"io"
	"os"
	"os/exec"
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
func startProcess(t testing.TB, first, gap time.Duration, tokens int) (url string) {
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
	return url
}
