// Entities that the template engine writes and a page does not need: it knows the
// place of each and takes no chances, and what is left to spare is half a hundred
// quotes and signs a page.

package site

import "bytes"

// spare are the entities that are only needed where their character would end
// something.
var spare = []struct {
	entity string
	char   byte
}{{"&#34;", '"'}, {"&#39;", '\''}, {"&#43;", '+'}, {"&gt;", '>'}}

// shortEntities writes quotes, plus and greater-than signs as they are in text and in attributes
// that other quotes enclose. It works in place: a page only gets shorter. Inside of
// scripts, styles and comments nothing changes.
func shortEntities(page []byte) []byte {
	const (
		text = 0 // else inside a tag, or the quote around an attribute's value
		tag  = '<'
	)
	out, from := page[:0], 0 // what stands from there on is still to be copied
	state := byte(text)
	for i := 0; i < len(page); i++ {
		switch c := page[i]; c {
		case '&':
			if state == tag {
				continue
			}
			if char, n := spared(page[i:], state); n > 0 {
				out = append(append(out, page[from:i]...), char)
				i += n - 1
				from = i + 1
			}
		case '<':
			if state != text {
				continue
			}
			if n := opaque(page[i:]); n > 0 {
				i += n - 1
				continue
			}
			state = tag
		case '>':
			if state == tag {
				state = text
			}
		case '"', '\'':
			switch state {
			case tag:
				state = c
			case c:
				state = tag
			}
		}
	}
	return append(out, page[from:]...)
}

// spared is the character of an entity at the start of p, if it means nothing
// between these quotes, or in text.
func spared(p []byte, quote byte) (char byte, n int) {
	for _, s := range spare {
		if s.char != quote && len(p) >= len(s.entity) && string(p[:len(s.entity)]) == s.entity {
			return s.char, len(s.entity)
		}
	}
	return 0, 0
}

// opaque is how long a script, a style or a comment is that begins p, 0 if none
// does. One without an end takes all the rest.
func opaque(p []byte) int {
	for _, ends := range [][2]string{{"<!--", "-->"}, {"<script", "</script"}, {"<style", "</style"}} {
		if len(p) < len(ends[0]) || !bytes.EqualFold(p[:len(ends[0])], []byte(ends[0])) {
			continue
		}
		for i := len(ends[0]); i+len(ends[1]) <= len(p); i++ {
			if p[i] == ends[1][0] && bytes.EqualFold(p[i:i+len(ends[1])], []byte(ends[1])) {
				return i
			}
		}
		return len(p)
	}
	return 0
}
