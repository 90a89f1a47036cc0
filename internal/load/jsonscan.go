// A scanner of JSON text that allocates nothing: strict in grammar (RFC 8259),
// in one pass, and only as deep as a stack can bear. It walks a value once and
// lets its caller pick members on the way. A fuzz test holds it to
// encoding/json.

package load

import (
	"bytes"
	"unicode/utf8"
)

// maxDepth bounds nesting. No event of a real server goes beyond ten.
const maxDepth = 200

// A jsonScanner looks at b from i on. After the first fault bad is set, and
// every method does nothing and says so.
type jsonScanner struct {
	b     []byte
	i     int
	depth int
	bad   bool
	key   []byte // scratch for names with escapes
}

func (s *jsonScanner) fail() { s.bad = true }

func (s *jsonScanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

// peek returns the first byte of the value that comes next, 0 at the end.
func (s *jsonScanner) peek() byte {
	s.space()
	if s.bad || s.i >= len(s.b) {
		return 0
	}
	return s.b[s.i]
}

// open enters an object or array if one comes next; any other value is walked
// over.
func (s *jsonScanner) open(bracket byte) bool {
	if s.peek() != bracket {
		s.skip()
		return false
	}
	s.i++
	s.depth++
	if s.depth > maxDepth {
		s.fail()
	}
	return !s.bad
}

// more says whether another member follows and stands before it if so.
// Otherwise the object or array has been left.
func (s *jsonScanner) more(bracket byte, first bool) bool {
	c := s.peek()
	switch {
	case c == bracket:
		s.i++
		s.depth--
		return false
	case c == 0:
		s.fail()
		return false
	case first:
		return true
	case c != ',':
		s.fail()
		return false
	}
	s.i++
	if s.peek() == bracket {
		s.fail()
	}
	return !s.bad
}

// name reads a member's name and its colon. The result is decoded and valid
// until the next call.
func (s *jsonScanner) name() []byte {
	if s.peek() != '"' {
		s.fail()
		return nil
	}
	raw, escaped := s.text()
	if escaped {
		s.key = unescape(s.key[:0], raw)
		raw = s.key
	}
	if s.peek() != ':' {
		s.fail()
		return nil
	}
	s.i++
	return raw
}

// text reads a string and returns what stands between its quotes.
func (s *jsonScanner) text() (raw []byte, escaped bool) {
	s.i++
	start := s.i
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[start : s.i-1], escaped
		case c < 0x20:
			s.fail()
			return nil, false
		case c == '\\':
			escaped = true
			if s.i++; s.i >= len(s.b) {
				break
			}
			switch s.b[s.i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
				s.i++
			case 'u':
				if s.i+5 > len(s.b) || !isHex4(s.b[s.i+1:s.i+5]) {
					s.fail()
					return nil, false
				}
				s.i += 5
			default:
				s.fail()
				return nil, false
			}
		default:
			s.i++
		}
	}
	s.fail()
	return nil, false
}

// number reads a number and returns its text.
func (s *jsonScanner) number() []byte {
	start := s.i
	if s.i < len(s.b) && s.b[s.i] == '-' {
		s.i++
	}
	switch {
	case s.i < len(s.b) && s.b[s.i] == '0':
		s.i++
	case !s.digits():
		s.fail()
		return nil
	}
	if s.i < len(s.b) && s.b[s.i] == '.' {
		s.i++
		if !s.digits() {
			s.fail()
			return nil
		}
	}
	if s.i < len(s.b) && (s.b[s.i] == 'e' || s.b[s.i] == 'E') {
		s.i++
		if s.i < len(s.b) && (s.b[s.i] == '+' || s.b[s.i] == '-') {
			s.i++
		}
		if !s.digits() {
			s.fail()
			return nil
		}
	}
	return s.b[start:s.i]
}

func (s *jsonScanner) digits() bool {
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > start
}

// skip walks over one value of any kind.
func (s *jsonScanner) skip() {
	switch c := s.peek(); {
	case c == '"':
		s.text()
	case c == '{':
		if !s.open('{') {
			return
		}
		for first := true; s.more('}', first) && !s.bad; first = false {
			s.name()
			s.skip()
		}
	case c == '[':
		if !s.open('[') {
			return
		}
		for first := true; s.more(']', first) && !s.bad; first = false {
			s.skip()
		}
	case c == 't':
		s.literal("true")
	case c == 'f':
		s.literal("false")
	case c == 'n':
		s.literal("null")
	case c == '-' || c >= '0' && c <= '9':
		s.number()
	default:
		s.fail()
	}
}

func (s *jsonScanner) literal(word string) {
	if !bytes.HasPrefix(s.b[s.i:], []byte(word)) {
		s.fail()
		return
	}
	s.i += len(word)
}

// value walks over one value and returns its text.
func (s *jsonScanner) value() []byte {
	s.space()
	start := s.i
	s.skip()
	if s.bad {
		return nil
	}
	return s.b[start:s.i]
}

// end says whether the whole text was one value.
func (s *jsonScanner) end() bool {
	s.space()
	return !s.bad && s.i == len(s.b)
}

func isHex4(b []byte) bool {
	for _, c := range b {
		if hexDigit(c) < 0 {
			return false
		}
	}
	return true
}

func hexDigit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		r = r<<4 | hexDigit(c)
	}
	return r
}

// unescape appends the meaning of a string's inside, which the scanner has
// found correct. Half of a surrogate pair becomes U+FFFD, as in encoding/json.
func unescape(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		switch c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hex4(raw)
			raw = raw[4:]
			if r >= 0xd800 && r < 0xdc00 && len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
				if low := hex4(raw[2:]); low >= 0xdc00 && low < 0xe000 {
					r = (r-0xd800)<<10 | (low - 0xdc00) + 0x10000
					raw = raw[6:]
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
}
