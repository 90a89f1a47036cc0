// Small words of messages and names: shortened values, plurals, JSON pointers.

package result

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// Clip shortens a value for a message to 60 bytes, without cutting a character.
func Clip(s string) string { return clip(s, 60) }

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// FirstLine is the first line of a message that quotes more than anybody reads.
func FirstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// Normal is the form in which names are compared: Unicode NFC without space
// around it.
func Normal(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.TrimSpace(norm.NFC.String(s))
		}
	}
	return strings.TrimSpace(s) // nearly all there is
}

// shortenPointer keeps a pointer readable where a hostile key is endless.
func shortenPointer(p string) string { return clip(p, 300) }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// EscapePointer writes one reference token of a JSON pointer (RFC 6901).
func EscapePointer(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// joinPointer makes a JSON pointer from tokens.
func joinPointer(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		b.WriteByte('/')
		b.WriteString(EscapePointer(t))
	}
	return b.String()
}

func lastToken(pointer string) string { return jsontext.Pointer(pointer).LastToken() }
