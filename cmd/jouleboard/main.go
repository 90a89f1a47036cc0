// Command jouleboard takes an energy leaderboard from result files to a
// published, citable, printable site.
//
// This file is the way in and out: it builds the command tree, runs it, and
// turns errors into messages and exit statuses. One file a command beside it.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Exit statuses. Scripts rely on them; the manual lists them.
const (
	exitOK          = 0
	exitFailed      = 1   // the work failed, or a check found errors
	exitUsage       = 2   // wrong flags or arguments
	exitMachine     = 3   // this machine cannot do it
	exitInterrupted = 130 // stopped by a signal
)

func main() {
	// The HTTP client of the standard library logs what a server sends out of turn,
	// bytes and all, straight onto the terminal. We have our own words for faults.
	log.SetOutput(io.Discard)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program as a function of its arguments and streams.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), endSignals()...)
	defer stop()
	// The first signal asks; from then on the system's own handling is back, so
	// that a second one ends whatever does not listen.
	context.AfterFunc(ctx, stop)

	out := &checkedWriter{w: stdout}
	e := &env{Stdin: stdin, Stdout: out, Stderr: stderr}
	cmd := newRootCommand(e)
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	if ctx.Err() != nil && err != nil {
		e.errorf("interrupted; nothing was left half-written")
		return exitInterrupted
	}
	if err == nil && out.err != nil {
		err = fmt.Errorf("write to standard output: %w", out.err)
	}
	return e.report(err)
}

// checkedWriter remembers the first error, so that no answer that was cut short
// ends in status 0, whoever printed it.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err != nil && c.err == nil {
		c.err = err
	}
	return n, err
}

// endSignals are what asks the program to end. One that it was started with as
// ignored, as nohup and background jobs of scripts do, stays ignored.
func endSignals() []os.Signal {
	var asked []os.Signal
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(sig) {
			asked = append(asked, sig)
		}
	}
	return asked
}

func newRootCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "jouleboard",
		Short: "Publish leaderboards of language models' energy and speed",
		Long: `jouleboard turns result files and markdown pages into a static leaderboard of
language models' energy and speed, with star ratings, printable labels, charts
and citations.

Exit status: 0 done (warnings too), 1 the work failed or a check found errors,
2 wrong usage, 3 this machine cannot do it, 130 interrupted.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	cmd.SetIn(e.Stdin)
	cmd.SetOut(e.Stdout)
	cmd.SetErr(e.Stderr)
	cmd.SetFlagErrorFunc(flagError)
	cmd.Version = thisBuild().String()
	cmd.SetVersionTemplate("{{.Version}}\n")
	cmd.SetHelpCommand(newHelpCommand())
	cmd.PersistentFlags().StringVar(&e.Root, "root", "", "the board's folder (default: nearest parent that holds content/site.yaml)")
	cmd.AddCommand(
		newInitCommand(e),
		newMeasureCommand(e),
		newSweepCommand(e),
		newDoctorCommand(e),
		newBuildCommand(e),
		newServeCommand(e),
		newImportCommand(e),
		newLabelCommand(e),
		newCiteCommand(e),
		newValidateCommand(e),
		newVerifyCommand(e),
		newDiffCommand(e),
		newScaleCommand(e),
		newModerateCommand(e),
		newNewCommand(e),
		newPackCommand(e),
		newVersionCommand(e),
	)
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultCompletionCmd() // now, so that its usage is wrapped too
	wrapUsage(cmd)
	return cmd
}
