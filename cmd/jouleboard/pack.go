// The command pack: results in one zip file, for people who cannot open a pull
// request.

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
	"jouleboard/internal/sign"
)

// packDir is the one folder that a pack unfolds into.
const packDir = "jouleboard-pack"

func newPackCommand(e *env) *cobra.Command {
	var out string
	var logs []string
	cmd := &cobra.Command{
		Use:   "pack ID...",
		Short: "Zip results with samples and digests, to hand them in",
		Long: `pack writes a zip file for people who cannot open a pull request: each result
with its samples and its signature where they are there, the entries of the
catalogue that it names, SHA256SUMS, and a README that says what is inside and
how to check it. ID is the start of a result's id, 8 hex digits or more.

Logs are packed only if --log names them: read them first, as they may hold names
and keys. The same results give the same bytes, anywhere and at any time.`,
		Example: `  jouleboard pack 1f0c2b7a
  jouleboard pack 1f0c2b7a 093bdde9 -o results.zip
  jouleboard pack 1f0c2b7a -o - | ssh host 'cat > results.zip'`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPack(cmd.Context(), e, args, logs, out)
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "", "file to write, - for standard output (default jouleboard-ID8.zip)")
	cmd.Flags().StringArrayVar(&logs, "log", nil, "a log file to pack as well; may be given again")
	return cmd
}

func runPack(ctx context.Context, e *env, ids, logs []string, out string) error {
	root, err := e.root()
	if err != nil {
		return err
	}
	all, _, err := result.LoadTree(ctx, root, runtime.GOMAXPROCS(0))
	if err != nil {
		return fmt.Errorf("read results: %w", err)
	}
	var rs []*result.Loaded
	for _, id := range ids {
		r, err := findResult(all, id)
		if err != nil {
			return err
		}
		if !slices.Contains(rs, r) {
			rs = append(rs, r)
		}
	}
	sort.Slice(rs, func(i, j int) bool { return rs[i].Path < rs[j].Path })
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("open the board's folder: %w", err)
	}
	defer dir.Close()
	p := &pack{ctx: ctx, board: dir}
	if err := p.collect(root, rs, logs); err != nil {
		return err
	}
	if out == "-" {
		return p.write(e.Stdout)
	}
	name := out
	if name == "" {
		name = "jouleboard-" + rs[0].ID8() + ".zip"
	}
	if err := p.save(name, out != ""); err != nil {
		return err
	}
	for _, line := range p.lacks {
		e.notef("%s", oneLine(line))
	}
	e.notef("packed %s in %s", plural(len(rs), "result"), oneLine(name))
	return nil
}

// pack is a zip file in the making.
type pack struct {
	ctx   context.Context
	board *os.Root
	files []packed
	lacks []string // what a reader of the pack should know is not in it
}

// packed is one file of it: bytes, or a file of the board or elsewhere that is read
// as it is written, since samples can be larger than memory.
type packed struct {
	name  string
	data  []byte
	open  func() (*os.File, error)
	want  string // its digest if something states one
	about string // for the README
}

// collect lists everything that goes in.
func (p *pack) collect(root string, rs []*result.Loaded, logs []string) error {
	for _, r := range rs {
		data, err := r.File()
		if err != nil {
			return err
		}
		p.add(packed{name: r.Path, data: data, about: "the result " + r.Hash12()})
		samples := result.SamplesPath(r.Path)
		switch {
		case p.has(samples):
			f := packed{name: samples, open: p.opener(samples), about: "its samples: a record of each request, and the power trace"}
			if r.Samples != nil {
				f.want = r.Samples.SHA256
			}
			p.add(f)
		case r.Samples != nil && r.Samples.URL != "":
			p.lacks = append(p.lacks, r.Path+": its samples are kept at "+r.Samples.URL)
		case r.Samples != nil:
			p.lacks = append(p.lacks, r.Path+": its samples are not beside it, so they are not in the pack")
		}
		if sig := r.Path + sign.Ext; p.has(sig) {
			p.add(packed{name: sig, open: p.opener(sig), about: "its signature"})
		}
	}
	if err := p.catalogue(root, rs); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, file := range logs {
		st, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("pack the log: %w", err)
		}
		base := filepath.Base(file)
		if !st.Mode().IsRegular() {
			return fmt.Errorf("pack the log %s: it is no file", file)
		}
		if seen[base] || !plainName(base) {
			return hintError{fmt.Errorf("the log %q cannot be packed under its name", base), "give each log a name of its own, of letters, digits, dots, hyphens and underscores"}
		}
		seen[base] = true
		p.add(packed{name: "logs/" + base, open: func() (*os.File, error) { return os.Open(file) }, about: "a log"})
	}
	p.add(packed{name: "content/site.yaml", data: fmt.Appendf(nil, packSite, rs[0].License), about: "lets jouleboard read this folder as a board"})
	sort.Slice(p.files, func(i, j int) bool { return p.files[i].name < p.files[j].name })
	return nil
}

// packSite makes the unpacked folder a board, so that validate reads it as it is.
const packSite = `# This file makes the folder a board of its own, so that jouleboard can check the
# results in it. It is not for the board that they are handed in to. Each result
# states its own licence; this one is that of the first.
title: Results to hand in
description: Results in a pack.
authors: [{name: see the results}]
license: %q
points: [{id: min-energy}]
`

