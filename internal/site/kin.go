// Two revisions of one board: results whose files are the same in both are read,
// judged and recomputed once. They need not even be in the second one's folder.

package site

import (
	"jouleboard/internal/result"
	"jouleboard/internal/sign"
)

// A Kin is a board that was loaded, as other revisions of it see it.
type Kin struct {
	results    map[string]*result.Loaded // by path, those of which nothing is to be said
	recomputed map[string]bool
	signed     map[string]sign.Signed
}

// NewKin keeps of a board what other revisions of it may share. Its results were
// checked, and found is what Load said of them.
func NewKin(in *Input, found result.Findings) *Kin {
	k := &Kin{map[string]*result.Loaded{}, map[string]bool{}, map[string]sign.Signed{}}
	named := namedFiles(found)
	for _, r := range in.Results {
		if !r.Known || named[r.Path] {
			continue
		}
		k.results[r.Path] = r
		if in.Recomputed[r.ID] {
			k.recomputed[r.Path] = true
		}
		if signed, ok := in.Signed[r.ID]; ok {
			k.signed[r.Path] = signed
		}
	}
	return k
}

// Shared is what a revision of a board has in common with its kin.
type Shared struct{ earlier }

// Share finds what a revision has in common with k. Names are those of all files
// that the revision has below results, sorted; same says whether a file of the
// board is there and the same in both.
func (k *Kin) Share(names []string, same func(name string) bool) *Shared {
	out := &Shared{earlier{
		Before:     result.Before{Names: names, Loaded: map[string]*result.Loaded{}},
		recomputed: map[string]bool{}, signed: map[string]sign.Signed{},
	}}
	signers := same(sign.SignersFile)
	for _, name := range names {
		r, ok := k.results[name]
		if !ok || !same(name) {
			continue
		}
		out.Loaded[name] = r
		if k.recomputed[name] && same(result.SamplesPath(name)) {
			out.recomputed[name] = true
		}
		if signed, ok := k.signed[name]; ok && signers && same(name+sign.Ext) {
			out.signed[name] = signed
		}
	}
	return out
}

// Result is the result of a file that both have. The file need not be in the
// revision's folder.
func (s *Shared) Result(name string) (r *result.Loaded, ok bool) {
	if s == nil {
		return nil, false
	}
	r, ok = s.Loaded[name]
	return r, ok
}

// Samples says that the samples beside a result are the same in both and give its
// numbers. They need not be in the revision's folder either.
func (s *Shared) Samples(name string) bool { return s != nil && s.recomputed[name] }
