package load

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	fake "jouleboard/internal/load/fakeserver"
)

const key = "sk-test-THE-SECRET-KEY-1234567890"

func do(t *testing.T, opt ClientOptions) Trace {
	t.Helper()
	c := newClient(t, opt)
	defer c.Close()
	got := c.Do(context.Background(), ask(0), -1, NewClock(time.Now()))
	checkTrace(t, got)
	if all := fmt.Sprintf("%+v", got); strings.Contains(all, "SECRET") {
		t.Errorf("a secret is in the trace: %s", all)
	}
	return got
}

// TestConnectFails is row 1: refused, unreachable, no name, and no answer.
func TestConnectFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()
	failing := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	for name, opt := range map[string]ClientOptions{
		"refused":      {BaseURL: "http://" + closed + "/v1", APIKey: key},
		"no name":      {BaseURL: "http://no-such-host.invalid/v1", APIKey: key},
		"unreachable":  {BaseURL: "http://x/v1", Dial: failing(&net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH})},
		"proxy away":   {BaseURL: "http://x/v1", Proxy: "http://user:SECRETPASS@" + closed},
		"no unix path": {BaseURL: "http://x/v1", UnixSocket: filepath.Join(t.TempDir(), "none.sock")},
	} {
		got := do(t, opt)
		if got.Outcome != Connect || got.Detail == "" || got.HTTP != 0 || got.Dialed || got.Local {
			t.Errorf("%s: %+v", name, got)
		}
	}
	full := do(t, ClientOptions{BaseURL: "http://x/v1", Dial: failing(&net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)})})
	if full.Outcome != Connect || !full.Local {
		t.Errorf("out of descriptors: %+v", full)
	}
}

// TestConnectTimeout: a connection that is never made ends at its limit.
func TestConnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := do(t, ClientOptions{BaseURL: "http://x/v1", Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
			d := time.NewTimer(10 * time.Second) // as net.Dialer does with its limit
			defer d.Stop()
			select {
			case <-d.C:
				return nil, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}})
		if got.Outcome != Connect || got.End-got.Start != 10_000_000 {
			t.Errorf("%+v", got)
		}
	})
}

// authority makes a certificate authority and a certificate for 127.0.0.1.
func authority(t *testing.T) (caFile string, server tls.Certificate, clientFile string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, kind string, der []byte, more ...[]byte) string {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
		for _, m := range more {
			text = append(text, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: m})...)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	must(err)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caDER, err := x509.CreateCertificate(crand.Reader, ca, ca, &caKey.PublicKey, caKey)
	must(err)
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	must(err)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	leafDER, err := x509.CreateCertificate(crand.Reader, leaf, ca, &leafKey.PublicKey, caKey)
	must(err)
	keyDER, err := x509.MarshalECPrivateKey(leafKey)
	must(err)
	return write("ca.pem", "CERTIFICATE", caDER), tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey}, write("client.pem", "CERTIFICATE", leafDER, keyDER)
}

