// The attestation of a submitter: asked once on a terminal, given by a flag in
// scripts, stored for this user.

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"jouleboard/internal/measure"
)

// consent returns the accepted statements. Drafts need none. They come from
// --attest, else from the stored acceptance, else from the person at the
// terminal.
func (e *env) consent(ctx context.Context, root string, o *measure.Options, draft string) (*measure.Consent, error) {
	file, err := measure.ConsentFile()
	if err != nil {
		file = "" // without a place for settings the person is asked each time
	}
	var stored measure.Consent
	ok := false
	if file != "" {
		if stored, ok, err = measure.LoadConsent(file); err != nil && draft == "" {
			return nil, err
		}
	}
	today := time.Now().UTC().Format(time.DateOnly)
	switch {
	case o.Attest:
		name := firstOf(o.By, stored.Name, measure.GitUser(ctx, root))
		if name == "" {
			return nil, usageError{msg: "--attest accepts the statements in somebody's name, and nobody is named", hint: "give --by 'NAME'"}
		}
		return &measure.Consent{Version: measure.StatementVersion, Name: name, URL: o.ByURL, Date: today}, nil
	case ok:
		return &stored, nil
	case draft != "":
		return nil, nil
	}
	in, isFile := e.Stdin.(*os.File)
	if !isFile || !term.IsTerminal(int(in.Fd())) || !isTerminal(e.Stderr) {
		return nil, usageError{
			msg:  "the three statements of the attestation have not been accepted",
			hint: "read them on the page content/methodology/contribute.md and run again with --attest --by 'NAME', or run measure once on a terminal",
		}
	}
	name := firstOf(o.By, measure.GitUser(ctx, root))
	e.notef("Results are published with three statements of who measured. They are asked for once.\n")
	for _, s := range measure.Statements() {
		e.notef("  %s. %s\n", s.Title, s.Text)
	}
	r := bufio.NewReader(in)
	ask := func(prompt string) (string, error) {
		fmt.Fprint(e.Stderr, prompt)
		line, err := r.ReadString('\n')
		return strings.TrimSpace(line), err
	}
	answer, err := ask(fmt.Sprintf("Your name [%s]: ", name))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	name = firstOf(answer, name)
	if answer, err = ask("Do you accept all three? [y/N] "); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if a := strings.ToLower(answer); name == "" || a != "y" && a != "yes" {
		return nil, hintError{fmt.Errorf("the statements were not accepted, so nothing was measured"), "a trial run (--limit N) needs none"}
	}
	c := measure.Consent{Version: measure.StatementVersion, Name: name, URL: o.ByURL, Date: today}
	if file != "" {
		if err := measure.SaveConsent(file, c); err != nil {
			return nil, err
		}
		e.notef("stored in %s", file)
	}
	return &c, nil
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
