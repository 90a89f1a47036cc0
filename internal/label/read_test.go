package label

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
	"testing"
)

// labelFiles are one label in each format that carries a record.
func labelFiles(t testing.TB, in Input, s Style) (Record, map[Format][]byte) {
	t.Helper()
	l, err := load(t).Draw(in, s)
	if err != nil {
		t.Fatal(err)
	}
	pdf, err := l.PDF()
	if err != nil {
		t.Fatal(err)
	}
	png, err := l.PNG()
	if err != nil {
		t.Fatal(err)
	}
	return l.Record, map[Format][]byte{FormatSVG: l.SVG(), FormatPDF: pdf, FormatPNG: png}
}

func TestReadRecord(t *testing.T) {
	want, files := labelFiles(t, input(), Style{})
	for format, data := range files {
		rec, got, err := ReadRecord(data)
		if err != nil || got != format || rec.JSON() != want.JSON() {
			t.Errorf("%s: format %q, error %v\n%s\n%s", format, got, err, rec.JSON(), want.JSON())
		}
	}
	for name, in := range states() {
		badge, err := load(t).Badge(in, true)
		if err != nil {
			t.Fatal(err)
		}
		if rec, _, err := ReadRecord(badge); err != nil || rec.Size != SizeBadge {
			t.Errorf("badge %s: %v", name, err)
		}
		l, err := load(t).Draw(in, Style{Size: SizeSmall, Look: LookMono})
		if err != nil {
			t.Fatal(err)
		}
		if rec, _, err := ReadRecord(l.SVG()); err != nil || rec.JSON() != l.Record.JSON() {
			t.Errorf("%s: %v\n%s", name, err, rec.JSON())
		}
	}
}

// Names with what each format escapes come back as they were.
func TestReadNames(t *testing.T) {
	for _, name := range []string{"org/Model (v2) \\ \"best\"", "org/a<b>&c", "组织/模型-7B", "org/Größe))(", "org/🦙"} {
		in := input()
		r := *in.Result
		r.Model.Name = name
		in.Result, in.Model = &r, nil
		want, files := labelFiles(t, in, Style{Size: SizeStrip})
		for _, data := range files {
			rec, format, err := ReadRecord(data)
			if err != nil || rec.Model != name || rec.JSON() != want.JSON() {
				t.Errorf("%s of %q: %v, %q", format, name, err, rec.Model)
			}
		}
	}
}

func chunk(kind, data string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(out, kind+data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+data)))
}

