// The lifecycle of one stream (section 3): events in, facts out, and at the
// end the one outcome that the table's order gives.

package load

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"slices"
	"unicode/utf8"
)

// A stream gathers what one body said. It is used again for the next request;
// nothing in it is allocated per event once its buffers have grown.
type stream struct {
	sse   sseReader
	chunk chunkScanner
	limit Limits

	// Times and tokens.
	first, out, last int64
	gaps             []int64
	cumulative       []int64 // completion_tokens at each token-bearing event, -1 unknown
	latest           int64   // completion_tokens as last heard, -1 before
	usage            usageSeen
	bearing          [4]bool

	id, model []byte
	finish    string
	head      [4]byte // the body's first bytes
	hash      hash.Hash
	hashed    textKind
	text      []byte // the output text, if keepText
	keepText  bool

	progress bool // an event of the last read had a choice or usage (resets the idle limit)
	done     bool // [DONE] read
	bytes    int64
	detail   string

	// Facts of the table that do not end the reading, by row.
	inband, badJSON, badUTF8, tooLarge, badFinish         bool
	badUsage, multi, after, badIdentity                   bool
	coalesced, identity, tail, trailing, noDone, cleanEnd bool
}

func newStream() *stream {
	s := &stream{hash: sha256.New()}
	s.chunk.sink = s.take
	return s
}

// reset makes the stream ready for another body. keepText is for those who must
// count tokens themselves.
func (s *stream) reset(limit Limits, keepText bool) {
	sse, chunk, h := s.sse, s.chunk, s.hash
	// What one stream of extraordinary length needed is not kept for the others.
	const keepEvents, keepBytes = 64 << 10, 1 << 20
	if cap(s.gaps) > keepEvents || cap(s.cumulative) > keepEvents {
		s.gaps, s.cumulative = nil, nil
	}
	if cap(s.text) > keepBytes {
		s.text = nil
	}
	*s = stream{
		sse: sse, chunk: chunk, hash: h, limit: limit, keepText: keepText,
		gaps: s.gaps[:0], cumulative: s.cumulative[:0], id: s.id[:0], model: s.model[:0], text: s.text[:0],
		first: -1, out: -1, last: -1, latest: -1, usage: usageSeen{np: -1, nc: -1, nr: -1, ncached: -1},
	}
	s.sse.reset(int(limit.Event))
	s.hash.Reset()
}

// read takes what one read brought at time at (C3: taken when the read
// returned, before any of this). It says whether to go on.
func (s *stream) read(b []byte, at int64) bool {
	if s.bytes < int64(len(s.head)) {
		copy(s.head[s.bytes:], b)
	}
	s.bytes += int64(len(b))
	s.progress = false
	if s.inband {
		return s.bytes <= s.limit.Stream
	}
	if s.done {
		s.trailing = s.trailing || len(bytes.TrimLeft(b, "\r\n")) > 0
		return s.bytes <= s.limit.Stream
	}
	if s.bytes > s.limit.Stream {
		s.tooLarge, s.detail = true, "the stream is over its limit"
		return false
	}
	s.sse.feed(b)
	for before := len(s.cumulative); ; {
		ev, ok, err := s.sse.next()
		if err != nil {
			s.tooLarge, s.detail = true, err.Error()
			return false
		}
		if !ok {
			return true
		}
		n := len(s.cumulative)
		s.event(ev, at)
		if len(s.cumulative) > n && n > before {
			s.coalesced = true
		}
		if s.done {
			// What else this read brought comes after [DONE] (row 27).
			s.trailing = len(bytes.TrimLeft(s.sse.buf[s.sse.pos:], "\r\n")) > 0
		}
		if s.done || s.inband || s.tooLarge {
			return false
		}
	}
}

// end takes the clean end of the body.
func (s *stream) end(at int64) {
	s.cleanEnd = true
	if s.done || s.inband || s.tooLarge {
		return
	}
	ev, ok, err := s.sse.tail()
	if err != nil {
		s.tooLarge, s.detail = true, err.Error()
		return
	}
	if ok {
		// Row 26: what was cut off counts only if it is whole.
		whole := isDone(ev.data)
		if !whole && ev.hasData {
			s.chunk.sink = discard
			c, valid := s.chunk.scan(ev.data)
			s.chunk.sink = s.take
			whole = valid && c.object && utf8.Valid(ev.data)
		}
		if !whole && !ev.isError {
			s.cleanEnd = false
			s.note("the body ends within an event")
			return
		}
		s.tail = true
		s.event(ev, at)
	}
	s.noDone = !s.done
}

