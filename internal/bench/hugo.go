// Against Hugo: as many pages of about the same size from as many data files, on
// the same machine in turn. Ours makes a whole site but for the files that ways
// leaves out: beside its pages the labels as SVG, the previews' pictures, the data
// and the API. Hugo makes pages from one short template that goes through the fields
// of a data file as often as it takes to fill them.

package main

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// hugoModule is what is compared with, and how to get it.
const hugoModule = "github.com/gohugoio/hugo@v0.163.3"

// What ours leaves out: files that are no pages, and that Hugo's site has nothing of.
const (
	labelPDFs      = "labels' PDFs"
	figurePictures = "pictures of figures"
)

// ways are the settings that ours is built with.
var ways = []struct {
	leftOut  []string
	settings string
}{
	{[]string{labelPDFs}, "labels:\n  build: [badge, full-svg]\n"},
	{[]string{labelPDFs, figurePictures}, "labels:\n  build: [badge, full-svg]\nfigures:\n  build: []\n"},
}

// contest is the outcome of one way: the run of median wall time of each. Hugo's is
// the same for all ways.
type contest struct {
	Results       int      `json:"results"`
	LeftOut       []string `json:"left_out"` // of ours
	Runs          int      `json:"runs"`
	Files         int      `json:"files"` // of ours, pages among them
	Bytes         int64    `json:"bytes"`
	Pages         int      `json:"pages"`
	PageBytes     int64    `json:"page_bytes"`
	HugoPages     int      `json:"hugo_pages"`
	HugoPageBytes int64    `json:"hugo_page_bytes"`
	Ours          cost     `json:"ours"`
	Hugo          cost     `json:"hugo"`
	WallRatio     float64  `json:"wall_ratio"` // Hugo's time by ours
	CPURatio      float64  `json:"cpu_ratio"`
}

// findHugo looks for Hugo where PATH leads, and where go install puts it. The
// answer is empty if it is in neither place.
func findHugo(golang string) string {
	if path, err := exec.LookPath("hugo"); err == nil {
		return path
	}
	out, err := exec.Command(golang, "env", "GOBIN", "GOPATH").Output()
	if err != nil {
		return ""
	}
	bin, gopath, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if gopath == "" {
		bin = filepath.Join(bin, "bin") // trimming has left the one line
	}
	path, err := exec.LookPath(filepath.Join(bin, "hugo"))
	if err != nil {
		return ""
	}
	return path
}

// contests are none where Hugo is not there.
func (b *aBoard) contests(ctx context.Context) ([]contest, error) {
	if _, err := exec.LookPath(b.opt.hugo); err != nil {
		b.opt.say("Hugo is not there, so it is not compared with; to get it: CGO_ENABLED=0 go install %s", hugoModule)
		return nil, nil
	}
	b.opt.say("%d results: as many pages by Hugo", b.results)
	settings := filepath.Join(b.root, "content", "site.yaml")
	before, err := os.ReadFile(settings)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.WriteFile(settings, before, 0o644) }()
	cs := make([]contest, len(ways))
	ours := make([][]build, len(ways))
	var theirs []cost
	var h *hugoSite
	err = rounds(func(int) error {
		for i, w := range ways {
			if err := os.WriteFile(settings, append(slices.Clip(before), "\n"+w.settings...), 0o644); err != nil {
				return err
			}
			if err := b.forget(); err != nil {
				return err
			}
			one, err := b.build(ctx)
			if err != nil {
				return err
			}
			ours[i] = append(ours[i], one)
			if cs[i].Pages, cs[i].PageBytes, err = pagesIn(b.out()); err != nil {
				return err
			}
			if cs[i].Pages != cs[0].Pages {
				return fmt.Errorf("%d pages without %s, %d without %s: one site of Hugo's is not for both",
					cs[0].Pages, strings.Join(ways[0].leftOut, ", "), cs[i].Pages, strings.Join(w.leftOut, ", "))
			}
		}
		if h == nil {
			// The pages are as many and say the same; those of the aim give the size.
			last := cs[len(cs)-1]
			var err error
			if h, err = b.hugoSite(ctx, last.Pages, last.PageBytes); err != nil {
				return err
			}
		}
		other, err := h.build(ctx)
		theirs = append(theirs, other)
		return err
	})
	if err != nil {
		return nil, err
	}
	pages, bytes, err := pagesIn(h.out())
	if err != nil {
		return nil, err
	}
	hugo := median(theirs, func(x cost) float64 { return x.WallS })
	for i := range cs {
		c := &cs[i]
		c.Results, c.LeftOut, c.Runs = b.results, ways[i].leftOut, len(theirs)
		one := median(ours[i], func(x build) float64 { return x.WallS })
		c.Files, c.Bytes = one.Files, one.Bytes
		c.HugoPages, c.HugoPageBytes = pages, bytes
		c.Ours, c.Hugo = one.cost, hugo
		c.WallRatio, c.CPURatio = c.Hugo.WallS/c.Ours.WallS, c.Hugo.cpu()/c.Ours.cpu()
	}
	return cs, nil
}

