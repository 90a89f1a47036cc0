// The command serve: a preview that builds, watches, and reloads the browser.

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"jouleboard/internal/result"
	"jouleboard/internal/serve"
	"jouleboard/internal/site"
)

// usualPort is where the preview is if nobody else is there.
const usualPort = 1843

// watched are the folders that a build reads.
var watched = []string{"results", "content", "templates", "assets", "labels"}

// serveFlags are the choices of serve beside those of the build.
type serveFlags struct {
	host string
	port int
	open bool
}

func newServeCommand(e *env) *cobra.Command {
	var opt site.Options
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Preview the site: build, serve, rebuild and reload while you write",
		Long: `serve builds the site, serves it to this machine, and watches results/, content/,
templates/, assets/ and labels/. After a change it builds again, and open pages
that the change concerns load themselves again; a style changes without that.
If a build fails, its errors stand here and in the page, and the last good site
stays until they are mended.

The site is kept in memory; with --out it is written to a folder as build does.
Ctrl-C ends it with status 0.`,
		Example: `  jouleboard serve
  jouleboard serve --open --drafts
  jouleboard serve --port 8080 --base-url https://example.org/board`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := flags.check(); err != nil {
				return err
			}
			if err := checkBaseURL(opt.BaseURL); err != nil {
				return err
			}
			root, err := e.root()
			if err != nil {
				return err
			}
			if opt.Memory = !cmd.Flags().Changed("out"); !opt.Memory {
				if err := site.CheckOut(root, opt.Out); err != nil {
					return usageError{msg: "--out: " + err.Error(), hint: "name a folder of its own, such as public"}
				}
			}
			l, err := e.listen(flags, cmd.Flags().Changed("port"))
			if err != nil {
				return err
			}
			b := thisBuild()
			opt.Tool = site.Tool{Version: b.Version, Commit: b.Commit}
			opt.Cache = &site.Cache{}
			return e.serve(cmd.Context(), root, opt, flags, l)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.host, "host", "127.0.0.1", "address or name to listen on; others than this machine reach only what is not loopback")
	f.IntVar(&flags.port, "port", usualPort, "port; the usual one gives way to a free one if it is taken, 0 is any free one")
	f.BoolVar(&flags.open, "open", false, "open the page in a browser")
	f.BoolVar(&opt.Drafts, "drafts", false, "also show results that are drafts")
	f.StringVar(&opt.BaseURL, "base-url", "", "address the site will be published at, instead of base_url in site.yaml")
	f.StringVar(&opt.Out, "out", "", "write the site to this folder (default: keep it in memory)")
	return cmd
}

func (f *serveFlags) check() error {
	if f.port < 0 || f.port > 65535 {
		return usageError{msg: fmt.Sprintf("--port %d: must be 0 to 65535", f.port), hint: "leave --port out and a free one is found"}
	}
	host := strings.TrimSuffix(strings.TrimPrefix(f.host, "["), "]")
	if host == "" || net.ParseIP(host) == nil && strings.ContainsAny(host, ":/ ") {
		return usageError{msg: fmt.Sprintf("--host %q: must be an address or a name, without scheme and port", f.host), hint: "such as --host 0.0.0.0 --port 8080"}
	}
	f.host = host
	return nil
}

// listen opens the port and says what is unusual about it.
func (e *env) listen(f serveFlags, chosen bool) (net.Listener, error) {
	l, err := serve.Listen(f.host, f.port, !chosen)
	var taken *serve.PortTaken
	switch {
	case errors.As(err, &taken):
		return nil, hintError{err: fmt.Errorf("--port %d: %w", f.port, err), hint: "leave --port out and a free one is found, or end the other program"}
	case errors.Is(err, os.ErrPermission):
		return nil, hintError{err: err, hint: "ports below 1024 belong to the system's administrator: take a higher one"}
	case err != nil:
		return nil, hintError{err: err, hint: "is " + f.host + " an address of this machine? Without --host it listens on 127.0.0.1"}
	}
	if a, ok := l.Addr().(*net.TCPAddr); ok && !chosen && a.Port != f.port {
		e.notef("port %d is taken, so this is %d", f.port, a.Port)
	}
	if !serve.Loopback(l) {
		e.notef("%s everybody who can reach this machine on the network can read this preview", e.paint("33", "warn:"))
	}
	return l, nil
}

