// Places in a file: bytes to lines and columns, JSON pointers to bytes.

package result

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// document is one file that is being read, and what was found in it. Line
// numbers are only looked up where there is something to say, as most files are
// right.
type document struct {
	file string
	data []byte
	// at holds the findings with the place that each one needs.
	at []spot
	// unusable is set where reading into the types would make numbers up.
	unusable bool
}

// spot is a finding whose place is still a byte offset or a JSON pointer.
type spot struct {
	finding Finding
	offset  int64  // -1: by pointer
	pointer string // of the value or key to point at; the finding may name another one, such as a missing key
	key     bool   // point at the key and not at its value
	// finish completes the message where that costs something; it runs for the
	// findings that are listed only.
	finish func(*Finding)
}

// maxFindings bounds what is said about one file.
const maxFindings = 100

// addAt adds a finding at a byte.
func (d *document) addAt(offset int64, f Finding) {
	d.at = append(d.at, spot{finding: f, offset: offset})
}

// add adds a finding about the value at a pointer.
func (d *document) add(pointer string, f Finding) {
	f.Where.Pointer = pointer
	d.at = append(d.at, spot{finding: f, offset: -1, pointer: pointer})
}

// addKey adds a finding about the key at a pointer.
func (d *document) addKey(pointer string, f Finding) {
	f.Where.Pointer = pointer
	d.at = append(d.at, spot{finding: f, offset: -1, pointer: pointer, key: true})
}

// addMissing adds a finding about a key that is not there; its place is the
// object that lacks it.
func (d *document) addMissing(parent, key string, f Finding) {
	f.Where.Pointer = parent + "/" + EscapePointer(key)
	d.at = append(d.at, spot{finding: f, offset: -1, pointer: parent})
}

// findings gives every spot its line and column, drops repetitions, and sorts.
func (d *document) findings() Findings {
	if len(d.at) == 0 {
		return nil
	}
	wanted := map[string]span{}
	for _, s := range d.at {
		if s.offset < 0 {
			wanted[s.pointer] = span{-1, -1}
		}
	}
	if len(wanted) > 0 && d.data != nil {
		locate(d.data, wanted)
	}
	lines := newLineIndex(d.data)
	for i := range d.at {
		s := &d.at[i]
		off := s.offset
		if off < 0 {
			w := wanted[s.pointer]
			if off = w.value; s.key && w.key >= 0 {
				off = w.key
			}
		}
		s.finding.Where.File = d.file
		if off >= 0 && d.data != nil {
			s.finding.Where.Line, s.finding.Where.Col = lines.at(off)
		}
	}
	slices.SortStableFunc(d.at, func(a, b spot) int { return compareFindings(a.finding, b.finding) })
	var out Findings
	for i, s := range d.at {
		if i > 0 && s.finding == d.at[i-1].finding {
			continue
		}
		if len(out) == maxFindings {
			place := Place{File: d.file, Line: s.finding.Where.Line, Col: s.finding.Where.Col}
			return append(out, Finding{Rule: "V01", Level: Error, Where: place, Message: "more findings in this file are not listed"})
		}
		f := s.finding
		if s.finish != nil {
			s.finish(&f)
		}
		f.Where.Pointer = shortenPointer(f.Where.Pointer)
		out = append(out, f)
	}
	return out
}

// lineIndex knows where the lines of a text start.
type lineIndex struct{ starts []int64 }

func newLineIndex(data []byte) lineIndex {
	starts := []int64{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, int64(i)+1)
		}
	}
	return lineIndex{starts}
}

// at returns the line and the column in bytes of an offset, both from 1.
func (l lineIndex) at(offset int64) (line, col int) {
	line, found := slices.BinarySearch(l.starts, max(offset, 0))
	if found {
		line++
	}
	return line, int(max(offset, 0)-l.starts[line-1]) + 1
}

// Locate returns the line and the column in bytes, both from 1, of the value that
// a JSON pointer names in a file; of the nearest value around it where there is
// none, and 0, 0 where the file is no JSON up to there.
func Locate(data []byte, pointer string) (line, col int) {
	wanted := map[string]span{}
	for p := pointer; ; {
		wanted[p] = span{-1, -1}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			break
		}
		p = p[:i]
	}
	locate(data, wanted)
	for p := pointer; ; {
		if w := wanted[p]; w.value >= 0 {
			return newLineIndex(data).at(w.value)
		}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			return 0, 0
		}
		p = p[:i]
	}
}

// span is where a member's key and value start; -1 is unknown.
type span struct{ key, value int64 }

// locate fills in the places of the wanted JSON pointers. It stops where the
// text stops being JSON.
func locate(data []byte, wanted map[string]span) {
	walk(data, func(pointer string, key, value int64, _ jsontext.Token) bool {
		if _, ok := wanted[pointer]; ok {
			wanted[pointer] = span{key, value}
		}
		return true
	})
}

// walk calls f for every value of a JSON text in order, with its pointer, the
// offsets of its key (-1 in arrays and at the top) and of its first byte, and
// its first token. It ends early where f says false or the text is broken;
// duplicate names are walked through. The token is valid during the call only.
func walk(data []byte, f func(pointer string, key, value int64, tok jsontext.Token) bool) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	keyAt := int64(-1)
	for {
		kind := dec.PeekKind()
		if kind == 0 {
			return
		}
		at := tokenStart(data, dec.InputOffset())
		isName := false
		if k, n := dec.StackIndex(dec.StackDepth()); k == '{' && n%2 == 0 && kind != '}' {
			isName = true
		}
		tok, err := dec.ReadToken()
		switch {
		case err != nil:
			return
		case isName:
			keyAt = at
		case kind == '}' || kind == ']':
			keyAt = -1
		default:
			if !f(string(dec.StackPointer()), keyAt, at, tok) {
				return
			}
			keyAt = -1
		}
	}
}

// tokenStart skips the space and punctuation that precede a token.
func tokenStart(data []byte, off int64) int64 {
	for off < int64(len(data)) {
		switch data[off] {
		case ' ', '\t', '\r', '\n', ',', ':':
			off++
			continue
		}
		break
	}
	return off
}
