// Where a result file stands in a board's tree.

package result

import "strings"

// Dir is the folder of a board that holds its result files.
const Dir = "results"

// PartialPath says whether a path names a kept but uncounted run
// (*.partial.json). Such files are never read as results.
func PartialPath(p string) bool { return strings.HasSuffix(p, ".partial.json") }

// Path returns the place of a result below the board's root, with forward
// slashes: results/ORG/NAME/HARDWARE/TASK-ID8.json. hardwareID is the
// catalogue's file name of the accelerator; where it is empty, an endpoint
// stands under "endpoint" and a device under the name in the result. The org
// of an endpoint is its provider. Whatever a file system or a URL could trip
// over becomes a hyphen, so a path never leaves its folder.
func Path(r *Result, hardwareID string) string {
	org, name, found := strings.Cut(r.Model.Name, "/")
	if !found {
		org, name = "", r.Model.Name
	}
	if r.Kind == KindEndpoint {
		org = r.Model.Provider
	}
	switch {
	case hardwareID != "":
	case r.Kind == KindEndpoint:
		hardwareID = "endpoint"
	case r.Hardware != nil:
		hardwareID = r.Hardware.Name
	}
	file := segment(r.Workload.Task) + "-" + segment(r.ID8()) + ".json"
	return strings.Join([]string{Dir, segment(org), segment(name), segment(hardwareID), file}, "/")
}

// maxSegment keeps names within what file systems take (255 bytes), with room
// for an id and the extensions.
const maxSegment = 200

// segment makes one path segment: only [A-Za-z0-9._-], never empty, never "."
// or "..", never hidden.
func segment(s string) string {
	if s == "" {
		return "_"
	}
	s = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
			return c
		}
		return '-'
	}, s)
	if s[0] == '.' {
		s = "-" + s[1:]
	}
	if len(s) > maxSegment {
		s = s[:maxSegment]
	}
	return s
}
