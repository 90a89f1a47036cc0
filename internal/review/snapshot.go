// What a comparison reads of one side: a board as it is at one revision.

package review

import (
	"jouleboard/internal/catalog"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// Snapshot is a board at one revision. Boards and Accounts are nil where errors
// in its files keep it from being ranked; Findings then say why.
type Snapshot struct {
	// Name is what people call the revision: "main (1a2b3c4)", "work tree".
	Name     string
	Results  []*result.Loaded
	Boards   []*rank.Board
	Accounts []rank.Accounted
	Catalog  *catalog.Catalog
	Scales   *rank.Scales
	Registry *unit.Registry
	Findings result.Findings
	// Reviewed are what validate says of the files that differ and a build does not
	// ask: copies of other runs, and numbers that stand apart from their neighbours.
	// Some may be in Findings as well.
	Reviewed result.Findings
}

// AllFindings are those of a side, each once.
func (s Snapshot) AllFindings() result.Findings {
	out := append(result.Findings{}, s.Findings...)
	had := map[result.Finding]bool{}
	for _, f := range out {
		had[findingKey(f)] = true
	}
	for _, f := range s.Reviewed {
		if k := findingKey(f); !had[k] {
			had[k] = true
			out = append(out, f)
		}
	}
	return out
}

// FileChange is one file that differs between the two sides.
type FileChange struct {
	// Path is relative to the board's folder, with forward slashes. It may begin
	// with "../" where the board is a part of a repository.
	Path   string `json:"path"`
	Status string `json:"status"` // added, changed or removed
	// Link marks what is neither file nor folder: a symbolic link, a repository
	// inside the repository.
	Link bool   `json:"link,omitzero"`
	Area string `json:"area"` // set by Diff
}

// States of a file, a board and a row.
const (
	Added   = "added"
	Changed = "changed"
	Removed = "removed"
)
