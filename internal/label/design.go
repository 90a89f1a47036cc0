// Designs: where things stand on a label, as data. A design is a list of five
// kinds of element; it has no expressions and no loops but the rows of facts.

package label

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"jouleboard/internal/draw"
	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// Design is one layout for one size.
type Design struct {
	Name    string            `yaml:"-"` // the file's name without size and ending
	SHA256  string            `yaml:"-"` // of the file
	File    string            `yaml:"-"`
	Size    string            `yaml:"size"`
	Fonts   FontSpec          `yaml:"fonts"`
	Palette map[string]string `yaml:"palette"` // name -> #RRGGBB
	// Looks are the palettes of the other looks: mono and dark.
	Looks    map[string]map[string]string `yaml:"looks"`
	Elements []Element                    `yaml:"elements"`

	dim      size
	uses     map[string]bool // fields in its texts
	used     []string        // likewise, sorted
	fallback []*draw.Font
	lacks    map[string][]rune // by language: what its fonts cannot draw of the words
	doc      *yamldoc.Doc      // the file that it was read from
}

// Bounds on what is read of a board's labels folder.
const (
	maxDesigns     = 100
	maxDesignBytes = 128 << 10 // the shipped ones have 6 kB
	maxFontBytes   = 32 << 20  // the largest CJK fonts have half of that
)

// FontSpec names fonts beside the built-in ones.
type FontSpec struct {
	// Fallback are file names in labels/fonts, looked through in this order.
	Fallback []string `yaml:"fallback"`
}

// Element is one thing on a label. Which keys a kind takes is in elementKeys.
// Lengths in mm, sizes in points.
type Element struct {
	Kind string `yaml:"kind"`
	ID   string `yaml:"id"`
	When string `yaml:"when"` // a field; the element is drawn if it is set

	X float64 `yaml:"x"`
	Y float64 `yaml:"y"`
	// rect
	W float64 `yaml:"w"`
	H float64 `yaml:"h"`
	// line
	X1 float64 `yaml:"x1"`
	Y1 float64 `yaml:"y1"`
	X2 float64 `yaml:"x2"`
	Y2 float64 `yaml:"y2"`
	// colours are names of the palette
	Fill   string  `yaml:"fill"`
	Stroke string  `yaml:"stroke"`
	SW     float64 `yaml:"sw"`
	// star: centre and radius of the first of five, and their distance
	CX    float64 `yaml:"cx"`
	CY    float64 `yaml:"cy"`
	R     float64 `yaml:"r"`
	Pitch float64 `yaml:"pitch"`
	// qr: side of the box with the quiet zone
	Box float64 `yaml:"box"`
	// text
	Pt    float64 `yaml:"pt"`
	Font  string  `yaml:"font"` // regular (default) or bold
	Color string  `yaml:"color"`
	Align string  `yaml:"align"` // l (default), c, r
	Text  string  `yaml:"text"`  // with {fields}
	Short string  `yaml:"short"` // likewise, drawn if text does not fit on one line
	After string  `yaml:"after"` // the id of a text: x is the gap behind its end
	MaxW  float64 `yaml:"max_w"`
	Lines int     `yaml:"lines"`
	Lead  float64 `yaml:"lead"`  // between baselines; 0 is 1.24 em
	YOne  float64 `yaml:"y_one"` // baseline where all fits on one line; 0 is y
	MinPt float64 `yaml:"min_pt"`
	// WrapPt is the largest size of text on more than one line; 0 is pt.
	WrapPt float64 `yaml:"wrap_pt"`
	// Overflow is shrink-break-ellipsis (default), ellipsis or error.
	Overflow string  `yaml:"overflow"`
	Repeat   string  `yaml:"repeat"` // facts: once a row, dy apart
	DY       float64 `yaml:"dy"`

	refs []string // the fields of Text
}

// elementKeys are the keys of each kind beside kind, id and when; those before
// the bar are required.
var elementKeys = map[string]string{
	"rect": "x y w h | fill stroke sw",
	"line": "x1 y1 x2 y2 stroke sw |",
	"star": "cx cy r pitch fill stroke |",
	"qr":   "x y box |",
	"text": "x y pt color text | font align short after max_w lines lead y_one min_pt wrap_pt overflow repeat dy",
}

// Designs are the designs and words of a board.
type Designs struct {
	byKey  map[string]*Design // NAME/SIZE
	custom map[string]*Design // likewise, those that break softRules only
	lang   map[string]*words
}

// Load reads designs/*.yaml, i18n/*.yaml and the fonts that designs name from
// the labels folder. Designs with errors are left out and named in the findings.
func Load(labels fs.FS) (*Designs, result.Findings) {
	d := &Designs{byKey: map[string]*Design{}, custom: map[string]*Design{}}
	lang, found := loadWords(labels)
	d.lang = lang
	names, _ := fs.Glob(labels, "designs/*.yaml") // the pattern is valid
	sort.Strings(names)
	if len(names) > maxDesigns {
		found = append(found, result.Finding{Rule: "LBL-DESIGN", Level: result.Error, Where: result.Place{File: "labels/" + names[maxDesigns]},
			Message: fmt.Sprintf("%d design files, at most %d are read", len(names), maxDesigns), Hint: "remove those that no label uses"})
		names = names[:maxDesigns]
	}
	fonts := map[string]*draw.Font{}
	for _, name := range names {
		file := "labels/" + name
		data, err := readBounded(labels, name, maxDesignBytes)
		if err != nil {
			found = append(found, result.Finding{Rule: "LBL-DESIGN", Level: result.Error, Where: result.Place{File: file},
				Message: "cannot be read: " + err.Error(), Hint: "check that it is a readable file of at most 128 kB"})
			continue
		}
		ds, fs1 := parseDesign(file, data)
		if ds != nil {
			fs1 = append(fs1, ds.loadFonts(labels, fonts)...)
			ds.lacks = ds.lacksOf(d.lang)
		}
		if _, drawable := usable(fs1); ds != nil && drawable && d.lang != nil {
			fs1 = append(fs1, ds.try(d.words("en"))...)
		}
		found = append(found, fs1...)
		official, unofficial := usable(fs1)
		if ds == nil || !unofficial {
			continue
		}
		key := ds.Name + "/" + ds.Size
		other := cmp.Or(d.byKey[key], d.custom[key])
		switch {
		case other != nil:
			found = append(found, result.Finding{Rule: "LBL-DESIGN", Level: result.Error, Where: result.Place{File: file},
				Message: fmt.Sprintf("design %s of size %s is also in %s", ds.Name, ds.Size, other.File), Hint: "rename one of the files"})
		case official:
			d.byKey[key] = ds
		default:
			d.custom[key] = ds
		}
	}
	return d, found
}

