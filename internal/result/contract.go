// What the schema asks of a file, as yes and no without words. It is compiled from
// the schema and from nothing else (contractcompile.go), so that the schema stays
// the contract; what it does not accept is for the schema itself to judge.

package result

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// contract is a compiled schema. Keys are numbered, so that looking for one is
// comparing numbers.
type contract struct {
	names map[string]int32
	id    int32 // the number of the key id
	root  *demand
}

// demand is what one schema asks of a value. A nil list or pointer asks nothing.
type demand struct {
	never bool // the schema false

	kinds   string // of values, as jsontext names them
	integer bool
	words   []string // enum or const

	minLength, maxLength         int
	pattern                      *regexp.Regexp
	minimum, maximum, above      float64
	minItems, maxItems           int
	minProperties, maxProperties int

	items *demand
	// members holds the demands on the values of keys by number, nil or beyond its
	// end for keys that are not named. Of these, the ones that match keys have the
	// demand others.
	members    []*demand
	keys       *regexp.Regexp
	others     *demand
	closed     bool // to keys that it does not know
	required   []int32
	dependents []dependent

	all, any  []*demand
	not       *demand
	cond      *demand // if
	then, els *demand
}

// dependent is a key that needs others beside it.
type dependent struct {
	name  int32
	needs []int32
}

// accepts says whether the value at i is as the demand asks. It is right for texts
// that have a canonical form; of the others it may say anything.
func (f *flat) accepts(d *demand, i int32) bool {
	if d.never {
		return false
	}
	v := &f.values[i]
	if d.kinds != "" && strings.IndexByte(d.kinds, byte(v.kind)) < 0 {
		return false
	}
	if d.words != nil && (v.kind != '"' || !f.isOne(v, d.words)) {
		return false
	}
	switch v.kind {
	case '{':
		if !f.acceptsMembers(d, i) {
			return false
		}
	case '[':
		if n := int(v.children); n < d.minItems || n > d.maxItems {
			return false
		}
		if d.items != nil {
			for m := i + 1; m < v.next; m = f.values[m].next {
				if !f.accepts(d.items, m) {
					return false
				}
			}
		}
	case '"':
		if !f.acceptsText(d, v) {
			return false
		}
	case '0':
		if x := v.number; x < d.minimum || x > d.maximum || x <= d.above || d.integer && x != math.Trunc(x) {
			return false
		}
	}
	for _, a := range d.all {
		if !f.accepts(a, i) {
			return false
		}
	}
	if d.any != nil && !slices.ContainsFunc(d.any, func(a *demand) bool { return f.accepts(a, i) }) {
		return false
	}
	if d.not != nil && f.accepts(d.not, i) {
		return false
	}
	if d.cond != nil {
		branch := d.els
		if f.accepts(d.cond, i) {
			branch = d.then
		}
		return branch == nil || f.accepts(branch, i)
	}
	return true
}

func (f *flat) acceptsMembers(d *demand, i int32) bool {
	v := &f.values[i]
	if n := int(v.children); n < d.minProperties || n > d.maxProperties {
		return false
	}
	if !f.hasAll(i, d.required) {
		return false
	}
	for _, dep := range d.dependents {
		if f.member(i, dep.name) >= 0 && !f.hasAll(i, dep.needs) {
			return false
		}
	}
	if d.members == nil && d.keys == nil && !d.closed {
		return true
	}
	for m := i + 1; m < v.next; m = f.values[m].next {
		member := &f.values[m]
		var asks *demand
		if n := int(member.name); n >= 0 && n < len(d.members) {
			asks = d.members[n]
		}
		if asks == nil && d.keys != nil && d.keys.Match(f.bytes(member.key)) {
			asks = d.others
		}
		if asks == nil && d.closed || asks != nil && !f.accepts(asks, m) {
			return false
		}
	}
	return true
}

func (f *flat) hasAll(i int32, names []int32) bool {
	for _, name := range names {
		if f.member(i, name) < 0 {
			return false
		}
	}
	return true
}

func (f *flat) acceptsText(d *demand, v *value) bool {
	if d.pattern == nil && d.minLength == 0 && d.maxLength == math.MaxInt {
		return true
	}
	text, ok := f.string(v)
	if !ok {
		return false
	}
	if n := utf8.RuneCount(text); n < d.minLength || n > d.maxLength {
		return false
	}
	return d.pattern == nil || d.pattern.Match(text)
}

func (f *flat) isOne(v *value, words []string) bool {
	text, ok := f.string(v)
	return ok && slices.ContainsFunc(words, func(w string) bool { return w == string(text) })
}
