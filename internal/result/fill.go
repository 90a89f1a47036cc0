// Putting a text into the types that was judged before: it is valid JSON, each key
// is there once, and every value is of the kind that its field has. The library
// judges all of that again and takes more than twice as long.

package result

import (
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// fill reads a text into the types. Texts of the result are pieces of it. What is
// out of the ordinary goes to the library, and so does what is wrong after all.
func (f *filler) fill(text string) (*Result, error) {
	f.text, f.at = text, 0
	r := new(Result)
	if f.result(r) {
		return r, nil
	}
	r = new(Result)
	if err := json.Unmarshal([]byte(text), r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, err
	}
	r.compactX()
	return r, nil
}

// result reads the whole text. It is false where the library has to.
func (f *filler) result(r *Result) bool {
	return resultReader()(f, reflect.ValueOf(r).Elem()) && f.peek() == 0 && f.at == len(f.text)
}

// compactX leaves out the space in the values of keys that the types do not know,
// which nobody can see: so a result is the same from its file and from a copy
// without space.
func (r *Result) compactX() {
	for key, value := range r.X {
		r.X[key] = appendCompact(nil, string(value))
	}
}

// filler is one text that is being read; it is used for one after the other.
type filler struct {
	text   string
	at     int
	floats []float64 // room for numbers that fields point to, many at a time
}

// reader reads the next value of a text into a variable. It is false for what it
// does not know.
type reader func(f *filler, v reflect.Value) bool

// resultReader is that of a result; how each type is read is found out once.
var resultReader = sync.OnceValue(func() reader { return readerOf(reflect.TypeFor[Result]()) })

func readerOf(t reflect.Type) reader {
	switch t.Kind() {
	case reflect.String:
		return func(f *filler, v reflect.Value) bool {
			s, ok := f.string()
			v.SetString(s)
			return ok
		}
	case reflect.Float64:
		return func(f *filler, v reflect.Value) bool {
			n, err := strconv.ParseFloat(f.number(), 64)
			v.SetFloat(n)
			return err == nil
		}
	case reflect.Int64:
		return func(f *filler, v reflect.Value) bool {
			n, err := strconv.ParseUint(f.number(), 10, 63)
			v.SetInt(int64(n))
			return err == nil
		}
	case reflect.Bool:
		return func(f *filler, v reflect.Value) bool {
			yes := f.skip("true")
			v.SetBool(yes)
			return yes || f.skip("false")
		}
	case reflect.Pointer:
		return pointerReader(t)
	case reflect.Slice, reflect.Array:
		return listReader(t)
	case reflect.Map:
		return mapReader(t)
	case reflect.Struct:
		return structReader(t)
	}
	panic("a result holds a " + t.String() + ", which no reader is for")
}

func pointerReader(t reflect.Type) reader {
	one := readerOf(t.Elem())
	if t.Elem().Kind() != reflect.Float64 {
		return func(f *filler, v reflect.Value) bool {
			p := reflect.New(t.Elem())
			v.Set(p)
			return one(f, p.Elem())
		}
	}
	return func(f *filler, v reflect.Value) bool {
		n, err := strconv.ParseFloat(f.number(), 64)
		if len(f.floats) == cap(f.floats) {
			f.floats = make([]float64, 0, 256)
		}
		f.floats = append(f.floats, n)
		v.Set(reflect.ValueOf(&f.floats[len(f.floats)-1]))
		return err == nil
	}
}

// listReader reads lists; those of a fixed length must have it.
func listReader(t reflect.Type) reader {
	one := readerOf(t.Elem())
	if t.Kind() == reflect.Array {
		return func(f *filler, v reflect.Value) bool {
			n := 0
			return f.items('[', func() bool {
				n++
				return n <= v.Len() && one(f, v.Index(n-1))
			}) && n == v.Len()
		}
	}
	return func(f *filler, v reflect.Value) bool {
		v.Set(reflect.MakeSlice(t, 0, 0))
		return f.items('[', func() bool {
			n := v.Len()
			v.Grow(1)
			v.SetLen(n + 1)
			return one(f, v.Index(n))
		})
	}
}

func mapReader(t reflect.Type) reader {
	one := readerOf(t.Elem())
	return func(f *filler, v reflect.Value) bool {
		v.Set(reflect.MakeMap(t))
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		return f.items('{', func() bool {
			name, ok := f.key()
			key.SetString(name)
			value.SetZero()
			ok = ok && one(f, value)
			v.SetMapIndex(key, value)
			return ok
		})
	}
}

// structReader reads objects whose keys are the fields' names. One field may take
// the values of all other keys.
func structReader(t reflect.Type) reader {
	type field struct {
		name  string
		index int
		read  reader
	}
	var fields []field
	rest := -1
	for i := range t.NumField() {
		name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if option == "embed" {
			rest = i
			continue
		}
		fields = append(fields, field{name, i, readerOf(t.Field(i).Type)})
	}
	return func(f *filler, v reflect.Value) bool {
		next := 0 // keys mostly have the order of the fields
		return f.items('{', func() bool {
			name, ok := f.key()
			if !ok {
				return false
			}
			for range fields {
				at := &fields[next]
				if next++; next == len(fields) {
					next = 0
				}
				if at.name == name {
					return at.read(f, v.Field(at.index))
				}
			}
			return rest >= 0 && f.other(name, v.Field(rest))
		})
	}
}

// other puts a value that no field is for into a map of texts.
func (f *filler) other(name string, v reflect.Value) bool {
	dec := jsontext.NewDecoder(strings.NewReader(f.text[f.at:]))
	raw, err := dec.ReadValue()
	if err != nil {
		return false
	}
	f.at += int(dec.InputOffset())
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	v.SetMapIndex(reflect.ValueOf(name), reflect.ValueOf(jsontext.Value(appendCompact(nil, string(raw)))))
	return true
}

// peek is the next byte behind the space, 0 at the end.
func (f *filler) peek() byte {
	for ; f.at < len(f.text); f.at++ {
		if c := f.text[f.at]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// skip passes over a word if it is the next.
func (f *filler) skip(word string) bool {
	f.peek()
	if !strings.HasPrefix(f.text[f.at:], word) {
		return false
	}
	f.at += len(word)
	return true
}

// items reads what stands between brackets or braces, with commas between.
func (f *filler) items(open byte, one func() bool) bool {
	if f.peek() != open {
		return false
	}
	f.at++
	end := open + 2 // ] and } stand two behind [ and {
	if f.peek() == end {
		f.at++
		return true
	}
	for one() {
		switch f.peek() {
		case ',':
			f.at++
		case end:
			f.at++
			return true
		default:
			return false
		}
	}
	return false
}

// key reads a key and the colon behind it.
func (f *filler) key() (string, bool) {
	name, ok := f.string()
	if !ok || f.peek() != ':' {
		return "", false
	}
	f.at++
	return name, true
}

// string reads a string; with escapes it becomes a text of its own.
func (f *filler) string() (string, bool) {
	if f.peek() != '"' {
		return "", false
	}
	rest := f.text[f.at+1:]
	n := strings.IndexByte(rest, '"')
	if n < 0 {
		return "", false
	}
	if s := rest[:n]; strings.IndexByte(s, '\\') < 0 {
		f.at += n + 2
		return s, true
	}
	for n = 0; n < len(rest) && rest[n] != '"'; n++ {
		if rest[n] == '\\' {
			n++
		}
	}
	if n >= len(rest) {
		return "", false
	}
	text, err := jsontext.AppendUnquote(nil, f.text[f.at:f.at+n+2])
	f.at += n + 2
	return string(text), err == nil
}

// number is the text of the next number, empty if there is none.
func (f *filler) number() string {
	f.peek()
	from := f.at
	for ; f.at < len(f.text); f.at++ {
		if c := f.text[f.at]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			break
		}
	}
	return f.text[from:f.at]
}
