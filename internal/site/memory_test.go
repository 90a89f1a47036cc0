package site

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// A build into memory holds the bytes that a build into a folder writes, and
// writes nothing.
func TestBuildIntoMemory(t *testing.T) {
	root := smallBoard(t)
	before := tree(t, root)
	mem, _ := build(t, root, Options{Memory: true, Out: root}) // Out is not looked at
	if after := tree(t, root); len(after) != len(before) {
		t.Errorf("%d files in the board's folder after the build, %d before", len(after), len(before))
	}
	dir := filepath.Join(t.TempDir(), "public")
	disk, _ := build(t, root, Options{Out: dir})
	written := tree(t, dir)
	delete(written, manifestName)
	if len(mem.Contents) != len(written) || mem.Files != disk.Files || mem.Bytes != disk.Bytes || mem.Pages != disk.Pages {
		t.Errorf("in memory %d files, %d counted, %d bytes, %d pages; on disk %d, %d, %d, %d",
			len(mem.Contents), mem.Files, mem.Bytes, mem.Pages, len(written), disk.Files, disk.Bytes, disk.Pages)
	}
	sums := [2]map[string]string{mem.Sums(), disk.Sums()}
	for name, data := range mem.Contents {
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != sums[0][name] || got != sums[1][name] {
			t.Errorf("%s: bytes have digest %s; stated %s in memory, %s on disk", name, got, sums[0][name], sums[1][name])
		}
		if string(data) != written[name] {
			t.Errorf("%s differs between memory and disk", name)
		}
	}
	if disk.Contents != nil {
		t.Error("a build into a folder keeps the files in memory too")
	}
}

// A build that fails leaves memory as empty as it leaves a folder.
func TestFailedBuildIntoMemory(t *testing.T) {
	root := smallBoard(t)
	if err := os.WriteFile(filepath.Join(root, "content", "site.yaml"), []byte("title: [\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	st, fs, ok, err := Build(t.Context(), root, Options{Memory: true})
	if err != nil || ok || !fs.HasErrors() || st.Contents != nil || st.Sums() != nil {
		t.Errorf("ok %v, err %v, findings %v, %d files", ok, err, fs.HasErrors(), len(st.Contents))
	}
}
