// What whoever merges a change should look at, the gravest first.

package review

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/rank"
	"jouleboard/internal/result"
)

// Areas of files. Those of areaRisks can change more than the results of a pull
// request.
const (
	areaResult     = "result"
	areaWorkflow   = "workflow"
	areaRepository = "repository"
	areaTemplate   = "template"
	areaAsset      = "asset"
	areaLabel      = "label"
	areaSite       = "site"
	areaModeration = "moderation"
	areaSigners    = "signers"
	areaCatalogue  = "catalogue"
	areaPage       = "page"
	areaOther      = "other"
)

// areaRisks says what an edit in an area means.
var areaRisks = []struct{ area, text string }{
	{areaWorkflow, "edits workflows, which run with this repository's rights once merged"},
	{areaRepository, "edits settings of the repository, such as who reviews what"},
	{areaTemplate, "edits templates, which can put anything on any page"},
	{areaAsset, "edits scripts, styles or pictures of the site"},
	{areaLabel, "edits scales or designs of labels"},
	{areaSite, "edits content/site.yaml, which names and orders the boards"},
	{areaSigners, "edits content/allowed_signers, which says whose signatures count"},
	{areaModeration, "edits flags, withdrawals or requests"},
	{areaCatalogue, "edits the catalogue, which says what a model, task or device is"},
	{areaOther, "edits files that are no part of the board's data"},
}

// areaOf says what a file is part of.
func areaOf(p string) string {
	lower := strings.ToLower(p)
	has := func(prefix string) bool { return strings.HasPrefix(lower, prefix) }
	switch {
	case strings.Contains("/"+lower, "/.github/workflows/"), strings.Contains("/"+lower, "/.github/actions/"):
		return areaWorkflow
	case strings.Contains("/"+lower, "/.github/"), strings.HasPrefix(path.Base(lower), ".git"), path.Base(lower) == "codeowners":
		return areaRepository
	case has("results/") && (strings.HasSuffix(lower, ".json") || strings.HasSuffix(lower, ".samples.jsonl.gz")):
		return areaResult
	case has("templates/"):
		return areaTemplate
	case has("assets/"):
		return areaAsset
	case has("labels/"):
		return areaLabel
	case lower == "content/site.yaml":
		return areaSite
	case lower == "content/allowed_signers":
		return areaSigners
	case lower == "content/moderation.yaml":
		return areaModeration
	case has("content/catalog/"):
		return areaCatalogue
	case has("content/") && strings.HasSuffix(lower, ".md"):
		return areaPage
	}
	return areaOther
}

// maxNamed bounds how many things of a kind a risk names; the rest is counted.
const maxNamed = 5

// risks gathers them. The order is fixed.
func risks(base, head Snapshot, c *Change) []Risk {
	out := []Risk{}
	add := func(kind, format string, args ...any) { out = append(out, Risk{kind, fmt.Sprintf(format, args...)}) }

	frozen, locks := frozenScales(base.Scales, head.Scales)
	for _, id := range frozen {
		add("frozen-scale", "changes or removes the frozen scale %s: labels that were printed by it no longer agree", id)
	}
	if len(locks) > 0 {
		add("frozen-scale", "changes lines of scales.lock that never change: %s", nameSome(locks))
	}
	if n := c.Findings.Count(result.Error); n > 0 {
		then := "validate refuses it"
		if head.Findings.HasErrors() {
			then = "the board would not build"
		}
		add("errors", "has %s: %s", counted(n, "new error"), then)
	}
	if c.NotRanked != "" {
		add("not-ranked", "%s, so ranks and stars cannot be compared", c.NotRanked)
	}
	for _, kind := range []struct{ kind, text string }{
		{KindRemoved, "removes %s without a tombstone, whose addresses and printed labels then lead nowhere: %s"},
		{KindRestored, "takes back the withdrawal of %s: %s"},
		{KindWithdrawn, "withdraws %s: %s"},
		{KindUnflagged, "takes the flag off %s: %s"},
		{KindChanged, "replaces %s, whose addresses and printed labels then lead nowhere: %s"},
	} {
		var names []string
		for _, r := range c.Results {
			if r.Kind == kind.kind {
				names = append(names, fmt.Sprintf("%s (%s)", r.Model, shortID(cmp.Or(r.BaseID, r.ID))))
			}
		}
		if len(names) > 0 {
			add(kind.kind, kind.text, counted(len(names), "published result"), nameSome(names))
		}
	}
	boardRisks(c, add)
	for _, a := range areaRisks {
		var names []string
		for _, f := range c.Files {
			if f.Area == a.area {
				names = append(names, f.Path)
			}
		}
		if len(names) > 0 {
			add("edits-"+a.area, "%s: %s", a.text, nameSome(names))
		}
	}
	var links []string
	for _, f := range c.Files {
		if f.Link && f.Status != Removed {
			links = append(links, f.Path)
		}
	}
	if len(links) > 0 {
		add("link", "adds what is neither a file nor a folder: %s", nameSome(links))
	}
	return out
}

