// The command init: a new board repository in an empty folder.

package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"jouleboard/assets"
	"jouleboard/internal/result"
	"jouleboard/internal/scaffold"
)

func newInitCommand(e *env) *cobra.Command {
	var o scaffold.Options
	var force bool
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a new board: settings, pages, workflows, one example result",
		Long: `init writes a complete board repository into an empty folder: site.yaml explained
by comments, pages to fill in, the catalogue's first entries, one example result,
and the files that let GitHub publish the site and check pull requests. DIR is
made if it does not exist; without it the current folder is used.

The example was measured with a simulated server and a simulated GPU. It is a
draft: build leaves it out unless --drafts is given, and it is never ranked.

Nothing is asked. What no flag says stands in the files as a comment to fill in.
A folder that is not empty is refused; --force adds the files that are missing
and changes none that is there.`,
		Example: `  jouleboard init my-board
  jouleboard init my-board --title 'Energy of our models' --author 'Example Laboratory' --license CC-BY-4.0
  jouleboard init --force`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			return runInit(cmd.Context(), e, dir, o, force)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Title, "title", "", "name of the board (default: the folder's name)")
	f.StringVar(&o.Language, "language", "en", "language of the interface")
	f.StringVar(&o.BaseURL, "base-url", "", "address at which the site will be published")
	f.StringVar(&o.Author, "author", "", "person or organisation who publishes the board")
	f.StringVar(&o.License, "license", "", "licence of the figures, an SPDX id")
	f.StringVar(&o.Repository, "repository", "", "https address of the board's repository")
	f.StringVar(&o.Source, "source", "", "https address of the git repository from which the workflows build this program")
	f.StringVar(&o.Commit, "commit", "", "its commit, all 40 digits (default: the one of this binary, if it is known)")
	f.BoolVar(&force, "force", false, "add the missing files to a folder that is not empty")
	return cmd
}

func runInit(ctx context.Context, e *env, dir string, o scaffold.Options, force bool) error {
	if e.Root != "" {
		return usageError{msg: "init makes a new board, and --root names one that is there", hint: "name the new folder: jouleboard init DIR"}
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("find the folder %s: %w", dir, err)
	}
	if o.Title == "" {
		o.Title = filepath.Base(abs)
	}
	if b := thisBuild(); o.Commit == "" && !b.Modified {
		o.Commit = b.Commit
	}
	if err := checkInit(&o); err != nil {
		return err
	}
	files, err := scaffold.Files(o)
	if err != nil {
		return err
	}
	written, kept, err := writeBoard(ctx, abs, files, force)
	if err != nil {
		return err
	}
	for _, path := range written {
		fmt.Fprintln(e.Stdout, oneLine(filepath.Join(dir, filepath.FromSlash(path))))
	}
	for _, path := range kept {
		e.notef("kept %s as it is", oneLine(filepath.Join(dir, filepath.FromSlash(path))))
	}
	e.notef("%s written to %s", plural(len(written), "file"), oneLine(abs))
	if o.Source == "" || o.Commit == "" {
		e.notef("before the workflows run, say in .github/actions/jouleboard/action.yml where the program's source is and which commit to build")
	}
	enter := ""
	if dir != "." {
		enter = "cd " + shellWord(dir) + " && "
	}
	e.notef("\nnext:\n  %sgit init -b main\n  jouleboard build --drafts\n  jouleboard serve", enter)
	return nil
}

var (
	initLanguage = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`)
	initLicense  = regexp.MustCompile(`^[A-Za-z0-9.+-]{1,60}$`)
	initCommit   = regexp.MustCompile(`^[0-9a-f]{40}$`)
	plainWord    = regexp.MustCompile(`^[A-Za-z0-9._/~+-]+$`)
)

// checkInit holds the rules of the flags: what they say must not make a board
// that does not build.
func checkInit(o *scaffold.Options) error {
	for _, f := range []struct{ flag, value string }{{"title", o.Title}, {"author", o.Author}} {
		if utf8.RuneCountInString(f.value) > 120 || !utf8.ValidString(f.value) || strings.ContainsFunc(f.value, result.IsControl) || f.value != strings.TrimSpace(f.value) {
			return usageError{msg: fmt.Sprintf("--%s %q: must be one line of at most 120 characters, without spaces around it", f.flag, result.Clip(f.value))}
		}
	}
	if !initLanguage.MatchString(o.Language) {
		return usageError{msg: fmt.Sprintf("--language %q is not a language tag", result.Clip(o.Language)), hint: "write en, zh or the like"}
	}
	if _, err := fs.Stat(assets.FS, "i18n/"+o.Language+".yaml"); err != nil {
		return usageError{msg: fmt.Sprintf("--language %s: the program has no interface in this language", o.Language),
			hint: "make the board with en, add assets/i18n/" + o.Language + ".yaml to it, and change language in site.yaml"}
	}
	if o.License != "" && !initLicense.MatchString(o.License) {
		return usageError{msg: fmt.Sprintf("--license %q is not an SPDX identifier", result.Clip(o.License)), hint: "write CC-BY-4.0 or the like; https://spdx.org/licenses lists them"}
	}
	if o.Commit != "" && !initCommit.MatchString(o.Commit) {
		return usageError{msg: fmt.Sprintf("--commit %q: must be 40 hexadecimal digits in lower case", result.Clip(o.Commit)), hint: "git rev-parse HEAD in a clone of the program prints them"}
	}
	for _, f := range []struct{ flag, value string }{{"repository", o.Repository}, {"source", o.Source}} {
		if u, err := url.Parse(f.value); f.value != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(f.value, " \"<>\\^`{|}$")) {
			return usageError{msg: fmt.Sprintf("--%s %q: must be an https address without a user's name", f.flag, result.Clip(f.value)), hint: "write https://HOST/OWNER/REPOSITORY"}
		}
	}
	return checkBaseURL(o.BaseURL)
}

// shellWord is s as one word of a shell.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(oneLine(s), "'", `'\''`) + "'"
}
