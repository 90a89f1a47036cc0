package main

import (
	"io"
	"path/filepath"
	"testing"

	"jouleboard/internal/draw"
	"jouleboard/internal/label"
	"jouleboard/internal/site"
)

// TestFrameOnSheets: labels that are cut out have a frame, and those on stock that
// comes cut have none.
func TestFrameOnSheets(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	e := &env{Root: root, Stdout: io.Discard, Stderr: io.Discard}
	b, err := loadLabelBoard(t.Context(), e, false)
	if err != nil {
		t.Fatal(err)
	}
	set, _, err := site.LoadLabelSet(b.Input, site.Options{}, "")
	if err != nil {
		t.Fatal(err)
	}
	rows, ok := set.Board("chat-h100")
	if !ok || len(rows) < 2 {
		t.Fatalf("%d rows on the board", len(rows))
	}
	for sheet, want := range map[string]bool{"a4": true, "l7160": false, "us5160": false, "us5163": false, "l7163": false} {
		f := labelFlags{sheet: sheet, look: label.LookColour, design: label.DefaultDesign, copies: 2}
		if sheet == "a4" {
			f.sizes = []string{label.SizeStrip}
		}
		s, o, err := chooseSheet(b, f, len(rows)*f.copies)
		if err != nil {
			t.Fatal(err)
		}
		var said labelFindings
		n := 0
		for l, err := range sheetLabels(t.Context(), b, set, f, s, o, rows, &said, newProgress(e)) {
			if err != nil {
				t.Fatal(err)
			}
			if got := framed(l.List); got != want {
				t.Fatalf("%s: frame %v, want %v", sheet, got, want)
			}
			if want := rows[n/2].ID; l.Record.Result != want {
				t.Fatalf("%s: label %d is of %.8s, want %.8s: the board's order, each twice", sheet, n, l.Record.Result, want)
			}
			n++
		}
		if n != 2*len(rows) || n != o.Labels {
			t.Errorf("%s: %d labels of %d results", sheet, n, len(rows))
		}
	}
}

// framed says whether a stroke goes around the drawing.
func framed(l *draw.List) bool {
	for _, it := range l.Items {
		if r, ok := it.(draw.Rect); ok && !r.Stroke.None() && r.W > l.W-1 && r.H > l.H-1 {
			return true
		}
	}
	return false
}
