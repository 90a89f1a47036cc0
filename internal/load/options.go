// What a client is told: where the server is, how to reach it, what it may
// cost. Everything is checked before anything is contacted.

package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits bound a request (L5). A zero field takes its default.
type Limits struct {
	Connect time.Duration // name look-up and connection; TLS and what a proxy asks for have as much again
	First   time.Duration // headers and first token
	Idle    time.Duration // gap after the first token
	Total   time.Duration
	Held    time.Duration // how long a socket may stay open after [DONE] (row 28)

	Event  int64 // bytes of one event or line
	Stream int64 // bytes of one body
	Header int64 // bytes of the answer's header
	Events int64 // token-bearing events of one stream, which bounds the trace
}

// DefaultLimits are those of L5.
func DefaultLimits() Limits {
	return Limits{
		Connect: 10 * time.Second, First: 300 * time.Second, Idle: 60 * time.Second, Total: 1800 * time.Second,
		Held: time.Second, Event: 16 << 20, Stream: 256 << 20, Header: 64 << 10, Events: 1 << 20,
	}
}

func (l Limits) withDefaults() (Limits, error) {
	d := DefaultLimits()
	for _, f := range []struct {
		name string
		v    *time.Duration
		d    time.Duration
	}{
		{"connect", &l.Connect, d.Connect}, {"first-token", &l.First, d.First}, {"idle", &l.Idle, d.Idle},
		{"total", &l.Total, d.Total}, {"held-socket", &l.Held, d.Held},
	} {
		if *f.v == 0 {
			*f.v = f.d
		}
		if *f.v < 0 {
			return l, fmt.Errorf("the %s limit is %v: it must be above 0", f.name, *f.v)
		}
	}
	for _, f := range []struct {
		name string
		v    *int64
		d    int64
	}{
		{"event", &l.Event, d.Event}, {"stream", &l.Stream, d.Stream}, {"header", &l.Header, d.Header}, {"events", &l.Events, d.Events},
	} {
		if *f.v == 0 {
			*f.v = f.d
		}
		if *f.v < 0 {
			return l, fmt.Errorf("the %s limit is %d: it must be above 0", f.name, *f.v)
		}
	}
	return l, nil
}

// TLSOptions are curl's --cacert, --cert, --key and --insecure.
type TLSOptions struct {
	CAFile   string // PEM; stands in place of the system's authorities
	CertFile string // PEM of the client's certificate
	KeyFile  string // PEM of its key; empty if CertFile holds both
	Insecure bool   // any certificate will do
}

// ClientOptions say how to reach a server.
type ClientOptions struct {
	BaseURL string // such as http://127.0.0.1:8000/v1; the path of a request is added
	APIKey  string // sent as a bearer token; never in an error or a trace
	Header  http.Header
	Limits  Limits

	// Proxy is none (""), "env" for the usual environment variables, or the URL
	// of a proxy (http, https, socks5 or socks5h; without a scheme it is http).
	// L8 asks for no proxy unless one is given. A Unix socket has none.
	Proxy   string
	NoProxy string // hosts, domains and networks, with commas, that go past Proxy; with it, this machine's own addresses do too

	TLS        TLSOptions
	UnixSocket string // connect to this path whatever the URL's host is
	// Dial, if set, opens the connections: for tests and for servers in memory.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	Connections int // idle connections kept; L8: at least the concurrency

	// TokenSource is what a stream without usage counts as (row 19): SourceUsage
	// (the default) fails it, SourceTokenizer asks Count, SourceChunks leaves its
	// tokens unknown.
	TokenSource string
	// Count counts the tokens of an output text, off the timing path.
	Count func(ctx context.Context, text string) (int64, error)
}

// parseBase checks the base URL and takes the user and password out of it.
func parseBase(raw string) (base *url.URL, user *url.Userinfo, err error) {
	if raw == "" {
		return nil, nil, errors.New("no URL: give the server's base URL, such as http://127.0.0.1:8000/v1")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("the server's URL cannot be read: %w", bare(err))
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, nil, fmt.Errorf("the server's URL has scheme %q: expected http or https, such as http://127.0.0.1:8000/v1", u.Scheme)
	case u.Host == "" || u.Hostname() == "":
		return nil, nil, errors.New("the server's URL names no host: expected something like http://127.0.0.1:8000/v1")
	case u.Fragment != "":
		return nil, nil, errors.New("the server's URL has a fragment (#): leave it out")
	}
	user = u.User
	u.User = nil
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	for _, p := range []string{ChatPath, CompletionPath} {
		// A person may paste the address of the endpoint itself.
		u.Path = strings.TrimSuffix(u.Path, p)
	}
	return u, user, nil
}

// bare takes the URL out of an error of net/url, for it may hold a password.
func bare(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}