func plainName(s string) bool {
	return s != "" && s[0] != '.' && s[0] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
}

func (p *pack) add(f packed) { p.files = append(p.files, f) }

// has says whether the board has a regular file there; links are not followed.
func (p *pack) has(name string) bool {
	st, err := p.board.Lstat(filepath.FromSlash(name))
	return err == nil && st.Mode().IsRegular()
}

func (p *pack) opener(name string) func() (*os.File, error) {
	return func() (*os.File, error) { return p.board.Open(filepath.FromSlash(name)) }
}

// catalogue adds the entries that the results name, and the small tables.
func (p *pack) catalogue(root string, rs []*result.Loaded) error {
	board, err := content.OpenBoard(root)
	if err != nil {
		return err
	}
	cat, _ := catalog.Load(content.Folder(board, "content"))
	want := map[string]bool{}
	for _, name := range []string{"bands", "benchmarks", "caveats", "licenses", "references"} {
		want["content/catalog/"+name+".yaml"] = true
	}
	for _, r := range rs {
		if m, ok := cat.Model(r.Model.Name); ok {
			want["content/catalog/models/"+m.Name+".yaml"] = true
		}
		if t, ok := cat.Task(r.Workload.Task); ok {
			want["content/catalog/tasks/"+t.ID+".yaml"] = true
			if t.ReferenceHardware != "" {
				want["content/catalog/hardware/"+t.ReferenceHardware+".yaml"] = true
			}
		}
		if r.Hardware != nil {
			if h, ok := cat.HardwareFor(r.Hardware.Name); ok {
				want["content/catalog/hardware/"+h.ID+".yaml"] = true
			}
		}
	}
	for name := range want {
		if path.Clean(name) == name && p.has(name) {
			p.add(packed{name: name, open: p.opener(name), about: "an entry of the catalogue, as the board has it"})
		}
	}
	return nil
}

// write writes the zip. Nothing in it depends on the machine or the day: files are
// sorted, stored as they are, and dated as the first day that a zip can name.
func (p *pack) write(w io.Writer) error {
	z := zip.NewWriter(w)
	var sums strings.Builder
	put := func(name string, from io.Reader) (string, error) {
		h := &zip.FileHeader{Name: packDir + "/" + name, Method: zip.Store, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
		h.SetMode(0o644)
		to, err := z.CreateHeader(h)
		if err != nil {
			return "", fmt.Errorf("pack %s: %w", name, err)
		}
		sum := sha256.New()
		if _, err := io.Copy(io.MultiWriter(to, sum), from); err != nil {
			return "", fmt.Errorf("pack %s: %w", name, err)
		}
		return hex.EncodeToString(sum.Sum(nil)), p.ctx.Err()
	}
	readme := packed{name: "README.txt", data: []byte(p.readme())}
	for _, f := range append([]packed{readme}, p.files...) {
		sum, err := p.one(f, put)
		if err != nil {
			return err
		}
		if f.want != "" && sum != f.want {
			return hintError{fmt.Errorf("%s has the digest %.12s, and its result says %.12s", f.name, sum, f.want), "these are not the samples of this result: put the right file there, or take this one away"}
		}
		fmt.Fprintf(&sums, "%s  %s\n", sum, f.name)
	}
	if _, err := put("SHA256SUMS", strings.NewReader(sums.String())); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	return nil
}

func (p *pack) one(f packed, put func(string, io.Reader) (string, error)) (string, error) {
	if f.open == nil {
		return put(f.name, bytes.NewReader(f.data))
	}
	file, err := f.open()
	if err != nil {
		return "", fmt.Errorf("pack %s: %w", f.name, err)
	}
	defer file.Close()
	return put(f.name, file)
}

// readme says what is inside, for somebody who was sent the file.
func (p *pack) readme() string {
	var b strings.Builder
	b.WriteString("Results of measurements, packed by jouleboard.\n\nFiles\n\n")
	for _, f := range p.files {
		fmt.Fprintf(&b, "  %s\n      %s\n", f.name, f.about)
	}
	if len(p.lacks) > 0 {
		b.WriteString("\nNot in here\n\n")
		for _, l := range p.lacks {
			b.WriteString("  " + oneLine(l) + "\n")
		}
	}
	b.WriteString(`
To check that nothing was changed on the way, in this folder:

  sha256sum -c SHA256SUMS

To check the results themselves:

  jouleboard validate --root .

To hand them in, copy the folder results/ into the board, check them there, and
commit them. The catalogue in content/ is there only for the check here; an entry
that the board lacks can be copied too.
`)
	return b.String()
}

// save writes the zip under a temporary name first. Without over a file that holds
// something else is left alone.
func (p *pack) save(name string, over bool) (err error) {
	if st, err := os.Lstat(name); err == nil && (!over || !st.Mode().IsRegular()) {
		return hintError{fmt.Errorf("%s is there already", name), "name another file with -o, or remove it"}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: %w", name, err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".jouleboard-pack-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	err = p.write(tmp)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	return err
}
