// The endpoints, and completions word by word.

package fakeserver

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"jouleboard/internal/stats"
)

// An answer serves the requests of one connection, one after the other.
type answer struct {
	srv  *Server
	conn net.Conn
	in   *bufio.Reader
	buf  []byte
}

// An ask is what a completion request holds.
type ask struct {
	Model         string    `json:"model"`
	Messages      []message `json:"messages"`
	Prompt        string    `json:"prompt"`
	Stream        bool      `json:"stream"`
	StreamOptions *struct {
		IncludeUsage    bool `json:"include_usage"`
		ContinuousUsage bool `json:"continuous_usage_stats"`
	} `json:"stream_options"`
	Temperature   float64 `json:"temperature"`
	MaxTokens     *int64  `json:"max_tokens"`
	MaxCompletion *int64  `json:"max_completion_tokens"`
	MinTokens     *int64  `json:"min_tokens"`
	IgnoreEOS     *bool   `json:"ignore_eos"`
	Seed          *int64  `json:"seed"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// prompt returns all text of the prompt and its number of tokens: a word is one
// token, and a chat's template adds four a message.
func (q *ask) prompt() (text string, tokens int64) {
	text = q.Prompt
	for _, m := range q.Messages {
		text += m.Role + " " + m.Content + "\n"
		tokens += 3
	}
	return text, tokens + int64(len(strings.Fields(text)))
}

func (a *answer) serve(req *http.Request, body []byte, at time.Time) bool {
	s := a.srv
	path := strings.TrimPrefix(req.URL.Path, "/v1")
	if s.opt.Key != "" && req.Header.Get("Authorization") != "Bearer "+s.opt.Key {
		return a.fail(http.StatusUnauthorized, "invalid_api_key", "the API key is wrong or missing")
	}
	switch {
	case req.Method == http.MethodGet && path == "/health":
		return a.reply(http.StatusOK, "text/plain", nil)
	case req.Method == http.MethodGet && path == "/models":
		return a.reply(http.StatusOK, "application/json", fmt.Appendf(nil,
			`{"object":"list","data":[{"id":%s,"object":"model","created":0,"owned_by":"fakeserver","max_model_len":32768}]}`, quote(s.opt.Model)))
	case req.Method == http.MethodGet && path == "/version" && !s.lacks(Version):
		return a.reply(http.StatusOK, "application/json", []byte(`{"version":"fake-1"}`))
	case req.Method == http.MethodGet && path == "/metrics" && !s.lacks(Metrics):
		return a.reply(http.StatusOK, "text/plain; version=0.0.4", fmt.Appendf(nil,
			"# HELP fake_requests_running Completions being served.\n# TYPE fake_requests_running gauge\nfake_requests_running %d\n", s.Active()))
	case req.Method == http.MethodPost && path == "/tokenize" && !s.lacks(Tokenize):
		var q ask
		if err := json.Unmarshal(body, &q); err != nil {
			return a.fail(http.StatusBadRequest, "bad_request", "the body is not JSON")
		}
		_, n := q.prompt()
		return a.reply(http.StatusOK, "application/json", fmt.Appendf(nil, `{"count":%d,"max_model_len":32768}`, n))
	case req.Method == http.MethodPost && (path == "/chat/completions" || path == "/completions"):
		n := s.requests.Add(1) - 1
		if s.opt.Script != nil {
			if script := s.opt.Script(n); script != nil {
				s.active.Add(1)
				defer s.active.Add(-1)
				return script.run(s, a.conn, a.in)
			}
		}
		var q ask
		if err := json.Unmarshal(body, &q); err != nil {
			return a.fail(http.StatusBadRequest, "bad_request", "the body is not JSON")
		}
		return a.complete(n, &q, path == "/chat/completions", at)
	}
	return a.fail(http.StatusNotFound, "not_found", "there is no such endpoint")
}

func (a *answer) fail(status int, code, text string) bool {
	return a.reply(status, "application/json", fmt.Appendf(nil, `{"error":{"message":%s,"type":"invalid_request_error","code":%s}}`, quote(text), quote(code)))
}

func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return []byte(`""`) // a string always has a form in JSON
	}
	return b
}

// A plan is a completion before its first token.
type plan struct {
	id         string
	chat       bool
	prompt     int64
	cached     int64
	length     int64
	finish     string
	usage      bool
	continuous bool
	words      *stats.Source
}

// plan decides the whole answer. The text is "" if the request is accepted.
func (s *Server) plan(n int64, q *ask, chat bool) (plan, string) {
	for _, f := range []struct {
		name string
		used bool
	}{
		{Streaming, q.Stream},
		{IncludeUsage, q.StreamOptions != nil}, {ContinuousUsage, q.StreamOptions != nil && q.StreamOptions.ContinuousUsage},
		{MaxCompletion, q.MaxCompletion != nil}, {MaxTokens, q.MaxTokens != nil},
		{IgnoreEOS, q.IgnoreEOS != nil}, {MinTokens, q.MinTokens != nil}, {SeedField, q.Seed != nil},
	} {
		if f.used && s.refuses(f.name) {
			return plan{}, "unknown field " + f.name
		}
	}
	text, prompt := q.prompt()
	sum := sha256.Sum256([]byte(text))
	p := plan{id: "fake-" + strconv.FormatInt(n, 10), chat: chat, prompt: prompt, cached: -1, finish: "stop"}

	seed := s.opt.Seed ^ int64(binary.BigEndian.Uint64(sum[:8]))
	length := stats.NewSource("fakeserver", "length", seed, 0)
	p.length = int64(s.opt.MinLength) + int64(length.Below(uint64(s.opt.MaxLength-s.opt.MinLength)+1))
	if strings.Contains(text, "one word") {
		p.length = 2
	}
	limit := int64(1 << 20)
	if q.MaxTokens != nil && !s.lacks(MaxTokens) {
		limit = *q.MaxTokens
	}
	if q.MaxCompletion != nil && !s.lacks(MaxCompletion) {
		limit = *q.MaxCompletion
	}
	if limit < 1 {
		return plan{}, "the limit of tokens is below 1"
	}
	if q.IgnoreEOS != nil && *q.IgnoreEOS && !s.lacks(IgnoreEOS) && limit < 1<<20 {
		p.length = limit + 1
	}
	if q.MinTokens != nil && !s.lacks(MinTokens) {
		p.length = max(p.length, *q.MinTokens)
	}
	if p.length > limit {
		p.length, p.finish = limit, "length"
	}

	draw := int64(0)
	if q.Temperature > 0 {
		draw = n + 1
		if q.Seed != nil && !s.lacks(SeedField) {
			draw = -1 - *q.Seed
		}
	}
	p.words = stats.NewSource("fakeserver", "words", seed, draw)
	if o := q.StreamOptions; o != nil && !s.lacks(IncludeUsage) {
		p.usage = o.IncludeUsage
		p.continuous = p.usage && o.ContinuousUsage && !s.lacks(ContinuousUsage)
	}
	if !s.lacks(CachedTokens) {
		p.cached = s.cached([16]byte(sum[:16]), prompt)
	}
	return p, ""
}

// maxSeen bounds the memory of prompts.
const maxSeen = 1 << 17

// cached is what a cache of whole blocks of 16 tokens would hold of a prompt.
func (s *Server) cached(prompt [16]byte, tokens int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[prompt] {
		return tokens / 16 * 16
	}
	if len(s.seen) < maxSeen {
		s.seen[prompt] = true
	}
	return 0
}

func (a *answer) complete(n int64, q *ask, chat bool, at time.Time) bool {
	s := a.srv
	p, refused := s.plan(n, q, chat)
	if refused != "" {
		return a.fail(http.StatusBadRequest, "bad_request", refused)
	}
	if s.slots != nil {
		s.waiting.Add(1)
		select {
		case s.slots <- struct{}{}:
		case <-s.closing:
			s.waiting.Add(-1)
			return false
		}
		s.waiting.Add(-1)
		defer func() { <-s.slots }()
		at = time.Now()
	}
	s.active.Add(1)
	defer s.active.Add(-1)
	if !q.Stream || s.lacks(Streaming) {
		return a.whole(p, at)
	}
	return a.stream(p, at)
}

var vocabulary = strings.Fields(`a all and as at but by can cold day energy each first for from gram heat in is joule
	kept less light made more near no of old on one out power sun than that the then there this time to unit watt was
	water way we when with work year`)

func (p *plan) word(b []byte, i int64) []byte {
	if i > 0 {
		b = append(b, ' ')
	}
	return append(b, vocabulary[p.words.Below(uint64(len(vocabulary)))]...)
}

func (p *plan) appendUsage(b []byte, done int64, reasoning int64) []byte {
	b = append(b, `"usage":{"prompt_tokens":`...)
	b = strconv.AppendInt(b, p.prompt, 10)
	b = append(b, `,"total_tokens":`...)
	b = strconv.AppendInt(b, p.prompt+done, 10)
	b = append(b, `,"completion_tokens":`...)
	b = strconv.AppendInt(b, done, 10)
	if p.cached >= 0 {
		b = append(b, `,"prompt_tokens_details":{"cached_tokens":`...)
		b = strconv.AppendInt(b, p.cached, 10)
		b = append(b, '}')
	}
	if reasoning > 0 {
		b = append(b, `,"completion_tokens_details":{"reasoning_tokens":`...)
		b = strconv.AppendInt(b, reasoning, 10)
		b = append(b, '}')
	}
	return append(b, '}')
}

// whole answers a request that asked for no stream.
func (a *answer) whole(p plan, at time.Time) bool {
	s := a.srv
	if !s.sleepUntil(s.unstalled(at.Add(s.opt.FirstToken + time.Duration(p.length-1)*s.opt.Gap))) {
		return false
	}
	var text []byte
	for i := range p.length {
		text = p.word(text, i)
	}
	s.tokens.Add(p.length)
	b := fmt.Appendf(nil, `{"id":%q,"model":%s,"object":"text_completion","choices":[{"index":0,"finish_reason":%q,`, p.id, quote(s.opt.Model), p.finish)
	if p.chat {
		b = fmt.Appendf(b, `"message":{"role":"assistant","content":%s}}],`, quote(string(text)))
	} else {
		b = fmt.Appendf(b, `"text":%s}],`, quote(string(text)))
	}
	return a.reply(http.StatusOK, "application/json", append(p.appendUsage(b, p.length, 0), '}'))
}

// batchBytes is how much is gathered before it is written where there is no gap.
const batchBytes = 16 << 10

// stream sends the events, each as one HTTP chunk and on its own deadline.
func (a *answer) stream(p plan, at time.Time) bool {
	s := a.srv
	reasoning := min(int64(s.opt.Reasoning), p.length)
	b := append(a.buf[:0], "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"...)
	head := slices.Concat([]byte(`data: {"id":"`+p.id+`","object":"`+p.object()+`","created":0,"model":`), quote(s.opt.Model), []byte(`,"choices":[`))
	if p.chat {
		b = chunked(b, func(b []byte) []byte {
			b = append(append(b, head...), `{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]`...)
			return p.close(b, 0, 0)
		})
	}
	if !a.flush(&b) {
		return false
	}
	for done, event := int64(0), int64(0); done < p.length; event++ {
		first := done
		done = min(done+int64(s.opt.PerEvent), p.length)
		if reasoning > first {
			done = min(done, reasoning)
		}
		b = chunked(b, func(b []byte) []byte {
			b = append(b, head...)
			switch {
			case !p.chat:
				b = append(b, `{"index":0,"text":"`...)
			case first < reasoning:
				b = append(b, `{"index":0,"delta":{"reasoning_content":"`...)
			default:
				b = append(b, `{"index":0,"delta":{"content":"`...)
			}
			for i := first; i < done; i++ {
				b = p.word(b, i)
			}
			b = append(b, '"')
			if p.chat {
				b = append(b, '}')
			}
			b = append(b, `,"logprobs":null,"finish_reason":null}]`...)
			return p.close(b, done, min(done, reasoning))
		})
		s.tokens.Add(done - first)
		if s.opt.Gap == 0 && first > 0 {
			if len(b) >= batchBytes && !a.flush(&b) {
				return false
			}
			continue
		}
		if !s.sleepUntil(s.unstalled(at.Add(s.opt.FirstToken+time.Duration(event)*s.opt.Gap))) || !a.flush(&b) {
			return false
		}
	}
	b = chunked(b, func(b []byte) []byte {
		b = append(b, head...)
		if p.chat {
			b = append(b, `{"index":0,"delta":{},"logprobs":null,"finish_reason":"`...)
		} else {
			b = append(b, `{"index":0,"text":"","logprobs":null,"finish_reason":"`...)
		}
		b = append(append(b, p.finish...), `"}]`...)
		return p.close(b, p.length, reasoning)
	})
	if p.usage {
		b = chunked(b, func(b []byte) []byte {
			b = append(append(b, head...), `],`...)
			return append(p.appendUsage(b, p.length, reasoning), "}\n\n"...)
		})
	}
	b = chunked(b, func(b []byte) []byte { return append(b, "data: [DONE]\n\n"...) })
	b = append(b, "0\r\n\r\n"...)
	ok := a.flush(&b)
	a.buf = b
	return ok
}

func (p *plan) object() string {
	if p.chat {
		return "chat.completion.chunk"
	}
	return "text_completion"
}

// close ends an event's object, with the usage so far if that was asked for.
func (p *plan) close(b []byte, done, reasoning int64) []byte {
	if p.continuous {
		b = p.appendUsage(append(b, ','), done, reasoning)
	}
	return append(b, "}\n\n"...)
}

// chunked appends one HTTP chunk with a size of four digits.
func chunked(b []byte, write func([]byte) []byte) []byte {
	at := len(b)
	b = append(b, "0000\r\n"...)
	b = write(b)
	size := len(b) - at - 6
	for i := 3; i >= 0; i-- {
		b[at+i] = "0123456789abcdef"[size&15]
		size >>= 4
	}
	return append(b, "\r\n"...)
}

func (a *answer) flush(b *[]byte) bool {
	if len(*b) == 0 {
		return true
	}
	_, err := a.conn.Write(*b)
	*b = (*b)[:0]
	return err == nil
}
