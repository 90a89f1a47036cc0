// The incremental update after gofpdf: the pages' contents and embedded fonts,
// and what gofpdf has no call for (language, link to the metadata, version,
// viewer preferences, ID).

package draw

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

var (
	trailerRE = regexp.MustCompile(`trailer\n<<\n/Size (\d+)\n/Root (\d+) 0 R\n/Info (\d+) 0 R\n>>\nstartxref\n(\d+)\n%%EOF\n?$`)
	pageRE    = regexp.MustCompile(`\n/Resources 2 0 R\n/Contents (\d+) 0 R>>`)
)

// updater appends objects to a PDF and remembers where they stand.
type updater struct {
	bytes.Buffer
	at   map[int]int
	next int
}

// object opens object n; the caller writes the rest and endobj.
func (u *updater) object(n int, dict string) {
	u.at[n] = u.Len()
	fmt.Fprintf(u, "%d 0 obj\n%s\nendobj\n", n, dict)
}

func (u *updater) stream(n int, dict string, data []byte) {
	u.at[n] = u.Len()
	fmt.Fprintf(u, "%d 0 obj\n<<%s/Length %d>>\nstream\n", n, dict, len(data))
	u.Write(data)
	u.WriteString("\nendstream\nendobj\n")
}

func (u *updater) number() int {
	u.next++
	return u.next - 1
}

// append makes a document of gofpdf's and one incremental update.
func (u *updater) append(body []byte, d *pdfDoc) error {
	tail := body
	if len(tail) > 512 {
		tail = tail[len(tail)-512:]
	}
	m := trailerRE.FindSubmatch(tail)
	pages := pageRE.FindAllSubmatch(body, -1)
	if m == nil || len(pages) != len(d.contents) {
		return errors.New("the PDF writer's pages or trailer have a form that the update does not know; use gofpdf v1.16.2")
	}
	var ref [4]int
	for i := range ref {
		ref[i], _ = strconv.Atoi(string(m[i+1]))
	}
	size, root, info, prev := ref[0], ref[1], ref[2], ref[3]

	u.Reset()
	u.at, u.next = map[int]int{}, size
	u.Write(body)
	for i, c := range d.contents {
		n, _ := strconv.Atoi(string(pages[i][1]))
		u.stream(n, "/Filter/FlateDecode", c)
		d.contents[i] = nil
	}
	resources := "<</Font<<"
	for _, pf := range d.fonts.list {
		resources += "/" + pf.name + " " + strconv.Itoa(u.font(pf.kit())) + " 0 R"
	}
	u.object(2, resources+">>>>")
	// gofpdf writes the metadata stream right before the information.
	u.object(root, fmt.Sprintf("<</Type/Catalog/Pages 1 0 R/Version/1.4/Lang(%s)/Metadata %d 0 R/ViewerPreferences<</DisplayDocTitle true>>>>",
		pdfName(d.lang), info-1))

	sum := sha256.Sum256(u.Bytes())
	xref := u.Len()
	u.WriteString("xref\n")
	nums := make([]int, 0, len(u.at))
	for n := range u.at {
		nums = append(nums, n)
	}
	sort.Ints(nums)
	for i := 0; i < len(nums); {
		j := i
		for j < len(nums) && nums[j] == nums[i]+j-i {
			j++
		}
		fmt.Fprintf(u, "%d %d\n", nums[i], j-i)
		for ; i < j; i++ {
			fmt.Fprintf(u, "%010d 00000 n \n", u.at[nums[i]])
		}
	}
	fmt.Fprintf(u, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d/ID[<%x><%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		u.next, root, info, prev, sum[:16], sum[:16], xref)
	return nil
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

// font writes an embedded font and returns its object's number.
func (u *updater) font(k *kit) int {
	n, cid, desc, file, uni := u.number(), u.number(), u.number(), u.number(), u.number()
	m := k.font.metrics()
	u.object(n, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", k.name, cid, uni))
	u.object(cid, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/FontDescriptor %d 0 R/DW 0/W[%s]/CIDToGIDMap/Identity>>", k.name, desc, k.widths))
	u.object(desc, fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV %d/FontFile2 %d 0 R>>",
		k.name, m.box[0], m.box[1], m.box[2], m.box[3], m.ascent, m.descent, m.cap, m.stem, file))
	u.stream(file, fmt.Sprintf("/Filter/FlateDecode/Length1 %d", k.length1), k.file)
	u.stream(uni, "/Filter/FlateDecode", k.unicode)
	return n
}

// fontMetrics are a font's measures in thousandths of an em.
type fontMetrics struct {
	box                        [4]int
	ascent, descent, cap, stem int
}

func (f *Font) metrics() fontMetrics {
	m := fontMetrics{stem: 80}
	em := func(table string, at int) int {
		t := f.tables.t[table]
		if len(t) < at+2 {
			return 0
		}
		return int(int16(be.Uint16(t[at:]))) * 1000 / f.upm
	}
	for i := range m.box {
		m.box[i] = em("head", 36+2*i)
	}
	m.ascent, m.descent, m.cap = em("hhea", 4), em("hhea", 6), em("OS/2", 88)
	if m.cap == 0 {
		m.cap = m.ascent * 7 / 10
	}
	if t := f.tables.t["OS/2"]; len(t) >= 6 && be.Uint16(t[4:]) >= 600 {
		m.stem = 140
	}
	return m
}

// xmp is the metadata packet: the same facts as the document's information.
func xmp(lang string, in Info, date time.Time) []byte {
	var b strings.Builder
	alt := func(tag, s string) {
		if s != "" {
			b.WriteString("<dc:" + tag + `><rdf:Alt><rdf:li xml:lang="x-default">` + escapeText(s) + "</rdf:li></rdf:Alt></dc:" + tag + ">\n")
		}
	}
	b.WriteString("<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
		"<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n")
	b.WriteString("<dc:format>application/pdf</dc:format>\n")
	alt("title", in.Title)
	alt("description", in.Description)
	if in.Author != "" {
		b.WriteString("<dc:creator><rdf:Seq><rdf:li>" + escapeText(in.Author) + "</rdf:li></rdf:Seq></dc:creator>\n")
	}
	b.WriteString("<dc:language><rdf:Bag><rdf:li>" + escapeText(lang) + "</rdf:li></rdf:Bag></dc:language>\n")
	when := date.Format("2006-01-02T15:04:05Z")
	b.WriteString("<xmp:CreateDate>" + when + "</xmp:CreateDate>\n<xmp:ModifyDate>" + when + "</xmp:ModifyDate>\n<pdf:Producer>" + producer + "</pdf:Producer>\n")
	b.WriteString("</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>")
	return []byte(b.String())
}
