// Package fakeserver is an OpenAI-compatible server without a model: answers of
// exact timing and known length, and faults played from scripts. The client's
// tests, the client's calibration and the demonstration of a measurement share
// it. Its tokens are words; it computes nothing and says so in its model's name.
package fakeserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Names of what a server may lack, as the probe asks for them.
const (
	IncludeUsage    = "include_usage"
	ContinuousUsage = "continuous_usage_stats"
	MaxCompletion   = "max_completion_tokens"
	MaxTokens       = "max_tokens"
	IgnoreEOS       = "ignore_eos"
	MinTokens       = "min_tokens"
	SeedField       = "seed"
	CachedTokens    = "cached_tokens"
	Version         = "version"
	Metrics         = "metrics"
	Streaming       = "streaming"
	Tokenize        = "tokenize"
)

// Options describe a server. The zero value answers at once and supports
// everything.
type Options struct {
	Model string // its name; "fake-model" if empty

	// FirstToken is the time from a request's arrival (or from its slot, if it had
	// to wait for one) to its first token; later events follow at multiples of Gap
	// from that, on absolute deadlines. With no gap events go out many at a time.
	FirstToken, Gap time.Duration

	// An answer ends by itself after MinLength to MaxLength tokens, by the seed and
	// the prompt; 128 to 128 if both are 0. A prompt that asks for one word gets
	// two tokens.
	MinLength, MaxLength int
	PerEvent             int // tokens an event; 1 if 0
	Reasoning            int // so many of the first tokens are reasoning
	Seed                 int64
	Slots                int // requests served at a time, others wait; 0: no bound

	Lacks   []string // features that are ignored
	Refuses []string // features whose use is answered with status 400
	Key     string   // required as a bearer token, if set

	// Stalls are times from the server's start in which nothing is sent.
	Stalls []Stall
	// Script, if set, may return what to do with request n (from 0, completions
	// only) instead of answering it; nil answers.
	Script func(n int64) Script

	// Listener, if set, is served instead of a new port of the loopback address.
	Listener net.Listener
}

// A Stall is a time in which the server sends nothing.
type Stall struct{ From, Length time.Duration }

// A Server is running until Close.
type Server struct {
	opt      Options
	listener net.Listener
	memory   *memoryListener
	began    time.Time
	closing  chan struct{}
	slots    chan struct{}
	wg       sync.WaitGroup

	requests, active, waiting, tokens atomic.Int64

	mu     sync.Mutex
	conns  map[net.Conn]bool
	seen   map[[16]byte]bool // prompts, for cached_tokens
	closed atomic.Bool       // set under mu
}

// Start serves on a port of the loopback address, or on the options' listener.
func Start(opt Options) (*Server, error) {
	l := opt.Listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("no port for the fake server: %w", err)
		}
	}
	return serve(opt, l, nil), nil
}

// StartMemory serves connections in memory, which Dial opens.
func StartMemory(opt Options) *Server {
	m := newMemoryListener()
	return serve(opt, m, m)
}

func serve(opt Options, l net.Listener, m *memoryListener) *Server {
	if opt.Model == "" {
		opt.Model = "fake-model"
	}
	if opt.MinLength <= 0 && opt.MaxLength <= 0 {
		opt.MinLength = 128
	}
	opt.MinLength = max(opt.MinLength, 1)
	opt.MaxLength = max(opt.MaxLength, opt.MinLength)
	opt.PerEvent = min(max(opt.PerEvent, 1), 4096) // an event's size has four hexadecimal digits
	s := &Server{
		opt: opt, listener: l, memory: m, began: time.Now(), closing: make(chan struct{}),
		conns: map[net.Conn]bool{}, seen: map[[16]byte]bool{},
	}
	if opt.Slots > 0 {
		s.slots = make(chan struct{}, opt.Slots)
	}
	s.wg.Go(s.accept)
	return s
}

// URL is the base URL for a client.
func (s *Server) URL() string {
	if s.memory != nil {
		return "http://memory/v1"
	}
	return "http://" + s.listener.Addr().String() + "/v1"
}

// Dial opens a connection whatever the address is: to the memory, or to the port.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if s.memory != nil {
		return s.memory.dial(ctx)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", s.listener.Addr().String())
}

// Active is the number of completions being served, Waiting of those without a
// slot, Requests of all so far, Tokens of all output tokens sent.
func (s *Server) Active() int64 { return s.active.Load() }

// Waiting is the number of completions that wait for a slot.
func (s *Server) Waiting() int64 { return s.waiting.Load() }

// Requests is the number of completions that have come so far.
func (s *Server) Requests() int64 { return s.requests.Load() }

// Tokens is the number of output tokens sent so far.
func (s *Server) Tokens() int64 { return s.tokens.Load() }

// Close ends all connections and waits for what serves them.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed.Swap(true) {
		close(s.closing)
	}
	s.listener.Close()
	for c := range s.conns {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) || !s.sleepUntil(time.Now().Add(10*time.Millisecond)) {
				return
			}
			continue // out of descriptors for a moment
		}
		s.mu.Lock()
		if s.closed.Load() {
			conn.Close()
		} else {
			s.conns[conn] = true
			s.wg.Go(func() { s.serveConn(conn) })
		}
		s.mu.Unlock()
	}
}

// maxBody bounds a request.
const maxBody = 64 << 20

func (s *Server) serveConn(conn net.Conn) {
	defer func() {
		conn.Close()
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
	}()
	in := bufio.NewReaderSize(conn, 4<<10)
	a := &answer{srv: s, conn: conn, in: in}
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(io.LimitReader(req.Body, maxBody))
		req.Body.Close()
		if err != nil || !a.serve(req, body, time.Now()) {
			return
		}
	}
}

// sleepUntil waits; false if the server is closing. It sleeps in short pieces
// and looks at a flag between them: to wait for a timer and a channel that all
// streams share costs twice as much, and there are a hundred thousand waits a
// second.
func (s *Server) sleepUntil(at time.Time) bool {
	const piece = 50 * time.Millisecond
	for {
		if s.closed.Load() {
			return false
		}
		d := time.Until(at)
		if d <= 0 {
			return true
		}
		time.Sleep(min(d, piece))
	}
}

// unstalled moves an instant out of the stalls.
func (s *Server) unstalled(at time.Time) time.Time {
	for _, st := range s.opt.Stalls {
		from := s.began.Add(st.From)
		if end := from.Add(st.Length); !at.Before(from) && at.Before(end) {
			at = end
		}
	}
	return at
}

func (s *Server) lacks(feature string) bool   { return slices.Contains(s.opt.Lacks, feature) }
func (s *Server) refuses(feature string) bool { return slices.Contains(s.opt.Refuses, feature) }

// reply writes a whole answer.
func (a *answer) reply(status int, kind string, body []byte) bool {
	b := a.buf[:0]
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(status)...)
	b = append(b, "\r\nContent-Type: "...)
	b = append(b, kind...)
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(body)), 10)
	b = append(b, "\r\n\r\n"...)
	b = append(b, body...)
	a.buf = b[:0]
	_, err := a.conn.Write(b)
	return err == nil
}
