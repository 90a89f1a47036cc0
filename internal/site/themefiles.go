// The files that a board adds to its assets: logo, fonts, a style sheet behind
// the site's own, and whatever its templates and styles refer to.

package site

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"

	"jouleboard/assets"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
)

// logo is a board's picture in the head of every page.
type logo struct {
	Src, DarkSrc  string
	Alt           string // empty: a mark beside the title
	Width, Height int
}

// fontFace is a font file and its address as seen from the style sheet.
type fontFace struct {
	content.FontFile
	url string
}

// Every reader pays for these on the first page.
const (
	logoBudget = 30 << 10
	fontBudget = 100 << 10
)

// themeFiles reads what a theme names. add puts a file under a name with a
// digest and returns it.
type themeFiles struct {
	in    *Input
	add   func(name, mediaType string, data []byte) string
	used  map[string]bool // names in assets that have their place
	found result.Findings
}

func (t *themeFiles) say(level result.Level, pointer, msg, hint string) {
	t.found = append(t.found, result.Finding{Rule: "SITE-THEME", Level: level, Where: t.in.Site.Place(pointer), Message: msg, Hint: hint})
}

func (t *themeFiles) read(pointer, name, what string, budget int) []byte {
	t.used[name] = true
	data, err := fs.ReadFile(t.in.Assets, name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid):
		t.say(result.Error, pointer, fmt.Sprintf("%s assets/%s is not there", what, result.Clip(name)), "put the file into the board's assets folder; the name is relative to it")
	case err != nil:
		t.say(result.Error, pointer, fmt.Sprintf("%s assets/%s cannot be read: %v", what, result.Clip(name), err), "")
	case len(data) > budget:
		t.say(result.Warn, pointer, fmt.Sprintf("%s assets/%s has %d kB, more than %d kB that every reader waits for", what, name, len(data)>>10, budget>>10), "make it smaller: fewer points or pixels, or a subset of the characters")
	}
	return data
}

// logo returns the theme's logo, nil without one, and the picture itself where
// it can be the site's icon: nearly square and drawn, not photographed.
func (t *themeFiles) logo() (l *logo, icon []byte) {
	th := t.in.Site.Theme
	if th.Logo == "" {
		return nil, nil
	}
	l = &logo{Alt: th.LogoAlt}
	var data []byte
	l.Src, l.Width, l.Height, data = t.picture("/theme/logo", th.Logo)
	if th.LogoDark != "" {
		w, h := 0, 0
		l.DarkSrc, w, h, _ = t.picture("/theme/logo_dark", th.LogoDark)
		if l.Width > 0 && w > 0 && math.Abs(float64(w*l.Height)/float64(h*l.Width)-1) > .02 {
			t.say(result.Warn, "/theme/logo_dark", fmt.Sprintf("logo_dark is %d × %d, logo %d × %d: not of one shape", w, h, l.Width, l.Height), "draw both alike, or pages look different in dark mode")
		}
	}
	if strings.HasSuffix(th.Logo, ".svg") && l.Height > 0 && math.Abs(float64(l.Width)/float64(l.Height)-1) <= .25 {
		icon = data
	}
	return l, icon
}

func (t *themeFiles) picture(pointer, name string) (src string, w, h int, data []byte) {
	data = t.read(pointer, name, "logo", logoBudget)
	if data == nil {
		return "", 0, 0, nil
	}
	switch path.Ext(name) {
	case ".svg":
		var problem string
		if w, h, problem = checkSVG(data); problem != "" {
			t.say(result.Error, pointer, fmt.Sprintf("logo assets/%s %s", name, problem), "save it as a plain drawing with a viewBox: no scripts, no links to elsewhere")
		}
	case ".png", ".jpg", ".jpeg":
		decode := png.DecodeConfig
		if path.Ext(name) != ".png" {
			decode = jpeg.DecodeConfig
		}
		c, err := decode(bytes.NewReader(data))
		if err != nil {
			t.say(result.Error, pointer, fmt.Sprintf("logo assets/%s is no picture: %v", name, err), "")
		}
		w, h = c.Width, c.Height
	default:
		t.say(result.Error, pointer, fmt.Sprintf("logo assets/%s is of no known kind", result.Clip(name)), "svg, png and jpg are")
	}
	return t.add(name, "", data), w, h, data
}