func TestUnreadable(t *testing.T) {
	rec, files := labelFiles(t, input(), Style{})
	svg, pdf, png := string(files[FormatSVG]), string(files[FormatPDF]), string(files[FormatPNG])
	meta := `<metadata id="x">` + rec.JSON() + `</metadata>`
	ihdr := png[len(pngSignature) : len(pngSignature)+25]
	text := string(chunk("tEXt", "jouleboard\x00"+rec.JSON()))
	with := func(old, new string) string {
		if !strings.Contains(svg, old) {
			t.Fatalf("the label has no %s", old)
		}
		return strings.Replace(svg, old, new, 1)
	}
	for _, tt := range []struct {
		name, data string
		err        error
		message    string
	}{
		{"empty", "", ErrNoRecord, "empty"},
		{"photo", "\xff\xd8\xff\xe0JFIF", ErrNoRecord, "a photo carries no record"},
		{"packed", "\x1f\x8b\x08", ErrNoRecord, "unpack it"},
		{"text", "hello", ErrNoRecord, "neither SVG nor PDF nor PNG"},
		{"page", "<html><body>" + meta + "</body></html>", ErrNoRecord, "no SVG"},
		{"broken page", "<!doctype html><p>hello", ErrNoRecord, "no proper SVG"},
		{"huge", strings.Repeat(" ", MaxFile+1), ErrNoRecord, "larger than 16 MiB"},
		{"no metadata", `<svg xmlns="http://www.w3.org/2000/svg"/>`, ErrNoRecord, "no record in an element metadata"},
		{"other metadata", `<svg xmlns="http://www.w3.org/2000/svg"><metadata><rdf/></metadata></svg>`, ErrNoRecord, "no record"},
		{"doubled", with("</metadata>", "</metadata>"+meta), ErrDamaged, "2 records"},
		{"cut", svg[:len(svg)/2], ErrDamaged, "no proper SVG"},
		{"entity", `<!DOCTYPE svg [<!ENTITY e SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><metadata>&e;` + rec.JSON() + `</metadata></svg>`, ErrDamaged, "&e;"},
		{"deep", `<svg xmlns="http://www.w3.org/2000/svg">` + strings.Repeat("<g>", 300), ErrNoRecord, "too deeply"},
		{"charset", `<?xml version="1.0" encoding="utf-16"?>` + svg, ErrDamaged, "not UTF-8"},
		{"unknown key", with(`{"design"`, `{"extra":1,"design"`), ErrDamaged, `"extra"`},
		{"doubled key", with(`{"design"`, `{"design":"other","design"`), ErrDamaged, "duplicate"},
		{"other case", with(`"stars"`, `"Stars"`), ErrDamaged, `"Stars"`},
		{"number", with(`"stars":"3.5"`, `"stars":3.5`), ErrDamaged, "stars"},
		{"later schema", with(RecordSchema, "jouleboard.label/2"), ErrVersion, "jouleboard.label/2, and this version reads jouleboard.label/1"},
		{"quarter stars", with(`"stars":"3.5"`, `"stars":"3.7"`), ErrDamaged, `stars is "3.7"`},
		{"six stars", with(`"stars":"3.5"`, `"stars":"6.0"`), ErrDamaged, `stars is "6.0"`},
		{"other form of stars", with(`"stars":"3.5"`, `"stars":"3.50"`), ErrDamaged, `stars is "3.50"`},
		{"no stars", with(`"stars":"3.5"`, `"stars":""`), ErrDamaged, "stars"},
		{"status", with(`"status":"rated"`, `"status":"best"`), ErrDamaged, `status is "best"`},
		{"id", with(rec.Result, "../../etc"), ErrDamaged, "64 hex digits"},
		{"size", with(`"size":"full"`, `"size":"huge"`), ErrDamaged, `size is "huge"`},
		{"address", with("https://board.example.org/r/", "javascript:"), ErrDamaged, "an https address"},
		{"direction mark", with(`"model":"`, `"model":"\u202e`), ErrDamaged, "direction"},
		{"long", with(`"model":"`, `"model":"`+strings.Repeat("x", 70_000)), ErrDamaged, "longer than 64 KiB"},

		{"png: only a start", pngSignature, ErrNoRecord, "no proper PNG"},
		{"png: none", pngSignature + ihdr + string(chunk("IEND", "")), ErrNoRecord, "a screenshot"},
		{"png: two", pngSignature + ihdr + text + text + string(chunk("IEND", "")), ErrDamaged, "2 records"},
		{"png: cut", png[:len(png)-3], ErrDamaged, "ends within a chunk"},
		{"png: no end", png[:len(png)-12], ErrDamaged, "has no end"},
		{"png: more", png + "x", ErrDamaged, "1 bytes follow its end"},
		{"png: checksum", strings.Replace(png, `"stars":"3.5"`, `"stars":"5.0"`, 1), ErrDamaged, "chunk tEXt has a wrong checksum"},
		{"png: long chunk", pngSignature + "\xff\xff\xff\xfftEXt", ErrNoRecord, "ends within a chunk"},

		{"pdf: only a start", "%PDF-1.4", ErrNoRecord, "has no record"},
		{"pdf: cut", pdf[:len(pdf)-200], ErrNoRecord, "saved by another program"},
		{"pdf: more", pdf + "\n", ErrDamaged, "1 bytes were added"},
		{"pdf: keywords", strings.Replace(pdf, `"stars":"3.5"`, `"stars":"5.0"`, 1), ErrDamaged, "differ"},
		{"pdf: both", strings.ReplaceAll(pdf, `"stars":"3.5"`, `"stars":"5.0"`), ErrDamaged, "do not match the digest"},
		{"pdf: keywords gone", strings.Replace(pdf, "/Keywords", "/KeyWords", 1), ErrDamaged, "one of its two places"},
		{"pdf: both gone", strings.ReplaceAll(strings.Replace(pdf, "/Keywords", "/KeyWords", 1), "dc:description", "dc:descriptiox"), ErrDamaged, "its record is gone"},
		{"pdf: open string", "%PDF-1.4 /Keywords (jouleboard:{\\", ErrNoRecord, "has no record"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := ReadRecord([]byte(tt.data))
			if !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.message) {
				t.Errorf("%v, expected %v with %q", err, tt.err, tt.message)
			}
		})
	}
}

