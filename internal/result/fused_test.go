// No platform rounds otherwise than another (rule S8): where a processor has an
// instruction that multiplies and adds at once, the compiler may use it unless
// the product is converted, and then the last bit differs.

package result

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// fused is an instruction of arm64 that multiplies and adds at once.
var fused = regexp.MustCompile(`\(([^()]+\.go:\d+)\)\s+FN?M(ADD|SUB)[SD]?\s`)

func TestNothingIsFused(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for another platform")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	t.Parallel()
	for _, pkg := range []string{"jouleboard/internal/result", "jouleboard/internal/stats", "jouleboard/internal/rank"} {
		cmd := exec.Command("go", "build", "-gcflags="+pkg+"=-S", pkg)
		cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%.2000s", err, out)
		}
		if len(out) < 10_000 {
			t.Fatalf("%s: the compiler printed %d bytes of code", pkg, len(out))
		}
		seen := map[string]bool{}
		for _, m := range fused.FindAllSubmatch(out, -1) {
			if at := string(m[1]); !seen[at] {
				seen[at] = true
				t.Errorf("%s: product and sum are fused; write float64(x*y) + z", at)
			}
		}
	}
}
