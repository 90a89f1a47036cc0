// A server that we start ourselves (G2): its own process group, its output in a
// log whose hash is kept, and an end that comes whatever happens.

package measure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"jouleboard/internal/load"
)

// stopGrace is how long a server may take to end after TERM (G2).
const stopGrace = 30 * time.Second

// child is a server that runs.
type child struct {
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{} // closed when the process has ended and was waited for
	err  error         // of the process; read after done

	stopOnce sync.Once
}

// expand fills the placeholders of a serve command in. The model's name is
// quoted for the shell, as it comes from a person.
func expand(command, model string, port int) string {
	return strings.NewReplacer("{model}", shellQuote(model), "{port}", strconv.Itoa(port)).Replace(command)
}

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9._/:@%+=,-]+$`)

func shellQuote(s string) string {
	if shellSafe.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// freePort asks the system for a port that nobody uses now.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// startChild runs a command through the shell, in its own process group, with
// its output in a new file below logs.
func startChild(command, logs string) (*child, error) {
	if err := os.MkdirAll(logs, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the server's log: %w", err)
	}
	log, err := os.CreateTemp(logs, "server-*.log")
	if err != nil {
		return nil, fmt.Errorf("make the server's log: %w", err)
	}
	c := &child{cmd: shellCommand(command), log: log, done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
	ownGroup(c.cmd)
	started := make(chan error)
	go func() {
		defer close(c.done)
		// Where the system can end the server with us, it does so when the thread
		// that started it ends; so that thread is held until the server has gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			c.err = c.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		log.Close()
		os.Remove(log.Name())
		return nil, fmt.Errorf("start the server: %w", err)
	}
	return c, nil
}

// pid is the number of the process, the head of its group.
func (c *child) pid() int { return c.cmd.Process.Pid }

// dead reports whether the server has ended by itself.
func (c *child) dead() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// endedWithin waits a little for the end of a server that has stopped answering.
func (c *child) endedWithin(d time.Duration) bool {
	select {
	case <-c.done:
		return true
	case <-time.After(d):
		return false
	}
}

// stop ends the whole group: TERM, then KILL after the grace. It returns when
// nothing of it is left, and may be called again.
func (c *child) stop(grace time.Duration) {
	c.stopOnce.Do(func() {
		defer c.log.Close()
		_ = endGroup(c.pid(), false)
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-c.done:
			// The head may end before the workers that it started.
			for wait := 10 * time.Millisecond; groupAlive(c.pid()) && wait < time.Second; wait *= 2 {
				time.Sleep(wait)
			}
		case <-timer.C:
		}
		_ = endGroup(c.pid(), true)
		<-c.done
	})
}

// kill ends the group at once, without waiting.
func (c *child) kill() { _ = endGroup(c.pid(), true) }

// logHash is the SHA-256 of what the server has written.
func (c *child) logHash() (string, error) {
	f, err := os.Open(c.log.Name())
	if err != nil {
		return "", fmt.Errorf("hash the server's log: %w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("hash the server's log: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// tail is the end of the log, for a message: at most eight lines, made harmless.
func (c *child) tail() string {
	f, err := os.Open(c.log.Name())
	if err != nil {
		return ""
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Size() > 8<<10 {
		_, _ = f.Seek(-8<<10, io.SeekEnd)
	}
	data, _ := io.ReadAll(io.LimitReader(f, 8<<10))
	lines := strings.Split(strings.TrimSpace(strings.ToValidUTF8(string(data), "?")), "\n")
	if len(lines) > 8 {
		lines = lines[len(lines)-8:]
	}
	for i, l := range lines {
		l = maskSecrets(strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, l))
		if len(l) > 240 {
			l = l[:240] + "..."
		}
		lines[i] = "    " + l
	}
	return strings.Join(lines, "\n")
}

// ended says how the process ended.
func (c *child) ended() string {
	if c.err == nil {
		return "the server ended by itself, with status 0"
	}
	return "the server ended: " + c.err.Error()
}

// awaitServer waits until the server says that it is well and then answers a
// request of one token (G2). alive is nil for a server that is not ours.
func awaitServer(ctx context.Context, cl *load.Client, c *child, timeout time.Duration, one func(context.Context) load.Trace) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errNotReady)
	defer cancel()
	well, last := false, "it does not answer yet"
	for {
		if !well {
			well, last = healthy(ctx, cl)
		}
		if well {
			t := one(ctx)
			if t.Outcome == load.OK {
				return nil
			}
			last = "a request of one token: " + t.Outcome
			if t.Detail != "" {
				last += ", " + t.Detail
			}
			if t.HTTP >= 400 && t.HTTP < 500 && t.HTTP != 404 && t.HTTP != 408 && t.HTTP != 425 && t.HTTP != 429 {
				return &Failure{Err: fmt.Errorf("the server is up but refuses requests: %s", last), Hint: "compare --model and --served-model with what the server serves; the log is " + c.log.Name()}
			}
		}
		select {
		case <-c.done:
			return &Failure{Err: fmt.Errorf("%s before it was ready; the end of its log:\n%s", c.ended(), c.tail()), Hint: "run the command by hand; the whole log is " + c.log.Name()}
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), errNotReady) {
				return &Failure{Err: fmt.Errorf("the server was not ready within %v: %s; the end of its log:\n%s", timeout, last, c.tail()),
					Hint: "give it longer with --serve-timeout; the whole log is " + c.log.Name()}
			}
			return context.Cause(ctx)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

var errNotReady = errors.New("not ready in time")

// healthy asks /health, and /v1/models where there is no such page.
func healthy(ctx context.Context, cl *load.Client) (bool, string) {
	rep, err := cl.Get(ctx, "/health", true)
	if err == nil && rep.Status == 200 {
		return true, ""
	}
	if err == nil && rep.Status == 503 {
		return false, "/health says 503"
	}
	rep2, err2 := cl.Get(ctx, "/models", false)
	switch {
	case err2 == nil && rep2.Status == 200:
		return true, ""
	case err2 != nil:
		return false, err2.Error()
	}
	return false, fmt.Sprintf("/models says %d", rep2.Status)
}

// logFolder is where logs of servers are kept.
func logFolder() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "jouleboard", "logs")
}

var (
	secretFlag = regexp.MustCompile(`(?i)((?:--?|\b)[a-z0-9_-]*(?:api[_-]?key|token|secret|password|passwd|credential)s?(?:[=:]|\s+))("[^"]*"|'[^']*'|[^\s"']+)`)
	secretWord = regexp.MustCompile(`(?i)(bearer\s+)[^\s"']+|\b(sk|pk|hf|gsk|nvapi|xai|gh[opsu]|github_pat|xox[abprs])[-_][A-Za-z0-9_-]{8,}|\bAKIA[0-9A-Z]{16}|\bAIza[A-Za-z0-9_-]{30,}`)
	userPass   = regexp.MustCompile(`://[^/\s:@]+:[^/\s@]+@`)
)

