// Which results came, went or changed, and what in them did.

package review

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// Kinds of a ResultChange, in the order in which they are listed.
const (
	KindRemoved   = "removed"   // the file is gone, and no tombstone says why
	KindWithdrawn = "withdrawn" // it has a tombstone now
	KindRestored  = "restored"  // its tombstone is gone
	KindFlagged   = "flagged"   // it has a flag now
	KindUnflagged = "unflagged" // its flag is gone
	KindChanged   = "changed"   // another file stands for the same run or figure
	KindNew       = "new"
	KindMoved     = "moved" // the same file at another place
)

var kindOrder = []string{KindRemoved, KindWithdrawn, KindRestored, KindFlagged, KindUnflagged, KindChanged, KindNew, KindMoved}

// ResultChange is what happened to one result.
type ResultChange struct {
	Kind string `json:"kind"`
	// ID and Path are those of head, or of base where head lacks it. BaseID and
	// BasePath are set where they were others.
	ID       string `json:"id"`
	Path     string `json:"path,omitzero"`
	BaseID   string `json:"base_id,omitzero"`
	BasePath string `json:"base_path,omitzero"`
	Model    string `json:"model"`
	Task     string `json:"task"`
	Setup    string `json:"setup,omitzero"`
	Class    string `json:"class,omitzero"`
	Source   string `json:"source,omitzero"` // who published it, of reported ones
	// Metric is the number that it is told by, Before and After its values.
	Metric string   `json:"metric,omitzero"`
	Unit   string   `json:"unit,omitzero"`
	Digits int      `json:"-"`
	Before *float64 `json:"before,omitzero"`
	After  *float64 `json:"after,omitzero"`
	// State is where the result went at head: ranked, behind, excluded, ...
	State  string   `json:"state,omitzero"`
	Boards []string `json:"boards,omitzero"` // that show it in this state
	Reason string   `json:"reason,omitzero"` // of moderation, or why it is not ranked
	// Fields are values that differ, at most maxFields of them; MoreFields counts
	// the others.
	Fields     []FieldChange `json:"fields,omitzero"`
	MoreFields int           `json:"more_fields,omitzero"`
}

// FieldChange is one value of a result file. An empty side means absent.
type FieldChange struct {
	Pointer string `json:"pointer"`
	Before  string `json:"before,omitzero"`
	After   string `json:"after,omitzero"`
}

// maxFields bounds how many changed values of a result are kept.
const maxFields = 12

// resultChanges pairs the results of both sides and describes what differs.
func resultChanges(base, head Snapshot) []ResultChange {
	d := &resultDiffer{base: base, head: head, accounts: map[string]rank.Accounted{}}
	for _, a := range head.Accounts {
		d.accounts[a.Result.ID] = a
	}
	out := []ResultChange{}
	before, after := byID(base.Results), byID(head.Results)
	var gone, came []*result.Loaded
	for _, r := range base.Results {
		if after[r.ID] == nil {
			gone = append(gone, r)
		}
	}
	for _, r := range head.Results {
		old := before[r.ID]
		if old == nil {
			came = append(came, r)
			continue
		}
		if old.Path != r.Path {
			c := d.describe(KindMoved, r)
			c.BasePath = old.Path
			out = append(out, c)
		}
		if c, ok := d.moderated(r); ok {
			out = append(out, c)
		}
	}
	pairs := pairUp(gone, came)
	for _, r := range came {
		if old := pairs.before[r]; old != nil {
			out = append(out, d.changed(old, r))
		} else {
			out = append(out, d.describe(KindNew, r))
		}
	}
	broken := brokenFiles(head.Findings)
	for _, r := range gone {
		if pairs.paired[r] || broken[r.Path] {
			continue // a file that cannot be read is a finding, not a removal
		}
		c := d.describe(KindRemoved, r)
		if w := moderation(head.Catalog).WithdrawalOf(r.ID); w != nil {
			c.Kind, c.Reason = KindWithdrawn, reasonText(w.Reason, w.Text)
		}
		c.Before, c.After = c.After, nil
		c.State, c.Boards = "", nil
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b ResultChange) int {
		return cmp.Or(cmp.Compare(slices.Index(kindOrder, a.Kind), slices.Index(kindOrder, b.Kind)), cmp.Compare(a.Path, b.Path), cmp.Compare(a.ID, b.ID))
	})
	return out
}

func byID(rs []*result.Loaded) map[string]*result.Loaded {
	m := make(map[string]*result.Loaded, len(rs))
	for _, r := range rs {
		m[r.ID] = r
	}
	return m
}

