package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestProvenance holds that each input is there with the digest of its bytes, and
// that nothing of the machine is.
func TestProvenance(t *testing.T) {
	dir, _ := shipped(t)
	data, err := os.ReadFile(filepath.Join(dir, provenancePath))
	if err != nil {
		t.Fatal(err)
	}
	var p provenanceFile
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	if len(p.BuiltIn) != 3 || p.Tool.Name != "jouleboard" {
		t.Errorf("tool %+v, built in %v", p.Tool, p.BuiltIn)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), root) || strings.Contains(string(data), dir) {
		t.Error("it names folders of this machine")
	}
	seen, last := map[string]int{}, ""
	for _, f := range p.Inputs {
		if f.Path <= last {
			t.Errorf("%s stands after %s", f.Path, last)
		}
		last = f.Path
		body, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(body)) != f.Size {
			t.Errorf("%s has another digest or size", f.Path)
		}
		first, _, _ := strings.Cut(f.Path, "/")
		seen[first]++
	}
	if seen["results"] < 781 || seen["content"] < 100 {
		t.Errorf("inputs by folder: %v", seen)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(sums), "  "+provenancePath+"\n") {
		t.Error("it is not in SHA256SUMS")
	}
}
