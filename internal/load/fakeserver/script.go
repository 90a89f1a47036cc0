// Scripts: what a server does with one request, byte by byte, as data. Tests
// use them to play every fault a client may meet.

package fakeserver

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A StepKind is what one step of a script does.
type StepKind int

// The kinds of steps.
const (
	KindStatus StepKind = iota // status N
	KindHeader                 // header Key: Text
	KindSend                   // body bytes Text
	KindRaw                    // Text as it is, outside of HTTP's framing
	KindSplit                  // later bodies are written N bytes at a time; 0: whole
	KindSleep                  // for Wait
	KindReset                  // reset the connection
	KindClose                  // close it without an end of the body
	KindHold                   // keep it open until the client closes it
)

// A Step is one step of a script.
type Step struct {
	Kind StepKind
	N    int
	Key  string
	Text string
	Wait time.Duration
}

// A Script is run for one request. A body is chunked unless a header gives its
// length or says that the connection will close; it ends cleanly when the script
// does, unless the last step was Reset, Close or Hold.
type Script []Step

// Steps, written short.
func Status(code int) Step          { return Step{Kind: KindStatus, N: code} }
func Header(key, value string) Step { return Step{Kind: KindHeader, Key: key, Text: value} }
func Send(body string) Step         { return Step{Kind: KindSend, Text: body} }
func Raw(bytes string) Step         { return Step{Kind: KindRaw, Text: bytes} }
func Split(n int) Step              { return Step{Kind: KindSplit, N: n} }
func Sleep(d time.Duration) Step    { return Step{Kind: KindSleep, Wait: d} }
func Reset() Step                   { return Step{Kind: KindReset} }
func Close() Step                   { return Step{Kind: KindClose} }
func Hold() Step                    { return Step{Kind: KindHold} }
func Stream(steps ...Step) Script {
	return append(Script{Header("Content-Type", "text/event-stream")}, steps...)
}
func Events(data ...string) Step        { return Send("data: " + strings.Join(data, "\n\ndata: ") + "\n\n") }
func (s Script) With(st ...Step) Script { return append(append(Script(nil), s...), st...) }

// run plays the script and says whether the connection can be used again.
func (s Script) run(srv *Server, conn net.Conn, in *bufio.Reader) bool {
	status, split := http.StatusOK, 0
	var header []string
	begun, chunked, closes := false, true, false
	begin := func() error {
		if begun {
			return nil
		}
		begun = true
		var b strings.Builder
		b.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " " + http.StatusText(status) + "\r\n")
		for _, h := range header {
			b.WriteString(h + "\r\n")
		}
		if chunked {
			b.WriteString("Transfer-Encoding: chunked\r\n")
		}
		b.WriteString("\r\n")
		_, err := conn.Write([]byte(b.String()))
		return err
	}
	send := func(text string) error {
		if err := begin(); err != nil || text == "" {
			return err
		}
		if chunked {
			text = strconv.FormatInt(int64(len(text)), 16) + "\r\n" + text + "\r\n"
		}
		_, err := conn.Write([]byte(text))
		return err
	}
	for _, step := range s {
		var err error
		switch step.Kind {
		case KindStatus:
			status = step.N
		case KindHeader:
			header = append(header, step.Key+": "+step.Text)
			switch {
			case strings.EqualFold(step.Key, "Content-Length"):
				chunked = false
			case strings.EqualFold(step.Key, "Connection") && strings.EqualFold(step.Text, "close"):
				chunked, closes = false, true
			}
		case KindSplit:
			split = step.N
		case KindSend:
			for text := step.Text; err == nil; {
				n := len(text)
				if split > 0 && split < n {
					n = split
				}
				err = send(text[:n])
				if text = text[n:]; text == "" {
					break
				}
			}
		case KindRaw:
			begun = true
			_, err = conn.Write([]byte(step.Text))
		case KindSleep:
			if !srv.sleepUntil(time.Now().Add(step.Wait)) {
				return false
			}
		case KindReset:
			reset(conn)
			return false
		case KindClose:
			begin()
			return false
		case KindHold:
			begin()
			in.Peek(1)
			return false
		}
		if err != nil {
			return false
		}
	}
	if begin() != nil {
		return false
	}
	if chunked {
		_, err := conn.Write([]byte("0\r\n\r\n"))
		return err == nil
	}
	return !closes
}

// reset makes the other end see a connection reset.
func reset(conn net.Conn) {
	switch c := conn.(type) {
	case *net.TCPConn:
		c.SetLinger(0)
		c.Close()
	case *memoryConn:
		c.reset()
	default:
		c.Close()
	}
}
