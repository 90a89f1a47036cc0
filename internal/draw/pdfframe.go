// The frames of PDF files, as gofpdf writes them: pages of a size with nothing on
// them. What documents show and say differs and follows in the incremental update
// of pdfpost.go, so the frame of a page's size is made once.

package draw

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// pdfFrame is a document of empty pages.
type pdfFrame struct {
	body                   []byte
	size, root, info, prev int // of the trailer: objects, the catalogue, the information, the table
}

// frameResources is the number of the resources that all pages share.
const frameResources = 2

// contents is the number of a page's contents. Pages take two objects each from 3
// on, the page and its contents.
func (f *pdfFrame) contents(page int) int { return 4 + 2*page }

// pdfFrames keeps the frames of documents of one page by the page's size,
// keptFrames at most.
var (
	pdfFrames  sync.Map // gofpdf.SizeType -> *pdfFrame
	nPDFFrames atomic.Int32
)

const keptFrames = 32

// frameFor returns the frame for pages of these sizes.
func frameFor(pages []gofpdf.SizeType) (*pdfFrame, error) {
	if len(pages) > 1 {
		return newFrame(pages)
	}
	if f, ok := pdfFrames.Load(pages[0]); ok {
		return f.(*pdfFrame), nil
	}
	f, err := newFrame(pages)
	if err == nil && nPDFFrames.Add(1) <= keptFrames {
		pdfFrames.Store(pages[0], f)
	}
	return f, err
}

var frameRE = regexp.MustCompile(`trailer\n<<\n/Size (\d+)\n/Root (\d+) 0 R\n/Info (\d+) 0 R\n>>\nstartxref\n(\d+)\n%%EOF\n?$`)

func newFrame(pages []gofpdf.SizeType) (*pdfFrame, error) {
	d := gofpdf.NewCustom(&gofpdf.InitType{OrientationStr: "P", UnitStr: "mm", Size: pages[0]})
	d.SetCompression(false)
	d.SetCatalogSort(true)
	d.SetMargins(0, 0, 0)
	d.SetAutoPageBreak(false, 0)
	// The update says who and when; without a date, gofpdf asks the clock.
	d.SetProducer("", false)
	d.SetCreationDate(time.Unix(0, 0).UTC())
	d.SetModificationDate(time.Unix(0, 0).UTC())
	for _, size := range pages {
		d.AddPageFormat("P", size)
	}
	var out bytes.Buffer
	if err := d.Output(&out); err != nil {
		return nil, err
	}
	f := &pdfFrame{body: out.Bytes()}
	m := frameRE.FindSubmatch(f.body)
	if m == nil {
		return nil, errors.New("the PDF writer's trailer has a form that the update does not know; use gofpdf v1.16.2")
	}
	for i, to := range []*int{&f.size, &f.root, &f.info, &f.prev} {
		*to, _ = strconv.Atoi(string(m[i+1]))
	}
	for i := range pages {
		if !bytes.Contains(f.body, fmt.Appendf(nil, "\n/Resources %d 0 R\n/Contents %d 0 R>>\n", frameResources, f.contents(i))) {
			return nil, errors.New("the PDF writer's pages have a form that the update does not know; use gofpdf v1.16.2")
		}
	}
	return f, nil
}
