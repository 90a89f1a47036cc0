//go:build browser

package browsertest

import (
	"compress/gzip"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// Server publishes a folder on the loopback interface as static hosts do:
// compressed, under a base path such as "/some/base" or "", with its own page
// for what is not there. It returns the address of the folder, with a slash.
// The header is sent with every page.
func Server(t testing.TB, dir, base string, header http.Header) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, base+"/")
		if !ok {
			http.NotFound(w, r)
			return
		}
		if name == "" || strings.HasSuffix(name, "/") {
			name += "index.html"
		}
		status := http.StatusOK
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path.Clean("/"+name))))
		if err != nil {
			status = http.StatusNotFound
			name = "404.html"
			data, _ = os.ReadFile(filepath.Join(dir, name)) // a board without this page answers with nothing
		}
		for k, v := range header {
			w.Header()[k] = v
		}
		kind := mime.TypeByExtension(path.Ext(name))
		if kind == "" {
			kind = "application/octet-stream"
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "max-age=600")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || strings.HasPrefix(kind, "image/png") {
			w.WriteHeader(status)
			_, _ = w.Write(data) // a browser that has gone away is no trouble of the server's
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		z := gzip.NewWriter(w)
		defer z.Close()
		_, _ = z.Write(data)
	}))
	t.Cleanup(s.Close)
	return s.URL + base + "/"
}
