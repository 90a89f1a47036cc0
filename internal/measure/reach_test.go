package measure

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestUnreachable: what lies between a person and the server is named, each with
// the flag that helps, by real connections over loopback.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	refused, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	nobody := "127.0.0.1:" + strconv.Itoa(refused)
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	plain := httptest.NewServer(hello)
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(hello)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	write(t, authority, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})))
	_, port, err := net.SplitHostPort(secure.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url  string
		with func(o *Options)
		say  string
		hint string
	}{
		"nobody listens":       {"http://" + nobody, nil, "no server answers", "--serve-cmd"},
		"an unknown authority": {secure.URL, nil, "no TLS connection", "--cacert"},
		"another name":         {"https://localhost:" + port, func(o *Options) { o.CAFile = authority }, "no TLS connection", "that the certificate holds"},
		"https to plain HTTP":  {strings.Replace(plain.URL, "http:", "https:", 1), nil, "no TLS connection", "http://"},
		"a proxy that is gone": {plain.URL, func(o *Options) { o.Proxy = "http://" + nobody }, "through the proxy", "--proxy"},
		"a socket that is not": {plain.URL, func(o *Options) { o.UnixSocket = filepath.Join(t.TempDir(), "none") }, "no server answers", "--unix-socket"},
		"no certificates":      {secure.URL, func(o *Options) { o.CAFile = prompts4(t, 1) }, "holds no certificate", "PEM"},
	} {
		tr := newTrial(t, c.url+"/v1")
		if c.with != nil {
			c.with(&tr.opt)
		}
		out, err := tr.run(t, t.Context())
		var f *Failure
		if out != nil || !errors.As(err, &f) || !strings.Contains(err.Error(), c.say) || !strings.Contains(f.Hint, c.hint) {
			t.Errorf("%s: %v (%s), want %q and %q", name, err, hintOf(err), c.say, c.hint)
		}
	}
}
