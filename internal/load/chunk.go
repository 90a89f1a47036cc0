// One event of a completion stream: what of it the lifecycle needs (L4).

package load

// textKind tells apart what a delta carries.
type textKind uint8

const (
	kindContent textKind = iota
	kindReasoning
	kindRefusal
	kindTool
)

// maxTokens is above any token count that is not an error.
const maxTokens = 1 << 40

// A usageSeen is one usage object.
type usageSeen struct {
	present             bool
	bad                 string // what is wrong with it, "" if nothing
	np, nc, nr, ncached int64  // -1 absent
}

// A chunk is one decoded event. Its slices point into the event's data or the
// scanner's scratch.
type chunk struct {
	object     bool // the data is a JSON object
	err        []byte
	id, model  []byte
	idChanged  bool // several ids or models in one event
	choices    int
	otherIndex bool
	finish     []byte // nil if none
	badFinish  bool   // a finish_reason that is no string
	bearing    [4]bool
	usage      usageSeen
}

// bears reports whether the event is token-bearing.
func (c *chunk) bears() bool {
	return c.bearing[kindContent] || c.bearing[kindReasoning] || c.bearing[kindRefusal] || c.bearing[kindTool]
}

// A chunkScanner reads chunks and hands the text of their first choice to sink,
// decoded and in order.
type chunkScanner struct {
	jsonScanner
	out  chunk
	sink func(kind textKind, text []byte)
	// Scratch for strings with escapes: each lives until the event is over.
	text1, id, model, finish []byte
}

// scan decodes data; false means that it is not JSON.
func (s *chunkScanner) scan(data []byte) (*chunk, bool) {
	s.b, s.i, s.depth, s.bad = data, 0, 0, false
	s.out = chunk{usage: usageSeen{np: -1, nc: -1, nr: -1, ncached: -1}}
	c := &s.out
	if s.peek() != '{' {
		s.skip()
		return c, s.end()
	}
	c.object = true
	s.open('{')
	for first := true; s.more('}', first) && !s.bad; first = false {
		switch string(s.name()) {
		case "id":
			s.identity(&c.id, &s.id)
		case "model":
			s.identity(&c.model, &s.model)
		case "error":
			if v := s.value(); string(v) != "null" && len(v) > 0 {
				c.err = v
			}
		case "object":
			// Older vLLM servers put a bare error object into the stream.
			if v := s.value(); string(v) == `"error"` {
				c.err = data
			}
		case "usage":
			s.usage(&c.usage)
		case "choices":
			if !s.open('[') {
				continue
			}
			for first := true; s.more(']', first) && !s.bad; first = false {
				s.choice(c)
			}
		default:
			s.skip()
		}
	}
	return c, s.end()
}

// str reads a string into scratch if it has escapes; nil for any other value.
func (s *chunkScanner) str(scratch *[]byte) []byte {
	if s.peek() != '"' {
		s.skip()
		return nil
	}
	raw, escaped := s.text()
	if escaped {
		*scratch = unescape((*scratch)[:0], raw)
		return *scratch
	}
	return raw
}

func (s *chunkScanner) identity(to *[]byte, scratch *[]byte) {
	had := *to
	v := s.str(scratch)
	if len(v) == 0 {
		return // some servers send events of their own without an id
	}
	if had != nil && string(had) != string(v) {
		s.out.idChanged = true
	}
	*to = v
}

func (s *chunkScanner) choice(c *chunk) {
	c.choices++
	if !s.open('{') {
		return
	}
	carries := c.choices == 1
	for first := true; s.more('}', first) && !s.bad; first = false {
		switch string(s.name()) {
		case "index":
			if v := s.value(); string(v) != "0" && string(v) != "null" {
				c.otherIndex = true
			}
		case "finish_reason":
			switch s.peek() {
			case '"':
				if v := s.str(&s.finish); len(v) > 0 && carries {
					c.finish = v
				}
			case 'n':
				s.skip()
			default:
				s.skip()
				c.badFinish = true
			}
		case "text":
			s.emit(kindContent, carries)
		case "delta":
			if !s.open('{') {
				continue
			}
			for first := true; s.more('}', first) && !s.bad; first = false {
				s.delta(carries)
			}
		default:
			s.skip()
		}
	}
}