// checkSVG returns a drawing's size, and what is wrong with it. Browsers run
// nothing in a drawing that a page shows as a picture; but the file has an
// address of its own, where it is a page like any other.
func checkSVG(data []byte) (w, h int, problem string) {
	d := xml.NewDecoder(bytes.NewReader(data))
	for root := true; ; {
		tok, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && !root:
			return w, h, ""
		case err != nil:
			return 0, 0, "is not well-formed: " + result.FirstLine(err.Error())
		}
		if text, ok := tok.(xml.CharData); ok && (outsideURL.Match(text) || bytes.Contains(text, []byte("@import"))) {
			return 0, 0, "has a style that leads elsewhere"
		}
		if p, ok := tok.(xml.ProcInst); ok && p.Target != "xml" {
			return 0, 0, "holds an instruction for programs"
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		name := strings.ToLower(e.Name.Local)
		switch {
		case root && name != "svg":
			return 0, 0, "is no SVG drawing"
		case name == "script" || name == "foreignobject" || name == "iframe" || name == "handler":
			return 0, 0, fmt.Sprintf("holds <%s>", e.Name.Local)
		}
		for _, a := range e.Attr {
			key, value := strings.ToLower(a.Name.Local), strings.TrimSpace(a.Value)
			switch {
			case strings.HasPrefix(key, "on"):
				return 0, 0, fmt.Sprintf("holds the script %s", a.Name.Local)
			case key == "href" && !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "data:image/"),
				key != "xmlns" && a.Name.Space != "xmlns" && outsideURL.MatchString(value):
				return 0, 0, fmt.Sprintf("leads elsewhere: %s=%q", a.Name.Local, result.Clip(a.Value))
			}
		}
		if root {
			if w, h = viewSize(e); w == 0 {
				return 0, 0, "states no size"
			}
			root = false
		}
	}
}

var outsideURL = regexp.MustCompile(`(?i)url\(\s*['"]?[^#'"\s]|javascript:`)

// viewSize reads the viewBox, else width and height.
func viewSize(e xml.StartElement) (w, h int) {
	attr := map[string]string{}
	for _, a := range e.Attr {
		attr[a.Name.Local] = a.Value
	}
	size := []string{attr["width"], attr["height"]}
	if box := strings.Fields(strings.ReplaceAll(attr["viewBox"], ",", " ")); len(box) == 4 {
		size = box[2:]
	}
	var px [2]int
	for i, s := range size {
		v, err := strconv.ParseFloat(strings.TrimSuffix(s, "px"), 64)
		if err != nil || !(v > 0 && v < 1e5) {
			return 0, 0
		}
		px[i] = max(1, int(math.Round(v)))
	}
	return px[0], px[1]
}

// fonts returns the font files that the theme brings.
func (t *themeFiles) fonts() []fontFace {
	var out []fontFace
	for i, f := range t.in.Site.Theme.Fonts.Files {
		at := fmt.Sprintf("/theme/fonts/files/%d/file", i)
		data := t.read(at, f.File, "font", fontBudget)
		if data == nil {
			continue
		}
		if !bytes.HasPrefix(data, []byte("wOF2")) {
			t.say(result.Error, at, fmt.Sprintf("font assets/%s is not in the format woff2", f.File), "convert it, for instance with woff2_compress")
			continue
		}
		out = append(out, fontFace{f, path.Base(t.add(f.File, "", data))})
	}
	return out
}

var assetPart = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*$`)

// added are the files that only the board's assets folder has and that no other
// part of the build takes: they are published under their own names, for its
// templates and styles to refer to.
func (t *themeFiles) added() map[string][]byte {
	out := map[string][]byte{}
	err := fs.WalkDir(t.in.Assets, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "i18n" || name == "vendor" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir(), t.used[name], strings.HasPrefix(d.Name(), "."), strings.HasSuffix(name, "~"):
			return nil
		}
		if _, err := fs.Stat(assets.FS, name); err == nil {
			return nil
		}
		for _, part := range strings.Split(name, "/") {
			if !assetPart.MatchString(part) {
				t.found = append(t.found, result.Finding{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "assets/" + name},
					Message: fmt.Sprintf("file name %q cannot be an address", part), Hint: "use letters, digits, dot, hyphen and underscore"})
				return nil
			}
		}
		out["assets/"+name], err = fs.ReadFile(t.in.Assets, name)
		return err
	})
	if err != nil {
		t.found = append(t.found, result.Finding{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "assets"}, Message: err.Error()})
	}
	return out
}
