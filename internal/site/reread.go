// The results of the last build. Those that nobody touched since are not read one by
// one: the file of all results that it left holds them.

package site

import (
	"crypto/sha256"
	"io"
	"os"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

// readResult is a result file that a build read.
type readResult struct {
	path      string
	sum       digest
	listed    bool // it stands in the file of all results; these are first, in its order
	faultless bool // no finding names it
}

// readResults are the results that a build read.
func readResults(in *Input, found result.Findings) []readResult {
	named := map[string]bool{}
	for _, f := range found {
		named[f.Where.File] = true
	}
	out := make([]readResult, 0, len(in.Results)+len(in.Drafts))
	for i, r := range slices.Concat(in.Results, in.Drafts) {
		out = append(out, readResult{r.Path, r.Sum, i < len(in.Results), !named[r.Path]})
	}
	return out
}

// before is what the last build knew of the results that there are now.
func (c *Cache) before(now sight, opt Options) result.Before {
	if c == nil {
		return result.Before{}
	}
	out := result.Before{Faultless: make(map[digest]struct{}, len(c.results)), Untouched: make(map[string]result.Copy, len(c.results))}
	texts := c.resultTexts(opt)
	for _, r := range c.results {
		text := ""
		if r.listed {
			text, texts, _ = strings.Cut(texts, resultsBetween)
		}
		if !r.faultless {
			continue
		}
		out.Faultless[r.sum] = struct{}{}
		if s := c.inputs[r.path]; text != "" && s != (stamp{}) && s == now.inputs[r.path] {
			out.Untouched[r.path] = result.Copy{Text: text, Size: s.size, Sum: r.sum}
		}
	}
	return out
}

// resultTexts is what stands between the brackets of the file of all results that the
// last build left, empty if it is not there any more.
func (c *Cache) resultTexts(opt Options) string {
	n := slices.IndexFunc(c.outputs, func(f outputFile) bool { return f.name == allResultsPath })
	if n < 0 {
		return ""
	}
	text := ""
	if opt.Memory {
		text = string(c.contents[allResultsPath])
	} else {
		text = c.outputs[n].text(opt.Out)
	}
	text, begins := strings.CutPrefix(text, resultsBegin)
	text, ends := strings.CutSuffix(text, resultsEnd)
	if !begins || !ends || strings.Count(text, resultsBetween)+1 != c.listed() {
		return ""
	}
	return text
}

// listed is how many results the file of all results holds.
func (c *Cache) listed() int {
	n := slices.IndexFunc(c.results, func(r readResult) bool { return !r.listed })
	if n < 0 {
		return len(c.results)
	}
	return n
}

// text reads a file in a folder, empty if it is not as it was left by its size and
// digest. It may be large, so it is held once.
func (f *outputFile) text(dir string) string {
	if info, err := os.Lstat(f.in(dir)); err != nil || !info.Mode().IsRegular() || info.Size() != f.stamp.size {
		return ""
	}
	file, err := os.Open(f.in(dir))
	if err != nil {
		return ""
	}
	defer file.Close()
	var b strings.Builder
	b.Grow(int(f.stamp.size))
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(&b, h), io.LimitReader(file, f.stamp.size)); err != nil || digest(h.Sum(nil)) != f.sum {
		return ""
	}
	return b.String()
}
