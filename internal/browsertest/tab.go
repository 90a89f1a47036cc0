//go:build browser

package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Patience is how long anything may take before a test gives up. It is long
// because a loaded machine is slow, and a test that passes does not wait for it.
const Patience = 60 * time.Second

// Tab is a browser tab that remembers complaints, requests and dialogs.
type Tab struct {
	T   testing.TB
	Ctx context.Context

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// browsers are the names under which a Chromium is installed.
var browsers = []string{"headless_shell", "headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// Chromium is the path of a browser, or skips the test.
func Chromium(t testing.TB) string {
	t.Helper()
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("no browser: none of %s is on the path", strings.Join(browsers, ", "))
	return ""
}

// New starts a browser with one tab, for one test or benchmark. Where a browser is installed
// and does not start, the test fails.
func New(t testing.TB) *Tab {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(Chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WSURLReadTimeout(Patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.UserDataDir(t.TempDir()))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	p := &Tab{T: t}
	if err := chromedp.Listen(ctx, func(ev any) {
		p.listen(ev)
		if _, ok := ev.(*page.EventJavascriptDialogOpening); ok {
			// An open dialog would stop everything; it is a complaint already.
			go func() {
				_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
			}()
		}
	}); err != nil {
		t.Fatalf("the browser does not start: %v", err)
	}
	p.Ctx, stop = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(stop)
	return p
}

func (p *Tab) listen(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, ev.Request.URL)
	case *page.EventJavascriptDialogOpening:
		p.complaints = append(p.complaints, "dialog: "+ev.Message)
	case *runtime.EventConsoleAPICalled:
		for _, a := range ev.Args {
			p.complaints = append(p.complaints, "console: "+string(a.Value))
		}
	case *runtime.EventExceptionThrown:
		what := ev.ExceptionDetails.Text
		if ev.ExceptionDetails.Exception != nil {
			what += " " + ev.ExceptionDetails.Exception.Description
		}
		p.complaints = append(p.complaints, "exception: "+what)
	case *log.EventEntryAdded:
		p.complaints = append(p.complaints, fmt.Sprint("log: ", ev.Entry.Text, " ", ev.Entry.URL))
	}
}

// Take returns and forgets what was seen so far.
func (p *Tab) Take() (complaints, requests []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	complaints, requests = p.complaints, p.requests
	p.complaints, p.requests = nil, nil
	return complaints, requests
}

// Do runs steps and fails the test where one fails.
func (p *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.T.Helper()
	if err := chromedp.Do(p.Ctx, steps...); err != nil {
		p.T.Fatal(err)
	}
}

// Open goes to an address.
func (p *Tab) Open(url string) {
	p.T.Helper()
	p.Do(chromedp.Navigate(url))
}

// Size sets the size of the window in pixels.
func (p *Tab) Size(width, height int64) {
	p.T.Helper()
	p.Do(chromedp.EmulateViewport(width, height))
}

// Keys types keys where the focus is, as a reader does.
func (p *Tab) Keys(keys ...string) {
	p.T.Helper()
	for _, k := range keys {
		p.Do(chromedp.KeyEvent(k))
	}
}

// Eval is the value of a script, or of the promise that it gives.
func Eval[T any](p *Tab, script string) T {
	p.T.Helper()
	v, err := chromedp.Run(p.Ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		p.T.Fatalf("%v in %.200s", err, script)
	}
	return v
}

// Call sends a command of the browser's protocol.
func Call[P, R any](p *Tab, cmd cdp.Command[P, R], params P) {
	p.T.Helper()
	if _, err := chromedp.Call(p.Ctx, cmd, params); err != nil {
		p.T.Fatalf("%s: %v", cmd.Method, err)
	}
}

// Wait waits until a condition holds. It asks from outside the page, so that it
// may be waited for across a navigation, and fails the test after Patience.
func (p *Tab) Wait(what, condition string) {
	p.T.Helper()
	if !p.Soon(condition) {
		p.T.Fatalf("waited in vain: %s (%.300s)", what, condition)
	}
}

// WaitFor waits until a condition outside the browser holds.
func (p *Tab) WaitFor(what string, holds func() bool) {
	p.T.Helper()
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	p.T.Fatalf("waited in vain: %s", what)
}

// Soon tells whether a condition comes to hold within Patience. A question that
// a reload interrupts is no answer and is asked again.
func (p *Tab) Soon(condition string) bool {
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(p.Ctx, chromedp.Evaluate[bool]("Promise.resolve("+condition+").then(Boolean)", chromedp.EvalAwaitPromise))
		if err == nil && ok {
			return true
		}
	}
	return false
}

// Scripts allows or forbids the scripts of pages; tests may still ask questions.
func (p *Tab) Scripts(on bool) {
	p.T.Helper()
	Call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

// Scheme sets the colours that the system asks for: "dark" or "light".
func (p *Tab) Scheme(value string) {
	p.T.Helper()
	Call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}})
}

// Shoot writes a picture of what is seen.
func (p *Tab) Shoot(file string) {
	p.T.Helper()
	png, err := chromedp.Run(p.Ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.T.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		p.T.Fatal(err)
	}
}
