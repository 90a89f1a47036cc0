// The command sweep: a plan of many points, all of them or a share, or the job
// files that share them out.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"jouleboard/internal/measure"
)

// sweepFlags are the flags of sweep as typed.
type sweepFlags struct {
	shard, print, out, format string
	dryRun                    bool
	job                       measure.JobFile
	common                    measure.Options // who measures, and committing
}

func newSweepCommand(e *env) *cobra.Command {
	var fl sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep PLAN.yaml",
		Short: "Measure all points of a plan, or a share of them",
		Long: `sweep expands a plan (models x tasks x concurrency or rate x seeds) into numbered
points and measures them one after the other. Each is a measurement of its own,
with its own file. Points that have a result are skipped, so a sweep that was
interrupted goes on where it was.

--shard I/N takes every N-th point. With --shard N the share is read from
SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX, and --print writes the job files that
set them.`,
		Example: `  jouleboard sweep plan.yaml
  jouleboard sweep plan.yaml --dry-run
  jouleboard sweep plan.yaml --shard 7/24
  jouleboard sweep plan.yaml --print slurm > sweep.sbatch
  jouleboard sweep plan.yaml --print kubernetes --image registry.example.org/bench:1 --claim board > sweep.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{msg: fmt.Sprintf("sweep needs one plan, %d were named", len(args)), hint: "such as jouleboard sweep plan.yaml; the page docs/sweep.md describes it"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := fl.check(); err != nil {
				return err
			}
			return runSweep(cmd.Context(), e, args[0], fl)
		},
	}
	f := cmd.Flags()
	f.StringVar(&fl.shard, "shard", "", "share to measure: I/N with I from 0, or N with I from the environment")
	f.BoolVar(&fl.dryRun, "dry-run", false, "list the points and which are finished, measure nothing")
	f.StringVar(&fl.print, "print", "", "write a job file in place of measuring: slurm or kubernetes")
	f.IntVar(&fl.job.Shares, "shares", 0, "with --print: tasks of the array (default: one a point)")
	f.StringVar(&fl.job.Name, "job-name", "", "with --print: name of the job (default: made of the plan's)")
	f.StringVar(&fl.job.Time, "time", "", "with --print slurm: time limit of a task, such as 04:00:00")
	f.StringVar(&fl.job.Image, "image", "", "with --print kubernetes: container image with jouleboard and the engine")
	f.StringVar(&fl.job.Claim, "claim", "", "with --print kubernetes: persistent volume claim that holds the board")
	f.StringVar(&fl.out, "out", "", "folder that takes results/ (default: the board's)")
	f.BoolVar(&fl.common.NoCommit, "no-commit", false, "write the files and do not commit them")
	f.StringVar(&fl.common.By, "by", "", "who measures (default: the stored attestation's name, or git's user.name)")
	f.StringVar(&fl.common.ByURL, "by-url", "", "a page of theirs")
	f.StringVar(&fl.common.License, "license", "", "licence of the figures, an SPDX id (default: the board's)")
	f.BoolVar(&fl.common.Attest, "attest", false, "accept the three statements of the attestation in the name of --by, without being asked")
	f.StringVar(&fl.format, "format", "text", "text, or json for one JSON object a line")
	return cmd
}

// slurmTime are the forms of a limit that sbatch takes.
var slurmTime = regexp.MustCompile(`^(\d+-)?\d+(:\d+){0,2}$`)

// check holds the rules between the flags, before anything is read.
func (fl *sweepFlags) check() error {
	switch fl.print {
	case "", "slurm", "kubernetes":
	default:
		return usageError{msg: fmt.Sprintf("--print %q: must be slurm or kubernetes", fl.print), hint: "such as --print slurm > sweep.sbatch"}
	}
	switch {
	case fl.format != "text" && fl.format != "json":
		return usageError{msg: fmt.Sprintf("--format %q: must be text or json", fl.format)}
	case fl.print != "" && fl.shard != "":
		return usageError{msg: "--print and --shard exclude each other", hint: "the job file shares the points out by itself"}
	case fl.print == "" && (fl.job.Shares != 0 || fl.job.Image != "" || fl.job.Claim != "" || fl.job.Time != "" || fl.job.Name != ""):
		return usageError{msg: "--shares, --job-name, --time, --image and --claim go with --print", hint: "to measure a share, use --shard I/N"}
	case fl.print == "kubernetes" && (fl.job.Image == "" || fl.job.Claim == ""):
		return usageError{msg: "--print kubernetes needs --image and --claim", hint: "an image that holds jouleboard and the engine, and a volume claim that holds the board"}
	case fl.print == "slurm" && (fl.job.Image != "" || fl.job.Claim != ""):
		return usageError{msg: "--image and --claim are for --print kubernetes", hint: "leave them out"}
	case fl.print == "kubernetes" && fl.job.Time != "":
		return usageError{msg: "--time is for --print slurm", hint: "leave it out"}
	case fl.job.Time != "" && !slurmTime.MatchString(fl.job.Time):
		return usageError{msg: fmt.Sprintf("--time %q is no time limit of Slurm's", fl.job.Time), hint: "such as 04:00:00, 90 for minutes, or 1-12:00:00 with days"}
	case fl.job.Shares < 0:
		return usageError{msg: fmt.Sprintf("--shares %d: must be at least 1", fl.job.Shares)}
	}
	return nil
}

func runSweep(ctx context.Context, e *env, file string, fl sweepFlags) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return hintError{fmt.Errorf("read the plan: %w", err), "name a YAML file; the page docs/sweep.md describes it"}
	}
	sweep, found := measure.ReadSweep(filepath.ToSlash(file), data)
	if found.HasErrors() {
		e.printFindings(found)
		return errFindings
	}
	points, err := sweep.Points()
	if err != nil {
		return e.measureError(err)
	}
	if fl.print != "" {
		return printJobs(e, file, fl, sweep, points)
	}
	var share measure.Shard
	if fl.shard != "" {
		if share, err = measure.ParseShard(fl.shard, os.Getenv); err != nil {
			var f *measure.Failure
			if errors.As(err, &f) {
				return usageError{msg: f.Error(), hint: f.Hint}
			}
			return err
		}
	}
	b, err := openMeasureBoard(e, fl.out, false)
	if err != nil {
		return err
	}
	done, found, err := measure.FinishedPoints(b.root)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		e.printFindings(found)
	}
	if n := os.Getenv("SLURM_ARRAY_TASK_COUNT"); fl.shard == "" && n != "" && n != "1" {
		e.notef("this is one of %s tasks of a job array, and without --shard each of them measures all points", n)
		e.hintf("--shard %s takes this task's share", n)
	}
	s := &sweeper{e: e, flags: fl, board: b, sweep: sweep, all: len(points)}
	if err := s.plan(points, share, done, filepath.Dir(file)); err != nil {
		return err
	}
	if fl.dryRun {
		s.list()
		return nil
	}
	return s.run(ctx)
}

// printJobs writes a job file for all points. It is printed for other machines,
// so the plan's tasks and data are not looked for here.
func printJobs(e *env, file string, fl sweepFlags, sweep *measure.Sweep, points []measure.Point) error {
	job := fl.job
	job.Plan = filepath.ToSlash(file)
	if job.Shares == 0 || job.Shares > len(points) {
		job.Shares = len(points)
	}
	for _, p := range points {
		job.GPUs = max(job.GPUs, measure.GPUsOf(p.Options))
	}
	if fl.common.Attest {
		job.Args = append(job.Args, "--attest")
	}
	for _, a := range []struct{ flag, value string }{{"--by", fl.common.By}, {"--by-url", fl.common.ByURL}, {"--license", fl.common.License}, {"--out", fl.out}} {
		if a.value != "" {
			job.Args = append(job.Args, a.flag, a.value)
		}
	}
	if fl.print == "slurm" {
		fmt.Fprint(e.Stdout, job.Slurm())
	} else {
		fmt.Fprint(e.Stdout, job.Kubernetes())
	}
	e.notef("%s, %s", plural(len(points), "point"), plural(job.Shares, "task"))
	if !fl.common.Attest && !sweepDrafts(points) {
		e.hintf("a job cannot be asked: add --attest --by 'NAME', or run measure once on a terminal under the job's own account")
	}
	return nil
}

func sweepDrafts(points []measure.Point) bool {
	for _, p := range points {
		if p.Options.Limit == 0 && p.Options.SimulatedGPU == 0 {
			return false
		}
	}
	return true
}

// sweeper carries a share of a plan out.
type sweeper struct {
	e     *env
	flags sweepFlags
	board *measureBoard
	sweep *measure.Sweep
	all   int
	todo  []sweepPoint
}

// sweepPoint is a point of the share with its plan.
type sweepPoint struct {
	measure.Point
	plan *measure.Plan
	done string // path of its result, if there is one
}

// plan checks every point of the share as measure checks its flags, so that a
// mistake is not found after a night of measuring.
func (s *sweeper) plan(points []measure.Point, share measure.Shard, done map[string]string, folder string) error {
	said := map[string]bool{}
	var last error
	for _, p := range points {
		if !share.Takes(p.N) {
			continue
		}
		o := p.Options
		o.NoCommit, o.By, o.ByURL, o.License, o.Attest = s.flags.common.NoCommit, s.flags.common.By, s.flags.common.ByURL, s.flags.common.License, s.flags.common.Attest
		o.Dataset = measure.DatasetIn(o.Dataset, folder)
		if w, err := measure.ParseWorkload(o.Dataset); err == nil && w.File != "" && !said[w.File] {
			if _, err := os.Stat(w.File); err != nil {
				said[w.File] = true
				if last != nil {
					s.e.report(last)
				}
				last = hintError{fmt.Errorf("%s: the data set: %w", s.sweep.Where(p, "--dataset"), err), "files are looked for beside the plan; fixed:IN/OUT needs none"}
			}
		}
		plans, err := measure.Plans(o, s.board.cat)
		var problems measure.Problems
		if errors.As(err, &problems) {
			for _, x := range problems {
				if said[x.Message] {
					continue
				}
				said[x.Message] = true
				if last != nil {
					s.e.report(last) // the last one is reported by main
				}
				last = usageError{msg: fmt.Sprintf("%s: %s: %s", s.sweep.Where(p, x.Message), p.ID, x.Message), hint: x.Hint}
			}
			continue
		}
		if err != nil {
			return s.e.measureError(err)
		}
		s.todo = append(s.todo, sweepPoint{Point: p, plan: plans[0], done: done[p.ID]})
	}
	return last
}

func (s *sweeper) list() {
	finished := 0
	for _, p := range s.todo {
		state := "to measure"
		if p.done != "" {
			state = "finished " + p.done
			finished++
		}
		if s.flags.format == "json" {
			data, err := json.Marshal(struct {
				Type   string `json:"type"`
				N      int    `json:"n"`
				ID     string `json:"id"`
				Result string `json:"result,omitempty"`
			}{"point", p.N, p.ID, p.done})
			if err == nil { // plain values always have a form
				fmt.Fprintf(s.e.Stdout, "%s\n", data)
			}
			continue
		}
		fmt.Fprintf(s.e.Stdout, "%d %s %s\n", p.N, p.ID, state)
	}
	if s.flags.format == "text" {
		s.e.notef("%d of %d points in this share, %d finished", len(s.todo), s.all, finished)
	}
}

// run measures what is not finished. A point that fails does not keep the others
// from being measured.
func (s *sweeper) run(ctx context.Context) error {
	var plans []*measure.Plan
	for _, p := range s.todo {
		if p.done == "" {
			plans = append(plans, p.plan)
		}
	}
	text := s.flags.format == "text"
	if text {
		s.e.notef("%d of %d points in this share, %d finished", len(s.todo), s.all, len(s.todo)-len(plans))
	}
	if len(plans) == 0 {
		return nil
	}
	m := &measurer{e: s.e, board: s.board, format: s.flags.format}
	if err := m.ready(ctx, plans); err != nil {
		return err
	}
	defer m.signals()()
	var failed []string
	k := 0
	for _, p := range s.todo {
		if p.done != "" {
			continue
		}
		k++
		if text {
			s.e.notef("point %d of %d: %s", k, len(plans), p.ID)
		}
		err := m.point(ctx, p.plan)
		if ctx.Err() != nil {
			return errors.Join(err, context.Cause(ctx))
		}
		var machine *measure.Machine
		if errors.As(err, &machine) {
			return s.e.measureError(err) // what this machine lacks, it lacks for all
		}
		if err != nil {
			s.e.report(s.e.measureError(err))
			failed = append(failed, p.ID)
		}
	}
	if len(failed) > 0 {
		for _, id := range failed {
			s.e.notef("failed: %s", id)
		}
		return hintError{fmt.Errorf("%d of %d points have no result", len(failed), len(plans)), "run the sweep again: finished points are skipped"}
	}
	return nil
}
