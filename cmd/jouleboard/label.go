// The command label: drawings of single results.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/draw"
	"jouleboard/internal/label"
	"jouleboard/internal/result"
	"jouleboard/internal/site"
)

// labelFlags are the flags of label as typed.
type labelFlags struct {
	formats, sizes []string
	out            string
	design         string
	emit           string
	baseURL        string
	value          bool
}

// badgeSize is the size that is not a page and so comes as SVG only.
const badgeSize = "badge"

func newLabelCommand(e *env) *cobra.Command {
	var f labelFlags
	cmd := &cobra.Command{
		Use:   "label ID|FILE...",
		Short: "Draw energy labels of results",
		Long: `label draws the energy label of each named result, the same as a build draws. A
result is named by its id, by 8 or more hex digits from its start, or by its
file.

Files are named HASH-SIZE.EXT, where HASH is the short id of the result's page.
The format json writes the record that is embedded in the other formats.`,
		Example: `  jouleboard label 3f2a9c10
  jouleboard label 3f2a9c10 --format svg --size badge -o -
  jouleboard label results/ORG/NAME/h100/*.json -o labels-out`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			args = distinct(args)
			f.formats, f.sizes = distinct(f.formats), distinct(f.sizes)
			if err := f.check(len(args)); err != nil {
				return err
			}
			return runLabel(cmd, e, f, args)
		},
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&f.formats, "format", []string{"svg", "pdf"}, "svg, pdf, json; several with commas")
	fl.StringSliceVar(&f.sizes, "size", []string{"full"}, strings.Join(label.Sizes(), ", ")+" or badge; several with commas")
	fl.StringVarP(&f.out, "output", "o", ".", "folder, file (for one drawing), or - for standard output")
	fl.StringVar(&f.design, "design", "default", "name of a design in labels/designs")
	fl.StringVar(&f.emit, "emit", "", "dl: write the display list in place of the formats")
	fl.StringVar(&f.baseURL, "base-url", "", "address of the published board (default: base_url of site.yaml)")
	fl.BoolVar(&f.value, "value", false, "print the energy on badges too")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"svg", "pdf", "json"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("size", cobra.FixedCompletions(append(label.Sizes(), badgeSize), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// drawings lists the size and ending of each file that a result gives.
func (f labelFlags) drawings() (ds [][2]string) {
	for _, size := range f.sizes {
		if f.emit != "" {
			ds = append(ds, [2]string{size, "dl.json"})
			continue
		}
		for _, format := range f.formats {
			if size != badgeSize || format == "svg" {
				ds = append(ds, [2]string{size, format})
			}
		}
	}
	return ds
}

// check finds wrong usage before anything is read. n is the number of results.
func (f *labelFlags) check(n int) error {
	if len(f.formats) == 0 {
		return usageError{msg: "--format is empty", hint: "give svg, pdf or json"}
	}
	if len(f.sizes) == 0 {
		return usageError{msg: "--size is empty", hint: "give " + strings.Join(label.Sizes(), ", ") + " or badge"}
	}
	for _, v := range f.formats {
		if v != "svg" && v != "pdf" && v != "json" {
			return usageError{msg: fmt.Sprintf("--format %q: must be svg, pdf or json", v)}
		}
	}
	sizes := append(label.Sizes(), badgeSize)
	for _, v := range f.sizes {
		if !slices.Contains(sizes, v) {
			return usageError{msg: fmt.Sprintf("--size %q: must be one of %s", v, strings.Join(sizes, ", "))}
		}
	}
	if f.emit != "" && f.emit != "dl" {
		return usageError{msg: fmt.Sprintf("--emit %q: must be dl", f.emit)}
	}
	if slices.Contains(f.sizes, badgeSize) && f.emit == "" && !slices.Contains(f.formats, "svg") {
		return usageError{msg: "a badge comes as svg only", hint: "add --format svg"}
	}
	if slices.Contains(f.sizes, badgeSize) && f.emit != "" {
		return usageError{msg: "a badge has no display list of its own", hint: "leave --emit or the size badge out"}
	}
	if err := checkBaseURL(f.baseURL); err != nil {
		return err
	}
	if ds := f.drawings(); f.single() && n*len(ds) != 1 {
		return usageError{
			msg:  fmt.Sprintf("-o %s takes one drawing, and %d are asked for", f.out, n*len(ds)),
			hint: "name one result, one --format and one --size, or a folder with -o DIR",
		}
	}
	return nil
}

// distinct drops what is there already.
func distinct(list []string) (out []string) {
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// single says whether the output is one stream or file and not a folder.
func (f labelFlags) single() bool {
	if f.out == "-" {
		return true
	}
	switch filepath.Ext(f.out) {
	case ".svg", ".pdf", ".json":
		st, err := os.Stat(f.out)
		return err != nil || !st.IsDir()
	}
	return false
}

func runLabel(cmd *cobra.Command, e *env, f labelFlags, args []string) error {
	b, err := loadBoard(cmd.Context(), e)
	if err != nil {
		return err
	}
	if names := b.Designs.Names(); !slices.Contains(names, f.design) {
		return usageError{msg: fmt.Sprintf("--design %q: there is no such design", f.design), hint: "the designs in labels/designs are " + strings.Join(names, ", ")}
	}
	// Everything is looked up and drawn before the first file is written.
	var rs []*result.Loaded
	for _, a := range args {
		r, err := b.findArg(a)
		if err != nil {
			return err
		}
		if !slices.Contains(rs, r) { // one result may be named twice, in two ways
			rs = append(rs, r)
		}
	}
	inputs, findings := site.LabelInputs(b.Input, site.Options{Drafts: true, BaseURL: f.baseURL, Tool: site.Tool{Version: thisBuild().Version}})
	if findings.HasErrors() {
		e.printFindings(findings)
		return errFindings
	}
	type file struct {
		name string
		data []byte
	}
	var files []file
	var said result.Findings
	for _, r := range rs {
		if err := cmd.Context().Err(); err != nil {
			return err
		}
		for _, d := range f.drawings() {
			data, fs, err := drawLabel(b, inputs[r.ID], f, d[0], d[1])
			for _, x := range fs {
				x.Where.File = r.Path
				if !slices.Contains(said, x) {
					said = append(said, x)
				}
			}
			var p *label.Problem
			if errors.As(err, &p) {
				p.Finding.Where.File = r.Path
				said = append(said, p.Finding)
				continue
			} else if err != nil {
				return fmt.Errorf("label of %s: %w", r.Path, err)
			}
			files = append(files, file{label.FileName(inputs[r.ID], label.Style{Design: f.design, Size: d[0]}, d[1]), data})
		}
	}
	e.printFindings(said)
	if said.HasErrors() {
		return errFindings
	}
	for _, x := range files {
		if f.out == "-" {
			if _, err := e.Stdout.Write(x.data); err != nil {
				return fmt.Errorf("write the label: %w", err)
			}
			continue
		}
		path := filepath.Join(f.out, x.name)
		if f.single() {
			path = f.out
		}
		if err := writeFile(path, x.data); err != nil {
			return err
		}
		e.notef("%s", path)
	}
	return nil
}

// drawLabel draws one size of one result in one format.
func drawLabel(b *board, in label.Input, f labelFlags, size, ext string) ([]byte, result.Findings, error) {
	if size == badgeSize {
		data, err := b.Designs.Badge(in, f.value)
		return data, nil, err
	}
	l, err := b.Designs.Draw(in, label.Style{Design: f.design, Size: size})
	if err != nil {
		return nil, nil, err
	}
	switch ext {
	case "svg":
		return l.SVG(), l.Findings, nil
	case "pdf":
		data, err := l.PDF()
		return data, l.Findings, err
	case "json":
		return []byte(l.Record.JSON() + "\n"), l.Findings, nil
	default: // dl.json
		return draw.JSON(l.List), l.Findings, nil
	}
}

// findArg returns the result that an argument names: its id, the start of it,
// or its file.
func (b *board) findArg(arg string) (*result.Loaded, error) {
	st, err := os.Stat(arg)
	if err != nil || st.IsDir() {
		if !strings.HasSuffix(arg, ".json") {
			return b.find(arg)
		}
		arg = filepath.Join(b.Root, filepath.FromSlash(arg)) // as results are named in messages
	}
	abs, err := filepath.Abs(arg)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", arg, err)
	}
	for _, r := range b.Results {
		if filepath.Join(b.Root, filepath.FromSlash(r.Path)) == abs {
			return r, nil
		}
	}
	return nil, hintError{fmt.Errorf("%s is not a result of this board", arg), "name a file under results/, or a result's id"}
}

// writeFile writes a whole file or none: under a temporary name in the same
// folder first. Equal bytes are not written again.
func writeFile(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", path, err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	tmp, err := os.CreateTemp(dir, ".label-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
