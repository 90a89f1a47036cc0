// Package catalog is what a board knows beside its results: models, hardware,
// tasks, licences, caveats, benchmarks, reading-speed bands, references, and
// the moderation file. It is read strictly from YAML, every problem is
// collected with file, line and column, and nothing unknown is guessed.
//
// This file holds the catalogue as a whole and its look-ups. Each kind of entry
// has its own file with one documented struct, whose `yaml` tags are the format
// and whose `rule` tags are what Load enforces (see decode.go).
package catalog

import "jouleboard/internal/result"

// Catalog is everything read from a board's content folder by Load. Maps are
// keyed by the id of the entry: a model's ORG/NAME, the file name of hardware
// and tasks without ".yaml", the SPDX id or known name of a licence. Entries are
// read-only once loaded.
type Catalog struct {
	Models     map[string]*Model
	Hardware   map[string]*Hardware
	Tasks      map[string]*Task
	Licenses   map[string]*License
	Caveats    map[string]*Caveat
	Benchmarks map[string]*Benchmark
	References map[string]*Reference
	Bands      []*Band     // in file order
	Moderation *Moderation // never nil after Load

	licenseNames  map[string]*License  // id or alias, normalised and as written
	hardwareNames map[string]*Hardware // id, name or alias, normalised and as written
	formerModels  map[string]*Model    // alias, exact spelling
}

// newCatalog returns an empty catalogue: every look-up answers "unknown".
func newCatalog() *Catalog {
	return &Catalog{
		Models:        map[string]*Model{},
		Hardware:      map[string]*Hardware{},
		Tasks:         map[string]*Task{},
		Licenses:      map[string]*License{},
		Caveats:       map[string]*Caveat{},
		Benchmarks:    map[string]*Benchmark{},
		References:    map[string]*Reference{},
		Moderation:    &Moderation{},
		licenseNames:  map[string]*License{},
		hardwareNames: map[string]*Hardware{},
		formerModels:  map[string]*Model{},
	}
}

// Model returns the model with the given hub id (ORG/NAME, exact spelling): the
// one it has or one it had before, so a caller asks the model for its Name.
func (c *Catalog) Model(name string) (*Model, bool) {
	if m, ok := c.Models[name]; ok {
		return m, true
	}
	m, ok := c.formerModels[name]
	return m, ok
}

// Task returns the task with the given id.
func (c *Catalog) Task(id string) (*Task, bool) {
	t, ok := c.Tasks[id]
	return t, ok
}

// License returns the licence that a name stands for: its id, its name or
// one of its aliases, whatever the case, spacing and punctuation. A name that is in no
// table is unknown; near misses are not resolved.
func (c *Catalog) License(name string) (*License, bool) {
	return named(c.licenseNames, name)
}

// LicenseOf returns the licence of a model, false where none is stated or the
// stated one is not in the table.
func (c *Catalog) LicenseOf(m *Model) (*License, bool) {
	if m == nil || m.License == "" {
		return nil, false
	}
	return c.License(m.License)
}

// HardwareFor returns the hardware that a name stands for: its id, its name or
// an alias (what drivers and other boards write), whatever the case, spacing
// and punctuation.
func (c *Catalog) HardwareFor(name string) (*Hardware, bool) {
	return named(c.hardwareNames, name)
}

// named looks up a name as it is first, which is how nearly all are written.
func named[T any](table map[string]*T, name string) (*T, bool) {
	x, ok := table[name]
	if !ok {
		x, ok = table[nameKey(name)]
	}
	return x, ok
}

// place is where something stands, for findings about it.
type place = result.Place