// moderation is a catalogue's moderation; its methods take nil.
func moderation(c *catalog.Catalog) *catalog.Moderation {
	if c == nil {
		return nil
	}
	return c.Moderation
}

func reasonText(id, text string) string {
	if text == "" {
		return id
	}
	return id + ": " + text
}

// brokenFiles are the files that have errors.
func brokenFiles(fs result.Findings) map[string]bool {
	m := map[string]bool{}
	for _, f := range fs {
		if f.Level == result.Error {
			m[f.Where.File] = true
		}
	}
	return m
}

// pairing ties results that are gone to those that stand for the same thing now.
type pairing struct {
	before map[*result.Loaded]*result.Loaded
	paired map[*result.Loaded]bool
}

// pairUp finds which result replaces which: first the one at the same path, then
// the same run or figure, by what was run, on what, how and when.
func pairUp(gone, came []*result.Loaded) pairing {
	p := pairing{map[*result.Loaded]*result.Loaded{}, map[*result.Loaded]bool{}}
	for _, key := range []func(*result.Loaded) string{
		func(r *result.Loaded) string { return r.Path },
		func(r *result.Loaded) string { return sameRun(r.Result, true) },
		func(r *result.Loaded) string { return sameRun(r.Result, false) },
	} {
		old := map[string][]*result.Loaded{}
		for _, r := range gone {
			if !p.paired[r] {
				old[key(r)] = append(old[key(r)], r)
			}
		}
		for _, r := range came {
			if k := key(r); p.before[r] == nil && len(old[k]) > 0 {
				p.before[r], p.paired[old[k][0]] = old[k][0], true
				old[k] = old[k][1:]
			}
		}
	}
	return p
}

// sameRun is what two files of one run or figure have in common. when adds the
// time, which tells a second run from a correction of the first.
func sameRun(r *result.Result, when bool) string {
	parts := []string{r.Kind, r.Class, r.Model.Name, r.Model.Provider, r.Model.Precision, r.Workload.Task, r.Origin(), setupText(r)}
	if r.Boundary != nil {
		parts = append(parts, r.Boundary.Includes)
	}
	if r.Source != nil {
		parts = append(parts, r.Source.Table)
	}
	if when {
		parts = append(parts, r.MeasuredAt)
	}
	return strings.Join(parts, "\x00")
}

type resultDiffer struct {
	base, head Snapshot
	accounts   map[string]rank.Accounted
}

// describe says what a result is; its value stands in After.
func (d *resultDiffer) describe(kind string, r *result.Loaded) ResultChange {
	c := ResultChange{Kind: kind, ID: r.ID, Path: r.Path, Model: r.Model.Name, Task: r.Workload.Task, Setup: setupText(r.Result), Class: r.Class}
	if r.Source != nil {
		c.Source = cmp.Or(r.Source.Publisher, r.Source.Name)
	}
	if key := d.headline(r.Result); key != "" {
		v, _ := r.Value(key)
		m, _ := d.registry().Get(key)
		c.Metric, c.Unit, c.Digits, c.After = key, m.Unit, m.Digits, &v
	}
	if a, ok := d.accounts[r.ID]; ok {
		c.State, c.Boards, c.Reason = a.State, a.Boards, a.Reason
	}
	return c
}

// changed describes a result whose file was replaced by another.
func (d *resultDiffer) changed(old, r *result.Loaded) ResultChange {
	c := d.describe(KindChanged, r)
	c.BaseID = old.ID
	if old.Path != r.Path {
		c.BasePath = old.Path
	}
	if v, ok := old.Value(c.Metric); ok {
		c.Before = &v
	}
	before, errBefore := old.File()
	after, errAfter := r.File()
	if errBefore == nil && errAfter == nil { // as they are: a comparison holds both in memory
		c.Fields, c.MoreFields = fieldChanges(before, after)
	}
	return c
}

// moderated describes a result that is the same on both sides but not judged
// the same.
func (d *resultDiffer) moderated(r *result.Loaded) (ResultChange, bool) {
	b, h := moderation(d.base.Catalog), moderation(d.head.Catalog)
	bw, hw, bf, hf := b.WithdrawalOf(r.ID), h.WithdrawalOf(r.ID), b.FlagOf(r.ID), h.FlagOf(r.ID)
	var c ResultChange
	switch {
	case bw == nil && hw != nil:
		c = d.describe(KindWithdrawn, r)
		c.Reason = reasonText(hw.Reason, hw.Text)
	case bw != nil && hw == nil:
		c = d.describe(KindRestored, r)
	case bf == nil && hf != nil:
		c = d.describe(KindFlagged, r)
		c.Reason = reasonText(hf.Reason, hf.Text)
	case bf != nil && hf == nil:
		c = d.describe(KindUnflagged, r)
	default:
		return c, false
	}
	if v := c.After; v != nil {
		c.Before = v
	}
	return c, true
}

