// Checks of raw text before anything reads it: encoding, invisible characters,
// and text that was decoded twice.

package content

import (
	"fmt"
	"io/fs"
	"regexp"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// Rules of this package's findings.
const (
	ruleYAML      = "CONTENT-YAML"
	ruleText      = "CONTENT-TEXT"
	ruleSite      = "CONTENT-SITE"
	rulePage      = "CONTENT-PAGE"
	ruleLink      = "CONTENT-LINK"
	ruleDirective = "CONTENT-DIRECTIVE"
)

// root is the folder of a board that this package reads; findings name files
// from the board's root.
const root = "content/"

// mojibake matches UTF-8 that was read as Windows-1252 and written again, such
// as the three characters that an apostrophe turns into.
var mojibake = regexp.MustCompile("\u00e2\u20ac[\u2122\u0153\u009d\u201c\u201d\u02dc\u00a6\u00a2]|\u00c3[\u00a0-\u00bf\u0192\u2030\u0160]|\u00c2[\u00a0-\u00bf]|\u00ef\u00bb\u00bf")

// checkText reports bytes that are not UTF-8 and characters that can hide what
// a file says: control characters and bidirectional overrides. Each kind is
// reported once a line.
func checkText(file string, data []byte, firstLine int) result.Findings {
	var fs result.Findings
	line, start := firstLine, 0
	told := -1
	add := func(at int, msg, hint string) {
		if told == line {
			return
		}
		told = line
		fs = append(fs, result.Finding{Rule: ruleText, Level: result.Error,
			Where: result.Place{File: file, Line: line, Col: at - start + 1}, Message: msg, Hint: hint})
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			add(i, fmt.Sprintf("byte 0x%02X at offset %d is not UTF-8", data[i], i), "save the file as UTF-8")
		case r == '\n':
			line, start = line+1, i+1
		case hidden(r):
			add(i, fmt.Sprintf("invisible control character U+%04X", r), "remove it; text direction is set by the page")
		}
		i += size
	}
	return fs
}

// hidden reports control characters and bidirectional formatting characters.
// Tab, line feed and carriage return are text; so are the left-to-right and
// right-to-left marks, which good Arabic and Hebrew text needs.
func hidden(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

// readFile reads a file of the content folder; a read error is a finding.
func readFile(content fs.FS, name string) ([]byte, result.Findings) {
	data, err := fs.ReadFile(content, name)
	if err != nil {
		return nil, result.Findings{{Rule: rulePage, Level: result.Error, Where: result.Place{File: root + name},
			Message: fmt.Sprintf("cannot be read: %v", err), Hint: "check that the file exists and may be read"}}
	}
	return data, nil
}
