// The results of the last build. Those that nobody touched since are not read one by
// one: the file of all results that it left holds them. Nor are their samples and
// signatures, which were found to be good.

package site

import (
	"crypto/sha256"
	"io"
	"os"
	"slices"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/sign"
)

// readResult is a result file that a build read.
type readResult struct {
	path      string
	sum       digest
	listed    bool // it stands in the file of all results; these are first, in its order
	faultless bool // no finding names it
	// What was found of the files beside it.
	recomputed bool
	signed     sign.Signed
}

// namedFiles are the files that something was found in.
func namedFiles(found result.Findings) map[string]bool {
	named := map[string]bool{}
	for _, f := range found {
		named[f.Where.File] = true
	}
	return named
}

// readResults are the results that a build read.
func readResults(in *Input, found result.Findings) []readResult {
	named := namedFiles(found)
	out := make([]readResult, 0, len(in.Results)+len(in.Drafts))
	for i, r := range slices.Concat(in.Results, in.Drafts) {
		out = append(out, readResult{r.Path, r.Sum, i < len(in.Results), !named[r.Path], in.Recomputed[r.ID], in.Signed[r.ID]})
	}
	return out
}

// earlier is what the last build knew of the results that there are now.
type earlier struct {
	result.Before
	// By path, results whose files and those beside them nobody touched.
	recomputed map[string]bool
	signed     map[string]sign.Signed
}

func (c *Cache) earlier(now sight, opt Options) earlier {
	if c == nil {
		return earlier{}
	}
	out := earlier{result.Before{Faultless: make(map[digest]struct{}, len(c.results)), Untouched: make(map[string]result.Copy, len(c.results)), Names: now.results()},
		map[string]bool{}, map[string]sign.Signed{}}
	untouched := func(name string) bool {
		s := c.inputs[name]
		return s != (stamp{}) && s == now.inputs[name]
	}
	signers := untouched(sign.SignersFile)
	texts := c.resultTexts(opt)
	for i, r := range c.results {
		text := ""
		if i < len(texts) {
			text = texts[i]
		}
		if r.faultless {
			out.Faultless[r.sum] = struct{}{}
		}
		if !untouched(r.path) {
			continue
		}
		if r.faultless && text != "" {
			out.Untouched[r.path] = result.Copy{Text: text, Size: c.inputs[r.path].size, Sum: r.sum}
		}
		if r.recomputed && untouched(result.SamplesPath(r.path)) {
			out.recomputed[r.path] = true
		}
		if r.signed != (sign.Signed{}) && signers && untouched(r.path+sign.Ext) {
			out.signed[r.path] = r.signed
		}
	}
	return out
}

// results are the names of all files below results, nil if some of them are no files
// or none were looked at.
func (s sight) results() []string {
	var out []string
	for name, at := range s.inputs {
		if !strings.HasPrefix(name, result.Dir) {
			continue
		}
		if at == (stamp{}) {
			return nil
		}
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// resultTexts are the texts in the file of all results that the last build left, none
// if it is not there any more.
func (c *Cache) resultTexts(opt Options) []string {
	n := slices.IndexFunc(c.outputs, func(f outputFile) bool { return f.name == allResultsPath })
	if n < 0 {
		return nil
	}
	text := ""
	if opt.Memory {
		text = string(c.contents[allResultsPath])
	} else {
		text = c.outputs[n].text(opt.Out)
	}
	text, begins := strings.CutPrefix(text, resultsBegin)
	text, ends := strings.CutSuffix(text, resultsEnd)
	if !begins || !ends {
		return nil
	}
	// Without space between its parts no text has a line of its own.
	texts := make([]string, 0, c.listed())
	for line := range strings.Lines(text) {
		texts = append(texts, strings.TrimSuffix(line, resultsBetween))
	}
	if len(texts) != c.listed() {
		return nil
	}
	return texts
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
	text, err := readWhole(f.in(dir))
	if err != nil || sumOf(text) != f.sum {
		return ""
	}
	return text
}

// readWhole reads a file that may be large, and holds it once.
func readWhole(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(int(info.Size()))
	_, err = io.Copy(&b, io.LimitReader(file, info.Size()))
	return b.String(), err
}

// sumOf is the digest of a text that may be large, of which it makes no copy.
func sumOf(text string) digest {
	h, buf := sha256.New(), make([]byte, 1<<15)
	for len(text) > 0 {
		n := copy(buf, text)
		h.Write(buf[:n])
		text = text[n:]
	}
	return digest(h.Sum(nil))
}
