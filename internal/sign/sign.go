// Package sign checks signatures of result files: who vouches for the bytes. They
// are made by OpenSSH and checked by it: FILE.json.sig stands beside FILE.json, and
// content/allowed_signers says whose keys count. A result needs none, and a machine
// without ssh-keygen checks none.
package sign

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"jouleboard/internal/result"
)

const (
	// Namespace keeps a signature made for something else from counting here.
	Namespace = "jouleboard-result"
	// Ext is what the name of a signature adds to that of its result.
	Ext = ".sig"
	// SignersFile lists who may sign, in the form of ssh-keygen(1), ALLOWED SIGNERS.
	SignersFile = "content/allowed_signers"

	maxSignature = 64 << 10
	maxSigners   = 1 << 20
	// patience is for one call of ssh-keygen, which takes milliseconds.
	patience = 30 * time.Second
)

// Signed is a good signature.
type Signed struct {
	By  string // the name in the file of allowed signers
	Key string // "ED25519 SHA256:..."
}

// Check checks the signatures that stand beside results of a board and returns the
// good ones by the result's id. A signature that is not of the file's bytes is an
// error; one that cannot be checked, or whose key nobody vouches for, is a warning.
func Check(ctx context.Context, root string, results []*result.Loaded) (map[string]Signed, result.Findings, error) {
	var signed []*result.Loaded
	for _, r := range results {
		if st, err := os.Lstat(file(root, r.Path+Ext)); err == nil && !st.IsDir() {
			signed = append(signed, r)
		}
	}
	good := map[string]Signed{}
	if len(signed) == 0 {
		return good, nil, nil
	}
	program, err := exec.LookPath("ssh-keygen")
	if err != nil {
		return good, result.Findings{{Rule: "SIGN-TOOL", Level: result.Warn, Where: result.Place{File: signed[0].Path + Ext},
			Message: fmt.Sprintf("signatures were not checked (%d there): this machine has no ssh-keygen", len(signed)), Hint: "install OpenSSH 8.9 or later"}}, nil
	}
	c := checker{ctx: ctx, program: program, root: root}
	var mu sync.Mutex
	var out result.Findings
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, r := range signed {
		g.Go(func() error {
			s, f := c.check(r)
			mu.Lock()
			defer mu.Unlock()
			if f != nil {
				f.Where.File = r.Path + Ext
				out = append(out, *f)
			} else {
				good[r.ID] = s
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, fmt.Errorf("check signatures: %w", err)
	}
	out.Sort()
	return good, out, nil
}

func file(root, name string) string { return filepath.Join(root, filepath.FromSlash(name)) }

type checker struct {
	ctx           context.Context
	program, root string
}

// goodLine is what ssh-keygen says of a good signature.
var goodLine = regexp.MustCompile(`^Good "` + Namespace + `" signature for .* with ([A-Z0-9-]+) key (SHA256:[A-Za-z0-9+/=]+)\s*$`)

// refusal is what ssh-keygen says of a signature that it looked at. Without it,
// ssh-keygen itself is at fault: too old, or without what it needs.
const refusal = "Could not verify signature"

// check returns who signed a result, or what is wrong.
func (c checker) check(r *result.Loaded) (Signed, *result.Finding) {
	wrong := func(level result.Level, rule, hint, format string, args ...any) (Signed, *result.Finding) {
		return Signed{}, &result.Finding{Rule: rule, Level: level, Hint: hint, Message: fmt.Sprintf(format, args...)}
	}
	sig := file(c.root, r.Path+Ext)
	if err := plain(sig, maxSignature); err != nil {
		return wrong(result.Error, "SIGN-BAD", "sign the file again, or remove this one", "no signature: %v", err)
	}
	data, err := r.File()
	if err != nil {
		return wrong(result.Error, "SIGN-BAD", "build again", "the signature was not checked: %v", err)
	}
	// First the bytes, whoever signed them.
	said, err := c.run(data, "-Y", "check-novalidate", "-n", Namespace, "-s", sig)
	switch {
	case c.ctx.Err() != nil || err != nil && !strings.Contains(said, refusal):
		return wrong(result.Warn, "SIGN-TOOL", "install OpenSSH 8.9 or later", "the signature was not checked: ssh-keygen cannot: %s", c.firstLine(said))
	case err != nil:
		return wrong(result.Error, "SIGN-BAD", "sign the file again with ssh-keygen -Y sign -n "+Namespace+", or remove the signature",
			"this is not a signature of the file beside it: %s", c.firstLine(said))
	}
	signers := file(c.root, SignersFile)
	if err := plain(signers, maxSigners); err != nil {
		return wrong(result.Warn, "SIGN-SIGNERS", "add "+SignersFile+", with a line for each person who may sign", "nobody is known who may sign: %s: %v", SignersFile, err)
	}
	// Keys count as of the result's day and not as of today's, so that a build is the
	// same tomorrow.
	at := "-Overify-time=" + day(r)
	said, err = c.run(nil, "-Y", "find-principals", at, "-s", sig, "-f", signers)
	by, _, _ := strings.Cut(strings.TrimRight(said, "\r\n"), "\n")
	if err != nil || by == "" {
		return wrong(result.Warn, "SIGN-UNKNOWN", "add the key to "+SignersFile+" if you know whose it is",
			"the signature is good, but its key is nobody's who may sign (on %s): %s", r.Day(), c.firstLine(said))
	}
	// A key may have several names, with commas between; one is enough to check it.
	by, _, _ = strings.Cut(by, ",")
	said, err = c.run(data, "-Y", "verify", at, "-f", signers, "-I", by, "-n", Namespace, "-s", sig)
	m := goodLine.FindStringSubmatch(strings.TrimRight(said, "\r\n"))
	if err != nil || m == nil || result.TextProblem(by, false) != "" || len(by) > 200 {
		return wrong(result.Warn, "SIGN-UNKNOWN", "look at the line of this key in "+SignersFile,
			"the signature is good, but %s does not let its key sign results: %s", SignersFile, c.firstLine(said))
	}
	return Signed{By: by, Key: m[1] + " " + m[2]}, nil
}

// run calls ssh-keygen without what surrounds this program, so that a check is the
// same for everybody, and returns what it said.
func (c checker) run(in []byte, args ...string) (string, error) {
	ctx, stop := context.WithTimeout(c.ctx, patience)
	defer stop()
	cmd := exec.CommandContext(ctx, c.program, args...)
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}
	cmd.Stdin = bytes.NewReader(in)
	var out, bad bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &bad
	err := cmd.Run()
	if err != nil {
		return bad.String() + out.String(), err
	}
	return out.String(), nil
}

// plain says why a path is not a regular file of at most max bytes.
func plain(name string, max int64) error {
	st, err := os.Lstat(name)
	var pe *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("it is not there")
	case errors.As(err, &pe):
		return pe.Err
	case !st.Mode().IsRegular():
		return errors.New("it is a link or a special file, which is not read")
	case st.Size() > max:
		return fmt.Errorf("it has more than %d bytes", max)
	}
	return nil
}

// day is the result's last possible day as ssh-keygen reads it.
func day(r *result.Loaded) string {
	if _, last, ok := result.DateRange(r.Day()); ok {
		return last.Format("20060102")
	}
	return "19700102"
}

// firstLine is what the program said, for a message: without the folders of this
// machine.
func (c checker) firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(strings.ReplaceAll(s, c.root+string(filepath.Separator), "")), "\n")
	return result.Clip(strings.TrimSpace(s))
}
