//go:build linux

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// Colour and the bar are for terminals that understand them.
func TestDumbTerminal(t *testing.T) {
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminal here: ", err)
	}
	defer tty.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, tt := range []struct {
		name, term, noColor string
		to                  *os.File
		colour, bar         bool
	}{
		{"terminal", "xterm", "", tty, true, true},
		{"dumb", "dumb", "", tty, false, false},
		{"no colour", "xterm", "1", tty, false, true},
		{"a device that is no terminal", "xterm", "", null, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("TERM", tt.term)
			t.Setenv("NO_COLOR", tt.noColor)
			e := &env{Stderr: tt.to}
			if got := e.paint("1", "x") != "x"; got != tt.colour {
				t.Errorf("coloured: %v, want %v", got, tt.colour)
			}
			if got := newProgress(e).tty; got != tt.bar {
				t.Errorf("bar: %v, want %v", got, tt.bar)
			}
		})
	}
}

// An answer that did not arrive is a failure, whichever command gave it.
func TestFullDevice(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here: ", err)
	}
	defer full.Close()
	for _, args := range []string{"version", "version --format json", "--version", "--help", "cite --of tool", "completion bash"} {
		var stderr bytes.Buffer
		if code := run(strings.Fields(args), strings.NewReader(""), full, &stderr); code != exitFailed {
			t.Errorf("%s: status %d, want %d", args, code, exitFailed)
		}
		if !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%s: said %q", args, stderr.String())
		}
	}
}
