package draw

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"jouleboard/internal/draw/drawtest"
)

// checkXref reads the file as a reader does: from the end to each table, and
// from each entry to its object.
func checkXref(t *testing.T, pdf []byte) {
	t.Helper()
	m := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(pdf)
	if m == nil {
		t.Fatal("no startxref at the end")
	}
	at, _ := strconv.Atoi(string(m[1]))
	tables := 0
	for at > 0 {
		tables++
		part := string(pdf[at:])
		if !strings.HasPrefix(part, "xref\n") {
			t.Fatalf("no xref at %d", at)
		}
		lines := strings.Split(part, "\n")[1:]
		for len(lines) > 0 && lines[0] != "trailer" {
			var first, n int
			f := strings.Fields(lines[0])
			first, _ = strconv.Atoi(f[0])
			n, _ = strconv.Atoi(f[1])
			for i := range n {
				e := lines[1+i]
				if len(e) != 19 {
					t.Errorf("xref entry %q is not 20 bytes with its line end", e)
				}
				if strings.Contains(e, " f") {
					continue
				}
				off, _ := strconv.Atoi(e[:10])
				if want := strconv.Itoa(first+i) + " 0 obj"; !bytes.HasPrefix(pdf[off:], []byte(want)) {
					t.Errorf("entry %d leads to %q", first+i, pdf[off:min(off+20, len(pdf))])
				}
			}
			lines = lines[1+n:]
		}
		prev := regexp.MustCompile(`^.*/Prev (\d+)`).FindStringSubmatch(lines[1])
		at = 0
		if prev != nil {
			at, _ = strconv.Atoi(prev[1])
		}
	}
	if tables != 2 {
		t.Errorf("%d xref tables, want the writer's and the update's", tables)
	}
}

func sheetPDF(t testing.TB) []byte {
	t.Helper()
	pdf, err := PDF(sheet(t, false), PDFOptions{Date: day(), Info: Info{Title: "T\u00efle", Author: "An author", Subject: "A sentence.", Keywords: `jouleboard:{"a":"(b)\\"}`, Description: "<&>"}})
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

func TestPDFStructure(t *testing.T) {
	pdf := sheetPDF(t)
	checkXref(t, pdf)
	for _, want := range []string{"/Lang(en)", "/Version/1.4", "/DisplayDocTitle true", "/ID[<", "/Keywords (jouleboard:{\"a\":\"\\(b\\)", "/CreationDate (D:20260203040506)",
		"/ModDate (D:20260203040506)", "/FontFile2", "/ToUnicode", "/Subtype/TrueType", "<dc:description>", "&lt;&amp;&gt;", "<xmp:CreateDate>2026-02-03T04:05:06Z</xmp:CreateDate>"} {
		if !bytes.Contains(pdf, []byte(want)) {
			t.Errorf("no %q in the file", want)
		}
	}
	for _, not := range []string{"/Image", "/JavaScript", "/URI", os.TempDir()} {
		if bytes.Contains(pdf, []byte(not+" ")) {
			t.Errorf("%q in the file", not)
		}
	}
	catalog := regexp.MustCompile(`/Metadata (\d+) 0 R`).FindSubmatch(pdf)
	if catalog == nil || !bytes.Contains(pdf, []byte("\n"+string(catalog[1])+" 0 obj\n<</Type/Metadata")) {
		t.Error("the catalogue does not lead to the metadata")
	}
}

func TestPDFNeedsADate(t *testing.T) {
	if _, err := PDF(&List{W: 10, H: 10}, PDFOptions{}); err == nil {
		t.Error("a document without a date would be dated by the clock")
	}
}

// pagesOf is a sequence of n pages of different sizes and characters; it counts
// what was asked for.
func pagesOf(n int, asked *int) iter.Seq2[*List, error] {
	return func(yield func(*List, error) bool) {
		for i := range n {
			*asked++
			l := &List{W: 50 + float64(i), H: 40, Lang: "de"}
			l.Add(Text{X: 2, Y: 10, Pt: 12, Bold: i%2 == 1, Color: ink, S: fmt.Sprintf("Page %c%d", 'a'+i%26, i)},
				Group{X: 45, Y: 12, Turn: true, Items: []Item{Text{X: 1, Y: 5, Pt: 8, Color: red, S: "turned"}}})
			if !yield(l, nil) {
				return
			}
		}
	}
}

func TestPDFPages(t *testing.T) {
	var buf bytes.Buffer
	asked := 0
	n, err := PDFPages(&buf, pagesOf(30, &asked), PDFOptions{Date: day(), Info: Info{Title: "Pages"}})
	if n != 30 || err != nil {
		t.Fatalf("%d pages, %v", n, err)
	}
	checkXref(t, buf.Bytes())
	contents := pdfContents(t, buf.Bytes())
	if len(contents) != 30 {
		t.Fatalf("%d pages of content", len(contents))
	}
	i := 0
	for l := range pagesOf(30, &asked) {
		compareMarks(t, fmt.Sprintf("page %d", i+1), listMarks(l, false), pdfMarks(contents[i], l.H))
		i++
	}
	if n := bytes.Count(buf.Bytes(), []byte("/FontFile2")); n != 2 {
		t.Errorf("%d embedded fonts, want both faces once", n)
	}
	for want, m := range map[string]int{"/MediaBox [0 0 141.73 113.39]": 1, "/MediaBox [0 0 223.94 113.39]": 1, "/Lang(de)": 1, "/Count 30": 1} {
		if got := bytes.Count(buf.Bytes(), []byte(want)); got < m {
			t.Errorf("%q stands %d times", want, got)
		}
	}
	t.Run("outside", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "p.pdf")
		if err := os.WriteFile(file, buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(drawtest.Tool(t, "qpdf"), "--check", file).CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARNING")) {
			t.Errorf("qpdf --check: %v\n%s", err, out)
		}
		out, err := exec.Command(drawtest.Tool(t, "pdftotext"), file, "-").Output()
		for _, want := range []string{"Page a0", "Page z25", "Page d29", "turned"} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("no %q in the text (%v)", want, err)
			}
		}
	})
}

