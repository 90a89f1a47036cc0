// The commands as a user runs them: each script under testdata/script runs the
// real program as a process in an empty folder.

package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"jouleboard": main})
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
			return nil
		},
		Condition: func(cond string) (bool, error) {
			return cond == "peerdata" && os.Getenv("JOULEBOARD_PEER_DATA") != "", nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			// status N CMD... runs a command and asserts its exact exit status.
			"status": cmdStatus,
			// cpdir SRC DST copies a folder, for boards made of the shipped one.
			"cpdir": cmdCpdir,
		},
	})
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

func cmdCpdir(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cpdir SRC DST")
	}
	if err := os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))); err != nil {
		ts.Fatalf("cpdir: %v", err)
	}
}
