// The XML writer of the SVG renderer: escaping, and numbers as whole
// micrometres.

package draw

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// um rounds millimetres to whole micrometres, the grid of SVG coordinates.
func um(mm float64) int { return int(math.Round(mm * 1000)) }

// appendUM writes micrometres as millimetres without needless zeros: 500 is ".5".
func appendUM(b []byte, n int) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	whole, frac := n/1000, n%1000
	if whole != 0 || frac == 0 {
		b = strconv.AppendInt(b, int64(whole), 10)
	}
	if frac == 0 {
		return b
	}
	digits := [4]byte{'.', byte('0' + frac/100), byte('0' + frac/10%10), byte('0' + frac%10)}
	end := 4
	for digits[end-1] == '0' {
		end--
	}
	return append(b, digits[:end]...)
}

func num(mm float64) string { return string(appendUM(nil, um(mm))) }

// escape makes any string safe inside a double-quoted attribute. Characters that
// XML cannot hold become U+FFFD.
func escape(s string) string { return escapeXML(s, true) }

// escapeText makes any string safe as the text of an element.
func escapeText(s string) string { return escapeXML(s, false) }

func escapeXML(s string, attr bool) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '&' || c == '<' || c == '>' || c == '"' && attr || c >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"' && attr:
			b.WriteString("&#34;")
		case r == '\t' || r == '\n' || r == '\r':
			// Written plainly these would be normalised away in attributes.
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff, r == utf8.RuneError && n == 1:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// safeHref returns the address if it is relative or http(s), else "".
func safeHref(u string) string {
	i := strings.IndexAny(u, ":/?#")
	if i < 0 || u[i] != ':' {
		return u
	}
	switch strings.ToLower(u[:i]) {
	case "http", "https":
		return u
	}
	return ""
}
