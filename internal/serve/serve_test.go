package serve

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"jouleboard/internal/result"
)

// made is a site of the files given.
func made(base string, files map[string]string) *Site {
	s := &Site{Sums: map[string]string{}, BaseURL: base, Read: func(name string) ([]byte, error) { return []byte(files[name]), nil }}
	for name, text := range files {
		sum := sha256.Sum256([]byte(text))
		s.Sums[name] = hex.EncodeToString(sum[:])
	}
	return s
}

func TestResolve(t *testing.T) {
	files := []string{"index.html", "boards/index.html", "data/results.csv", "base/index.html", "file"}
	has := func(name string) bool { return slices.Contains(files, name) }
	for _, c := range []struct {
		path, base, name string
		slash            bool
	}{
		{"/", "/", "index.html", false},
		{"/boards/", "/", "boards/index.html", false},
		{"/boards", "/", "", true},
		{"/file", "/", "file", false},
		{"/file/", "/", "", false},
		{"/some/base/", "/some/base/", "index.html", false},
		{"/some/base", "/some/base/", "", true},
		{"/some/base/data/results.csv", "/some/base/", "data/results.csv", false},
		{"/data/results.csv", "/some/base/", "data/results.csv", false},
		{"/base/", "/base/", "index.html", false},
		{"/base/base/", "/base/", "base/index.html", false},
		{"/../index.html", "/", "", false},
		{"/boards/../index.html", "/", "", false},
		{"/./index.html", "/", "", false},
		{"//boards/", "/", "", false},
		{"/boards//index.html", "/", "", false},
		{"/boards\\index.html", "/", "", false},
		{"/index.html\x00", "/", "", false},
		{"/%2e%2e/index.html", "/", "", false},
		{"/\xff", "/", "", false},
		{"", "/", "", false},
	} {
		name, slash := resolve(c.path, c.base, has)
		if !has(name) {
			name = ""
		}
		if name != c.name && !c.slash || slash != c.slash {
			t.Errorf("%q below %s: %q %v, want %q %v", c.path, c.base, name, slash, c.name, c.slash)
		}
	}
}

func TestMayAsk(t *testing.T) {
	h := &handler{hosts: []string{"127.0.0.1", "box"}}
	open := &handler{hosts: h.hosts, anyIP: true}
	for host, want := range map[string][2]bool{
		"localhost:1843": {true, true}, "LOCALHOST": {true, true}, "a.localhost": {true, true}, "127.0.0.1:1": {true, true}, "127.8.8.8": {true, true},
		"[::1]:80": {true, true}, "[::1]": {true, true}, "box:80": {true, true}, "192.168.1.2:80": {false, true},
		"evil.example": {false, false}, "localhost.evil.example:1843": {false, false}, "": {false, false}, "127.0.0.1.evil.example": {false, false},
	} {
		if got := [2]bool{h.mayAsk(host), open.mayAsk(host)}; got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}

func TestWiden(t *testing.T) {
	const o = "http://h/.jouleboard/"
	for in, want := range map[string]string{
		"default-src 'none'; script-src 'self'":                "default-src 'none'; script-src 'self' " + o + "; style-src " + o + "; connect-src " + o,
		"script-src 'none'; img-src *":                         "script-src " + o + "; img-src *",
		"img-src *":                                            "img-src *",
		"script-src a; script-src b; style-src-elem 'none'":    "script-src a " + o + "; style-src-elem " + o,
		"default-src 'self'; base-uri 'none'; connect-src 'x'": "default-src 'self'; base-uri 'none'; connect-src 'x' " + o + "; script-src 'self' " + o + "; style-src 'self' " + o,
	} {
		if got := widen(in, o); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", in, got, want)
		}
	}
}

