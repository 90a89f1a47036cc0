// The command verify: does a label still say what its result says?

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/label"
	"jouleboard/internal/site"
)

// verifyFlags are the flags of verify as typed.
type verifyFlags struct {
	format           string
	baseURL          string
	redraw, noRedraw bool
}

func newVerifyCommand(e *env) *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify FILE|FOLDER|URL|ID|-...",
		Short: "Check that labels still say what their results say",
		Long: `verify reads the record in each label (SVG, PDF or PNG), finds its result on this
board, computes the digests and the rating again, and draws the label again to
compare the two. In folders it reads every file of these kinds.

An address, as the QR code of a label holds it, or the digits of a result needs
no file: verify says what a label of that result says now, to compare by eye.
- reads one label, or addresses line by line, from standard input.

Outcomes:
  unchanged  the label says what its result says
  outdated   it was right when it was drawn; the result or its scale changed since
  altered    it says something that its result never said, or shows something else
  unknown    it has no record that can be trusted, or its result is not here
  found      for an address: its result is here; no label was read

Exit status: 0 if all is unchanged or found, 1 if anything is not, 2 wrong usage.`,
		Example: `  jouleboard verify 3f2a9c10d4e5-full.pdf
  jouleboard verify printed/ --format json
  jouleboard verify https://board.example.org/r/3f2a9c10d4e5/
  zbarimg -q --raw photo.jpg | jouleboard verify -`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkTextOrJSON(f.format); err != nil {
				return err
			}
			if f.redraw && f.noRedraw {
				return usageError{msg: "--redraw and --no-redraw exclude each other", hint: "leave both out to draw again where version and design allow it"}
			}
			if err := checkBaseURL(f.baseURL); err != nil {
				return err
			}
			return runVerify(cmd, e, f, distinct(args))
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.format, "format", "text", "text or json")
	fl.StringVar(&f.baseURL, "base-url", "", "address of the published board (default: base_url of site.yaml)")
	fl.BoolVar(&f.redraw, "redraw", false, "any difference in the drawing counts, also where another version or design drew the label")
	fl.BoolVar(&f.noRedraw, "no-redraw", false, "check the record only, not the drawing")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// subject is one thing to verify: the bytes of a file, or an address.
type subject struct {
	name    string
	path    string // of a file, read when it is its turn
	data    []byte // of standard input
	address string
}

// verified is one verdict as --format json writes it.
type verified struct {
	Subject string `json:"subject"`
	site.Verdict
}

func runVerify(cmd *cobra.Command, e *env, f verifyFlags, args []string) error {
	// What is named is looked for before the board is read.
	var subjects []subject
	for _, a := range args {
		more, err := e.subjects(a)
		if err != nil {
			return err
		}
		subjects = append(subjects, more...)
	}
	b, err := loadLabelBoard(cmd.Context(), e, true) // labels of such designs too
	if err != nil {
		return err
	}
	v, findings := site.NewVerifier(b.Input, site.Options{Drafts: true, BaseURL: f.baseURL, Tool: site.Tool{Version: thisBuild().Version}})
	if findings.HasErrors() {
		e.printFindings(findings)
		return errFindings
	}
	if !v.HasAddress() && slices.ContainsFunc(subjects, func(s subject) bool { return s.address == "" }) {
		return usageError{msg: "the board has no base_url, so addresses on labels cannot be compared", hint: "pass --base-url with the address that the labels were drawn for, or set base_url in content/site.yaml"}
	}
	redraw := site.RedrawAuto
	if f.redraw {
		redraw = site.RedrawAlways
	} else if f.noRedraw {
		redraw = site.RedrawNever
	}
	all := []verified{}
	count := map[string]int{}
	type answer struct {
		verified
		err error
	}
	answers := inOrder(cmd.Context(), len(subjects), func(i int) (out answer) {
		s := subjects[i]
		out.Subject = s.name
		switch {
		case s.address != "":
			out.Verdict = v.Address(s.address)
		case s.path != "":
			if s.data, out.err = readLimited(s.path); out.err == nil {
				out.Verdict = v.File(s.data, redraw)
			}
		default:
			out.Verdict = v.File(s.data, redraw)
		}
		return out
	})
	for a := range answers {
		if a.err != nil {
			return a.err
		}
		count[a.Outcome]++
		if f.format == "text" {
			e.printVerdict(a.verified, len(subjects) > 1)
		} else {
			all = append(all, a.verified)
		}
	}
	if err := cmd.Context().Err(); err != nil {
		return err
	}
	if f.format == "json" {
		if err := writeJSON(e, all); err != nil {
			return err
		}
	} else if len(subjects) > 1 {
		e.notef("%s", countsText(count))
	}
	if count[site.Unchanged]+count[site.Found] < len(subjects) {
		return errFindings
	}
	return nil
}