func (s *chunkScanner) delta(carries bool) {
	switch string(s.name()) {
	case "content":
		s.content(kindContent, carries)
	case "reasoning_content", "reasoning":
		s.content(kindReasoning, carries)
	case "refusal":
		s.emit(kindRefusal, carries)
	case "function_call":
		s.function(carries)
	case "tool_calls":
		if !s.open('[') {
			return
		}
		for first := true; s.more(']', first) && !s.bad; first = false {
			if !s.open('{') {
				continue
			}
			for first := true; s.more('}', first) && !s.bad; first = false {
				if string(s.name()) == "function" {
					s.function(carries)
				} else {
					s.skip()
				}
			}
		}
	default:
		s.skip()
	}
}

// content reads text that is a string, or a list of parts as some servers of
// reasoning models send it.
func (s *chunkScanner) content(kind textKind, carries bool) {
	if s.peek() != '[' {
		s.emit(kind, carries)
		return
	}
	if !s.open('[') {
		return
	}
	for first := true; s.more(']', first) && !s.bad; first = false {
		if s.peek() != '{' {
			s.emit(kind, carries)
			continue
		}
		if !s.open('{') {
			return
		}
		for first := true; s.more('}', first) && !s.bad; first = false {
			switch string(s.name()) {
			case "text":
				s.emit(kind, carries)
			case "thinking":
				s.content(kindReasoning, carries)
			default:
				s.skip()
			}
		}
	}
}

func (s *chunkScanner) function(carries bool) {
	if !s.open('{') {
		return
	}
	for first := true; s.more('}', first) && !s.bad; first = false {
		switch string(s.name()) {
		case "name", "arguments":
			s.emit(kindTool, carries)
		default:
			s.skip()
		}
	}
}

// emit hands a string on. Whitespace is text too; an empty string is not.
func (s *chunkScanner) emit(kind textKind, carries bool) {
	v := s.str(&s.text1)
	if len(v) == 0 || !carries || s.bad {
		return
	}
	s.out.bearing[kind] = true
	s.sink(kind, v)
}

func (s *chunkScanner) usage(u *usageSeen) {
	switch s.peek() {
	case 'n': // as every event but the last has it
		s.skip()
		return
	case '{':
	default:
		s.skip()
		u.present, u.bad = true, "usage is not an object"
		return
	}
	*u = usageSeen{present: true, np: -1, nc: -1, nr: -1, ncached: -1}
	s.open('{')
	for first := true; s.more('}', first) && !s.bad; first = false {
		switch string(s.name()) {
		case "prompt_tokens":
			s.count(&u.np, u, "prompt_tokens", true)
		case "completion_tokens":
			s.count(&u.nc, u, "completion_tokens", true)
		case "prompt_tokens_details":
			s.detail(&u.ncached, u, "cached_tokens")
		case "completion_tokens_details":
			s.detail(&u.nr, u, "reasoning_tokens")
		default:
			s.skip()
		}
	}
	if u.nc < 0 && u.bad == "" {
		u.bad = "completion_tokens is missing"
	}
}

func (s *chunkScanner) detail(to *int64, u *usageSeen, name string) {
	if !s.open('{') {
		return
	}
	for first := true; s.more('}', first) && !s.bad; first = false {
		if string(s.name()) == name {
			s.count(to, u, name, false)
		} else {
			s.skip()
		}
	}
}

// count reads a count of tokens: an integer, not negative, without fraction or
// exponent (row 20). null is absence where the count is not required.
func (s *chunkScanner) count(to *int64, u *usageSeen, name string, required bool) {
	v := s.value()
	if string(v) == "null" && !required {
		return
	}
	var n int64
	for _, c := range v {
		if c < '0' || c > '9' || n > maxTokens {
			n = -1
			break
		}
		n = n*10 + int64(c-'0')
	}
	if n < 0 || n > maxTokens || len(v) == 0 {
		u.bad = name + " is not a count of tokens"
		return
	}
	*to = n
}