func TestInject(t *testing.T) {
	mark := tag{build: "x-1", base: "/", watch: []string{"a\"b.html"}}
	for in, before := range map[string]string{
		`<head><title></head></title><meta content="</head>" name=a></head><body>`: `</head><body>`,
		`<title>a</title><body><p>`: `<body><p>`,
		`plain`:                     ``,
	} {
		got := string(inject([]byte(in), mark, "http://h/"))
		if want := strings.TrimSuffix(in, before) + mark.String() + before; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if s := mark.String(); strings.Contains(s, `a"b`) || strings.Contains(s, `\"b`) {
		t.Errorf("a quote is not escaped: %s", s)
	}
}

func TestDebounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		in, out := make(chan string), make(chan []string)
		go debounce(ctx, in, out, 100*time.Millisecond, time.Second)
		start := time.Now()
		expect := func(after time.Duration, want ...string) {
			t.Helper()
			if got := <-out; !reflect.DeepEqual(got, want) || time.Since(start) != after {
				t.Errorf("%v after %v, want %v after %v", got, time.Since(start), want, after)
			}
			start = time.Now()
		}
		in <- "a"
		time.Sleep(50 * time.Millisecond)
		in <- "b"
		in <- "a"
		expect(150*time.Millisecond, "a", "b")
		in <- "c"
		expect(100*time.Millisecond, "c")
		// Without a pause the limit counts.
		go func() {
			for range 30 {
				in <- "d"
				time.Sleep(60 * time.Millisecond)
			}
		}()
		expect(time.Second, "d")
		stop()
		go func() { // whoever still sends is let go by the end of the bubble
			for range 30 {
				select {
				case <-in:
				case <-time.After(time.Minute):
					return
				}
			}
		}()
		time.Sleep(time.Hour)
	})
}

