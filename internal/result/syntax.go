// What is wrong with bytes that are not even the JSON we read: encoding, depth,
// size and grammar, each said so that a person finds the byte.

package result

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxFile is the size limit of a result file in bytes.
	maxFile = 16 << 20
	// maxDepth is how deep a result file may nest; the types need 6.
	maxDepth = 64
	// maxBadBytes bounds how many wrong bytes of one file are listed.
	maxBadBytes = 20
)

// bytesOK checks what must hold before the text is parsed at all.
func (d *document) bytesOK() bool {
	switch {
	case len(d.data) > maxFile:
		d.addAt(0, Finding{Rule: "V01", Level: Error,
			Message: fmt.Sprintf("file has more than %d bytes, the most that a result file has", maxFile),
			Hint:    "raw records belong in the samples file beside the result"})
		return false
	case len(bytes.TrimSpace(d.data)) == 0:
		d.addAt(0, Finding{Rule: "V01", Level: Error, Message: "file is empty; expected a JSON object"})
		return false
	case bytes.HasPrefix(d.data, []byte("\xef\xbb\xbf")):
		d.addAt(0, Finding{Rule: "V01", Level: Error, Message: "file starts with a byte order mark (byte 0, EF BB BF)",
			Hint: "save it as UTF-8 without BOM"})
		return false
	case bytes.HasPrefix(d.data, []byte("\xff\xfe")), bytes.HasPrefix(d.data, []byte("\xfe\xff")):
		d.addAt(0, Finding{Rule: "V01", Level: Error, Message: "file is UTF-16 (byte order mark at byte 0); expected UTF-8",
			Hint: "save it as UTF-8 without BOM"})
		return false
	}
	if !utf8.Valid(d.data) {
		d.badUTF8()
		return false
	}
	if at := tooDeep(d.data); at >= 0 {
		d.addAt(at, Finding{Rule: "V01", Level: Error, Message: fmt.Sprintf("nested deeper than %d levels", maxDepth)})
		return false
	}
	return true
}

// badUTF8 lists the bytes that are not UTF-8, runs as one.
func (d *document) badUTF8() {
	for i, listed := 0, 0; i < len(d.data) && listed < maxBadBytes; {
		c, n := utf8.DecodeRune(d.data[i:])
		if c != utf8.RuneError || n > 1 {
			i += n
			continue
		}
		start := i
		for i < len(d.data) && i-start < 8 {
			if c, n := utf8.DecodeRune(d.data[i:]); c != utf8.RuneError || n > 1 {
				break
			}
			i++
		}
		d.addAt(int64(start), Finding{Rule: "V01", Level: Error,
			Message: fmt.Sprintf("not UTF-8: % X at byte %d", d.data[start:i], start),
			Hint:    "save the file as UTF-8"})
		listed++
	}
}

// tooDeep returns where the text nests deeper than allowed, or -1. It needs no
// grammar: brackets outside strings.
func tooDeep(data []byte) int64 {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		c := data[i]
		if inString {
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
			continue
		}
		switch c {
		case '"':
			inString = true
		case '{', '[':
			if depth++; depth > maxDepth {
				return int64(i)
			}
		case '}', ']':
			depth--
		}
	}
	return -1
}

// syntax turns an error of the JSON parser into a finding.
func (d *document) syntax(err error) {
	var syn *jsontext.SyntacticError
	var sem *json.SemanticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && d.duplicates():
	case errors.As(err, &syn):
		off := tokenStart(d.data, syn.ByteOffset)
		msg, hint, at := explain(d.data, off)
		if msg == "" {
			msg, at = plainSyntax(syn.Err), syn.ByteOffset
		}
		d.addAt(at, Finding{Rule: "V01", Level: Error, Where: Place{Pointer: string(syn.JSONPointer)}, Message: msg, Hint: hint})
	case errors.As(err, &sem):
		d.semantic(sem)
	default:
		d.addAt(0, Finding{Rule: "V01", Level: Error, Message: err.Error()})
	}
}

