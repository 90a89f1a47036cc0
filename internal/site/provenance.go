// Provenance: what this site was made of, as digests. Whoever has the same files
// and the same program gets the same site, and can see here which file differs if
// not. Nothing in it depends on the machine, its folders or the time.

package site

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/assets"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
	"jouleboard/labels"
	"jouleboard/templates"
)

const provenancePath = "provenance.json"

// provenanceFile is public/provenance.json.
type provenanceFile struct {
	Schema string `json:"schema"`
	// Tool is the program that built the site.
	Tool provenanceTool `json:"tool"`
	// Commit is that of the board's repository.
	Commit  string `json:"commit,omitempty"`
	BaseURL string `json:"base_url,omitempty"`
	Drafts  bool   `json:"drafts,omitempty"`
	// BuiltIn holds, for each built-in folder, the SHA-256 of its list of files in the
	// form of sha256sum. The board's own files of the same name stand over them.
	BuiltIn map[string]string `json:"built_in"`
	Inputs  []inputFile       `json:"inputs"`
}

type provenanceTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
}

// inputFile is one file of the board.
type inputFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

func (s *site) provenance() job {
	return func(r *renderer) (result.Findings, error) {
		p := provenanceFile{Schema: "jouleboard.provenance/1", Tool: provenanceTool{"jouleboard", s.opt.Tool.Version, s.opt.Tool.Commit},
			Commit: s.in.Commit, BaseURL: s.in.Site.BaseURL, Drafts: s.opt.Drafts, BuiltIn: map[string]string{}}
		for name, folder := range map[string]fs.FS{"templates": templates.FS, "assets": assets.FS, "labels": labels.FS} {
			files, err := digests(folder, folder, ".", func(string) bool { return true })
			if err != nil {
				return nil, err
			}
			list := sha256.New()
			for _, f := range files {
				fmt.Fprintf(list, "%s  %s\n", f.SHA256, f.Path)
			}
			p.BuiltIn[name] = hex.EncodeToString(list.Sum(nil))
		}
		var err error
		if p.Inputs, err = s.in.inputs(s.opt.Unsampled); err != nil {
			return nil, err
		}
		return nil, r.list(provenancePath, "site", p, jsontext.EscapeForHTML(false))
	}
}

// inputs lists the files of the board that a build reads, sorted by path. Results
// are what was read at the beginning; samples that were recomputed have the digest
// that was checked then.
func (in *Input) inputs(unsampled bool) ([]inputFile, error) {
	board, err := content.OpenBoard(in.Root)
	if err != nil {
		return nil, err
	}
	var out []inputFile
	known := map[string]bool{}
	checked := map[string]string{}
	for _, r := range slices.Concat(in.Results, in.Drafts) {
		out = append(out, inputFile{r.Path, hex.EncodeToString(r.Sum[:]), r.Size})
		known[r.Path] = true
		if r.Samples != nil && in.Recomputed[r.ID] {
			checked[result.SamplesPath(r.Path)] = r.Samples.SHA256
		}
	}
	for name, sum := range checked {
		if st, err := fs.Stat(board, name); err == nil {
			out = append(out, inputFile{name, sum, st.Size()})
			known[name] = true
		}
	}
	want := func(name string) bool {
		return !known[name] && !(unsampled && strings.HasSuffix(name, result.SamplesExt)) && !result.PartialPath(name) && path.Ext(name) != ".go"
	}
	if in.below == nil || slices.ContainsFunc(in.below, want) {
		// Loading has refused a tree that is a link, and a walk follows none: so it needs
		// no guard, which asks the system for each part of each path.
		others, err := digests(os.DirFS(in.Root), board, result.Dir, want)
		if err != nil {
			return nil, err
		}
		out = append(out, others...)
	}
	files, err := in.settings()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if want(f.Path) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b inputFile) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// readSettings lists the board's files that are no results. Input.settings calls it
// once.
func (in *Input) readSettings() ([]inputFile, error) {
	board, err := content.OpenBoard(in.Root)
	if err != nil {
		return nil, err
	}
	var out []inputFile
	for _, dir := range []string{"content", "templates", "assets", "labels"} {
		files, err := digests(board, board, dir, func(string) bool { return true })
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	return out, nil
}

// digests lists the regular files below a folder, by path: those that tree has, as
// folder reads them. A folder that is not there has none; hidden files are none of a
// board's.
func digests(tree, folder fs.FS, dir string, want func(string) bool) ([]inputFile, error) {
	var out []inputFile
	buf := make([]byte, 64<<10)
	err := fs.WalkDir(tree, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			if name == dir {
				return fs.SkipAll // not there
			}
			return err
		}
		hidden := name != dir && strings.HasPrefix(e.Name(), ".")
		switch {
		case e.IsDir() && hidden:
			return fs.SkipDir
		case e.IsDir(), hidden, !e.Type().IsRegular(), !want(name):
			return nil
		}
		f, err := folder.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		sum := sha256.New()
		n, err := io.CopyBuffer(sum, onlyReader{f}, buf)
		out = append(out, inputFile{name, hex.EncodeToString(sum.Sum(nil)), n})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the site's inputs: %w", err)
	}
	return out, nil
}

// onlyReader hides that a file can write itself elsewhere, for which it takes memory
// of its own each time.
type onlyReader struct{ io.Reader }