// TestTLS is row 2, and the options that cure it.
func TestTLS(t *testing.T) {
	caFile, cert, clientFile := authority(t)
	pool := x509.NewCertPool()
	pem, _ := os.ReadFile(caFile)
	pool.AppendCertsFromPEM(pem)
	start := func(conf *tls.Config) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		srv, err := fake.Start(fake.Options{Listener: tls.NewListener(l, conf)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(srv.Close)
		return strings.Replace(srv.URL(), "http:", "https:", 1)
	}
	plain := start(&tls.Config{Certificates: []tls.Certificate{cert}})
	mutual := start(&tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool})
	noTLS, err := fake.Start(fake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer noTLS.Close()
	for _, c := range []struct {
		name, url string
		opt       TLSOptions
		want      string
	}{
		{"unknown authority", plain, TLSOptions{}, TLS},
		{"authority given", plain, TLSOptions{CAFile: caFile}, OK},
		{"any certificate", plain, TLSOptions{Insecure: true}, OK},
		{"wrong host", strings.Replace(plain, "127.0.0.1", "localhost", 1), TLSOptions{CAFile: caFile}, TLS},
		{"client certificate wanted", mutual, TLSOptions{CAFile: caFile}, TLS},
		{"client certificate given", mutual, TLSOptions{CAFile: caFile, CertFile: clientFile}, OK},
		{"server without TLS", strings.Replace(noTLS.URL(), "http:", "https:", 1), TLSOptions{}, TLS},
	} {
		if got := do(t, ClientOptions{BaseURL: c.url, TLS: c.opt, APIKey: key}); got.Outcome != c.want {
			t.Errorf("%s: %s (%s), expected %s", c.name, got.Outcome, got.Detail, c.want)
		}
	}
	for name, opt := range map[string]TLSOptions{
		"no file": {CAFile: "none.pem"}, "not PEM": {CAFile: "client_test.go"}, "key alone": {KeyFile: clientFile}, "no certificate": {CertFile: "none.pem"},
	} {
		if _, err := NewClient(ClientOptions{BaseURL: plain, TLS: opt}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// TestProxy: none unless given, and then used, also for loopback addresses.
func TestProxy(t *testing.T) {
	srv, err := fake.Start(fake.Options{MinLength: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	var through atomic.Int64
	target, _ := url.Parse(srv.URL())
	proxy := httptest.NewServer(&httputil.ReverseProxy{Transport: &http.Transport{}, FlushInterval: -1, Rewrite: func(r *httputil.ProxyRequest) {
		through.Add(1)
		r.Out.URL.Host = target.Host
		if r.In.Header.Get("Proxy-Authorization") == "" {
			t.Error("the proxy's password was not sent")
		}
	}})
	defer proxy.Close()
	address, _ := url.Parse(proxy.URL)
	address.User = url.UserPassword("user", "SECRETPASS")
	t.Setenv("http_proxy", address.String())
	t.Setenv("no_proxy", "")
	t.Setenv("HTTP_PROXY", "")
	for _, c := range []struct {
		name, proxy, noProxy string
		want                 int64
	}{
		{"not given", "", "", 0},
		{"given", address.String(), "", 1},
		{"given without scheme", strings.TrimPrefix(address.String(), "http://"), "", 1},
		{"passed by", address.String(), "127.0.0.0/8", 0},
		{"of the environment, which spares loopback", "env", "", 0},
	} {
		through.Store(0)
		got := do(t, ClientOptions{BaseURL: srv.URL(), Proxy: c.proxy, NoProxy: c.noProxy})
		if got.Outcome != OK || through.Load() != c.want {
			t.Errorf("%s: %s (%s), %d requests through the proxy, expected %d", c.name, got.Outcome, got.Detail, through.Load(), c.want)
		}
	}
	if _, err := NewClient(ClientOptions{BaseURL: srv.URL(), Proxy: "proxy:1", UnixSocket: "s"}); err == nil {
		t.Error("a proxy behind a Unix socket was accepted")
	}
	t.Setenv("http_proxy", "")
	t.Setenv("ALL_PROXY", address.String())
	through.Store(0)
	remote := strings.Replace(srv.URL(), "127.0.0.1", "model.example", 1)
	direct := (&net.Dialer{}).DialContext
	got := do(t, ClientOptions{BaseURL: remote, Proxy: "env", Dial: func(ctx context.Context, network, to string) (net.Conn, error) {
		if to != address.Host {
			return nil, fmt.Errorf("a connection to %s and not to the proxy", to)
		}
		return direct(ctx, network, to)
	}})
	if through.Load() != 1 || got.Outcome != OK {
		t.Errorf("ALL_PROXY: %s (%s), %d requests through the proxy", got.Outcome, got.Detail, through.Load())
	}
	for _, bad := range []string{"ftp://x:1", "http://", "http://user:SECRETPASS@[::1", "http://a b"} {
		_, err := NewClient(ClientOptions{BaseURL: srv.URL(), Proxy: bad})
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("proxy %q: %v", bad, err)
		}
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err)
	}
	srv, err := fake.Start(fake.Options{Listener: l, MinLength: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	for _, proxy := range []string{"", "env"} {
		if got := do(t, ClientOptions{BaseURL: "http://model.example/v1", UnixSocket: path, Proxy: proxy}); got.Outcome != OK {
			t.Errorf("proxy %q: %+v", proxy, got)
		}
	}
}

// TestSecrets: the key goes to the server and nowhere else.
func TestSecrets(t *testing.T) {
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, "bad credentials: %v %s", r.Header, r.URL)
	}))
	defer echo.Close()
	u, _ := url.Parse(echo.URL)
	base := u.String() + "/v1?api-version=2024-10-21&code=SECRETCODE"
	got := do(t, ClientOptions{BaseURL: base, APIKey: key, Header: http.Header{"Api-Key": {"SECRETHEADER"}}})
	if got.Outcome != HTTP4xx || !strings.Contains(got.Detail, "bad credentials") || !strings.Contains(got.Detail, "***") {
		t.Errorf("%+v", got)
	}
	u.User = url.UserPassword("user", "SECRETPASS")
	if got := do(t, ClientOptions{BaseURL: u.String()}); strings.Contains(got.Detail, "dXNlcjpTRUN") || got.Outcome != HTTP4xx {
		t.Errorf("a password in base 64 is in the trace: %s", got.Detail)
	}
	c := newClient(t, ClientOptions{BaseURL: "http://user:SECRETPASS@127.0.0.1:1/v1", APIKey: key})
	if _, err := c.Get(context.Background(), "/models", false); err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("Get: %v", err)
	}
	for _, bad := range []ClientOptions{
		{BaseURL: "http://user:SECRETPASS@bad host/v1"}, {BaseURL: "http://x/v1", APIKey: "SECRET\nKEY"}, {BaseURL: "http://x/v1", APIKey: "SECRET KEY"},
		{BaseURL: "http://x/v1", Header: http.Header{"X": {"SECRET\r\nEvil: 1"}}}, {BaseURL: "://SECRET"}, {BaseURL: "file:///SECRET"},
		{BaseURL: ""}, {BaseURL: "http:///v1"}, {BaseURL: "http://x/#a"}, {BaseURL: "http://x", TokenSource: "words"}, {BaseURL: "http://x", TokenSource: SourceTokenizer},
		{BaseURL: "http://x", Limits: Limits{Idle: -1}}, {BaseURL: "http://x", Limits: Limits{Event: -1}},
	} {
		if _, err := NewClient(bad); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestRequestOnTheWire holds what is sent: one request, HTTP/1.1, no
// compression asked for, every sampling parameter explicit (L8, G12).
func TestRequestOnTheWire(t *testing.T) {
	var seen *http.Request
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: %s\n\ndata: %s\n\ndata: %s\n\ndata: [DONE]\n\n", content("a"), finish("stop"), usage(1, 1))
	}))
	defer srv.Close()
	for _, base := range []string{srv.URL + "/v1", srv.URL + "/v1/", srv.URL + "/v1/chat/completions", srv.URL + "/v1?x=1"} {
		if got := do(t, ClientOptions{BaseURL: base, APIKey: key, Header: http.Header{"X-Extra": {"1"}}}); got.Outcome != OK {
			t.Fatalf("%+v", got)
		}
		if seen.URL.Path != "/v1/chat/completions" || seen.Proto != "HTTP/1.1" || seen.Method != "POST" {
			t.Errorf("%s %s %s", seen.Method, seen.URL, seen.Proto)
		}
	}
	for name, want := range map[string]string{"Authorization": "Bearer " + key, "Content-Type": "application/json", "Accept": "text/event-stream", "Accept-Encoding": "identity", "X-Extra": "1"} {
		if got := seen.Header.Get(name); got != want {
			t.Errorf("header %s is %q, expected %q", name, got, want)
		}
	}
	want := `{"model":"m","messages":[{"role":"user","content":"Say hello."}],"stream":true,"stream_options":{"include_usage":true},"n":1,"temperature":0,"top_p":1}`
	if string(body) != want {
		t.Errorf("body\n%s\nexpected\n%s", body, want)
	}
	seed := int64(7)
	path, all, err := Params{Model: "m", Prompt: "p", Temperature: 0.5, TopP: 0.9, Max: 8, MaxField: "max_completion_tokens", ContinuousUsage: true, IgnoreEOS: true, MinTokens: 8, Seed: &seed}.Encode()
	want = `{"model":"m","prompt":"p","stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true},"n":1,"temperature":0.5,"top_p":0.9,"max_completion_tokens":8,"min_tokens":8,"ignore_eos":true,"seed":7}`
	if err != nil || path != CompletionPath || string(all) != want {
		t.Errorf("%s %s (%v)\nexpected\n%s", path, all, err, want)
	}
	for _, bad := range []Params{{Prompt: "a", Messages: []Message{{}}}, {MaxField: "length"}} {
		if _, _, err := bad.Encode(); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

// TestServerDies: what was streaming when the server went is truncated, what
// comes later cannot connect, and nothing hangs.
func TestServerDies(t *testing.T) {
	srv, err := fake.Start(fake.Options{FirstToken: ms, Gap: ms, MinLength: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, ClientOptions{BaseURL: srv.URL()})
	defer c.Close()
	first := make(chan struct{}, 8)
	seen := map[string]int{}
	var progress Progress
	go func() {
		for range 4 {
			<-first
		}
		srv.Close()
	}()
	run, err := RunClosed(context.Background(), c, ClosedOptions{
		RunOptions: RunOptions{Clock: NewClock(time.Now()), Progress: &progress}, Concurrency: 4,
		Next: func(i int64) (Request, bool) {
			first <- struct{}{}
			return ask(0), i < 8
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range run.Traces {
		seen[tr.Outcome]++
		checkTrace(t, tr)
	}
	if seen[OK] > 0 || seen[Connect] < 4 || len(run.Traces) != 8 {
		t.Errorf("outcomes %v", seen)
	}
}

func TestProbe(t *testing.T) {
	all := map[string]string{
		FeatureStreaming: Yes, FeatureIncludeUsage: Yes, FeatureContinuousUsage: Yes, FeatureMaxCompletion: Yes, FeatureMaxTokens: Yes,
		FeatureIgnoreEOS: Yes, FeatureMinTokens: Yes, FeatureSeed: Yes, FeatureCachedTokens: Yes, FeatureVersion: Yes, FeatureMetrics: Yes,
	}
	for _, c := range []struct {
		name   string
		server fake.Options
		differ map[string]string
	}{
		{"everything", fake.Options{}, nil},
		{"ignores what it does not know", fake.Options{Lacks: []string{fake.IgnoreEOS, fake.MinTokens, fake.SeedField, fake.ContinuousUsage, fake.CachedTokens, fake.Version, fake.Metrics}},
			map[string]string{FeatureIgnoreEOS: Ignored, FeatureMinTokens: Ignored, FeatureSeed: Ignored, FeatureContinuousUsage: Ignored, FeatureCachedTokens: No, FeatureVersion: No, FeatureMetrics: No}},
		{"refuses what it does not know", fake.Options{Refuses: []string{fake.IgnoreEOS, fake.MinTokens, fake.SeedField, fake.ContinuousUsage, fake.MaxTokens}},
			map[string]string{FeatureIgnoreEOS: No, FeatureMinTokens: No, FeatureSeed: No, FeatureContinuousUsage: No, FeatureMaxTokens: No}},
		{"no stream options", fake.Options{Refuses: []string{fake.IncludeUsage}},
			map[string]string{FeatureIncludeUsage: No, FeatureContinuousUsage: No, FeatureIgnoreEOS: No, FeatureMinTokens: No, FeatureCachedTokens: No}},
		{"no usage", fake.Options{Lacks: []string{fake.IncludeUsage}},
			map[string]string{FeatureIncludeUsage: Ignored, FeatureContinuousUsage: Ignored, FeatureIgnoreEOS: No, FeatureMinTokens: No, FeatureCachedTokens: No}},
		{"ignores max_completion_tokens", fake.Options{Lacks: []string{fake.MaxCompletion}}, map[string]string{FeatureMaxCompletion: Ignored}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inMemory(t, c.server, func(t *testing.T, _ *fake.Server, client *Client, clock Clock) {
				got, err := ProbeServer(context.Background(), client, clock, ProbeOptions{Model: "fake-model"})
				if err != nil {
					t.Fatal(err)
				}
				for feature, want := range all {
					if d := c.differ[feature]; d != "" {
						want = d
					}
					if got.Answers[feature] != want || got.Evidence[feature] == "" {
						t.Errorf("%s: %s (%s), expected %s", feature, got.Answers[feature], got.Evidence[feature], want)
					}
				}
				if len(got.Answers) != len(all) {
					t.Errorf("answers to %d questions of %d", len(got.Answers), len(all))
				}
				if p := got.Params(); (p.MaxField == "max_completion_tokens") != (c.differ[FeatureMaxTokens] == No) {
					t.Errorf("parameters %+v", p)
				}
			})
		})
	}
	inMemory(t, fake.Options{Lacks: []string{fake.Streaming}}, func(t *testing.T, _ *fake.Server, client *Client, clock Clock) {
		if got, err := ProbeServer(context.Background(), client, clock, ProbeOptions{Model: "m", Completions: true}); err == nil || got.Answers[FeatureStreaming] != No {
			t.Errorf("%+v (%v)", got, err)
		}
	})
}

// TestRamblingModel: a model that never ends by itself cannot show that
// ignore_eos works, and the probe does not claim it.
func TestRamblingModel(t *testing.T) {
	script := func(int64) fake.Script {
		steps := repeat(64, fake.Events(content("x")))
		return fake.Stream(append(steps, fake.Events(finish("length"), usage(9, 64), done))...)
	}
	inMemory(t, fake.Options{Script: script}, func(t *testing.T, _ *fake.Server, client *Client, clock Clock) {
		got, err := ProbeServer(context.Background(), client, clock, ProbeOptions{Model: "m"})
		if err != nil || got.Answers[FeatureIgnoreEOS] != Unknown || got.Answers[FeatureMinTokens] != Unknown {
			t.Errorf("%+v (%v)", got, err)
		}
	})
}

func TestGetAndRTT(t *testing.T) {
	srv, err := fake.Start(fake.Options{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, ClientOptions{BaseURL: srv.URL(), APIKey: key})
	defer c.Close()
	models, err := c.Get(context.Background(), "/models", false)
	var list struct{ Data []struct{ ID string } }
	if err != nil || models.Status != 200 || json.Unmarshal(models.Body, &list) != nil || len(list.Data) != 1 || list.Data[0].ID != "fake-model" {
		t.Errorf("%+v (%v)", models, err)
	}
	if health, err := c.Get(context.Background(), "/health", true); err != nil || health.Status != 200 {
		t.Errorf("%+v (%v)", health, err)
	}
	if rtt, err := c.RTT(context.Background(), 5); err != nil || rtt <= 0 || rtt > 10*time.Second {
		t.Errorf("%v (%v)", rtt, err)
	}
	srv.Close()
	if _, err := c.RTT(context.Background(), 5); !strings.Contains(fmt.Sprint(err), "no connection") {
		t.Error(err)
	}
	if _, err := c.Get(context.Background(), "/health", true); err == nil || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
