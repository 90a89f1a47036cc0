// The record of an SVG, and whether two SVG files are the same drawing however
// a program wrote them down.

package label

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

// xmlDepth is how deep elements may stand in each other; labels have four
// levels.
const xmlDepth = 200

const svgSpace = "http://www.w3.org/2000/svg"

// scanXML reads a document token by token. Entities beyond XML's own five are
// errors, so that nothing outside the file is ever read.
func scanXML(data []byte, token func(xml.Token, *xml.Decoder) error) error {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	d.Strict = true
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "us-ascii") {
			return in, nil
		}
		return nil, errors.New("the file is not UTF-8")
	}
	depth := 0
	for {
		t, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			if depth++; depth > xmlDepth {
				return errors.New("elements stand in each other too deeply")
			}
		case xml.EndElement:
			depth--
		}
		if err := token(t, d); err != nil {
			return err
		}
	}
}

// readSVG returns the text of the one metadata element that holds a record.
func readSVG(data []byte) ([]byte, error) {
	var (
		found   [][]byte
		text    []byte
		inside  int // depth below the metadata element, 0 outside
		root    xml.Name
		hasRoot bool
	)
	err := scanXML(data, func(t xml.Token, _ *xml.Decoder) error {
		switch t := t.(type) {
		case xml.StartElement:
			if !hasRoot {
				root, hasRoot = t.Name, true
			}
			if inside > 0 {
				inside++
			} else if t.Name.Local == "metadata" {
				inside, text = 1, nil
			}
		case xml.EndElement:
			if inside > 0 {
				if inside--; inside == 0 && isRecord(text) {
					found = append(found, text)
				}
			}
		case xml.CharData:
			if inside == 1 {
				text = append(text, t...)
			}
		}
		return nil
	})
	switch {
	case err != nil && len(found) == 0 && !isRecordAnywhere(data):
		return nil, noRecord("the file is no proper SVG: %s", xmlProblem(err))
	case err != nil:
		return first(found), damaged("the file is no proper SVG: %s", xmlProblem(err))
	case root.Local != "svg" || root.Space != svgSpace && root.Space != "":
		return nil, noRecord("the file is XML, but no SVG")
	case len(found) == 0:
		return nil, noRecord("the SVG has no record in an element metadata; programs that shrink or edit SVG files often drop it")
	case len(found) > 1:
		return found[0], damaged("the SVG holds %d records, and a label has one", len(found))
	}
	return found[0], nil
}

// isRecordAnywhere says whether the bytes name the record's schema at all.
func isRecordAnywhere(data []byte) bool { return bytes.Contains(data, []byte("jouleboard.label/")) }

func first(texts [][]byte) []byte {
	if len(texts) == 0 {
		return nil
	}
	return texts[0]
}

func xmlProblem(err error) string { return strings.TrimPrefix(err.Error(), "XML syntax error on ") }

// SameSVG says whether two SVG files hold the same elements with the same
// attributes and texts in the same order. What may differ is how they are
// written: quotes, order of attributes, line ends, space between elements,
// comments, an XML declaration. If they are not the same, line is where a first
// differs from b, counted from 1.
func SameSVG(a, b []byte) (same bool, line int) {
	ta, err := svgTokens(a)
	if err != nil {
		return false, 1
	}
	tb, err := svgTokens(b)
	if err != nil {
		return false, 1
	}
	for i, t := range ta {
		if i >= len(tb) || t.text != tb[i].text {
			return false, t.line
		}
	}
	if len(tb) > len(ta) {
		return false, bytes.Count(a, []byte("\n")) + 1
	}
	return true, 0
}

type svgToken struct {
	text string
	line int
}

// svgTokens is a document as a list of what matters for its drawing. Document
// types and processing instructions can change a drawing in ways that its
// elements do not show, so they are no part of a label.
func svgTokens(data []byte) ([]svgToken, error) {
	var out []svgToken
	var text []byte
	at := 1
	flush := func() {
		if s := bytes.TrimSpace(text); len(s) > 0 {
			out = append(out, svgToken{"text " + string(s), at})
		}
		text = nil
	}
	err := scanXML(data, func(t xml.Token, d *xml.Decoder) error {
		switch t := t.(type) {
		case xml.CharData:
			if len(text) == 0 {
				at, _ = d.InputPos()
			}
			text = append(text, t...)
			return nil
		case xml.Comment:
			return nil
		case xml.Directive:
			return errors.New("it has a document type")
		case xml.ProcInst:
			if t.Target != "xml" {
				return errors.New("it has a processing instruction")
			}
			return nil
		case xml.StartElement:
			flush()
			line, _ := d.InputPos()
			attrs := make([]string, 0, len(t.Attr))
			for _, a := range t.Attr {
				attrs = append(attrs, a.Name.Space+"\x00"+a.Name.Local+"\x00"+a.Value)
			}
			slices.Sort(attrs)
			out = append(out, svgToken{"open " + t.Name.Space + "\x00" + t.Name.Local + "\x00" + strings.Join(attrs, "\x00"), line})
		case xml.EndElement:
			flush()
			line, _ := d.InputPos()
			out = append(out, svgToken{"close", line})
		}
		return nil
	})
	flush()
	return out, err
}