// serve runs the preview until it is interrupted, which is how it is meant to end.
func (e *env) serve(ctx context.Context, root string, opt site.Options, f serveFlags, l net.Listener) error {
	hosts := []string{strings.ToLower(f.host)}
	if name, err := os.Hostname(); err == nil && !serve.Loopback(l) {
		name = strings.ToLower(name)
		hosts = append(hosts, name, name+".local")
	}
	say := &serveTerminal{e: e, open: f.open, l: l, left: !opt.Memory, out: opt.Out}
	err := serve.Run(ctx, serve.Options{
		Root: root, Folders: watched, Listener: l, Hosts: hosts, Open: !serve.Loopback(l),
		Build:  func(ctx context.Context) serve.Outcome { return e.buildOnce(ctx, root, opt, say) },
		Report: say.report,
		Warn:   func(text string) { e.notef("%s %s", e.paint("33", "warn:"), oneLine(text)) },
	})
	if err == nil {
		e.notef("ended")
	}
	return err
}

// buildOnce makes the site as build does.
func (e *env) buildOnce(ctx context.Context, root string, opt site.Options, say *serveTerminal) serve.Outcome {
	bar := newProgress(e)
	opt.Progress = bar.update
	st, fs, ok, err := site.Build(ctx, root, opt)
	bar.finish()
	out := serve.Outcome{Findings: fs, Err: err}
	if err != nil || !ok {
		return out
	}
	say.stats = st
	if opt.Memory {
		contents := st.Contents
		out.Site = &serve.Site{Sums: st.Sums(), BaseURL: st.BaseURL, Read: func(name string) ([]byte, error) { return contents[name], nil }}
	} else {
		out.Site = serve.Folder(opt.Out, st.Sums(), st.BaseURL)
	}
	say.stats.Contents = nil // the site holds them as long as they are needed
	return out
}

// shownErrors is how many errors of a build a preview prints: a folder of other
// files that came into results/ would push all else off the terminal, at every
// change again.
const shownErrors = 50

// serveTerminal says on the terminal what each build came to.
type serveTerminal struct {
	e     *env
	open  bool
	l     net.Listener
	left  bool // the site is left in out
	out   string
	stats site.Stats // of the last good build

	told    result.Findings // warnings and notes that were printed already
	good    bool            // there was a good build
	failing bool
	printed bool // the address was printed
}

func (s *serveTerminal) report(r serve.Report) {
	e := s.e
	failed := r.Site == nil || r.Err != nil
	// Warnings stand there once, until there are others; errors always.
	var fresh result.Findings
	for _, f := range r.Findings {
		if f.Level == result.Error || !slices.Contains(s.told, f) {
			fresh = append(fresh, f)
		}
	}
	if len(fresh) > 0 {
		e.printSome(fresh, shownErrors)
	}
	why := because(r.Because)
	switch took := seconds(r.Took); {
	case failed:
		for _, f := range fresh {
			if f.Level != result.Error {
				s.told = append(slices.Clip(s.told), f)
			}
		}
		s.failing = true
		if r.Err != nil {
			e.errorf("%s", oneLine(r.Err.Error()))
		}
		kept := "the last good site stays"
		if !s.good {
			kept = "pages show the errors"
		}
		e.notef("build failed in %s%s; %s until that is mended", took, why, kept)
	case !s.good:
		s.told, s.good = r.Findings, true
		e.notef("built %s from %s in %s%s", plural(s.stats.Pages, "page"), plural(s.stats.Results, "result"), took, why)
		if s.stats.LabelsLeftOut {
			e.notef("labels are left out: no address is known to check them at")
			e.hintf("set base_url in content/site.yaml, or name it with --base-url")
		}
	default:
		s.told = r.Findings
		mended := ""
		if s.failing {
			mended = "mended: "
		}
		what := plural(r.Changed, "file") + " changed"
		if r.Removed > 0 {
			what += fmt.Sprintf(", %d removed", r.Removed)
		}
		if r.Changed+r.Removed == 0 {
			what = "nothing changed"
		}
		e.notef("%srebuilt in %s%s: %s", mended, took, why, what)
	}
	if !failed {
		s.failing = false
	}
	if !s.printed {
		s.address(r)
	}
}

// address prints the one line to click, and opens it if that was asked.
func (s *serveTerminal) address(r serve.Report) {
	s.printed = true
	path := "/"
	if r.Site != nil {
		path = serve.BasePath(r.Site.BaseURL)
	}
	url := serve.Address(s.l, path)
	fmt.Fprintln(s.e.Stdout, url)
	s.e.notef("watching %s; Ctrl-C ends", strings.Join(watched, ", "))
	if s.left {
		s.e.notef("the site is in %s and stays there", s.out)
	}
	if !s.open {
		return
	}
	if err := openBrowser(url); err != nil {
		s.e.notef("%s no browser could be opened: %s", s.e.paint("33", "warn:"), oneLine(err.Error()))
		s.e.hintf("open the address above yourself")
	}
}

// because names the first of the changed paths.
func because(paths []string) string {
	switch len(paths) {
	case 0:
		return ""
	case 1:
		return " after " + oneLine(paths[0])
	}
	return fmt.Sprintf(" after %s and %d more", oneLine(paths[0]), len(paths)-1)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
