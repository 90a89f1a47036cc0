package main

import (
	"path/filepath"
	"testing"

	"jouleboard/internal/label"
	"jouleboard/internal/site"
)

// TestLabelBytes: every result that is shipped has its SVG label of each size
// within the bytes that the size may have, and its badge.
func TestLabelBytes(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	in, findings, err := site.Load(t.Context(), repo, site.Options{})
	if err != nil || findings.HasErrors() {
		t.Fatal(err, findings)
	}
	set, findings, err := site.LoadLabelSet(in, site.Options{Tool: site.Tool{Version: "0.1.0"}}, "")
	if err != nil || findings.HasErrors() {
		t.Fatal(err, findings)
	}
	budget := map[string]int{label.SizeFull: 30_000, label.SizeCompact: 30_000, label.SizeSmall: 15_000, label.SizeStrip: 12_000}
	if len(in.Results) < 700 {
		t.Fatalf("%d results, and the board ships more", len(in.Results))
	}
	for _, r := range in.Results {
		what := set.Input(r)
		for _, size := range label.Sizes() {
			l, err := in.Designs.Draw(what, label.Style{Size: size})
			if err != nil {
				t.Errorf("%s %s: %v", r.Path, size, err)
				continue
			}
			if n := len(l.SVG()); n > budget[size] {
				t.Errorf("%s: the %s label has %d bytes, at most %d are allowed", r.Path, size, n, budget[size])
			}
		}
		badge, err := in.Designs.Badge(what, true)
		if err != nil || len(badge) > 6_000 {
			t.Errorf("%s: a badge of %d bytes, error %v; at most 6000 are allowed", r.Path, len(badge), err)
		}
	}
}
