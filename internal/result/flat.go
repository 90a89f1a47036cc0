// A JSON text as a flat list of its values: read once, without maps, so that the
// schema, the id and the types can each be held against it at little cost.

package result

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// flat holds the values of one text in order, each before those inside of it. It
// is used for one text after the other. It is for files that are right: what it
// does not read need not be wrong, and is left to those who have words for it.
type flat struct {
	data    []byte
	values  []value
	names   map[string]int32 // the keys that the schema knows, numbered
	decoder jsontext.Decoder

	canon   []byte  // the canonical form
	members []int32 // and what of it is being sorted

	filler filler
}

// value is one value, with its key where it is a member of an object.
type value struct {
	kind     jsontext.Kind // { [ " 0 t f n
	escaped  bool          // a string that holds escapes
	name     int32         // of the key, -1 for keys that the schema does not know
	next     int32         // index behind the last value inside
	children int32         // members or items
	key      extent        // without quotes
	text     extent        // a string without quotes, a number as it is written
	number   float64
}

// extent is a part of the text.
type extent struct{ from, to int32 }

func (f *flat) bytes(e extent) []byte { return f.data[e.from:e.to] }

// read takes a text of valid UTF-8 apart. It is false for what is no JSON, and for
// JSON that hardly any result needs: deep nesting, numbers out of range, keys with
// escapes or beyond ASCII. Repeated keys and escapes of no character are for
// canonical to see.
func (f *flat) read(data []byte) bool {
	f.data, f.values = data, f.values[:0]
	f.decoder.Reset(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return f.value(extent{}, -1, maxDepth) && f.decoder.PeekKind() == 0 &&
		len(bytes.Trim(data[f.decoder.InputOffset():], " \t\r\n")) == 0
}

// value reads the next value, which may hold as many levels as are left.
func (f *flat) value(key extent, name int32, left int) bool {
	dec := &f.decoder
	at := len(f.values)
	v := value{kind: dec.PeekKind(), key: key, name: name}
	f.values = append(f.values, v)
	switch v.kind {
	case '{', '[':
		if left == 0 {
			return false
		}
		if _, err := dec.ReadToken(); err != nil {
			return false
		}
		end := v.kind + 2 // } and ] stand two behind { and [
		for dec.PeekKind() != end {
			key, name := extent{}, int32(-1)
			if v.kind == '{' {
				var ok bool
				if key, name, ok = f.key(); !ok {
					return false
				}
			}
			if !f.value(key, name, left-1) {
				return false
			}
			v.children++
		}
		if _, err := dec.ReadToken(); err != nil {
			return false
		}
	case 0:
		return false
	default:
		raw, err := dec.ReadValue()
		if err != nil {
			return false
		}
		to := int32(dec.InputOffset())
		v.text = extent{to - int32(len(raw)), to}
		switch v.kind {
		case '"':
			v.text = extent{v.text.from + 1, v.text.to - 1}
			v.escaped = bytes.IndexByte(raw, '\\') >= 0
		case '0':
			if v.number, err = strconv.ParseFloat(string(raw), 64); err != nil {
				return false
			}
		}
	}
	v.next = int32(len(f.values))
	f.values[at] = v
	return true
}

// key reads the key of a member.
func (f *flat) key() (at extent, name int32, ok bool) {
	raw, err := f.decoder.ReadValue()
	if err != nil {
		return at, -1, false
	}
	for _, c := range raw {
		if c == '\\' || c >= 0x80 {
			return at, -1, false
		}
	}
	to := int32(f.decoder.InputOffset()) - 1
	at = extent{to - int32(len(raw)) + 2, to}
	name, ok = f.names[string(f.bytes(at))]
	if !ok {
		name = -1
	}
	return at, name, true
}

// member returns the value of a key of the object at i, or -1.
func (f *flat) member(i int32, name int32) int32 {
	for m := i + 1; m < f.values[i].next; m = f.values[m].next {
		if f.values[m].name == name {
			return m
		}
	}
	return -1
}

// string returns the text of a string. It is false for escapes that give no text.
func (f *flat) string(v *value) (text []byte, ok bool) {
	text = f.bytes(v.text)
	if !v.escaped {
		return text, true
	}
	text, err := jsontext.AppendUnquote(nil, f.data[v.text.from-1:v.text.to+1])
	return text, err == nil
}

// canonical writes the RFC 8785 form of the text without its outermost member of
// the name left out. It is false where there is none, since a key is repeated or an
// escape gives no character, and where a value is better left to the library.
func (f *flat) canonical(leftOut int32) ([]byte, bool) {
	f.canon, f.members = f.canon[:0], f.members[:0]
	return f.canon, f.appendCanonical(0, leftOut)
}

func (f *flat) appendCanonical(i, leftOut int32) bool {
	v := &f.values[i]
	switch v.kind {
	case '{':
		from := len(f.members)
		for m := i + 1; m < v.next; m = f.values[m].next {
			f.members = append(f.members, m)
		}
		members := f.members[from:]
		slices.SortFunc(members, func(a, b int32) int { return bytes.Compare(f.bytes(f.values[a].key), f.bytes(f.values[b].key)) })
		f.canon = append(f.canon, '{')
		first := true
		for n, m := range members {
			key := f.bytes(f.values[m].key)
			if n > 0 && bytes.Equal(key, f.bytes(f.values[members[n-1]].key)) {
				return false
			}
			if leftOut >= 0 && f.values[m].name == leftOut {
				continue
			}
			if !first {
				f.canon = append(f.canon, ',')
			}
			first = false
			f.canon = append(append(append(f.canon, '"'), key...), '"', ':')
			if !f.appendCanonical(m, -1) {
				return false
			}
		}
		f.canon = append(f.canon, '}')
		f.members = f.members[:from]
	case '[':
		f.canon = append(f.canon, '[')
		for m := i + 1; m < v.next; m = f.values[m].next {
			if m > i+1 {
				f.canon = append(f.canon, ',')
			}
			if !f.appendCanonical(m, -1) {
				return false
			}
		}
		f.canon = append(f.canon, ']')
	case '"':
		if !v.escaped {
			f.canon = append(f.canon, f.data[v.text.from-1:v.text.to+1]...)
			break
		}
		text, ok := f.string(v)
		if !ok {
			return false
		}
		var err error
		if f.canon, err = jsontext.AppendQuote(f.canon, text); err != nil {
			return false
		}
	case '0':
		if v.number == 0 && f.data[v.text.from] == '-' {
			return false
		}
		f.canon = jsontext.AppendFloat(f.canon, v.number, 64)
	default:
		f.canon = append(f.canon, f.bytes(v.text)...)
	}
	return true
}
