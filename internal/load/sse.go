// The reader of server-sent events (L3): bytes in, in whatever pieces the
// network made of them; whole events out, the same for every way of cutting.

package load

import (
	"bytes"
	"errors"
)

var errEventTooLarge = errors.New("an event or line is over its limit")

// A sseEvent is one event that had a data field, or was marked as an error.
type sseEvent struct {
	data    []byte // data lines joined with LF; valid until the next call
	hasData bool
	isError bool // event: error
	named   bool // event: something other than error or message
}

// A sseReader cuts a stream into events. Feed it a read, then call next until
// there is none. It copies only what lies across two reads.
type sseReader struct {
	limit int

	buf    []byte // the last read
	pos    int    // what next has looked at
	lf     int    // index of the next LF at or after pos, len(buf) if none; -1 unknown
	skipLF bool   // a CR ended a line and the LF of the same line end may follow
	begun  bool   // the first line is over, and with it the place of a byte-order mark

	line []byte // the start of a line whose end has not come yet
	data []byte // data of the event under way, unless view holds it
	view []byte // its only data line, still lying in buf
	ev   sseEvent
}

func (p *sseReader) reset(limit int) {
	// A buffer that one huge event needed is not kept for the small ones.
	const keep = 64 << 10
	line, data := p.line[:0], p.data[:0]
	if cap(line) > keep {
		line = nil
	}
	if cap(data) > keep {
		data = nil
	}
	*p = sseReader{limit: limit, line: line, data: data, lf: -1}
}

// feed gives the reader what one read brought. The bytes must stay as they are
// until next has said that there is no further event in them.
func (p *sseReader) feed(b []byte) { p.buf, p.pos, p.lf = b, 0, -1 }

// next returns the next event that is complete, if there is one. The error is
// errEventTooLarge, after which the reader must not be used.
func (p *sseReader) next() (sseEvent, bool, error) {
	for {
		if p.skipLF && p.pos < len(p.buf) {
			p.skipLF = false
			if p.buf[p.pos] == '\n' {
				p.pos++
				p.lf = -1
			}
		}
		line, carried, ok, err := p.readLine()
		if err != nil || !ok {
			return sseEvent{}, false, err
		}
		if len(line) == 0 {
			if ev, ok := p.dispatch(); ok {
				return ev, true, nil
			}
			continue
		}
		if err := p.field(line, carried); err != nil {
			return sseEvent{}, false, err
		}
	}
}

// readLine returns the next whole line without its end. carried says that it
// lies in p.line, which the next unfinished line will overwrite.
func (p *sseReader) readLine() (line []byte, carried, ok bool, err error) {
	if p.lf < p.pos {
		p.lf = len(p.buf)
		if i := bytes.IndexByte(p.buf[p.pos:], '\n'); i >= 0 {
			p.lf = p.pos + i
		}
	}
	end := p.lf
	if i := bytes.IndexByte(p.buf[p.pos:p.lf], '\r'); i >= 0 {
		end = p.pos + i
	}
	if len(p.line)+end-p.pos > p.limit {
		return nil, false, false, errEventTooLarge
	}
	if end == len(p.buf) {
		p.line = append(p.line, p.buf[p.pos:]...)
		p.pos = len(p.buf)
		if p.view != nil {
			p.data = append(p.data, p.view...)
			p.view = nil
		}
		return nil, false, false, nil
	}
	line = p.buf[p.pos:end]
	p.skipLF = p.buf[end] == '\r'
	p.pos = end + 1
	if len(p.line) > 0 {
		p.line = append(p.line, line...)
		line, carried = p.line, true
		p.line = p.line[:0]
	}
	if !p.begun {
		p.begun = true
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	return line, carried, true, nil
}

// field takes one line that is not empty.
func (p *sseReader) field(line []byte, carried bool) error {
	if line[0] == ':' {
		return nil
	}
	name, value, _ := bytes.Cut(line, []byte(":"))
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	switch string(name) {
	case "data":
		if !p.ev.hasData {
			p.ev.hasData, p.data = true, p.data[:0]
			if carried {
				p.data = append(p.data, value...)
			} else {
				p.view = value
			}
			return nil
		}
		if p.view != nil {
			p.data = append(p.data, p.view...)
			p.view = nil
		}
		if len(p.data)+1+len(value) > p.limit {
			return errEventTooLarge
		}
		p.data = append(append(p.data, '\n'), value...)
	case "event":
		p.ev.isError = string(value) == "error"
		p.ev.named = len(value) > 0 && !p.ev.isError && string(value) != "message"
	}
	return nil
}

// dispatch ends the event under way. An event without data is none, unless it
// was marked as an error.
func (p *sseReader) dispatch() (sseEvent, bool) {
	ev := p.ev
	p.ev = sseEvent{}
	if !ev.hasData && !ev.isError {
		return sseEvent{}, false
	}
	if ev.hasData {
		ev.data = p.data
		if p.view != nil {
			ev.data = p.view
		}
	}
	p.view = nil
	return ev, true
}

// tail returns the event that the end of the stream cut off before its blank
// line, if any (row 26).
func (p *sseReader) tail() (sseEvent, bool, error) {
	if len(p.line) > 0 {
		line := p.line
		p.line = nil
		if !p.begun {
			line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
		}
		if len(line) > 0 {
			if err := p.field(line, true); err != nil {
				return sseEvent{}, false, err
			}
		}
	}
	ev, ok := p.dispatch()
	return ev, ok, nil
}
