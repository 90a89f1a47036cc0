package site

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"testing"
)

// The same input gives the same bytes: in another folder, at another time zone,
// with another number of cores, minified by the same rules.
func TestReproducible(t *testing.T) {
	a, b := smallBoard(t), smallBoard(t)
	build(t, a, Options{Out: filepath.Join(a, "public"), Jobs: 1})
	old := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(old)
	t.Setenv("TZ", "Pacific/Kiritimati")
	build(t, b, Options{Out: filepath.Join(b, "elsewhere", "site"), Jobs: 7})
	x, y := tree(t, filepath.Join(a, "public")), tree(t, filepath.Join(b, "elsewhere", "site"))
	if len(x) != len(y) {
		t.Errorf("%d files against %d", len(x), len(y))
	}
	for name, data := range x {
		if y[name] != data {
			t.Errorf("%s differs", name)
		}
	}
}

// A second build writes nothing; a result that is gone takes its files with it;
// what is not ours stays.
func TestIncrementalOutput(t *testing.T) {
	root := smallBoard(t)
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	st, _ := build(t, root, Options{Out: out})
	if st.Written != 0 || st.Removed != 0 {
		t.Errorf("a second build wrote %d and removed %d files", st.Written, st.Removed)
	}
	foreign := filepath.Join(out, "CNAME")
	if err := os.WriteFile(foreign, []byte("example.org\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(root, "results", "zai-org")); err != nil {
		t.Fatal(err)
	}
	st, _ = build(t, root, Options{Out: out})
	if st.Removed == 0 {
		t.Error("nothing was removed after results were")
	}
	if exists(filepath.Join(out, "models", "zai-org")) {
		t.Error("the folder of a model without results is still there")
	}
	if !exists(foreign) {
		t.Error("a file that no build wrote was removed")
	}
	// An edited file of ours is mended.
	index := filepath.Join(out, "index.html")
	if err := os.WriteFile(index, []byte("broken"), 0o644); err != nil {
		t.Fatal(err)
	}
	if st, _ = build(t, root, Options{Out: out}); st.Written != 1 {
		t.Errorf("%d files were written to mend one", st.Written)
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	root := smallBoard(t)
	out := t.TempDir()
	keep := filepath.Join(out, "thesis.txt")
	if err := os.WriteFile(keep, []byte("years of work"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, _, err := Build(context.Background(), root, Options{Out: out})
	if err == nil || !strings.Contains(err.Error(), "not written by jouleboard") {
		t.Errorf("building into a folder of somebody else: %v", err)
	}
	if data, _ := os.ReadFile(keep); string(data) != "years of work" {
		t.Error("the file was touched")
	}
}

// A failed build names every problem and leaves the output as it was.
func TestErrorsLeaveOutputAlone(t *testing.T) {
	root := smallBoard(t)
	out := filepath.Join(root, "public")
	build(t, root, Options{Out: out})
	before := tree(t, out)

	result := firstFile(t, filepath.Join(root, "results", "Qwen"))
	good, err := os.ReadFile(result)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) string {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	rel, _ := filepath.Rel(root, result)
	rel = filepath.ToSlash(rel)
	for _, c := range []struct {
		name string
		make func() (undo string)
		want []string // each in some finding's text
	}{
		{"broken JSON", func() string { return write(rel, strings.Replace(string(good), "{", "{,", 1)) }, []string{rel + ":1:"}},
		{"a wrong unit", func() string {
			return write(rel, strings.Replace(string(good), "energy_per_response_j", "energy_per_response_wh", 1))
		}, []string{"energy_per_response_wh"}},
		{"NaN", func() string {
			return write(rel, strings.Replace(string(good), `"value": `, `"value": NaN, "x_": `, 1))
		}, []string{rel}},
		{"an edited number", func() string { return write(rel, strings.Replace(string(good), `"value": `, `"value": 1`, 1)) }, []string{"id"}},
		{"a duplicate", func() string { return write("results/Qwen/copy/h100/"+filepath.Base(result), string(good)) }, []string{"copy/h100", "id"}},
		{"a template error", func() string { return write("templates/board.html", "{{define \"main\"}}\n{{.Nope}\n{{end}}") }, []string{"templates/board.html:2"}},
		{"an unknown field in a template", func() string { return write("templates/board.html", "{{define \"main\"}}{{.NoSuchField}}{{end}}") }, []string{"templates/board.html", "NoSuchField"}},
		{"a page with a dead link", func() string { return write("content/docs/new.md", "---\ntitle: New\n---\n\nSee [x](nowhere.md).\n") }, []string{"content/docs/new.md:5"}},
		{"an unknown directive", func() string { return write("content/docs/new.md", "---\ntitle: New\n---\n\n::bord{id=x}\n") }, []string{"content/docs/new.md:5", "bord"}},
		{"an unknown column", func() string {
			data, _ := os.ReadFile(filepath.Join(root, "content", "site.yaml"))
			return write("content/site.yaml", strings.Replace(string(data), "    task: lm-arena-chat\n", "    task: lm-arena-chat\n    columns: [enrgy]\n", 1))
		}, []string{"content/site.yaml:", "enrgy"}},
		{"an unknown key in site.yaml", func() string {
			data, _ := os.ReadFile(filepath.Join(root, "content", "site.yaml"))
			return write("content/site.yaml", string(data)+"\ncolour: blue\n")
		}, []string{"content/site.yaml:", "colour"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			site, _ := os.ReadFile(filepath.Join(root, "content", "site.yaml"))
			p := c.make()
			defer func() {
				_ = os.Remove(p)
				if p == result {
					_ = os.WriteFile(result, good, 0o644)
				}
				_ = os.WriteFile(filepath.Join(root, "content", "site.yaml"), site, 0o644)
			}()
			_, fs, ok, err := Build(context.Background(), root, Options{Out: out})
			if err != nil {
				t.Fatalf("an error of the machine for an error of the input: %v", err)
			}
			if ok {
				t.Fatal("the build went through")
			}
			text := findingsText(fs)
			for _, w := range c.want {
				if !strings.Contains(text, w) {
					t.Errorf("no finding says %q:\n%s", w, text)
				}
			}
		})
	}
	after := tree(t, out)
	if len(after) != len(before) {
		t.Errorf("the output has %d files, had %d", len(after), len(before))
	}
	for name := range before {
		if after[name] != before[name] {
			t.Errorf("%s was changed by a failed build", name)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".jouleboard-stage-*")); len(left) > 0 {
		t.Errorf("staging folders are left: %v", left)
	}
}

// All errors of all files come at once, sorted by place.
func TestAllErrorsAtOnce(t *testing.T) {
	root := smallBoard(t)
	for name, text := range map[string]string{"results/a/b/c/x-00000000.json": "{", "content/docs/z.md": "no front matter", "content/catalog/hardware/bad.yaml": "nope: 1"} {
		p := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, fs, ok, err := Build(context.Background(), root, Options{Out: filepath.Join(root, "public")})
	if err != nil || ok {
		t.Fatalf("ok=%v err=%v", ok, err)
	}
	text := findingsText(fs)
	for _, w := range []string{"results/a/b/c/x-00000000.json", "content/docs/z.md", "content/catalog/hardware/bad.yaml"} {
		if !strings.Contains(text, w) {
			t.Errorf("nothing about %s in:\n%s", w, text)
		}
	}
	files := make([]string, len(fs))
	for i, f := range fs {
		files[i] = f.Where.File
	}
	if !sort.StringsAreSorted(files) {
		t.Errorf("findings are not sorted by file: %v", files)
	}
	if exists(filepath.Join(root, "public")) {
		t.Error("an output folder was made")
	}
}

func TestUnwritableOutput(t *testing.T) {
	if os.Getuid() == 0 {
		// root writes anywhere; a file in the way stops root too.
		root := smallBoard(t)
		blocked := filepath.Join(root, "file")
		if err := os.WriteFile(blocked, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := Build(context.Background(), root, Options{Out: filepath.Join(blocked, "public")}); err == nil {
			t.Error("built below a file")
		}
		return
	}
	root := smallBoard(t)
	ro := t.TempDir()
	if err := os.Chmod(ro, 0o555); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := Build(context.Background(), root, Options{Out: filepath.Join(ro, "public")}); err == nil {
		t.Error("built into a folder that cannot be written")
	}
}

func TestStrict(t *testing.T) {
	root := smallBoard(t)
	_, fs, ok, err := Build(context.Background(), root, Options{Out: filepath.Join(root, "public"), Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if ok || len(fs) == 0 {
		t.Error("the small board has warnings (empty boards), yet a strict build went through")
	}
}

func TestCanceled(t *testing.T) {
	root := smallBoard(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, ok, err := Build(ctx, root, Options{Out: filepath.Join(root, "public")}); ok || err == nil {
		t.Errorf("a canceled build: ok=%v err=%v", ok, err)
	}
	if exists(filepath.Join(root, "public")) {
		t.Error("a canceled build wrote something")
	}
}

// No base URL: everything is built but labels, and the build says so.
func TestWithoutBaseURL(t *testing.T) {
	root := smallBoard(t)
	site := filepath.Join(root, "content", "site.yaml")
	data, err := os.ReadFile(site)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range strings.Split(string(data), "\n") {
		if !strings.HasPrefix(l, "base_url:") {
			lines = append(lines, l)
		}
	}
	if err := os.WriteFile(site, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	_, fs := build(t, root, Options{Out: out})
	if !strings.Contains(findingsText(fs), "LBL-E-QR") {
		t.Error("no finding says that labels are left out")
	}
	for name := range tree(t, out) {
		if strings.HasSuffix(name, "label.pdf") || strings.HasSuffix(name, "label.svg") {
			t.Fatalf("%s was drawn without an address", name)
		}
	}
	if st, _ := build(t, root, Options{Out: out, BaseURL: "https://example.org/some/base"}); st.LabelsLeftOut {
		t.Error("--base-url did not bring the labels back")
	}
	crawl(t, out)
	notFound, _ := os.ReadFile(filepath.Join(out, "404.html"))
	if !strings.Contains(string(notFound), `href="/some/base/"`) {
		t.Error("404.html does not know the base path")
	}
}

func firstFile(t testing.TB, dir string) string {
	t.Helper()
	found := ""
	_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && found == "" && strings.HasSuffix(p, ".json") {
			found = p
		}
		return nil
	})
	if found == "" {
		t.Fatalf("no result below %s", dir)
	}
	return found
}

// Energy per token, length and energy per response stand side by side, so that
// verbosity can be seen; the text boards rank by the response.
func TestVerbosityIsVisible(t *testing.T) {
	cols := defaultColumns("energy_per_response_j")
	for _, want := range []string{"energy_per_response_j", "energy_per_output_token_j", "mean_output_tokens"} {
		found := false
		for _, c := range cols {
			found = found || c == want
		}
		if !found {
			t.Errorf("columns %v lack %s", cols, want)
		}
	}
}

// A link that leads out of the board is refused wherever it stands: nothing of
// the machine can be published by a pull request.
func TestLinksOutAreRefused(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("---\ntitle: Secret\n---\nsecret\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"content/docs/leak.md", "content/site.yaml", "content/catalog/hardware/leak.yaml", "templates/board.html", "assets/css/site.css",
		"labels/designs/leak.yaml", "labels/scales/leak.yaml", "results/a/b/c/leak-00000000.json"} {
		t.Run(name, func(t *testing.T) {
			root := smallBoard(t)
			p := filepath.Join(root, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(p)
			if err := os.Symlink(secret, p); err != nil {
				t.Skipf("no symbolic links here: %v", err)
			}
			out := filepath.Join(root, "public")
			_, fs, ok, err := Build(context.Background(), root, Options{Out: out})
			if ok {
				t.Fatalf("the build went through\n%s", findingsText(fs))
			}
			if text := findingsText(fs); err == nil && !strings.Contains(text, name) {
				t.Errorf("no finding names %s:\n%s", name, text)
			}
			if exists(out) {
				t.Error("something was written")
			}
		})
	}
	t.Run("a folder", func(t *testing.T) {
		root := smallBoard(t)
		p := filepath.Join(root, "content", "docs", "more")
		if err := os.Symlink(filepath.Dir(secret), p); err != nil {
			t.Skip(err)
		}
		_, fs, ok, err := Build(context.Background(), root, Options{Out: filepath.Join(root, "public")})
		if err != nil || ok || !strings.Contains(findingsText(fs), "content/docs/more") {
			t.Errorf("ok=%v err=%v\n%s", ok, err, findingsText(fs))
		}
	})
}

// Whatever stands in the way of a file of the site is found before the first
// file moves, and nothing outside the output folder is ever touched.
func TestObstacles(t *testing.T) {
	root := smallBoard(t)
	outside := t.TempDir()
	precious := filepath.Join(outside, "precious")
	if err := os.WriteFile(precious, []byte("keep"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, place := range map[string]func(out string) error{
		"a folder where a file goes": func(out string) error {
			_ = os.Remove(filepath.Join(out, "robots.txt"))
			return os.Mkdir(filepath.Join(out, "robots.txt"), 0o755)
		},
		"a file where a folder goes": func(out string) error {
			_ = os.RemoveAll(filepath.Join(out, "tasks"))
			return os.WriteFile(filepath.Join(out, "tasks"), nil, 0o644)
		},
		"a link where a folder goes": func(out string) error {
			_ = os.RemoveAll(filepath.Join(out, "tasks"))
			return os.Symlink(outside, filepath.Join(out, "tasks"))
		},
		"a list that names a file behind a link": func(out string) error {
			if err := os.Symlink(outside, filepath.Join(out, "lnk")); err != nil {
				return err
			}
			f, err := os.OpenFile(filepath.Join(out, manifestName), os.O_APPEND|os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteString(strings.Repeat("0", 64) + "  lnk/precious\n")
			return errors.Join(err, f.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "public")
			build(t, root, Options{Out: out})
			before, _ := os.ReadFile(filepath.Join(out, "about", "index.html"))
			if err := place(out); err != nil {
				t.Skip(err)
			}
			_, _, ok, err := Build(context.Background(), root, Options{Out: out, BaseURL: "https://example.org/other"})
			if ok || err == nil || !strings.Contains(err.Error(), "move it away") {
				t.Errorf("ok=%v err=%v", ok, err)
			}
			if after, _ := os.ReadFile(filepath.Join(out, "about", "index.html")); !bytes.Equal(before, after) {
				t.Error("a file was changed before the obstacle was found")
			}
			if data, err := os.ReadFile(precious); err != nil || string(data) != "keep" {
				t.Error("a file outside the output was touched")
			}
		})
	}
}

func TestCheckOut(t *testing.T) {
	root := t.TempDir()
	for dir, ok := range map[string]bool{"": false, " ": false, root: false, filepath.Dir(root): false, "/": false, filepath.Join(root, "content"): false,
		filepath.Join(root, "results", "x"): false, filepath.Join(root, ".git", "x"): false, filepath.Join(root, "public"): true, filepath.Join(root, "..", "public"): true} {
		if err := CheckOut(root, dir); (err == nil) != ok {
			t.Errorf("CheckOut(%q): %v", dir, err)
		}
	}

	// Links count as where they lead.
	away := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"pages": filepath.Join(root, "content"), "board": root, "other": away, "labels": filepath.Join(away, "labels")} {
		at := away
		if name == "labels" {
			at = root
			if err := os.Mkdir(to, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(to, filepath.Join(at, name)); err != nil {
			t.Skip("no links here: ", err)
		}
	}
	for dir, ok := range map[string]bool{filepath.Join(away, "pages"): false, filepath.Join(away, "pages", "out", "x"): false, filepath.Join(away, "board"): false,
		filepath.Join(away, "board", "results", "x"): false, filepath.Join(away, "board", "public"): true, filepath.Join(away, "labels", "x"): false,
		filepath.Join(away, "other", "public"): true, filepath.Join(root, "public"): true} {
		if err := CheckOut(root, dir); (err == nil) != ok {
			t.Errorf("CheckOut(%q): %v", dir, err)
		}
	}
}

// A board that overrides a few strings keeps the rest, and one that misspells a
// key hears of it.
func TestPartialStrings(t *testing.T) {
	root := smallBoard(t)
	p := filepath.Join(root, "assets", "i18n", "en.yaml")
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte("nav.boards: Rankings\nnav.bords: x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	_, fs := build(t, root, Options{Out: out})
	home, _ := os.ReadFile(filepath.Join(out, "index.html"))
	if !strings.Contains(string(home), ">Rankings<") || !strings.Contains(string(home), ">Models<") || strings.Contains(string(home), "[nav.") {
		t.Error("the board's string or a built-in one is not on the page")
	}
	if text := findingsText(fs); !strings.Contains(text, "assets/i18n/en.yaml:2") || !strings.Contains(text, "nav.bords") {
		t.Errorf("nothing says that nav.bords is unknown:\n%s", text)
	}
}

// Names in another script lose their characters in addresses, and stay apart.
func TestSegmentsStayApart(t *testing.T) {
	a, b := modelPath("組織/言語モデル大規模七十億"), modelPath("団体/別語モデル大規模七十億")
	if a == b {
		t.Errorf("two models have one address: %s", a)
	}
	if got := modelPath("Qwen/Qwen3-8B"); got != "models/Qwen/Qwen3-8B/index.html" {
		t.Errorf("a plain name became %s", got)
	}
}

// An entry of the navigation that leads nowhere would be a dead link on every
// page.
func TestDeadNavigation(t *testing.T) {
	root := smallBoard(t)
	p := filepath.Join(root, "content", "site.yaml")
	data, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, append(data, []byte("\nnavigation:\n  - {title: Nope, url: nope/}\n")...), 0o644); err != nil {
		t.Fatal(err)
	}
	_, fs, ok, err := Build(context.Background(), root, Options{Out: filepath.Join(root, "public")})
	if err != nil || ok || !strings.Contains(findingsText(fs), "nope/") {
		t.Errorf("ok=%v err=%v\n%s", ok, err, findingsText(fs))
	}
}

// The option of a large chart is a file that a page names and does not load; a
// small one stands in the page.
func TestChartData(t *testing.T) {
	dir, _ := shipped(t)
	named := regexp.MustCompile(`<figure class="chart" id="([^"]+)" data-chart="([^"]+)"`)
	large, small := 0, 0
	for name, html := range tree(t, dir) {
		if path.Ext(name) != ".html" {
			continue
		}
		small += strings.Count(html, `class="option">`)
		for _, m := range named.FindAllStringSubmatch(html, -1) {
			large++
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path.Join(path.Dir(name), m[2]))))
			if err != nil {
				t.Fatal(err)
			}
			option, ok := strings.CutPrefix(string(data), `(window.jbCharts=window.jbCharts||{})["`+m[1]+`"]=`)
			if option = strings.TrimSuffix(option, ";\n"); !ok || !json.Valid([]byte(option)) || len(option) <= inlineOption {
				t.Errorf("%s: %s holds no option of a large chart: %.80s", name, m[2], data)
			}
		}
	}
	if large == 0 || small == 0 {
		t.Errorf("%d large charts and %d small ones", large, small)
	}
}
