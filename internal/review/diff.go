// What a change does to a board: two snapshots in, one Change out. This file
// holds its types and the order of work; diffresults.go, diffboards.go,
// diffrequests.go and diffrisk.go do it.

package review

import (
	"cmp"
	"slices"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// Change is everything that differs between two revisions of a board. Its
// strings are as contributed: every printer makes them harmless for its output.
type Change struct {
	Schema string `json:"schema"`
	Base   string `json:"base"`
	Head   string `json:"head"`
	// NotRanked says why boards could not be compared, empty where they were.
	NotRanked string         `json:"not_ranked,omitzero"`
	Risks     []Risk         `json:"risks"`
	Results   []ResultChange `json:"results"`
	Boards    []BoardChange  `json:"boards"`
	Scales    []ScaleChange  `json:"scales"`
	// Requests are those of the queue of moderation that came, went on or ended.
	Requests []RequestChange `json:"requests"`
	// Findings are those of head that base did not have, of loading and of the
	// files that differ; Settled counts those of base that head no longer has.
	Findings result.Findings `json:"findings"`
	Settled  int             `json:"settled"`
	Files    []FileChange    `json:"files"`
	// Labels are pictures of results whose label is new or says something else.
	// Whoever can draw them sets them, for Previews.
	Labels []LabelPreview `json:"labels,omitzero"`
	// Previews are the ids of the results that Labels are about.
	Previews []string `json:"-"`
}

// ChangeSchema names the JSON form of a Change.
const ChangeSchema = "jouleboard.diff/1"

// LabelPreview is the small label of one result.
type LabelPreview struct {
	ID    string `json:"id"`
	Model string `json:"model"`
	// Text is the label in one sentence.
	Text string `json:"text"`
	SVG  []byte `json:"-"`
}

// Risk is something that whoever merges should look at.
type Risk struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// ScaleChange is a rating scale that came, went or changed.
type ScaleChange struct {
	ID      string `json:"id"`
	Status  string `json:"status"`           // added, changed or removed
	Before  string `json:"before,omitzero"`  // its status at base: draft, frozen, superseded
	After   string `json:"after,omitzero"`   // and at head
	Levels  bool   `json:"levels,omitzero"`  // what it rates by differs, not its words alone
	Edition string `json:"edition,omitzero"` // of head, else of base
}

// maxPreviews bounds how many labels a change shows.
const maxPreviews = 24

// Diff compares two snapshots. files are all files that differ. It is pure, and
// the same input gives the same Change.
func Diff(base, head Snapshot, files []FileChange) Change {
	c := Change{Schema: ChangeSchema, Base: base.Name, Head: head.Name,
		Risks: []Risk{}, Results: []ResultChange{}, Boards: []BoardChange{}, Scales: []ScaleChange{}, Requests: []RequestChange{}, Findings: result.Findings{}, Files: []FileChange{}}
	for _, f := range files {
		f.Area = areaOf(f.Path)
		c.Files = append(c.Files, f)
	}
	slices.SortFunc(c.Files, func(a, b FileChange) int { return cmp.Compare(a.Path, b.Path) })
	c.Findings, c.Settled = newFindings(base.AllFindings(), head.AllFindings())
	switch b, h := base.Findings.HasErrors(), head.Findings.HasErrors(); {
	case b && h:
		c.NotRanked = "both sides have errors"
	case b:
		c.NotRanked = base.Name + " has errors"
	case h:
		c.NotRanked = head.Name + " has errors"
	}
	c.Scales = scaleChanges(base.Scales, head.Scales)
	c.Results = resultChanges(base, head)
	c.Requests = requestChanges(moderation(base.Catalog), moderation(head.Catalog))
	if c.NotRanked == "" {
		c.Boards = boardChanges(base, head)
	}
	c.Risks = risks(base, head, &c)
	c.Previews = previews(&c)
	return c
}

// Empty says that nothing differs that anybody could see.
func (c *Change) Empty() bool {
	return len(c.Results)+len(c.Boards)+len(c.Scales)+len(c.Requests)+len(c.Findings)+len(c.Files)+c.Settled == 0
}

// newFindings returns the findings of head that base lacks, and how many of base
// are gone. A finding that only moved to another line is the same one.
func newFindings(base, head result.Findings) (result.Findings, int) {
	had := map[result.Finding]int{}
	for _, f := range base {
		had[findingKey(f)]++
	}
	found := result.Findings{}
	for _, f := range head {
		if k := findingKey(f); had[k] > 0 {
			had[k]--
			continue
		}
		found = append(found, f)
	}
	gone := 0
	for _, n := range had {
		gone += n
	}
	level := map[result.Level]int{result.Error: 0, result.Warn: 1, result.Note: 2}
	found.Sort()
	slices.SortStableFunc(found, func(a, b result.Finding) int { return cmp.Compare(level[a.Level], level[b.Level]) })
	return found, gone
}

// findingKey is a finding without what may differ between two of the same.
func findingKey(f result.Finding) result.Finding {
	f.Where.Line, f.Where.Col, f.Hint = 0, 0, ""
	return f
}

// scaleChanges compares the scales by id.
func scaleChanges(base, head *rank.Scales) []ScaleChange {
	out := []ScaleChange{}
	before := map[string]*rank.Scale{}
	for _, s := range base.All() {
		before[s.ID] = s
	}
	for _, s := range head.All() {
		old := before[s.ID]
		delete(before, s.ID)
		switch {
		case old == nil:
			out = append(out, ScaleChange{ID: s.ID, Status: Added, After: s.Status, Edition: s.Edition})
		case old.SHA256 != s.SHA256 || old.Status != s.Status:
			out = append(out, ScaleChange{ID: s.ID, Status: Changed, Before: old.Status, After: s.Status, Levels: old.SHA256 != s.SHA256, Edition: s.Edition})
		}
	}
	for _, s := range before {
		out = append(out, ScaleChange{ID: s.ID, Status: Removed, Before: s.Status, Edition: s.Edition})
	}
	slices.SortFunc(out, func(a, b ScaleChange) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// previews picks the results whose label is worth a look: new and changed ones
// first, then those that a scale rates otherwise.
func previews(c *Change) []string {
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if id != "" && !seen[id] && len(ids) < maxPreviews {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, r := range c.Results {
		if r.Kind == KindNew || r.Kind == KindChanged || r.Kind == KindFlagged || r.Kind == KindUnflagged {
			add(r.ID)
		}
	}
	for _, b := range c.Boards {
		for _, row := range b.Rows {
			if row.Before != nil && row.After != nil && row.Before.StarsText() != row.After.StarsText() {
				add(row.After.ID)
			}
		}
	}
	return ids
}