// A program that only writes the same SVG differently changes nothing; anything
// that a viewer would show differently is seen.
func TestSameSVG(t *testing.T) {
	a := `<svg xmlns="http://www.w3.org/2000/svg" width="9mm" fill="#000"><title id="t">A &amp; B</title>
<metadata>{}</metadata>
<path d="M0 0h9"/><use x="1" href="#g"/></svg>`
	for _, tt := range []struct {
		name, old, new string
		same           bool
	}{
		{"the same", "", "", true},
		{"declaration", "<svg", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg", true},
		{"order", `x="1" href="#g"`, `href='#g' x='1'`, true},
		{"line ends", "\n", "\r\n", true},
		{"comment", "<path", "<!-- saved -->\n\t<path", true},
		{"long form", `<path d="M0 0h9"/>`, `<path d="M0 0h9"></path>`, true},
		{"character data", "A &amp; B", "<![CDATA[A & B]]>", true},
		{"value", "h9", "h8", false},
		{"text", "A &amp; B", "A", false},
		{"attribute", `<path`, `<path opacity="0"`, false},
		{"element", "</svg>", "<path/></svg>", false},
		{"less", `<use x="1" href="#g"/>`, "", false},
		{"deeper", `<path d="M0 0h9"/>`, `<g><path d="M0 0h9"/></g>`, false},
		{"style sheet", "<svg", `<?xml-stylesheet href="x.css"?><svg`, false},
		{"document type", "<svg", `<!DOCTYPE svg [<!ATTLIST path opacity CDATA "0">]><svg`, false},
		{"namespace", "2000/svg", "1999/svg", false},
		{"broken", "</svg>", "", false},
	} {
		b := strings.Replace(a, tt.old, tt.new, 1)
		if tt.old == "" {
			b = a
		} else if a == b {
			t.Fatalf("%s: no change", tt.name)
		}
		if same, line := SameSVG([]byte(b), []byte(a)); same != tt.same || same != (line == 0) {
			t.Errorf("%s: same %t, line %d", tt.name, same, line)
		}
	}
}

func TestPNGDifference(t *testing.T) {
	_, files := labelFiles(t, input(), Style{})
	png := files[FormatPNG]
	if d := PNGDifference(png, png, 300); d != "" {
		t.Error(d)
	}
	end := chunk("IEND", "")
	more := append(append(bytes.Clone(png[:len(png)-len(end)]), chunk("tIME", "\x07\xea\x01\x01\x00\x00\x00")...), end...)
	if d := PNGDifference(more, png, 300); !strings.Contains(d, "tIME") {
		t.Errorf("a chunk more: %q", d)
	}
	if d := PNGDifference(png, more, 300); !strings.Contains(d, "IEND where a label has tIME") {
		t.Errorf("a chunk less: %q", d)
	}
}

func FuzzReadRecord(f *testing.F) {
	_, files := labelFiles(f, input(), Style{})
	for _, data := range files {
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	f.Add([]byte("%PDF-1.4\n/Keywords(jouleboard:{\\377\\"))
	f.Add([]byte("<svg><metadata>{jouleboard.label/1"))
	pngs, svgs := files[FormatPNG], files[FormatSVG]
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, format, err := ReadRecord(data)
		if err == nil && (rec.Schema != RecordSchema || format == FormatNone) {
			t.Errorf("a record without schema or format: %+v %q", rec, format)
		}
		var re *ReadError
		if err != nil && !errors.As(err, &re) {
			t.Errorf("%T: %v", err, err)
		}
		switch format {
		case FormatSVG:
			SameSVG(data, svgs)
		case FormatPNG:
			PNGDifference(data, pngs, 300)
		}
	})
}
