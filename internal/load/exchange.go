// One request on the wire: time stamps, limits (L5) and the reading loop.

package load

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A reading is what one stream is read with; it is used again and again.
type reading struct {
	stream *stream
	buf    []byte
}

// reading hands out what a stream is read with. A list of our own keeps it, and
// no sync.Pool: that one is emptied by the garbage collector, so that buffers
// would grow anew in the middle of a run.
func (c *Client) reading() *reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.idle) - 1; n >= 0 {
		r := c.idle[n]
		c.idle = c.idle[:n]
		return r
	}
	return &reading{stream: newStream(), buf: make([]byte, readBuffer)}
}

// giveBack keeps as many as there may be idle connections.
func (c *Client) giveBack(r *reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.idle) < max(c.opt.Connections, 16) {
		c.idle = append(c.idle, r)
	}
}

// The reasons why a request of ours is ended from this side.
var (
	errTimeoutConnect = errors.New("no connection within the connect limit and as much again for TLS and the proxy")
	errTimeoutFirst   = errors.New("no token-bearing event within the first-token limit")
	errTimeoutIdle    = errors.New("no event within the idle limit")
	errTimeoutTotal   = errors.New("not over within the total limit")
	errHeld           = errors.New("the socket stayed open after [DONE]")
	errSettled        = errors.New("over")
)

// A guard ends a request that breaks a limit. One timer serves all limits: when
// it fires, the deadlines decide whether anything is due, and it is set again
// if not. An event therefore costs one atomic store and no timer.
type guard struct {
	clock     Clock
	limits    Limits
	start     int64
	connected atomic.Bool
	idleSince atomic.Int64 // last sign of progress, -1 before the first token
	cancel    context.CancelCauseFunc

	mu        sync.Mutex
	heldSince int64 // the stream was over, -1 before
	stopped   bool
	timer     *time.Timer
}

func (g *guard) arm() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.idleSince.Store(-1)
	g.heldSince = -1
	g.timer = time.AfterFunc(min(2*g.limits.Connect, g.limits.First, g.limits.Total), g.fire)
}

func (g *guard) fire() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped {
		return
	}
	due, why := g.start+g.limits.Total.Microseconds(), errTimeoutTotal
	sooner := func(since int64, limit time.Duration, err error) {
		if at := since + limit.Microseconds(); at < due {
			due, why = at, err
		}
	}
	if idle := g.idleSince.Load(); g.heldSince >= 0 {
		due, why = g.heldSince+g.limits.Held.Microseconds(), errHeld
	} else if idle >= 0 {
		sooner(idle, g.limits.Idle, errTimeoutIdle)
	} else {
		sooner(g.start, g.limits.First, errTimeoutFirst)
		if !g.connected.Load() {
			// A proxy that takes the connection and then says nothing has no limit of
			// its own in the transport.
			sooner(g.start, 2*g.limits.Connect, errTimeoutConnect)
		}
	}
	if now := g.clock.Now(); now < due {
		g.timer.Reset(time.Duration(due-now) * time.Microsecond)
		return
	}
	g.cancel(why)
}

// alive notes progress after the first token.
func (g *guard) alive(at int64) {
	if g.idleSince.Swap(at) >= 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.timer.Reset(min(g.limits.Idle, g.limits.Total))
}

// hold leaves only the limit on a socket whose stream is over.
func (g *guard) hold(at int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heldSince = at
	g.timer.Reset(g.limits.Held)
}

func (g *guard) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	g.timer.Stop()
}

// An exchange is one request under way.
type exchange struct {
	c       *Client
	clock   Clock
	parent  context.Context
	ctx     context.Context
	cancel  context.CancelCauseFunc
	guard   guard
	trace   Trace
	read    *reading
	body    io.ReadCloser
	settled chan struct{} // closed when the trace will not change any more

	// Set by the transport's goroutines, maybe after we have given up.
	sent, hdr atomic.Int64
	dialed    atomic.Bool
	inTLS     atomic.Bool
}

// Do sends one request and follows it to its end. sched is when it was due; -1
// means when it starts. It never retries, and the trace has exactly one outcome.
func (c *Client) Do(ctx context.Context, r Request, sched int64, clock Clock) Trace {
	x := c.start(ctx, r, sched, clock, nil)
	<-x.settled
	return x.trace
}

