package site

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jouleboard/assets"
	"jouleboard/internal/content"
)

// put writes files into a board.
func put(t testing.TB, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		to := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// themedBoard is a small board with a theme at the end of its site.yaml.
func themedBoard(t testing.TB, theme string, files map[string]string) string {
	t.Helper()
	root := smallBoard(t)
	data, err := os.ReadFile(filepath.Join(root, "content", "site.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, root, map[string]string{"content/site.yaml": string(data) + "\ntheme:\n" + theme})
	put(t, root, files)
	return root
}

const (
	wideLogo   = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 30"><path fill="#0b6e4f" d="M0 0h120v30H0z"/></svg>`
	squareLogo = `<svg xmlns="http://www.w3.org/2000/svg" width="24px" height="24"><circle cx="12" cy="12" r="12" fill="#0b6e4f"/></svg>`
	allOfTheme = `  accent: "#0b6e4f"
  families: ["#8a0030", "#0b6e4f", "#5b3fa0", "#7a5b00", "#1f5f8b", "#5f5f5f"]
  logo: img/logo.svg
  logo_dark: img/dark.svg
  logo_alt: Example Laboratory
  fonts:
    text: [Plex, Noto Sans, serif]
    files: [{family: Plex, file: fonts/plex.woff2, weight: 100 900}]
  footer: |
    Run by the [Example Laboratory](about.md), see [the board](/boards/).
`
)

// A theme reaches pages, styles, icons, manifest and the files of charts.
func TestTheme(t *testing.T) {
	root := themedBoard(t, allOfTheme, map[string]string{"assets/img/logo.svg": wideLogo, "assets/img/dark.svg": wideLogo, "assets/fonts/plex.woff2": "wOF2 and more"})
	st, _ := build(t, root, Options{Memory: true})
	page := string(st.Contents["models/index.html"])
	holds(t, "models/index.html", page, []string{
		`<meta name="theme-color" content="#0b6e4f" media="(prefers-color-scheme: light)">`,
		`<meta name="theme-color" content="` + content.DarkPaper + `" media="(prefers-color-scheme: dark)">`,
		`font-src 'self';`, `alt="Example Laboratory" width="120" height="30"`,
		`Run by the <a href="../about/index.html">Example Laboratory</a>, see <a href="../boards/index.html">the board</a>.`,
	}, []string{`</picture>jouleboard`, `<path d="M4 20V11`})
	for _, m := range regexp.MustCompile(`(?:srcset|src)="\.\./(assets/(?:logo|dark)[^"]+)"`).FindAllStringSubmatch(page, -1) {
		if st.Contents[m[1]] == nil {
			t.Errorf("%s is not there", m[1])
		}
	}
	css := styleOf(t, st)
	for _, want := range []string{
		`@media(prefers-color-scheme:light){:root{--accent:#0b6e4f;--bar:#d6e6e1;--f1:#8a0030;`, `@media(prefers-color-scheme:dark){:root{--accent:#`, `@media print{:root{--accent:#0b6e4f`,
		`--sans:"Plex","Noto Sans",serif,var(--system-sans)`, `font-weight:100 900`,
	} {
		if !strings.Contains(strings.ReplaceAll(css, "@media (", "@media("), want) {
			t.Errorf("the style sheet lacks %s", want)
		}
	}
	font := regexp.MustCompile(`url\("?(plex\.[0-9a-f]+\.woff2)"?\)`).FindStringSubmatch(css)
	if font == nil || string(st.Contents["assets/"+font[1]]) != "wOF2 and more" {
		t.Errorf("the font is not where the style sheet says: %v", font)
	}
	if icon := iconOf(t, st); !strings.Contains(icon, "#0b6e4f") || strings.Contains(icon, cardAccent) {
		t.Errorf("the icon has not the accent: %s", icon)
	}
	holds(t, "manifest", string(st.Contents[manifestFile]), []string{`"theme_color": "#0b6e4f"`}, nil)
	drawn := 0
	for name, data := range st.Contents {
		if strings.HasPrefix(name, "figures/") && strings.HasSuffix(name, ".svg") {
			drawn += bytes.Count(bytes.ToLower(data), []byte("#5b3fa0")) + bytes.Count(bytes.ToLower(data), []byte("#0b6e4f"))
			if bytes.Contains(data, []byte("#0072b2")) {
				t.Errorf("%s has a colour that the theme replaces", name)
			}
		}
	}
	if drawn == 0 {
		t.Error("no chart has the theme's colours")
	}

	// A square drawing is the icon as well, and a logo without words stands beside the title.
	root = themedBoard(t, "  logo: logo.svg\n", map[string]string{"assets/logo.svg": squareLogo})
	st, _ = build(t, root, Options{Memory: true})
	holds(t, "models/index.html", string(st.Contents["models/index.html"]), []string{`width="24" height="24"></picture>jouleboard`}, []string{"font-src", `class="own"`})
	if iconOf(t, st) != squareLogo || st.Contents["icon-192.png"] != nil {
		t.Error("the icon is not the logo")
	}
}

// styleOf is the built style sheet.
func styleOf(t testing.TB, st Stats) string { return onlyAsset(t, st, `^assets/site\.[0-9a-f]+\.css$`) }

func iconOf(t testing.TB, st Stats) string { return onlyAsset(t, st, `^assets/icon\.[0-9a-f]+\.svg$`) }

func onlyAsset(t testing.TB, st Stats, form string) string {
	t.Helper()
	re, found := regexp.MustCompile(form), ""
	for name, data := range st.Contents {
		if re.MatchString(name) {
			found += string(data)
		}
	}
	if found == "" {
		t.Fatalf("no file is named %s", form)
	}
	return found
}

// Each kind of file can be replaced by one of the board's own, and what it does
// not replace stays.
func TestOverrides(t *testing.T) {
	site, err := assets.FS.ReadFile("css/site.css")
	if err != nil {
		t.Fatal(err)
	}
	design, err := os.ReadFile(filepath.Join(repo, "labels", "designs", "default-small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	scale, err := os.ReadFile(filepath.Join(repo, "labels", "scales", "jb-2026.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		kind, file, text string
		page             string // a pattern of files that must hold all of want
		want             string
		kept             string // what the built-in files still say there
	}{
		{"template", "templates/notfound.html", `{{define "main"}}<h1>{{.Title}}</h1><p>Ours</p>{{end}}`, `^404\.html$`, "<p>Ours</p>", "<nav aria-label"},
		{"style sheet", "assets/css/site.css", string(site) + ".ours{color:red}", `^assets/site\..*\.css$`, ".ours{color:red}", "pre.code .c"},
		{"style sheet behind the others", "assets/css/theme.css", ".ours{color:red}", `^assets/site\..*\.css$`, ".ours{color:red}", ".crumbs"},
		{"script", "assets/js/site.js", "window.ours = 1;", `^assets/site\..*\.js$`, "ours=1", ""},
		{"icon", "assets/img/icon.svg", squareLogo, `^assets/icon\..*\.svg$`, "<circle", ""},
		{"asset", "assets/img/photo.svg", squareLogo, `^assets/img/photo\.svg$`, "<circle", ""},
		{"string", "assets/i18n/en.yaml", `nav.models: "Our models"`, `^index\.html$`, "Our models", "Hardware"},
		{"label's string", "labels/i18n/en.yaml", "", "", "", ""},
		{"design", "labels/designs/default-small.yaml", strings.ReplaceAll(string(design), `"#1A1A1A"`, `"#102030"`), `^r/.*/.*small.*\.svg$`, "#102030", ""},
		{"scale", "labels/scales/jb-2026.yaml", string(scale) + "\n# ours\n", `^boards/chat-h100/index\.html$`, "jb-2026", ""},
	} {
		if tc.text == "" {
			data, err := os.ReadFile(filepath.Join(repo, "labels", "i18n", "en.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			tc.text, tc.page, tc.want = string(data)+"\n# ours\n", `^r/.*/.*small.*\.svg$`, "<svg"
		}
		t.Run(tc.kind, func(t *testing.T) {
			root := smallBoard(t)
			put(t, root, map[string]string{tc.file: tc.text})
			st, found := build(t, root, Options{Memory: true})
			got := onlyAsset(t, st, tc.page)
			if !strings.Contains(got, tc.want) || !strings.Contains(got, tc.kept) {
				t.Errorf("not both %q and %q in %s", tc.want, tc.kept, tc.page)
			}
			for _, f := range found {
				if f.Where.File == tc.file {
					t.Errorf("told about a sound file: %s", f)
				}
			}
		})
	}
}

// A mistake in a board's own file is told with its place, and stops the build
// before anything of the last one is touched.
func TestBrokenOverrides(t *testing.T) {
	for _, tc := range []struct{ kind, file, text, theme, want string }{
		{"template's syntax", "templates/notfound.html", "{{define \"main\"}}\n<h1>{{.Heading}</h1>{{end}}", "", "templates/notfound.html:2:"},
		{"template's field", "templates/notfound.html", "{{define \"main\"}}\n\n{{.Nothing}}{{end}}", "", "templates/notfound.html:3:"},
		{"template without main", "templates/notfound.html", "<p>x", "", `templates/notfound.html: error: does not define "main"`},
		{"string", "assets/i18n/en.yaml", "skip: a\nskip: b\n", "", "assets/i18n/en.yaml:2"},
		{"design", "labels/designs/default-small.yaml", "size: small\nelements:\n  - {kind: blob}\n", "", "labels/designs/default-small.yaml:3"},
		{"scale", "labels/scales/jb-2026.yaml", "id: [", "", "labels/scales/jb-2026.yaml:1"},
		{"name of a file", "assets/img/a b.png", "x", "", `assets/img/a b.png: error: file name "a b.png" cannot be an address`},
		{"logo that is not there", "", "", "  logo: img/no.svg\n", "/theme/logo: error: logo assets/img/no.svg is not there"},
		{"logo with a script", "assets/img/logo.svg", `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>`, "  logo: img/logo.svg\n", "/theme/logo: error: logo assets/img/logo.svg holds <script>"},
		{"logo of no kind", "assets/img/logo.bmp", "BM", "  logo: img/logo.bmp\n", "is of no known kind"},
		{"logo that is no picture", "assets/img/logo.png", "PNG", "  logo: img/logo.png\n", "logo assets/img/logo.png is no picture"},
		{"font of another kind", "assets/f.woff2", "OTTO", "  fonts: {text: [F], files: [{family: F, file: f.woff2}]}\n", "/theme/fonts/files/0/file: error: font assets/f.woff2 is not in the format woff2"},
		{"pale accent", "", "", "  accent: \"#ffcc00\"\n", "/theme/accent: error: accent #ffcc00 has a contrast of 1.51"},
		{"footer's link", "", "", "  footer: \"[x](/nowhere/)\"\n", "/theme/footer: error: link leads to /nowhere/"},
	} {
		t.Run(tc.kind, func(t *testing.T) {
			root := smallBoard(t)
			if tc.theme != "" {
				root = themedBoard(t, tc.theme, nil)
			}
			if tc.file != "" {
				put(t, root, map[string]string{tc.file: tc.text})
			}
			out := t.TempDir()
			put(t, out, map[string]string{"public/" + manifestName: "", "public/index.html": "the last build"})
			before := tree(t, out)
			_, found, ok, err := Build(context.Background(), root, Options{Out: filepath.Join(out, "public")})
			if err != nil || ok {
				t.Fatalf("built: %v %v", ok, err)
			}
			if told := findingsText(found); !strings.Contains(told, tc.want) {
				t.Errorf("not told: %s\n%s", tc.want, told)
			}
			if after := tree(t, out); len(after) != len(before) || after["public/index.html"] != "the last build" {
				t.Error("the last build was touched")
			}
		})
	}
}

func TestCheckSVG(t *testing.T) {
	const head = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 5">`
	for name, tc := range map[string]struct{ svg, want string }{
		"plain":             {`<?xml version="1.0"?>` + head + `<use href="#a"/><rect fill="url(#g)"/></svg>`, ""},
		"picture inside":    {head + `<image href="data:image/png;base64,AA"/></svg>`, ""},
		"script":            {head + `<SCRIPT/></svg>`, "holds <SCRIPT>"},
		"handler":           {head + `<g onclick="x()"/></svg>`, "holds the script onclick"},
		"foreign page":      {head + `<foreignObject/></svg>`, "holds <foreignObject>"},
		"link":              {head + `<a xlink:href="https://example.org/"/></svg>`, "leads elsewhere"},
		"javascript":        {head + `<set attributeName="href" to="javascript:alert(1)"/></svg>`, "leads elsewhere"},
		"style":             {head + `<rect style="fill:url( 'https://example.org/x')"/></svg>`, "leads elsewhere"},
		"style element":     {head + `<style>@import "//example.org/x";</style></svg>`, "has a style that leads elsewhere"},
		"style instruction": {`<?xml version="1.0"?><?xml-stylesheet href="https://example.org/"?>` + head + `</svg>`, "holds an instruction"},
		"no size":           {`<svg xmlns="http://www.w3.org/2000/svg"/>`, "states no size"},
		"infinite":          {`<svg viewBox="0 0 1e999 5"/>`, "states no size"},
		"page":              {`<html/>`, "is no SVG drawing"},
		"cut off":           {head, "is not well-formed"},
		"empty":             {"", "is not well-formed"},
	} {
		w, h, problem := checkSVG([]byte(tc.svg))
		if tc.want == "" && (problem != "" || w != 10 || h != 5) || !strings.Contains(problem, tc.want) {
			t.Errorf("%s: %q, %d × %d", name, problem, w, h)
		}
	}
}