// boardRisks says what happens to the heads of boards.
func boardRisks(c *Change, add func(kind, format string, args ...any)) {
	var best, rescaled, gone []string
	for _, b := range c.Boards {
		if b.Status == Removed || len(b.Notes) > 0 && strings.HasPrefix(b.Notes[0], "was called ") {
			gone = append(gone, cmp.Or(strings.TrimPrefix(firstOf(b.Notes), "was called "), b.ID))
		}
		if b.Rescaled {
			rescaled = append(rescaled, b.ID)
		}
		if shares := b.joinsBest(); b.Status == Changed && b.keepsBest() {
			if shares != nil {
				best = append(best, fmt.Sprintf("shares the best rank of board %s: %s with %s, beside %s with %s", b.ID, shares.Model,
					valueText(shares.Value, b.Digits, b.Unit), b.BestBefore.Model, valueText(b.BestBefore.Value, b.Digits, b.Unit)))
			}
		} else if b.Status == Changed && b.BestBefore != nil && (b.BestAfter == nil || b.BestAfter.ID != b.BestBefore.ID) {
			now := "nothing is ranked now"
			if b.BestAfter != nil {
				now = "now " + b.BestAfter.Model + " with " + valueText(b.BestAfter.Value, b.Digits, b.Unit)
			}
			best = append(best, fmt.Sprintf("changes the best result of board %s: %s, before %s with %s", b.ID, now,
				b.BestBefore.Model, valueText(b.BestBefore.Value, b.Digits, b.Unit)))
		}
	}
	for _, text := range best[:min(len(best), maxNamed)] {
		add("best", "%s", text)
	}
	if n := len(best) - maxNamed; n > 0 {
		add("best", "changes the best result of %s more", counted(n, "board"))
	}
	if len(rescaled) > 0 {
		add("rescaled", "rates %s by another scale: %s", counted(len(rescaled), "board"), nameSome(rescaled))
	}
	if len(gone) > 0 {
		add("board-gone", "takes away the address of %s: %s", counted(len(gone), "board"), nameSome(gone))
	}
}

// keepsBest says whether the first row of before is still among the best: two
// results whose intervals overlap share a rank.
func (b BoardChange) keepsBest() bool {
	if b.BestBefore == nil {
		return false
	}
	for _, r := range b.Rows {
		if r.Before != nil && r.Before.ID == b.BestBefore.ID {
			return r.After != nil && r.After.ID == r.Before.ID && !r.After.Flagged && r.After.RankLo <= 1
		}
	}
	return true
}

// joinsBest is the first row that is among the best now and was not before, nil
// without one.
func (b BoardChange) joinsBest() *Standing {
	for _, r := range b.Rows {
		if a := r.After; a != nil && a.RankLo == 1 && a.ID != b.BestBefore.id() && (r.Before == nil || r.Before.ID != a.ID || r.Before.RankLo > 1) {
			return a
		}
	}
	return nil
}

func (s *Standing) id() string {
	if s == nil {
		return ""
	}
	return s.ID
}

// frozenScales are the scales that base had frozen and that head lacks or holds
// otherwise, and the lines of the lock that are gone or changed.
func frozenScales(base, head *rank.Scales) (scales, locks []string) {
	now := map[string]*rank.Scale{}
	for _, s := range head.All() {
		now[s.ID] = s
	}
	for _, s := range base.All() {
		if s.Status == rank.StatusDraft {
			continue
		}
		if h := now[s.ID]; h == nil || h.SHA256 != s.SHA256 || h.Status == rank.StatusDraft {
			scales = append(scales, s.ID)
		}
	}
	after := head.Lock()
	for id, sum := range base.Lock() {
		if after[id] != sum {
			locks = append(locks, id)
		}
	}
	sort.Strings(scales)
	sort.Strings(locks)
	return scales, locks
}

// nameSome lists some of the names and counts the others.
func nameSome(names []string) string {
	names = slices.Compact(slices.Clone(names))
	if n := len(names) - maxNamed; n > 0 {
		return strings.Join(names[:maxNamed], ", ") + fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ")
}
