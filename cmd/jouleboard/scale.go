// The command scale: which scales there are, and whether frozen ones are
// untouched.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/labels"
)

func newScaleCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scale",
		Short: "List, check, propose, derive, freeze and supersede rating scales",
		Long: `scale works on the rating scales in labels/scales. A scale is derived from the
board's results as a draft, reviewed, and frozen: from then on a line in
scales.lock holds its digest, and the build refuses it if it changes. Its
successor is proposed, derived and frozen in the same way, and then the old one
is marked as superseded.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newScaleListCommand(e), newScaleCheckCommand(e), newScaleProposeCommand(e), newScaleDeriveCommand(e), newScaleFreezeCommand(e), newScaleSupersedeCommand(e))
	return cmd
}

// readScales reads the board's own scales over the built-in ones. It does not
// read the rest of the board, so that a scale can be repaired when nothing else
// loads.
func readScales(e *env) (root string, labelsFS fs.FS, scales *rank.Scales, findings result.Findings, err error) {
	root, err = e.root()
	if err != nil {
		return "", nil, nil, nil, err
	}
	board, err := content.OpenBoard(root)
	if err != nil {
		return "", nil, nil, nil, err
	}
	labelsFS = content.Overlay(content.Folder(board, "labels"), labels.FS)
	scales, findings = rank.LoadScales(labelsFS)
	return root, labelsFS, scales, findings, nil
}

// rateable is what scales work on: the results that may be ranked, and the site's
// operating points. Pages and designs are not read, so that a broken link in
// prose stops no scale.
type rateable struct {
	results []*result.Result
	points  []rank.Point
	newest  string // day of the newest result that a build shows
}

func readRateable(ctx context.Context, e *env, root string) (*rateable, error) {
	board, err := content.OpenBoard(root)
	if err != nil {
		return nil, err
	}
	contentFS := content.Folder(board, "content")
	site, findings := content.LoadSite(contentFS)
	cat, more := catalog.Load(contentFS)
	findings = append(findings, more...)
	rs, more, err := result.LoadTree(ctx, root, runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, fmt.Errorf("read results: %w", err)
	}
	findings = append(findings, more...)
	if findings.HasErrors() {
		e.printFindings(findings)
		return nil, errFindings
	}
	b := &rateable{results: rank.Rankable(rs, cat), points: site.Rank.Points}
	for _, r := range rs {
		if r.Draft == "" {
			b.newest = max(b.newest, r.Day())
		}
	}
	return b, nil
}

// day is the day of the board: SOURCE_DATE_EPOCH, or the newest result's, as for
// a build. It is never the clock's.
func (b *rateable) day() string {
	if n, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(n, 0).UTC().Format(time.DateOnly)
	}
	return b.newest
}

func checkTextOrJSON(format string) error {
	if format != "text" && format != "json" {
		return usageError{msg: fmt.Sprintf("--format is %q, expected text or json", format), hint: ""}
	}
	return nil
}

// scaleEntry is one scale as `scale list --format json` writes it.
type scaleEntry struct {
	ID           string `json:"id"`
	Edition      string `json:"edition"`
	Title        string `json:"title"`
	Status       string `json:"status"`
	SupersededBy string `json:"superseded_by,omitempty"`
	Effective    string `json:"effective"`
	Metric       string `json:"metric"`
	Unit         string `json:"unit"`
	Method       string `json:"method"`
	Lock         string `json:"lock"`
	SHA256       string `json:"sha256"`
	Groups       []struct {
		Cohort    string `json:"cohort"`
		Reference int    `json:"reference"`
		Rates     bool   `json:"rates"`
	} `json:"groups"`
}

func newScaleListCommand(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the scales with their state",
		Example: "  jouleboard scale list\n  jouleboard scale list --format json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := checkTextOrJSON(format); err != nil {
				return err
			}
			_, _, scales, findings, err := readScales(e)
			if err != nil {
				return err
			}
			e.printFindings(findings)
			if err := listScales(e, scales, format, !findings.HasErrors()); err != nil {
				return err
			}
			if findings.HasErrors() {
				return errFindings
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

// listScales prints the scales that could be read; all says that these are all.
func listScales(e *env, scales *rank.Scales, format string, all bool) error {
	entries := []scaleEntry{}
	for _, s := range scales.All() {
		en := scaleEntry{ID: s.ID, Edition: s.Edition, Title: s.Title, Status: s.Status, SupersededBy: s.SupersededBy, Effective: s.Effective,
			Metric: s.Metric, Unit: s.Unit, Method: s.Method, Lock: scales.Lock().State(s), SHA256: s.SHA256}
		for _, g := range s.Groups {
			en.Groups = append(en.Groups, struct {
				Cohort    string `json:"cohort"`
				Reference int    `json:"reference"`
				Rates     bool   `json:"rates"`
			}{g.Cohort.String(), g.Reference.N, s.Live() || len(g.Levels) > 0})
		}
		entries = append(entries, en)
	}
	if format == "json" {
		return writeJSON(e, entries)
	}
	if len(entries) == 0 {
		if all {
			e.notef("no scales in labels/scales")
		}
		return nil
	}
	w := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tEDITION\tSTATUS\tEFFECTIVE\tMETHOD\tMETRIC\tGROUPS\tRATE")
	for _, en := range entries {
		rates := 0
		for _, g := range en.Groups {
			if g.Rates {
				rates++
			}
		}
		status := en.Status
		if en.SupersededBy != "" {
			status += " by " + en.SupersededBy
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\n", en.ID, oneLine(en.Edition), status, en.Effective, en.Method, en.Metric, len(en.Groups), rates)
	}
	return w.Flush()
}

func writeJSON(e *env, v any) error {
	enc := json.NewEncoder(e.Stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

func newScaleCheckCommand(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that frozen scales are untouched, and how they rate",
		Long: `check compares frozen scales with labels/scales/scales.lock and stored levels