// start sends one request and returns when its outcome is decided. What may
// still follow on the socket (rows 27 and 28) is read by a goroutine that closes
// settled; only then is the trace complete. onFirst is told of the first token.
func (c *Client) start(ctx context.Context, r Request, sched int64, clock Clock, onFirst func(at int64)) *exchange {
	x := &exchange{c: c, clock: clock, parent: ctx, settled: make(chan struct{})}
	x.trace = Trace{
		Index: r.Index, Max: r.Max, PromptHash: r.PromptHash,
		Sched: sched, Start: -1, Sent: -1, Hdr: -1, First: -1, Out: -1, Last: -1, End: -1,
		Np: -1, Nc: -1, Nr: -1, NCached: -1,
	}
	x.sent.Store(-1)
	x.hdr.Store(-1)
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	x.guard.clock, x.guard.limits, x.guard.cancel = clock, c.opt.Limits, x.cancel
	req := x.request(r)

	x.trace.Start = clock.Now()
	if sched < 0 {
		x.trace.Sched = x.trace.Start
	}
	x.guard.start = x.trace.Start
	x.guard.arm()
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		x.decide(x.transportError(err), clock.Now())
		x.close()
		return x
	}
	x.body = resp.Body
	x.hdr.CompareAndSwap(-1, clock.Now())
	x.trace.HTTP = resp.StatusCode
	if outcome := x.judge(resp); outcome != "" {
		x.decide(outcome, clock.Now())
		x.readError(resp)
		x.close()
		return x
	}
	x.read = c.reading()
	x.read.stream.reset(c.opt.Limits, c.opt.TokenSource == SourceTokenizer)
	x.follow(onFirst)
	return x
}

func (x *exchange) request(r Request) *http.Request {
	ctx := httptrace.WithClientTrace(x.ctx, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			x.dialed.Store(!i.Reused)
			x.guard.connected.Store(true)
		},
		TLSHandshakeStart: func() { x.inTLS.Store(true) },
		// The handshake with a proxy may be over and the proxy still refuse.
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { x.inTLS.Store(err != nil) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { x.sent.CompareAndSwap(-1, x.clock.Now()) },
		GotFirstResponseByte: func() { x.hdr.CompareAndSwap(-1, x.clock.Now()) },
		// An early answer such as 103 is not the answer.
		Got1xxResponse: func(int, textproto.MIMEHeader) error { x.hdr.Store(-1); return nil },
	})
	req := (&http.Request{
		Method: http.MethodPost, URL: x.c.address(r.Path), Host: x.c.base.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: x.c.header.Clone(), Body: io.NopCloser(bytes.NewReader(r.Body)), ContentLength: int64(len(r.Body)),
		// The transport may ask for the body again only if it has written nothing
		// of the request, because the server had closed the idle connection: the
		// request then takes another connection and has not been retried.
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil },
	}).WithContext(ctx)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Accept-Encoding", "identity")
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "jouleboard")
	}
	return req
}

// judge gives the outcome of a status and header that cannot be a stream (rows
// 3 to 7), or "".
func (x *exchange) judge(resp *http.Response) string {
	switch s := resp.StatusCode; {
	case s < 200:
		return NotStream // 101: it wants to speak something else
	case s >= 300 && s < 400:
		if to := resp.Header.Get("Location"); to != "" {
			x.trace.Detail = x.c.mask("redirect to " + to)
		}
		return HTTP3xx
	case s == http.StatusTooManyRequests:
		x.trace.RetryAfter = x.c.mask(resp.Header.Get("Retry-After"))
		return HTTP429
	case s >= 400 && s < 500:
		return HTTP4xx
	case s >= 500:
		return HTTP5xx
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind != "text/event-stream" || err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return NotStream
	}
	for _, e := range resp.Header.Values("Content-Encoding") {
		if e = strings.TrimSpace(e); e != "" && !strings.EqualFold(e, "identity") {
			x.trace.Detail = x.c.mask("content encoding " + e)
			return BadEncoding
		}
	}
	return ""
}