// readBounded reads a file that may come from anywhere.
func readBounded(labels fs.FS, name string, most int64) ([]byte, error) {
	f, err := labels.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("it is larger than %d bytes", most)
	}
	return data, err
}

// choose returns the design of a style, and what its numbers are multiplied by:
// a compact label is a small full one unless a design says otherwise.
func (d *Designs) choose(s Style) (*Design, float64, error) {
	if err := s.check(); err != nil {
		return nil, 0, err
	}
	get := func(size string) *Design {
		key := s.Design + "/" + size
		if ds := d.byKey[key]; ds != nil || !s.Unofficial {
			return ds
		}
		return d.custom[key]
	}
	if ds := get(s.Size); ds != nil {
		return ds, 1, nil
	}
	if ds := get(SizeFull); ds != nil && s.Size == SizeCompact {
		if least := ds.leastPt() * compactScale; least < minTextPt && !s.Unofficial {
			return nil, 0, problem("LBL-E-DESIGN", fmt.Sprintf("let no text of %s be below %.3g pt, or add a design file of size compact", ds.File, minTextPt/compactScale),
				"design %q has no size compact: its smallest text would be %.2f pt", s.Design, least)
		}
		return ds, compactScale, nil
	}
	return nil, 0, problem("LBL-E-DESIGN", "there are: "+strings.Join(d.names(), ", "), "no design %q of size %q", result.Clip(s.Design), s.Size)
}

// names returns the designs that there are as NAME/SIZE, sorted.
func (d *Designs) names() []string { return slices.Sorted(maps.Keys(d.byKey)) }

// words returns the words of a language: the exact one, its base language, else
// English.
func (d *Designs) words(lang string) *words {
	if w, ok := d.lang[lang]; ok {
		return w
	}
	base, _, _ := strings.Cut(lang, "-")
	if w, ok := d.lang[base]; ok {
		return w
	}
	if w, ok := d.lang["en"]; ok {
		return w
	}
	return &words{lang: "en", s: map[string]string{}}
}

// parseDesign reads one design strictly: unknown keys, unknown kinds and keys of
// another kind are errors with their place. The design is nil if it cannot be
// used at all.
func parseDesign(file string, data []byte) (*Design, result.Findings) {
	ds := &Design{File: file}
	var found result.Findings
	if ds.doc, found = yamldoc.Read(data, yamldoc.Options{File: file, Rule: designRule}, ds); ds.doc.Broken {
		return nil, found
	}
	sum := sha256.Sum256(data)
	ds.SHA256 = hex.EncodeToString(sum[:])
	ds.Name = strings.TrimSuffix(strings.TrimSuffix(path.Base(file), ".yaml"), "-"+ds.Size)
	ds.uses = fieldsOf(ds)
	ds.used = slices.Sorted(maps.Keys(ds.uses))
	return ds, append(found, ds.check()...)
}

// designRule is the rule that a problem of a design file breaks.
func designRule(p yamldoc.Problem) string {
	if p == yamldoc.Text {
		return "LBL-E-TEXT"
	}
	return "LBL-DESIGN"
}

// loadFonts reads the design's fallback fonts, each file once.
func (ds *Design) loadFonts(labels fs.FS, seen map[string]*draw.Font) result.Findings {
	var found result.Findings
	for i, name := range ds.Fonts.Fallback {
		f, ok := seen[name]
		if !ok {
			data, err := readBounded(labels, "fonts/"+name, maxFontBytes)
			if err == nil {
				f, err = draw.ParseFont(name, data)
			}
			if err != nil {
				found = append(found, result.Finding{Rule: "LBL-FONT", Level: result.Error, Where: ds.doc.Place("/fonts/fallback/" + strconv.Itoa(i)),
					Message: fmt.Sprintf("font labels/fonts/%s cannot be used: %v", name, err), Hint: "put a TrueType file (.ttf with glyf outlines) there, or take the name out"})
				continue
			}
			seen[name] = f
		}
		ds.fallback = append(ds.fallback, f)
	}
	return found
}

// leastPt is the smallest text that the design draws, in points.
func (ds *Design) leastPt() float64 {
	least := math.Inf(1)
	for i := range ds.Elements {
		if e := &ds.Elements[i]; e.Kind == "text" {
			least = min(least, e.Pt)
			if e.MinPt > 0 && e.Overflow == "" {
				least = min(least, e.MinPt)
			}
		}
	}
	return least
}

// fieldsOf are the fields that the design's texts place; each element notes its
// own.
func fieldsOf(ds *Design) map[string]bool {
	used := map[string]bool{}
	for i := range ds.Elements {
		e := &ds.Elements[i]
		e.refs = fieldsIn(e.Text)
		for _, f := range append(fieldsIn(e.Short), e.refs...) {
			used[f] = true
		}
	}
	return used
}
