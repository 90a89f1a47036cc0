// Keys: a digest of values of any type, by walking them.

package memo

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math"
	"reflect"
	"slices"
	"sync"
)

// key stands for a function and all that goes into it.
type key [sha256.Size]byte

// key is that of a function, told apart by its name, applied to values. Values
// are walked through pointers, interfaces, and fields that are not exported; a
// field with the tag `memo:"-"` is passed over, and what can be seen through it
// must be in the key in another way. An error says that a value cannot be told
// from others, because it holds a function or a channel, or refers to itself.
func (s *Store) key(function string, values ...any) (key, error) {
	w := writer{sum: sha256.New(), plans: &s.plans}
	w.text(function)
	for _, v := range values {
		w.dynamic(reflect.ValueOf(v))
	}
	if w.err != nil {
		return key{}, fmt.Errorf("key of %s: %w", function, w.err)
	}
	w.flush()
	var k key
	w.sum.Sum(k[:0])
	return k, nil
}

// Digest stands for values that many keys have in common. If they have no key, no
// key that holds it is one either.
type Digest struct {
	sum key
	bad chan struct{} // refused as an input unless it is nil
}

// Digest is that of values, to be worked out once and used as an input often.
func (s *Store) Digest(values ...any) Digest {
	if s == nil {
		return Digest{}
	}
	sum, err := s.key("digest", values...)
	if err != nil {
		return Digest{bad: make(chan struct{})}
	}
	return Digest{sum: sum}
}

// writer writes values so that no two of one type write the same.
type writer struct {
	plans *sync.Map // reflect.Type -> *plan
	sum   hash.Hash // nil for a part that is put in order later, so nothing may be flushed
	buf   []byte
	err   error
	deep  int
}

// limits of what is buffered, and of how deep values may be nested.
const (
	bufferSize = 32 << 10
	deepest    = 200
)

func (w *writer) flush() {
	w.sum.Write(w.buf)
	w.buf = w.buf[:0]
}

func (w *writer) number(n uint64) {
	if len(w.buf) > bufferSize && w.sum != nil {
		w.flush()
	}
	w.buf = binary.AppendUvarint(w.buf, n)
}

func (w *writer) text(s string) {
	w.number(uint64(len(s)))
	w.buf = append(w.buf, s...)
}

// dynamic writes a value with its type, which the reader of an interface cannot
// know.
func (w *writer) dynamic(v reflect.Value) {
	if !v.IsValid() {
		w.number(0)
		return
	}
	w.number(1)
	w.text(w.planOf(v.Type()).name)
	w.value(v)
}

func (w *writer) value(v reflect.Value) {
	if w.err != nil {
		return
	}
	switch v.Kind() {
	case reflect.String:
		w.text(v.String())
	case reflect.Bool:
		if v.Bool() {
			w.number(1)
		} else {
			w.number(0)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		w.number(math.Float64bits(v.Float()))
	case reflect.Struct:
		for _, i := range w.planOf(v.Type()).fields {
			w.value(v.Field(i))
		}
	case reflect.Slice, reflect.Array:
		w.list(v)
	case reflect.Pointer, reflect.Interface:
		w.through(v)
	case reflect.Map:
		w.table(v)
	case reflect.Func, reflect.Chan:
		if v.IsNil() {
			w.number(0)
			return
		}
		w.err = fmt.Errorf("a value of type %s cannot be told from others", v.Type())
	default:
		w.err = fmt.Errorf("a value of type %s cannot be told from others", v.Type())
	}
}

// list writes a slice or an array; a nil slice is another value than an empty one.
func (w *writer) list(v reflect.Value) {
	if v.Kind() == reflect.Slice {
		if v.IsNil() {
			w.number(0)
			return
		}
		w.number(uint64(v.Len()) + 1)
		if v.Type().Elem().Kind() == reflect.Uint8 {
			w.buf = append(w.buf, v.Bytes()...)
			return
		}
	}
	for i := range v.Len() {
		w.value(v.Index(i))
	}
}

func (w *writer) through(v reflect.Value) {
	if v.IsNil() {
		w.number(0)
		return
	}
	if w.deep++; w.deep > deepest {
		w.err = errors.New("it is nested too deeply, or refers to itself")
		return
	}
	if v.Kind() == reflect.Interface {
		w.dynamic(v.Elem())
	} else {
		w.number(1)
		w.value(v.Elem())
	}
	w.deep--
}

// table writes a map in the order of its keys as they are written.
func (w *writer) table(v reflect.Value) {
	if v.IsNil() {
		w.number(0)
		return
	}
	w.number(uint64(v.Len()) + 1)
	type pair struct{ key, value []byte }
	pairs := make([]pair, 0, v.Len())
	part := writer{plans: w.plans, deep: w.deep + 1}
	if part.deep > deepest {
		w.err = errors.New("it is nested too deeply, or refers to itself")
		return
	}
	for it := v.MapRange(); it.Next(); {
		start := len(part.buf)
		part.value(it.Key())
		middle := len(part.buf)
		part.value(it.Value())
		pairs = append(pairs, pair{bytes.Clone(part.buf[start:middle]), bytes.Clone(part.buf[middle:])})
		part.buf = part.buf[:start]
		if part.err != nil {
			w.err = part.err
			return
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int { return bytes.Compare(a.key, b.key) })
	for _, p := range pairs {
		w.buf = append(append(w.buf, p.key...), p.value...)
		if len(w.buf) > bufferSize && w.sum != nil {
			w.flush()
		}
	}
}

// plan is what is known of a type: its name, and the fields that count.
type plan struct {
	name   string
	fields []int
}

func (w *writer) planOf(t reflect.Type) *plan {
	if p, ok := w.plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{name: t.PkgPath() + " " + t.String()}
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if t.Field(i).Tag.Get("memo") != "-" {
				p.fields = append(p.fields, i)
			}
		}
	}
	actual, _ := w.plans.LoadOrStore(t, p)
	return actual.(*plan)
}
