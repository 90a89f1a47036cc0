// Revisions of strangers: whatever a tree of git holds, nothing but plain files
// comes out of it, all inside of the folder it was meant for.

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// scratch is a repository for a test.
type scratch struct {
	t   *testing.T
	dir string
}

func newScratch(t *testing.T) scratch {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git here")
	}
	s := scratch{t, t.TempDir()}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "A")
		t.Setenv("GIT_"+who+"_EMAIL", "a@example.org")
	}
	s.git("", "init", "-q", "-b", "main")
	return s
}

func (s scratch) git(in string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", s.dir}, args...)...)
	cmd.Stdin = strings.NewReader(in)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, said.String())
	}
	return strings.TrimSpace(string(out))
}

// tree writes a tree of "MODE TYPE OID\tNAME" entries, which git itself would
// not make from a folder.
func (s scratch) tree(entries ...string) string {
	return s.git(strings.Join(entries, "\x00")+"\x00", "mktree", "-z")
}

func TestRevisionOfAStranger(t *testing.T) {
	s := newScratch(t)
	blob := s.git("title: x\n", "hash-object", "-w", "--stdin")
	link := s.git("/etc/passwd", "hash-object", "-w", "--stdin")
	file := "100644 blob " + blob + "\t"
	up := s.tree(file + "escape.txt")
	results := s.tree("120000 blob "+link+"\tlink.json", "040000 tree "+up+"\t..", file+"back\\slash.json", file+"line\nend.json",
		"160000 commit "+strings.Repeat("1", 40)+"\tmodule", file+".gitattributes", "100755 blob "+blob+"\trun.json")
	content := s.tree(file + "site.yaml")
	top := s.tree("040000 tree "+content+"\tcontent", "040000 tree "+results+"\tresults", file+"elsewhere", "040000 tree "+up+"\t..")
	commit := s.git("", "commit-tree", "-m", "x", top)

	ctx := context.Background()
	repo, err := openRepository(ctx, s.dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := repo.list(ctx, commit)
	if err != nil {
		t.Fatal(err)
	}
	outer := t.TempDir()
	dir := filepath.Join(outer, "in")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	found, err := repo.extract(ctx, files, dir, func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = filepath.WalkDir(outer, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if !e.Type().IsRegular() {
			t.Errorf("%s is no plain file", p)
		}
		rel, err := filepath.Rel(dir, p)
		got = append(got, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"content/site.yaml", "results/.gitattributes", "results/line\nend.json", "results/run.json"}; !slices.Equal(got, want) {
		t.Errorf("wrote %q, want %q", got, want)
	}
	var left []string
	for _, f := range found {
		left = append(left, f.Where.File)
	}
	slices.Sort(left)
	if want := []string{"results/../escape.txt", "results/back\\slash.json", "results/link.json", "results/module"}; !slices.Equal(left, want) {
		t.Errorf("told of %q, want %q", left, want)
	}
	for _, c := range changes(nil, files) {
		if strings.Contains(c.Path, "link.json") != c.Link && !strings.Contains(c.Path, "module") {
			t.Errorf("%q: link is %v", c.Path, c.Link)
		}
	}
}

// TestAttributesDoNotHide holds the comparison to what is in the repository: an
// attribute of a contributed file could hide it from an archive or rewrite it.
func TestAttributesDoNotHide(t *testing.T) {
	s := newScratch(t)
	for name, text := range map[string]string{"content/site.yaml": "title: $Format:%H$\n", "results/a.json": "{}\n", ".gitattributes": "results/* export-ignore\n* export-subst text eol=crlf\n"} {
		p := filepath.Join(s.dir, "sub", name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.git("", "add", "-A")
	s.git("", "commit", "-qm", "x")
	ctx := context.Background()
	// The board is a folder of its repository.
	repo, err := openRepository(ctx, filepath.Join(s.dir, "sub"))
	if err != nil {
		t.Fatal(err)
	}
	commit, err := repo.resolve(ctx, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	files, err := repo.list(ctx, commit)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if found, err := repo.extract(ctx, files, dir, func(string) bool { return false }); err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	for name, want := range map[string]string{"content/site.yaml": "title: $Format:%H$\n", "results/a.json": "{}\n"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", name, got, err, want)
		}
	}
	// New files beside the board are seen too, under their way from the board.
	if err := os.WriteFile(filepath.Join(s.dir, "outside.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	list, err := repo.workTreeChanges(ctx, commit)
	if err != nil || len(list) != 1 || list[0].Path != "../outside.txt" {
		t.Errorf("the work tree differs in %v (%v), want ../outside.txt", list, err)
	}
}
