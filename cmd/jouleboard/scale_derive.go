// The commands scale derive and scale freeze: making an edition, and locking it.

package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// deriveFlags are the flags of `scale derive`.
type deriveFlags struct {
	edition, effective, title, metric, point, source, out string
	by                                                    []string
	where                                                 map[string]string
	minCohort                                             int
	wholeStars, force                                     bool
}

func newScaleDeriveCommand(e *env) *cobra.Command {
	var f deriveFlags
	cmd := &cobra.Command{
		Use:   "derive ID",
		Short: "Derive a draft edition from the board's results",
		Long: `derive makes a draft scale from the results that are at an operating point, one
result a model: the one that the point's choice takes. Results are split into
groups by the keys of --by. In each group with enough models the middle of the
cohort gets 2.5 stars, and the energy of a star's step is the smallest of a few
round factors that keeps the best below 5 stars.

The draft is written to labels/scales/ID.yaml. Look at it, let others look, then
freeze it.`,
		Example: `  jouleboard scale derive my-2026 --point itl50 --effective 2026-06-01
  jouleboard scale derive my-2026 --point itl50 --effective 2026-06-01 \
      --by task,hardware --where origin=mlenergy,boundary=gpu -o -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(args[0]); err != nil {
				return err
			}
			return runScaleDerive(cmd, e, args[0], f)
		},
	}
	fl := cmd.Flags()
	f.register(fl)
	fl.Lookup("effective").Usage = "day from which it holds, YYYY-MM-DD (required)"
	fl.Lookup("point").Usage = "operating point of site.yaml (required)"
	fl.StringVarP(&f.out, "output", "o", "", "file to write, - for standard output (default: labels/scales/ID.yaml)")
	fl.BoolVar(&f.force, "force", false, "replace an existing draft of this scale")
	return cmd
}

// register makes the flags that say how an edition is derived.
func (f *deriveFlags) register(fl *pflag.FlagSet) {
	fl.StringVar(&f.edition, "edition", "", "name of the edition (default: the year of --effective)")
	fl.StringVar(&f.effective, "effective", "", "day from which it holds, YYYY-MM-DD")
	fl.StringVar(&f.title, "title", "", "title for readers")
	fl.StringVar(&f.metric, "metric", "energy_per_1000_requests_wh", "registry key that is rated")
	fl.StringVar(&f.point, "point", "", "operating point of site.yaml")
	fl.StringSliceVar(&f.by, "by", []string{"task", "hardware"}, "cohort keys that make groups")
	fl.StringToStringVar(&f.where, "where", nil, "cohort keys with the one value that results must have")
	fl.Lookup("where").DefValue = ""
	fl.IntVar(&f.minCohort, "min-cohort", 8, "fewest models of a group that is rated")
	fl.BoolVar(&f.wholeStars, "whole-stars", false, "whole stars only")
	fl.StringVar(&f.source, "source", "", "where the figures come from (default: as the results say)")
}

func checkScaleID(id string) error {
	if !rank.ValidScaleID(id) {
		return usageError{msg: fmt.Sprintf("%q is not a scale id", id), hint: "use 1 to 14 of a-z, 0-9 and -"}
	}
	return nil
}

// check holds the rules between flags; the scale's own rules are checked where
// it is made.
func (f *deriveFlags) check(id string) error {
	if err := checkScaleID(id); err != nil {
		return err
	}
	if f.point == "" {
		return usageError{msg: "--point is missing", hint: "name an operating point of content/site.yaml, for example --point itl50"}
	}
	day, err := time.Parse(time.DateOnly, f.effective)
	if err != nil {
		return usageError{msg: fmt.Sprintf("--effective is %q, expected a day such as 2026-06-01", f.effective), hint: "give the day from which the edition holds"}
	}
	if f.minCohort < 1 {
		return usageError{msg: fmt.Sprintf("--min-cohort is %d, expected 1 or more", f.minCohort), hint: "8 is the usual number"}
	}
	for _, k := range f.by {
		if err := checkCohortKey("--by", k); err != nil {
			return err
		}
	}
	for _, k := range slices.Sorted(maps.Keys(f.where)) {
		if err := checkCohortKey("--where", k); err != nil {
			return err
		}
	}
	if f.edition == "" {
		f.edition = day.Format("2006")
	}
	if f.title == "" {
		f.title = "rating scale " + id
	}
	return nil
}

func checkCohortKey(flag, key string) error {
	if keys := rank.CohortKeys(); !slices.Contains(keys, key) {
		return usageError{msg: fmt.Sprintf("%s: unknown cohort key %q", flag, key), hint: "the keys are " + strings.Join(keys, ", ")}
	}
	return nil
}

// checkPoint needs the board's site.yaml and so comes after it was read.
func (f *deriveFlags) checkPoint(points []rank.Point) error {
	var ids []string
	for _, p := range points {
		ids = append(ids, p.ID)
	}
	if slices.Contains(ids, f.point) {
		return nil
	}
	hint := "content/site.yaml names no points; add one under points:"
	if len(ids) > 0 {
		hint = "the points of content/site.yaml are " + strings.Join(ids, ", ")
	}
	return usageError{msg: fmt.Sprintf("--point: unknown operating point %q", f.point), hint: hint}
}

// command is the line that makes the same scale again.
func (f deriveFlags) command(id string) string {
	parts := []string{"jouleboard scale derive " + id, "--edition " + shellQuote(f.edition), "--effective " + f.effective,
		"--title " + shellQuote(f.title), "--metric " + f.metric, "--point " + f.point, "--by " + shellQuote(strings.Join(f.by, ","))}
	var where []string
	for k, v := range f.where {
		where = append(where, k+"="+v)
	}
	sort.Strings(where)
	switch len(where) {
	case 0:
	case 1:
		parts = append(parts, "--where "+shellQuote(where[0]))
	default: // several are read as a line of CSV
		var line strings.Builder
		w := csv.NewWriter(&line)
		_ = w.Write(where) // a strings.Builder takes everything
		w.Flush()
		parts = append(parts, "--where "+shellQuote(strings.TrimSuffix(line.String(), "\n")))
	}
	if f.minCohort != 8 {
		parts = append(parts, fmt.Sprint("--min-cohort ", f.minCohort))
	}
	if f.wholeStars {
		parts = append(parts, "--whole-stars")
	}
	if f.source != "" {
		parts = append(parts, "--source "+shellQuote(f.source))
	}
	// Lines of a length that reads well, as a shell takes them.
	line, out := parts[0], ""
	for _, p := range parts[1:] {
		if len(line)+len(p) > 80 {
			out += line + " \\\n"
			line = "        " + p
			continue
		}
		line += " " + p
	}
	return out + line
}

func shellQuote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.,=/:+") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "'", `'\''`) + "'"
}

func runScaleDerive(cmd *cobra.Command, e *env, id string, f deriveFlags) error {
	m, err := f.checkMetric()
	if err != nil {
		return err
	}
	root, _, scales, found, err := readScales(e)
	if err != nil {
		return err
	}
	if found.HasErrors() {
		e.printFindings(found)
		return errFindings
	}
	b, err := readRateable(cmd.Context(), e, root)
	if err != nil {
		return err
	}
	if err := f.checkPoint(b.points); err != nil {
		return err
	}
	s, findings := rank.Derive(id, f.edition, f.effective, f.metric, m.Unit, b.results, b.points, f.options())
	if findings.HasErrors() {
		e.printFindings(findings)
		return errFindings
	}
	e.printFindings(f.notes(scales.Default(), b.day()))
	return f.write(e, root, scales, s)
}

// checkMetric finds the metric that is rated.
func (f *deriveFlags) checkMetric() (unit.Metric, error) {
	m, ok := unit.Default().Get(f.metric)
	if !ok {
		return m, usageError{msg: fmt.Sprintf("unknown metric %q", f.metric), hint: "use a key of the metric registry"}
	}
	if m.Better == unit.Neutral {
		return m, usageError{msg: fmt.Sprintf("no value of %s is better than another", f.metric), hint: "use a metric with a direction"}
	}
	return m, nil
}

func (f *deriveFlags) options() rank.DeriveOptions {
	return rank.DeriveOptions{Title: f.title, Point: f.point, By: f.by, Where: f.where, MinCohort: f.minCohort, WholeStars: f.wholeStars, Source: f.source}
}

// write puts a draft where the flags say: a file, standard output, or the
// board's own scales.
func (f *deriveFlags) write(e *env, root string, scales *rank.Scales, s *rank.Scale) error {
	data := s.YAML(deriveComment(f.command(s.ID), f.minCohort))
	if f.out == "-" {
		if _, err := e.Stdout.Write(data); err != nil {
			return fmt.Errorf("write the scale: %w", err)
		}
		return nil
	}
	home, path := f.places(root, s.ID)
	if err := f.mayWrite(root, scales, s.ID); err != nil {
		return err
	}
	if err := replaceFile(path, data); err != nil {
		return err
	}
	rates := 0
	for _, g := range s.Groups {
		if len(g.Levels) > 0 {
			rates++
		}
	}
	e.notef("wrote %s: %s, %d of them rated", path, plural(len(s.Groups), "group"), rates)
	if sameFile(path, home) {
		e.hintf("review it, then run 'jouleboard scale freeze %s'", s.ID)
	} else {
		e.hintf("review it; as labels/%s/%s.yaml it is a scale of the board and can be frozen", rank.ScalesDir, s.ID)
	}
	return nil
}

// places are where a draft of the board lies, and where this one goes.
func (f *deriveFlags) places(root, id string) (home, path string) {
	home = filepath.Join(root, "labels", rank.ScalesDir, id+".yaml")
	return home, cmp.Or(f.out, home)
}

// mayWrite says whether the draft may be written where the flags say.
func (f *deriveFlags) mayWrite(root string, scales *rank.Scales, id string) error {
	if f.out == "-" {
		return nil
	}
	if scales.Lock()[id] != "" {
		return hintError{fmt.Errorf("scale %s is frozen: an edition in scales.lock never changes", id), "derive the next edition under another id"}
	}
	_, path := f.places(root, id)
	return mayReplace(path, id, f.force)
}

// notes say what is unusual about a draft that replaces an edition: the time at
// which it would take effect, and a name that is taken. day is the board's.
func (f *deriveFlags) notes(old *rank.Scale, day string) (notes result.Findings) {
	if old == nil || old.Status == rank.StatusDraft {
		return nil
	}
	note := func(message, hint string) {
		notes = append(notes, result.Finding{Rule: "SCALE-DRAFT", Level: result.Note, Message: message, Hint: hint})
	}
	until := rank.DraftUntil(day)
	switch {
	case f.effective <= old.Effective:
		note(fmt.Sprintf("it would take effect on %s, and %s, which is in force, took effect on %s", f.effective, old.ID, old.Effective), "an edition that replaces another takes effect later")
	case f.effective < until:
		note(fmt.Sprintf("it would take effect on %s, less than 90 days after the board's day, %s", f.effective, day),
			"an edition that replaces another stands as a draft for 90 days and is frozen before it takes effect: "+until+" at the earliest")
	}
	if f.edition == old.Edition {
		note(fmt.Sprintf("its edition is %q, as that of %s", f.edition, old.ID), "name it with --edition, so that readers can tell them apart")
	}
	return notes
}

// mayReplace says whether a derived scale may be written to path. Only a draft
// of the same scale is ever replaced, whatever the flags say.
func mayReplace(path, id string, force bool) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	if s, found := rank.ParseScale(id+".yaml", old); s == nil || found.HasErrors() || s.Status != rank.StatusDraft {
		return hintError{fmt.Errorf("%s exists and is no draft of the scale %s, so it is not replaced", path, id), "write elsewhere with -o, or remove the file first if nobody needs it"}
	}
	if !force {
		return hintError{fmt.Errorf("%s exists", path), "use --force to replace the draft, or -o to write elsewhere"}
	}
	return nil
}

// sameFile compares two names of files, however they are spelled.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// deriveComment heads a derived scale.
func deriveComment(command string, minCohort int) string {
	return fmt.Sprintf(`Derived from the results of this board by

    %s

Of each model the result that the operating point chooses. For each group with
%d models or more: e_ref is the middle of the cohort (the median of ln E) at two
significant digits and gets mid stars; factor is the smallest of 1.25, 1.5, 2,
2.5, 3, 4, 5, 6, 8 and 10 that keeps the best tenth at 4 stars or less and the
best at 5 or less. A level is e_ref x factor^(mid - stars) at four significant
digits: the worst value that still gets the stars. The levels are the scale.
Smaller groups have no levels and are not rated. reference.sha256 is the
SHA-256 of the ids of the results used, sorted, each followed by a line feed.`, command, minCohort)
}

func newScaleFreezeCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "freeze ID",
		Short: "Freeze a draft for ever",
		Long: `freeze sets a draft's status to frozen and adds its digest to
labels/scales/scales.lock. Nothing edits or removes that line: from then on the
build refuses the scale if anything but status, superseded_by or title changes.`,
		Example: "  jouleboard scale freeze my-2026",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runScaleFreeze(cmd.Context(), e, args[0])
		},
	}
	return cmd
}

func runScaleFreeze(ctx context.Context, e *env, id string) error {
	if err := checkScaleID(id); err != nil {
		return err
	}
	root, labelsFS, scales, _, err := readScales(e)
	if err != nil {
		return err
	}
	path, data, err := scaleFile(root, labelsFS, id)
	if err != nil {
		return err
	}
	name := id + ".yaml"
	lock, err := fs.ReadFile(labelsFS, rank.LockFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the lock: %w", err)
	}
	frozen, newLock, err := rank.Freeze("labels/"+rank.ScalesDir+"/"+name, data, lock)
	if err != nil {
		return fmt.Errorf("freeze %s: %w", id, err)
	}
	// The lock goes first: a line without a frozen file holds nobody up, a frozen
	// file without its line stops every build.
	if err := replaceFile(filepath.Join(root, "labels", filepath.FromSlash(rank.LockFile)), newLock); err != nil {
		return err
	}
	if bytes.Equal(data, frozen) {
		e.notef("added the missing line of %s; commit scales.lock", id)
		return nil
	}
	if err := replaceFile(path, frozen); err != nil {
		return err
	}
	e.notef("froze %s; commit %s and scales.lock together", id, name)
	if old, s := scales.Default(), scales.Get(id); old != nil && s != nil && old.Status == rank.StatusFrozen && old.ID != id {
		// The scale is frozen whatever is wrong with the results.
		if b, err := readRateable(ctx, &env{Stdout: io.Discard, Stderr: io.Discard}, root); err == nil && s.Effective <= b.day() {
			e.printFindings(result.Findings{{Rule: "SCALE-DRAFT", Level: result.Note, Message: fmt.Sprintf("it takes effect on %s, and the board's day is %s", s.Effective, b.day()),
				Hint: "an edition that replaces another is frozen before it takes effect, so that people can prepare"}})
		}
		e.hintf("%s stays in force until 'jouleboard scale supersede %s --by %s'", old.ID, old.ID, id)
	}
	return nil
}

// scaleFile reads a scale's file, the board's own or a built-in one. path is
// where the board has it, or would.
func scaleFile(root string, labelsFS fs.FS, id string) (path string, data []byte, err error) {
	path = filepath.Join(root, "labels", rank.ScalesDir, id+".yaml")
	data, err = fs.ReadFile(labelsFS, rank.ScalesDir+"/"+id+".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil, hintError{fmt.Errorf("there is no scale %s: %s does not exist", oneLine(id), path), "'jouleboard scale list' shows the scales, 'jouleboard scale derive' makes one"}
	}
	if err != nil {
		return path, nil, fmt.Errorf("read the scale: %w", err)
	}
	return path, data, nil
}

// replaceFile writes a file so that its name always holds a complete one.
func replaceFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(dir, ".tmp-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	if _, err := tmp.Write(data); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
