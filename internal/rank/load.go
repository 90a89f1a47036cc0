// Reading labels/scales: every scale file and the lock, all problems of all
// files at once, each with its place.

package rank

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// Places of scales inside the labels folder.
const (
	ScalesDir = "scales"
	LockFile  = "scales/scales.lock"
)

// Scales are the scales of a board, by effective date and id.
type Scales struct {
	all  []*Scale
	lock Lock
}

// LoadScales reads scales/*.yaml and scales/scales.lock of the labels folder.
// Scales with errors are left out of the set and named in the findings. A
// folder without scales is an empty set.
func LoadScales(labels fs.FS) (*Scales, result.Findings) {
	out := &Scales{}
	var found result.Findings
	lockData, err := fs.ReadFile(labels, LockFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		found = append(found, unreadable(LockFile, err))
	}
	lock, fs1 := ParseLock(lockData)
	found = append(found, fs1...)
	out.lock = lock

	names, err := fs.Glob(labels, ScalesDir+"/*.yaml")
	if err != nil {
		return out, append(found, unreadable(ScalesDir, err))
	}
	sort.Strings(names)
	found = append(found, lockedButGone(lockData, names)...)
	for _, name := range names {
		data, err := fs.ReadFile(labels, name)
		if err != nil {
			found = append(found, unreadable(name, err))
			continue
		}
		s, fs2 := ParseScale("labels/"+name, data)
		if s != nil {
			fs2 = append(fs2, lock.check(s)...)
		}
		found = append(found, fs2...)
		if s != nil && !fs2.HasErrors() {
			out.all = append(out.all, s)
		}
	}
	sort.SliceStable(out.all, func(i, j int) bool {
		a, b := out.all[i], out.all[j]
		if a.Effective != b.Effective {
			return a.Effective < b.Effective
		}
		return a.ID < b.ID
	})
	found = append(found, out.successors(func(id string) bool { return slices.Contains(names, ScalesDir+"/"+id+".yaml") })...)
	return out, found
}

func unreadable(name string, err error) result.Finding {
	return result.Finding{Rule: "SCALE-READ", Level: result.Error, Where: result.Place{File: "labels/" + name},
		Message: "cannot be read: " + err.Error(), Hint: "check that it is a readable file"}
}

// ParseScale reads one scale file. file is where it stands, for findings, and
// its base name must be the scale's id. The scale is nil if it cannot be used
// at all; with other errors it is returned beside them.
func ParseScale(file string, data []byte) (*Scale, result.Findings) {
	s := &Scale{MaxSpan: 1, File: file}
	doc, found := yamldoc.Read(data, yamldoc.Options{File: file, Rule: scaleRule}, s)
	if doc.Broken {
		return nil, found
	}
	say := func(at, hint, format string, args ...any) {
		found = append(found, result.Finding{Rule: "SCALE-FIELD", Level: result.Error, Where: doc.Place(at), Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	if want := strings.TrimSuffix(path.Base(file), ".yaml"); s.ID != want {
		say("/id", "rename the file or the id", "id is %q, but the file is named %s.yaml", s.ID, want)
	}
	for _, pr := range s.problems(registry()) {
		say(pr.at, pr.hint, "%s", pr.message)
	}
	var err error
	if s.SHA256, err = s.digest(); err != nil {
		say("", "write plain finite numbers", "cannot be hashed: %v", err)
		return nil, found
	}
	return s, found
}

// scaleRule is the rule that a problem of a scale file breaks.
func scaleRule(p yamldoc.Problem) string {
	switch p {
	case yamldoc.File, yamldoc.Text, yamldoc.Syntax:
		return "SCALE-SYNTAX"
	}
	return "SCALE-FIELD"
}

// All returns the scales by effective date, then id.
func (s *Scales) All() []*Scale {
	if s == nil {
		return nil
	}
	return s.all
}

// Get returns a scale by id, nil if there is none.
func (s *Scales) Get(id string) *Scale {
	for _, sc := range s.All() {
		if sc.ID == id {
			return sc
		}
	}
	return nil
}

// Default is the scale that rates where nobody names one: the earliest frozen
// edition that no other supersedes, so that a frozen successor waits until its
// predecessor is marked superseded and no clock decides. Without a frozen
// scale it is the newest draft, without any nil.
func (s *Scales) Default() *Scale { return s.pick(func(*Scale) bool { return true }) }

// For is Default among the scales that have a group for the task. Without any
// it is Default itself, whose outcome then says that there is no scale.
func (s *Scales) For(task string) *Scale {
	task = result.Normal(task)
	if sc := s.pick(func(sc *Scale) bool { return sc.hasTask(task) }); sc != nil {
		return sc
	}
	return s.Default()
}

func (s *Scales) pick(ok func(*Scale) bool) *Scale {
	var draft *Scale
	for _, sc := range s.All() {
		if !ok(sc) {
			continue
		}
		switch sc.Status {
		case StatusFrozen:
			return sc
		case StatusDraft:
			draft = sc
		}
	}
	return draft
}

// Lock returns the lock that was read with the scales.
func (s *Scales) Lock() Lock {
	if s == nil {
		return Lock{}
	}
	return s.lock
}
