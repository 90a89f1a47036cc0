// Work done once: what is drawn, cited and rendered is remembered by what went
// into it, so that a build after a change makes again only what the change
// concerns. What was remembered and what is made anew are the same bytes.

package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"sort"
	"strings"
	"sync"
	"time"

	"jouleboard/internal/chart"
	"jouleboard/internal/result"
)

// made is what a pure function makes of its inputs, from memory if it is there.
// All that make looks at must be among the inputs.
func (s *site) made(function string, make func() ([][]byte, error), inputs ...any) ([][]byte, error) {
	return s.opt.Memo.Do(function, func() ([][]byte, error) {
		defer s.work.since(function, time.Now())
		return make()
	}, inputs...)
}

// madeOne is made for functions that make one piece.
func (s *site) madeOne(function string, make func() ([]byte, error), inputs ...any) ([]byte, error) {
	parts, err := s.made(function, func() ([][]byte, error) {
		data, err := make()
		return [][]byte{data}, err
	}, inputs...)
	if err != nil {
		return nil, err
	}
	return parts[0], nil
}

// chartSVG draws a chart for use inside a page.
func (s *site) chartSVG(c chart.Chart, narrow bool) template.HTML {
	data, err := s.madeOne("chart.SVG", func() ([]byte, error) { return chart.SVG(c, narrow), nil }, c, narrow)
	if err != nil {
		return ""
	}
	return template.HTML(data) // made by our own renderer, which escapes
}

// packFindings puts findings beside what was made with them.
func packFindings(fs result.Findings) ([]byte, error) {
	data, err := json.Marshal(fs)
	if err != nil {
		return nil, fmt.Errorf("encode findings: %w", err)
	}
	return data, nil
}

func unpackFindings(data []byte) (result.Findings, error) {
	var fs result.Findings
	if err := json.Unmarshal(data, &fs); err != nil {
		return nil, fmt.Errorf("decode findings: %w", err)
	}
	return fs, nil
}

// setPageKey notes what templates get at beside the data of their page, once for
// all pages: through frame.T and frame.Day the strings, through frame.Page the addresses of
// pages. frame.Rel looks at nothing else.
func (s *site) setPageKey(templates *witness) {
	var pages []string
	for _, p := range s.in.Pages {
		pages = append(pages, p.URL)
	}
	s.pageKey = s.opt.Memo.Digest(templates.digest(), s.msg, pages, s.opt.NoMinify)
}

// witness passes files on and takes down the digest of what was read of each, so
// that a key speaks of the bytes that were used and not of those that a second
// reading finds.
type witness struct {
	fs.FS
	mu   sync.Mutex
	read []string
}

func (w *witness) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if st, err := f.Stat(); err != nil || st.IsDir() {
		return f, err
	}
	return &witnessed{File: f, name: name, of: w, sum: sha256.New()}, nil
}

// ReadDir lists a folder. Names alone count for nothing: what is read of the files
// is taken down.
func (w *witness) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(w.FS, name) }

// digest stands for all that was read so far.
func (w *witness) digest() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	sort.Strings(w.read)
	sum := sha256.Sum256([]byte(strings.Join(w.read, "\n")))
	return hex.EncodeToString(sum[:])
}

type witnessed struct {
	fs.File
	name string
	of   *witness
	sum  interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func (f *witnessed) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.sum.Write(p[:n])
	return n, err
}

func (f *witnessed) Close() error {
	f.of.mu.Lock()
	f.of.read = append(f.of.read, hex.EncodeToString(f.sum.Sum(nil))+" "+f.name)
	f.of.mu.Unlock()
	return f.File.Close()
}
