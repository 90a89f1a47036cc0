package site

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jouleboard/internal/result"
)

// repo is the repository's root, which is itself a board.
const repo = "../.."

var shippedOnce struct {
	sync.Once
	dir      string
	findings result.Findings
	stats    Stats
	err      error
}

// shipped builds the repository's own board once for all tests that look at it.
func shipped(t testing.TB) (dir string, stats Stats) {
	t.Helper()
	s := &shippedOnce
	s.Do(func() {
		if s.dir, s.err = os.MkdirTemp("", "jouleboard-site-"); s.err != nil {
			return
		}
		var ok bool
		s.stats, s.findings, ok, s.err = Build(context.Background(), repo, Options{Out: filepath.Join(s.dir, "public"), Tool: Tool{Version: "test"}})
		if s.err == nil && !ok {
			s.err = os.ErrInvalid
		}
	})
	if s.err != nil {
		t.Fatalf("build the shipped board: %v\n%s", s.err, findingsText(s.findings))
	}
	return filepath.Join(s.dir, "public"), s.stats
}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, d := range []string{shippedOnce.dir, statesOnce.dir} {
		if d != "" {
			os.RemoveAll(d)
		}
	}
	os.Exit(code)
}

func findingsText(fs result.Findings) string {
	var b strings.Builder
	for _, f := range fs {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

// copyTree copies a folder.
func copyTree(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// smallBoard makes a board with the shipped content and the results of two
// models, so that a build takes little time.
func smallBoard(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	copyTree(t, filepath.Join(repo, "content"), filepath.Join(dir, "content"))
	copyTree(t, filepath.Join(repo, "labels", "scales"), filepath.Join(dir, "labels", "scales"))
	for _, m := range []string{"Qwen/Qwen3-8B", "meta-llama/Llama-3.1-8B-Instruct", "zai-org/CogVideoX-2b", "bedrock"} {
		copyTree(t, filepath.Join(repo, "results", m), filepath.Join(dir, "results", m))
	}
	// Boards of other results would be empty here, which is a warning and no more.
	return dir
}

// build builds a board and fails the test on trouble.
func build(t testing.TB, root string, opt Options) (Stats, result.Findings) {
	t.Helper()
	st, fs, ok, err := Build(context.Background(), root, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		t.Fatalf("build failed:\n%s", findingsText(fs))
	}
	return st, fs
}

// tree reads all files below a folder.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
