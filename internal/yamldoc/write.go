// Writing: entries of lists as YAML that means exactly what they hold, whoever
// wrote the text in them.

package yamldoc

import (
	"fmt"
	"regexp"
	"strings"
)

// Field is one key of an entry: its value is text, or a list of entries.
type Field struct {
	Key   string
	Value any // string or []Fields
}

// Fields is one entry of a list.
type Fields []Field

func (fs Fields) get(key string) (any, bool) {
	for _, f := range fs {
		if f.Key == key {
			return f.Value, true
		}
	}
	return nil, false
}

// block writes an entry as "- key: value" lines.
func (fs Fields) block(indent int) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.lines(indent+2)...)
	}
	if len(out) > 0 {
		out[0] = strings.Repeat(" ", indent) + "- " + out[0][indent+2:]
	}
	return out
}

// flow writes an entry on one line.
func (fs Fields) flow() string {
	var parts []string
	for _, f := range fs {
		s, _ := f.Value.(string)
		parts = append(parts, f.Key+": "+quote(s))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// lines writes one key of an entry.
func (f Field) lines(indent int) []string {
	pad := strings.Repeat(" ", indent)
	list, ok := f.Value.([]Fields)
	if !ok {
		s, _ := f.Value.(string)
		return []string{pad + f.Key + ": " + quote(s)}
	}
	out := []string{pad + f.Key + ":"}
	for _, item := range list {
		out = append(out, pad+"  - "+item.flow())
	}
	return out
}

// lines writes a list with its key.
func (s Section) lines() []string {
	if len(s.Items) == 0 {
		return []string{s.Key + ": []"}
	}
	out := []string{s.Key + ":"}
	for _, item := range s.Items {
		out = append(out, item.block(2)...)
	}
	return out
}

// Text that needs no quotes in any place: words, and addresses of pages. What could
// be a number, a date or a word of YAML's own is quoted, and so is all else.
var (
	plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._/()+-]*( [A-Za-z0-9._/()+-]+)*$`)
	plainURL  = regexp.MustCompile(`^https?://[A-Za-z0-9._~/%=+-]+(#[A-Za-z0-9._~/%=+-]*)?$`)
	ownWords  = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|nan|inf)$`)
)

// quote writes text as a YAML scalar on one line.
func quote(s string) string {
	if (plainText.MatchString(s) || plainURL.MatchString(s)) && !ownWords.MatchString(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
