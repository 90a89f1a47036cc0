// The boards of a loaded input, for commands that compare boards and build no
// page.

package site

import "jouleboard/internal/rank"

// Ranked returns the boards that a build would publish, in the site's order, and
// where each result went.
func (ls *LabelSet) Ranked() ([]*rank.Board, []rank.Accounted) { return ls.s.boards, ls.s.account }
