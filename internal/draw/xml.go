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
		b = appendInt(b, whole)
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

// appendInt writes a whole number. Those of drawings are small, and there are
// thousands of them.
func appendInt(b []byte, n int) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	switch {
	case n < 0 || n >= 1000: // -n is negative for the least number
		return strconv.AppendUint(b, uint64(n), 10)
	case n >= 100:
		return append(b, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	case n >= 10:
		return append(b, byte('0'+n/10), byte('0'+n%10))
	}
	return append(b, byte('0'+n))
}

func num(mm float64) string { return string(appendUM(nil, um(mm))) }

// plainText are the bytes that are characters of their own and safe anywhere.
var plainText = func() (t [256]bool) {
	for c := ' '; c <= '~'; c++ {
		t[c] = !strings.ContainsRune(`&<>"`, c)
	}
	return t
}()

// appendEscaped appends a string so that it is safe as the text of an element
// or, with attr, inside a double-quoted attribute. Characters that XML cannot
// hold become U+FFFD.
func appendEscaped(b []byte, s string, attr bool) []byte {
	from := 0 // what is still to be appended as it is
	for i := 0; i < len(s); {
		if plainText[s[i]] {
			i++
			continue
		}
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		instead := ""
		switch {
		case r == '&':
			instead = "&amp;"
		case r == '<':
			instead = "&lt;"
		case r == '>':
			instead = "&gt;"
		case r == '"' && attr:
			instead = "&#34;"
		// Written plainly these would be normalised away in attributes.
		case r == '\t':
			instead = "&#9;"
		case r == '\n':
			instead = "&#10;"
		case r == '\r':
			instead = "&#13;"
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff, r == utf8.RuneError && n == 1:
			instead = "\uFFFD"
		}
		if instead != "" {
			b = append(append(b, s[from:i]...), instead...)
			from = i + n
		}
		i += n
	}
	return append(b, s[from:]...)
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
