// The incremental update after gofpdf: the pages' contents and embedded fonts,
// the document's information and metadata, and what gofpdf has no call for
// (language, version, viewer preferences, ID).

package draw

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// updater appends objects to a PDF and remembers where they stand.
type updater struct {
	b  []byte
	at []int // by number, 0 for objects that are not written

	packed []byte // a stream
}

// put appends text, bytes and numbers.
func (u *updater) put(parts ...any) {
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			u.b = append(u.b, p...)
		case []byte:
			u.b = append(u.b, p...)
		case int:
			u.b = appendInt(u.b, p)
		}
	}
}

// number returns the number of a new object.
func (u *updater) number() int {
	u.at = append(u.at, 0)
	return len(u.at) - 1
}

// open begins object n; the caller writes the rest and its end.
func (u *updater) open(n int) {
	u.at[n] = len(u.b)
	u.put(n, " 0 obj\n")
}

// stream ends an object whose dictionary is still open with a stream.
func (u *updater) stream(data []byte) {
	u.put("/Length ", len(data), ">>\nstream\n", data, "\nendstream\nendobj\n")
}

// write makes a document of a frame and one incremental update.
func (u *updater) write(f *pdfFrame, d *pdfDoc) {
	u.b = append(slices.Grow(u.b[:0], len(f.body)+16<<10), f.body...)
	u.at = slices.Grow(u.at[:0], f.size)[:f.size]
	clear(u.at)
	for i, c := range d.contents {
		u.open(f.contents(i))
		u.put("<</Filter/FlateDecode")
		u.stream(c)
		d.contents[i] = nil
	}
	resources := make([]any, 0, 16)
	for _, pf := range d.fonts.list {
		resources = append(resources, "/", pf.name, " ", pf.write(u), " 0 R")
	}
	u.open(frameResources)
	u.put("<</Font<<")
	u.put(resources...)
	u.put(">>>>\nendobj\n")

	date, in := d.o.Date.UTC(), d.o.Info
	meta := u.number()
	u.open(meta)
	u.put("<</Type/Metadata/Subtype/XML")
	u.stream(d.xmp())
	u.open(f.info)
	u.put("<</Producer (" + producer + ")")
	for _, s := range [...][2]string{{"Title", in.Title}, {"Author", in.Author}, {"Subject", in.Subject}, {"Keywords", in.Keywords}} {
		if s[1] != "" {
			u.put("\n/", s[0], " ")
			u.b = appendTextString(u.b, s[1])
		}
	}
	day := date.Format("20060102150405")
	u.put("\n/CreationDate (D:", day, ")/ModDate (D:", day, ")>>\nendobj\n")
	u.open(f.root)
	u.put("<</Type/Catalog/Pages 1 0 R/Version/1.4/Lang(", pdfName(d.lang), ")/Metadata ", meta, " 0 R/ViewerPreferences<</DisplayDocTitle true>>>>\nendobj\n")

	sum := sha256.Sum256(u.b)
	id := hex.EncodeToString(sum[:16])
	xref := len(u.b)
	u.put("xref\n")
	for i := 0; i < len(u.at); i++ {
		n := 0
		for i+n < len(u.at) && u.at[i+n] > 0 {
			n++
		}
		if n == 0 {
			continue
		}
		u.put(i, " ", n, "\n")
		for _, at := range u.at[i : i+n] {
			const zeros = "0000000000"
			digits := len(strconv.Itoa(at))
			u.put(zeros[digits:], at, " 00000 n \n")
		}
		i += n
	}
	u.put("trailer\n<</Size ", len(u.at), "/Root ", f.root, " 0 R/Info ", f.info, " 0 R/Prev ", f.prev, "/ID[<", id, "><", id, ">]>>\nstartxref\n", xref, "\n%%EOF\n")
}

// pdfName keeps what a language tag may hold.
func pdfName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' {
			return r
		}
		return -1
	}, s)
}

// xmp is the metadata packet: the same facts as the document's information. It
// is valid until the next call.
func (d *pdfDoc) xmp() []byte {
	b := d.packet[:0]
	text := func(before, s, after string) {
		if s != "" {
			b = append(appendEscaped(append(b, before...), s, false), after...)
		}
	}
	b = append(b, "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"+
		"<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n"+
		"<dc:format>application/pdf</dc:format>\n"...)
	const alt, altEnd = `<rdf:Alt><rdf:li xml:lang="x-default">`, "</rdf:li></rdf:Alt>"
	text("<dc:title>"+alt, d.o.Info.Title, altEnd+"</dc:title>\n")
	text("<dc:description>"+alt, d.o.Info.Description, altEnd+"</dc:description>\n")
	text("<dc:creator><rdf:Seq><rdf:li>", d.o.Info.Author, "</rdf:li></rdf:Seq></dc:creator>\n")
	text("<dc:language><rdf:Bag><rdf:li>", d.lang, "</rdf:li></rdf:Bag></dc:language>\n")
	when := d.o.Date.UTC().Format(time.RFC3339)
	text("<xmp:CreateDate>", when, "</xmp:CreateDate>\n")
	text("<xmp:ModifyDate>", when, "</xmp:ModifyDate>\n")
	d.packet = append(b, "<pdf:Producer>"+producer+"</pdf:Producer>\n</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"...)
	return d.packet
}
