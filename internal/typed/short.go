// Short entities: the template engine knows the place of each value and takes no
// chances, so half a hundred quotes and signs a page are written as entities that
// would mean nothing as they are.
//
// A quote, a plus and a greater-than sign stay as they are in text and in attributes
// that other quotes enclose. In scripts, styles and comments nothing is spared.

package typed

import "bytes"

// position is where in a page a piece of it begins. The zero position is in text.
type position struct {
	tag   bool   // between the signs that enclose a tag
	quote byte   // around the value of an attribute, 0 outside of one
	until string // what ends the script, style or comment, empty outside of one
}

// spare are the entities that are only needed where their character would end
// something.
var spare = []struct {
	entity string
	char   byte
}{{"&#34;", '"'}, {"&#39;", '\''}, {"&#43;", '+'}, {"&gt;", '>'}}

// Short returns a page with short entities.
func Short(page []byte) []byte {
	var at position
	return at.short(nil, page)
}

// spares says that a character which some places need as an entity means nothing
// here.
func (at position) spares(char byte) bool {
	switch char {
	case '"', '\'', '+', '>':
		return at.until == "" && char != at.quote && at.tag == (at.quote != 0)
	}
	return false
}

// short appends a piece of a page to dst, with the entities that it needs, and goes
// on to where the piece ends.
func (at *position) short(dst, page []byte) []byte {
	for len(page) > 0 {
		n := 0
		switch {
		case at.until != "":
			if n = indexFold(page, at.until); n < 0 {
				return append(dst, page...)
			}
			dst = append(dst, page[:n]...)
			at.until, at.tag = "", true
		case at.quote != 0:
			if n = bytes.IndexByte(page, at.quote); n < 0 {
				return at.sparing(dst, page)
			}
			dst = append(at.sparing(dst, page[:n]), at.quote)
			at.quote, n = 0, n+1
		case at.tag:
			if n = bytes.IndexAny(page, `>"'`); n < 0 {
				return append(dst, page...)
			}
			if at.tag = page[n] != '>'; at.tag {
				at.quote = page[n]
			}
			n++
			dst = append(dst, page[:n]...)
		default:
			if n = bytes.IndexByte(page, '<'); n < 0 {
				return at.sparing(dst, page)
			}
			dst = append(at.sparing(dst, page[:n]), '<')
			if at.until = ending(page[n:]); at.until == "" {
				at.tag = true
			}
			n++
		}
		page = page[n:]
	}
	return dst
}

// sparing appends a stretch of a page that does not leave its place.
func (at position) sparing(dst, page []byte) []byte {
	for {
		n := bytes.IndexByte(page, '&')
		if n < 0 {
			return append(dst, page...)
		}
		dst, page = append(dst, page[:n]...), page[n:]
		n, char := 1, page[0]
		for _, s := range spare {
			if bytes.HasPrefix(page, []byte(s.entity)) && at.spares(s.char) {
				n, char = len(s.entity), s.char
			}
		}
		dst, page = append(dst, char), page[n:]
	}
}

// ending is what ends the script, the style or the comment that begins p, empty if
// none does.
func ending(p []byte) string {
	for _, ends := range [][2]string{{"<!--", "-->"}, {"<script", "</script"}, {"<style", "</style"}} {
		if len(p) >= len(ends[0]) && bytes.EqualFold(p[:len(ends[0])], []byte(ends[0])) {
			return ends[1]
		}
	}
	return ""
}

// indexFold is where s stands in p, its letters large or small, -1 if it does not.
func indexFold(p []byte, s string) int {
	for i := 0; i+len(s) <= len(p); i++ {
		if p[i] == s[0] && bytes.EqualFold(p[i:i+len(s)], []byte(s)) {
			return i
		}
	}
	return -1
}
