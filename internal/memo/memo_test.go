package memo

import (
	"errors"
	"fmt"
	"testing"
)

type inner struct {
	A string
	b int
}

type sample struct {
	inner
	S    []string
	M    map[string][]int
	P    *inner
	I    any
	F    float64
	B    []byte
	f    func()
	skip string `memo:"-"`
}

func mustKey(t *testing.T, name string, values ...any) key {
	t.Helper()
	k, err := New().key(name, values...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Whatever differs anywhere gives another key, and nothing else does.
func TestKeys(t *testing.T) {
	base := func() sample {
		return sample{inner: inner{"a", 1}, S: []string{"x", "yz"}, M: map[string][]int{"one": {1}, "two": {2, 3}, "three": nil}, P: &inner{"p", 2}, I: inner{"i", 3}, F: 1.5, B: []byte("bytes")}
	}
	seen := map[key]string{}
	for _, c := range []struct {
		name   string
		change func(*sample)
	}{
		{"as it is", func(*sample) {}},
		{"a text", func(s *sample) { s.A = "b" }},
		{"a field that is not exported", func(s *sample) { s.b = 2 }},
		{"texts cut elsewhere", func(s *sample) { s.S = []string{"xy", "z"} }},
		{"one text more", func(s *sample) { s.S = append(s.S, "") }},
		{"no texts", func(s *sample) { s.S = nil }},
		{"an empty list", func(s *sample) { s.S = []string{} }},
		{"a value in a map", func(s *sample) { s.M["two"][1] = 4 }},
		{"a key in a map", func(s *sample) { s.M["four"] = nil }},
		{"values of two keys changed about", func(s *sample) { s.M["one"], s.M["two"] = s.M["two"], s.M["one"] }},
		{"an empty list in a map", func(s *sample) { s.M["three"] = []int{} }},
		{"what a pointer leads to", func(s *sample) { s.P.b = 9 }},
		{"no pointer", func(s *sample) { s.P = nil }},
		{"the zero value behind a pointer", func(s *sample) { s.P = &inner{} }},
		{"another type in an interface", func(s *sample) {
			s.I = struct {
				A string
				b int
			}{"i", 3}
		}},
		{"a pointer in an interface", func(s *sample) { s.I = &inner{"i", 3} }},
		{"nothing in an interface", func(s *sample) { s.I = nil }},
		{"a negative zero", func(s *sample) { s.F = 0; s.F = -s.F * 0 }},
		{"bytes", func(s *sample) { s.B = []byte("bytez") }},
	} {
		v := base()
		c.change(&v)
		k := mustKey(t, "f", v)
		if other, dup := seen[k]; dup {
			t.Errorf("%s has the key of %s", c.name, other)
		}
		seen[k] = c.name
	}
	one, two := base(), base()
	two.skip = "passed over"
	for range 20 { // maps are walked in another order each time
		if mustKey(t, "f", one) != mustKey(t, "f", two) {
			t.Fatal("equal values have different keys")
		}
	}
	if mustKey(t, "f", one) == mustKey(t, "g", one) {
		t.Error("two functions have one key")
	}
	if mustKey(t, "f", "a", "b") == mustKey(t, "f", "ab") || mustKey(t, "f", "a", nil) == mustKey(t, "f", "a") {
		t.Error("other values have the same key")
	}
	if mustKey(t, "f", fmt.Sprint(make([]int, 50000))) == mustKey(t, "f", fmt.Sprint(make([]int, 50001))) {
		t.Error("long texts have the same key")
	}
}

// What cannot be told from another value is refused, and never taken for equal.
func TestNoKey(t *testing.T) {
	type loop struct{ Next *loop }
	l := &loop{}
	l.Next = l
	type round map[string]any
	r := round{}
	r["r"] = r
	for name, v := range map[string]any{"a function": sample{f: func() {}}, "a channel": make(chan int), "a loop of pointers": l, "a loop of maps": r} {
		if _, err := New().key("f", v); err == nil {
			t.Errorf("%s has a key", name)
		}
	}
}

// A digest stands for its values in a key, and for their having none.
func TestDigest(t *testing.T) {
	s := New()
	a, b := s.Digest("a"), s.Digest("b")
	if a == b || a != s.Digest("a") {
		t.Error("digests do not tell their values apart")
	}
	if mustKey(t, "f", a) == mustKey(t, "f", b) {
		t.Error("keys do not tell digests apart")
	}
	if _, err := s.key("f", s.Digest(func() {})); err == nil {
		t.Error("a digest of what has no key is a key")
	}
}

func TestStore(t *testing.T) {
	s := New()
	made := 0
	do := func(key string) string {
		t.Helper()
		parts, err := s.Do("f", func() ([][]byte, error) {
			made++
			return [][]byte{[]byte(key)}, nil
		}, key)
		if err != nil || len(parts) != 1 {
			t.Fatalf("%v, %d parts", err, len(parts))
		}
		return string(parts[0])
	}
	if one, again, other := do("a"), do("a"), do("b"); one != "a" || again != "a" || other != "b" || made != 2 {
		t.Errorf("made %d times, want 2", made)
	}
	if _, err := s.Do("f", func() ([][]byte, error) { return nil, errors.New("no") }, "c"); err == nil {
		t.Error("an error was swallowed")
	}
	if do("c"); made != 3 {
		t.Error("an error was remembered as a product")
	}
	s.Turn()
	do("a")
	s.Turn() // b and c were not asked for, and stay once
	do("a")
	do("b")
	if made != 3 {
		t.Error("what the last round made is forgotten already")
	}
	s.Turn()
	if do("c"); made != 4 || len(s.held) != 3 {
		t.Errorf("made %d, held %d: what two rounds did not ask for is still there", made, len(s.held))
	}
	again := func(s *Store, input any) {
		if _, err := s.Do("f", func() ([][]byte, error) { made++; return nil, nil }, input); err != nil {
			t.Error(err)
		}
	}
	made = 0
	for range 2 {
		again(s, make(chan int)) // has no key
		again(nil, "a")
	}
	if made != 4 || s.Made() != 7 {
		t.Errorf("made %d, counted %d", made, s.Made())
	}
}
