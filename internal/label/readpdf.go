// The record of a PDF. Only files that are as we wrote them are believed: a PDF
// that another program saved may show anything beside the record that it kept.

package label

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"regexp"
	"strconv"
)

// pdfTrailer ends every PDF that draw writes. The two halves of the ID are the
// digest of all bytes before the last cross-reference table.
var pdfTrailer = regexp.MustCompile(`\ntrailer\n<</Size \d{1,9}/Root \d{1,9} 0 R/Info (\d{1,9}) 0 R/Prev \d{1,9}/ID\[<([0-9a-f]{32})><([0-9a-f]{32})>\]>>\nstartxref\n(\d{1,9})\n%%EOF\n`)

// readPDF returns the record of a PDF as written by draw: in the document's
// information and in its metadata, equal in both.
func readPDF(data []byte) ([]byte, error) {
	infos, metas := pdfKeywords(data), xmpDescriptions(data)
	all := pdfTrailer.FindAllSubmatchIndex(data, 2)
	if len(all) == 0 || !bytes.Contains(data, []byte("/Producer (jouleboard)")) {
		claim := first(append(infos, metas...))
		if claim == nil && !isRecordAnywhere(data) {
			return nil, noRecord("the PDF has no record; a sheet of labels has none, and a PDF that another program saved may have lost it. Check by the QR code")
		}
		return claim, &ReadError{Err: ErrNoRecord, Resaved: true,
			Message: "the PDF was saved by another program, so its record cannot be trusted"}
	}
	m := all[0]
	start, _ := strconv.Atoi(string(data[m[8]:m[9]]))
	ok := start < m[0] && bytes.HasPrefix(data[start:], []byte("xref\n"))
	if ok {
		sum := sha256.Sum256(data[:start])
		ok = hex.EncodeToString(sum[:16]) == string(data[m[4]:m[5]]) && bytes.Equal(data[m[4]:m[5]], data[m[6]:m[7]])
	}
	claim := first(append(infos, metas...))
	switch {
	case len(infos) == 0 && len(metas) == 0:
		if !ok {
			return nil, damaged("the PDF was changed after it was written, and its record is gone")
		}
		return nil, noRecord("the PDF has no record; a sheet of labels has none: check its labels by their QR codes")
	case len(infos) > 1 || len(metas) > 1:
		return claim, damaged("the PDF holds several records, and a label has one")
	case len(infos) == 0 || len(metas) == 0:
		return claim, damaged("the PDF's record stands in one of its two places only: the keywords and the metadata")
	case !bytes.Equal(infos[0], metas[0]):
		return claim, damaged("the PDF's two records, in the keywords and in the metadata, differ")
	case m[1] != len(data):
		return claim, damaged("%d bytes were added to the PDF after it was written", len(data)-m[1])
	case !ok:
		return claim, damaged("the PDF was changed after it was written: its bytes do not match the digest in its ID")
	}
	return claim, nil
}

// maxKeywords is how many strings of keywords are looked at; more than one is
// wrong already, and a hostile file may hold millions.
const maxKeywords = 20

// pdfKeywords returns each record in a string of keywords.
func pdfKeywords(data []byte) (found [][]byte) {
	rest := data
	for tried := 0; tried < maxKeywords; {
		i := bytes.Index(rest, []byte("/Keywords"))
		if i < 0 {
			return found
		}
		rest = rest[i+len("/Keywords"):]
		s, ok := bytes.CutPrefix(bytes.TrimLeft(rest[:min(len(rest), maxRecord+1024)], " \r\n\t"), []byte("("+recordPrefix))
		if !ok {
			continue
		}
		tried++
		if text := pdfString(s); isRecord(text) {
			found = append(found, text)
		}
	}
	return found
}

// pdfString reads a literal string up to its closing parenthesis; s begins after
// the opening one.
func pdfString(s []byte) []byte {
	var out []byte
	open := 1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			if i++; i == len(s) {
				return nil
			}
			switch s[i] {
			case 'n':
				out = append(out, '\n')
			case 'r':
				out = append(out, '\r')
			case 't':
				out = append(out, '\t')
			case '0', '1', '2', '3', '4', '5', '6', '7':
				v := 0
				j := i
				for ; j < len(s) && j < i+3 && s[j] >= '0' && s[j] <= '7'; j++ {
					v = 8*v + int(s[j]-'0')
				}
				out = append(out, byte(v))
				i = j - 1
			default:
				out = append(out, s[i])
			}
		case '(':
			open++
			out = append(out, c)
		case ')':
			if open--; open == 0 {
				return out
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return nil // the string has no end
}

// xmpDescriptions returns each record in a description of the metadata.
func xmpDescriptions(data []byte) (found [][]byte) {
	rest := data
	for {
		i := bytes.Index(rest, []byte("<x:xmpmeta"))
		if i < 0 {
			return found
		}
		rest = rest[i:]
		end := bytes.Index(rest, []byte("</x:xmpmeta>"))
		if end < 0 {
			return found
		}
		packet := rest[:end+len("</x:xmpmeta>")]
		rest = rest[len(packet):]
		var text []byte
		inside := false
		_ = scanXML(packet, func(t xml.Token, _ *xml.Decoder) error { // a broken packet ends the search in it
			switch t := t.(type) {
			case xml.StartElement:
				if t.Name.Local == "description" {
					inside, text = true, nil
				}
			case xml.EndElement:
				if t.Name.Local == "description" {
					if inside = false; isRecord(text) {
						found = append(found, bytes.TrimSpace(text))
					}
				}
			case xml.CharData:
				if inside {
					text = append(text, t...)
				}
			}
			return nil
		})
	}
}
