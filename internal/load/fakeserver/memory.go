// A network in memory: connections whose every write arrives as one read, for
// tests on a fake clock (testing/synctest cannot wait on real sockets).

package fakeserver

import (
	"context"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// A pipe is one direction of a connection.
type pipe struct {
	mu      sync.Mutex
	wake    *sync.Cond
	packets [][]byte
	err     error // what a reader gets once the packets are used up
	closed  bool  // the reader has gone: writing fails
}

func newPipe() *pipe {
	p := &pipe{}
	p.wake = sync.NewCond(&p.mu)
	return p
}

func (p *pipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.packets) == 0 && p.err == nil && !p.closed {
		p.wake.Wait()
	}
	switch {
	case p.closed:
		return 0, net.ErrClosed
	case len(p.packets) == 0:
		return 0, p.err
	}
	n := copy(b, p.packets[0])
	if p.packets[0] = p.packets[0][n:]; len(p.packets[0]) == 0 {
		p.packets[0] = nil // the array behind the list lives on
		p.packets = p.packets[1:]
	}
	return n, nil
}

// maxQueued bounds what a reader that does not read can pile up.
const maxQueued = 1 << 16

func (p *pipe) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return 0, syscall.EPIPE
	case p.err != nil:
		return 0, net.ErrClosed
	case len(p.packets) >= maxQueued:
		return 0, syscall.ENOBUFS
	}
	if len(b) > 0 {
		p.packets = append(p.packets, append([]byte(nil), b...))
		p.wake.Broadcast()
	}
	return len(b), nil
}

// finish ends the direction: the reader gets what was written, then err.
func (p *pipe) finish(err error, drop bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	if drop {
		p.packets = nil
	}
	p.wake.Broadcast()
}

func (p *pipe) abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.packets = nil
	p.wake.Broadcast()
}

// A memoryConn is one end of a connection.
type memoryConn struct{ in, out *pipe }

func (c *memoryConn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *memoryConn) Write(b []byte) (int, error) { return c.out.write(b) }

func (c *memoryConn) Close() error {
	c.out.finish(io.EOF, false)
	c.in.abandon()
	return nil
}

func (c *memoryConn) reset() {
	c.out.finish(syscall.ECONNRESET, true)
	c.in.abandon()
}

type memoryAddr struct{}

func (memoryAddr) Network() string { return "memory" }
func (memoryAddr) String() string  { return "memory" }

func (c *memoryConn) LocalAddr() net.Addr              { return memoryAddr{} }
func (c *memoryConn) RemoteAddr() net.Addr             { return memoryAddr{} }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

// A memoryListener hands dialled connections to the server.
type memoryListener struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newMemoryListener() *memoryListener {
	return &memoryListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return memoryAddr{} }

func (l *memoryListener) dial(ctx context.Context) (net.Conn, error) {
	a, b := newPipe(), newPipe()
	select {
	case l.conns <- &memoryConn{in: a, out: b}:
		return &memoryConn{in: b, out: a}, nil
	case <-l.done:
		return nil, syscall.ECONNREFUSED
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
