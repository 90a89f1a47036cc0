// Bench measures the program and its rooms, and prints every figure beside its
// aim. It is run by `make bench`, needs no network, and fails only if something
// cannot be measured: a missed aim is a figure like any other.
//
// The builds of builds.go run the real program in a process of its own, on made-up
// boards. hugo.go lets Hugo build as many pages. rooms.go runs the benchmarks of
// the packages. What was measured goes to a file as JSON (report.go) and to the
// terminal as a table (table.go).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"

	"jouleboard/internal/result/resulttest"
)

// seed is that of all boards: the same program measures the same files.
const seed = 1

// options are what the flags say. Paths are absolute.
type options struct {
	repo, bin, golang, hugo string
	json, lines             string
	sizes                   []int
	parts                   map[string]bool
	temp                    string
	stderr                  io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	opt := options{stderr: stderr}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&opt.repo, "repo", ".", "the repository: its content goes into the boards, its packages have the benchmarks")
	f.StringVar(&opt.bin, "bin", "bin/jouleboard", "the program to measure")
	f.StringVar(&opt.golang, "go", "go", "Go, to run the packages' benchmarks")
	f.StringVar(&opt.hugo, "hugo", "", "Hugo, to build as many pages (default: the one of PATH, or of go install)")
	f.StringVar(&opt.json, "json", "bin/bench.json", "where the figures go")
	f.StringVar(&opt.lines, "lines", "bin/bench.txt", "where the lines of the packages' benchmarks go, for benchstat")
	sizes := f.String("sizes", "1000,10000", "numbers of results")
	parts := f.String("parts", "builds,hugo,rooms", "what is measured")
	board := f.String("board", "", "only write a made-up board to this `folder`")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%q: there are flags only", f.Arg(0))
	}
	for word := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return fmt.Errorf("-sizes %s: %q is no number of results", *sizes, word)
		}
		opt.sizes = append(opt.sizes, n)
	}
	opt.parts = map[string]bool{}
	for word := range strings.SplitSeq(*parts, ",") {
		if word != "builds" && word != "hugo" && word != "rooms" {
			return fmt.Errorf("-parts %s: %q is none of builds, hugo, rooms", *parts, word)
		}
		opt.parts[word] = true
	}
	if *board != "" {
		return resulttest.Board(*board, opt.repo, seed, opt.sizes[0])
	}
	for _, p := range []*string{&opt.repo, &opt.bin, &opt.json, &opt.lines} {
		abs, err := filepath.Abs(*p)
		if err != nil {
			return err
		}
		*p = abs
	}
	if opt.hugo == "" {
		opt.hugo = findHugo(opt.golang)
	}
	temp, err := os.MkdirTemp("", "jouleboard-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	opt.temp = temp
	return opt.measure(ctx, stdout)
}

// measure does what was asked for, and prints and stores what came of it even if
// something could not be measured.
func (opt options) measure(ctx context.Context, stdout io.Writer) error {
	r := report{Schema: reportSchema, Machine: machine(opt)}
	var troubles []error
	for _, n := range opt.sizes {
		if opt.parts["builds"] || opt.parts["hugo"] {
			if err := opt.board(ctx, n, &r); err != nil {
				troubles = append(troubles, err)
			}
		}
	}
	if opt.parts["rooms"] {
		rooms, err := opt.rooms(ctx)
		r.Benchmarks = rooms
		if err != nil {
			troubles = append(troubles, err)
		}
	}
	r.Figures = figures(&r)
	fmt.Fprint(stdout, "\n", table(&r))
	if err := r.write(opt.json); err != nil {
		troubles = append(troubles, err)
	}
	return errors.Join(troubles...)
}

// say tells what is measured now.
func (opt options) say(format string, args ...any) {
	fmt.Fprintf(opt.stderr, "bench: "+format+"\n", args...)
}
