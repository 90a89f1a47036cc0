// A whole board of made-up results: content, catalogue and files.

package resulttest

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"

	"golang.org/x/sync/errgroup"

	"jouleboard/internal/result"
)

// Board writes a board of n synthetic results to root: the content of the
// repository at repo but its models, the labels that a board gets unless it asks
// for others, entries of the catalogue for everything that is made up, and the
// result files. The same seed gives the same bytes.
func Board(root, repo string, seed uint64, n int) error {
	if err := copyContent(root, repo); err != nil {
		return fmt.Errorf("synthetic board: %w", err)
	}
	for m := range (n + perModel - 1) / perModel {
		s := synthModelAt(m)
		if err := write(root, "content/catalog/models/"+s.name+".yaml", s.entry(m)); err != nil {
			return fmt.Errorf("synthetic board: %w", err)
		}
	}
	if err := write(root, "content/catalog/hardware/example-x1.yaml", []byte(synthHardware)); err != nil {
		return fmt.Errorf("synthetic board: %w", err)
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error { return Place(root, Nth(seed, i)) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("synthetic board: %w", err)
	}
	return nil
}

// Place writes a synthetic result where its board keeps it.
func Place(root string, r *result.Result) error {
	hardware := ""
	for _, g := range synthCards {
		if r.Hardware != nil && g.name == r.Hardware.Name {
			hardware = g.id
		}
	}
	data, err := result.Encode(r)
	if err != nil {
		return err
	}
	return write(root, result.Path(r, hardware), data)
}

const synthHardware = `id: example-x1
name: Example X1 96GB
short: X1
vendor: Example
memory_gb: 96
tdp_w: 600
url: https://example.org/x1
source: https://example.org/x1
notes:
  - Made up, for trials of large boards.
`

// entry is the model's file in the catalogue.
func (s synthModel) entry(m int) []byte {
	kind, architecture, active := "instruction-tuned", "dense", ""
	switch {
	case s.tasks[0].kind != "":
		kind, architecture = "pretrained", "diffusion"
	case s.active < s.size:
		architecture, active = "moe", fmt.Sprintf("active_parameters_b: %g\n", s.active)
	}
	license := []string{"Apache-2.0", "MIT", "CC-BY-NC-4.0"}[m%3]
	return fmt.Appendf(nil, `name: %s
title: Example %d %gB
family: Example %d
type: %s
architecture: %s
parameters_b: %g
%slicense: %s
license_url: https://example.org/license/%s
access: open
released: 2025-%02d-15
url: https://example.org/%s
source: https://example.org/%s
notes:
  - Made up, for trials of large boards.
`, s.name, m, s.size, m%7, kind, architecture, s.size, active, license, license, 1+m%12, s.name, s.name)
}

// What is changed in the repository's own site.yaml: its labels, and its boards,
// which hold reported results; the measured ones get boards of their own.
var (
	ownLabels  = regexp.MustCompile(`(?m)^labels:\n  build: .*\n`)
	boardPoint = regexp.MustCompile(`(?m)^    point: .*$`)
)

func copyContent(root, repo string) error {
	from := os.DirFS(filepath.Join(repo, "content"))
	return fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name == "catalog/models" {
				return fs.SkipDir
			}
			return nil
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		if name == "site.yaml" {
			data = ownLabels.ReplaceAll(data, nil)
			data = boardPoint.ReplaceAll(data, []byte("$0\n    origin: mlenergy"))
		}
		return write(root, path.Join("content", name), data)
	})
}

func write(root, name string, data []byte) error {
	to := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