// pdfText reads the words of a document's only page as a reader does: by the fonts'
// maps from codes to characters.
func pdfText(t *testing.T, pdf []byte) string {
	t.Helper()
	object := func(n string) []byte {
		_, after, ok := bytes.Cut(pdf, []byte("\n"+n+" 0 obj\n"))
		if !ok {
			t.Fatalf("no object %s", n)
		}
		return after
	}
	fonts := map[string][]rune{}
	for _, m := range regexp.MustCompile(`/(F\d+) (\d+) 0 R`).FindAllSubmatch(pdf, -1) {
		uni := regexp.MustCompile(`/ToUnicode (\d+) 0 R`).FindSubmatch(object(string(m[2])))
		_, stream, _ := bytes.Cut(object(string(uni[1])), []byte("stream\n"))
		text := string(inflate(t, stream))
		runes := make([]rune, firstOther)
		for r := ' '; r <= '~'; r++ {
			runes[r] = r
		}
		if !strings.Contains(text, "\n<20><7E><0020>\n") {
			t.Errorf("ASCII is not itself in %.300q", text)
		}
		_, others, _ := strings.Cut(text, "[")
		for _, code := range regexp.MustCompile(`<([0-9A-F]{4})>`).FindAllStringSubmatch(others, -1) {
			v, _ := strconv.ParseUint(code[1], 16, 16)
			runes = append(runes, rune(v))
		}
		if n := len(runes); n > firstOther && !strings.Contains(text, fmt.Sprintf("<80><%02X>[", n-1)) {
			t.Errorf("a map of %d characters reads %.300q", n, text)
		}
		fonts[string(m[1])] = runes
	}
	var out strings.Builder
	font := ""
	for _, tok := range tokenRE.FindAllString(pdfContents(t, pdf)[0], -1) {
		switch tok[0] {
		case '/':
			font = tok[1:]
		case '(':
			s := strings.NewReplacer(`\\`, `\`, `\(`, "(", `\)`, ")", `\r`, "\r").Replace(tok[1 : len(tok)-1])
			for i := range len(s) {
				out.WriteRune(fonts[font][s[i]])
			}
		}
	}
	return out.String()
}

// A byte tells 128 characters apart beside ASCII; a page of more has more than one
// part of a font.
func TestPDFOfManyCharacters(t *testing.T) {
	var want strings.Builder
	l := &List{W: 200, H: 200}
	for r := rune('!'); r < 0x500; r += 20 {
		var line []rune
		for k := r; k < r+20; k++ {
			if len(HasGlyphs(string(k))) == 0 {
				line = append(line, k)
			}
		}
		want.WriteString(string(line))
		l.Add(Text{X: 5, Y: 5 + 0.1*float64(r), Pt: 9, Color: ink, S: string(line)})
	}
	l.Add(Text{X: 5, Y: 190, Pt: 9, Color: ink, S: "~!"}) // of two parts, both known
	want.WriteString("~!")
	pdf, err := PDF(l, PDFOptions{Date: day()})
	if err != nil {
		t.Fatal(err)
	}
	if got := pdfText(t, pdf); got != want.String() {
		t.Errorf("the page reads %q, want %q", got, want.String())
	}
	others := 0
	for _, r := range want.String() {
		if r > '~' {
			others++
		}
	}
	if n, least := bytes.Count(pdf, []byte("/FontFile2")), (others+mostOthers-1)/mostOthers; n != least || n < 3 {
		t.Errorf("%d parts of a font for %d characters beside ASCII, want %d", n, others, least)
	}
}

// Labels have all digits in fonts that have half of them, so that those which differ in
// their numbers have the same fonts; other drawings have what they use.
func TestFontsOfLabels(t *testing.T) {
	q, err := NewQR("https://example.org/r/0123456789ab/")
	if err != nil {
		t.Fatal(err)
	}
	fonts := func(s string, items ...Item) string {
		l := &List{W: 100, H: 100, Items: items}
		l.Add(Text{X: 5, Y: 5, Pt: 9, Color: ink, S: s}, Text{X: 5, Y: 15, Pt: 9, Bold: true, Color: ink, S: s})
		pdf, err := PDF(l, PDFOptions{Date: day()})
		if err != nil {
			t.Fatal(err)
		}
		if got := pdfText(t, pdf); got != s+s {
			t.Errorf("the page reads %q, want %q twice", got, s)
		}
		checkXref(t, pdf)
		return strings.Join(regexp.MustCompile(`/FontName/\S+`).FindAllString(string(pdf), -1), " ")
	}
	code := Modules{X: 20, Y: 20, Unit: 1, Code: q, Fill: ink}
	if a, b := fonts("Model 17-538", code), fonts("Model 2960-41", code); a != b {
		t.Errorf("two labels have the fonts %s and %s", a, b)
	}
	if a, b := fonts("Model 17-538"), fonts("Model 2960-41"); a == b {
		t.Errorf("two drawings of other characters have the fonts %s", a)
	}
	if a, b := fonts("Model 17-538", code), fonts("Model 17-538 xyz", code); a == b {
		t.Errorf("two labels of other letters have the fonts %s", a)
	}
}

// Text strings are in PDF's own encoding where that has the characters.
func TestTextStrings(t *testing.T) {
	for s, want := range map[string]string{
		"": "()", "plain": "(plain)", `a(b)\`: `(a\(b\)\\)`, "8 \u00d7 \u00fc\u00b7": "(8 \xd7 \xfc\xb7)", "a\rb": `(a\rb)`,
		"\u00fe\u00ffa": "(\xfe\xff\x00\xfe\x00\xff\x00a)", "a\u00ad": "(\xfe\xff\x00a\x00\xad)", "a\u2026(": "(\xfe\xff\x00a\x20\x26\x00\\()", "\U0001F600": "(\xfe\xff\xd8\x3d\xde\x00)",
	} {
		if got := string(appendTextString(nil, s)); got != want {
			t.Errorf("%q is written %q, want %q", s, got, want)
		}
	}
}

func TestPDFPagesStops(t *testing.T) {
	asked := 0
	n, err := PDFPages(io.Discard, pagesOf(MaxPages+1, &asked), PDFOptions{Date: day()})
	if n != MaxPages || asked != MaxPages || err != nil {
		t.Errorf("%d pages written, %d asked for, %v; %d is the most", n, asked, err, MaxPages)
	}
	var buf bytes.Buffer
	if n, err := PDFPages(&buf, pagesOf(0, &asked), PDFOptions{Date: day()}); n != 0 || err != nil || buf.Len() > 0 {
		t.Errorf("nothing to write: %d pages, %v, %d bytes", n, err, buf.Len())
	}
	broken := errors.New("broken")
	for name, pages := range map[string]iter.Seq2[*List, error]{
		"an error": func(yield func(*List, error) bool) { _ = yield(&List{W: 1, H: 1}, nil) && yield(nil, broken) },
		"no size":  func(yield func(*List, error) bool) { _ = yield(&List{W: 1, H: 1}, nil) && yield(&List{}, nil) },
	} {
		if n, err := PDFPages(&buf, pages, PDFOptions{Date: day()}); n != 0 || err == nil || buf.Len() > 0 {
			t.Errorf("%s: %d pages, %v, %d bytes", name, n, err, buf.Len())
		}
	}
}

// The same list gives the same bytes, alone or beside others, on one core or
// eight.
func TestDeterministic(t *testing.T) {
	l := sheet(t, false)
	outline := sheet(t, true)
	pdf := sheetPDF(t)
	svg := SVG(outline, SVGOptions{IDPrefix: "a", Text: Outline})
	picture := func() []byte {
		b, err := PNG(l, PNGOptions{DPI: 100})
		if err != nil {
			t.Error(err)
		}
		return b
	}
	first := picture()
	for _, procs := range []int{1, 8} {
		old := runtime.GOMAXPROCS(procs)
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if !bytes.Equal(sheetPDF(t), pdf) {
					t.Errorf("another PDF with GOMAXPROCS %d", procs)
				}
				if !bytes.Equal(SVG(outline, SVGOptions{IDPrefix: "a", Text: Outline}), svg) {
					t.Errorf("another SVG with GOMAXPROCS %d", procs)
				}
				if !bytes.Equal(picture(), first) {
					t.Errorf("another PNG with GOMAXPROCS %d", procs)
				}
				if !bytes.Equal(JSON(l), JSON(sheet(t, false))) {
					t.Errorf("another list with GOMAXPROCS %d", procs)
				}
			})
		}
		wg.Wait()
		runtime.GOMAXPROCS(old)
	}
}

func TestPDFWithOutsideReaders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sheet.pdf")
	if err := os.WriteFile(file, sheetPDF(t), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("qpdf", func(t *testing.T) {
		if out, err := exec.Command(drawtest.Tool(t, "qpdf"), "--check", file).CombinedOutput(); err != nil || bytes.Contains(out, []byte("WARNING")) {
			t.Errorf("qpdf --check: %v\n%s", err, out)
		}
	})
	t.Run("pdffonts", func(t *testing.T) {
		out, err := exec.Command(drawtest.Tool(t, "pdffonts"), file).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")[2:]
		if len(lines) != 2 {
			t.Errorf("%d fonts, want 2", len(lines))
		}
		for _, l := range lines {
			if !strings.Contains(l, "yes yes yes") {
				t.Errorf("not embedded, cut and with Unicode: %s", l)
			}
		}
	})
	t.Run("pdftotext", func(t *testing.T) {
		out, err := exec.Command(drawtest.Tool(t, "pdftotext"), file, "-").CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, want := range []string{"Qwen3-235B & <\u0105\u00f6\u0416\u03a9> (\\)", "\u00d7 2 \u2013 \u00b1"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("text %q cannot be read back from\n%s", want, out)
			}
		}
	})
}

func BenchmarkPDF(b *testing.B) {
	l := sheet(b, true)
	for b.Loop() {
		if _, err := PDF(l, PDFOptions{Date: day()}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	l := sheet(b, true)
	for b.Loop() {
		SVG(l, SVGOptions{IDPrefix: "a", Text: Outline, Unit: "mm"})
	}
}
