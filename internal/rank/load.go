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
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"jouleboard/internal/result"
)

// Places of scales inside the labels folder.
const (
	ScalesDir = "scales"
	LockFile  = "scales/scales.lock"
)

// maxScaleBytes is far above any scale with a group a task and accelerator.
const maxScaleBytes = 1 << 20

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
	for _, s := range out.all {
		if s.SupersededBy != "" && out.Get(s.SupersededBy) == nil {
			found = append(found, result.Finding{Rule: "SCALE-SUCCESSOR", Level: result.Error, Where: result.Place{File: s.File},
				Message: fmt.Sprintf("scale %s is superseded by %q, which is not there", s.ID, s.SupersededBy), Hint: "name an edition in labels/scales"})
		}
	}
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
	p := scaleParser{file: file}
	switch {
	case len(data) > maxScaleBytes:
		p.add(nil, "SCALE-SYNTAX", "a scale holds levels, nothing large", "file has %d bytes, more than the %d allowed", len(data), maxScaleBytes)
		return nil, p.findings
	case !utf8.Valid(data):
		p.add(nil, "SCALE-SYNTAX", "save the file as UTF-8", "file is not UTF-8")
		return nil, p.findings
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		p.yaml(err)
		return nil, p.findings
	}
	p.tree = tree
	p.unknownKeys()
	s := &Scale{MaxSpan: 1, File: file}
	if err := yaml.Unmarshal(data, s); err != nil {
		p.yaml(err)
		return nil, p.findings
	}
	if want := strings.TrimSuffix(path.Base(file), ".yaml"); s.ID != want {
		p.add(p.token("$.id"), "SCALE-FIELD", "rename the file or the id", "id is %q, but the file is named %s.yaml", s.ID, want)
	}
	for _, pr := range s.problems(registry()) {
		p.add(p.token(pr.path), "SCALE-FIELD", pr.hint, "%s", pr.message)
	}
	if s.SHA256, err = s.digest(); err != nil {
		p.add(nil, "SCALE-FIELD", "write plain finite numbers", "cannot be hashed: %v", err)
		return nil, p.findings
	}
	return s, p.findings
}

// scaleParser collects findings with their places in one file.
type scaleParser struct {
	file     string
	tree     *ast.File
	findings result.Findings
}

func (p *scaleParser) add(tok *token.Token, rule, hint, format string, args ...any) {
	where := result.Place{File: p.file}
	if tok != nil && tok.Position != nil {
		where.Line, where.Col = tok.Position.Line, tok.Position.Column
	}
	p.findings = append(p.findings, result.Finding{Rule: rule, Level: result.Error, Where: where, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (p *scaleParser) yaml(err error) {
	var ye yaml.Error
	if errors.As(err, &ye) {
		p.add(ye.GetToken(), "SCALE-SYNTAX", "see the scale files that ship with jouleboard for the form", "%s", ye.GetMessage())
		return
	}
	p.add(nil, "SCALE-SYNTAX", "see the scale files that ship with jouleboard for the form", "%v", err)
}

// token finds where a path stands; of a missing key, where its parent stands.
func (p *scaleParser) token(path string) *token.Token {
	for path != "$" {
		if yp, err := yaml.PathString(path); err == nil {
			if n, err := yp.FilterFile(p.tree); err == nil && n != nil {
				return n.GetToken()
			}
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut <= 0 {
			break
		}
		path = path[:cut]
	}
	return nil
}

var (
	topKeys = []string{"id", "edition", "title", "effective", "status", "superseded_by", "metric", "unit", "direction",
		"method", "half_stars", "min_cohort", "max_span", "groups"}
	groupKeys     = []string{"cohort", "reference", "params", "levels"}
	referenceKeys = []string{"n", "source", "sha256"}
	paramKeys     = []string{"mid", "e_ref", "factor"}
)

// unknownKeys lists every key that a scale does not have. It walks the tree
// itself because the library's strict mode stops at the first.
func (p *scaleParser) unknownKeys() {
	for _, doc := range p.tree.Docs {
		p.keys(doc.Body, topKeys, func(key string, v ast.Node) {
			if key != "groups" {
				return
			}
			for _, g := range sequence(v) {
				p.keys(g, groupKeys, func(key string, v ast.Node) {
					switch key {
					case "cohort":
						p.keys(v, cohortKeys[:], nil)
					case "reference":
						p.keys(v, referenceKeys, nil)
					case "params":
						p.keys(v, paramKeys, nil)
					}
				})
			}
		})
	}
}

func (p *scaleParser) keys(n ast.Node, known []string, visit func(key string, v ast.Node)) {
	for _, kv := range mapping(n) {
		key := kv.Key.GetToken().Value
		if !slices.Contains(known, key) {
			p.add(kv.Key.GetToken(), "SCALE-FIELD", "keys here are "+strings.Join(known, ", "), "unknown key %q", key)
			continue
		}
		if visit != nil {
			visit(key, kv.Value)
		}
	}
}

func mapping(n ast.Node) []*ast.MappingValueNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	return nil
}

func sequence(n ast.Node) []ast.Node {
	if s, ok := n.(*ast.SequenceNode); ok {
		return s.Values
	}
	return nil
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
