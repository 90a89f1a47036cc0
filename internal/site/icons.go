// Icons of the site in the sizes that browsers and home screens ask for, and the
// web manifest that names them.

package site

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"jouleboard/assets"
	"jouleboard/internal/draw"
	"jouleboard/internal/result"
)

// iconSizes are the pictures made of the icon, in pixels.
var iconSizes = []struct {
	name string
	px   int
}{{"icon-32.png", 32}, {"apple-touch-icon.png", 180}, {"icon-192.png", 192}, {"icon-512.png", 512}}

const manifestFile = "manifest.webmanifest"

// iconList is assets/img/icon.svg as a list: the same shapes on a square without
// round corners, because home screens cut their own.
func iconList(accent string) *draw.List {
	l := &draw.List{W: 24, H: 24, Title: "icon"}
	white := draw.Paint{Hex: "#ffffff"}
	l.Add(draw.Rect{W: 24, H: 24, Fill: draw.Paint{Hex: accent}})
	for _, bar := range []struct{ x, y1, y2 float64 }{{6, 12, 18}, {12, 6, 18}, {18, 14, 18}} {
		l.Add(draw.Rect{X: bar.x - 1.5, Y: bar.y1 - 1.5, W: 3, H: bar.y2 - bar.y1 + 3, R: 1.5, Fill: white})
	}
	return l
}

// loadIcons returns the icon and draws its sizes. The icon is the board's own
// file; else its logo where that is a square drawing; else the built-in one in
// the theme's accent. A board with a mark of its own brings the sizes that it
// wants, under the same names in assets/img: the built-in ones would show
// another.
func loadIcons(in *Input, own, logo []byte) (icon []byte, icons map[string][]byte, err error) {
	icons = map[string][]byte{}
	builtin, err := fs.ReadFile(assets.FS, "img/icon.svg")
	if err != nil {
		return own, icons, fmt.Errorf("read the built-in icon: %w", err)
	}
	accent := cmp.Or(in.Site.Theme.Accent, cardAccent)
	drawn := false
	switch {
	case !bytes.Equal(own, builtin):
		icon = own
	case logo != nil:
		icon = logo
	default:
		icon, drawn = bytes.ReplaceAll(own, []byte(cardAccent), []byte(accent)), true
	}
	for _, size := range iconSizes {
		data, err := fs.ReadFile(in.Assets, "img/"+size.name)
		switch {
		case err == nil:
			icons[size.name] = data
		case !errors.Is(err, fs.ErrNotExist):
			return icon, icons, fmt.Errorf("read the icon %s: %w", size.name, err)
		case drawn:
			if icons[size.name], err = draw.PNG(iconList(accent), draw.PNGOptions{DPI: 25.4 * float64(size.px) / 24, Indexed: true}); err != nil {
				return icon, icons, fmt.Errorf("draw the icon %s: %w", size.name, err)
			}
		}
	}
	if png := icons["icon-32.png"]; png != nil {
		icons["favicon.ico"] = ico(png)
	}
	return icon, icons, nil
}

// ico wraps a PNG of 32 pixels as an icon file, which old browsers ask for at
// the root of a host whatever the page says.
func ico(png []byte) []byte {
	b := []byte{0, 0, 1, 0, 1, 0, 32, 32, 0, 0, 1, 0, 24, 0}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(png)))
	b = binary.LittleEndian.AppendUint32(b, 22)
	return append(b, png...)
}

type webManifest struct {
	Name        string         `json:"name"`
	ShortName   string         `json:"short_name"`
	Description string         `json:"description,omitempty"`
	Lang        string         `json:"lang"`
	Dir         string         `json:"dir"`
	StartURL    string         `json:"start_url"`
	Scope       string         `json:"scope"`
	Display     string         `json:"display"`
	Theme       string         `json:"theme_color"`
	Background  string         `json:"background_color"`
	Icons       []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

// icons puts the icons and the manifest. Addresses in the manifest are relative
// to it, so that it holds under any base path.
func (s *site) icons() job {
	return func(r *renderer) (result.Findings, error) {
		for name, data := range s.assets.icons {
			if err := r.put(name, "icons", data); err != nil {
				return nil, err
			}
		}
		c := s.in.Site
		m := webManifest{Name: c.Title, ShortName: clip(c.Title, 24), Description: c.Description, Lang: c.Language, Dir: direction(c.Language), StartURL: "./", Scope: "./", Display: "browser",
			Theme: s.accent().Hex, Background: cardPaper.Hex, Icons: []manifestIcon{{Src: s.assets.icon, Sizes: "any", Type: "image/svg+xml"}}}
		for _, size := range iconSizes {
			if s.assets.icons[size.name] == nil || size.px == 180 {
				continue
			}
			i := manifestIcon{Src: size.name, Sizes: fmt.Sprintf("%dx%d", size.px, size.px), Type: "image/png"}
			if size.px == 512 {
				i.Purpose = "any maskable"
			}
			m.Icons = append(m.Icons, i)
		}
		data, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			return nil, fmt.Errorf("encode the web manifest: %w", err)
		}
		return nil, r.put(manifestFile, "manifest", append(data, '\n'))
	}
}
