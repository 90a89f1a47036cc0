// The command build: results and content to the published folder.

package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jouleboard/internal/result"
	"jouleboard/internal/site"
)

func newBuildCommand(e *env) *cobra.Command {
	var opt site.Options
	var stats, noCache bool
	var format string
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build the site from results and content",
		Long: `build reads results/, content/ and the board's own templates, assets and labels,
and writes the site to public/. If anything is wrong it lists every problem,
exits with status 1 and leaves the output folder as it was.

A build remembers what it read and wrote, in the user's cache folder, and the
next one makes only what changed. The cache is safe to delete.

The same input gives the same bytes. Dates come from the results, never from
the clock.`,
		Example: `  jouleboard build
  jouleboard build --base-url https://example.org/board --strict
  jouleboard build --out /tmp/preview --stats`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkBuildFlags(opt, format); err != nil {
				return err
			}
			root, err := e.root()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("out") {
				opt.Out = filepath.Join(root, "public")
			}
			if err := site.CheckOut(root, opt.Out); err != nil {
				return usageError{msg: "--out: " + err.Error(), hint: "name a folder of its own, such as public"}
			}
			b := thisBuild()
			opt.Tool = site.Tool{Version: b.Version, Commit: b.Commit, Binary: binaryMark()}
			record := ""
			if !noCache {
				record = recordPath(root, opt.Out)
			}
			if record != "" {
				opt.Cache = site.ReadCache(record)
			}
			bar := newProgress(e)
			opt.Progress = bar.update
			st, findings, ok, err := site.Build(cmd.Context(), root, opt)
			bar.finish()
			if err != nil {
				return err
			}
			if ok && record != "" && !opt.DryRun && !st.Recalled {
				// What cannot be remembered is made again the next time.
				_ = opt.Cache.Write(record)
			}
			e.printFindings(findings)
			if !ok {
				if !findings.HasErrors() {
					e.errorf("--strict: warnings are errors")
				}
				e.hintf("nothing was written to %s", opt.Out)
				return errFindings
			}
			if format == "json" {
				return printBuildJSON(e, st, findings)
			}
			if stats {
				printStats(e, st)
			}
			if opt.DryRun {
				e.notef("dry run: %s would be written, %s unchanged, %s removed in %s",
					plural(st.Written, "file"), plural(st.Unchanged, "file"), plural(st.Removed, "file"), opt.Out)
				return nil
			}
			e.notef("built %s from %s: %s written, %d unchanged, %d removed",
				plural(st.Pages, "page"), plural(st.Results, "result"), plural(st.Written, "file"), st.Unchanged, st.Removed)
			fmt.Fprintf(e.Stdout, "%s\n", st.Index)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&opt.Out, "out", "", "output folder (default: public in the board's folder)")
	f.StringVar(&opt.BaseURL, "base-url", "", "address the site is published at, instead of base_url in site.yaml")
	f.BoolVar(&opt.Strict, "strict", false, "treat warnings as errors")
	f.IntVar(&opt.Jobs, "jobs", 0, "pages rendered at once (default: one per core)")
	f.BoolVar(&opt.NoMinify, "no-minify", false, "leave pages, styles and scripts as written")
	f.BoolVar(&opt.Drafts, "drafts", false, "also build results that are drafts")
	f.BoolVar(&opt.DryRun, "dry-run", false, "render everything, write nothing")
	f.BoolVar(&noCache, "no-cache", false, "make everything anew, and remember nothing of it")
	f.BoolVar(&stats, "stats", false, "print where the time went")
	f.StringVar(&format, "format", "text", "text or json")
	return cmd
}

// checkBuildFlags holds the rules of the flags, before anything is read.
func checkBuildFlags(opt site.Options, format string) error {
	if format != "text" && format != "json" {
		return usageError{msg: fmt.Sprintf("--format %q: must be text or json", format)}
	}
	if opt.Jobs < 0 {
		return usageError{msg: fmt.Sprintf("--jobs %d: must be 0 or more", opt.Jobs)}
	}
	return checkBaseURL(opt.BaseURL)
}

func printStats(e *env, st site.Stats) {
	var total time.Duration
	for _, p := range st.Phases {
		total += p.Duration
	}
	for _, p := range st.Phases {
		e.notef("%8.3f s  %s", p.Duration.Seconds(), p.Name)
		if p.Name != "render" {
			continue
		}
		for _, w := range st.Work {
			e.notef("%8.3f s    %s, on all cores together", w.Duration.Seconds(), w.Name)
		}
	}
	e.notef("%8.3f s  total: %d results, %d boards, %d models, %d pages, %d files, %.1f MB",
		total.Seconds(), st.Results, st.Boards, st.Models, st.Pages, st.Files, float64(st.Bytes)/1e6)
}

func printBuildJSON(e *env, st site.Stats, findings result.Findings) error {
	type phase struct {
		Name    string  `json:"name"`
		Seconds float64 `json:"seconds"`
	}
	out := struct {
		Index     string  `json:"index"`
		Results   int     `json:"results"`
		Boards    int     `json:"boards"`
		Models    int     `json:"models"`
		Pages     int     `json:"pages"`
		Files     int     `json:"files"`
		Bytes     int64   `json:"bytes"`
		Written   int     `json:"written"`
		Unchanged int     `json:"unchanged"`
		Removed   int     `json:"removed"`
		Phases    []phase `json:"phases"`
		// Work is what rendering was busy with, on all cores together.
		Work     []phase         `json:"work"`
		Memory   buildMemory     `json:"memory"`
		Findings result.Findings `json:"findings"`
	}{st.Index, st.Results, st.Boards, st.Models, st.Pages, st.Files, st.Bytes, st.Written, st.Unchanged, st.Removed, nil, nil, memoryUsed(), findings}
	for _, p := range st.Phases {
		out.Phases = append(out.Phases, phase{p.Name, p.Duration.Seconds()})
	}
	for _, w := range st.Work {
		out.Work = append(out.Work, phase{w.Name, w.Duration.Seconds()})
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the build's figures: %w", err)
	}
	fmt.Fprintf(e.Stdout, "%s\n", strings.TrimSpace(string(data)))
	return nil
}

// buildMemory is what this process has allocated since it began.
type buildMemory struct {
	AllocatedBytes uint64 `json:"allocated_bytes"`
	Allocations    uint64 `json:"allocations"`
	Collections    uint32 `json:"collections"`
}

func memoryUsed() buildMemory {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return buildMemory{m.TotalAlloc, m.Mallocs, m.NumGC}
}
