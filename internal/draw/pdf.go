// The PDF renderer: documents. gofpdf writes the frame, which is the pages with
// their sizes (pdfframe.go); what stands on them (pdfpage.go), the fonts and what
// the document says of itself follow in the incremental update of pdfpost.go.

package draw

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/jung-kurt/gofpdf"
)

// Info is what a PDF says of itself.
type Info struct {
	Title, Author, Subject string
	// Keywords must be ASCII if programs are to find them in the file's bytes.
	Keywords string
	// Description is the XMP dc:description.
	Description string
}

// PDFOptions say how a list is written as PDF.
type PDFOptions struct {
	Info Info
	// Date is written as date of creation and change, in UTC. It must be set:
	// a document dated by the clock would differ from run to run.
	Date time.Time
}

// MaxPages is the most that one document holds, so that its size and the
// memory for it stay bounded.
const MaxPages = 500

// maxPDFSide is the largest page that readers must open, 14,400 points, in mm.
const maxPDFSide = 5080

// producer names the writer in the document's information.
const producer = "jouleboard"

// WritePDF writes the list as a document of one page, the list's size. The same
// list and options give the same bytes. Every character must be in a font: check
// with HasGlyphs.
func WritePDF(w io.Writer, l *List, o PDFOptions) error {
	d, err := newPDFDoc(o)
	if err != nil {
		return fmt.Errorf("pdf %q: %w", l.Title, err)
	}
	if err := d.add(l); err != nil {
		return fmt.Errorf("pdf: %w", err)
	}
	if err := d.write(w); err != nil {
		return fmt.Errorf("pdf %q: %w", l.Title, err)
	}
	return nil
}

// PDF is what WritePDF writes.
func PDF(l *List, o PDFOptions) ([]byte, error) {
	var b bytes.Buffer
	if err := WritePDF(&b, l, o); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// PDFPages writes lists as the pages of one document, each of its list's size,
// and returns how many it wrote. It takes MaxPages lists at most and then stops
// asking for more, so n == MaxPages says that there may be more for another
// document. The language is the first page's. Without any list it writes
// nothing. An error of the sequence ends it; nothing is written then.
func PDFPages(w io.Writer, pages iter.Seq2[*List, error], o PDFOptions) (n int, err error) {
	d, err := newPDFDoc(o)
	if err != nil {
		return 0, fmt.Errorf("pdf %q: %w", o.Info.Title, err)
	}
	for l, err := range pages {
		if err != nil {
			return 0, err
		}
		if err := d.add(l); err != nil {
			return 0, fmt.Errorf("pdf: page %d: %w", len(d.contents)+1, err)
		}
		if len(d.contents) == MaxPages {
			break
		}
	}
	if len(d.contents) == 0 {
		return 0, nil
	}
	if err := d.write(w); err != nil {
		return 0, fmt.Errorf("pdf %q: %w", o.Info.Title, err)
	}
	return len(d.contents), nil
}

// pdfDoc is a document in the making.
type pdfDoc struct {
	o        PDFOptions
	lang     string
	pages    []gofpdf.SizeType
	fonts    pdfFonts
	contents [][]byte // of the pages, compressed
	*pdfScratch
}

// largestLabel is how long a page may be that is compressed with the codes of
// labels; longer ones and those without a QR code get codes of their own.
const largestLabel = 8 << 10

// pdfScratch is memory for making a document.
type pdfScratch struct {
	page   pdfPage
	packet []byte // of metadata
	update updater
}

// pdfScratches are used again: what one document needs, the next one needs too.
var pdfScratches = sync.Pool{New: func() any { return new(pdfScratch) }}

// keptDocument is the largest document whose memory is kept for the next one.
const keptDocument = 1 << 20

func newPDFDoc(o PDFOptions) (*pdfDoc, error) {
	if o.Date.IsZero() {
		return nil, fmt.Errorf("no date given; set PDFOptions.Date")
	}
	return &pdfDoc{o: o, pdfScratch: pdfScratches.Get().(*pdfScratch)}, nil
}

// add draws a page.
func (d *pdfDoc) add(l *List) error {
	if err := l.Check(); err != nil {
		return err
	}
	if l.W > maxPDFSide || l.H > maxPDFSide {
		return fmt.Errorf("drawing %q: a page of %g x %g mm; PDF readers open %d mm at most", l.Title, l.W, l.H, maxPDFSide)
	}
	if len(d.pages) == 0 {
		d.lang = lang(l)
	}
	d.pages = append(d.pages, gofpdf.SizeType{Wd: l.W, Ht: l.H})
	content, known := d.page.draw(l, &d.fonts)
	label := len(known) > 0 // it has a QR code
	var codes *streamCodes
	if label && len(content) <= largestLabel {
		codes = labelCodes()
	}
	d.update.packed = codes.deflate(d.update.packed[:0], content, known...)
	if label {
		d.fonts.wholeDigits()
	}
	d.contents = append(d.contents, bytes.Clone(d.update.packed))
	return nil
}

// write writes the document, which ends it.
func (d *pdfDoc) write(w io.Writer) error {
	f, err := frameFor(d.pages)
	if err != nil {
		return err
	}
	d.update.write(f, d)
	_, err = w.Write(d.update.b)
	clear(d.page.known)
	if d.page.list, d.page.fonts, d.page.set = nil, nil, (pdfState{}); len(d.update.b) <= keptDocument {
		pdfScratches.Put(d.pdfScratch)
	}
	return err
}

func lang(l *List) string {
	if l.Lang == "" {
		return "en"
	}
	return l.Lang
}

// appendTextString writes a PDF text string: characters of one byte as they are,
// else UTF-16 with its mark.
func appendTextString(b []byte, s string) []byte {
	b = append(b, '(')
	// Of Latin-1, PDF's own encoding has these characters, but for the soft hyphen;
	// at the beginning they could be a mark of another one.
	narrow := s == "" || s[0] <= unicode.MaxASCII && strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII && r < 0xa1 || r > 0xff || r == 0xad }) < 0
	if !narrow {
		b = append(b, 0xfe, 0xff)
	}
	from := 0 // what is still to be appended as it is
	for i, r := range s {
		if !narrow {
			for _, v := range utf16.AppendRune(nil, r) {
				b = appendStringByte(appendStringByte(b, byte(v>>8)), byte(v))
			}
		} else if r > unicode.MaxASCII || r == '(' || r == ')' || r == '\\' || r == '\r' {
			b = appendStringByte(append(b, s[from:i]...), byte(r))
			from = i + utf8.RuneLen(r)
		}
	}
	if narrow {
		b = append(b, s[from:]...)
	}
	return append(b, ')')
}

// appendStringByte writes a byte between the parentheses of a PDF string.
func appendStringByte(b []byte, c byte) []byte {
	switch c {
	case '(', ')', '\\':
		return append(b, '\\', c)
	case '\r': // readers take it for a line end
		return append(b, '\\', 'r')
	}
	return append(b, c)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
