// The tree: names and kinds of the files below results/. Loading reads results;
// this accounts for everything else that a stranger may put beside them.

package review

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"jouleboard/internal/result"
)

// exists says whether there is anything at a path of the board.
func exists(root, name string) bool {
	_, err := os.Lstat(filepath.Join(root, filepath.FromSlash(name)))
	return err == nil
}

// maxContent bounds a page, a YAML file or another text of a board's content.
const maxContent = 16 << 20

// Oversized finds files of a board's content that are too large to be read at
// all. Where there are any, the board must not be loaded: loading reads whole
// files. Results and samples are bounded where they are read.
func Oversized(root string) result.Findings {
	var out result.Findings
	for _, dir := range []string{"content", "labels", "templates", "assets"} {
		_ = filepath.WalkDir(filepath.Join(root, dir), func(full string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil // loading says what cannot be read, and follows no link
			}
			info, err := e.Info()
			if err != nil || info.Size() <= maxContent {
				return nil
			}
			if rel, err := filepath.Rel(root, full); err == nil {
				out = append(out, result.Finding{Rule: "REV-SIZE", Level: result.Error, Where: result.Place{File: filepath.ToSlash(rel)},
					Message: fmt.Sprintf("the file has %d bytes, more than the limit of %d, and nothing else was checked", info.Size(), maxContent),
					Hint:    "keep data of this size elsewhere"})
			}
			return nil
		})
	}
	return out
}

// tree looks at every name below results/.
func (c *check) tree() error {
	top := filepath.Join(c.opt.Root, result.Dir)
	err := filepath.WalkDir(top, func(full string, e fs.DirEntry, err error) error {
		if err != nil {
			if e != nil && e.IsDir() {
				return fs.SkipDir // loading says so
			}
			return nil
		}
		rel, err := filepath.Rel(c.opt.Root, full)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if name == result.Dir || !c.opt.Only(name) && !e.IsDir() {
			return nil
		}
		c.name(name, e)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("validate: %w", err)
	}
	return nil
}

// signatureExt ends the name of a result's signature, which stands beside it.
const signatureExt = ".json.sig"

func (c *check) name(name string, e fs.DirEntry) {
	base := e.Name()
	if bad := badName(base); bad != "" && c.opt.Only(name) {
		c.say(result.Error, "REV-NAME", name, "", "use letters, digits, dots, hyphens and underscores only", "the name of this file or folder holds %s", bad)
	}
	if e.IsDir() {
		return
	}
	switch {
	case strings.HasSuffix(base, result.SamplesExt):
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			c.say(result.Error, "REV-LINK", name, "", "put the file itself there", "the samples file is a symbolic link, which is not followed")
		case !e.Type().IsRegular():
			c.say(result.Error, "REV-LINK", name, "", "put the file itself there", "the samples file is no regular file")
		case !exists(c.opt.Root, strings.TrimSuffix(name, result.SamplesExt)+".json"):
			c.say(result.Warn, "REV-STRAY", name, "", "add its result, or remove it", "samples without a result of the same name beside them")
		}
	case strings.HasSuffix(base, ".json.sig"):
		if !exists(c.opt.Root, strings.TrimSuffix(name, ".sig")) {
			c.say(result.Warn, "REV-STRAY", name, "", "add its result, or remove it", "a signature without a result of the same name beside it")
		}
	case strings.HasSuffix(base, signatureExt):
		if !exists(c.opt.Root, strings.TrimSuffix(name, ".sig")) {
			c.say(result.Warn, "REV-STRAY", name, "", "add its result, or remove it", "a signature without the result that it is of")
		}
	case strings.EqualFold(filepath.Ext(base), ".json"):
		// Loading speaks of these.
	case strings.HasSuffix(base, ".partial.samples.jsonl.gz"), strings.HasPrefix(base, "."):
	default:
		c.say(result.Warn, "REV-STRAY", name, "", "results end in .json, their samples in "+result.SamplesExt+"; put everything else elsewhere",
			"nothing reads this file")
	}
}

// badName says what is in a name that files of a board never need and that
// somebody's terminal, shell or log could trip over; "" for nothing.
func badName(name string) string {
	for _, r := range name {
		switch {
		case r == '\n' || r == '\r':
			return "a line break"
		case result.IsControl(r):
			return "a control character"
		case r == '\uFFFD':
			return "bytes that are not UTF-8"
		case strings.ContainsRune("<>:\"|?*\\`$&;'", r):
			return fmt.Sprintf("the character %q", r)
		}
	}
	switch {
	case strings.HasPrefix(name, "-"):
		return "a hyphen at its start, as flags have"
	case strings.HasSuffix(name, " "), strings.HasSuffix(name, "."), strings.HasPrefix(name, " "):
		return "a space or dot at its end, which some systems drop"
	}
	return ""
}