with their formula, and shows how many results each group gives how many stars.
It names the signs that a new edition is due: of the ratings of twelve months 30 %
have 4.5 stars or more, or 10 % have 5, or it is 36 the scale took effect. Time is counted to the newest result, or to
SOURCE_DATE_EPOCH where that is set. A sign changes nothing by itself.

Exit status: 1 if a scale has errors, else 0.`,
		Example: "  jouleboard scale check\n  jouleboard scale check --format json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkTextOrJSON(format); err != nil {
				return err
			}
			root, _, scales, findings, err := readScales(e)
			if err != nil {
				return err
			}
			if findings.HasErrors() {
				e.printFindings(findings)
				return errFindings
			}
			b, err := readRateable(cmd.Context(), e, root)
			if err != nil {
				return err
			}
			reports, notes := rank.CheckScales(scales, b.results, b.points, b.day())
			if format == "json" {
				if reports == nil {
					reports = []rank.ScaleReport{}
				}
				return writeJSON(e, reports)
			}
			printReports(e, reports)
			// Signs stand in the report, where none is left out.
			e.printFindings(slices.DeleteFunc(notes, func(f result.Finding) bool { return f.Rule == rank.RuleTrigger }))
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func printReports(e *env, reports []rank.ScaleReport) {
	for _, rep := range reports {
		due := 0
		fmt.Fprintf(e.Stdout, "%s  %s, lock: %s, sha256 %.12s, levels within %.3f %% of their formula\n", rep.ID, rep.Status, rep.Lock, rep.SHA256, rep.LevelError*100)
		for _, g := range rep.Groups {
			fmt.Fprintf(e.Stdout, "  %s\n", oneLine(g.Cohort))
			switch {
			case !g.Levels:
				fmt.Fprintf(e.Stdout, "    not rated: reference of %d\n", g.Reference)
			case g.Ratings == 0:
				fmt.Fprintf(e.Stdout, "    reference of %d, no result is rated\n", g.Reference)
			default:
				var stars []string
				for _, s := range g.Stars {
					stars = append(stars, fmt.Sprintf("%.1f: %.0f %%", s.Stars, 100*float64(s.Count)/float64(g.Ratings)))
				}
				fmt.Fprintf(e.Stdout, "    reference of %d, %s: %s\n", g.Reference, plural(g.Ratings, "rating"), strings.Join(stars, ", "))
			}
			for _, t := range g.Triggers {
				fmt.Fprintf(e.Stdout, "    sign that a new edition is due: %s\n", t)
				due++
			}
		}
		switch {
		case rep.Status == rank.StatusSuperseded:
		case due > 0:
			e.hintf("'jouleboard scale propose --from %s' shows what a new edition would change; nothing changes by itself", rep.ID)
		default:
			fmt.Fprintln(e.Stdout, "  no sign that a new edition is due")
		}
	}
}
