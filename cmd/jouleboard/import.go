// The command import: other tools' published figures to result files.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/convert"
	"jouleboard/internal/result"
)

// importFlags are the flags of import as typed.
type importFlags struct {
	out, format string
	maps        []string
	dryRun      bool
	skipRefused bool
	opt         convert.Options
}

func newImportCommand(e *env) *cobra.Command {
	var fl importFlags
	var names []string
	var long strings.Builder
	long.WriteString(`import reads other tools' files and writes one result file for each row, with
the source's own numbers, words and place kept beside ours. A row that cannot be
read without guessing is refused with its reason, and then nothing is written
unless --skip-refused is given. Running an import again changes nothing.

Formats:
`)
	for _, f := range convert.Formats() {
		names = append(names, f.ID)
		fmt.Fprintf(&long, "  %-14s %s: %s\n", f.ID, f.Title, f.Files)
	}
	long.WriteString("\nA file named - is standard input.")
	cmd := &cobra.Command{
		Use:   "import FORMAT FILE...",
		Short: "Turn other tools' published figures into result files",
		Long:  long.String(),
		Example: `  jouleboard import mlenergy index.json tasks/*.json --select pareto --source-version COMMIT
  jouleboard import aienergyscore text_generation.csv --unit kWh --hardware H100 --license NOASSERTION
  jouleboard import llmperf README.md --publisher NAME --source-url URL --dry-run
  jouleboard import vllm run.json --task chat --hardware H100 --count 1 --publisher NAME --source-url URL --license ID`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usageError{
					msg:  "import needs a format and at least one file",
					hint: "formats: " + strings.Join(names, ", "),
				}
			}
			if !slices.Contains(names, args[0]) {
				return usageError{msg: fmt.Sprintf("unknown format %q", args[0]), hint: "formats: " + strings.Join(names, ", ")}
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return names, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := fl.check(); err != nil {
				return err
			}
			return runImport(cmd, e, args[0], args[1:], fl)
		},
	}
	f := cmd.Flags()
	f.StringVar(&fl.out, "out", "", "folder that takes the result files (default: results in the board's folder)")
	f.StringVar(&fl.opt.Select, "select", convert.SelectAll, "rows to take: all, or pareto (mlenergy): what no other configuration of the same task, model and GPU beats in both speed and energy")
	f.StringVar(&fl.opt.Publisher, "publisher", "", "who published the figures")
	f.StringVar(&fl.opt.Title, "source-title", "", "title of the source")
	f.StringVar(&fl.opt.URL, "source-url", "", "address of the source")
	f.StringVar(&fl.opt.Version, "source-version", "", "commit or edition that was read")
	f.StringVar(&fl.opt.Published, "published", "", "date of publication, YYYY-MM-DD")
	f.StringVar(&fl.opt.Retrieved, "retrieved", "", "date the files were fetched, YYYY-MM-DD")
	f.StringVar(&fl.opt.License, "license", "", "licence of the figures: SPDX id, or NOASSERTION where the source states none")
	f.StringArrayVar(&fl.maps, "map", nil, "rename a model, GPU or task: OLD=NEW, as often as needed")
	f.StringVar(&fl.opt.Unit, "unit", "", "unit of an energy column that names none, for 1,000 queries: kWh or Wh (aienergyscore)")
	f.StringVar(&fl.opt.Task, "task", "", "task of files that do not name one")
	f.StringVar(&fl.opt.Hardware, "hardware", "", "accelerator of files that do not name one")
	f.Int64Var(&fl.opt.Count, "count", 0, "how many accelerators, where the files do not say")
	f.StringVar(&fl.opt.Provider, "provider", "", "provider of files that do not name one (llmperf, vllm)")
	f.StringVar(&fl.opt.Model, "model", "", "model of files that do not name one")
	f.StringVar(&fl.opt.HarnessRevision, "harness-revision", "", "revision of a quality harness whose file does not name it (lm-eval)")
	f.StringVar(&fl.opt.By.Name, "by", "jouleboard contributors", "who makes the result files")
	f.BoolVar(&fl.skipRefused, "skip-refused", false, "write the other rows although some were refused")
	f.BoolVar(&fl.dryRun, "dry-run", false, "say what would be written, write nothing; with --format json the bytes of each file too")
	f.StringVar(&fl.format, "format", "text", "report as text or json")
	return cmd
}

// check holds the rules of the flags, before anything is read.
func (fl *importFlags) check() error {
	if fl.format != "text" && fl.format != "json" {
		return usageError{msg: fmt.Sprintf("--format %q: must be text or json", fl.format)}
	}
	fl.opt.Map = map[string]string{}
	for _, m := range fl.maps {
		from, to, ok := strings.Cut(m, "=")
		if !ok || from == "" || to == "" {
			return usageError{msg: fmt.Sprintf("--map %q: must be OLD=NEW", m)}
		}
		if was, dup := fl.opt.Map[from]; dup && was != to {
			return usageError{msg: fmt.Sprintf("--map names %s twice: %s and %s", from, was, to)}
		}
		fl.opt.Map[from] = to
	}
	return nil
}

// planned is one result and what its file needs.
type planned struct {
	r    *result.Result
	data []byte // the file
	path string // below the folder that stands for results/
	same bool   // the same bytes are there already
}

