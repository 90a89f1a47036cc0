// Saving: a result with its samples, or a partial file of a run that counts
// nowhere. A file at its final name is always whole, and a result never stands
// there without its samples.

package measure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// PartialSchema names the format of a kept run that is no result.
const PartialSchema = "jouleboard.partial/1"

// Partial is a run that was stopped or is invalid: what there is of it, for
// people to look at. No board reads it.
type Partial struct {
	Schema string `json:"schema"`
	// Reason says in a sentence why it is no result.
	Reason      string          `json:"reason"`
	Interrupted bool            `json:"interrupted,omitzero"`
	Findings    result.Findings `json:"findings,omitzero"`
	// SamplesFile is the name of the file of samples beside this one.
	SamplesFile string         `json:"samples_file,omitzero"`
	ServerLog   *ServerLog     `json:"server_log,omitzero"`
	Result      *result.Result `json:"result"`
}

// ServerLog is where the output of a server that we started lies on this
// machine, with its hash.
type ServerLog struct {
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
}

// Saved are the files of one job, relative to the folder they were saved under,
// with forward slashes.
type Saved struct {
	Root    string
	Result  string // the result, or the partial file
	Samples string
	Partial bool
	ID      string // of the result
}

// Files are the paths that were written.
func (s *Saved) Files() []string {
	if s.Samples == "" {
		return []string{s.Result}
	}
	return []string{s.Result, s.Samples}
}

// packSamples writes the samples to memory and puts their hash into the result.
func packSamples(r *result.Result, s *result.SamplesFile) ([]byte, error) {
	var buf bytes.Buffer
	sum, n, err := result.WriteSamples(&buf, s)
	if err != nil {
		return nil, err
	}
	r.Samples = &result.Samples{SHA256: sum, Records: n}
	return buf.Bytes(), nil
}

// saveResult seals a result and writes it beside its samples. samples are the
// bytes that its samples block names.
func saveResult(root string, r *result.Result, samples []byte, hardwareID string) (*Saved, error) {
	if err := result.Seal(r); err != nil {
		return nil, err
	}
	file := result.Path(r, hardwareID)
	out := &Saved{Root: root, Result: file, Samples: result.SamplesPath(file), ID: r.ID}
	if err := writeWhole(root, out.Samples, samples); err != nil {
		return nil, err
	}
	if _, err := result.Save(root, file, r); err != nil {
		remove(root, out.Samples)
		return nil, err
	}
	return out, nil
}

// savePartial keeps a run that is no result. Its name carries the start of the
// hash of its samples, or of what there is without any.
func savePartial(root string, p *Partial, samples []byte, hardwareID string) (*Saved, error) {
	p.Schema = PartialSchema
	p.Result.ID = ""
	name := samples
	if name == nil {
		data, err := json.Marshal(p, json.Deterministic(true))
		if err != nil {
			return nil, fmt.Errorf("encode the partial file: %w", err)
		}
		name = data
	}
	sum := sha256.Sum256(name)
	named := *p.Result
	named.ID = hex.EncodeToString(sum[:])
	base := strings.TrimSuffix(result.Path(&named, hardwareID), ".json")
	out := &Saved{Root: root, Result: base + ".partial.json", Partial: true}
	if samples != nil {
		out.Samples = base + ".partial" + result.SamplesExt
		p.SamplesFile = path.Base(out.Samples)
		if err := writeWhole(root, out.Samples, samples); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(p, json.Deterministic(true), jsontext.WithIndent("  "))
	if err == nil {
		err = writeWhole(root, out.Result, append(data, '\n'))
	}
	if err != nil {
		if out.Samples != "" {
			remove(root, out.Samples)
		}
		return nil, err
	}
	return out, nil
}

// partialElsewhere keeps a partial file in the system's temporary folder: where
// the board's own disk is full, an hour of measuring is not thrown away.
func partialElsewhere(p *Partial, samples []byte, hardwareID string) (*Saved, error) {
	dir, err := os.MkdirTemp("", "jouleboard-partial-")
	if err != nil {
		return nil, fmt.Errorf("keep the run elsewhere: %w", err)
	}
	s, err := savePartial(dir, p, samples, hardwareID)
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("keep the run elsewhere: %w", err)
	}
	return s, nil
}

// writeWhole writes by a temporary file in the same folder. A path that leaves
// root, also through a symbolic link, is an error.
func writeWhole(root, file string, data []byte) (err error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	defer dir.Close()
	name := filepath.FromSlash(file)
	if err := dir.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	tmp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+"."+strconv.FormatUint(rand.Uint64(), 36))
	f, err := dir.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("save %s: %w", file, err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = dir.Rename(tmp, name)
	}
	if err != nil {
		_ = dir.Remove(tmp) // the write's error is the one to tell
		return fmt.Errorf("save %s: %w", file, err)
	}
	return nil
}

func remove(root, file string) { _ = os.Remove(filepath.Join(root, filepath.FromSlash(file))) }
