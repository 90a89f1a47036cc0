package sign

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// keygen runs the real program, without which there is nothing to test.
func keygen(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen %v: %v\n%s", args, err, out)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("no ssh-keygen here: signatures are not tested")
	}
	keys := t.TempDir()
	key := filepath.Join(keys, "key")
	keygen(t, "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", key)
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.Join(strings.Fields(string(public))[:2], " ")
	r := resulttest.Reported() // of 2026-02-16
	raw, err := result.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	l := result.NewLoaded(result.Path(r, "h100"), r, raw)
	for _, tc := range []struct {
		name, signers, namespace string
		spoil                    func(t *testing.T, sig string)
		by, rule                 string
	}{
		{"good", "ada@example.org " + bare, Namespace, nil, "ada@example.org", ""},
		{"good, for results only", `ada@example.org namespaces="` + Namespace + `" ` + bare, Namespace, nil, "ada@example.org", ""},
		{"two names", "ada@example.org,bo@example.org " + bare, Namespace, nil, "ada@example.org", ""},
		{"a key of its day", `ada@example.org valid-after="20260101",valid-before="20260301" ` + bare, Namespace, nil, "ada@example.org", ""},
		{"a key that ended before", `ada@example.org valid-before="20260101" ` + bare, Namespace, nil, "", "SIGN-UNKNOWN"},
		{"a key for other things", `ada@example.org namespaces="file" ` + bare, Namespace, nil, "", "SIGN-UNKNOWN"},
		{"nobody's key", "# none", Namespace, nil, "", "SIGN-UNKNOWN"},
		{"no signers", "", Namespace, nil, "", "SIGN-SIGNERS"},
		{"made for something else", "ada@example.org " + bare, "file", nil, "", "SIGN-BAD"},
		{"not a signature", "ada@example.org " + bare, Namespace, func(t *testing.T, sig string) { write(t, sig, "\x1b[31mhello\n") }, "", "SIGN-BAD"},
		{"empty", "ada@example.org " + bare, Namespace, func(t *testing.T, sig string) { write(t, sig, "") }, "", "SIGN-BAD"},
		{"huge", "ada@example.org " + bare, Namespace, func(t *testing.T, sig string) { write(t, sig, strings.Repeat("a", maxSignature+1)) }, "", "SIGN-BAD"},
		{"a link", "ada@example.org " + bare, Namespace, func(t *testing.T, sig string) {
			if err := os.Rename(sig, sig+".real"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(sig+".real", sig); err != nil {
				t.Skip("no links here")
			}
		}, "", "SIGN-BAD"},
		{"a folder of that name is none", "ada@example.org " + bare, Namespace, func(t *testing.T, sig string) {
			if err := os.Remove(sig); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(sig, 0o755); err != nil {
				t.Fatal(err)
			}
		}, "", ""},
		{"of other bytes", "ada@example.org " + bare, Namespace, func(t *testing.T, sig string) {
			other := filepath.Join(t.TempDir(), "other")
			write(t, other, "other")
			keygen(t, "-q", "-Y", "sign", "-f", key, "-n", Namespace, other)
			if err := os.Rename(other+Ext, sig); err != nil {
				t.Fatal(err)
			}
		}, "", "SIGN-BAD"},
		{"no program", "ada@example.org " + bare, Namespace, func(t *testing.T, _ string) { t.Setenv("PATH", t.TempDir()) }, "", "SIGN-TOOL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := t.TempDir()
			at := filepath.Join(root, filepath.FromSlash(l.Path))
			write(t, at, string(raw))
			if tc.signers != "" {
				write(t, filepath.Join(root, filepath.FromSlash(SignersFile)), tc.signers+"\n")
			}
			keygen(t, "-q", "-Y", "sign", "-f", key, "-n", tc.namespace, at)
			if tc.spoil != nil {
				tc.spoil(t, at+Ext)
			}
			good, found, err := Check(context.Background(), root, []*result.Loaded{l})
			if err != nil {
				t.Fatal(err)
			}
			if by := good[l.ID].By; by != tc.by || by != "" && !strings.HasPrefix(good[l.ID].Key, "ED25519 SHA256:") {
				t.Errorf("signed by %+v, want %q; %v", good[l.ID], tc.by, found)
			}
			var rules []string
			for _, f := range found {
				rules = append(rules, f.Rule)
				if (f.Level == result.Error) != (tc.rule == "SIGN-BAD") || strings.Contains(f.Message, root) {
					t.Errorf("%s: %s", f.Level, f.Message)
				}
			}
			if strings.Join(rules, " ") != tc.rule {
				t.Errorf("findings %v, want %q", found, tc.rule)
			}
		})
	}
}

// TestUnsigned holds that results without signatures need no program at all.
func TestUnsigned(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := resulttest.Reported()
	good, found, err := Check(context.Background(), t.TempDir(), []*result.Loaded{{Result: r, Path: result.Path(r, "h100")}})
	if err != nil || len(found) > 0 || len(good) > 0 {
		t.Errorf("%v %v %v", good, found, err)
	}
}
