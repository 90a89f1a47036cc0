// What a reader's browser loads for the first view of a page.

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// weight is a page with its style and scripts, each compressed as hosts do.
type weight struct {
	Kind      string `json:"kind"`
	Page      string `json:"page"` // its file below the output
	PageBytes int    `json:"page_gzip_bytes"`
	ViewBytes int    `json:"view_gzip_bytes"` // with style and scripts
	// WithoutCharts is the view without the drawings of charts, for which the
	// budget of a first view is meant.
	WithoutCharts int `json:"view_without_charts_gzip_bytes"`
	ScriptsBytes  int `json:"scripts_gzip_bytes"`
}

// loaded are the style and the scripts that a page names. The chart library comes
// when a chart is looked at.
var loaded = regexp.MustCompile(`(?:<script[^>]* src|<link rel="?stylesheet"? href)="?([^">\s]+\.(?:js|css))`)

// charts are the figures of a page that are charts.
var charts = regexp.MustCompile(`(?s)<figure class="?chart.*?</figure>`)

// weights weighs the home page and the largest page of each kind.
func weights(out string) ([]weight, error) {
	var all []weight
	for _, kind := range []struct{ name, dir string }{
		{"home page", "."}, {"board", "boards"}, {"model", "models"}, {"hardware", "hardware"}, {"result", "r"}, {"all results", "results"},
	} {
		page, err := largest(out, kind.dir)
		if err != nil {
			return nil, err
		}
		if page == "" {
			continue
		}
		w, err := weigh(out, page)
		if err != nil {
			return nil, err
		}
		w.Kind = kind.name
		all = append(all, w)
	}
	return all, nil
}

// largest is the largest page below a folder, or the one page of the top.
func largest(out, dir string) (string, error) {
	if dir == "." {
		return "index.html", nil
	}
	page, size := "", int64(-1)
	err := fs.WalkDir(os.DirFS(out), dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Base(name) != "index.html" {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Size() > size {
			page, size = name, info.Size()
		}
		return err
	})
	return page, err
}

func weigh(out, page string) (w weight, err error) {
	html, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(page)))
	if err != nil {
		return w, err
	}
	w.Page = page
	if w.PageBytes, err = gzipped(html); err != nil {
		return w, err
	}
	w.ViewBytes = w.PageBytes
	if w.WithoutCharts, err = gzipped(charts.ReplaceAll(html, nil)); err != nil {
		return w, err
	}
	var seen []string
	for _, m := range loaded.FindAllSubmatch(html, -1) {
		name := path.Join(path.Dir(page), string(m[1]))
		if slices.Contains(seen, name) || strings.Contains(name, "echarts") {
			continue
		}
		seen = append(seen, name)
		data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(name)))
		if err != nil {
			return w, fmt.Errorf("%s loads %s: %w", page, m[1], err)
		}
		n, err := gzipped(data)
		if err != nil {
			return w, err
		}
		w.ViewBytes, w.WithoutCharts = w.ViewBytes+n, w.WithoutCharts+n
		if path.Ext(name) == ".js" {
			w.ScriptsBytes += n
		}
	}
	if len(seen) == 0 {
		return w, fmt.Errorf("%s loads no style: is it written in another way than weight.go looks for?", page)
	}
	return w, nil
}

func gzipped(data []byte) (int, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return 0, err
	}
	err := z.Close()
	return b.Len(), err
}
