// The command label: drawings of results, as files of their own or on sheets.
// This file holds its flags; labelpick.go finds the results, labelfiles.go and
// labelsheet.go draw and write.

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/label"
	"jouleboard/internal/result"
	"jouleboard/internal/site"
)

// labelFlags are the flags of label as typed.
type labelFlags struct {
	args           []string
	boards, models []string
	formats, sizes []string
	look, design   string
	out            string
	emit           string
	baseURL        string
	scale          string
	value          bool
	unofficial     bool

	sheet      string
	skip       int
	copies     int
	bleed      float64
	calibrate  bool
	allowDraft bool

	given map[string]bool // flags that were typed
}

// badgeSize is the size that is not a page and so comes as SVG only.
const badgeSize = "badge"

func labelFormats() []string { return []string{"svg", "pdf", "png", "json"} }

func labelSizes() []string { return append(label.Sizes(), badgeSize) }

func newLabelCommand(e *env) *cobra.Command {
	var f labelFlags
	cmd := &cobra.Command{
		Use:   "label [ID|FILE...]",
		Short: "Draw energy labels of results, or print them on sheets",
		Long: `label draws the energy label of each named result, the same as a build draws. A
result is named by its id, by 8 or more hex digits from its start, or by its
file; --board takes the rows of a board in the order of their rank, --model all
results of a model.

Files are named HASH-SIZE[-LOOK][-DESIGN].EXT, where HASH is the short id of the
result's page. The format json writes the record that is embedded in the others.

With --sheet the labels are put on pages to print, row by row in the given
order, as one PDF; after 500 pages another file begins, NAME-001.pdf and on.

If one label cannot be drawn, nothing is written.`,
		Example: `  jouleboard label 3f2a9c10
  jouleboard label 3f2a9c10 --size small,strip --format png --look mono
  jouleboard label 3f2a9c10 -o label.svg
  jouleboard label results/ORG/NAME/h100/*.json -o labels-out
  jouleboard label --board chat-h100 --sheet a4 -o sheet.pdf
  jouleboard label --model ORG/NAME --sheet l7160 --skip 3 -o stickers.pdf`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.args = distinct(args)
			f.given = map[string]bool{}
			for _, name := range labelFlagNames(cmd) {
				f.given[name] = cmd.Flags().Changed(name)
			}
			if err := f.check(); err != nil {
				return err
			}
			return runLabel(cmd, e, f)
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVar(&f.boards, "board", nil, "`ID` of a board: the labels of its rows; may be given again")
	fl.StringArrayVar(&f.models, "model", nil, "`NAME` of a model: the labels of all its results; may be given again")
	fl.StringSliceVar(&f.formats, "format", nil, "`LIST` of "+strings.Join(labelFormats(), ", ")+"; several with commas (default svg,pdf; dark svg; sheets pdf)")
	fl.StringSliceVar(&f.sizes, "size", nil, "`LIST` of "+strings.Join(label.Sizes(), ", ")+" or badge; several with commas (default full, or the one size of the sheet)")
	fl.StringVar(&f.look, "look", label.LookColour, strings.Join(label.Looks(), ", ")+"; dark is for screens")
	fl.StringVar(&f.design, "design", label.DefaultDesign, "`NAME` of a design in labels/designs")
	fl.StringVarP(&f.out, "output", "o", ".", "folder, file (for one drawing or a sheet), or - for standard output")
	fl.StringVar(&f.scale, "scale", "", "`ID` of the scale that rates, e.g. a superseded edition (default: the board's)")
	fl.StringVar(&f.sheet, "sheet", "", "`NAME` of a sheet in labels/sheets: a4, letter, a6, or sticker stock")
	fl.IntVar(&f.skip, "skip", 0, "leave `N` cells of the first sheet free")
	fl.IntVar(&f.copies, "copies", 1, "put each label on the sheets `N` times")
	fl.Float64Var(&f.bleed, "bleed", 0, "let ground and header reach over the trim by `MM`, at most 1.5")
	fl.BoolVar(&f.calibrate, "calibrate", false, "put a page with the outlines of the sheet's cells first")
	fl.BoolVar(&f.allowDraft, "allow-draft", false, "print sheets although a label's scale or result is a draft")
	fl.BoolVar(&f.unofficial, "unofficial", false, `draw designs that break a rule of layout; they say "custom layout"`)
	fl.StringVar(&f.emit, "emit", "", "dl: write the display list in place of the formats")
	fl.StringVar(&f.baseURL, "base-url", "", "address of the published board (default: base_url of site.yaml)")
	fl.BoolVar(&f.value, "value", false, "print the energy on badges too")
	completeLabel(cmd, e)
	return cmd
}

// labelFlagNames are the flags that only a sheet has, and those whose defaults
// depend on others.
func labelFlagNames(cmd *cobra.Command) []string {
	return append(sheetFlags(), "format", "size", "output")
}

func sheetFlags() []string { return []string{"skip", "copies", "bleed", "calibrate", "allow-draft"} }

// drawing is one file that a result gives.
type drawing struct{ size, ext string }

// drawings lists the files that each result gives.
func (f *labelFlags) drawings() (ds []drawing) {
	for _, size := range f.sizes {
		if f.emit != "" {
			ds = append(ds, drawing{size, "dl.json"})
			continue
		}
		for _, format := range f.formats {
			if size != badgeSize || format == "svg" {
				ds = append(ds, drawing{size, format})
			}
		}
	}
	return ds
}

// style is how the labels of a size are drawn.
func (f *labelFlags) style(size string) label.Style {
	return label.Style{Design: f.design, Size: size, Look: f.look, Unofficial: f.unofficial}
}

// check finds wrong usage before anything is read, and fills in what follows from
// other flags.
func (f *labelFlags) check() error {
	f.boards, f.models = distinct(f.boards), distinct(f.models)
	f.formats, f.sizes = distinct(f.formats), distinct(f.sizes)
	if len(f.args)+len(f.boards)+len(f.models) == 0 && !(f.sheet != "" && f.calibrate) {
		return usageError{msg: "jouleboard label takes ID|FILE..., --board or --model, nothing was given", hint: "run 'jouleboard label --help'"}
	}
	if err := f.checkWords(); err != nil {
		return err
	}
	if f.sheet != "" {
		return f.checkSheet()
	}
	for _, name := range sheetFlags() {
		if f.given[name] {
			return usageError{msg: "--" + name + " is for sheets", hint: "add --sheet NAME, or leave it out"}
		}
	}
	ext := strings.TrimPrefix(filepath.Ext(f.out), ".")
	if !f.given["format"] {
		f.formats = []string{"svg", "pdf"}
		switch {
		case f.single() && f.out != "-":
			f.formats = []string{ext}
		case f.look == label.LookDark:
			f.formats = []string{"svg"}
		}
	} else if f.single() && f.out != "-" && f.emit == "" && len(f.formats) == 1 && f.formats[0] != ext {
		return usageError{msg: fmt.Sprintf("-o %s is no name for a file of --format %s", f.out, f.formats[0]), hint: "give the file the ending ." + f.formats[0]}
	}
	if !f.given["size"] {
		f.sizes = []string{label.SizeFull}
	}
	if f.look == label.LookDark && slices.Contains(f.formats, "pdf") && f.emit == "" {
		return usageError{msg: "--look dark is for screens, and a pdf is for print", hint: "use --format svg or png, or another look"}
	}
	if slices.Contains(f.sizes, badgeSize) {
		switch {
		case f.emit != "":
			return usageError{msg: "a badge has no display list of its own", hint: "leave --emit or the size badge out"}
		case !slices.Contains(f.formats, "svg"):
			return usageError{msg: "a badge comes as svg only", hint: "add --format svg"}
		case f.look != label.LookColour:
			return usageError{msg: "a badge comes in one look only", hint: "leave --look or the size badge out"}
		}
	}
	if len(f.boards)+len(f.models) == 0 {
		return f.checkSingle(len(f.args))
	}
	return nil
}

// checkWords holds flags with a choice of words to their words.
func (f *labelFlags) checkWords() error {
	if f.given["format"] && len(f.formats) == 0 {
		return usageError{msg: "--format is empty", hint: "give svg, pdf, png or json"}
	}
	if f.given["size"] && len(f.sizes) == 0 {
		return usageError{msg: "--size is empty", hint: "give one of " + strings.Join(labelSizes(), ", ")}
	}
	for _, v := range f.formats {
		if !slices.Contains(labelFormats(), v) {
			return usageError{msg: fmt.Sprintf("--format %q: must be one of %s", v, strings.Join(labelFormats(), ", "))}
		}
	}
	for _, v := range f.sizes {
		if !slices.Contains(labelSizes(), v) {
			return usageError{msg: fmt.Sprintf("--size %q: must be one of %s", v, strings.Join(labelSizes(), ", "))}
		}
	}
	if !slices.Contains(label.Looks(), f.look) {
		return usageError{msg: fmt.Sprintf("--look %q: must be one of %s", f.look, strings.Join(label.Looks(), ", "))}
	}
	if f.emit != "" && f.emit != "dl" {
		return usageError{msg: fmt.Sprintf("--emit %q: must be dl", f.emit)}
	}
	return checkBaseURL(f.baseURL)
}

// single says whether the output is one stream or file and not a folder.
func (f *labelFlags) single() bool {
	if f.out == "-" {
		return true
	}
	if !slices.Contains(labelFormats(), strings.TrimPrefix(filepath.Ext(f.out), ".")) {
		return false
	}
	st, err := os.Stat(f.out)
	return err != nil || !st.IsDir()
}

// checkSingle refuses one file or stream for several drawings. n is the number of
// results.
func (f *labelFlags) checkSingle(n int) error {
	if n *= len(f.drawings()); f.single() && n != 1 {
		return usageError{
			msg:  fmt.Sprintf("-o %s takes one drawing, and %d are asked for", f.out, n),
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

func runLabel(cmd *cobra.Command, e *env, f labelFlags) error {
	b, err := loadLabelBoard(cmd.Context(), e, f.unofficial)
	if err != nil {
		return err
	}
	if names := b.Designs.Names(); !slices.Contains(names, f.design) {
		return usageError{msg: fmt.Sprintf("--design %q: there is no such design", f.design), hint: "the designs in labels/designs are " + strings.Join(names, ", ")}
	}
	if f.scale != "" && b.Scales.Get(f.scale) == nil {
		return usageError{msg: fmt.Sprintf("--scale %q: there is no such scale", f.scale), hint: "run 'jouleboard scale list' for those there are"}
	}
	set, findings, err := site.LoadLabelSet(b.Input, site.Options{Drafts: true, BaseURL: f.baseURL, Tool: site.Tool{Version: thisBuild().Version}}, f.scale)
	if err != nil {
		return err
	}
	if findings.HasErrors() {
		e.printFindings(findings)
		return errFindings
	}
	rs, err := pickResults(b, set, f)
	if err != nil {
		return err
	}
	if len(rs) > 0 && b.Site.BaseURL == "" && f.baseURL == "" && !(len(f.sizes) == 1 && f.sizes[0] == badgeSize) {
		// Every label would fail for it, with a line each.
		return hintError{errors.New("the board has no base_url for the QR codes to lead to [LBL-E-QR]"), "set base_url in content/site.yaml to the address at which the board is published, or give --base-url"}
	}
	if f.sheet != "" {
		return writeSheets(cmd.Context(), e, b, set, f, rs)
	}
	if err := f.checkSingle(len(rs)); err != nil {
		return err
	}
	return writeLabels(cmd.Context(), e, b, set, f, rs)
}

// labelFindings gathers what drawing said, each thing once. Errors end in no file.
type labelFindings struct {
	list result.Findings
	seen map[result.Finding]bool
}

func (l *labelFindings) add(file string, fs result.Findings) {
	for _, f := range fs {
		f.Where.File = file
		if !l.seen[f] {
			if l.seen == nil {
				l.seen = map[result.Finding]bool{}
			}
			l.seen[f] = true
			l.list = append(l.list, f)
		}
	}
}
