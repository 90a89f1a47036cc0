package site

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/content"
	"jouleboard/internal/label"
	"jouleboard/labels"
)

// The words of labels.build and what can be drawn are the same.
func TestLabelFilesCanBeDrawn(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range content.LabelFiles() {
		look := f.Look
		if look == "" {
			look = label.LookColour
		}
		if !slices.Contains(label.Sizes(), f.Size) || !slices.Contains(label.Looks(), look) {
			t.Errorf("%s cannot be drawn", f.Name())
		}
		if seen[labelName(f)] {
			t.Errorf("two labels are written to %s", labelName(f))
		}
		seen[labelName(f)] = true
		if w, h := pixels(f.Size); w < 100 || h < 50 {
			t.Errorf("%s is %d x %d pixels", f.Size, w, h)
		}
	}
	if want := len(label.Sizes()) * (3*len(label.Looks()) - 1); len(seen) != want {
		t.Errorf("%d labels can be named, %d drawn", len(seen), want)
	}
	if !seen["label.svg"] || !seen["label.pdf"] || !seen["label-full-dark.png"] || !seen["label-small-mono.pdf"] {
		t.Errorf("names: %v", seen)
	}
}

// oneModel is a board with the results of one model and its own labels.build.
func oneModel(t *testing.T, words string) string {
	t.Helper()
	root := t.TempDir()
	copyTree(t, filepath.Join(repo, "content"), filepath.Join(root, "content"))
	copyTree(t, filepath.Join(repo, "labels", "scales"), filepath.Join(root, "labels", "scales"))
	files, err := filepath.Glob(filepath.Join(repo, "results", "Qwen", "Qwen3-8B", "*", "lm-arena-chat-*.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("results: %v %v", files, err)
	}
	for _, f := range files[:2] {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(root, "results", "Qwen", "Qwen3-8B", filepath.Base(filepath.Dir(f)), filepath.Base(f))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	site := filepath.Join(root, "content", "site.yaml")
	data, err := os.ReadFile(site)
	if err != nil {
		t.Fatal(err)
	}
	data = regexp.MustCompile(`(?m)^  build: .*$`).ReplaceAll(data, []byte("  build: ["+words+"]"))
	if err := os.WriteFile(site, data, 0o644); err != nil {
		t.Fatal(err)
	}
	// The manual shows boards that are not here.
	for _, dir := range []string{"docs", "methodology"} {
		if err := os.RemoveAll(filepath.Join(root, "content", dir)); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []string{"about.md", "faq.md", "submit.md", "roadmap.md"} {
		os.Remove(filepath.Join(root, "content", p))
	}
	return root
}

// A build writes what labels.build names and nothing else, and pages offer the
// files that are there and commands for the others.
func TestLabelsBuild(t *testing.T) {
	var all []string
	for _, f := range content.LabelFiles() {
		all = append(all, f.Name())
	}
	for _, words := range []string{"badge", "badge, small-svg", "strip-png, full-mono-pdf", strings.Join(append(all, "badge"), ", ")} {
		root := oneModel(t, words)
		out := filepath.Join(root, "public")
		build(t, root, Options{Out: out})
		named := strings.Split(words, ", ")
		pages := 0
		for name, data := range tree(t, out) {
			if !strings.HasPrefix(name, "r/") {
				continue
			}
			base := name[strings.LastIndex(name, "/")+1:]
			if strings.HasPrefix(base, "label") && !slices.ContainsFunc(content.LabelFiles(), func(f content.LabelFile) bool { return labelName(f) == base && slices.Contains(named, f.Name()) }) {
				t.Errorf("[%s] writes %s", words, name)
			}
			if strings.HasSuffix(base, ".png") {
				if _, err := png.Decode(strings.NewReader(data)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if base != "index.html" {
				continue
			}
			pages++
			for _, f := range content.LabelFiles() {
				offered, built := strings.Contains(data, `href="`+labelName(f)+`"`), slices.Contains(named, f.Name())
				_, err := os.Stat(filepath.Join(out, filepath.Dir(name), labelName(f)))
				if offered != built || built != (err == nil) {
					t.Errorf("[%s] %s: %s is offered: %v, built: %v, there: %v", words, name, f.Name(), offered, built, err == nil)
				}
			}
			if commands := strings.Count(data, " --size "); commands == 0 != (len(named) > 30) {
				t.Errorf("[%s] %s names %d commands", words, name, commands)
			}
			if picture := strings.Contains(data, `class="label-img`); picture != (len(named) > 1) {
				t.Errorf("[%s] %s shows a picture: %v", words, name, picture)
			}
		}
		if pages != 2 {
			t.Errorf("[%s] makes %d result pages", words, pages)
		}
	}
}

// The page that explains labels marks every part of the label that it has words
// for, inside the drawing, with numbers that do not touch.
func TestReadingFollowsTheDesign(t *testing.T) {
	designs, found := label.Load(labels.FS)
	if found.HasErrors() {
		t.Fatal(found)
	}
	s := &site{in: &Input{Site: &content.Site{Language: "en"}, Designs: designs}, msg: &messages{text: map[string]string{}}}
	for _, sm := range s.labelSamples() {
		for _, size := range label.Sizes() {
			sm.in.SiteTitle = "Example"
			l, err := designs.Draw(sm.in, label.Style{Size: size})
			if err != nil {
				t.Fatalf("%s %s: %v", sm.key, size, err)
			}
			cs := s.callouts(l)
			if least := map[bool]int{true: 6, false: 2}[size == label.SizeFull]; len(cs) < least {
				t.Errorf("%s %s has %d numbers", sm.key, size, len(cs))
			}
			for i, c := range cs {
				if c.N != i+1 || c.Here != "" && strings.TrimSpace(c.Here) == "" {
					t.Errorf("%s %s: number %d is %+v", sm.key, size, i+1, c)
				}
				if i > 0 && c.middle() < cs[i-1].middle() {
					t.Errorf("%s %s: %s stands above the number before it", sm.key, size, c.ID)
				}
			}
			// What is drawn and has no explanation would be a riddle.
			for _, p := range l.Places() {
				known := p.Has("task", "hardware", "hardware_short", "dated", "month", "id_line", "id_line_short", "reason", "reason_short", "withdrawn", "no_value", "no_value_short", "custom")
				for _, c := range calloutFields {
					known = known || p.Has(c.fields...)
				}
				if size == label.SizeFull && !known {
					t.Errorf("%s: nothing explains %v", sm.key, p.Fields)
				}
			}
			if err := readingDrawing(l, cs).Check(); err != nil {
				t.Errorf("%s %s: %v", sm.key, size, err)
			}
		}
	}
}

func TestApart(t *testing.T) {
	for _, ys := range [][]float64{{}, {5}, {5, 5, 5, 5}, {1, 1.5, 40, 41, 99.9, 99.9}, {-4, 200}, make([]float64, 30)} {
		out := slices.Clone(ys)
		apart(out, 8, 4, 96)
		gap := 8.0
		if n := float64(len(ys) - 1); n*gap > 92 {
			gap = 92 / n
		}
		for i, y := range out {
			if y < 4-1e-9 || y > 96+1e-9 || i > 0 && y-out[i-1] < gap-1e-9 {
				t.Errorf("%v becomes %v", ys, out)
				break
			}
		}
	}
	still := []float64{10, 30, 50}
	apart(still, 8, 4, 96)
	if !slices.Equal(still, []float64{10, 30, 50}) {
		t.Errorf("what is apart moved: %v", still)
	}
}

// Labels keep their contrast for eyes that lack a kind of cone, and without
// colour; the simulations leave white white and grey grey.
func TestContrastForAllEyes(t *testing.T) {
	designs, _ := label.Load(labels.FS)
	for _, size := range label.Sizes() {
		for _, look := range label.Looks() {
			p := designs.Colors(label.Style{Size: size, Look: look})
			for _, r := range contrastRows {
				if p[r.name] == "" || p[r.ground] == "" {
					t.Errorf("%s %s has no %s or %s", size, look, r.name, r.ground)
				} else if got := leastContrast(p[r.name], p[r.ground]); got < r.need {
					t.Errorf("%s %s: %s on %s has a contrast of %.2f for some eyes, %.1f needed", size, look, r.name, r.ground, got, r.need)
				}
			}
		}
	}
	for _, v := range visions {
		for _, hex := range []string{"#FFFFFF", "#000000", "#808080"} {
			a, _ := linear(hex)
			b, _ := linear(v.see(hex))
			for i := range a {
				if math.Abs(a[i]-b[i]) > 0.004 {
					t.Errorf("%s sees %s as %s", v.key, hex, v.see(hex))
					break
				}
			}
		}
	}
	// Pure red is dark without red cones and keeps more of its light without green ones.
	if p, d := label.Contrast(visions[1].see("#FF0000"), "#000000"), label.Contrast(visions[2].see("#FF0000"), "#000000"); p >= d {
		t.Errorf("red on black: %.2f without red cones, %.2f without green ones", p, d)
	}
	if got := grey("#005A8C"); got[1:3] != got[3:5] || got[3:5] != got[5:] {
		t.Errorf("grey is %s", got)
	}
	if got := visions[0].see("blue"); got != "blue" {
		t.Errorf("what is no colour becomes %s", got)
	}
}

// What is invented or repainted carries no record: a program must not take it
// for a label.
func TestSamplesAreNoLabels(t *testing.T) {
	dir, _ := shipped(t)
	files, _ := filepath.Glob(filepath.Join(dir, "docs", "labels", "*.svg"))
	samples := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(f)
		invented := strings.HasPrefix(name, "state-") || strings.HasPrefix(name, "vision-")
		_, _, err = label.ReadRecord(data)
		if invented {
			samples++
		}
		if invented == (err == nil) {
			t.Errorf("%s: reading its record says %v", name, err)
		}
		if invented && !bytes.Contains(data, []byte("Example")) {
			t.Errorf("%s does not say that it is an example", name)
		}
	}
	if samples < 12 {
		t.Errorf("%d samples", samples)
	}
}