func discard(textKind, []byte) {}

func isDone(data []byte) bool { return string(bytes.TrimSpace(data)) == "[DONE]" }

// note keeps the first thing that went wrong.
func (s *stream) note(what string) {
	if s.detail == "" {
		s.detail = what
	}
}

// event takes one event that was complete at time at.
func (s *stream) event(ev sseEvent, at int64) {
	if ev.isError {
		s.inband = true
		s.detail = string(cut(ev.data))
		return
	}
	if isDone(ev.data) {
		s.done = true
		return
	}
	first := s.first
	c, ok := s.chunk.scan(ev.data)
	switch {
	case !ok || !c.object:
		s.badJSON = true
		s.note("not a JSON object: " + string(cut(ev.data)))
		return
	case !utf8.Valid(ev.data):
		s.badUTF8 = true
		s.note("invalid UTF-8 in data")
		return
	case c.err != nil:
		s.inband = true
		s.detail = string(cut(c.err))
		return
	}
	s.progress = s.progress || c.choices > 0 || c.usage.present
	s.identify(c)
	if c.choices > 1 || c.otherIndex {
		s.multi = true
		s.note("an event holds another choice than the first")
	}
	s.count(&c.usage)
	if c.bears() {
		s.token(c, at, first < 0)
	}
	s.finished(c)
}

func (s *stream) token(c *chunk, at int64, isFirst bool) {
	if s.finish != "" || s.badFinish {
		s.after = true
		s.note("a token-bearing event after finish_reason")
	}
	if int64(len(s.cumulative)) >= s.limit.Events {
		s.tooLarge, s.detail = true, "the stream has more token-bearing events than its limit"
		return
	}
	if isFirst {
		s.first = at
	} else {
		s.gaps = append(s.gaps, at-s.last)
	}
	s.last = at
	notReasoning := c.bearing[kindContent] || c.bearing[kindRefusal] || c.bearing[kindTool]
	if s.out < 0 && notReasoning {
		s.out = at
	}
	for k, is := range c.bearing {
		s.bearing[k] = s.bearing[k] || is
	}
	cumulative := int64(-1)
	if c.usage.present && c.usage.bad == "" {
		cumulative = c.usage.nc
	}
	s.cumulative = append(s.cumulative, cumulative)
}

// take hashes output text. The hash does not depend on how the text was cut
// into events; a change of kind is marked, and plain content is hashed as it is.
func (s *stream) take(kind textKind, text []byte) {
	if kind != s.hashed {
		s.hash.Write(kindMarks[kind])
		s.hashed = kind
	}
	s.hash.Write(text)
	if s.keepText {
		s.text = append(s.text, text...)
	}
}

var kindMarks = [...][]byte{kindContent: {0, 'c'}, kindReasoning: {0, 'r'}, kindRefusal: {0, 'x'}, kindTool: {0, 't'}}

func (s *stream) identify(c *chunk) {
	if len(c.id) > 0 {
		if len(s.id) == 0 {
			s.id = append(s.id, cut(c.id)...)
		} else if !bytes.Equal(s.id, cut(c.id)) {
			s.identity = true
		}
	}
	if len(c.model) > 0 {
		if len(s.model) == 0 {
			s.model = append(s.model, cut(c.model)...)
		} else if !bytes.Equal(s.model, cut(c.model)) {
			s.badIdentity = true
			s.note("the model changed from " + string(s.model) + " to " + string(cut(c.model)))
		}
	}
	s.identity = s.identity || c.idChanged
}

func (s *stream) count(u *usageSeen) {
	switch {
	case !u.present:
		return
	case u.bad != "":
		s.badUsage = true
		s.note(u.bad)
	case u.nc < s.latest || u.np >= 0 && u.np < s.usage.np:
		s.badUsage = true
		s.note("usage decreased between events")
	default:
		s.latest = u.nc
	}
	if u.bad == "" {
		s.usage = *u
	}
}

