package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// cuts returns ways of cutting a text: whole, byte by byte, and at random.
func cuts(n int, random int, rng *rand.Rand) [][]int {
	all := [][]int{{n}}
	var bytewise []int
	for i := 1; i <= n; i++ {
		bytewise = append(bytewise, i)
	}
	all = append(all, bytewise)
	for range random {
		var at []int
		for i := 0; i < n; {
			i = min(n, i+1+rng.IntN(1+rng.IntN(60)))
			at = append(at, i)
		}
		all = append(all, at)
	}
	return all
}

// events reads a text cut at the given places and returns all events as text.
func events(text []byte, at []int, limit int) (out []string, err error) {
	p := &sseReader{}
	p.reset(limit)
	buf := make([]byte, readBuffer)
	from := 0
	show := func(ev sseEvent) { out = append(out, fmt.Sprintf("%v %v %q", ev.isError, ev.hasData, ev.data)) }
	for _, to := range at {
		for from < to {
			n := copy(buf, text[from:to])
			from += n
			p.feed(buf[:n])
			for {
				ev, ok, err := p.next()
				if err != nil {
					return out, err
				}
				if !ok {
					break
				}
				show(ev)
			}
			// The reader must not lean on a buffer that has been read over.
			for i := range buf[:n] {
				buf[i] = '#'
			}
		}
	}
	ev, ok, err := p.tail()
	if ok {
		out = append(out, "tail")
		show(ev)
	}
	return out, err
}

func TestEventsOfAStream(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"one event", "data: a\n\n", []string{`false true "a"`}},
		{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []string{`false true "a"`, `false true "b"`}},
		{"CRLF within an event", "data: a\r\ndata: b\r\n\r\n", []string{`false true "a\nb"`}},
		{"CR", "data: a\r\rdata: b\r\r", []string{`false true "a"`, `false true "b"`}},
		{"mixed ends", "data: a\r\n\ndata: b\n\rdata: c\r\n\r\n", []string{`false true "a"`, `false true "b"`, `false true "c"`}},
		{"no space", "data:a\n\n", []string{`false true "a"`}},
		{"one space of two", "data:  a\n\n", []string{`false true " a"`}},
		{"lines join", "data: a\ndata: b\ndata\ndata: c\n\n", []string{`false true "a\nb\n\nc"`}},
		{"byte-order mark", "\ufeffdata: a\n\ndata: \ufeffb\n\n", []string{`false true "a"`, `false true "\ufeffb"`}},
		{"comments, id and retry", ": hi\nid: 7\nretry: 10\n\ndata: a\n: mid\nid: 8\n\n", []string{`false true "a"`}},
		{"error event", "event: error\ndata: x\n\nevent: message\ndata: y\n\n", []string{`true true "x"`, `false true "y"`}},
		{"error without data", "event: error\n\n", []string{`true false ""`}},
		{"name without data", "event: ping\n\ndata: a\n\n", []string{`false true "a"`}},
		{"empty data", "data\n\ndata:\n\ndata: \n\n", []string{`false true ""`, `false true ""`, `false true ""`}},
		{"unknown field", "datax: a\n\nDATA: b\n\n", nil},
		{"split character", "data: 日本語€\n\n", []string{"false true \"日本語€\""}},
		{"cut off", "data: a\n\ndata: b", []string{`false true "a"`, "tail", `false true "b"`}},
		{"cut off after its line", "data: b\n", []string{"tail", `false true "b"`}},
		{"nothing", "", nil},
		{"blank lines", "\n\r\n\r\r\n", nil},
	} {
		for _, at := range cuts(len(c.text), 50, rng) {
			got, err := events([]byte(c.text), at, 1000)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s, cut at %v: %v, expected %v (%v)", c.name, at, got, c.want, err)
				break
			}
		}
	}
}

