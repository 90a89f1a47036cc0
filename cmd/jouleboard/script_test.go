// The commands as a user runs them: each script under testdata/script runs the
// real program as a process in an empty folder.

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"jouleboard": main, "fakeserver": fakeServerMain})
}

func TestScripts(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", repo)
			e.Setenv("JOULEBOARD_PEER_DATA", os.Getenv("JOULEBOARD_PEER_DATA"))
			// What the program keeps for a person stays in the script's own folder.
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			// The folder of our own programs, for scripts that lack all others.
			bin, _, _ := strings.Cut(e.Getenv("PATH"), string(os.PathListSeparator))
			e.Setenv("BIN", bin)
			// No script reads a real GPU, so that all machines give the same.
			e.Setenv("JOULEBOARD_NVML_LIBRARY", filepath.Join(e.WorkDir, "no-driver.so"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "cgo": // without it there is no binding to the driver
				return built("CGO_ENABLED") == "1", nil
			case "peerdata":
				return os.Getenv("JOULEBOARD_PEER_DATA") != "", nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// status N CMD... runs a command and asserts its exact exit status.
			"status": cmdStatus,
			// cpdir SRC DST copies a folder, for boards made of the shipped one.
			"cpdir": cmdCpdir,
			// replace OLD NEW FILE replaces each OLD in a file, which must hold it.
			"replace": cmdReplace,
			// serve [flags] starts a fake model server and sets $URL.
			"serve": cmdServe,
			// interrupt N TEXT CMD... sends Ctrl-C once TEXT was said.
			"interrupt": cmdInterrupt,
		},
	})
}

// built is a setting with which this binary was built.
func built(key string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [args...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = exitStatus(err)
	}
	if got != args[0] {
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}

func cmdReplace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace OLD NEW FILE")
	}
	path := ts.MkAbs(args[2])
	data, err := os.ReadFile(path)
	ts.Check(err)
	if !strings.Contains(string(data), args[0]) {
		ts.Fatalf("%s does not hold %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(path, []byte(strings.ReplaceAll(string(data), args[0], args[1])), 0o644))
}

func cmdCpdir(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cpdir SRC DST")
	}
	if err := os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))); err != nil {
		ts.Fatalf("cpdir: %v", err)
	}
}
