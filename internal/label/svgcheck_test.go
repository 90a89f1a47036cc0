package label

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// allowed are the elements of a label's SVG, and the attributes of any.
var (
	allowedElements   = strings.Fields("svg title desc metadata defs g use path polygon rect")
	allowedAttributes = strings.Fields("xmlns width height viewBox role aria-labelledby lang id d x y href transform fill stroke stroke-width stroke-linejoin stroke-linecap rx points")
)

// checkSVG parses a label's SVG: allowed elements and attributes, references
// within the file, title and description first and named by the root.
func checkSVG(t *testing.T, svg []byte, alt string) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(svg))
	ids, refs := map[string]bool{}, map[string]bool{}
	var order []string
	labelled := ""
	in, desc, text := "", "", ""
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		switch v := tok.(type) {
		case xml.StartElement:
			in, text = v.Name.Local, ""
			if !slices.Contains(allowedElements, in) {
				t.Errorf("element %s", in)
			}
			if len(order) < 4 {
				order = append(order, in)
			}
			for _, a := range v.Attr {
				if !slices.Contains(allowedAttributes, a.Name.Local) {
					t.Errorf("attribute %s of %s", a.Name.Local, in)
				}
				switch a.Name.Local {
				case "id":
					if ids[a.Value] {
						t.Errorf("id %s stands twice", a.Value)
					}
					ids[a.Value] = true
				case "href":
					id, ok := strings.CutPrefix(a.Value, "#")
					if !ok {
						t.Errorf("reference to %s", a.Value)
					}
					refs[id] = true
				case "role":
					if a.Value != "img" {
						t.Errorf("role %s", a.Value)
					}
				case "aria-labelledby":
					labelled = a.Value
				}
				if a.Name.Local != "xmlns" && (strings.Contains(a.Value, "url(") || strings.Contains(a.Value, ":")) {
					t.Errorf("attribute %s is %q", a.Name.Local, a.Value)
				}
			}
		case xml.CharData:
			text += string(v)
		case xml.EndElement:
			if v.Name.Local == "desc" && desc == "" {
				desc = text
			}
			text = ""
		case xml.ProcInst, xml.Directive, xml.Comment:
			t.Errorf("%T in the file", v)
		}
	}
	if want := []string{"svg", "title", "desc", "metadata"}; !slices.Equal(order, want) {
		t.Errorf("begins with %v, want %v", order, want)
	}
	for id := range refs {
		if !ids[id] {
			t.Errorf("no id %s", id)
		}
	}
	named := strings.Fields(labelled)
	if len(named) != 2 || !ids[named[0]] || !ids[named[1]] {
		t.Errorf("aria-labelledby is %q", labelled)
	}
	if !strings.HasPrefix(desc, alt) {
		t.Errorf("description %q does not begin with %q", desc, alt)
	}
}
