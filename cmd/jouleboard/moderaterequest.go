// The command moderate request: the queue of measurements that people asked for.

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

func newRequestCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "request",
		Short: "Keep the queue of measurements that were asked for",
		Long: `request keeps the queue: a request is pending, then running, then finished with
the id of its result, or failed with a reason and what to do next. A failed one
can be asked for again.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRequestAddCommand(e))
	for _, s := range []requestStep{
		{"run", catalog.StateRunning, "Say that somebody is measuring it", ""},
		{"finish", catalog.StateFinished, "Say which result it led to", " --result ID"},
		{"fail", catalog.StateFailed, "Say why it failed, and what to do next", " --reason TEXT --next TEXT"},
		{"again", catalog.StatePending, "Ask again for one that failed", ""},
	} {
		cmd.AddCommand(s.command(e))
	}
	return cmd
}

func newRequestAddCommand(e *env) *cobra.Command {
	var f moderateFlags
	var q catalog.Request
	cmd := &cobra.Command{
		Use:               "add MODEL TASK [HARDWARE] --by WHO",
		Short:             "Ask for a measurement",
		Long:              "add puts a request into the queue. TASK and HARDWARE are ids of the catalogue.",
		Example:           "  jouleboard moderate request add Qwen/Qwen3-8B gpqa h100 --by Ada",
		Args:              cobra.RangeArgs(2, 3),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if q.By == "" {
				return usageError{msg: "--by is missing", hint: "say who asks"}
			}
			if err := f.check(false); err != nil {
				return err
			}
			root, err := e.root()
			if err != nil {
				return err
			}
			q.Model, q.Task, q.Date, q.Discussion = args[0], args[1], f.date, f.discussion
			if len(args) == 3 {
				q.Hardware = args[2]
			}
			err = changeModeration(cmd.Context(), e, root, f.dry, func(data []byte) ([]byte, result.Findings, error) {
				return catalog.AddRequest(data, q)
			})
			if err == nil && !f.dry {
				e.notef("asked for %s %s; commit %s", oneLine(q.Model), oneLine(q.Task), moderationPath)
			}
			return err
		},
	}
	f.common(cmd)
	cmd.Flags().StringVar(&q.By, "by", "", "who asks (required)")
	cmd.Flags().StringVar(&q.Revision, "revision", "", "the model's revision")
	cmd.Flags().StringVar(&f.discussion, "discussion", "", "address of the page where it is talked over")
	return cmd
}

// requestStep is a command that brings a request to its next state.
type requestStep struct{ name, state, short, needs string }

func (s requestStep) command(e *env) *cobra.Command {
	var f moderateFlags
	var to catalog.Step
	cmd := &cobra.Command{
		Use:   s.name + " MODEL TASK [HARDWARE]" + s.needs,
		Short: s.short,
		Long: s.short + `. The request is the one open one for this model and task; where
there are several, the hardware tells them apart.`,
		Example:           "  jouleboard moderate request " + s.name + " Qwen/Qwen3-8B gpqa h100" + s.example(),
		Args:              cobra.RangeArgs(2, 3),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := s.check(&f, &to); err != nil {
				return err
			}
			return s.run(cmd, e, args, &f, &to)
		},
	}
	f.common(cmd)
	cmd.Flags().StringVar(&to.Text, "text", "", "a word about this step, kept in its history")
	switch s.state {
	case catalog.StateFinished:
		cmd.Flags().StringVar(&to.Result, "result", "", "the start of the result's id, 8 hex digits or more (required)")
	case catalog.StateFailed:
		cmd.Flags().StringVar(&to.Reason, "reason", "", "what went wrong (required)")
		cmd.Flags().StringVar(&to.Next, "next", "", "what can be done about it (required)")
	}
	return cmd
}

func (s requestStep) example() string {
	switch s.state {
	case catalog.StateFinished:
		return " --result 1f0c2b7a"
	case catalog.StateFailed:
		return " --reason \"Out of memory at 32 requests\" --next \"Try two devices\""
	}
	return ""
}

func (s requestStep) check(f *moderateFlags, to *catalog.Step) error {
	switch {
	case s.state == catalog.StateFinished && to.Result == "":
		return usageError{msg: "--result is missing", hint: "give the id of the result that the request led to"}
	case s.state == catalog.StateFailed && (to.Reason == "" || to.Next == ""):
		return usageError{msg: "--reason and --next belong to a failed request", hint: "say what went wrong and what can be done about it"}
	}
	return f.check(false)
}

func (s requestStep) run(cmd *cobra.Command, e *env, args []string, f *moderateFlags, to *catalog.Step) error {
	root, err := e.root()
	if err != nil {
		return err
	}
	hardware := ""
	if len(args) == 3 {
		hardware = args[2]
	}
	to.State, to.Date = s.state, f.date
	if s.state == catalog.StateFinished {
		_, r, err := moderated(cmd.Context(), e, to.Result)
		if err != nil {
			return err
		}
		if r.Model.Name != args[0] || r.Workload.Task != args[1] {
			return hintError{fmt.Errorf("the result %s is of %s, %s, which was not asked for here", r.Hash12(), oneLine(r.Model.Name), oneLine(r.Workload.Task)),
				"finish a request with a result of its own model and task"}
		}
		to.Result = r.ID
	}
	err = changeModeration(cmd.Context(), e, root, f.dry, func(data []byte) ([]byte, result.Findings, error) {
		return catalog.MoveRequest(data, args[0], args[1], hardware, *to)
	})
	if err == nil && !f.dry {
		e.notef("%s %s is %s; commit %s", oneLine(args[0]), oneLine(args[1]), s.state, moderationPath)
	}
	return err
}
