// The attestation of a submitter: asked once on a terminal, given by a flag in
// scripts, stored for this user.

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"jouleboard/internal/measure"
)

const noneNeeded = "a trial run (--limit N) needs no attestation"

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
	if !e.canAsk() {
		return nil, usageError{
			msg:  "the three statements of the attestation have not been accepted",
			hint: "run measure once on a terminal, which shows them and asks; in a script, --attest --by 'NAME' accepts them (a board has them in content/methodology/contribute.md)",
		}
	}
	name := firstOf(o.By, measure.GitUser(ctx, root))
	e.notef("Results are published with three statements of who measured. They are asked for once.\n")
	for _, s := range measure.Statements() {
		e.notef("  %s. %s\n", s.Title, s.Text)
	}
	r := bufio.NewReader(e.Stdin)
	// Ctrl-C ends the question, also while nothing is typed.
	ask := func(prompt string) (string, error) {
		fmt.Fprint(e.Stderr, prompt)
		type reply struct {
			line string
			err  error
		}
		got := make(chan reply, 1)
		go func() {
			line, err := r.ReadString('\n')
			got <- reply{strings.TrimSpace(line), err}
		}()
		select {
		case a := <-got:
			if a.err != nil {
				fmt.Fprintln(e.Stderr)
				return "", hintError{errors.New("the statements were not accepted: there was no answer"), noneNeeded}
			}
			return a.line, nil
		case <-ctx.Done():
			fmt.Fprintln(e.Stderr)
			return "", context.Cause(ctx)
		}
	}
	question := "Your name: "
	if name != "" {
		question = fmt.Sprintf("Your name [%s]: ", name)
	}
	answer, err := ask(question)
	if err != nil {
		return nil, err
	}
	if name = firstOf(answer, name); name == "" {
		return nil, hintError{errors.New("the statements need a name, so nothing was measured"), noneNeeded}
	}
	if answer, err = ask("Do you accept all three? [y/N] "); err != nil {
		return nil, err
	}
	if a := strings.ToLower(answer); a != "y" && a != "yes" {
		return nil, hintError{errors.New("the statements were not accepted, so nothing was measured"), noneNeeded}
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

// canAsk says whether there is a person at a terminal.
func (e *env) canAsk() bool {
	in, ok := e.Stdin.(*os.File)
	return ok && term.IsTerminal(int(in.Fd())) && isTerminal(e.Stderr)
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