// validStreams are bodies as servers send them.
func validStreams() map[string]string {
	sse := func(data ...string) string { return "data: " + strings.Join(data, "\n\ndata: ") + "\n\n" }
	continuous := func(text string, n int) string {
		return fmt.Sprintf(`{"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":%q},"finish_reason":null}],"usage":{"prompt_tokens":5,"completion_tokens":%d}}`, text, n)
	}
	return map[string]string{
		"chat":        sse(role, content("Hé"), content("日本"), content("\n\"quoted\"\t\\ "), finish("stop"), usage(5, 3), done),
		"completion":  sse(`{"id":"c","model":"m","choices":[{"index":0,"text":"a"}]}`, `{"id":"c","model":"m","choices":[{"index":0,"text":"b","finish_reason":"length"}]}`, usage(5, 2), done),
		"continuous":  sse(continuous("", 0), continuous("ab", 3), continuous("c", 4), continuous("", 5), finish("stop"), usage(5, 5), done),
		"reasoning":   sse(delta(`"reasoning_content":"hm"`), delta(`"reasoning":"hm"`), content("yes"), finish("stop"), `{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":6},"prompt_tokens_details":{"cached_tokens":4}}}`, done),
		"tools":       sse(delta(`"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{\"a\":1}"}}]`), finish("tool_calls"), usage(1, 7), done),
		"escapes":     sse(content("x"), delta(`"content":"\u65e5\ud83d\ude00\ud83d"`), "{\"ch\\u006fices\":[{\"index\":0,\"delta\":{\"c\\u006fntent\":\"y\"}}]}", finish("length"), usage(2, 3), done),
		"crlf":        strings.ReplaceAll(sse(role, content("a"), finish("stop"), usage(1, 1), done), "\n", "\r\n"),
		"pretty":      strings.ReplaceAll(sse("{\n  \"choices\": [\n {\"index\": 0, \"delta\": {\"content\": \"a\"}}]}"), "\n ", "\ndata: ") + sse(finish("stop"), usage(1, 1), done),
		"no done":     sse(content("a"), finish("stop"), usage(1, 1)),
		"tail":        sse(content("a"), finish("stop"), usage(1, 1)) + "data: [DONE]",
		"pings":       ": ping\n\n" + sse(content("a")) + ": ping\n\nevent: ping\ndata: {}\n\n" + sse(finish("stop"), usage(1, 1), done),
		"parts":       sse(delta(`"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]`), delta(`"content":[{"type":"text","text":"yes"}]`), finish("stop"), usage(1, 2), done),
		"error":       sse(content("a"), `{"error":{"message":"x"}}`, done),
		"bad":         sse(content("a"), `{"choices":`, done),
		"truncated":   sse(content("a")) + "data: {\"cho",
		"trailing":    sse(content("a"), finish("stop"), usage(1, 1), done, content("late")),
		"long events": sse(content(strings.Repeat("energy ", 9000)), content("b"), finish("stop"), usage(1, 2), done),
	}
}

// facts is all that a stream knows at its end but what reads decide.
func facts(s *stream) string {
	counts := []any{}
	kind, per := s.timeline(s.usage.nc)
	counts = append(counts, kind, per)
	return fmt.Sprintf("%s done=%v inband=%v tail=%v trailing=%v nodone=%v id=%v/%v finish=%s usage=%+v events=%d cumulative=%v bearing=%v hash=%x model=%s detail=%s %v",
		s.outcome(false, true), s.done, s.inband, s.tail, s.trailing, s.noDone, s.identity, s.badIdentity, s.finish, s.usage,
		len(s.cumulative), s.cumulative, s.bearing, s.hash.Sum(nil), s.model, s.detail, counts)
}

func play(s *stream, text []byte, at []int) string {
	s.reset(DefaultLimits(), false)
	buf := make([]byte, readBuffer)
	from := 0
	for i, to := range at {
		for from < to {
			n := copy(buf, text[from:to])
			from += n
			s.read(buf[:n], int64(i))
			for j := range buf[:n] {
				buf[j] = '#'
			}
		}
	}
	s.end(int64(len(at)))
	return facts(s)
}

