// Labels on sheets: pages to print, as one PDF or, if there are many, as several.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/label"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/site"
)

// checkSheet holds the flags of a sheet to their rules; which sizes and sheets
// there are is known later.
func (f *labelFlags) checkSheet() error {
	switch {
	case f.given["format"] && !(len(f.formats) == 1 && f.formats[0] == "pdf"):
		return usageError{msg: "a sheet comes as pdf only", hint: "leave --format out"}
	case f.emit != "":
		return usageError{msg: "--emit and --sheet exclude each other", hint: "leave one of them out"}
	case len(f.sizes) > 1:
		return usageError{msg: fmt.Sprintf("a sheet takes one size, and %d are asked for", len(f.sizes)), hint: "run the command once a size"}
	case len(f.sizes) == 1 && f.sizes[0] == badgeSize:
		return usageError{msg: "a badge is for screens, and a sheet is for print", hint: "use one of the sizes " + strings.Join(label.Sizes(), ", ")}
	case f.look == label.LookDark:
		return usageError{msg: "--look dark is for screens, and a sheet is for print", hint: "use another look"}
	case f.copies < 1 || f.copies > 1000:
		return usageError{msg: fmt.Sprintf("--copies %d: must be 1 to 1000", f.copies)}
	case f.single() && f.out != "-" && filepath.Ext(f.out) != ".pdf":
		return usageError{msg: fmt.Sprintf("-o %s is no name for a sheet, which is a pdf", f.out), hint: "give the file the ending .pdf"}
	}
	f.formats = []string{"pdf"}
	return nil
}

// chooseSheet returns the sheet that is asked for and how to fill it with so many
// labels.
func chooseSheet(b *board, f labelFlags, labels int) (s label.Sheet, o label.SheetOptions, err error) {
	s, ok := b.Sheets.Get(f.sheet)
	if !ok {
		return s, o, usageError{msg: fmt.Sprintf("--sheet %q: there is no such sheet", f.sheet), hint: "the sheets in labels/sheets are " + strings.Join(b.Sheets.Names(), ", ")}
	}
	o = label.SheetOptions{Size: label.SizeFull, Lang: b.Site.Language, Design: f.design, Labels: labels, Skip: f.skip, Calibrate: f.calibrate, Bleed: f.bleed}
	if sizes := s.Sizes(); len(f.sizes) == 1 {
		o.Size = f.sizes[0]
	} else if len(sizes) == 1 {
		o.Size = sizes[0]
	}
	if option, msg, hint := s.Check(o); option != "" {
		if option == "size" && !f.given["size"] {
			return s, o, usageError{msg: msg, hint: "add --size; " + hint}
		}
		return s, o, usageError{msg: "--" + option + ": " + msg, hint: hint}
	}
	return s, o, nil
}

