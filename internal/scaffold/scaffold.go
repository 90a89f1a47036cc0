// Package scaffold holds the files of a new board repository, as plain files
// under files/, and fills in what its maker says.
//
// A name that begins with "dot-" stands for one that begins with a dot, so that
// the files do not act on the repository that holds them. A name that ends in
// ".tmpl" is a template, with {% %} around what is filled in: the workflows and
// templates of a board have braces of their own.
package scaffold

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"
)

//go:embed all:files
var embedded embed.FS

// Options are what a board's maker may say. Each may be empty but Title and
// Language; what is empty stands in the files as a comment to fill in.
type Options struct {
	Title      string
	Language   string // of the interface
	BaseURL    string
	Author     string
	License    string // SPDX id of the figures
	Repository string // of the board
	Source     string // git repository of the program
	Commit     string // of the program, all 40 digits
}

// File is one file of a board, its path relative to the board's folder and
// written with slashes.
type File struct {
	Path string
	Data []byte
}

// Files are the files of a new board, sorted by path.
func Files(o Options) ([]File, error) {
	var out []File
	err := fs.WalkDir(embedded, "files", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		to := boardPath(strings.TrimPrefix(name, "files/"))
		if cut, ok := strings.CutSuffix(to, ".tmpl"); ok {
			to = cut
			if data, err = fill(name, data, o); err != nil {
				return err
			}
		}
		out = append(out, File{to, data})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("make the files of a board: %w", err)
	}
	return out, nil
}

// boardPath is the path that an embedded file gets in a board.
func boardPath(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		if cut, ok := strings.CutPrefix(p, "dot-"); ok {
			parts[i] = "." + cut
		}
	}
	return path.Join(parts...)
}

func fill(name string, data []byte, o Options) ([]byte, error) {
	t, err := template.New(name).Delims("{%", "%}").Option("missingkey=error").
		Funcs(template.FuncMap{"yaml": quoteYAML, "md": escapeMarkdown}).Parse(string(data))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, o); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// quoteYAML writes s between double quotes. JSON's strings are YAML's as well.
func quoteYAML(s string) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(s)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// escapeMarkdown keeps s from being read as anything but its characters.
func escapeMarkdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_[]<>#!|&~", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
