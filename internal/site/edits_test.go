// Changes to a board of every kind that a build reads, made as people make them.

package site

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// editor makes changes to a board as people do.
type editor struct {
	t     testing.TB
	root  string
	spare map[string][]byte // results that were taken away
	leads string            // the result that a page leads to
	opt   Options           // of the builds
}

// editedBoard is a board with a page of each kind, and little of everything.
func editedBoard(t testing.TB) *editor {
	e := &editor{t: t, root: smallBoard(t), spare: map[string][]byte{}, opt: Options{Memory: true, Tool: Tool{Version: "test"}}}
	seen := map[string]int{}
	for _, name := range e.results() {
		if folder := filepath.Dir(name); seen[folder] < 2 && !strings.Contains(name, "/b200/") {
			seen[folder]++
			continue
		}
		e.spare[name] = []byte(e.read(name))
		e.remove(name)
	}
	// Short pages: those that the site itself links to, and those that hold parts of it.
	for _, dir := range []string{"content", "content/docs", "content/methodology"} {
		names, err := filepath.Glob(filepath.Join(e.root, dir, "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			e.remove(dir + "/" + filepath.Base(name))
		}
	}
	for _, name := range []string{"about", "faq", "docs/index", "methodology/index", "methodology/rating"} {
		e.write("content/"+name+".md", fmt.Sprintf("---\ntitle: Page %s\ndescription: A page.\n---\n\n## Text\n\nSome text.\n\n::board{id=gpqa-h100 rows=5}\n\n::label{board=gpqa-h100}\n\n::scale{id=jb-2026}\n\n::cite{of=site format=bibtex}\n", name))
	}
	keep := []string{"Qwen3-8B", "CogVideoX-2b", "gpqa", "text-to-video", "lm-arena-chat", "endpoint-1024-1024"}
	for _, pattern := range []string{"models/*/*.yaml", "tasks/*.yaml"} {
		names, err := filepath.Glob(filepath.Join(e.root, "content/catalog", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if slices.Contains(keep, strings.TrimSuffix(filepath.Base(name), ".yaml")) {
				continue
			}
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	text := e.read("content/site.yaml")
	before, after, _ := strings.Cut(text, "\nboards:\n")
	_, after, _ = strings.Cut(after, "\nformulas:\n")
	e.write("content/site.yaml", before+`
boards:
- {id: gpqa-h100, title: Problem solving, task: gpqa, hardware: h100, point: itl50, order: 30}
- {id: video-h100, title: Video, task: text-to-video, hardware: h100, point: min-energy, order: 130}

formulas:
`+after)
	return e
}

func (e *editor) read(name string) string {
	e.t.Helper()
	data, err := os.ReadFile(filepath.Join(e.root, name))
	if os.IsNotExist(err) {
		data, err = os.ReadFile(filepath.Join(repo, name)) // a built-in file
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return string(data)
}

func (e *editor) write(name, text string) {
	e.t.Helper()
	path := filepath.Join(e.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) remove(name string) { _ = os.Remove(filepath.Join(e.root, name)) }

// replace changes one text of a file for another; both must be there in turn.
func (e *editor) replace(name, old, with string) {
	e.t.Helper()
	text := e.read(name)
	if !strings.Contains(text, old) {
		e.t.Fatalf("%s does not hold %q", name, old)
	}
	e.write(name, strings.Replace(text, old, with, 1))
}

// turn changes a text, and changes it back the next time.
func (e *editor) turn(name, one, other string) {
	e.t.Helper()
	if text := e.read(name); strings.Contains(text, other) && (!strings.Contains(other, one) || strings.Contains(text, one)) {
		one, other = other, one
	}
	e.replace(name, one, other)
}

// key adds a line to site.yaml, or takes it away.
func (e *editor) key(line string) {
	text := e.read("content/site.yaml")
	name, _, _ := strings.Cut(line, " ")
	if i := strings.Index(text, "\n"+name+" "); i >= 0 {
		j := i + 1 + strings.IndexByte(text[i+1:], '\n')
		old := text[i+1 : j]
		if text = text[:i] + text[j:]; old == line {
			e.write("content/site.yaml", text)
			return
		}
	}
	e.write("content/site.yaml", text+line+"\n")
}

func (e *editor) results() []string {
	var names []string
	_ = filepath.WalkDir(filepath.Join(e.root, "results"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".json") {
			rel, _ := filepath.Rel(e.root, p)
			names = append(names, filepath.ToSlash(rel))
		}
		return nil
	})
	slices.Sort(names)
	return names
}

// remake writes a result anew after a change, under the id that it has then.
func (e *editor) remake(name string, change func(*result.Result)) {
	e.t.Helper()
	r, found := result.Decode(name, []byte(e.read(name)))
	if found.HasErrors() {
		e.t.Fatal(findingsText(found))
	}
	change(r)
	if r.ID, _ = result.ComputeID(r); r.ID == "" {
		e.t.Fatal("no id for " + name)
	}
	e.remove(name)
	if _, err := result.Save(e.root, result.Path(r, filepath.Base(filepath.Dir(name))), r); err != nil {
		e.t.Fatal(err)
	}
}

// more adds results that differ in a note from one that is there.
func (e *editor) more(name string, n int) {
	e.t.Helper()
	text := e.read(name)
	for i := range n {
		e.remake(name, func(r *result.Result) { r.Notes = append(r.Notes, fmt.Sprintf("Note %d.", i)) })
		e.write(name, text)
	}
}

// edit is a change; n picks what it is made to, and into what.
type edit struct {
	name string
	make func(e *editor, n int)
}

// edits are changes to every kind of input.
var edits = []edit{
	{"a result goes", func(e *editor, n int) {
		if names := e.results(); len(names) > 5 {
			name := names[n%len(names)]
			e.spare[name] = []byte(e.read(name))
			e.remove(name)
		}
	}},
	{"a result comes", func(e *editor, n int) {
		if names := slices.Sorted(maps.Keys(e.spare)); len(names) > 0 {
			name := names[n%len(names)]
			e.write(name, string(e.spare[name]))
			delete(e.spare, name)
		}
	}},
	{"a result changes", func(e *editor, n int) {
		e.remake(e.results()[n%len(e.results())], func(r *result.Result) { r.Notes = append(r.Notes, fmt.Sprintf("Note %d.", n)) })
	}},
	{"a page's template", func(e *editor, n int) {
		e.write("templates/result.html", e.read("templates/result.html")+fmt.Sprintf("<!-- %d -->\n{{define \"x%d\"}}{{end}}", n, n))
	}},
	{"a shared template", func(e *editor, _ int) {
		e.turn("templates/base.html", "</footer>", "<span></span></footer>")
	}},
	{"a template breaks", func(e *editor, _ int) { e.write("templates/model.html", "{{define \"main\"}}{{.Nope}}{{end}}") }},
	{"own templates go", func(e *editor, _ int) { _ = os.RemoveAll(filepath.Join(e.root, "templates")) }},
	{"the style", func(e *editor, n int) {
		e.write("assets/css/site.css", e.read("assets/css/site.css")+fmt.Sprintf("\n.x{order:%d}", n))
	}},
	{"a script", func(e *editor, n int) {
		e.write("assets/js/site.js", e.read("assets/js/site.js")+fmt.Sprintf("\nwindow.x=%d;", n))
	}},
	{"a string", func(e *editor, n int) {
		e.write("assets/i18n/en.yaml", fmt.Sprintf("nav.boards: Boards %d\nlabel.badge: Badge %d\n", n, n))
	}},
	{"the language", func(e *editor, _ int) { e.turn("content/site.yaml", "language: en", "language: zh") }},
	{"the title", func(e *editor, _ int) { e.turn("content/site.yaml", "title: jouleboard", "title: Another board") }},
	{"the address", func(e *editor, _ int) {
		e.turn("content/site.yaml", "https://jouleboard.example.org", "https://example.com/below")
	}},
	{"no address", func(e *editor, _ int) { e.turn("content/site.yaml", "\nbase_url: ", "\n# base_url: ") }},
	{"the licence", func(e *editor, _ int) {
		e.turn("content/site.yaml", "license: Apache-2.0", "license: CC-BY-4.0")
	}},
	{"the accent", func(e *editor, _ int) { e.key("theme: {accent: \"#6a1b9a\"}") }},
	{"a model", func(e *editor, _ int) {
		e.turn("content/catalog/models/Qwen/Qwen3-8B.yaml", "license: Apache-2.0", "license: MIT")
	}},
	{"a model's family", func(e *editor, _ int) {
		e.turn("content/catalog/models/Qwen/Qwen3-8B.yaml", "family: Qwen", "family: Kwen")
	}},
	{"a task", func(e *editor, _ int) { e.turn("content/catalog/tasks/gpqa.yaml", "\ntitle: ", "\ntitle: Hard ") }},
	{"a flag", func(e *editor, n int) {
		r, _ := result.Decode("x", []byte(e.read(e.results()[n%len(e.results())])))
		e.write("content/moderation.yaml", "flags:\n- {id: "+r.ID+", reason: unreproducible, text: Two tries gave other numbers., date: 2026-03-01, discussion: 'https://example.org/1'}\nwithdrawals: []\nrequests: []\n")
	}},
	{"a withdrawal", func(e *editor, n int) {
		r, _ := result.Decode("x", []byte(e.read(e.results()[n%len(e.results())])))
		e.write("content/moderation.yaml", "flags: []\nrequests: []\nwithdrawals:\n- {id: "+r.ID+", reason: privacy, date: 2026-03-02, discussion: 'https://example.org/2', title: A result, model: a/b, task: gpqa}\n")
	}},
	{"no moderation", func(e *editor, _ int) {
		e.write("content/moderation.yaml", "flags: []\nwithdrawals: []\nrequests: []\n")
	}},
	{"a label design", func(e *editor, _ int) {
		e.turn("labels/designs/default.yaml", "star: \"#005A8C\"", "star: \"#00508C\"")
	}},
	{"a label's word", func(e *editor, _ int) {
		e.turn("labels/i18n/en.yaml", "legend: More stars", "legend: Many stars")
	}},
	{"a page", func(e *editor, n int) {
		e.write("content/faq.md", e.read("content/faq.md")+fmt.Sprintf("\nMore %d.\n", n))
	}},
	{"a page comes", func(e *editor, n int) {
		e.write("content/docs/new.md", fmt.Sprintf("---\ntitle: New %d\ndescription: What is new.\n---\n\nText.\n", n))
	}},
	{"a page goes", func(e *editor, _ int) { e.remove("content/docs/new.md") }},
	{"what the navigation knows", func(e *editor, n int) {
		if exists(filepath.Join(e.root, "content/faq.md")) {
			e.remove("content/faq.md")
		} else {
			e.write("content/faq.md", fmt.Sprintf("---\ntitle: FAQ\ndescription: Questions.\n---\n\nText %d.\n", n))
		}
	}},
	{"a string that only templates read", func(e *editor, n int) {
		e.write("assets/i18n/en.yaml", fmt.Sprintf("skip: Skip %d\n", n))
	}},
	{"a page that templates link to", func(e *editor, n int) {
		e.write("content/methodology/licenses.md", fmt.Sprintf("---\ntitle: Licences\ndescription: Licences.\n---\n\nText %d.\n", n))
	}},
	{"and goes", func(e *editor, _ int) { e.remove("content/methodology/licenses.md") }},
	{"a later result", func(e *editor, n int) {
		e.remake(e.results()[n%len(e.results())], func(r *result.Result) {
			r.MeasuredAt = fmt.Sprintf("2026-05-%02dT12:00:00Z", 1+n%28)
		})
	}},
	{"a number that no result had", func(e *editor, n int) {
		e.remake(e.results()[n%len(e.results())], func(r *result.Result) {
			for _, m := range r.Metrics {
				r.Metrics["dram_energy_j"] = result.Metric{Value: 1 + float64(n), Provenance: m.Provenance}
				return
			}
		})
	}},
	{"a model's title", func(e *editor, _ int) {
		e.turn("content/catalog/models/Qwen/Qwen3-8B.yaml", "title: Qwen 3 8B", "title: Qwen 3 of 8B")
	}},
	{"a badge's word", func(e *editor, _ int) { e.turn("labels/i18n/en.yaml", "badge_left: energy", "badge_left: joules") }},
	{"a style's comment", func(e *editor, n int) {
		e.write("assets/css/site.css", e.read("assets/css/site.css")+fmt.Sprintf("\n/* %d */", n))
	}},
	{"a part that templates share", func(e *editor, _ int) { e.turn("templates/partials.html", "</table></div>", "</table><i></i></div>") }},
	{"the table's template", func(e *editor, _ int) {
		e.turn("templates/table.html", "{{define \"rowpages\" -}}", "{{define \"rowpages\" -}}<i></i>")
	}},
	{"the redirect's template", func(e *editor, _ int) { e.turn("templates/redirect.html", "</body>", "<i></i></body>") }},
	{"the description", func(e *editor, _ int) {
		e.turn("content/site.yaml", "\ndescription: >-\n", "\ndescription: >-\n  Another one.\n")
	}},
	{"the tagline", func(e *editor, _ int) { e.turn("content/site.yaml", "\ntagline: ", "\ntagline: All of ") }},
	{"the notice", func(e *editor, _ int) {
		e.turn("content/site.yaml", "\nuse_notice: >-\n", "\nuse_notice: >-\n  Please note.\n")
	}},
	{"the contact", func(e *editor, _ int) { e.key("contact: mailto:board@example.org") }},
	{"the repository", func(e *editor, _ int) { e.key("repository: https://example.org/board") }},
	{"the navigation", func(e *editor, _ int) {
		e.key("navigation: [{title: Models, url: models/}, {title: Elsewhere, url: 'https://example.org/'}]")
	}},
	{"an author", func(e *editor, _ int) {
		e.turn("content/site.yaml", "{name: jouleboard contributors}", "{name: Others}")
	}},
	{"a keyword", func(e *editor, _ int) { e.turn("content/site.yaml", "keywords: [energy,", "keywords: [joules,") }},
	{"a formula", func(e *editor, _ int) { e.turn("content/site.yaml", "1e6 / 3600", "1e6 / 3601") }},
	{"a formula's name", func(e *editor, _ int) {
		e.turn("content/site.yaml", "name: Energy per million output tokens", "name: Energy for a million tokens")
	}},
	{"a point", func(e *editor, _ int) { e.turn("content/site.yaml", "max: 50}", "max: 20}") }},
	{"a point's title", func(e *editor, _ int) { e.turn("content/site.yaml", "title: At most 50 ms", "title: Not over 50 ms") }},
	{"a board's title", func(e *editor, _ int) {
		e.turn("content/site.yaml", "title: Problem solving", "title: Solving problems")
	}},
	{"a board's place", func(e *editor, _ int) { e.turn("content/site.yaml", "order: 30", "order: 300") }},
	{"a board's columns", func(e *editor, _ int) {
		e.turn("content/site.yaml", "order: 130", "columns: [energy_per_video_j, wh_per_million_tokens], order: 130")
	}},
	{"which labels are built", func(e *editor, _ int) { e.turn("content/site.yaml", "full-svg, full-pdf,", "strip-svg, full-svg,") }},
	{"no pictures of figures", func(e *editor, _ int) { e.key("figures: {build: []}") }},
	{"one picture of each figure", func(e *editor, _ int) { e.key("figures: {build: [png]}") }},
	{"longer ids", func(e *editor, _ int) { e.turn("content/site.yaml", "\nlabels:\n", "\nlabels:\n  hash_len: 16\n") }},
	{"the colours of families", func(e *editor, _ int) {
		e.key(`theme: {families: ["#003f5c", "#58508d", "#8a3b7d", "#bc1a5e", "#8c4a00", "#2f5d1e"]}`)
	}},
	{"a footer", func(e *editor, _ int) { e.key("theme: {footer: 'Run by [us](about/).'}") }},
	{"the icon", func(e *editor, _ int) { e.turn("assets/img/icon.svg", "<svg ", "<svg data-x=\"1\" ") }},
	{"hardware", func(e *editor, _ int) { e.turn("content/catalog/hardware/h100.yaml", "short: H100", "short: Hopper") }},
	{"a caveat", func(e *editor, _ int) { e.turn("content/catalog/caveats.yaml", "\n  title: ", "\n  title: Mind ") }},
	{"a licence's name", func(e *editor, _ int) {
		e.turn("content/catalog/licenses.yaml", "\nApache-2.0:\n  name: ", "\nApache-2.0:\n  name: The ")
	}},
	{"a work", func(e *editor, _ int) {
		e.turn("content/catalog/references.yaml", "booktitle: NeurIPS", "booktitle: The NeurIPS")
	}},
	{"a scale's title", func(e *editor, _ int) {
		e.turn("labels/scales/jb-2026.yaml", "title: \"Inference", "title: \"The inference")
	}},
	{"a scale's status", func(e *editor, _ int) { e.turn("labels/scales/jb-2026.yaml", "status: frozen", "status: draft") }},
	{"a request", func(e *editor, n int) {
		e.write("content/moderation.yaml", fmt.Sprintf("flags: []\nwithdrawals: []\nrequests:\n- {model: a/b%d, task: gpqa, state: pending, by: A reader, date: 2026-03-03}\n", n))
	}},
	{"pages as written", func(e *editor, _ int) { e.opt.NoMinify = !e.opt.NoMinify }},
	{"another address for the build", func(e *editor, n int) {
		if e.opt.BaseURL == "" {
			e.opt.BaseURL = fmt.Sprintf("https://example.net/%d", n)
		} else {
			e.opt.BaseURL = ""
		}
	}},
	{"another version of the tool", func(e *editor, n int) { e.opt.Tool.Version = fmt.Sprintf("test%d", n) }},
	{"a text beside results", func(e *editor, n int) {
		e.write("results/README.md", fmt.Sprintf("Text %d.\n", n))
		e.write("results/.notes", "hidden\n")
	}},
	{"a page leads to a result", func(e *editor, n int) {
		e.leads = e.results()[n%len(e.results())]
		r, _ := result.Decode("x", []byte(e.read(e.leads)))
		digits := 12
		if strings.Contains(e.read("content/site.yaml"), "hash_len: 16") {
			digits = 16
		}
		e.write("content/docs/leads.md", "---\ntitle: To a result\ndescription: A link.\n---\n\n[That one](/r/"+r.ID[:digits]+"/).\n")
	}},
	{"that result goes", func(e *editor, _ int) {
		if e.leads != "" && exists(filepath.Join(e.root, e.leads)) {
			e.spare[e.leads] = []byte(e.read(e.leads))
			e.remove(e.leads)
		}
	}},
	{"that result comes back", func(e *editor, _ int) {
		if text, gone := e.spare[e.leads]; gone {
			e.write(e.leads, string(text))
			delete(e.spare, e.leads)
		}
	}},
	{"that page goes", func(e *editor, _ int) { e.remove("content/docs/leads.md") }},
	{"nothing", func(*editor, int) {}},
}
