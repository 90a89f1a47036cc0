// Assets: styles, scripts and pictures, each under a name that carries a digest
// of its bytes, so that a cache never serves an old one.

package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"

	"jouleboard/internal/content"
	"jouleboard/internal/result"
)

// assetSet names the fingerprinted files of a build and holds their bytes.
type assetSet struct {
	css, js, chartJS, icon string
	tableJS, homeJS        string
	echarts                string // empty when the library is not at hand
	files                  map[string][]byte
	compareJS, pickJS      string
	saveJS                 string
	icons                  map[string][]byte // at the root of the site, by name
	logo                   *logo
	fonts                  bool // the theme brings font files
}

// named are the names of the styles and scripts that pages load, by what they are.
// The name of each holds a digest of its bytes.
func (a *assetSet) named() map[string]string {
	return map[string]string{"css": a.css, "js": a.js, "table": a.tableJS, "pick": a.pickJS, "save": a.saveJS, "compare": a.compareJS, "home": a.homeJS, "chart": a.chartJS}
}

// themeSheet is a board's own style sheet; it stands behind all others, so that
// it need not repeat them.
const themeSheet = "css/theme.css"

// loadAssets reads, extends by the theme, minifies and names the assets.
func loadAssets(in *Input, opt Options) (assetSet, result.Findings) {
	a := assetSet{files: map[string][]byte{}}
	var out result.Findings
	m := minifier()
	add := func(name, mediaType string, data []byte) string {
		if mediaType != "" && !opt.NoMinify {
			small, err := m.Bytes(mediaType, data)
			if err != nil {
				out = append(out, result.Finding{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "assets/" + name},
					Message: "cannot be minified: " + result.FirstLine(err.Error()), Hint: "mend it, or build with --no-minify"})
			} else {
				data = small
			}
		}
		sum := sha256.Sum256(data)
		ext := path.Ext(name)
		to := "assets/" + strings.TrimSuffix(path.Base(name), ext) + "." + hex.EncodeToString(sum[:5]) + ext
		a.files[to] = data
		return to
	}
	read := func(name string) []byte {
		data, err := fs.ReadFile(in.Assets, name)
		if err != nil {
			out = append(out, result.Finding{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "assets/" + name}, Message: err.Error()})
		}
		return data
	}
	style := append(read("css/site.css"), []byte("\n"+content.HighlightCSS())...)
	theme := &themeFiles{in: in, add: add, used: map[string]bool{themeSheet: true}}
	faces := theme.fonts()
	a.fonts = len(faces) > 0
	style = append(append(style, '\n'), themeCSS(&in.Site.Theme, faces)...)
	if own, err := fs.ReadFile(in.Assets, themeSheet); err == nil {
		style = append(append(style, '\n'), own...)
	} else if !errors.Is(err, fs.ErrNotExist) {
		out = append(out, result.Finding{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "assets/" + themeSheet}, Message: err.Error()})
	}
	a.css = add("css/site.css", "text/css", style)
	a.js = add("js/site.js", "application/javascript", read("js/site.js"))
	// Three files for readers of the source, one for readers of a table.
	table := bytes.Join([][]byte{read("js/formula.js"), read("js/tablecells.js"), read("js/table.js")}, []byte("\n"))
	a.tableJS = add("js/table.js", "application/javascript", table)
	a.pickJS = add("js/pick.js", "application/javascript", read("js/pick.js"))
	a.saveJS = add("js/save.js", "application/javascript", read("js/save.js"))
	a.compareJS = add("js/compare.js", "application/javascript", read("js/compare.js"))
	a.homeJS = add("js/home.js", "application/javascript", read("js/home.js"))
	var square []byte
	a.logo, square = theme.logo()
	icon, icons, err := loadIcons(in, read("img/icon.svg"), square)
	if err != nil {
		out = append(out, result.Finding{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "assets/img"}, Message: err.Error()})
	}
	a.icon, a.icons = add("img/icon.svg", "", icon), icons

	lib, err := fs.ReadFile(in.Assets, "vendor/echarts.min.js")
	switch {
	case err == nil:
		a.echarts = add("vendor/echarts.min.js", "", lib)
		a.chartJS = add("js/chart.js", "application/javascript", read("js/chart.js"))
		for _, name := range []string{"LICENSE", "NOTICE", "LICENSE-d3", "LICENSE-zrender"} {
			if text, err := fs.ReadFile(in.Assets, "vendor/echarts-"+name); err == nil {
				a.files["assets/echarts-"+name+".txt"] = text
			}
		}
	case !errors.Is(err, fs.ErrNotExist):
		out = append(out, result.Finding{Rule: "SITE-ASSET", Level: result.Error, Where: result.Place{File: "assets/vendor/echarts.min.js"}, Message: err.Error()})
	}
	for _, size := range iconSizes {
		theme.used["img/"+size.name] = true
	}
	for name, data := range theme.added() {
		a.files[name] = data
	}
	return a, append(out, theme.found...)
}