// TestSplitInvariance replays every stream whole, byte by byte and at random
// cuts: the same events, tokens, flags and hash each time (row 30).
func TestSplitInvariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	s := newStream()
	for name, text := range validStreams() {
		var want string
		for i, at := range cuts(len(text), 100, rng) {
			got := play(s, []byte(text), at)
			if i == 0 {
				want = got
				t.Logf("%s: %s", name, want)
			}
			if got != want {
				t.Errorf("%s, cut at %v:\n%s\nexpected\n%s", name, at, got, want)
				break
			}
		}
	}
}

// TestHashKnowsNoChunks holds that the output hash is the same however the text
// was cut into events, and differs when what is reasoning becomes content.
func TestHashKnowsNoChunks(t *testing.T) {
	hash := func(data ...string) string {
		s := newStream()
		text := "data: " + strings.Join(data, "\n\ndata: ") + "\n\n"
		play(s, []byte(text), []int{len(text)})
		return string(s.hash.Sum(nil))
	}
	a := hash(content("Hello"), content(" world"))
	if b := hash(content("He"), content("llo wor"), content("ld")); a != b {
		t.Error("the hash depends on the events")
	}
	if b := hash(delta(`"reasoning":"Hello"`), content(" world")); a == b {
		t.Error("the hash takes reasoning for content")
	}
}

func TestTimeline(t *testing.T) {
	for _, c := range []struct {
		name       string
		cumulative []int64
		nout       int64
		kind       string
		counts     []int64
	}{
		{"one token an event", []int64{-1, -1, -1}, 3, TimelineExact, nil},
		{"continuous usage", []int64{1, 3, 4}, 4, TimelineExact, []int64{1, 2, 1}},
		{"continuous, one each", []int64{1, 2, 3}, 3, TimelineExact, nil},
		{"continuous with a silent stop token", []int64{1, 2, 3}, 4, TimelineExact, []int64{1, 1, 2}},
		{"usage once missing", []int64{1, -1, 4}, 12, TimelineApportioned, []int64{4, 4, 4}},
		{"12 tokens in 9 events", []int64{-1, -1, -1, -1, -1, -1, -1, -1, -1}, 12, TimelineApportioned, []int64{1, 1, 2, 1, 1, 2, 1, 1, 2}},
		{"fewer tokens than events", []int64{-1, -1, -1}, 2, TimelineApportioned, []int64{0, 1, 1}},
		{"falling usage", []int64{1, 3, 2}, 6, TimelineApportioned, []int64{2, 2, 2}},
		{"usage above its own end", []int64{1, 9}, 4, TimelineApportioned, []int64{2, 2}},
		{"no tokens", nil, 2, "", nil},
		{"no usage", []int64{-1}, -1, "", nil},
	} {
		s := &stream{cumulative: c.cumulative}
		kind, counts := s.timeline(c.nout)
		if kind != c.kind || !slices.Equal(counts, c.counts) {
			t.Errorf("%s: %s %v, expected %s %v", c.name, kind, counts, c.kind, c.counts)
		}
	}
}

// TestNoAllocationPerEvent holds the aim of X9: in steady state an event costs
// no allocation, whatever shape it has and however it is cut.
func TestNoAllocationPerEvent(t *testing.T) {
	for name, text := range map[string]string{
		"chat":       "data: " + content("word") + "\n\n",
		"continuous": `data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"content":" a\n"}}],"usage":{"prompt_tokens":5,"completion_tokens":1}}` + "\n\n",
		"tools":      "data: " + delta(`"tool_calls":[{"index":0,"function":{"arguments":"\"x"}}]`) + "\n\n",
		"two lines":  "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"a\"}}]}\n\n",
	} {
		s := newStream()
		limits := DefaultLimits()
		buf := bytes.Repeat([]byte(text), 100)
		run := func() {
			s.reset(limits, false)
			s.read(buf[:len(buf)/3], 1)
			s.read(buf[len(buf)/3:], 2)
		}
		run()
		if len(s.cumulative) != 100 {
			t.Fatalf("%s: %d events of 100: %s", name, len(s.cumulative), s.detail)
		}
		if n := testing.AllocsPerRun(20, run); n > 0 {
			t.Errorf("%s: %v allocations for 100 events", name, n)
		}
	}
}