func TestIgnored(t *testing.T) {
	for name, want := range map[string]bool{"a.md": false, "results/o/n.json": false, ".git": true, "node_modules": true, "a.md~": true, ".a.swp": true,
		"4913": true, "#a#": true, ".#a": true, "x.partial.json": true, "a.tmp": true, "a.md___jb_tmp___": true, "public": false} {
		if got := ignored(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestFolderRefusesLinks(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	for path, text := range map[string]string{outside: "secret", filepath.Join(dir, "a"): "a"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(dir, "up")); err != nil {
		t.Fatal(err)
	}
	s := Folder(dir, nil, "")
	if data, err := s.Read("a"); err != nil || string(data) != "a" {
		t.Errorf("a: %q, %v", data, err)
	}
	for _, name := range []string{"link", "up/secret", "../" + filepath.Base(dir) + "/a", "/etc/passwd"} {
		if data, err := s.Read(name); err == nil {
			t.Errorf("%s gives %q", name, data)
		}
	}
}

// TestRun goes through a preview over loopback with real files: a first failure,
// its end, a changed page, a changed style, a new folder, and the end of it all.
func TestRun(t *testing.T) {
	board := t.TempDir()
	save := func(name, text string) {
		t.Helper()
		path := filepath.Join(board, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		// As editors do it: a file beside it, and a rename.
		tmp := filepath.Join(filepath.Dir(path), ".tmp-1")
		if err := os.WriteFile(tmp, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, path); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(board, name))
		if err != nil {
			return ""
		}
		return string(data)
	}
	save("content/a.md", "broken")
	build := func(context.Context) Outcome {
		text, style := read("content/a.md"), read("assets/deep/er/site.css")
		if text == "broken" {
			return Outcome{Findings: result.Findings{{Rule: "X", Level: result.Error, Message: "it is <broken>", Where: result.Place{File: "content/a.md", Line: 3}}}}
		}
		sum := sha256.Sum256([]byte(style))
		css := "assets/site." + hex.EncodeToString(sum[:5]) + ".css"
		page := func(s string) string { return "<head><link rel=stylesheet href=" + css + "></head><body>" + s }
		return Outcome{Site: made("https://example.org/some/base", map[string]string{"index.html": page(text), "other/index.html": page("other"), "404.html": page("none"), css: style})}
	}
	l, err := Listen("127.0.0.1", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	reports := make(chan Report, 100)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	var over atomic.Bool
	go func() {
		ended <- Run(ctx, Options{Root: board, Folders: []string{"content", "assets"}, Listener: l, Build: build,
			Report: func(r Report) {
				if over.Load() {
					t.Error("a report after the end")
				}
				reports <- r
			}, Warn: func(s string) { t.Error(s) }})
	}()
	address := "http://" + l.Addr().String()
	get := func(path string) (int, string) {
		t.Helper()
		resp, err := http.Get(address + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	next := func() Report {
		t.Helper()
		select {
		case r := <-reports:
			return r
		case <-time.After(time.Minute):
			t.Fatal("no build")
		}
		panic("unreachable")
	}
	if r := next(); !r.First || r.Site != nil {
		t.Errorf("the first report: %+v", r)
	}
	if code, body := get("/any/"); code != 500 || !strings.Contains(body, "it is &lt;broken&gt;") || !strings.Contains(body, "live.js") {
		t.Errorf("%d %s", code, body)
	}
	resp, err := http.Get(address + ownPath + "events?build=x-1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	heard := func() (m message) {
		t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &m); err != nil {
					t.Fatal(err)
				}
				return m
			}
		}
		t.Fatal("the stream ended")
		return m
	}
	if m := heard(); !m.All || m.Failure == nil || m.Failure.Items[0].Place != "content/a.md:3" {
		t.Errorf("%+v", m)
	}
	save("content/a.md", "one")
	if r := next(); r.Site == nil || r.Changed != 4 || !slices.Equal(r.Because, []string{"content/a.md"}) {
		t.Errorf("%+v", r)
	}
	if m := heard(); m.All || m.Failure != nil || len(m.Changed) != 4 {
		t.Errorf("%+v", m)
	}
	for _, path := range []string{"/", "/some/base/", "/some/base/index.html"} {
		if code, body := get(path); code != 200 || !strings.HasSuffix(body, "<body>one") {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, body := get("/nope"); code != 404 || !strings.HasSuffix(body, "<body>none") {
		t.Errorf("%d %s", code, body)
	}
	save("content/a.md", "two")
	next()
	if m := heard(); !slices.Equal(m.Changed, []string{"index.html"}) {
		t.Errorf("one page changed, told were %v", m.Changed)
	}
	// A style changes: its file has another name, and no page counts as changed.
	save("assets/deep/er/site.css", "b{}")
	next()
	if m := heard(); len(m.Changed) != 2 || !strings.HasPrefix(m.Changed[0], "assets/site.") || len(m.Styles) != 1 {
		t.Errorf("told of a style: %+v", m)
	}
	save("content/a.md", "broken")
	next()
	if m := heard(); m.Failure == nil || len(m.Changed) != 0 {
		t.Errorf("%+v", m)
	}
	if code, body := get("/"); code != 200 || !strings.HasSuffix(body, "<body>two") {
		t.Errorf("the last good site is gone: %d %s", code, body)
	}
	stop()
	select {
	case err := <-ended:
		over.Store(true)
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end while a stream is open")
	}
	if _, err := http.Get(address); err == nil {
		t.Error("it still listens")
	}
}

func TestListen(t *testing.T) {
	l, err := Listen("127.0.0.1", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var port int
	if _, err := fmt.Sscanf(l.Addr().String(), "127.0.0.1:%d", &port); err != nil {
		t.Fatal(err)
	}
	var taken *PortTaken
	if _, err := Listen("127.0.0.1", port, false); !errors.As(err, &taken) {
		t.Errorf("a taken port: %v", err)
	}
	other, err := Listen("127.0.0.1", port, true)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if got := Address(other, "/b/"); !strings.HasPrefix(got, "http://127.0.0.1:") || !strings.HasSuffix(got, "/b/") || got == Address(l, "/b/") {
		t.Errorf("address %s", got)
	}
}
