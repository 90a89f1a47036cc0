//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"jouleboard/internal/load/fakeserver"
)

// terminal is a program on a pseudo-terminal, with what a person would see of it.
type terminal struct {
	t      *testing.T
	master *os.File
	cmd    *exec.Cmd

	mu     sync.Mutex
	raw    strings.Builder
	screen screen
	ended  chan struct{}
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	raw, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var no syscall.Errno
	if err := raw.Control(func(fd uintptr) { _, _, no = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg)) }); err != nil || no != 0 {
		t.Fatal(err, no)
	}
}

// onTerminal starts jouleboard in a folder on a terminal of so many columns.
func onTerminal(t *testing.T, columns int, dir string, env []string, args ...string) *terminal {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminal here: ", err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock, number int32
	ioctl(t, master, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(t, master, syscall.TIOCGPTN, unsafe.Pointer(&number))
	size := [4]uint16{24, uint16(columns)}
	ioctl(t, master, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminal here: ", err)
	}
	defer slave.Close()
	p := &terminal{t: t, master: master, cmd: exec.Command("jouleboard", args...), screen: screen{columns: columns}, ended: make(chan struct{})}
	p.cmd.Dir = dir
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TERM=xterm", "XDG_CONFIG_HOME=" + filepath.Join(dir, "config"), "XDG_CACHE_HOME=" + filepath.Join(dir, "cache"),
		"GIT_CONFIG_NOSYSTEM=1",
	}, env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.ended })
	go func() {
		defer close(p.ended)
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			p.mu.Lock()
			p.raw.Write(buf[:n])
			p.screen.write(string(buf[:n]))
			p.mu.Unlock()
			if err != nil { // the last holder of the other side has gone
				_ = p.cmd.Wait()
				return
			}
		}
	}()
	return p
}

