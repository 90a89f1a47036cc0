package measure

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"jouleboard/internal/load/fakeserver"
	"jouleboard/internal/result"
)

// TestFullDisk saves on a disk that is too small: nothing half-written stays
// there, and the run is kept elsewhere.
func TestFullDisk(t *testing.T) {
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=8k"); err != nil {
		t.Skip("a small disk cannot be made here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(small, 0); err != nil {
			t.Error(err)
		}
	})
	t.Parallel()
	// So slow that the client's own error stays small beside it on a busy machine (V21).
	s := fake(t, fakeserver.Options{FirstToken: 600 * time.Millisecond, Gap: time.Millisecond})
	tr := newTrial(t, s.URL())
	tr.env.Root = small
	tr.opt.Concurrency = []int64{4}
	out, err := tr.run(t, t.Context())
	var f *Failure
	if !errors.As(err, &f) || !errors.Is(err, syscall.ENOSPC) || f.Hint == "" {
		t.Fatalf("error %v, want that of a full disk with a hint", err)
	}
	if err := filepath.WalkDir(small, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("%s was left on the full disk", p)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	p, _ := kept(t, out)
	if strings.HasPrefix(out.Saved.Root, small) || p.Result.Class != result.ClassPerformance {
		t.Errorf("kept below %s, class %s", out.Saved.Root, p.Result.Class)
	}
	os.RemoveAll(out.Saved.Root)
}