func (d *resultDiffer) registry() *unit.Registry {
	if d.head.Registry != nil {
		return d.head.Registry
	}
	return unit.Default()
}

// headlines are what a result is told by where its task names nothing.
var headlines = []string{"energy_per_response_j", "energy_per_image_j", "energy_per_video_j", "energy_per_1000_requests_wh",
	"request_output_tokens_per_s.p50", "output_tokens_per_s", "ttft_ms.p50", "requests_per_s"}

// headline is the key of the number that a result is told by, empty if it has
// none of the usual ones.
func (d *resultDiffer) headline(r *result.Result) string {
	keys := headlines
	if d.head.Catalog != nil {
		if t := d.head.Catalog.Tasks[r.Workload.Task]; t != nil && t.Headline != "" {
			keys = append([]string{t.Headline}, headlines...)
		}
	}
	for _, k := range keys {
		if _, ok := r.Value(k); ok {
			return k
		}
	}
	return ""
}

// setupText is the configuration of a result in words.
func setupText(r *result.Result) string {
	var parts []string
	switch h := r.Hardware; {
	case h != nil && h.Name != "" && h.Count > 0:
		parts = append(parts, fmt.Sprintf("%d × %s", h.Count, h.Name))
	case h != nil && h.Name != "":
		parts = append(parts, h.Name)
	case r.Model.Provider != "":
		parts = append(parts, r.Model.Provider)
	}
	if l := r.Workload.Load; l != nil {
		switch {
		case l.Mode == result.LoadClosed:
			parts = append(parts, fmt.Sprintf("%d at a time", l.Concurrency))
		case l.Mode == result.LoadOpen && l.RatePerS != nil:
			parts = append(parts, unit.Trim(*l.RatePerS)+" a second")
		case l.Mode == result.LoadBatch:
			parts = append(parts, fmt.Sprintf("batch of %d", l.BatchSize))
		case l.Mode == result.LoadBurst:
			parts = append(parts, fmt.Sprintf("burst, %d sequences", l.MaxNumSeqs))
		default:
			parts = append(parts, l.Mode)
		}
	}
	return strings.Join(parts, ", ")
}

// fieldChanges compares two result files value by value. The id differs always and
// says nothing.
func fieldChanges(before, after []byte) ([]FieldChange, int) {
	old, now := flatValues(before), flatValues(after)
	delete(old, "/id")
	delete(now, "/id")
	keys := map[string]bool{}
	for k, v := range old {
		if w, ok := now[k]; !ok || v != w {
			keys[k] = true
		}
	}
	for k := range now {
		if _, ok := old[k]; !ok {
			keys[k] = true
		}
	}
	sorted := slices.SortedFunc(maps.Keys(keys), func(a, b string) int {
		return cmp.Or(cmp.Compare(fieldOrder(a), fieldOrder(b)), cmp.Compare(a, b))
	})
	var out []FieldChange
	for _, k := range sorted[:min(len(sorted), maxFields)] {
		out = append(out, FieldChange{k, result.Clip(old[k]), result.Clip(now[k])})
	}
	return out, len(sorted) - len(out)
}

// fieldOrder puts the values that a reader asks for first.
func fieldOrder(pointer string) int {
	for i, prefix := range []string{"/metrics/", "/class", "/model/", "/hardware/", "/workload/", "/boundary/", "/samples/"} {
		if strings.HasPrefix(pointer, prefix) {
			return i
		}
	}
	return 9
}

// flatValues maps the JSON pointer of every single value to its text. A file that
// cannot be read has none.
func flatValues(data []byte) map[string]string {
	out := map[string]string{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return out
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var walk func(string, any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(at+"/"+escape.Replace(k), x)
			}
		case []any:
			for i, x := range v {
				walk(at+"/"+strconv.Itoa(i), x)
			}
		case string:
			out[at] = strconv.Quote(v)
		default:
			out[at] = fmt.Sprint(v)
		}
	}
	walk("", v)
	return out
}
