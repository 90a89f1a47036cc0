// scales.lock and freezing: lines that nothing edits or removes.

package rank

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/result"
)

// Lock holds the digest of each frozen scale by id.
type Lock map[string]string

// Lock states of a scale.
const (
	LockOpen    = "draft"   // a draft, not locked
	LockHeld    = "locked"  // frozen, and equal to its line
	LockMissing = "missing" // frozen, but without a line
	LockDiffers = "differs" // changed after it was frozen
)

var lockLine = regexp.MustCompile(`^([a-z0-9-]{1,14}) ([0-9a-f]{64})\r?$`)

// ParseLock reads lines of "id sha256". Anything else, a doubled id, or lines
// out of order are errors.
func ParseLock(data []byte) (Lock, result.Findings) {
	lock := Lock{}
	var fs result.Findings
	prev := ""
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if line == "" && len(data) == 0 {
			break
		}
		bad := func(hint, format string, args ...any) {
			fs = append(fs, result.Finding{Rule: "SCALE-LOCK", Level: result.Error,
				Where: result.Place{File: "labels/" + LockFile, Line: i + 1, Col: 1}, Message: fmt.Sprintf(format, args...), Hint: hint})
		}
		m := lockLine.FindStringSubmatch(line)
		switch {
		case m == nil:
			bad("restore the file from version control; only 'jouleboard scale freeze' adds lines", "expected \"id sha256\", found %q", line)
			continue
		case lock[m[1]] != "":
			bad("restore the file from version control", "scale %s is locked twice", m[1])
			continue
		case m[1] < prev:
			bad("restore the file from version control", "scale %s is out of order", m[1])
		}
		prev = m[1]
		lock[m[1]] = m[2]
	}
	return lock, fs
}

// Bytes is the lock file: lines sorted by id.
func (l Lock) Bytes() []byte {
	ids := make([]string, 0, len(l))
	for id := range l {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	var b bytes.Buffer
	for _, id := range ids {
		fmt.Fprintf(&b, "%s %s\n", id, l[id])
	}
	return b.Bytes()
}

// State compares a scale with its line.
func (l Lock) State(s *Scale) string {
	sum, locked := l[s.ID]
	switch {
	case locked && sum != s.SHA256:
		return LockDiffers
	case locked && s.Status == StatusDraft:
		// The line was written first and the freeze was cut short; the file is
		// still what was locked.
		return LockOpen
	case locked:
		return LockHeld
	case s.Status == StatusFrozen || s.Status == StatusSuperseded:
		return LockMissing
	}
	return LockOpen
}

func (l Lock) check(s *Scale) result.Findings {
	f := result.Finding{Rule: "SCALE-LOCK", Level: result.Error, Where: result.Place{File: s.File}}
	switch l.State(s) {
	case LockMissing:
		f.Message = fmt.Sprintf("scale %s is %s but has no line in labels/%s", s.ID, s.Status, LockFile)
		f.Hint = "run 'jouleboard scale freeze " + s.ID + "'"
	case LockDiffers:
		f.Message = fmt.Sprintf("scale %s changed after it was frozen: locked %.12s..., now %.12s...", s.ID, l[s.ID], s.SHA256)
		f.Hint = "restore the file and make a new edition with 'jouleboard scale derive'"
	default:
		return nil
	}
	return result.Findings{f}
}

// lockedButGone finds the lines of the lock whose scale has no file among the
// names: what was frozen stays, because labels in print name it.
func lockedButGone(data []byte, names []string) result.Findings {
	var fs result.Findings
	for i, line := range strings.Split(string(data), "\n") {
		m := lockLine.FindStringSubmatch(line)
		if m == nil || slices.Contains(names, ScalesDir+"/"+m[1]+".yaml") {
			continue
		}
		fs = append(fs, result.Finding{Rule: "SCALE-LOCK", Level: result.Error,
			Where:   result.Place{File: "labels/" + LockFile, Line: i + 1, Col: 1},
			Message: fmt.Sprintf("scale %s is locked but labels/%s/%s.yaml is gone", m[1], ScalesDir, m[1]),
			Hint:    "restore the file from version control; an edition that was frozen is never removed"})
	}
	return fs
}

var statusLine = regexp.MustCompile(`(?m)^status:[ \t]*["']?draft["']?([ \t]*(?:#[^\r\n]*)?)(\r?)$`)

// Freeze turns a draft into a frozen scale: given the bytes of its file and of
// the lock file it returns both as they must be written, the lock first. A scale
// that is frozen already and only lacks its line gets the line. It is an error
// if the file has errors, or if the lock holds another digest for the id.
func Freeze(file string, scale, lock []byte) (newScale, newLock []byte, err error) {
	s, fs := ParseScale(file, scale)
	if fs.HasErrors() || s == nil {
		fs.Sort()
		return nil, nil, fmt.Errorf("the scale has errors, the first is: %s", fs[0])
	}
	l, fs := ParseLock(lock)
	if fs.HasErrors() {
		return nil, nil, fmt.Errorf("the lock has errors, the first is: %s", fs[0])
	}
	switch sum := l[s.ID]; {
	case sum != "" && sum != s.SHA256:
		return nil, nil, fmt.Errorf("scale %s is locked with another content (%.12s..., now %.12s...): an edition that was frozen cannot change, make a new one", s.ID, sum, s.SHA256)
	case sum != "" && s.Status != StatusDraft:
		return nil, nil, fmt.Errorf("scale %s is %s and locked already", s.ID, s.Status)
	}
	newScale = scale
	if s.Status == StatusDraft {
		newScale = statusLine.ReplaceAll(scale, []byte("status: "+StatusFrozen+"$1$2"))
		if check, fs := ParseScale(file, newScale); fs.HasErrors() || check.Status != StatusFrozen || check.SHA256 != s.SHA256 {
			return nil, nil, fmt.Errorf("cannot find the line 'status: draft' in %s: write it as a line of its own", file)
		}
	}
	l[s.ID] = s.SHA256
	return newScale, l.Bytes(), nil
}
