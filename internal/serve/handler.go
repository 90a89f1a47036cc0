// Answers: which file a request names, with which type, and who may ask.

package serve

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

//go:embed live
var liveFiles embed.FS

// ownPath is where the preview's own files are, beside those of the site.
const ownPath = "/.jouleboard/"

// handler answers from the state. Handlers that last end with ended.
type handler struct {
	live  *state
	ended <-chan struct{}
	hosts []string
	anyIP bool

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
}

// wait returns when no request is being answered any more; later ones are refused.
func (h *handler) wait() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.busy.Wait()
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		http.Error(w, "the preview ends", http.StatusServiceUnavailable)
		return
	}
	h.busy.Add(1)
	h.mu.Unlock()
	defer h.busy.Done()

	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Referrer-Policy", "same-origin")
	if !h.mayAsk(r.Host) {
		// A name that leads here without being ours is how a foreign page would get
		// at what only this machine should see.
		http.Error(w, fmt.Sprintf("This preview does not answer to the name %q. Open it by its address, or start it with --host and this name.", r.Host), http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		http.Error(w, "only GET and HEAD are answered", http.StatusMethodNotAllowed)
		return
	}
	if own, ok := strings.CutPrefix(r.URL.Path, ownPath); ok {
		h.own(w, r, own)
		return
	}
	h.page(w, r)
}

// mayAsk says whether a Host header names this machine in a way that only its
// own people use.
func (h *handler) mayAsk(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	if ip := net.ParseIP(name); ip != nil {
		return ip.IsLoopback() || h.anyIP
	}
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.Contains(h.hosts, name)
}

// own answers for the preview's own files.
func (h *handler) own(w http.ResponseWriter, r *http.Request, name string) {
	switch name {
	case "events":
		h.events(w, r)
	case "live.js", "live.css":
		data, err := liveFiles.ReadFile("live/" + name)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		send(w, r, name, http.StatusOK, data)
	default:
		http.Error(w, "404 not found", http.StatusNotFound)
	}
}

// heartbeat is how often an idle stream says that it lives.
const heartbeat = 20 * time.Second

// events tells a page of each build, at once of those that it has missed.
func (h *handler) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return
	}
	seen := r.Header.Get("Last-Event-ID")
	if seen == "" {
		seen = r.URL.Query().Get("build")
	}
	flush := http.NewResponseController(w).Flush
	if _, err := fmt.Fprint(w, "retry: 1000\n\n"); err != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		m, newer := h.live.since(seen)
		data, err := json.Marshal(m)
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "id: %s\nevent: build\ndata: %s\n\n", m.Build, data); err != nil || flush() != nil {
			return
		}
		seen = m.Build
		for waiting := true; waiting; {
			select {
			case <-newer:
				waiting = false
			case <-beat.C:
				if _, err := fmt.Fprint(w, ":\n\n"); err != nil || flush() != nil {
					return
				}
			case <-r.Context().Done():
				return
			case <-h.ended:
				return
			}
		}
	}
}

// page answers with a file of the site.
func (h *handler) page(w http.ResponseWriter, r *http.Request) {
	v := h.live.now()
	origin := "http://" + r.Host + ownPath
	if v.site == nil {
		data, err := failedPage(v.failure)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		send(w, r, "index.html", http.StatusInternalServerError, inject(data, tag{build: v.build, base: "/", watch: []string{"*"}}, origin))
		return
	}
	has := func(name string) bool { _, ok := v.site.Sums[name]; return ok }
	name, slash := resolve(r.URL.Path, v.base, has)
	if slash {
		to := url.URL{Path: r.URL.Path + "/", RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, to.String(), http.StatusTemporaryRedirect)
		return
	}
	status, watch := http.StatusOK, []string{name}
	if !has(name) {
		status, watch, name = http.StatusNotFound, []string{name, "404.html"}, "404.html"
		if !has(name) {
			http.Error(w, "404 not found", status)
			return
		}
	}
	data, err := v.site.Read(name)
	if err != nil {
		http.Error(w, "cannot read the built file: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if strings.HasSuffix(name, ".html") {
		data = inject(data, tag{build: v.build, base: v.base, watch: watch}, origin)
	}
	send(w, r, name, status, data)
}

// resolve turns the decoded path of a request into the name of a file, below the
// base path or at the top. slash says that the path names a folder and lacks the
// slash at its end. A path that no file could have gives an empty name.
func resolve(p, base string, has func(string) bool) (name string, slash bool) {
	if !strings.HasPrefix(p, "/") || !utf8.ValidString(p) || strings.ContainsAny(p, "\\\x00") {
		return "", false
	}
	for i, part := range strings.Split(p[1:], "/") {
		if part == "." || part == ".." || part == "" && i < strings.Count(p[1:], "/") {
			return "", false
		}
	}
	try := func(rel string) (string, bool, bool) {
		if rel == "" || strings.HasSuffix(rel, "/") {
			rel += "index.html"
			return rel, false, has(rel)
		}
		if has(rel) {
			return rel, false, true
		}
		return rel, true, has(rel + "/index.html")
	}
	if p+"/" == base {
		return "", has("index.html")
	}
	if rel, below := strings.CutPrefix(p, base); below && base != "/" {
		if name, slash, ok := try(rel); ok {
			return name, slash
		}
	}
	name, slash, ok := try(p[1:])
	if !ok {
		if rel, below := strings.CutPrefix(p, base); below {
			name, _, _ = try(rel)
		}
		return name, false
	}
	return name, slash
}

// send writes bytes with ranges and HEAD as asked. Errors are whole answers.
func send(w http.ResponseWriter, r *http.Request, name string, status int, data []byte) {
	w.Header().Set("Content-Type", contentType(name, data))
	if status == http.StatusOK {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		return
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // a reader who left needs no answer
	}
}

// contentTypes do not come from the machine, whose list may be anything.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".json": "application/json", ".jsonl": "application/jsonl", ".webmanifest": "application/manifest+json", ".xml": "application/xml",
	".atom": "application/atom+xml", ".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8",
	".yaml": "application/yaml", ".yml": "application/yaml", ".cff": "application/yaml", ".bib": "text/plain; charset=utf-8", ".ris": "text/plain; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif",
	".ico": "image/vnd.microsoft.icon", ".pdf": "application/pdf", ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
	".wasm": "application/wasm", ".gz": "application/gzip", ".zip": "application/zip", ".parquet": "application/vnd.apache.parquet", ".mp4": "video/mp4", ".webm": "video/webm",
}

func contentType(name string, data []byte) string {
	if t, ok := contentTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	if path.Ext(name) == "" && utf8.Valid(data) {
		return "text/plain; charset=utf-8" // SHA256SUMS and the like
	}
	return "application/octet-stream"
}
