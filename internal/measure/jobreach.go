// The server of a job: started by --serve-cmd and stopped whatever happens, or
// found at --url.

package measure

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"jouleboard/internal/load"
)

// startServer starts the server of --serve-cmd, or sees that the one of --url is
// there.
func (j *job) startServer(ctx context.Context) error {
	o := &j.plan.Opt
	if o.ServeCmd == "" {
		return j.reach(ctx)
	}
	j.enter(PhaseServer, 0, 0, nil)
	command := expand(o.ServeCmd, o.Model, o.Port)
	c, err := startChild(command, j.env.Logs)
	if err != nil {
		return &Failure{Err: err, Hint: "run the command by hand"}
	}
	j.child = c
	j.later(func() { j.stopChild(c) }) // first of all, so that nothing can come between
	if j.env.Kill != nil {
		j.env.Kill(c.kill)
	}
	return awaitServer(ctx, j.client, c, o.ServeTimeout, j.oneToken)
}

func (j *job) stopChild(c *child) {
	c.stop(stopGrace)
	if j.env.Kill != nil {
		j.env.Kill(nil)
	}
}

// oneToken asks for one token (G2).
func (j *job) oneToken(ctx context.Context) load.Trace {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	p := load.Params{Model: j.plan.Opt.Served, Max: 1}
	if j.plan.Opt.API == APICompletions {
		p.Prompt = "Hello"
	} else {
		p.Messages = []load.Message{{Role: "user", Content: "Hello"}}
	}
	path, body, err := p.Encode()
	if err != nil {
		return load.Trace{Outcome: load.BadJSON, Detail: err.Error()}
	}
	t := j.client.Do(ctx, load.Request{Path: path, Body: body}, -1, j.clock)
	if t.Outcome == load.NoUsage {
		t.Outcome = load.OK // the probe finds that out; the server is up
	}
	return t
}

// reach asks once whether anything answers at --url.
func (j *job) reach(ctx context.Context) error {
	_, err := j.client.Get(ctx, "/models", false)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return unreachable(redactURL(j.url), err, &j.plan.Opt)
}

// unreachable says what lies between a person and the server, and what to try.
// The words are those of Go's own network code, which are stable enough to tell
// these cases by; any other gets the plain advice.
func unreachable(address string, err error, o *Options) *Failure {
	said := err.Error()
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	f := &Failure{Err: fmt.Errorf("no server answers at %s: %w", address, err), Hint: "start it first, or let --serve-cmd start it"}
	tls := func(hint string) {
		f.Err, f.Hint = fmt.Errorf("no TLS connection to %s: %w", address, err), hint
	}
	switch {
	case o.Proxy != "" && has("proxyconnect", "socks connect"):
		f.Err, f.Hint = fmt.Errorf("no connection through the proxy: %w", err), "see that the address of --proxy is right and the proxy runs; without --proxy none is used"
	case has("server gave HTTP response to HTTPS client", "first record does not look like a TLS handshake"):
		tls("the server speaks plain HTTP: write http:// in --url")
	case has("certificate signed by unknown authority", "certificate is not trusted"):
		tls("name the authority that signed its certificate: --cacert FILE.pem")
	case has("x509: certificate is valid for", "x509: certificate is not valid for", "x509: cannot validate certificate for"):
		tls("write a name in --url that the certificate holds")
	case has("certificate has expired"):
		tls("renew the server's certificate, and see that this machine's clock is right")
	case has("certificate required", "bad certificate", "handshake failure"):
		tls("it may want a certificate of the client: --cert FILE.pem --key FILE.pem")
	case has("x509:", "tls:"):
		tls("see the server's certificate with openssl s_client; --cacert FILE.pem names an authority")
	case o.UnixSocket != "":
		f.Hint = "see that the server listens at the socket that --unix-socket names"
	case has("no such host"):
		f.Hint = "see that the name in --url is right"
	case strings.HasPrefix(address, "http:") && has("connection reset", "malformed HTTP response", "EOF"):
		f.Hint = "something listens there and speaks no HTTP; where it speaks TLS, write https:// in --url"
	}
	return f
}

// redactURL is an address without user, password and query.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "the address given"
	}
	return u.Scheme + "://" + u.Host + u.Path
}