// readError keeps the start of a body that is no stream, within the time that a
// socket may be held.
func (x *exchange) readError(resp *http.Response) {
	if resp.StatusCode < 200 {
		return // the connection is nobody's any more, and no limit of ours would end the reading
	}
	x.guard.hold(x.trace.End)
	limit := int64(64 << 10) // enough to keep the connection for the next request
	body, _ := io.ReadAll(io.LimitReader(resp.Body, limit))
	x.trace.Bytes = int64(len(body))
	if x.trace.Detail == "" {
		x.trace.Detail = x.c.mask(string(body))
	}
	if wait := x.trace.RetryAfter; wait != "" {
		x.trace.Detail = x.c.mask("Retry-After: " + wait + "; " + x.trace.Detail)
	}
}

// follow reads the stream until its outcome is decided.
func (x *exchange) follow(onFirst func(at int64)) {
	s := x.read.stream
	for {
		n, err := x.body.Read(x.read.buf)
		at := x.clock.Now() // C3: before anything is decoded
		before := s.first
		on := true
		if n > 0 {
			on = s.read(x.read.buf[:n], at)
			if s.first >= 0 && (s.progress || before < 0) {
				x.guard.alive(at)
			}
		}
		if on && err == io.EOF {
			s.end(at)
		}
		if before < 0 && s.first >= 0 && onFirst != nil {
			onFirst(at)
		}
		switch {
		case !on || err == io.EOF:
			x.decide(s.outcome(false, x.mustUsage()), at)
		case err != nil:
			x.decide(x.streamError(err), x.clock.Now())
		default:
			continue
		}
		break
	}
	over := s.done || s.inband
	counts := x.trace.Outcome == OK && x.trace.TokenSource == SourceTokenizer
	if !over && !counts {
		x.close()
		return
	}
	// The body's own end usually comes with [DONE] or right after it. It is waited
	// for, so that the connection is free for the next request of this worker;
	// a socket that the server holds does not hold the worker up.
	if over {
		x.guard.hold(x.trace.End)
	}
	drained := make(chan struct{})
	x.c.open.Add(1)
	go func() {
		defer x.c.open.Done()
		if over {
			x.drain()
		}
		close(drained)
		if counts {
			x.countText()
		}
		x.close()
	}()
	wait := time.NewTimer(5 * time.Millisecond)
	defer wait.Stop()
	select {
	case <-drained:
	case <-wait.C:
		return
	}
	if !counts {
		<-x.settled // what is left is to give the connection back
	}
}

// drain reads what follows the stream's last word; all of it is ignored but
// noticed (rows 27 and 28).
func (x *exchange) drain() {
	s := x.read.stream
	for {
		n, err := x.body.Read(x.read.buf)
		if n > 0 && !s.read(x.read.buf[:n], -1) {
			break
		}
		if err != nil {
			if context.Cause(x.ctx) == errHeld {
				x.flag(FlagHeld)
			}
			break
		}
	}
	if s.trailing {
		x.flag(FlagTrailing)
	}
	x.trace.Bytes = s.bytes
}

func (x *exchange) mustUsage() bool { return x.c.opt.TokenSource == SourceUsage }

// ended says whether this side ended the request, and as what.
func (x *exchange) ended() (string, bool) {
	switch cause := context.Cause(x.ctx); {
	case cause == nil:
		return "", false
	case cause == errTimeoutConnect:
		if x.inTLS.Load() {
			return TLS, true
		}
		return Connect, true
	case cause == errTimeoutFirst:
		return TimeoutFirst, true
	case cause == errTimeoutIdle:
		return TimeoutIdle, true
	case cause == errTimeoutTotal:
		return TimeoutTotal, true
	}
	return Cancelled, true
}

// transportError names the failure of a request that got no answer.
func (x *exchange) transportError(err error) string {
	x.trace.Detail = x.c.mask(err.Error())
	if outcome, ok := x.ended(); ok {
		x.trace.Detail = x.c.mask(context.Cause(x.ctx).Error())
		return outcome
	}
	x.trace.Local = exhausted(err)
	switch {
	case isTLS(err):
		return TLS
	case !x.guard.connected.Load():
		if x.inTLS.Load() {
			return TLS
		}
		return Connect
	case strings.Contains(err.Error(), "server response headers exceeded"):
		return TooLarge
	case strings.Contains(err.Error(), "unsupported transfer encoding"):
		return BadEncoding // row 7, by the other header
	}
	return Truncated
}

