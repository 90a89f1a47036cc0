// Which key was meant: by the same name under another unit, then by spelling.

package result

import (
	"slices"
	"strconv"
	"strings"
)

// unitSuffixes are the ends of keys that name a unit, also ones that we do not
// use: they are what people write by mistake. Longer ones stand first.
var unitSuffixes = []string{
	"_tokens_per_second", "_tokens_per_s", "_tok_per_s", "_tok_s", "_tps", "_per_second", "_per_sec", "_per_s", "_per_kwh", "_per_j", "_per_w",
	"_milliseconds", "_microseconds", "_nanoseconds", "_seconds", "_joules", "_joule", "_millijoules", "_watts", "_watt", "_watt_hours", "_bytes", "_tokens",
	"_kwh", "_mwh", "_wh", "_kj", "_mj", "_j", "_js", "_kw", "_mw", "_w", "_sec", "_ms", "_us", "_ns", "_s", "_gb", "_gib", "_mb", "_mhz", "_ghz", "_c", "_b", "_px",
}

// stem is a key without its unit, in lower case with underscores.
func stem(key string) string {
	key = strings.ReplaceAll(strings.ToLower(key), "-", "_")
	longest := ""
	for _, s := range unitSuffixes {
		if len(s) > len(longest) && strings.HasSuffix(key, s) && len(key) > len(s) {
			longest = s
		}
	}
	return strings.TrimSuffix(key, longest)
}

// nearestKey returns the words for the key that an unknown one most likely
// means, or "". Metrics get their unit, and the block they belong to where that
// is another one.
func nearestKey(key, def string, siblings []string) string {
	reg := registry()
	slices.Sort(siblings)
	if def != "metrics" && def != "distributions" {
		// A metric that was written outside of its block.
		if m, ok := reg.Get(key); ok {
			return blockOf(m.Distribution) + "." + m.Key + unitOf(m)
		}
		return match(key, siblings)
	}
	if got := match(key, siblings); got != "" {
		m, _ := reg.Get(got)
		return got + unitOf(m)
	}
	if got := match(key, reg.Keys()); got != "" {
		m, _ := reg.Get(got)
		return got + unitOf(m) + " in " + blockOf(m.Distribution)
	}
	return ""
}

func blockOf(distribution bool) string {
	if distribution {
		return "distributions"
	}
	return "metrics"
}

// match finds a candidate with the same stem, else the closest spelling.
func match(key string, candidates []string) string {
	for _, c := range candidates {
		if stem(c) == stem(key) {
			return c
		}
	}
	return Nearest(strings.ToLower(key), candidates)
}

// Nearest returns the candidate within a third of the word's length in edits,
// the first of equals; "" if none is. Candidates may be quoted.
func Nearest(word string, candidates []string) string {
	if len(word) > 200 {
		return ""
	}
	best, bestAt := "", len(word)/3+1
	for _, c := range candidates {
		plain := c
		if u, err := strconv.Unquote(c); err == nil {
			plain = u
		}
		if n := edits(word, plain, bestAt); n < bestAt {
			best, bestAt = c, n
		}
	}
	return best
}

// edits counts the bytes to put in, take out, replace, or swap with their
// neighbour to make b of a; most where it is not less.
func edits(a, b string, most int) int {
	if len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := last[j-1]
			if a[i-1] != b[j-1] {
				cost++
			}
			row[j] = min(cost, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most)
}
