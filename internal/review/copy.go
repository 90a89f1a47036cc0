// Copies: records of one run that come back under another name. A run's times
// are microseconds and its power milliwatts, so two runs share next to none of
// them; a copy keeps most, whatever was changed around them.

package review

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"slices"

	"jouleboard/internal/result"
)

const (
	// copyShare is the share of the smaller of two sets of fingerprints from which
	// on one run's records are taken for a copy of the other's.
	copyShare = 0.5
	// copyLeast is how many different fingerprints a run needs to be compared at
	// all: a simulated server of exact timing gives one for everything.
	copyLeast = 40
	// sketchSize bounds the fingerprints kept of a run: the smallest hashes, which
	// are the same choice in every run.
	sketchSize = 1024
	// shingle is how many values in a row make one fingerprint of a trace.
	shingle = 8
)

// prints of one run's records, each sorted, different, at most sketchSize.
type prints struct {
	requests []uint64 // time to first token, latency and tokens of each request
	gaps     []uint64 // runs of gaps between tokens
	power    []uint64 // runs of power readings and of steps of the energy counter
}

// printed is a result with its fingerprints.
type printed struct {
	r      *result.Loaded
	prints prints
	picked bool
}

// fingerprint takes what a copy cannot easily change without inventing a run.
// Absolute times are left out, so that a shifted clock changes nothing.
func fingerprint(s *result.SamplesFile) prints {
	var p prints
	for i := range s.Requests {
		q := &s.Requests[i]
		if q.Ph != result.PhaseRun || q.Start == nil || q.End == nil {
			continue
		}
		first := int64(-1)
		if q.First != nil {
			first = *q.First - *q.Start
		}
		p.requests = append(p.requests, hash(first, *q.End-*q.Start))
		p.gaps = shingles(p.gaps, q.Dt)
	}
	for d := range s.Header.Devices {
		var power, steps []int64
		var before *int64
		for i := range s.Ticks {
			t := &s.Ticks[i]
			if d < len(t.P) && t.P[d] != nil {
				power = append(power, *t.P[d])
			}
			if d < len(t.C) && t.C[d] != nil {
				if before != nil && *t.C[d] != *before {
					steps = append(steps, *t.C[d]-*before)
				}
				before = t.C[d]
			}
		}
		p.power = shingles(p.power, power)
		p.power = shingles(p.power, steps)
	}
	p.requests, p.gaps, p.power = sketch(p.requests), sketch(p.gaps), sketch(p.power)
	return p
}

// shingles adds the fingerprints of a trace; stretches in which nothing changes
// tell nothing.
func shingles(to []uint64, trace []int64) []uint64 {
	for i := 0; i+shingle <= len(trace); i++ {
		part := trace[i : i+shingle]
		different := 0
		for k := 1; k < shingle; k++ {
			if part[k] != part[k-1] {
				different++
			}
		}
		if different >= shingle/2 {
			to = append(to, hash(part...))
		}
		if len(to) >= 64*sketchSize { // a long run: keep what the end would keep as well
			to = sketch(to)
		}
	}
	return to
}

func hash(vs ...int64) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for _, v := range vs {
		binary.LittleEndian.PutUint64(b[:], uint64(v))
		_, _ = h.Write(b[:])
	}
	// The last mixing of a hash function, so that the smallest are a fair choice.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

func sketch(h []uint64) []uint64 {
	slices.Sort(h)
	h = slices.Compact(h)
	return slices.Clone(h[:min(len(h), sketchSize)])
}

// shared estimates which share of the smaller set is in the other one; 0 where
// one has too few to tell.
func shared(a, b []uint64) float64 {
	if len(a) < copyLeast || len(b) < copyLeast {
		return 0
	}
	// Where a set was cut, only hashes up to its last one are known.
	top := ^uint64(0)
	for _, s := range [][]uint64{a, b} {
		if len(s) == sketchSize {
			top = min(top, s[len(s)-1])
		}
	}
	na, nb, both := 0, 0, 0
	for i, j := 0, 0; i < len(a) || j < len(b); {
		inA, inB := i < len(a) && a[i] <= top, j < len(b) && b[j] <= top
		switch {
		case !inA && !inB:
			i, j = len(a), len(b)
		case inA && (!inB || a[i] < b[j]):
			na++
			i++
		case inB && (!inA || b[j] < a[i]):
			nb++
			j++
		default:
			na, nb, both = na+1, nb+1, both+1
			i++
			j++
		}
	}
	if least := min(na, nb); least > 0 {
		return float64(both) / float64(least)
	}
	return 0
}

// copies compares the records of each picked result with those of all others.
func (c *check) copies(list []printed) {
	slices.SortFunc(list, func(a, b printed) int { return cmp.Compare(a.r.Path, b.r.Path) })
	for i, a := range list {
		if !a.picked {
			continue
		}
		for j, b := range list {
			// Each pair once: at the later file, or at the one that is looked at.
			if i == j || b.picked && i < j || a.r.Samples.SHA256 == b.r.Samples.SHA256 {
				continue
			}
			what, most := "", 0.0
			for _, k := range []struct {
				name string
				a, b []uint64
			}{{"request times", a.prints.requests, b.prints.requests}, {"gaps between tokens", a.prints.gaps, b.prints.gaps}, {"power readings", a.prints.power, b.prints.power}} {
				if v := shared(k.a, k.b); v > most {
					what, most = k.name, v
				}
			}
			if most >= copyShare {
				c.say(result.Error, "REV-COPY", a.r.Path, "/samples", "two runs do not share times to the microsecond; remove the copy, or explain it in a discussion and flag it",
					"%.0f %% of its %s are those of %s; from %.0f %% on a run is taken for a copy", most*100, what, b.r.Path, copyShare*100)
			}
		}
	}
}
