// Quality scores of an import: lines added to the catalogue entries of models.

package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/convert"
	"jouleboard/internal/result"
)

// scoredModel is one catalogue file and what is added to it.
type scoredModel struct {
	path  string // below the board's folder, with slashes
	file  string // as the system names it
	data  []byte
	added []convert.Score
	there int // scores that it holds already
}

// scoreReport is a score as --format json prints it.
type scoreReport struct {
	convert.Score
	File string `json:"file"`
}

// planScores settles every file before anything is written. A file with the
// lines added is read as a build would, and must give the scores back.
func planScores(root string, board fs.FS, scores []convert.Score, cat *catalog.Catalog) (plan []scoredModel, problems []string) {
	byModel := map[string][]convert.Score{}
	for _, s := range scores {
		byModel[s.Model] = append(byModel[s.Model], s)
	}
	for _, name := range slices.Sorted(maps.Keys(byModel)) {
		m, ok := cat.Model(name)
		if !ok {
			problems = append(problems, fmt.Sprintf("the model %s is not in the catalogue: add content/catalog/models/ORG/NAME.yaml first, or say which of its models it is with --map %q", name, name+"=ORG/NAME"))
			continue
		}
		p := scoredModel{path: path.Join("content/catalog/models", m.Org(), m.ShortName()+".yaml")}
		p.file = filepath.Join(root, filepath.FromSlash(p.path))
		old, err := fs.ReadFile(board, p.path)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", p.path, err))
			continue
		}
		data, added, err := convert.AddScores(old, m.Quality, byModel[name])
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", p.path, err))
			continue
		}
		p.data, p.added, p.there = data, added, len(byModel[name])-len(added)
		if err := holds(board, p, name); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v; add the lines that --dry-run prints by hand", p.path, err))
			continue
		}
		plan = append(plan, p)
	}
	return plan, problems
}

// holds reads the catalogue with one file as it would be.
func holds(board fs.FS, p scoredModel, name string) error {
	if len(p.added) == 0 {
		return nil
	}
	cat, findings := catalog.Load(content.Folder(withFile{board, p.path, p.data}, "content"))
	for _, f := range findings {
		if f.Where.File == p.path && f.Level == result.Error {
			return fmt.Errorf("lines cannot be added to this file: %s", f)
		}
	}
	m, ok := cat.Model(name)
	if !ok {
		return fmt.Errorf("lines cannot be added to this file")
	}
	for _, s := range p.added {
		if got, ok := m.Quality[s.Benchmark]; !ok || got.Value != s.Quality.Value {
			return fmt.Errorf("lines cannot be added to this file: %s does not come back", s.Benchmark)
		}
	}
	return nil
}

// withFile is a file system with other bytes for one file.
type withFile struct {
	fs.FS
	name string
	data []byte
}

func (w withFile) ReadFile(name string) ([]byte, error) {
	if name == w.name {
		return w.data, nil
	}
	return fs.ReadFile(w.FS, name)
}

// writeScores writes the files that change.
func writeScores(plan []scoredModel) error {
	for _, p := range plan {
		if len(p.added) == 0 {
			continue
		}
		if _, err := os.Lstat(p.file); err != nil {
			return fmt.Errorf("write %s: %w", p.path, err)
		}
		if err := writeFile(p.file, p.data); err != nil {
			return err
		}
	}
	return nil
}