// countsText sums the verdicts up.
func countsText(count map[string]int) string {
	var parts []string
	for _, o := range []string{site.Unchanged, site.Found, site.Outdated, site.Altered, site.Unknown} {
		if n := count[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	return strings.Join(parts, ", ")
}

// subjects are what an argument names: a file, the labels of a folder, an
// address, or what standard input holds.
func (e *env) subjects(arg string) ([]subject, error) {
	if arg == "-" {
		return e.stdinSubjects()
	}
	st, err := os.Stat(arg)
	switch {
	case err == nil && st.IsDir():
		var out []subject
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			switch strings.ToLower(filepath.Ext(path)) {
			case ".svg", ".pdf", ".png":
				if d.Type().IsRegular() {
					out = append(out, subject{name: path, path: path})
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", arg, err)
		}
		if len(out) == 0 {
			return nil, hintError{fmt.Errorf("no label in %s", arg), "labels are files that end in .svg, .pdf or .png"}
		}
		return out, nil
	case err == nil:
		return []subject{{name: arg, path: arg}}, nil
	case site.IsAddress(arg):
		return []subject{{name: arg, address: arg}}, nil
	case errors.Is(err, fs.ErrNotExist):
		if strings.Contains(arg, "://") {
			return nil, usageError{msg: fmt.Sprintf("%q is not the address of a result", arg), hint: "the QR code of a label holds https://.../r/DIGITS/, with 8 or more hex digits"}
		}
		return nil, usageError{msg: fmt.Sprintf("there is no file %q, and it is no address of a result", arg), hint: "name a label, a folder of labels, an address such as https://.../r/DIGITS/, or the first 8 or more digits of a result's id"}
	}
	return nil, fmt.Errorf("read %s: %w", arg, err)
}

// stdinSubjects reads standard input: one label, or addresses line by line.
func (e *env) stdinSubjects() ([]subject, error) {
	data, err := io.ReadAll(io.LimitReader(e.Stdin, label.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	var out []subject
	for line := range strings.Lines(string(data[:min(len(data), 1<<20)])) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if !site.IsAddress(line) {
			// No list of addresses: then it is a label, or nothing that we know.
			return []subject{{name: "-", data: data}}, nil
		}
		out = append(out, subject{name: line, address: line})
	}
	if len(out) == 0 {
		return nil, usageError{msg: "standard input is empty", hint: "pipe a label into it, or the text of a label's QR code"}
	}
	return out, nil
}

// readLimited reads a file, but no more than a label can have.
func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, label.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, nil
}

// printVerdict prints one verdict for people: the outcome, what the label says,
// and everything that is to be said about it, each on a line. Of several, those that
// are as they should be take one line.
func (e *env) printVerdict(v verified, several bool) {

	head := v.Outcome
	if v.Reason != "" {
		head += " (" + v.Reason + ")"
	}
	line := func(format string, a ...any) { fmt.Fprintf(e.Stdout, "    %s\n", oneLine(fmt.Sprintf(format, a...))) }
	if several && v.Outcome == site.Unchanged && len(v.Notes) == 0 {
		fmt.Fprintf(e.Stdout, "%s: %s: %s\n", oneLine(v.Subject), head, oneLine(v.Says))
		return
	}
	fmt.Fprintf(e.Stdout, "%s: %s\n", oneLine(v.Subject), head)
	if v.Says != "" {
		line("the label says: %s", v.Says)
	}
	for _, d := range v.Differences {
		line("%s", d)
	}
	for _, n := range v.Notes {
		line("%s", n)
	}
	switch {
	case v.Drawing != site.DrawingSame:
	case v.Outcome == site.Unchanged:
		line("record and drawing are those of the result")
	case v.Outcome == site.Outdated:
		line("record and drawing were those of the result when the label was drawn")
	}
	if v.Notice != "" {
		line("notice: %s", v.Notice)
	}
	if v.Page != "" {
		line("result: %s", v.Page)
	}
}
