// The transport (L8): HTTP/1.1, no proxy unless given, no compression, Nagle
// off, and no retry of anything that reached the wire.

package load

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// readBuffer is the size of the buffers that a stream is read with.
const readBuffer = 32 << 10

// idleConnection is how long an unused connection is kept. It is shorter than
// the 5 s after which common Python servers close theirs, so that a request is
// not written into a connection that the other end is just closing.
const idleConnection = 4 * time.Second

func newTransport(opt ClientOptions) (*http.Transport, error) {
	proxy, err := proxyOf(opt)
	if err != nil {
		return nil, err
	}
	conf, err := tlsOf(opt.TLS)
	if err != nil {
		return nil, err
	}
	dial := opt.Dial
	if dial == nil {
		// net.Dialer turns Nagle off by itself.
		dial = (&net.Dialer{Timeout: opt.Limits.Connect, KeepAlive: 15 * time.Second}).DialContext
	}
	inner := dial
	dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if opt.UnixSocket != "" {
			network, address = "unix", opt.UnixSocket
		}
		ctx, cancel := context.WithTimeout(ctx, opt.Limits.Connect)
		defer cancel()
		return inner(ctx, network, address)
	}
	return &http.Transport{
		Proxy:                  proxy,
		DialContext:            dial,
		TLSClientConfig:        conf,
		TLSHandshakeTimeout:    opt.Limits.Connect,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    max(opt.Connections, 2),
		IdleConnTimeout:        idleConnection,
		MaxResponseHeaderBytes: opt.Limits.Header,
		ReadBufferSize:         readBuffer,
		WriteBufferSize:        readBuffer,
		// A map that is not nil keeps HTTP/2 away.
		TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
	}, nil
}

// proxiesOf lists the proxies that may be used, for the sake of the passwords in
// them. What cannot be read is proxyOf's to complain about.
func proxiesOf(opt ClientOptions) (list []*url.URL) {
	raw := []string{opt.Proxy}
	if opt.Proxy == "env" {
		env := environment()
		raw = []string{env.HTTPProxy, env.HTTPSProxy}
	}
	for _, r := range raw {
		if r != "" && !strings.Contains(r, "://") {
			r = "http://" + r
		}
		if u, err := url.Parse(r); err == nil {
			list = append(list, u)
		}
	}
	return list
}

// environment is what the usual variables say, with ALL_PROXY for schemes that
// have none of their own, as curl reads them.
func environment() *httpproxy.Config {
	env := httpproxy.FromEnvironment()
	all := cmp.Or(os.Getenv("ALL_PROXY"), os.Getenv("all_proxy"))
	env.HTTPProxy, env.HTTPSProxy = cmp.Or(env.HTTPProxy, all), cmp.Or(env.HTTPSProxy, all)
	return env
}

func proxyOf(opt ClientOptions) (func(*http.Request) (*url.URL, error), error) {
	switch {
	case opt.Proxy == "", opt.Proxy == "env" && opt.UnixSocket != "":
		return nil, nil
	case opt.UnixSocket != "":
		return nil, errors.New("a Unix socket and a proxy exclude each other: leave one out")
	case opt.Proxy == "env":
		choose := environment().ProxyFunc()
		return func(r *http.Request) (*url.URL, error) {
			u, err := choose(r.URL)
			if err != nil {
				return nil, errors.New("the proxy in the environment is not a URL")
			}
			return u, nil
		}, nil
	}
	raw := opt.Proxy
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("the proxy's URL cannot be read: %w", bare(err))
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, fmt.Errorf("the proxy has scheme %q: expected http, https, socks5 or socks5h", u.Scheme)
	}
	if u.Hostname() == "" {
		return nil, errors.New("the proxy's URL names no host: expected something like http://proxy:3128")
	}
	// A proxy that was named is meant, also for this machine's own addresses,
	// which the rules of the environment would pass by.
	bypass := &httpproxy.Config{HTTPProxy: raw, HTTPSProxy: raw, NoProxy: opt.NoProxy}
	if opt.NoProxy == "" {
		return http.ProxyURL(u), nil
	}
	choose := bypass.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		got, err := choose(r.URL)
		if err != nil {
			return nil, errors.New("the proxy's URL cannot be read")
		}
		return got, nil
	}, nil
}

func tlsOf(opt TLSOptions) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: opt.Insecure}
	if opt.CAFile != "" {
		pem, err := os.ReadFile(opt.CAFile)
		if err != nil {
			return nil, fmt.Errorf("the file of certificate authorities: %w", err)
		}
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate: expected PEM", opt.CAFile)
		}
	}
	if opt.CertFile == "" {
		if opt.KeyFile != "" {
			return nil, errors.New("a key without a certificate: name the certificate's file too")
		}
		return conf, nil
	}
	key := opt.KeyFile
	if key == "" {
		key = opt.CertFile
	}
	cert, err := tls.LoadX509KeyPair(opt.CertFile, key)
	if err != nil {
		return nil, fmt.Errorf("the client's certificate: %w", err)
	}
	conf.Certificates = []tls.Certificate{cert}
	return conf, nil
}

// isTLS reports whether an error is the fault of the handshake or of a
// certificate (row 2).
func isTLS(err error) bool {
	var (
		record  tls.RecordHeaderError
		verify  *tls.CertificateVerificationError
		alert   tls.AlertError
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	if errors.As(err, &record) || errors.As(err, &verify) || errors.As(err, &alert) ||
		errors.As(err, &unknown) || errors.As(err, &host) || errors.As(err, &invalid) {
		return true
	}
	// The transport's own time-out of a handshake and its finding that the
	// other end speaks plain HTTP have no exported type.
	text := err.Error()
	return strings.Contains(text, "TLS handshake timeout") || strings.Contains(text, "server gave HTTP response to HTTPS client") ||
		strings.Contains(text, "remote error: tls") || strings.HasPrefix(text, "tls: ")
}