// see waits for a text.
func (p *terminal) see(text string) {
	p.t.Helper()
	for range 3000 {
		p.mu.Lock()
		has := strings.Contains(p.raw.String(), text)
		p.mu.Unlock()
		if has {
			return
		}
		select {
		case <-p.ended:
			p.mu.Lock()
			defer p.mu.Unlock()
			if !strings.Contains(p.raw.String(), text) {
				p.t.Fatalf("%q never came:\n%s", text, p.raw.String())
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	p.t.Fatalf("%q does not come", text)
}

func (p *terminal) type_(text string) {
	p.t.Helper()
	if _, err := p.master.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

// end waits for the program's end and returns its status and all that it wrote.
func (p *terminal) end() (int, string) {
	select {
	case <-p.ended:
	case <-time.After(2 * time.Minute):
		p.t.Fatal("it does not end")
	}
	return p.cmd.ProcessState.ExitCode(), p.raw.String()
}

// screen is what a terminal makes of a stream: as much of one as is needed here,
// with lines kept for ever.
type screen struct {
	columns  int
	rows     [][]rune
	row, col int
	escape   string
	strange  []string // sequences that it does not know
	worst    int      // most lines of progress that stood there at one time
}

var progressLine = regexp.MustCompile(`^(run \d+ of|warming up|reading idle|asking the server|measuring the client|computing)`)

func (s *screen) write(text string) {
	for _, r := range text {
		for len(s.rows) <= s.row {
			s.rows = append(s.rows, nil)
		}
		switch {
		case s.escape != "":
			s.escape += string(r)
			if r >= '@' && r <= '~' && r != '[' {
				switch {
				case s.escape == "\x1b[1A":
					s.row = max(0, s.row-1)
				case s.escape == "\x1b[2K":
					s.rows[s.row] = nil
				case r == 'm':
				default:
					s.strange = append(s.strange, s.escape)
				}
				s.escape = ""
			}
		case r == '\x1b':
			s.escape = string(r)
		case r == '\n':
			s.row++
			n := 0
			for _, l := range s.rows {
				if progressLine.MatchString(string(l)) {
					n++
				}
			}
			s.worst = max(s.worst, n)
		case r == '\r':
			s.col = 0
		default:
			if s.col == s.columns {
				s.row, s.col = s.row+1, 0
			}
			for len(s.rows) <= s.row {
				s.rows = append(s.rows, nil)
			}
			for len(s.rows[s.row]) <= s.col {
				s.rows[s.row] = append(s.rows[s.row], ' ')
			}
			s.rows[s.row][s.col] = r
			s.col++
		}
	}
}

func (s *screen) String() string {
	lines := make([]string, len(s.rows))
	for i, r := range s.rows {
		lines[i] = string(r)
	}
	return strings.Join(lines, "\n")
}

// TestLiveView measures on terminals of several widths: one block that redraws
// itself and is gone at the end, with every number on it.
func TestLiveView(t *testing.T) {
	t.Parallel()
	cases := []struct {
		columns int
		env     []string
		p       *terminal
	}{{columns: 80}, {columns: 40}, {columns: 25, env: []string{"NO_COLOR=1"}}}
	for i := range cases { // at the same time: they wait more than they work
		c := &cases[i]
		s, err := fakeserver.Start(fakeserver.Options{Model: "org/model", FirstToken: 60 * time.Millisecond, Gap: 5 * time.Millisecond, MinLength: 12, MaxLength: 12})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		c.p = onTerminal(t, c.columns, t.TempDir(), c.env, "measure", "--url", s.URL(), "--model", "org/model", "--dataset", "fixed:40/12",
			"--concurrency", "2", "--limit", "40", "--repeats", "1", "--simulated-gpu", "300", "--launch-command", "x")
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.columns, c.env), func(t *testing.T) {
			p := c.p
			code, raw := p.end()
			if code != 0 {
				t.Fatalf("status %d:\n%s", code, raw)
			}
			for _, want := range []string{"of 40 requests", "in flight", "tokens/s", "300 W", "J/token", " left"} {
				if c.columns < 40 && want == " left" {
					continue // what does not fit is cut
				}
				if !strings.Contains(raw, want) {
					t.Errorf("%q was never shown", want)
				}
			}
			// A busy machine is late, and reads several events at once, between which there is
			// no time: only that there are figures is held.
			for _, want := range []string{`TTFT [1-9]\d+`, `ITL \d`} {
				if !regexp.MustCompile(want).MatchString(raw) {
					t.Errorf("%s was never shown", want)
				}
			}
			if p.screen.worst != 1 || len(p.screen.strange) > 0 {
				t.Errorf("%d blocks of progress at one time, unknown sequences %q", p.screen.worst, p.screen.strange)
			}
			left := p.screen.String()
			if m := regexp.MustCompile(`(?m)^(run \d|warming|reading idle|  \d+ in flight|  TTFT|  300 W).*`).FindString(left); m != "" {
				t.Errorf("%q was left on the screen:\n%s", m, left)
			}
			if !strings.Contains(left, "org/model on") || !strings.Contains(left, "written results/") {
				t.Errorf("the summary is damaged:\n%s", left)
			}
			if coloured := regexp.MustCompile(`\x1b\[[0-9;]*m`).MatchString(raw); coloured == (c.env != nil) {
				t.Errorf("coloured: %v", coloured)
			}
		})
	}
}

// TestAttestationPrompt: the statements are asked for once, on a terminal, and a
// person may say no, nothing, or go away.
func TestAttestationPrompt(t *testing.T) {
	// A port on which nobody answers: what comes after the question fails at once.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String() + "/v1"
	l.Close()
	args := []string{"measure", "--url", url, "--model", "org/model", "--dataset", "fixed:40/8", "--no-energy", "--license", "CC0-1.0", "--no-commit"}
	stored := func(dir string) string {
		data, _ := os.ReadFile(filepath.Join(dir, "config", "jouleboard", "attestation.json"))
		return string(data)
	}
	const yourName, accept = "Your name", "Do you accept all three? [y/N] "

	t.Run("yes", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		p := onTerminal(t, 80, dir, nil, args...)
		p.see(yourName)
		p.type_("Ada Example\n")
		p.see(accept)
		p.type_("y\n")
		if code, said := p.end(); code != 1 || !strings.Contains(said, "no server answers") || !strings.Contains(said, "stored in") {
			t.Errorf("status %d:\n%s", code, said)
		}
		if !strings.Contains(stored(dir), "Ada Example") {
			t.Errorf("stored %q", stored(dir))
		}
		p = onTerminal(t, 80, dir, nil, args...)
		if code, said := p.end(); code != 1 || strings.Contains(said, accept) || !strings.Contains(said, "no server answers") {
			t.Errorf("asked a second time, status %d:\n%s", code, said)
		}
	})
	for name, c := range map[string]struct {
		name, answer string
		code         int
		say          string
	}{
		"no":              {"Ada\n", "n\n", 1, "were not accepted"},
		"no answer":       {"Ada\n", "\n", 1, "were not accepted"},
		"nobody":          {"\n", "", 1, "need a name"},
		"end of input":    {"Ada\n", "\x04", 1, "there was no answer"},
		"Ctrl-C":          {"Ada\n", "\x03", exitInterrupted, ""},
		"Ctrl-C at first": {"\x03", "", exitInterrupted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			p := onTerminal(t, 80, dir, nil, args...)
			p.see(yourName)
			p.type_(c.name)
			if c.answer != "" {
				p.see(accept)
				p.type_(c.answer)
			}
			code, said := p.end()
			if code != c.code || !strings.Contains(said, c.say) || strings.Contains(said, "no server answers") {
				t.Errorf("status %d:\n%s", code, said)
			}
			if s := stored(dir); s != "" {
				t.Errorf("stored %q", s)
			}
		})
	}
}

// TestSecondInterrupt: a server that will not end is given time after the first
// Ctrl-C, and none after the second. Nothing of it lives on.
func TestSecondInterrupt(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	l.Close()
	p := onTerminal(t, 80, t.TempDir(), nil, "measure", "--serve-cmd", "fakeserver -port {port} -model {model} -stubborn", "--port", port,
		"--model", "org/model", "--dataset", "fixed:40/8", "--limit", "500", "--repeats", "1", "--no-energy")
	p.see("run 1 of 1")
	p.type_("\x03")
	p.see("a second interrupt leaves at once")
	time.Sleep(300 * time.Millisecond) // it waits for the server now
	if _, err := net.Dial("tcp", address); err != nil {
		t.Errorf("the server ended, so nothing is tested: %v", err)
	}
	p.type_("\x03")
	if code, said := p.end(); code != exitInterrupted {
		t.Errorf("status %d:\n%s", code, said)
	}
	for range 500 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		c.Close()
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the server lives on")
}