// tokenCounts are flags whose name holds "token" and whose value is no secret.
var tokenCounts = regexp.MustCompile(`(?i)(max|num|min|batched|chunked)[a-z0-9_-]*tokens?|tokens?[_-]?(per|limit|budget|len)|tokenizer`)

// Folders of people, which name them, and drives of Windows.
var (
	homePath  = regexp.MustCompile(`(^|[\s"'=:,(])(?:/(?:home|Users)/[^/\s"']*|/root)/`)
	drivePath = regexp.MustCompile(`(^|[\s"'=:,(])[A-Za-z]:\\(?:Users\\[^\\\s"']*\\)?`)
)

// publicText makes a command fit to be published: no keys, and no home folders,
// which are written ~ (M2).
func publicText(s string) string {
	return drivePath.ReplaceAllString(homePath.ReplaceAllString(maskSecrets(s), "${1}~/"), `${1}~\`)
}

// maskSecrets takes keys out of a command or a log line.
func maskSecrets(s string) string {
	s = secretFlag.ReplaceAllStringFunc(s, func(m string) string {
		i := secretFlag.FindStringSubmatchIndex(m)
		name, value := m[i[2]:i[3]], m[i[4]:i[5]]
		if tokenCounts.MatchString(name) || strings.HasPrefix(value, "-") {
			return m
		}
		return name + "***"
	})
	s = secretWord.ReplaceAllString(s, "***")
	return userPass.ReplaceAllString(s, "://***@")
}
