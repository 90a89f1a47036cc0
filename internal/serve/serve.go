// Package serve is the preview of a board while one writes: it serves the last
// good build, watches the board's folders, builds again after a change, and
// tells the open pages what became of it.
//
//	watch -> debounce -> build -> publish -> browsers
//
// The build is handed in as a function, so this room knows nothing about pages.
// Nothing is written to disk here. This file holds the loop.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"jouleboard/internal/result"
)

// Site is a finished build. Only files that Sums names are ever served.
type Site struct {
	// Sums are the SHA-256 digests of all files by name, names with slashes.
	Sums map[string]string
	// Read returns the bytes of a file that Sums names.
	Read func(name string) ([]byte, error)
	// BaseURL is the address that the site was built for, or empty.
	BaseURL string
}

// Folder is a site whose files lie in a folder. A link or anything else that is
// no regular file below it is refused, wherever it leads.
func Folder(dir string, sums map[string]string, baseURL string) *Site {
	return &Site{Sums: sums, BaseURL: baseURL, Read: func(name string) ([]byte, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, fmt.Errorf("open the output folder: %w", err)
		}
		defer root.Close()
		st, err := root.Lstat(name)
		if err != nil {
			return nil, fmt.Errorf("look at %s: %w", name, err)
		}
		if !st.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no regular file", name)
		}
		return root.ReadFile(name)
	}}
}

// Outcome is what a build came to. Site is nil if it failed; the findings or
// Err then say why.
type Outcome struct {
	Site     *Site
	Findings result.Findings
	Err      error
}

// Report tells the terminal about one build.
type Report struct {
	Outcome
	// First says that no build came before.
	First bool
	// Because are the changed paths that led to the build, relative to the board.
	Because []string
	Took    time.Duration
	// Changed and Removed count files against the last good build.
	Changed, Removed int
}

// Options are the choices of a preview.
type Options struct {
	// Root is the board's folder, Folders those below it that are watched. One
	// that is not there yet is watched as soon as it is.
	Root    string
	Folders []string
	// Listener takes the connections; Run closes it.
	Listener net.Listener
	// Hosts are names by which the machine may be asked, beside localhost and
	// loopback addresses. Open allows every literal address too.
	Hosts []string
	Open  bool
	// Build makes the site. It ends early when its context does.
	Build func(context.Context) Outcome
	// Report is called after each build, one call at a time.
	Report func(Report)
	// Warn is told what goes wrong beside builds; it must be safe for concurrent use.
	Warn func(string)
}

// Changes closer together than quiet are one change; no change waits longer than
// longest, however busy the folders are.
const (
	quiet   = 120 * time.Millisecond
	longest = 2 * time.Second
)

// Run serves until ctx ends, and returns when all that it started has ended too.
// An error is trouble that no change of a file can mend.
func Run(ctx context.Context, opt Options) error {
	defer opt.Listener.Close()
	ctx, stop := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	defer tasks.Wait()
	defer stop()

	w, err := newWatcher(opt.Root, opt.Folders, opt.Warn)
	if err != nil {
		return err
	}
	paths, batches := make(chan string), make(chan []string)
	tasks.Go(func() { w.run(ctx, paths) })
	tasks.Go(func() { debounce(ctx, paths, batches, quiet, longest) })

	live := newState()
	handler := &handler{live: live, ended: ctx.Done(), hosts: opt.Hosts, anyIP: opt.Open}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10}
	failed := make(chan error, 1)
	start := func() {
		tasks.Go(func() {
			if err := srv.Serve(opt.Listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve: %w", err)
				stop()
			}
		})
	}
	first, again := true, false
	var because []string
	for {
		began := time.Now()
		out, more, cut := oneBuild(ctx, opt.Build, batches, !again)
		if ctx.Err() != nil {
			break
		}
		because = merge(because, more)
		if cut {
			// A change came while the build ran, so its outcome is of no use. The next
			// build runs to its end whatever comes, or a busy folder would starve it.
			again = true
			continue
		}
		again = false
		if out.Err == nil || out.Site != nil || !errors.Is(out.Err, context.Canceled) {
			r := Report{Outcome: out, First: first, Because: telling(opt.Root, because), Took: time.Since(began)}
			r.Changed, r.Removed, r.Err = live.publish(out)
			opt.Report(r)
		}
		because = nil
		if first {
			// Browsers that came earlier wait in the listener for the first build.
			first = false
			start()
		}
		if len(more) > 0 {
			because = more
			continue
		}
		select {
		case because = <-batches:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	_ = srv.Close()
	handler.wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// oneBuild runs a build and collects the changes that come meanwhile. If it may
// be cut short, the first of them does.
func oneBuild(ctx context.Context, build func(context.Context) Outcome, batches <-chan []string, mayCut bool) (out Outcome, more []string, cut bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan Outcome, 1)
	go func() { done <- build(ctx) }()
	for {
		select {
		case out = <-done:
			return out, more, cut
		case paths := <-batches:
			more = merge(more, paths)
			if mayCut {
				cut = true
				cancel()
			}
		}
	}
}

// telling orders changed paths so that the file somebody saved comes first, and
// not its folder or what an editor wrote and removed beside it.
func telling(root string, paths []string) []string {
	rank := func(p string) int {
		st, err := os.Stat(filepath.Join(root, filepath.FromSlash(p)))
		switch {
		case err != nil:
			return 1
		case st.IsDir():
			return 2
		}
		return 0
	}
	paths = slices.Clone(paths)
	slices.SortStableFunc(paths, func(a, b string) int { return rank(a) - rank(b) })
	return paths
}

// merge adds paths to a list without doubling any.
func merge(list, more []string) []string {
	for _, p := range more {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}
