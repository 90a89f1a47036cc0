// Package memo remembers what pure functions made, by a digest of what went into
// them, so that work whose inputs are the same is not done twice.
//
// A product is right as long as its key holds everything that its function looks
// at; nothing is ever remembered by name or by date. This file holds the store;
// key.go makes keys.
package memo

import "sync"

// Store remembers products. A nil *Store remembers nothing. It is safe for
// concurrent use.
type Store struct {
	plans sync.Map // how values of a type are walked

	mu   sync.Mutex
	turn int
	made int
	held map[key]*product
}

type product struct {
	parts [][]byte
	used  int // the last turn that asked for it
}

// kept is how many turns a product stays that nobody asks for: one lets somebody
// take back the last change at once.
const kept = 1

// New returns an empty store.
func New() *Store { return &Store{held: map[key]*product{}} }

// Do returns what a pure function makes of its inputs, which are all that it looks
// at. It calls make if that is not known, or if the inputs have no key. The same
// product may be made twice at the same time. Nobody may change its bytes.
func (s *Store) Do(function string, make func() ([][]byte, error), inputs ...any) ([][]byte, error) {
	if s == nil {
		return make()
	}
	key, keyErr := s.key(function, inputs...)
	s.mu.Lock()
	if p := s.held[key]; p != nil && keyErr == nil {
		p.used = s.turn
		s.mu.Unlock()
		return p.parts, nil
	}
	s.made++
	s.mu.Unlock()
	parts, err := make()
	if err != nil || keyErr != nil {
		return parts, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[key] = &product{parts, s.turn}
	return parts, nil
}

// Turn ends a round of work that went well: products that the last rounds did not
// ask for are forgotten.
func (s *Store) Turn() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, p := range s.held {
		if s.turn-p.used > kept {
			delete(s.held, k)
		}
	}
	s.turn++
}

// Made counts the products that were made so far.
func (s *Store) Made() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.made
}