// goodFinish are the reasons of L1.
func goodFinish(reason string) (string, bool) {
	switch reason {
	case "stop":
		return "stop", true
	case "length":
		return "length", true
	case "tool_calls":
		return "tool_calls", true
	case "function_call":
		return "function_call", true
	case "content_filter":
		return "content_filter", true
	}
	return "", false
}

func (s *stream) finished(c *chunk) {
	if c.badFinish {
		s.badFinish = true
		s.note("finish_reason is not a string")
	}
	if len(c.finish) == 0 {
		return
	}
	reason, good := goodFinish(string(c.finish))
	if !good {
		reason = string(cut(c.finish))
		s.badFinish = true
		s.note("finish_reason " + reason)
	}
	if s.finish == "" {
		s.finish = reason
	}
}

// outcome gives the first row of the table that matches. broken says that the
// connection ended otherwise than by a clean end; how it was ended by a limit
// or by the user is the client's to know.
func (s *stream) outcome(broken, mustUsage bool) string {
	finished := s.finish != "" || s.badFinish
	switch {
	case s.compressed():
		return BadEncoding
	case s.inband:
		return InbandError
	case s.badJSON:
		return BadJSON
	case s.badUTF8:
		return BadUTF8
	case s.tooLarge:
		return TooLarge
	case !s.done && (broken || !s.cleanEnd || !finished):
		return Truncated
	case s.first < 0:
		return NoToken
	case !finished:
		return NoFinish
	case s.badFinish:
		return BadFinish
	case !s.usage.present && !s.badUsage && mustUsage:
		return NoUsage
	case s.badUsage || s.usage.present && s.usage.nc == 0:
		return BadUsage
	case s.multi:
		return MultiChoice
	case s.after:
		return AfterFinish
	case s.badIdentity:
		return BadIdentity
	}
	return OK
}

// compressed reports a body that begins as gzip or Zstandard do, whatever its
// header says (row 7). No event stream begins with these bytes.
func (s *stream) compressed() bool {
	return s.head[0] == 0x1f && s.head[1] == 0x8b || s.head == [4]byte{0x28, 0xb5, 0x2f, 0xfd}
}

// fault is the first row that has matched whatever may still come, or "".
func (s *stream) fault() string {
	switch {
	case s.compressed():
		return BadEncoding
	case s.inband:
		return InbandError
	case s.badJSON:
		return BadJSON
	case s.badUTF8:
		return BadUTF8
	case s.tooLarge:
		return TooLarge
	case s.badFinish:
		return BadFinish
	case s.badUsage:
		return BadUsage
	case s.multi:
		return MultiChoice
	case s.after:
		return AfterFinish
	}
	return ""
}

// timeline fills the tokens of each token-bearing event (L7).
func (s *stream) timeline(nout int64) (kind string, counts []int64) {
	k := int64(len(s.cumulative))
	if k == 0 || nout < 0 {
		return "", nil
	}
	// Which token each event ends with: as usage said it, or by equal shares.
	upTo := func(i int64) int64 { return (i + 1) * nout / k }
	kind = TimelineApportioned
	switch {
	case s.continuous() && s.cumulative[k-1] <= nout:
		kind = TimelineExact
		upTo = func(i int64) int64 {
			if i == k-1 {
				// A stop token counts but has no text, so usage may end above the last
				// event that carries any: the last event holds the rest, for the events
				// must add up to N_out (V07).
				return nout
			}
			return s.cumulative[i]
		}
	case k == nout:
		return TimelineExact, nil
	}
	for i := range k {
		if upTo(i) != i+1 {
			// Most streams bring one token an event and need no list.
			counts = make([]int64, k)
			var before int64
			for i := range k {
				counts[i] = upTo(i) - before
				before += counts[i]
			}
			break
		}
	}
	return kind, counts
}

// continuous reports whether every token-bearing event had a cumulative usage
// that does not fall.
func (s *stream) continuous() bool {
	return len(s.cumulative) > 0 && s.cumulative[0] >= 0 && slices.IsSorted(s.cumulative)
}

// cut bounds what of a server's text is kept.
func cut(b []byte) []byte {
	if len(b) > keepBytes {
		return b[:keepBytes]
	}
	return b
}
