// A fake model server as a program of its own, for scripts: an OpenAI-compatible
// server on loopback that can be told to fail.

package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"jouleboard/internal/load/fakeserver"
)

// fakeServerMain is the program "fakeserver" of the scripts.
func fakeServerMain() {
	port := flag.Int("port", 0, "port; 0 picks one")
	model := flag.String("model", "org/model", "name of the model")
	addr := flag.String("addr", "", "file that takes the base URL once it listens")
	first := flag.Duration("first", 150*time.Millisecond, "time to the first token")
	gap := flag.Duration("gap", 2*time.Millisecond, "time between tokens")
	length := flag.Int("length", 8, "tokens of an answer")
	die := flag.Int64("die", 0, "end the process at this request")
	never := flag.Bool("never", false, "never listen")
	stubborn := flag.Bool("stubborn", false, "ignore TERM")
	fail := flag.Bool("fail", false, "answer every completion after the first 40 with status 500")
	flag.Parse()
	fmt.Fprintln(os.Stderr, "fakeserver: loading", *model)
	if *stubborn {
		signal.Ignore(syscall.SIGTERM)
	}
	if *never {
		select {}
	}
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var n atomic.Int64
	s, err := fakeserver.Start(fakeserver.Options{
		Model: *model, FirstToken: *first, Gap: *gap, MinLength: *length, MaxLength: *length, Listener: l,
		Script: func(int64) fakeserver.Script {
			k := n.Add(1)
			if *die > 0 && k >= *die {
				fmt.Fprintln(os.Stderr, "fakeserver: out of memory")
				os.Exit(9)
			}
			if *fail && k > 40 {
				return fakeserver.Script{fakeserver.Status(500), fakeserver.Send("no memory left")}
			}
			return nil
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if *addr != "" {
		tmp := *addr + ".tmp"
		err := os.WriteFile(tmp, []byte(s.URL()), 0o600)
		if err == nil {
			err = os.Rename(tmp, *addr)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, os.Interrupt)
	if !*stubborn {
		signal.Notify(ch, syscall.SIGTERM)
	}
	<-ch
	s.Close()
}

// cmdServe starts a fake server and puts its address into $URL: serve [flags].
func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("serve cannot be negated")
	}
	addr := ts.MkAbs("server.addr")
	_ = os.Remove(addr)
	exe, err := exec.LookPath("fakeserver")
	if p := ts.Getenv("PATH"); err != nil && p != "" {
		for _, dir := range strings.Split(p, string(os.PathListSeparator)) {
			if _, e := os.Stat(dir + "/fakeserver"); e == nil {
				exe, err = dir+"/fakeserver", nil
				break
			}
		}
	}
	ts.Check(err)
	cmd := exec.Command(exe, append([]string{"-addr", addr}, args...)...)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 1000 {
		if data, err := os.ReadFile(addr); err == nil {
			ts.Setenv("URL", string(data))
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("the fake server does not listen")
}

// cmdInterrupt runs a command, sends it a signal once its standard error holds a
// text, and asserts its exit status: interrupt STATUS TEXT COMMAND...
func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: interrupt STATUS TEXT command [args...]")
	}
	path := args[2]
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if _, e := os.Stat(dir + "/" + path); e == nil {
			path = dir + "/" + path
			break
		}
	}
	errFile, err := os.Create(ts.MkAbs("interrupted.stderr"))
	ts.Check(err)
	defer errFile.Close()
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append([]string{}, "PATH="+ts.Getenv("PATH"), "HOME="+ts.Getenv("HOME"), "WORK="+ts.Getenv("WORK"),
		"XDG_CONFIG_HOME="+ts.Getenv("XDG_CONFIG_HOME"), "XDG_CACHE_HOME="+ts.Getenv("XDG_CACHE_HOME"), "HF_HOME="+ts.Getenv("HF_HOME"), "TMPDIR="+ts.Getenv("TMPDIR"))
	cmd.Stderr = errFile
	ts.Check(cmd.Start())
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	seen := false
	for range 3000 {
		if data, _ := os.ReadFile(errFile.Name()); strings.Contains(string(data), args[1]) {
			seen = true
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	_ = cmd.Process.Signal(os.Interrupt)
	select {
	case err = <-done:
	case <-time.After(time.Minute):
		_ = cmd.Process.Kill()
		ts.Fatalf("it does not end after the interrupt")
	}
	if data, e := os.ReadFile(errFile.Name()); e == nil {
		ts.Logf("[stderr]\n%s", data)
	}
	got := "0"
	if err != nil {
		got = exitStatus(err)
	}
	switch {
	case !seen:
		ts.Fatalf("%q never came, exit status %s", args[1], got)
	case got != args[0]:
		ts.Fatalf("exit status %s, want %s", got, args[0])
	}
}
