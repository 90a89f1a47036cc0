// Labels as files of their own: drawn on all cores, written in the given order.

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"jouleboard/internal/draw"
	"jouleboard/internal/label"
	"jouleboard/internal/result"
	"jouleboard/internal/site"
)

// listed is how many files are told of one by one.
const listed = 20

// drawn is what one result gave.
type drawn struct {
	names    []string // of the files
	data     []byte   // of the one drawing that goes to standard output
	findings result.Findings
	err      error // of writing
}

// writeLabels draws the results' labels. Files are kept aside until all are drawn,
// so that there are either all of them or none, and memory holds a few at a time.
func writeLabels(ctx context.Context, e *env, b *board, set *site.LabelSet, f labelFlags, rs []*result.Loaded) error {
	dir := f.out
	if f.single() {
		dir = filepath.Dir(f.out)
	}
	out := newOutbox(dir)
	defer out.close()
	bar := newProgress(e)
	defer bar.finish()

	var said labelFindings
	var names []string
	var data []byte
	done := 0
	for d := range inOrder(ctx, len(rs), func(i int) drawn { return drawResult(b, set, f, out, rs[i]) }) {
		if d.err != nil {
			return d.err
		}
		said.add(rs[done].Path, d.findings)
		names, data = append(names, d.names...), d.data
		done++
		bar.update("labels", done, len(rs))
	}
	bar.finish()
	if err := ctx.Err(); err != nil {
		return err
	}
	e.printFindings(said.list)
	if said.list.HasErrors() {
		e.hintf("nothing was written")
		return errFindings
	}
	if f.out == "-" {
		if _, err := e.Stdout.Write(data); err != nil {
			return fmt.Errorf("write the label: %w", err)
		}
		return nil
	}
	written, err := out.commit(names)
	if err != nil {
		return err
	}
	if len(names) > listed {
		e.notef("%s: %d written, %d unchanged", plural(len(names), "file")+" in "+dir, written, len(names)-written)
		return nil
	}
	for _, name := range names {
		e.notef("%s", filepath.Join(dir, name))
	}
	return nil
}

// drawResult draws all that is asked for of one result. It runs on many goroutines.
func drawResult(b *board, set *site.LabelSet, f labelFlags, out *outbox, r *result.Loaded) (d drawn) {
	in := set.Input(r)
	var l *label.Label
	size := ""
	for _, dr := range f.drawings() {
		var data []byte
		var err error
		if dr.size != size && dr.size != badgeSize {
			size = dr.size
			if l, err = b.Designs.Draw(in, f.style(size)); err == nil {
				d.findings = append(d.findings, l.Findings...)
			}
		}
		if err == nil && l != nil || dr.size == badgeSize {
			data, err = render(b, in, f, l, dr)
		}
		var p *label.Problem
		switch {
		case errors.As(err, &p):
			d.findings = append(d.findings, p.Finding)
			l = nil
			continue
		case err != nil:
			return drawn{err: fmt.Errorf("label of %s: %w", r.Path, err)}
		case data == nil:
			continue // the size cannot be drawn, as was said
		case f.out == "-":
			d.data = data
			continue
		}
		name := label.FileName(in, f.style(dr.size), dr.ext)
		if f.single() {
			name = filepath.Base(f.out)
		}
		if err := out.put(name, data); err != nil {
			return drawn{err: err}
		}
		d.names = append(d.names, name)
	}
	return d
}

// render writes one drawing in one format.
func render(b *board, in label.Input, f labelFlags, l *label.Label, dr drawing) ([]byte, error) {
	if dr.size == badgeSize {
		return b.Designs.Badge(in, f.value)
	}
	switch dr.ext {
	case "svg":
		return l.SVG(), nil
	case "pdf":
		return l.PDF()
	case "png":
		return l.PNG()
	case "json":
		return []byte(l.Record.JSON() + "\n"), nil
	default: // dl.json
		return draw.JSON(l.List), nil
	}
}
