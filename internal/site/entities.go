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
	w := shortener{page: page}
	for w.at < len(page) {
		w.until('<', 0) // text
		if n := opaque(page[w.at:]); n > 0 {
			w.at += n
			continue
		}
		for w.at < len(page) && page[w.at] != '>' {
			quote := page[w.at]
			w.at++
			if quote == '"' || quote == '\'' {
				w.until(quote, quote)
				w.at = min(w.at+1, len(page))
			}
		}
	}
	return append(page[:w.to], page[w.from:]...)
}

// shortener goes through a page. What stands before to is done, and what stands from
// from on is still to be moved there.
type shortener struct {
	page         []byte
	to, from, at int
}

// until goes on to the next end, and takes entities that its stretch does not need.
// quote is that around an attribute's value, or 0.
func (w *shortener) until(end, quote byte) {
	n := bytes.IndexByte(w.page[w.at:], end)
	if n < 0 {
		n = len(w.page) - w.at
	}
	stop := w.at + n
	for {
		i := bytes.IndexByte(w.page[w.at:stop], '&')
		if i < 0 {
			w.at = stop
			return
		}
		w.at += i
		char, n := spared(w.page[w.at:stop], quote)
		if n > 0 {
			w.to += copy(w.page[w.to:], w.page[w.from:w.at])
			w.page[w.to] = char
			w.to++
			w.from = w.at + n
		}
		w.at += max(1, n)
	}
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
	if len(p) < 2 || p[1] != '!' && p[1]|0x20 != 's' {
		return 0 // most elements
	}
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