// writeSheets puts the results' labels on sheets.
func writeSheets(ctx context.Context, e *env, b *board, set *site.LabelSet, f labelFlags, rs []*result.Loaded) error {
	s, o, err := chooseSheet(b, f, len(rs)*f.copies)
	if err != nil {
		return err
	}
	if err := checkDrafts(set, f, rs); err != nil {
		return err
	}
	total := s.Pages(o)
	files := (total + draw.MaxPages - 1) / draw.MaxPages
	if f.out == "-" && files > 1 {
		return usageError{msg: fmt.Sprintf("-o - takes one document, and %d pages need %d, of %d pages each", total, files, draw.MaxPages), hint: "name a file or a folder with -o"}
	}
	dir, base := f.out, "sheet-"+s.Name+"-"+o.Size
	if f.look != label.LookColour {
		base += "-" + f.look
	}
	if f.design != label.DefaultDesign {
		base += "-" + f.design
	}
	if f.single() {
		dir, base = filepath.Dir(f.out), strings.TrimSuffix(filepath.Base(f.out), ".pdf")
	}
	out := newOutbox(dir)
	defer out.close()
	bar := newProgress(e)
	defer bar.finish()

	var said labelFindings
	next, stop := iter.Pull2(b.Designs.Impose(s, sheetLabels(ctx, b, set, f, s, o, rs, &said, bar), o))
	defer stop()
	inputs := func(yield func(label.Input) bool) {
		for _, r := range rs {
			if !yield(set.Input(r)) {
				return
			}
		}
	}
	pdf := s.SheetPDF(o, inputs)
	var names []string
	var buf bytes.Buffer
	for i := range files {
		buf.Reset()
		_, err := draw.PDFPages(&buf, func(yield func(*draw.List, error) bool) {
			for {
				if page, err, more := next(); !more || !yield(page, err) {
					return
				}
			}
		}, pdf)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errFindings): // all are listed below
		case err != nil:
			return fmt.Errorf("write the sheets: %w", err)
		}
		if said.list.HasErrors() || f.out == "-" {
			break
		}
		name := base + ".pdf"
		if files > 1 {
			name = fmt.Sprintf("%s-%03d.pdf", base, i+1)
		}
		if err := out.put(name, buf.Bytes()); err != nil {
			return err
		}
		names = append(names, name)
	}
	bar.finish()
	e.printFindings(said.list)
	if said.list.HasErrors() {
		e.hintf("nothing was written")
		return errFindings
	}
	if f.out == "-" {
		if _, err := e.Stdout.Write(buf.Bytes()); err != nil {
			return fmt.Errorf("write the sheets: %w", err)
		}
		return nil
	}
	if _, err := out.commit(names); err != nil {
		return err
	}
	for _, name := range names {
		e.notef("%s", filepath.Join(dir, name))
	}
	e.notef("%s on %s", plural(o.Labels, "label"), plural(total, "page"))
	return nil
}

// sheetLabels draws the labels for the sheets. One that cannot be drawn is told of,
// and the others are still tried, so that all errors are known at once; the
// sequence then ends in errFindings.
func sheetLabels(ctx context.Context, b *board, set *site.LabelSet, f labelFlags, s label.Sheet, o label.SheetOptions, rs []*result.Loaded, said *labelFindings, bar *progress) iter.Seq2[*label.Label, error] {
	style := f.style(o.Size)
	style.NoFrame = s.ButtCut
	type one struct {
		l   *label.Label
		err error
	}
	return func(yield func(*label.Label, error) bool) {
		i := 0
		for d := range inOrder(ctx, len(rs), func(i int) one {
			l, err := b.Designs.Draw(set.Input(rs[i]), style)
			return one{l, err}
		}) {
			r := rs[i]
			i++
			bar.update("labels", i, len(rs))
			var p *label.Problem
			switch {
			case errors.As(d.err, &p):
				said.add(r.Path, result.Findings{p.Finding})
			case d.err != nil:
				yield(nil, fmt.Errorf("label of %s: %w", r.Path, d.err))
				return
			default:
				said.add(r.Path, d.l.Findings)
			}
			if said.list.HasErrors() {
				continue
			}
			for range f.copies {
				if !yield(d.l, nil) {
					return
				}
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		} else if said.list.HasErrors() {
			yield(nil, errFindings)
		}
	}
}

// checkDrafts refuses to print what may still change.
func checkDrafts(set *site.LabelSet, f labelFlags, rs []*result.Loaded) error {
	if f.allowDraft {
		return nil
	}
	for _, r := range rs {
		in := set.Input(r)
		switch {
		case r.Draft != "":
			return hintError{fmt.Errorf("%s is a draft (%s), and a sheet is for print", r.Path, r.Draft), "leave it out, or print it with --allow-draft"}
		case in.Rating.Rated && in.Rating.Status == rank.StatusDraft:
			return hintError{fmt.Errorf("%s is rated by %s, a draft scale, and a sheet is for print", r.Path, in.Rating.ScaleID), "name a frozen scale with --scale, or print drafts with --allow-draft"}
		}
	}
	return nil
}
