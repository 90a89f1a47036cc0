// Writing a scale file: the form that people review, one group a block, one
// line for its levels.

package rank

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// YAML returns the scale as a file, under a comment (lines without "#"). What
// it writes reads back as the same scale.
func (s *Scale) YAML(comment string) []byte {
	var b bytes.Buffer
	for _, line := range strings.Split(strings.TrimRight(comment, "\n"), "\n") {
		if comment != "" {
			fmt.Fprintln(&b, strings.TrimRight("# "+line, " "))
		}
	}
	fmt.Fprintf(&b, "id: %s\n", quote(s.ID))
	fmt.Fprintf(&b, "edition: %s\n", quote(s.Edition))
	fmt.Fprintf(&b, "title: %s\n", quote(s.Title))
	fmt.Fprintf(&b, "effective: %s\n", s.Effective)
	fmt.Fprintf(&b, "status: %s\n", s.Status)
	fmt.Fprintf(&b, "superseded_by: %s\n", quote(s.SupersededBy))
	fmt.Fprintf(&b, "metric: %s\n", s.Metric)
	fmt.Fprintf(&b, "unit: %s\n", quote(s.Unit))
	fmt.Fprintf(&b, "direction: %s\n", s.Direction)
	fmt.Fprintf(&b, "method: %s\n", s.Method)
	fmt.Fprintf(&b, "half_stars: %t\n", s.HalfStars)
	fmt.Fprintf(&b, "min_cohort: %d\n", s.MinCohort)
	fmt.Fprintf(&b, "max_span: %s\n", decimal(s.MaxSpan))
	b.WriteString("groups:\n")
	for _, g := range s.Groups {
		var kv []string
		for _, k := range cohortKeys {
			if v, ok := g.Cohort.Get(k); ok {
				if k != "count" {
					v = quote(v)
				}
				kv = append(kv, k+": "+v)
			}
		}
		fmt.Fprintf(&b, "  - cohort: {%s}\n", strings.Join(kv, ", "))
		if r := g.Reference; r != (Reference{}) {
			fmt.Fprintf(&b, "    reference:\n      n: %d\n      source: %s\n      sha256: %q\n", r.N, quote(r.Source), r.SHA256)
		}
		if p := g.Params; p != nil {
			fmt.Fprintf(&b, "    params: {mid: %s, e_ref: %s, factor: %s}\n", decimal(p.Mid), decimal(p.ERef), decimal(p.Factor))
		}
		if len(g.Levels) > 0 {
			var ls []string
			for _, l := range g.Levels {
				ls = append(ls, strconv.FormatFloat(l.Stars, 'f', 1, 64)+": "+decimal(l.Value))
			}
			fmt.Fprintf(&b, "    levels: {%s}\n", strings.Join(ls, ", "))
		}
	}
	return b.Bytes()
}

// decimal writes a number in plain digits, never in exponent form.
func decimal(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// quote writes a YAML scalar: plain where that cannot be misread, else in
// double quotes.
func quote(s string) string {
	plain := s != ""
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.' || r == '/')) {
			plain = false
		}
	}
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		plain = false
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
