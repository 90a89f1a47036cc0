package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// pageHead is what a page's head states.
type pageHead struct {
	meta map[string][]string // by name or property
	ld   []string
}

func headsOf(t *testing.T, src string) pageHead {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	h := pageHead{meta: map[string][]string{}}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch {
		case n.Data == "meta":
			for _, key := range []string{"name", "property"} {
				if k := attr(n, key); k != "" {
					h.meta[k] = append(h.meta[k], attr(n, "content"))
				}
			}
		case n.Data == "script" && attr(n, "type") == "application/ld+json":
			h.ld = append(h.ld, n.FirstChild.Data)
		}
	}
	return h
}

// Home, boards and the data page describe themselves as data sets whose files
// are there, with a description as long as search engines want it.
func TestDatasets(t *testing.T) {
	dir, _ := shipped(t)
	const base = "https://jouleboard.example.org/"
	boards, _ := filepath.Glob(filepath.Join(dir, "boards", "*", "index.html"))
	if len(boards) < 5 {
		t.Fatal("no boards")
	}
	for _, page := range append(boards, filepath.Join(dir, "index.html"), filepath.Join(dir, "data", "index.html")) {
		src, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		h := headsOf(t, string(src))
		if len(h.ld) != 1 {
			t.Errorf("%s: %d blocks of JSON-LD", page, len(h.ld))
			continue
		}
		var d struct {
			Context      string `json:"@context"`
			Type         string `json:"@type"`
			Name         string
			Description  string
			URL          string
			License      string
			DateModified string
			Distribution []struct {
				ContentURL string `json:"contentUrl"`
				SHA256     string
			}
		}
		if err := json.Unmarshal([]byte(h.ld[0]), &d); err != nil {
			t.Errorf("%s: %v", page, err)
			continue
		}
		if d.Context != "https://schema.org/" || d.Type != "Dataset" || d.Name == "" || len(d.Description) < 50 || len(d.Description) > 5000 || d.License != "https://spdx.org/licenses/Apache-2.0.html" || d.DateModified == "" {
			t.Errorf("%s: %+v", page, d)
		}
		if len(d.Distribution) < 2 {
			t.Errorf("%s names %d files", page, len(d.Distribution))
		}
		for _, f := range d.Distribution {
			name, ok := strings.CutPrefix(f.ContentURL, base)
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			if !ok || err != nil {
				t.Errorf("%s: file %s is not there", page, f.ContentURL)
			}
			if f.SHA256 != "" && f.SHA256 != fmt.Sprintf("%x", sha256.Sum256(data)) {
				t.Errorf("%s: digest of %s", page, f.ContentURL)
			}
		}
	}
}

// Results and the citation page carry the tags of papers; all pages that have a
// picture name one that is there, in its size, with words for it.
func TestHeadsOfPages(t *testing.T) {
	dir, _ := shipped(t)
	const base = "https://jouleboard.example.org/"
	pictures, cited := map[string]bool{}, 0
	for name, src := range tree(t, dir) {
		if !strings.HasSuffix(name, "index.html") || strings.Contains(src, `http-equiv="refresh"`) {
			continue
		}
		h := headsOf(t, src)
		if strings.HasPrefix(name, "r/") || name == "cite/index.html" {
			cited++
			for _, k := range []string{"citation_title", "citation_author", "citation_publication_date", "citation_public_url"} {
				if len(h.meta[k]) == 0 || h.meta[k][0] == "" {
					t.Errorf("%s has no %s", name, k)
				}
			}
			if d := h.meta["citation_publication_date"]; len(d) == 1 && !regexp.MustCompile(`^\d{4}(/\d\d(/\d\d)?)?$`).MatchString(d[0]) {
				t.Errorf("%s: date %q", name, d)
			}
		} else if len(h.meta["citation_title"]) > 0 {
			t.Errorf("%s says that it is a paper", name)
		}
		image, ok := strings.CutPrefix(strings.Join(h.meta["og:image"], " "), base)
		if !ok || len(h.meta["og:image:alt"]) != 1 || len(h.meta["og:image:alt"][0]) < 10 {
			t.Errorf("%s: picture %q, words %q", name, h.meta["og:image"], h.meta["og:image:alt"])
		}
		pictures[image] = true
	}
	if cited < 700 || len(pictures) < 50 {
		t.Errorf("%d pages to cite, %d pictures", cited, len(pictures))
	}
	for image := range pictures {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(image)))
		if err != nil {
			t.Error(err)
			continue
		}
		c, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || c.Width != cardW || c.Height != cardH {
			t.Errorf("%s is %d x %d: %v", image, c.Width, c.Height, err)
		}
		if len(data) > 300_000 {
			t.Errorf("%s has %d bytes", image, len(data))
		}
	}
}

