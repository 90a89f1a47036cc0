package rank_test

import (
	"bytes"
	"context"
	"os"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
	"jouleboard/labels"
)

const root = "../.."

// shipped reads the board of this repository.
func shipped(t *testing.T) ([]*result.Loaded, *content.Site, *catalog.Catalog, *rank.Scales) {
	t.Helper()
	rs, fs, err := result.LoadTree(context.Background(), root, 2)
	if err != nil || fs.HasErrors() {
		t.Fatal(err, fs)
	}
	site, fs := content.LoadSite(os.DirFS(root + "/content"))
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	cat, fs := catalog.Load(os.DirFS(root + "/content"))
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	scales, fs := rank.LoadScales(labels.FS)
	if len(fs) != 0 {
		t.Fatal(fs)
	}
	return rs, site, cat, scales
}

// Deriving jb-2026 again from the shipped results gives the shipped file.
func TestShippedScaleDerivesAgain(t *testing.T) {
	rs, site, cat, scales := shipped(t)
	have := scales.Get("jb-2026")
	if have == nil || have.Status != rank.StatusFrozen || scales.Lock().State(have) != rank.LockHeld || scales.Default() != have {
		t.Fatalf("jb-2026 is %+v, expected it frozen, locked and in force", have)
	}
	again, fs := rank.Derive(have.ID, have.Edition, have.Effective, have.Metric, have.Unit, rank.Rankable(rs, cat), site.Rank.Points, rank.DeriveOptions{
		Title: have.Title, Point: "itl50", By: []string{"task", "hardware"},
		Where: map[string]string{"origin": "mlenergy", "boundary": "gpu", "kind": "device", "weights": "released"},
	})
	if fs.HasErrors() {
		t.Fatal(fs)
	}
	again.Status = rank.StatusFrozen
	file, err := os.ReadFile(root + "/labels/scales/jb-2026.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want := again.YAML("")
	if got := file[bytes.Index(file, []byte("\nid: "))+1:]; !bytes.Equal(got, want) {
		t.Errorf("labels/scales/jb-2026.yaml is not what its results give:\n%s\nexpected\n%s", got, want)
	}
}

// The shipped results form boards without a complaint, each of them is
// accounted for, and models on boards of the scale have stars.
func TestShippedBoards(t *testing.T) {
	rs, site, cat, scales := shipped(t)
	boards, fs := rank.Boards(rs, site.Rank, cat, scales, unit.Default())
	if len(fs) != 0 {
		t.Error(fs)
	}
	byID := map[string]*rank.Board{}
	for _, b := range boards {
		if byID[b.ID] != nil {
			t.Errorf("two boards are called %s", b.ID)
		}
		byID[b.ID] = b
		if len(b.Rows) == 0 {
			t.Errorf("%s has no row", b.ID)
		}
	}
	accounted := rank.Account(rs, boards, site.Rank, cat)
	if len(accounted) != len(rs) {
		t.Errorf("%d of %d results accounted for", len(accounted), len(rs))
	}
	count := map[string]int{}
	for _, a := range accounted {
		count[a.State]++
		if len(a.Boards) == 0 {
			t.Errorf("%s is %s (%s) and on no board", a.Result.Path, a.State, a.Reason)
		}
	}
	t.Logf("%d boards of %d results: %v", len(boards), len(rs), count)

	rated := 0
	for _, b := range boards {
		for _, r := range b.Rows {
			if r.Rating.Rated {
				rated++
			} else if r.Rating.Reason == "" {
				t.Errorf("%s, %s: not rated without a reason", b.ID, r.Result.Model.Name)
			}
		}
	}
	if rated == 0 {
		t.Error("no row of any board has stars")
	}
}
