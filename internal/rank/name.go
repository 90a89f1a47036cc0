// Order and ids of boards: addresses that are unique and stay where they are.

package rank

import (
	"fmt"
	"sort"
	"strings"

	"jouleboard/internal/result"
)

// name sorts the boards and gives each its id. Boards that would share one are
// told apart by the first keys in which they differ; the plainest keeps the
// short id, and a finding asks the site's owner to settle it by name.
func (f *former) name(boards []*Board) {
	index := map[string]int{}
	for i, p := range f.cfg.Points {
		index[p.ID] = i
	}
	sort.Slice(boards, func(i, j int) bool {
		a, b := boards[i], boards[j]
		if a.order != b.order {
			return a.order < b.order
		}
		if a.spec != b.spec {
			if a.spec < 0 || b.spec < 0 {
				return b.spec < 0
			}
			return a.spec < b.spec
		}
		if a.Task != b.Task {
			return a.Task < b.Task
		}
		if a.Hardware != b.Hardware {
			return a.Hardware < b.Hardware
		}
		if a.Point != b.Point {
			return index[a.Point] < index[b.Point]
		}
		ka, kb := a.plainness(), b.plainness()
		for n := range ka {
			if ka[n] != kb[n] {
				return ka[n] < kb[n]
			}
		}
		return false
	})
	taken := map[string]*Board{}
	// Names of site.yaml come first: nothing that forms itself takes one away.
	for _, own := range []bool{true, false} {
		for _, b := range boards {
			if (b.ID != "") != own {
				continue
			}
			base := b.ID
			if !own {
				base = b.baseID()
			}
			b.ID = base
			if first := taken[base]; first != nil {
				b.ID = free(b, first, base, taken)
				f.found = append(f.found, result.Finding{Rule: "RNK-ID", Level: result.Warn, Where: result.Place{File: "content/site.yaml", Pointer: "/boards"},
					Message: fmt.Sprintf("two boards would be %q; the one of %s is called %q", base, b.difference(first), b.ID),
					Hint:    "name both under boards in site.yaml, so that their addresses never change"})
			}
			taken[b.ID] = b
		}
	}
}

// baseID is TASK-HARDWARE-POINT with count and precision where they are keys.
func (b *Board) baseID() string {
	hw := b.Hardware
	if hw == "" {
		hw = "endpoint"
	}
	parts := []string{b.Task, hw, b.Point}
	for _, v := range []string{b.Count, b.Precision} {
		if v != Any {
			parts = append(parts, orUnstated(v))
		}
	}
	for i := range parts {
		parts[i] = slug(parts[i])
	}
	return strings.Join(parts, "-")
}

func orUnstated(v string) string {
	if v == "" {
		return "unstated"
	}
	return v
}

// distinct are the keys that can tell boards of one base id apart.
func (b *Board) distinct() [][2]string {
	return [][2]string{{"boundary", b.Boundary}, {"kind", b.Kind}, {"origin", b.Origin}, {"weights", b.Weights}, {"reasoning", b.Reasoning},
		{"method", b.Method}, {"count", b.Count}, {"precision", b.Precision}, {"task", b.Task}, {"hardware", b.Hardware}, {"point", b.Point}}
}

// plainness sorts boards of one base id: the usual boundary, kind and weights
// before others.
func (b *Board) plainness() []string {
	usual := map[string]string{"boundary": "gpu", "kind": result.KindDevice, "weights": "released", "reasoning": ""}
	var out []string
	for _, kv := range b.distinct() {
		v := "1" + kv[1]
		if u, ok := usual[kv[0]]; ok && u == kv[1] {
			v = "0"
		}
		out = append(out, v)
	}
	return out
}

// difference names the keys in which a board differs from another.
func (b *Board) difference(o *Board) string {
	var out []string
	od := o.distinct()
	for i, kv := range b.distinct() {
		if kv[1] != od[i][1] {
			out = append(out, kv[0]+" "+orUnstated(kv[1]))
		}
	}
	if len(out) == 0 {
		return "the later entry"
	}
	return strings.Join(out, ", ")
}

// free finds an id that is not taken.
func free(b, first *Board, base string, taken map[string]*Board) string {
	id := base
	fd := first.distinct()
	for i, kv := range b.distinct() {
		if kv[1] == fd[i][1] {
			continue
		}
		word := slug(orUnstated(kv[1]))
		if kv[0] == "boundary" && kv[1] == "" {
			word = "speed"
		}
		id += "-" + word
		if taken[id] == nil {
			return id
		}
	}
	for n := 2; ; n++ {
		if try := fmt.Sprintf("%s-%d", id, n); taken[try] == nil {
			return try
		}
	}
}
