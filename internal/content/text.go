// What the files of this package share: their rules, their folder, reading them.

package content

import (
	"fmt"
	"io/fs"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
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

// readYAML reads the YAML of a file into v, a pointer. It begins at a line of the
// file, from 1.
func readYAML(file string, data []byte, line int, v any) (*yamldoc.Doc, result.Findings) {
	return yamldoc.Read(data, yamldoc.Options{File: file, Line: line, Rule: func(p yamldoc.Problem) string {
		if p == yamldoc.Text {
			return ruleText
		}
		return ruleYAML
	}}, v)
}
