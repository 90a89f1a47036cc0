package label

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"jouleboard/internal/result"
	"jouleboard/labels"
)

func shipped(t testing.TB, name string) string {
	t.Helper()
	data, err := fs.ReadFile(labels.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// loadDesign loads the shipped words with one design.
func loadDesign(t testing.TB, design string) (*Designs, result.Findings) {
	t.Helper()
	return Load(fstest.MapFS{
		"i18n/en.yaml":         {Data: []byte(shipped(t, "i18n/en.yaml"))},
		"designs/default.yaml": {Data: []byte(design)},
	})
}

func TestShippedDesignIsValid(t *testing.T) {
	d, found := Load(labels.FS)
	if len(found) > 0 {
		t.Errorf("findings: %v", found)
	}
	if got := strings.Join(d.names(), " "); got != "default/full default/small default/strip" {
		t.Errorf("designs: %s", got)
	}
}

// The palette's contrasts are those that the labels' rules print.
func TestContrast(t *testing.T) {
	for hex, want := range map[string]string{"#1A1A1A": "17.40", "#4D4D4D": "8.45", "#005A8C": "7.39", "#767676": "4.54", "#8C2D04": "8.43", "#3C3C3C": "11.03", "#5F5F5F": "6.39"} {
		if got := strings.TrimRight(num(float64(int(contrast(hex, "#FFFFFF")*100+0.5))/100), "0"); got != strings.TrimRight(want, "0") {
			t.Errorf("%s on white: %s, want %s", hex, got, want)
		}
	}
}

// The palettes of the looks are those that the labels' rules print, and every
// shipped design has them; its looks are left to the defaults or say the same.
func TestPalettes(t *testing.T) {
	want := map[string]string{
		LookColour: "#1A1A1A #4D4D4D #005A8C #767676 #8C2D04 #FFFFFF", LookMono: "#000000 #000000 #000000 #000000 #000000 #FFFFFF", LookDark: "#F2F2F2 #B8B8B8 #6CB8F0 #8A8A8A #F2A07A #1A1A1A",
	}
	d := load(t)
	for _, look := range Looks() {
		for _, key := range d.names() {
			var got []string
			for _, name := range []string{"ink", "grey", "star", "outline", "alert", "paper"} {
				got = append(got, d.byKey[key].color(look, name))
				if p := palettes[look][name]; p != got[len(got)-1] {
					t.Errorf("%s, %s: %s is %s, the default %s", key, look, name, got[len(got)-1], p)
				}
			}
			if strings.Join(got, " ") != want[look] {
				t.Errorf("%s, %s: %v, want %s", key, look, got, want[look])
			}
		}
	}
	// On the dark ground, as printed beside them.
	for hex, want := range map[string]string{"#F2F2F2": "15.55", "#B8B8B8": "8.77", "#6CB8F0": "8.08", "#8A8A8A": "5.04", "#F2A07A": "8.36"} {
		if got := strconv.FormatFloat(contrast(hex, "#1A1A1A"), 'f', 2, 64); got != want {
			t.Errorf("%s on dark: %s, want %s", hex, got, want)
		}
	}
}

// Each fault in a design is found with its rule and its line.
func TestDesignFaults(t *testing.T) {
	base := shipped(t, "designs/default.yaml")
	line := func(s, part string) int {
		at := strings.Index(s, part)
		if at < 0 {
			return 0
		}
		return 1 + strings.Count(s[:at], "\n")
	}
	drop := func(id string) string {
		return regexp.MustCompile(`(?m)^ *- \{[^\n]*id: `+id+`[,}].*\n`).ReplaceAllString(base, "")
	}
	swap := func(old, new string) string { return strings.Replace(base, old, new, 1) }
	for name, c := range map[string]struct {
		design string
		rule   string
		text   string // part of the message
		at     string // part of the line, "" for no check
	}{
		"not YAML":            {"size: [full\n", "LBL-DESIGN", "", ""},
		"unknown key":         {"sice: full\n" + base, "LBL-DESIGN", "sice", "sice"},
		"unknown size":        {swap("size: full", "size: poster"), "LBL-DESIGN", `size is "poster"`, "size: poster"},
		"unknown kind":        {swap("kind: star", "kind: moon"), "LBL-DESIGN", `kind is "moon"`, "kind: moon"},
		"unknown element key": {swap("pt: 30,", "pt: 30, blink: true,"), "LBL-DESIGN", "blink", "blink"},
		"key of another kind": {swap("box: 28", "box: 28, pt: 9"), "LBL-DESIGN", "takes no pt", "box: 28, pt"},
		"missing key":         {swap(", r: 7", ""), "LBL-DESIGN", "without r", "kind: star"},
		"unknown field":       {swap("{provider}", "{creator}"), "LBL-DESIGN", `unknown field "creator"`, "{creator}"},
		"unknown when":        {swap("when: rated", "when: nice"), "LBL-DESIGN", `unknown field "nice"`, "when: nice"},
		"unknown colour":      {swap("color: alert", "color: pink"), "LBL-DESIGN", `no colour is named "pink"`, "color: pink"},
		"bad colour":          {swap(`"#4D4D4D"`, `"grey"`), "LBL-DESIGN", "colour grey", `grey: "grey"`},
		"bad align":           {swap("align: r", "align: right"), "LBL-DESIGN", `align is "right"`, "align: right"},
		"facts outside rows":  {swap("repeat: facts, dy: 5.6, ", ""), "LBL-DESIGN", "stands in rows only", ""},
		"negative size":       {swap("pt: 30", "pt: -30"), "LBL-DESIGN", "pt is -30", ""},
		"not a number":        {swap("pt: 30", "pt: .nan"), "LBL-DESIGN", "found not-a-number", ""},
		"small print":         {swap("pt: 9.5, color: ink, text: \"{note}\"", "pt: 5, color: ink, text: \"{note}\""), "LBL-SMALL", "5 pt", "pt: 5,"},
		"small when shrunk":   {swap("min_pt: 11", "min_pt: 4"), "LBL-SMALL", "4 pt", "min_pt: 4"},
		"no note":             {drop("note"), "LBL-MANDATORY", "{note}", "elements:"},
		"no stars":            {drop("stars"), "LBL-MANDATORY", "stars", "elements:"},
		"no QR code":          {drop("qr"), "LBL-MANDATORY", "QR code", "elements:"},
		"no hash":             {drop("hash"), "LBL-MANDATORY", "{hash}", "elements:"},
		"note only sometimes": {swap("id: note,", "id: note, when: withdrawn,"), "LBL-MANDATORY", "{note}", "elements:"},
		"no ground":           {drop("ground"), "LBL-GROUND", "", "id: header"},
		"weak grey":           {swap(`"#4D4D4D"`, `"#999999"`), "LBL-CONTRAST", "contrast of 2.85", ""},
		"weak outline":        {swap(`"#767676"`, `"#CCCCCC"`), "LBL-CONTRAST", "stars", ""},
		"outside":             {swap("id: hash, x: 36", "id: hash, x: 80"), "LBL-OUTSIDE", "hash", ""},
		"covered":             {base + "  - {kind: rect, id: patch, x: 6, y: 156, w: 50, h: 4, fill: paper}\n", "LBL-OVERLAP", "element patch covers note", "id: patch"},
		"half on the header":  {swap("id: subtitle, x: 6, y: 14.6", "id: subtitle, x: 6, y: 18.6"), "LBL-OVERLAP", "subtitle stands half on header", "id: subtitle"},
		"grey text":           {swap(`grey: "#4D4D4D"`, `grey: "#808080"`), "LBL-CONTRAST", "contrast of 3.95", ""},
		"dark text":           {swap(`grey: "#B8B8B8"`, `grey: "#606060"`), "LBL-CONTRAST", "in the look dark", ""},
		"pale stars":          {swap(`star: "#005A8C"`, `star: "#F0F0F0"`), "LBL-CONTRAST", "element stars", "id: stars"},
		"mono with a hue":     {swap(`alert: "#000000"`, `alert: "#010000"`), "LBL-DESIGN", "which is no grey", ""},
		"unknown look":        {swap("  mono: {", "  sepia: {"), "LBL-DESIGN", "sepia", "sepia"},
		"colour of one look":  {strings.Replace(swap("palette:\n", "palette:\n  pink: \"#802040\"\n"), "color: alert", "color: pink", 1), "LBL-DESIGN", `"pink" has no value in the look`, ""},
		"short drops a field": {swap(`text: "{note}"`, `text: "{note}", short: "."`), "LBL-DESIGN", "short leaves out {note}", ""},
		"note cut":            {swap(`text: "{note}", max_w: 84`, `text: "{note}", max_w: 30`), "LBL-CUT", "element note cuts {note} short", "id: note"},
		"after nothing":       {swap("id: note,", "id: note, after: nobody,"), "LBL-DESIGN", "no text before it", "after: nobody"},
		"two codes":           {base + "  - {kind: qr, x: 60, y: 161, box: 25}\n", "LBL-DESIGN", "2 elements of kind qr", ""},
		"huge text":           {swap("pt: 30", "pt: 300"), "LBL-DESIGN", "at most 120 points", ""},
		"overlap":             {swap("id: value, when: value, x: 6, y: 92", "id: value, when: value, x: 6, y: 104"), "LBL-OVERLAP", "value", ""},
		"text over the code":  {swap("id: verify, x: 36", "id: verify, x: 20"), "LBL-OVERLAP", "verify", ""},
		"tiny code":           {swap("box: 28", "box: 12"), "LBL-E-QR", "0.4 mm needed", ""},
		"no room":             {swap("pt: 30", "pt: 60"), "LBL-E-FIT", "does not fit", ""},
		"missing font":        {swap("palette:", "fonts: {fallback: [none.ttf]}\npalette:"), "LBL-FONT", "none.ttf", "none.ttf"},
		"bidi in text":        {swap(`text: "{note}"`, `text: "{note}\u202e"`), "LBL-E-TEXT", "U+202E", ""},
		"undrawable text":     {swap(`text: "{note}"`, `text: "{note} \u2605"`), "LBL-E-TEXT", "U+2605", ""},
	} {
		d, found := loadDesign(t, c.design)
		hit := false
		for _, f := range found {
			if f.Rule != c.rule || !strings.Contains(f.Message, c.text) {
				continue
			}
			hit = true
			if f.Level != result.Error || f.Where.File != "labels/designs/default.yaml" || f.Hint == "" {
				t.Errorf("%s: %+v lacks level, file or hint", name, f)
			}
			if want := line(c.design, c.at); c.at != "" && f.Where.Line != want {
				t.Errorf("%s: found on line %d, want %d: %s", name, f.Where.Line, want, f)
			}
		}
		if !hit {
			t.Errorf("%s: no %s with %q; found %v", name, c.rule, c.text, found)
		}
		if strings.HasPrefix(name, "unknown element key") && len(found) != 1 {
			t.Errorf("%s: told %d times: %v", name, len(found), found)
		}
		if len(d.byKey) > 0 {
			t.Errorf("%s: the design can be used", name)
		}
	}
}

func TestTwoDesignsOfOneName(t *testing.T) {
	base := []byte(shipped(t, "designs/default.yaml"))
	_, found := Load(fstest.MapFS{
		"i18n/en.yaml":              {Data: []byte(shipped(t, "i18n/en.yaml"))},
		"designs/default.yaml":      {Data: base},
		"designs/default-full.yaml": {Data: base},
	})
	if len(found) != 1 || !strings.Contains(found[0].Message, "is also in") {
		t.Errorf("found %v", found)
	}
}

func TestWordFaults(t *testing.T) {
	en := shipped(t, "i18n/en.yaml")
	for name, c := range map[string]struct {
		lang, text string
		level      result.Level
		want       string
	}{
		"unknown key":     {"de", "ratting: x\n", result.Error, `unknown key "ratting"`},
		"other names":     {"de", "rating: \"{star} von 5\"\n", result.Error, "rating has {star}"},
		"not translated":  {"de", "rating: \"{stars} von 5\"\n", result.Warn, "subtitle is not translated"},
		"not YAML":        {"de", "a: [\n", result.Error, ""},
		"English missing": {"en", "", result.Error, "English words are missing"},
	} {
		m := fstest.MapFS{"i18n/en.yaml": {Data: []byte(en)}, "i18n/" + c.lang + ".yaml": {Data: []byte(c.text)}}
		if name == "English missing" {
			m = fstest.MapFS{}
		}
		_, found := Load(m)
		hit := false
		for _, f := range found {
			hit = hit || f.Level == c.level && strings.Contains(f.Message, c.want)
		}
		if !hit {
			t.Errorf("%s: no %s with %q in %v", name, c.level, c.want, found)
		}
	}
}

// The shipped English file has the words that labels need, and no others; one
// that lacks a word is refused.
func TestWordKeys(t *testing.T) {
	if d := cmp.Diff(wordKeys, slices.Sorted(maps.Keys(load(t).words("en").s))); d != "" {
		t.Errorf("wordKeys (-) and en.yaml (+) differ:\n%s", d)
	}
	_, found := Load(fstest.MapFS{"i18n/en.yaml": {Data: []byte(strings.Replace(shipped(t, "i18n/en.yaml"), "verify_short: Scan to verify\n", "", 1))}})
	if len(found) != 1 || found[0].Level != result.Error || !strings.Contains(found[0].Message, "verify_short is missing") {
		t.Errorf("found %v", found)
	}
}

// Every key that the code asks for is there, and every key that is there is
// asked for.
func TestWordsAreUsed(t *testing.T) {
	w := load(t).words("en")
	src := ""
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		src += string(b)
	}
	for _, m := range regexp.MustCompile(`\bt\("([a-z_]+)"[,)]`).FindAllStringSubmatch(src, -1) {
		if !w.has(m[1]) {
			t.Errorf("the code asks for %q, which no file has", m[1])
		}
	}
	made := regexp.MustCompile(`^(reason_|boundary_|per_|fact_|alt_|load_|short_)`) // put together from a code or a kind
	for _, k := range slices.Sorted(maps.Keys(w.s)) {
		if !strings.Contains(src, `"`+k+`"`) && !made.MatchString(k) && k != "recomputed" && k != "declared" && k != "reported" {
			t.Errorf("nothing asks for %q", k)
		}
	}
	for _, kind := range []string{"measured", "published", "retrieved"} {
		if !w.has("alt_"+kind) || !w.has("fact_"+kind) {
			t.Errorf("no words for %s", kind)
		}
	}
	for _, kind := range []string{"request", "image", "video"} {
		if !w.has("per_"+kind) || !w.has("alt_per_"+kind) {
			t.Errorf("no words for a %s", kind)
		}
	}
}

func FuzzDesign(f *testing.F) {
	base := shipped(f, "designs/default.yaml")
	f.Add(base)
	f.Add("size: full\nelements: [{kind: text}]\n")
	f.Add("size: full\nelements:\n  - kind: qr\n    x: 1\n    y: .inf\n    box: 1e308\n")
	f.Add("size: full\npalette: {a: \"#FFFFFF\"}\nelements: [{kind: rect, x: 0, y: 0, w: 96, h: 192, fill: a}, {kind: text, x: 1, y: 2, pt: 9, color: a, text: \"{model}\", lines: 10, max_w: 0.1}]\n")
	f.Add("elements: &a [*a]")
	f.Add("? {a: b}\n: c\n")
	w := load(f).words("en")
	f.Fuzz(func(t *testing.T, design string) {
		ds, found := parseDesign("labels/designs/x.yaml", []byte(design))
		if ds == nil && !found.HasErrors() {
			t.Fatal("no design and no error")
		}
		if ds != nil && !found.HasErrors() {
			ds.try(w)
		}
	})
}
