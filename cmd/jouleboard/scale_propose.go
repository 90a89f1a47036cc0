// The command scale propose: a new edition beside the one in force, before
// anything is written.

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/rank"
)

type proposeFlags struct {
	deriveFlags
	from, format string
	save         bool
}

func newScaleProposeCommand(e *env) *cobra.Command {
	var f proposeFlags
	cmd := &cobra.Command{
		Use:   "propose [ID]",
		Short: "Show what a new edition would change, and write nothing",
		Long: `propose derives an edition from the board's results, as derive does, and compares
it with the scale in force: reference, factor and levels of each group, the stars
of each model before and after, and how many change. It derives each group again
without each of its models, which shows how much the edition rests on one of
them. And it lists the signs that a new edition is due.

What is not given is taken from the scale in force: metric, point, the keys that
make groups and those that have one value, the fewest models, and half stars.

Nothing is written unless --write or -o asks for the draft.`,
		Example: `  jouleboard scale propose
  jouleboard scale propose my-2027 --effective 2027-06-01 --format markdown
  jouleboard scale propose my-2027 --effective 2027-06-01 --write`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := "proposed"
			if len(args) == 1 {
				id = args[0]
			}
			if err := f.checkOwn(args); err != nil {
				return err
			}
			return runScalePropose(cmd, e, id, f)
		},
	}
	fl := cmd.Flags()
	f.register(fl)
	for name, usage := range map[string]string{
		"effective":   "day from which it holds, YYYY-MM-DD (default: 90 days from the board's day)",
		"metric":      "registry key that is rated (default: that of the scale in force)",
		"point":       "operating point of site.yaml (default: that of the scale in force)",
		"by":          "cohort keys that make groups (default: those of the scale in force)",
		"where":       "cohort keys with the one value that results must have (default: those of the scale in force)",
		"min-cohort":  "fewest models of a group that is rated (default: that of the scale in force)",
		"whole-stars": "whole stars only (default: as the scale in force)",
	} {
		fl.Lookup(name).Usage = usage
	}
	for name, none := range map[string]string{"metric": "", "by": "[]", "min-cohort": "0"} {
		fl.Lookup(name).DefValue = none // the help names the scale in force, not derive's own
	}
	fl.StringVar(&f.from, "from", "", "scale to compare with and to take the rules of (default: the scale in force)")
	fl.StringVar(&f.format, "format", "text", "text, markdown or json")
	fl.BoolVar(&f.save, "write", false, "write the draft to labels/scales/ID.yaml")
	fl.StringVarP(&f.out, "output", "o", "", "file to write the draft to, - for standard output in place of the report")
	fl.BoolVar(&f.force, "force", false, "replace an existing draft of this scale")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "markdown", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// checkOwn holds the rules of the flags that derive lacks.
func (f *proposeFlags) checkOwn(args []string) error {
	if !slices.Contains([]string{"text", "markdown", "json"}, f.format) {
		return usageError{msg: fmt.Sprintf("--format is %q, expected text, markdown or json", f.format)}
	}
	if f.save && f.out != "" {
		return usageError{msg: "--write and -o both say where the draft goes", hint: "give one of them"}
	}
	if (f.save || f.out != "") && len(args) == 0 {
		return usageError{msg: "the draft needs an id to be written", hint: "give one, for example 'jouleboard scale propose my-2027 --write'"}
	}
	if f.force && !f.save && f.out == "" {
		return usageError{msg: "--force replaces a draft, and none is to be written", hint: "add --write or -o FILE"}
	}
	if len(args) == 1 {
		if err := checkScaleID(args[0]); err != nil {
			return err
		}
	}
	if f.from != "" {
		return checkScaleID(f.from)
	}
	return nil
}

// follow fills the flags that were not given with the rules of a scale.
func (f *proposeFlags) follow(cmd *cobra.Command, s *rank.Scale) error {
	given := cmd.Flags().Changed
	rules, err := s.Rules()
	if err != nil && !(given("point") && given("by") && given("where")) {
		return hintError{fmt.Errorf("cannot tell how %s was made: %w", s.ID, err), "give --point, --by and --where"}
	}
	if !given("metric") {
		f.metric = s.Metric
	}
	if !given("point") {
		f.point = rules.Point
	}
	if !given("where") {
		f.where = rules.Where
	}
	if !given("by") {
		f.by = slices.DeleteFunc(rules.By, func(k string) bool { _, one := f.where[k]; return one })
	} else if !given("where") {
		for _, k := range f.by {
			delete(f.where, k)
		}
	}
	if !given("min-cohort") {
		f.minCohort = rules.MinCohort
	}
	if !given("whole-stars") {
		f.wholeStars = rules.WholeStars
	}
	return nil
}

func runScalePropose(cmd *cobra.Command, e *env, id string, f proposeFlags) error {
	root, _, scales, found, err := readScales(e)
	if err != nil {
		return err
	}
	if found.HasErrors() {
		e.printFindings(found)
		return errFindings
	}
	old := scales.Default()
	if f.from != "" {
		if old = scales.Get(f.from); old == nil {
			var ids []string
			for _, s := range scales.All() {
				ids = append(ids, s.ID)
			}
			return usageError{msg: fmt.Sprintf("--from: there is no scale %s", f.from), hint: "the scales are " + strings.Join(ids, ", ")}
		}
	}
	if s := scales.Get(id); s != nil && scales.Lock()[id] != "" {
		return hintError{fmt.Errorf("scale %s is frozen: an edition in scales.lock never changes", id), "give the new edition another id; '--from " + id + "' compares with this one"}
	}
	if old != nil {
		if err := f.follow(cmd, old); err != nil {
			return err
		}
	}
	b, err := readRateable(cmd.Context(), e, root)
	if err != nil {
		return err
	}
	if f.effective == "" {
		f.effective = soonest(old, b.day())
	}
	if err := f.check(id); err != nil {
		return err
	}
	m, err := f.checkMetric()
	if err != nil {
		return err
	}
	if err := f.checkPoint(b.points); err != nil {
		if u := (usageError{}); errors.As(err, &u) && old != nil && !cmd.Flags().Changed("point") {
			u.msg = fmt.Sprintf("the groups of %s are at the point %s, which this board does not have", old.ID, f.point)
			u.hint = "give --point, or --from with a scale of this board; " + u.hint
			return u
		}
		return err
	}
	if f.save || f.out != "" {
		if err := f.mayWrite(root, scales, id); err != nil {
			return err
		}
	}
	s, p, findings := rank.Propose(id, f.edition, f.effective, f.metric, m.Unit, b.results, b.points,
		rank.ProposeOptions{DeriveOptions: f.options(), Against: old, Day: b.day()})
	if findings.HasErrors() {
		e.printFindings(findings)
		return errFindings
	}
	if f.out != "-" {
		v := proposalView{Command: f.command(id), Day: b.day(), Proposal: p, by: f.by, scale: s}
		if err := v.print(e, f.format); err != nil {
			return err
		}
	}
	e.printFindings(f.notes(old, b.day()))
	if f.save || f.out != "" {
		return f.write(e, root, scales, s)
	}
	return nil
}

// soonest is the first day on which an edition that is drafted now can hold:
// when it was a draft for long enough, and after the one that it replaces. It is
// empty where neither has a date.
func soonest(old *rank.Scale, day string) string {
	if old != nil && old.Effective > day {
		day = old.Effective
	}
	return rank.DraftUntil(day)
}