// FuzzStream: no panic, bounded memory, and the same facts for every cut.
func FuzzStream(f *testing.F) {
	for _, text := range validStreams() {
		if len(text) < 4000 {
			f.Add([]byte(text), uint64(1))
		}
	}
	f.Add([]byte("\xef\xbb\xbfdata: {}\r\rdata\r\n\n"), uint64(2))
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) {
		if len(text) > 20_000 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		s := newStream()
		limits := DefaultLimits()
		limits.Event, limits.Events = 1000, 50
		var want string
		for i, at := range cuts(len(text), 2, rng) {
			got, err := events(text, at, 1000)
			all := fmt.Sprint(got, err, play(s, text, at))
			if i == 0 {
				want = all
			} else if all != want {
				t.Fatalf("cut at %v:\n%s\nexpected\n%s", at, all, want)
			}
			if cap(s.sse.line) > 8*len(text)+4096 || cap(s.sse.data) > 8*len(text)+4096 {
				t.Fatalf("buffers of %d and %d bytes for %d", cap(s.sse.line), cap(s.sse.data), len(text))
			}
		}
	})
}

// FuzzChunk holds the scanner to encoding/json: the same texts are JSON, and
// the members have the same values.
func FuzzChunk(f *testing.F) {
	for _, text := range []string{
		role, content("a\"\\\n\u00e9😀"), finish("stop"), usage(1, 2), `{"error":null}`, `{"a":[1,-0.5e+3,true,false,null,{}]}`,
		`[]`, `{"id":"\ud83d\ude00"}`, `{"id":"\ud83d"}`, `{"choices":[{"text":"x"}]}`, `{"a":1,}`, `{"a" 1}`, `{,}`, `[1,]`, `01`, `-`, `1.`, `"`, `{"id":"a`, ` {} `,
		strings.Repeat("[", 150) + strings.Repeat("]", 150), "{\"id\":\"\x01\"}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 10_000 {
			return
		}
		var texts []string
		s := &chunkScanner{sink: func(kind textKind, text []byte) { texts = append(texts, fmt.Sprint(kind, string(text))) }}
		got, ok := s.scan(data)
		if valid := json.Valid(data); ok != valid {
			if deep := bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > maxDepth; deep && valid {
				return
			}
			t.Fatalf("JSON: we say %v, encoding/json %v", ok, valid)
		}
		if !ok || !got.object || !utf8.Valid(data) {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(`\`)) && strings.Count(string(data), `"`) > 40 {
			return
		}
		keys := memberNames(t, data)
		if slices.Contains(keys, "\ufffd") || len(keys) != len(want) {
			return // doubled names: ours counts each, a map the last
		}
		str := func(name string) string {
			var v string
			if json.Unmarshal(want[name], &v) != nil {
				return ""
			}
			return v
		}
		if string(got.id) != str("id") || string(got.model) != str("model") {
			t.Fatalf("id %q and model %q, expected %q and %q", got.id, got.model, str("id"), str("model"))
		}
		wantErr := len(want["error"]) > 0 && string(want["error"]) != "null" || string(want["object"]) == `"error"`
		if (got.err != nil) != wantErr {
			t.Fatalf("error %q, expected %v", got.err, wantErr)
		}
		var list []json.RawMessage
		json.Unmarshal(want["choices"], &list)
		if got.choices != len(list) {
			t.Fatalf("%d choices, expected %d", got.choices, len(list))
		}
	})
}

// memberNames lists the names of an object's members, doubled ones too.
func memberNames(t *testing.T, data []byte) (names []string) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil && err != io.EOF {
			t.Fatal(err)
		}
	}
	return names
}
