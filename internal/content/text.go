// Checks of raw text before anything reads it: encoding, invisible characters,
// and text that was decoded twice.

package content

import (
	"fmt"
	"io/fs"
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

// checkText reports bytes that are not UTF-8 and characters that can hide what
// a file says: control characters, bidirectional overrides and those without a
// meaning of their own. One is reported a line.
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
			add(i, fmt.Sprintf("invisible %s U+%04X", result.BadRune(r), r), "remove it; text direction is set by the page")
		case r != utf8.RuneError && r > 0x7f && result.BadRune(r) != "":
			add(i, fmt.Sprintf("%s U+%04X, which readers see as nothing or as a box", result.BadRune(r), r), "remove it")
		}
		i += size
	}
	return fs
}

// hidden tells the characters that act on text unseen. Line ends and tabs are text.
func hidden(r rune) bool {
	return r != '\t' && r != '\n' && r != '\r' && result.IsControl(r)
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
