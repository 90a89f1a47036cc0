package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// packBoard is a board with a measured result, its samples, and a reported one.
func packBoard(t *testing.T) (root string, measured, reported *result.Result) {
	t.Helper()
	root = t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("content/site.yaml", []byte("title: A board\nlicense: CC-BY-4.0\n"))
	for _, dir := range []string{"tasks", "hardware"} {
		if err := os.CopyFS(filepath.Join(root, "content/catalog", dir), os.DirFS("../../content/catalog/"+dir)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"references.yaml", "licenses.yaml", "caveats.yaml", "benchmarks.yaml"} {
		data, err := os.ReadFile("../../content/catalog/" + name)
		if err != nil {
			t.Fatal(err)
		}
		write("content/catalog/"+name, data)
	}
	measured, _, samples := resulttest.RunFile(resulttest.Spec{})
	reported = resulttest.Reported()
	for _, r := range []*result.Result{measured, reported} {
		data, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		write(result.Path(r, "h100"), data)
	}
	write(result.SamplesPath(result.Path(measured, "h100")), samples)
	return root, measured, reported
}

func pack1(t *testing.T, root string, args ...string) (code int, out []byte, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(append([]string{"--root", root, "pack"}, args...), strings.NewReader(""), &o, &e)
	return code, o.Bytes(), e.String()
}

func TestPack(t *testing.T) {
	root, measured, reported := packBoard(t)
	log := filepath.Join(t.TempDir(), "server.log")
	if err := os.WriteFile(log, []byte("hello\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, data, errOut := pack1(t, root, measured.ID[:8], reported.ID[:12], measured.ID, "--log", log, "-o", "-")
	if code != 0 {
		t.Fatal(errOut)
	}
	// Order of the arguments and dates of files change nothing.
	if _, again, _ := pack1(t, root, reported.ID, measured.ID, "--log", log, "-o", "-"); !bytes.Equal(data, again) {
		t.Error("the same results gave other bytes")
	}
	into := t.TempDir()
	sums := unzip(t, data, into)
	dir := filepath.Join(into, packDir)
	for _, name := range []string{result.Path(measured, "h100"), result.SamplesPath(result.Path(measured, "h100")), result.Path(reported, "h100"), "logs/server.log", "README.txt", "content/catalog/hardware/h100.yaml"} {
		if sums[name] == "" {
			t.Errorf("the pack has no %s", name)
		}
	}
	if sum, err := exec.LookPath("sha256sum"); err == nil {
		cmd := exec.Command(sum, "-c", "SHA256SUMS")
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("sha256sum -c: %v\n%s", err, said)
		}
	} else {
		t.Log("no sha256sum here; the digests were compared by this test alone")
	}
	var o, e bytes.Buffer
	if code := run([]string{"--root", dir, "validate"}, strings.NewReader(""), &o, &e); code != 0 || !strings.Contains(e.String(), "2 result files checked, 1 result recomputed from samples") {
		t.Errorf("validate: status %d\n%s%s", code, o.String(), e.String())
	}
}

// unzip unpacks a pack and compares it with its own SHA256SUMS.
func unzip(t *testing.T, data []byte, into string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, packDir+"/")
		if !ok || !filepath.IsLocal(f.Name) || f.Modified.Year() != 1980 {
			t.Errorf("the entry %q of %s", f.Name, f.Modified)
		}
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		got[name] = hex.EncodeToString(sum[:])
		to := filepath.Join(into, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list, err := os.ReadFile(filepath.Join(into, packDir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if n++; got[name] != sum {
			t.Errorf("%s: SHA256SUMS says %s, the file has %s", name, sum, got[name])
		}
	}
	if n != len(got)-1 {
		t.Errorf("SHA256SUMS has %d of %d files", n, len(got)-1)
	}
	return got
}

func TestPackRefuses(t *testing.T) {
	root, measured, _ := packBoard(t)
	dir := t.TempDir()
	t.Chdir(dir)
	name := "jouleboard-" + measured.ID8() + ".zip"
	if code, _, errOut := pack1(t, root, measured.ID); code != 0 {
		t.Fatal(errOut)
	}
	if code, _, errOut := pack1(t, root, measured.ID); code != 1 || !strings.Contains(errOut, "is there already") {
		t.Errorf("a second pack over %s: %d %s", name, code, errOut)
	}
	odd := filepath.Join(dir, "a\nb.log")
	if err := os.WriteFile(odd, nil, 0o644); err != nil {
		t.Skip("this file system takes no such name")
	}
	if code, _, errOut := pack1(t, root, measured.ID, "--log", odd, "-o", "-"); code != 1 || !strings.Contains(errOut, "cannot be packed under its name") {
		t.Errorf("a log with a line break: %d %s", code, errOut)
	}
	samples := filepath.Join(root, filepath.FromSlash(result.SamplesPath(result.Path(measured, "h100"))))
	if err := os.WriteFile(samples, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := pack1(t, root, measured.ID, "-o", "x.zip"); code != 1 || !strings.Contains(errOut, "these are not the samples") {
		t.Errorf("other samples: %d %s", code, errOut)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*x.zip*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
