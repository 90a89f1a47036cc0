package resulttest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The same seed gives the same bytes, another one other results, and every model
// and card has its entry in the catalogue.
func TestBoard(t *testing.T) {
	read := func(seed uint64) map[string]string {
		root := t.TempDir()
		if err := Board(root, filepath.Join("..", "..", ".."), seed, 200); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			files[name] = string(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	one, again, other := read(1), read(1), read(2)
	if d := cmp.Diff(one, again); d != "" {
		t.Errorf("the same seed gives other files:\n%.2000s", d)
	}
	results, moved := 0, 0
	for name := range one {
		rest, ok := strings.CutPrefix(name, "results/")
		if !ok {
			continue
		}
		results++
		if _, same := other[name]; !same {
			moved++
		}
		at := strings.Split(rest, "/") // ORG/NAME/HARDWARE/FILE
		for _, entry := range []string{"content/catalog/models/" + at[0] + "/" + at[1] + ".yaml", "content/catalog/hardware/" + at[2] + ".yaml"} {
			if _, ok := one[entry]; !ok {
				t.Errorf("%s has no %s", name, entry)
			}
		}
	}
	if results != 200 || moved != 200 {
		t.Errorf("%d result files, wanted 200, %d of them with another seed elsewhere", results, moved)
	}
	if strings.Contains(one["content/site.yaml"], "small-svg") || !strings.Contains(one["content/site.yaml"], "origin: mlenergy") {
		t.Error("site.yaml is as the repository's own")
	}
}
