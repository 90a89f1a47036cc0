// Label inputs for other commands: what a build would put on a label.

package site

import (
	"jouleboard/internal/label"
	"jouleboard/internal/result"
)

// LabelInputs returns what the label of each result states, by full id, so that
// a label drawn by hand is the label that a build draws.
func LabelInputs(in *Input, opt Options) (map[string]label.Input, result.Findings) {
	s, findings := newSite(in, opt)
	inputs := make(map[string]label.Input, len(s.entries))
	for _, e := range s.entries {
		inputs[e.ID] = s.labelInput(e)
	}
	return inputs, findings
}