// streamError names the failure of a stream that broke off.
func (x *exchange) streamError(err error) string {
	s := x.read.stream
	outcome, byUs := x.ended()
	if !byUs {
		s.note(err.Error())
		x.trace.Local = exhausted(err)
		return s.outcome(true, x.mustUsage())
	}
	if fault := s.fault(); outcome == Cancelled && fault != "" {
		return fault // the table's order: a stream that is wrong already has failed
	}
	s.note(context.Cause(x.ctx).Error())
	return outcome
}

// exhausted reports that this machine, not the server, was at its limit (G5).
func exhausted(err error) bool {
	for _, e := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// decide fills the trace. at is t_end.
func (x *exchange) decide(outcome string, at int64) {
	t := &x.trace
	t.Outcome, t.End = outcome, at
	t.Sent, t.Hdr = x.sent.Load(), x.hdr.Load()
	t.Dialed = x.dialed.Load()
	if x.read != nil {
		x.summarize()
	}
}

// summarize copies what the stream knows, once, at the end.
func (x *exchange) summarize() {
	t, s := &x.trace, x.read.stream
	t.First, t.Last, t.Bytes = s.first, s.last, s.bytes
	t.Finish = s.finish
	if s.badFinish {
		t.Finish = x.c.mask(s.finish)
	}
	t.Np, t.Nc, t.Nr, t.NCached = s.usage.np, s.usage.nc, s.usage.nr, s.usage.ncached
	t.Events = int64(len(s.cumulative))
	t.Model = x.c.mask(string(s.model))
	t.Detail = ""
	if t.Outcome != OK {
		t.Detail = x.c.mask(s.detail)
	}
	if s.bearing[kindReasoning] {
		t.Out = s.out
	}
	if len(s.gaps) > 0 {
		t.Gaps = slices.Clone(s.gaps) // copied once, at its length
	}
	if t.Events > 0 {
		copy(t.OutputHash[:], s.hash.Sum(nil))
	}
	if s.usage.present {
		t.TokenSource = SourceUsage
	} else if t.Outcome == OK {
		x.flag(FlagCounted)
		t.TokenSource = x.c.opt.TokenSource
	}
	t.Timeline, t.Counts = s.timeline(t.Nc)
	t.continuousUsage = s.continuous()
	if t.Outcome == OK && t.Max > 0 && t.Nc > t.Max {
		x.flag(FlagOverMax)
	}
	for _, f := range []struct {
		is   bool
		name string
	}{
		{s.coalesced, FlagCoalesced}, {s.identity, FlagIdentity}, {s.tail, FlagTail}, {s.noDone && t.Outcome == OK, FlagNoDone},
	} {
		if f.is {
			x.flag(f.name)
		}
	}
}

// countText asks the tokenizer where the server sent no usage (row 19).
func (x *exchange) countText() {
	t := &x.trace
	n, err := x.c.opt.Count(x.parent, string(x.read.stream.text))
	if err == nil && n >= 1 {
		t.Nc = n
		t.Timeline, t.Counts = x.read.stream.timeline(n)
		if t.Max > 0 && n > t.Max {
			x.flag(FlagOverMax)
		}
		return
	}
	t.Outcome, t.TokenSource = NoUsage, ""
	t.Flags = slices.DeleteFunc(t.Flags, func(f string) bool { return f == FlagCounted || f == FlagNoDone })
	t.Detail = "no usage, and the tokenizer gave no count"
	if err != nil {
		t.Detail = x.c.mask("no usage, and the tokenizer failed: " + err.Error())
	}
}

// flag adds a flag, in alphabetical order.
func (x *exchange) flag(name string) {
	if i, found := slices.BinarySearch(x.trace.Flags, name); !found {
		x.trace.Flags = slices.Insert(x.trace.Flags, i, name)
	}
}

// close gives the socket back, or drops it if its body is not at an end.
func (x *exchange) close() {
	x.guard.stop()
	if x.body != nil {
		x.body.Close()
	}
	x.cancel(errSettled)
	if x.read != nil {
		x.c.giveBack(x.read)
		x.read = nil
	}
	close(x.settled)
}
