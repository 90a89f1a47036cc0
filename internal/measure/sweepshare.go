// Sharing a sweep out between machines (G7), and which of its points have been
// measured before.

package measure

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"jouleboard/internal/result"
)

// Shard is a share of a plan: I of N, I from 0.
type Shard struct{ I, N int }

// ParseShard reads I/N. N alone takes I from the variables that array jobs of
// Slurm and Indexed Jobs of Kubernetes set.
func ParseShard(text string, lookup func(string) string) (Shard, error) {
	left, right, slash := strings.Cut(text, "/")
	if !slash {
		left, right = "", text
	}
	n, err := strconv.Atoi(right)
	if err != nil || n < 1 {
		return Shard{}, &Failure{Err: fmt.Errorf("--shard %q: I/N was expected, or N with I from the environment", text), Hint: "such as --shard 7/24, I counting from 0"}
	}
	from := "--shard"
	if left == "" {
		for _, name := range []string{"SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"} {
			if v := lookup(name); v != "" {
				left, from = v, name
				break
			}
		}
		if left == "" {
			return Shard{}, &Failure{Err: fmt.Errorf("--shard %s says how many shares there are, but not which one this is", text), Hint: "give --shard I/N, or set SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX"}
		}
	}
	i, err := strconv.Atoi(left)
	if err != nil || i < 0 || i >= n {
		hint := map[string]string{
			"--shard":              "the first share is 0: --shard 0/" + strconv.Itoa(n),
			"SLURM_ARRAY_TASK_ID":  "let the array begin at 0: sbatch --array=0-" + strconv.Itoa(n-1),
			"JOB_COMPLETION_INDEX": "give the Job completions: " + strconv.Itoa(n),
		}[from]
		return Shard{}, &Failure{Err: fmt.Errorf("%s is %q: a share of %d is from 0 to %d", from, left, n, n-1), Hint: hint}
	}
	return Shard{i, n}, nil
}

// Takes says whether the share holds point k (G7).
func (s Shard) Takes(k int) bool { return s.N == 0 || k%s.N == s.I }

// FinishedPoints reads which points have a result below root: the path by the id
// of the point. Partial files do not count, so that an invalid or interrupted
// point is measured again, and neither does a result that is damaged or lacks its
// samples: each of these is a finding, for a person to look at.
func FinishedPoints(root string) (map[string]string, result.Findings, error) {
	done := map[string]string{}
	var found result.Findings
	dir := filepath.Join(root, result.Dir)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == dir:
			return fs.SkipAll
		case err != nil:
			return err
		case d.IsDir() || !strings.HasSuffix(path, ".json") || result.PartialPath(path):
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		id, bad := pointOf(root, rel, data)
		switch {
		case bad != "":
			found = append(found, result.Finding{Rule: "SWEEP", Level: result.Warn, Where: result.Place{File: rel},
				Message: "does not count as measured: " + bad, Hint: "its point is measured again; restore the file or delete it"})
		case id != "":
			done[id] = rel
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("look for finished points: %w", err)
	}
	return done, found, nil
}

// pointOf is the point that a file is the result of, "" for none, or why it does
// not count. Results of no sweep are read no further.
func pointOf(root, file string, data []byte) (id, bad string) {
	var head struct {
		Schema string `json:"schema"`
		Point  string `json:"x_sweep_point"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return "", "it is no JSON"
	}
	if head.Schema != result.SchemaID || head.Point == "" {
		return "", ""
	}
	l, found := result.Inspect(file, data)
	if found.HasErrors() {
		for _, f := range found {
			if f.Level == result.Error {
				return "", f.Message
			}
		}
	}
	if s := l.Result.Samples; s != nil && s.URL == "" {
		samples := result.SamplesPath(file)
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(samples))); err != nil {
			return "", "its samples file is missing: " + samples
		}
	}
	return head.Point, ""
}