// pagesIn counts the pages of a site and their bytes.
func pagesIn(dir string) (n int, bytes int64, err error) {
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(name) != ".html" {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		n++
		bytes += info.Size()
		return nil
	})
	return n, bytes, err
}

// hugoSite is a site of Hugo's in a folder.
type hugoSite struct {
	board          *aBoard
	bin, dir, home string
}

func (h *hugoSite) out() string { return filepath.Join(h.dir, "public") }

// hugoFiles make the site. The data files are the results; every page is one of
// them, and pages beyond their number begin again with the first. A page goes
// through the fields so many times, and a share of all pages, in percent, once
// more, so that pages are as large as ours on average.
var hugoFiles = map[string]string{
	"content/page/_content.gotmpl": `{{ range $name, $result := hugo.Data.results }}
{{ $.AddPage (dict "path" $name "title" $result.model.name "params" (dict "result" $name "number" (int (strings.TrimLeft "r0" $name)))) }}
{{ end }}
{{ if gt site.Params.more 0 }}{{ range seq site.Params.more }}
{{ $name := printf "r%06d" . }}
{{ $result := index hugo.Data.results $name }}
{{ $.AddPage (dict "path" (printf "more-%s" $name) "title" $result.model.name "params" (dict "result" $name "number" .)) }}
{{ end }}{{ end }}
`,
	"layouts/page.html": `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }}</title><link rel="canonical" href="{{ .Permalink }}"></head>
<body>
<h1>{{ .Title }}</h1>
{{ $result := index hugo.Data.results .Params.result }}
{{ $times := site.Params.times }}{{ if lt (mod .Params.number 100) site.Params.share }}{{ $times = add $times 1 }}{{ end }}
{{ range seq $times }}<table>
{{ range $block, $v := $result }}{{ if reflect.IsMap $v }}{{ range $key, $w := $v }}{{ if reflect.IsMap $w }}{{ range $name, $x := $w }}<tr><th scope="row">{{ $block }}</th><th>{{ $key }}</th><th>{{ $name }}</th><td>{{ $x }}</td></tr>
{{ end }}{{ else }}<tr><th scope="row">{{ $block }}</th><th>{{ $key }}</th><td>{{ $w }}</td></tr>
{{ end }}{{ end }}{{ else }}<tr><th scope="row">{{ $block }}</th><td>{{ $v }}</td></tr>
{{ end }}{{ end }}</table>
{{ end }}</body>
</html>
`,
	"layouts/home.html":    "<!doctype html>\n<title>{{ .Title }}</title>\n",
	"layouts/section.html": "<!doctype html>\n<title>{{ .Title }}</title>\n",
}

// hugoSite writes a site whose build gives so many pages of so many bytes.
func (b *aBoard) hugoSite(ctx context.Context, pages int, bytes int64) (*hugoSite, error) {
	h := &hugoSite{board: b, bin: b.opt.hugo, dir: b.root + "-hugo", home: b.home()}
	for name, text := range hugoFiles {
		if err := h.write(name, []byte(text)); err != nil {
			return nil, err
		}
	}
	data := 0
	results := filepath.Join(b.root, "results")
	err := filepath.WalkDir(results, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		data++
		return h.write(fmt.Sprintf("data/results/r%06d.json", data), text)
	})
	if err != nil {
		return nil, err
	}
	// The home page and the page of the section are two.
	more := max(pages-data-2, 0)
	if more > data {
		return nil, fmt.Errorf("%d pages of %d data files: more than two a file", pages, data)
	}
	// What is on a page once, and what each time the fields are gone through.
	size := func(times int) (float64, error) {
		if err := h.configure(0, times, 0); err != nil {
			return 0, err
		}
		if _, err := h.build(ctx); err != nil {
			return 0, err
		}
		n, bytes, err := pagesIn(h.out())
		return float64(bytes) / float64(n), err
	}
	one, err := size(1)
	if err != nil {
		return nil, err
	}
	two, err := size(2)
	if err != nil {
		return nil, err
	}
	want := float64(bytes) / float64(pages)
	times, share := math.Modf(max(1, 1+(want-one)/(two-one)))
	return h, h.configure(more, int(times), int(math.Round(100*share)))
}

func (h *hugoSite) configure(more, times, share int) error {
	return h.write("hugo.toml", []byte(strings.Join([]string{
		`baseURL = "https://example.org/"`,
		`title = "Example"`,
		`disableKinds = ["taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404"]`,
		`[params]`,
		`more = ` + strconv.Itoa(more),
		`times = ` + strconv.Itoa(times),
		`share = ` + strconv.Itoa(share),
	}, "\n")+"\n"))
}

func (h *hugoSite) write(name string, data []byte) error {
	to := filepath.Join(h.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// build builds from nothing.
func (h *hugoSite) build(ctx context.Context) (cost, error) {
	for _, dir := range []string{h.out(), filepath.Join(h.dir, "resources"), h.home} {
		if err := h.board.putAway(dir); err != nil {
			return cost{}, err
		}
	}
	_, c, err := child(ctx, h.home, h.bin, "--source", h.dir, "--destination", h.out(), "--quiet")
	return c, err
}