// semantic reports a value that does not fit its type although it is JSON.
func (d *document) semantic(sem *json.SemanticError) {
	msg := fmt.Sprintf("%s does not fit: %v", kindName(sem.JSONKind), sem.Err)
	if sem.JSONKind == '0' {
		v := string(sem.JSONValue)
		if v == "" {
			if span, ok := d.valueText(string(sem.JSONPointer)); ok {
				v = span
			}
		}
		switch {
		case errors.Is(sem.Err, strconv.ErrRange):
			msg = fmt.Sprintf("number %s is out of range", Clip(v))
		default:
			msg = fmt.Sprintf("number %s must be written as an integer, without fraction or exponent", Clip(v))
		}
	}
	d.add(string(sem.JSONPointer), Finding{Rule: "V01", Level: Error, Message: msg})
}

// valueText returns the text of the value at a pointer, up to a few characters.
func (d *document) valueText(pointer string) (string, bool) {
	w := map[string]span{pointer: {-1, -1}}
	locate(d.data, w)
	at := w[pointer].value
	if at < 0 {
		return "", false
	}
	rest := d.data[at:min(at+40, int64(len(d.data)))]
	if end := bytes.IndexAny(rest, ",}] \t\r\n"); end >= 0 {
		rest = rest[:end]
	}
	return string(rest), true
}

// duplicates lists every repeated name, at its second place. It finds none
// where the text breaks off before the repeated name's value.
func (d *document) duplicates() bool {
	before := len(d.at)
	seen := map[string]int64{}
	lines := newLineIndex(d.data)
	walk(d.data, func(pointer string, key, _ int64, _ jsontext.Token) bool {
		if key < 0 {
			return true
		}
		if first, ok := seen[pointer]; ok {
			line, col := lines.at(first)
			d.addAt(key, Finding{Rule: "V01", Level: Error, Where: Place{Pointer: pointer},
				Message: fmt.Sprintf("key %q stands twice in one object; first at %d:%d", lastToken(pointer), line, col)})
			return len(d.at) < maxFindings
		}
		seen[pointer] = key
		return true
	})
	return len(d.at) > before
}

// explain recognises common mistakes at the place where the parser stopped.
func explain(data []byte, off int64) (msg, hint string, at int64) {
	if off > 0 && off < int64(len(data)) && data[off-1] == '-' {
		off-- // the parser stops behind the sign of -Infinity
	}
	rest := data[off:]
	for _, lit := range []string{"NaN", "Infinity", "-Infinity", "-NaN", "nan", "inf", "-inf", "None", "undefined"} {
		if bytes.HasPrefix(rest, []byte(lit)) {
			return lit + " is not JSON", "leave out what is not a number", off
		}
	}
	for _, lit := range []string{"True", "False"} {
		if bytes.HasPrefix(rest, []byte(lit)) {
			return lit + " is not JSON", "JSON writes true and false", off
		}
	}
	if len(rest) == 0 {
		return "file ends too early (truncated?)", "write it again, or fetch it again", int64(len(data))
	}
	prev := off - 1
	for prev >= 0 && bytes.IndexByte([]byte(" \t\r\n"), data[prev]) >= 0 {
		prev--
	}
	switch c := rest[0]; {
	case (c == '}' || c == ']') && prev >= 0 && data[prev] == ',':
		return fmt.Sprintf("trailing comma before %q", c), "remove the comma", prev
	case c == '\'':
		return "single quotes are not JSON", "use double quotes", off
	case c == '/' || c == '#':
		return "comments are not JSON", "put remarks into notes", off
	case c == '"' && prev >= 0 && (data[prev] == '"' || data[prev] == '}' || data[prev] == ']' || data[prev] >= '0' && data[prev] <= '9'):
		return "missing comma before this", "", off
	}
	return "", "", 0
}

// plainSyntax is the parser's own word without its prefix.
func plainSyntax(err error) string {
	if err == nil {
		return "not JSON"
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return "a key stands twice in one object"
	}
	if errors.Is(err, jsontext.ErrNonStringName) {
		return "object key is not a string; keys stand in double quotes"
	}
	return "not JSON: " + err.Error()
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '"':
		return "string"
	case '0':
		return "number"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "value"
}