func runImport(cmd *cobra.Command, e *env, format string, files []string, fl importFlags) error {
	root, err := e.root()
	if err != nil {
		return err
	}
	board, err := content.OpenBoard(root)
	if err != nil {
		return err
	}
	cat, findings := catalog.Load(content.Folder(board, "content"))
	if findings.HasErrors() {
		e.printFindings(findings)
		e.hintf("repair the catalogue first: names are looked up there")
		return errFindings
	}
	fl.opt.Catalog = cat
	in, err := readInputs(e, files)
	if err != nil {
		return err
	}
	rep, err := convert.Convert(format, in, fl.opt)
	if err != nil {
		return usageError{msg: err.Error(), hint: "run 'jouleboard import --help' for formats and flags"}
	}
	all := rep.Findings
	for _, r := range rep.Refused {
		f := r.Finding()
		if !fl.skipRefused {
			f.Level = result.Error // it stops the import
		}
		all = append(all, f)
	}
	e.printFindings(all)
	out := fl.out
	if out == "" {
		out = filepath.Join(root, result.Dir)
	}
	plan, conflicts := planFiles(out, rep.Results, cat)
	scores, problems := planScores(root, board, rep.Scores, cat)
	conflicts = append(conflicts, problems...)
	for _, c := range conflicts {
		e.errorf("%s", c)
	}
	stop := ""
	switch {
	case rep.Findings.HasErrors():
		stop = "nothing was written: not every file could be read"
	case len(conflicts) > 0:
		stop = "nothing was written: " + plural(len(conflicts), "file") + " in the way"
	case len(rep.Results)+len(rep.Scores) == 0 && len(rep.Refused) > 0:
		stop = "nothing was written: every row was refused"
	case len(rep.Refused) > 0 && !fl.skipRefused:
		stop = "nothing was written: " + plural(len(rep.Refused), "row") + " refused; repair them, or take the others with --skip-refused"
	}
	if stop == "" && !fl.dryRun {
		if err := writePlan(cmd, e, out, plan); err != nil {
			return err
		}
		if err := writeScores(scores); err != nil {
			return err
		}
	}
	if err := printImport(e, format, rep, plan, scores, fl, stop != ""); err != nil {
		return err
	}
	if stop != "" {
		e.hintf("%s", stop)
		return errFindings
	}
	return nil
}

// readInputs reads the files in the order given. A pattern that the shell left
// alone, as Windows shells do, is expanded here.
func readInputs(e *env, files []string) ([]convert.Input, error) {
	var in []convert.Input
	stdin := false
	for _, name := range files {
		if name == "-" {
			if stdin {
				return nil, usageError{msg: "standard input (-) is named twice"}
			}
			stdin = true
			data, err := io.ReadAll(e.Stdin)
			if err != nil {
				return nil, fmt.Errorf("read standard input: %w", err)
			}
			in = append(in, convert.Input{Name: "stdin", Data: data})
			continue
		}
		names := []string{name}
		if strings.ContainsAny(name, "*?[") {
			if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
				hits, err := filepath.Glob(name)
				if err == nil && len(hits) > 0 {
					names = hits
				}
			}
		}
		for _, n := range names {
			data, err := os.ReadFile(n)
			if err != nil {
				return nil, hintError{fmt.Errorf("read input: %w", err), "name the files of the source; a folder is not read"}
			}
			in = append(in, convert.Input{Name: filepath.ToSlash(n), Data: data})
		}
	}
	return in, nil
}

// planFiles settles every path before anything is written, so that a conflict
// leaves the folder as it was.
func planFiles(out string, rs []*result.Result, cat *catalog.Catalog) (plan []planned, conflicts []string) {
	taken := map[string]string{}
	for _, r := range rs {
		hw := ""
		if r.Hardware != nil {
			if h, ok := cat.HardwareFor(r.Hardware.Name); ok {
				hw = h.ID
			}
		}
		p := planned{r: r, path: strings.TrimPrefix(result.Path(r, hw), result.Dir+"/")}
		if other, dup := taken[p.path]; dup {
			conflicts = append(conflicts, fmt.Sprintf("%s: the results %s and %s share this path", p.path, other, r.ID))
		}
		taken[p.path] = r.ID
		data, err := result.Encode(r)
		if err != nil {
			conflicts = append(conflicts, fmt.Sprintf("%s: %v", p.path, err))
			continue
		}
		p.data = data
		old, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(p.path)))
		switch {
		case err == nil && bytes.Equal(old, data):
			p.same = true
		case err == nil:
			conflicts = append(conflicts, fmt.Sprintf("%s: a different file is there already; results are not overwritten, remove it first if it is wrong", p.path))
		case !errors.Is(err, fs.ErrNotExist):
			conflicts = append(conflicts, fmt.Sprintf("%s: %v", p.path, err))
		}
		plan = append(plan, p)
	}
	sort.SliceStable(plan, func(i, j int) bool { return plan[i].path < plan[j].path })
	return plan, conflicts
}

// writePlan writes what is not there yet. An interrupt stops between two files.
func writePlan(cmd *cobra.Command, e *env, out string, plan []planned) error {
	if len(plan) == 0 {
		return nil
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return hintError{fmt.Errorf("make the output folder: %w", err), "name another folder with --out"}
	}
	bar := newProgress(e)
	defer bar.finish()
	for i, p := range plan {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		if !p.same {
			if _, err := result.Save(out, p.path, p.r); err != nil {
				return err
			}
		}
		bar.update("writing results", i+1, len(plan))
	}
	return nil
}
