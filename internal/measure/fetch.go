// Prompts of a catalogue's task: read from the file that was given, or fetched
// once to this person's cache. The hash in the catalogue decides (G13).

package measure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// openData reads the prompts of the plan.
func (j *job) openData(ctx context.Context) error {
	w := j.plan.Work
	if w.Kind == WorkFixed {
		return nil
	}
	path := w.File
	want := ""
	if t := j.plan.Task; t != nil && t.Dataset != nil {
		want = t.Dataset.SHA256
	}
	if path == "" {
		var err error
		if path, err = j.cached(ctx, want); err != nil {
			return err
		}
	} else if !filepath.IsAbs(path) && j.plan.Opt.Dataset == "" {
		path = filepath.Join(j.env.Root, path) // named by a task of the board
	}
	d, err := ReadData(path, w.Form)
	if err != nil {
		hint := "one JSON object a line, with messages or prompt; sharegpt:FILE reads conversations"
		switch {
		case errors.Is(err, fs.ErrNotExist) && j.plan.Opt.Dataset == "":
			hint = "the task names this file: put it there, or give prompts with --dataset FILE"
		case errors.Is(err, fs.ErrNotExist):
			hint = "give --dataset a file that is there, or fixed:1024/256 for synthetic prompts"
		}
		return &Failure{Err: err, Hint: hint}
	}
	if want != "" && d.SHA256 != want {
		return &Failure{
			Err:  fmt.Errorf("%s has a SHA-256 that begins with %.12s, that of the prompts of the task %s begins with %.12s", path, d.SHA256, j.plan.TaskID, want),
			Hint: "leave --dataset out to have the task's own file fetched, or leave --task out to measure other prompts",
		}
	}
	j.data = d
	if len(d.Skipped) > 0 {
		j.note("%d prompts read; skipped: %s", len(d.Items), d.SkippedText())
	}
	j.notes = append(j.notes, d.Notes...)
	return nil
}

// cached returns the task's file from the cache, and fetches it if it is not
// there.
func (j *job) cached(ctx context.Context, want string) (string, error) {
	t := j.plan.Task
	if t == nil || t.DataFile == "" || want == "" {
		return "", &Failure{Err: fmt.Errorf("the task %s does not say where its prompts are", j.plan.TaskID), Hint: "give them with --dataset FILE"}
	}
	dir := j.env.Cache
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find the cache folder: %w", err)
		}
		dir = filepath.Join(base, "jouleboard", "data")
	}
	path := filepath.Join(dir, want)
	if sum, err := hashFile(path); err == nil && sum == want {
		return path, nil
	}
	j.tell("note", "", "fetching the prompts of the task %s from %s", t.ID, t.DataFile)
	if err := fetch(ctx, t.DataFile, dir, want); err != nil {
		return "", &Failure{
			Err:  fmt.Errorf("fetch the prompts of the task %s: %w", t.ID, err),
			Hint: fmt.Sprintf("get %s by other means and name it with --dataset FILE; its SHA-256 is %s", t.DataFile, want),
		}
	}
	return path, nil
}

func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// fetchLimit bounds a download; a data set of prompts is some megabytes.
const fetchLimit = 512 << 20

// fetch downloads address to dir under its hash. A file with another hash is
// never kept.
func fetch(ctx context.Context, address, dir, want string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the answer is %s", resp.Status)
	}
	sum := sha256.New()
	data, err := io.ReadAll(io.TeeReader(&io.LimitedReader{R: resp.Body, N: fetchLimit + 1}, sum))
	switch got := hex.EncodeToString(sum.Sum(nil)); {
	case err != nil:
		return err
	case len(data) > fetchLimit:
		return errors.New("the file is larger than 512 MiB")
	case got != want:
		return fmt.Errorf("the file has SHA-256 %.12s..., %.12s... was expected", got, want)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return writeWhole(dir, want, slices.Clip(data))
}