// Icons have the sizes that are stated, and the manifest names files that are
// there. A board with a mark of its own does not show the built-in one.
func TestIcons(t *testing.T) {
	dir, _ := shipped(t)
	for _, size := range iconSizes {
		data, err := os.ReadFile(filepath.Join(dir, size.name))
		if err != nil {
			t.Fatal(err)
		}
		if c, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || c.Width != size.px || c.Height != size.px {
			t.Errorf("%s is %d x %d: %v", size.name, c.Width, c.Height, err)
		}
	}
	favicon, err := os.ReadFile(filepath.Join(dir, "favicon.ico"))
	if err != nil {
		t.Fatal(err)
	}
	n, at := binary.LittleEndian.Uint32(favicon[14:]), binary.LittleEndian.Uint32(favicon[18:])
	if int(at+n) != len(favicon) {
		t.Errorf("favicon.ico states %d bytes from %d and has %d", n, at, len(favicon))
	}
	if _, err := png.Decode(bytes.NewReader(favicon[at:])); err != nil {
		t.Error(err)
	}
	var m webManifest
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Icons) != 4 || m.Name != "jouleboard" {
		t.Errorf("manifest: %+v", m)
	}
	for _, i := range m.Icons {
		if !exists(filepath.Join(dir, i.Src)) {
			t.Errorf("the manifest names %s", i.Src)
		}
	}

	root := smallBoard(t)
	img := filepath.Join(root, "assets", "img")
	if err := os.MkdirAll(img, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(img, "icon.svg"), []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4"/></svg>`), 0o644); err != nil {
		t.Fatal(err)
	}
	// No base URL either: then no picture and no address is stated.
	site := filepath.Join(root, "content", "site.yaml")
	text, err := os.ReadFile(site)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)^base_url:.*$`).ReplaceAll(text, nil)
	if err := os.WriteFile(site, text, 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	files := tree(t, out)
	for name, src := range files {
		if base := name[strings.LastIndex(name, "/")+1:]; base == "card.png" || base == name && strings.HasSuffix(name, ".png") || name == "favicon.ico" {
			t.Errorf("%s was made", name)
		}
		if strings.HasSuffix(name, ".html") && !strings.HasPrefix(name, "docs/") && (strings.Contains(src, "og:image") || strings.Contains(src, "jouleboard.example.org")) {
			t.Errorf("%s states an address", name)
		}
	}
	for _, e := range checkFeed(t, files[feedPath]).Entries {
		if _, there := files[e.Links[0].Href]; !there {
			t.Errorf("an entry leads to %s", e.Links[0].Href)
		}
	}
	h := headsOf(t, files["boards/chat-h100/index.html"])
	if len(h.ld) != 1 || !strings.Contains(h.ld[0], `"contentUrl":"../../data/boards/chat-h100.csv"`) {
		t.Errorf("without an address the files of a board are not relative: %s", h.ld)
	}
}

// A name that the built-in fonts cannot write has no picture with gaps in it: its
// page shows the home page's.
func TestNoPictureWithGaps(t *testing.T) {
	root := smallBoard(t)
	r := resulttest.Reported(func(r *result.Result) {
		r.Model.Name = "lab/名前の長いモデル"
		r.Workload.Task = "lm-arena-chat"
	})
	if err := result.Seal(r); err != nil {
		t.Fatal(err)
	}
	data, err := result.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	full := filepath.Join(root, filepath.FromSlash(result.Path(r, "h100")))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, data, 0o644); err != nil {
		t.Fatal(err)
	}
	in, fs, err := Load(t.Context(), root, Options{})
	if err != nil || fs.HasErrors() {
		t.Fatal(err, findingsText(fs))
	}
	s, _ := newSite(in, Options{})
	page := modelPath(r.Model.Name)
	if s.modelAt[page] == nil {
		t.Fatal("the model has no page")
	}
	if c := s.cardOf(page); c != nil {
		t.Errorf("%s has a picture: %s", page, c.alt)
	}
	if p := s.preview(page); p == nil || p.URL != "https://jouleboard.example.org/card.png" {
		t.Errorf("%s shows %+v", page, p)
	}
	if p := s.preview(modelPath("Qwen/Qwen3-8B")); p == nil || p.URL != "https://jouleboard.example.org/models/Qwen/Qwen3-8B/card.png" {
		t.Errorf("a model shows %+v", p)
	}
}

// The built-in fonts cannot write every language, so the home page of some boards
// has no picture. Then pages without one of their own name none.
func TestPicturesThatAreThere(t *testing.T) {
	e := editedBoard(t)
	e.turn("content/site.yaml", "\ntagline: ", "\ntagline: 能效 ")
	st, _ := build(t, e.root, e.opt)
	if st.Contents[cardPath("index.html")] != nil {
		t.Fatal("the home page has a picture: this test needs a board without")
	}
	named := 0
	for name, page := range st.Contents {
		for _, m := range ogImage.FindAllSubmatch(page, -1) {
			named++
			if file, ok := strings.CutPrefix(string(m[1]), st.BaseURL+"/"); !ok || st.Contents[file] == nil {
				t.Errorf("%s names the picture %s, which is not made", name, m[1])
			}
		}
	}
	if named == 0 {
		t.Error("no page names a picture")
	}
}

var ogImage = regexp.MustCompile(`property="og:image" content="([^"]*)"`)

// However many models a board has, the strip of its cards is few bars: dots that
// touch are one, those apart stay apart, and values that are none are left out.
func TestCardStrip(t *testing.T) {
	rows := []*rank.Row{{Value: 1}, {Value: 0}, {Value: 1000}}
	for i := range 500 {
		rows = append(rows, &rank.Row{Value: 50 + float64(i)/10})
	}
	c := newCardStrip(rows)
	if c.ranked != len(rows) || c.lo != 1 || c.hi != 1000 {
		t.Errorf("%d ranked from %v to %v", c.ranked, c.lo, c.hi)
	}
	want := [][2]float64{{c.at(1), c.at(1)}, {c.at(50), c.at(99.9)}, {c.at(1000), c.at(1000)}}
	if len(c.runs) != len(want) || c.runs[0] != want[0] || c.runs[1] != want[1] || c.runs[2] != want[2] {
		t.Errorf("bars at %v, wanted %v", c.runs, want)
	}
	if one := newCardStrip([]*rank.Row{{Value: 5}, {Value: 5}}); one.runs != nil {
		t.Errorf("bars of one value: %v", one.runs)
	}
}
