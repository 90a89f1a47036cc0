package load

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	fake "jouleboard/internal/load/fakeserver"
)

// Events of the scripts below, written as vLLM and others write them.
func delta(member string) string {
	return `{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{` + member + `},"logprobs":null,"finish_reason":null}],"usage":null}`
}

func content(text string) string { return delta(fmt.Sprintf(`"content":%q`, text)) }

func finish(reason string) string {
	return `{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"` + reason + `"}]}`
}

func usage(np, nc int) string {
	return fmt.Sprintf(`{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d}}`, np, np+nc, nc)
}

const (
	role  = `{"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`
	done  = "[DONE]"
	ms    = time.Millisecond
	token = 10 * ms // what the scripts let pass before a token
)

// good is a stream of two tokens that succeeds.
func good(extra ...fake.Step) fake.Script {
	return fake.Stream(fake.Events(role), fake.Sleep(token), fake.Events(content("Hel")), fake.Sleep(token), fake.Events(content("lo")),
		fake.Events(finish("stop"), usage(5, 2), done)).With(extra...)
}

// A faultCase is one script and what must come of it. Times are milliseconds
// from the start; -1 is "never".
type faultCase struct {
	name    string
	row     string // of the lifecycle table
	script  fake.Script
	max     int64
	source  string
	limits  Limits
	outcome string
	flags   []string
	nc      int64 // N_out, -1 if unknown
	events  int64
	first   int64
	end     int64
	detail  string // part of it
	// timeless scripts are played over a real socket too.
	timeless bool
	http     int           // status if not 200, -1 for none
	last     int64         // last token, if it is not the first
	retry    string        // Retry-After
	stop     time.Duration // the user stops the run then
	https    bool          // the server is spoken to with TLS, which it has not
	proxy    string
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// deaf is a connection that takes everything and answers nothing.
func deaf(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go io.Copy(io.Discard, theirs)
	return ours, nil
}

func faultCases() []faultCase {
	two := []fake.Step{fake.Events(role), fake.Events(content("Hel")), fake.Events(content("lo"))}
	stream := func(steps ...fake.Step) fake.Script { return fake.Stream(append(slices.Clone(two), steps...)...) }
	status := func(code int, steps ...fake.Step) fake.Script {
		return append(fake.Script{fake.Status(code)}, steps...)
	}
	sse := fake.Header("Content-Type", "text/event-stream")
	hangs := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
	}
	refuses := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	noName := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "memory", IsNotFound: true}}
	}
	return []faultCase{
		{name: "refused", row: "1", dial: refuses, outcome: Connect, http: -1, nc: -1, first: -1, detail: "refused"},
		{name: "no such name", row: "1", dial: noName, outcome: Connect, http: -1, nc: -1, first: -1, detail: "no such host"},
		{name: "no answer to the connection", row: "1", dial: hangs, outcome: Connect, http: -1, nc: -1, first: -1, end: 10_000},
		{name: "connect limit of the user", row: "1", dial: hangs, limits: Limits{Connect: 2 * time.Second}, outcome: Connect, http: -1, nc: -1, first: -1, end: 2000},
		{name: "proxy that says nothing", row: "1", dial: deaf, https: true, proxy: "http://proxy:3128", outcome: Connect, http: -1, nc: -1, first: -1, end: 20_000},
		{name: "socks proxy that says nothing", row: "1", dial: deaf, proxy: "socks5://proxy", outcome: Connect, http: -1, nc: -1, first: -1, end: 20_000},
		{name: "server without TLS", row: "2", https: true, outcome: TLS, http: -1, nc: -1, first: -1},
		{name: "handshake without end", row: "2", https: true, dial: deaf, outcome: TLS, http: -1, nc: -1, first: -1, end: 10_000},
		{name: "redirect", row: "3", script: status(302, fake.Header("Location", "/v1/elsewhere")), outcome: HTTP3xx, http: 302, nc: -1, first: -1, detail: "redirect to /v1/elsewhere", timeless: true},
		{name: "redirect with a password", row: "3", script: status(307, fake.Header("Location", "https://u:hunter2@x/v1")), outcome: HTTP3xx, http: 307, nc: -1, first: -1, detail: "redirect to https://***@x/v1", timeless: true},
		{name: "too many requests", row: "4", script: status(429, fake.Header("Retry-After", "7"), fake.Send(`{"error":"slow down"}`)), outcome: HTTP429, http: 429, retry: "7", nc: -1, first: -1, detail: `Retry-After: 7; {"error":"slow down"}`, timeless: true},
		{name: "too many requests until a day", row: "4", script: status(429, fake.Header("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT")), outcome: HTTP429, http: 429, retry: "Wed, 21 Oct 2026 07:28:00 GMT", nc: -1, first: -1, timeless: true},
		{name: "not found", row: "5", script: status(404, fake.Send("no such model sk-abcdefgh12345678")), outcome: HTTP4xx, http: 404, nc: -1, first: -1, detail: "no such model ***", timeless: true},
		{name: "overloaded", row: "5", script: status(503, fake.Send(strings.Repeat("x", 5000))), outcome: HTTP5xx, http: 503, nc: -1, first: -1, timeless: true},
		{name: "error body that hangs", row: "5", script: status(500, fake.Send("oops"), fake.Hold()), outcome: HTTP5xx, http: 500, nc: -1, first: -1, detail: "oops"},
		{name: "json instead of a stream", row: "6", script: fake.Script{fake.Header("Content-Type", "application/json"), fake.Send(`{"choices":[]}`)}, outcome: NotStream, nc: -1, first: -1, timeless: true},
		{name: "html instead of a stream", row: "6", script: fake.Script{fake.Header("Content-Type", "text/html"), fake.Send(`<html>Sign in</html>`)}, outcome: NotStream, nc: -1, first: -1, detail: "Sign in", timeless: true},
		{name: "no content type", row: "6", script: fake.Script{fake.Send(`data: x`)}, outcome: NotStream, nc: -1, first: -1, timeless: true},
		{name: "another protocol", row: "6", script: fake.Script{fake.Raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")}, outcome: NotStream, http: 101, nc: -1, first: -1, timeless: true},
		{name: "no content", row: "6", script: fake.Script{fake.Raw("HTTP/1.1 204 No Content\r\n\r\n"), fake.Close()}, outcome: NotStream, http: 204, nc: -1, first: -1, timeless: true},
		{name: "compressed without a word", row: "7", script: fake.Script{sse, fake.Split(1), fake.Send("\x1f\x8b\x08\x00")}, outcome: BadEncoding, nc: -1, first: -1, timeless: true},
		{name: "compressed for the transfer", row: "7", script: fake.Script{fake.Raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: gzip\r\n\r\n\x1f\x8b")}, outcome: BadEncoding, http: -1, nc: -1, first: -1, timeless: true},
		{name: "compressed", row: "7", script: fake.Script{sse, fake.Header("Content-Encoding", "gzip"), fake.Send("\x1f\x8b\x08")}, outcome: BadEncoding, nc: -1, first: -1, timeless: true},
		{name: "identity encoding is none", row: "7", script: append(fake.Script{fake.Header("Content-Encoding", "identity")}, good()...), outcome: OK, nc: 2, events: 2, first: 10, last: 20, end: 20, timeless: true},
		{name: "no header", row: "8", script: fake.Script{fake.Sleep(400 * time.Second)}, outcome: TimeoutFirst, http: -1, nc: -1, first: -1, end: 300_000},
		{name: "limits of the user", row: "8", script: fake.Script{fake.Sleep(400 * time.Second)}, limits: Limits{First: 30 * time.Second}, outcome: TimeoutFirst, http: -1, nc: -1, first: -1, end: 30_000},
		{name: "headers and then silence", row: "8", script: fake.Stream(fake.Events(role), fake.Sleep(400*time.Second)), outcome: TimeoutFirst, nc: -1, first: -1, end: 300_000},
		{name: "pings before the first token", row: "8", script: fake.Stream(repeat(400, fake.Send(": ping\n\n"), fake.Sleep(time.Second))...), outcome: TimeoutFirst, nc: -1, first: -1, end: 300_000},
		{name: "empty deltas before the first token", row: "8", script: fake.Stream(repeat(400, fake.Events(role), fake.Sleep(time.Second))...), outcome: TimeoutFirst, nc: -1, first: -1, end: 300_000},
		{name: "slow first token within its limit", row: "8", script: fake.Stream(fake.Sleep(299*time.Second), fake.Events(content("a"), finish("stop"), usage(1, 1), done)), outcome: OK, nc: 1, events: 1, first: 299_000, end: 299_000},
		{name: "stalls", row: "9", script: stream(fake.Sleep(100 * time.Second)), outcome: TimeoutIdle, nc: -1, events: 2, first: 0, end: 60_000},
		{name: "pings do not count as life", row: "9", script: fake.Stream(append(slices.Clone(two), repeat(100, fake.Send(": ping\n\nevent: ping\ndata: {}\n\n"), fake.Sleep(time.Second))...)...), outcome: TimeoutIdle, nc: -1, events: 2, first: 0, end: 60_000},
		{name: "slow but alive", row: "9", script: fake.Stream(fake.Events(content("a")), fake.Sleep(59*time.Second), fake.Events(content("b")), fake.Sleep(59*time.Second), fake.Events(finish("length"), usage(1, 2), done)), outcome: OK, nc: 2, events: 2, first: 0, last: 59_000, end: 118_000},
		{name: "a ping behind each token", row: "9", script: fake.Stream(append(repeat(3, fake.Send("data: "+content("a")+"\n\nevent: ping\ndata: {}\n\n"), fake.Sleep(59*time.Second)), fake.Events(finish("length"), usage(1, 3), done))...), outcome: OK, nc: 3, events: 3, first: 0, last: 118_000, end: 177_000},
		{name: "an event that drips in", row: "9", script: fake.Stream(append(slices.Clone(two), repeat(100, fake.Send("d"), fake.Sleep(7*time.Second))...)...), outcome: TimeoutIdle, nc: -1, events: 2, first: 0, end: 60_000},
		{name: "slow drip", row: "10", script: fake.Stream(repeat(300, fake.Events(content("a")), fake.Sleep(7*time.Second))...), outcome: TimeoutTotal, nc: -1, events: 258, first: 0, last: 1_799_000, end: 1_800_000},
		{name: "total limit before the first token", row: "10", script: fake.Stream(fake.Hold()), limits: Limits{Total: 20 * time.Second}, outcome: TimeoutTotal, nc: -1, first: -1, end: 20_000},
		{name: "error object after tokens", row: "11", script: stream(fake.Events(`{"error":{"message":"CUDA out of memory, key sk-abcdefgh12345678","code":500}}`, done)), outcome: InbandError, nc: -1, events: 2, detail: "CUDA out of memory, key ***", timeless: true},
		{name: "error event", row: "11", script: stream(fake.Send("event: error\ndata: gone\n\n"), fake.Events(finish("stop"), usage(1, 2), done)), outcome: InbandError, nc: -1, events: 2, detail: "gone", timeless: true},
		{name: "error event without data", row: "11", script: stream(fake.Send("event: error\n\n")), outcome: InbandError, nc: -1, events: 2, timeless: true},
		{name: "error as a string", row: "11", script: stream(fake.Events(`{"error":"boom"}`)), outcome: InbandError, nc: -1, events: 2, timeless: true},
		{name: "older error object", row: "11", script: stream(fake.Events(`{"object":"error","message":"boom","code":400}`)), outcome: InbandError, nc: -1, events: 2, timeless: true},
		{name: "error after bad data wins", row: "11", script: stream(fake.Events("oops"), fake.Events(`{"error":"boom"}`)), outcome: InbandError, nc: -1, events: 2, timeless: true},
		{name: "error, then silence", row: "11", script: stream(fake.Events(`{"error":"boom"}`), fake.Hold()), outcome: InbandError, flags: []string{FlagHeld}, nc: -1, events: 2},
		{name: "null error is none", row: "11", script: stream(fake.Events(`{"error":null,"choices":[]}`, finish("stop"), usage(1, 2), done)), outcome: OK, nc: 2, events: 2, timeless: true},
		{name: "not json", row: "12", script: stream(fake.Events("Internal Server Error", finish("stop"), usage(1, 2), done)), outcome: BadJSON, nc: 2, events: 2, detail: "Internal Server Error", timeless: true},
		{name: "json cut within", row: "12", script: stream(fake.Events(`{"choices":[`, finish("stop"), usage(1, 2), done)), outcome: BadJSON, nc: 2, events: 2, timeless: true},
		{name: "not an object", row: "12", script: stream(fake.Events(`[1,2]`, finish("stop"), usage(1, 2), done)), outcome: BadJSON, nc: 2, events: 2, timeless: true},
		{name: "empty data", row: "12", script: stream(fake.Send("data:\n\n"), fake.Events(finish("stop"), usage(1, 2), done)), outcome: BadJSON, nc: 2, events: 2, timeless: true},
		{name: "invalid utf-8", row: "13", script: stream(fake.Send("data: {\"x\":\"\xff\"}\n\n"), fake.Events(finish("stop"), usage(1, 2), done)), outcome: BadUTF8, nc: 2, events: 2, timeless: true},
		{name: "event too large", row: "14", script: stream(fake.Events(content(strings.Repeat("a", 5000)))), limits: Limits{Event: 4096}, outcome: TooLarge, nc: -1, events: 2, timeless: true},
		{name: "line without end", row: "14", script: stream(fake.Send(strings.Repeat("a", 5000))), limits: Limits{Event: 4096}, outcome: TooLarge, nc: -1, events: 2, timeless: true},
		{name: "comment without end", row: "14", script: stream(fake.Send(": " + strings.Repeat("a", 5000))), limits: Limits{Event: 4096}, outcome: TooLarge, nc: -1, events: 2, timeless: true},
		{name: "a line of 1 MB is none too many", row: "14", script: stream(fake.Events(content(strings.Repeat("a", 1<<20)), finish("stop"), usage(1, 3), done)), outcome: OK, nc: 3, events: 3, timeless: true},
		{name: "many data lines", row: "14", script: stream(fake.Send(strings.Repeat("data: aaaa\n", 2000))), limits: Limits{Event: 4096}, outcome: TooLarge, nc: -1, events: 2, timeless: true},
		{name: "stream too large", row: "14", script: fake.Stream(repeat(100, fake.Events(content(strings.Repeat("a", 1000))))...), limits: Limits{Stream: 20_000}, outcome: TooLarge, nc: -1, events: -1, timeless: true},
		{name: "header too large", row: "14", script: append(fake.Script{fake.Header("X", strings.Repeat("a", 200_000))}, good()...), outcome: TooLarge, http: -1, nc: -1, first: -1, timeless: true},
		{name: "too many events", row: "14", script: fake.Stream(repeat(30, fake.Events(content("a")))...), limits: Limits{Events: 10}, outcome: TooLarge, nc: -1, events: 10, timeless: true},
		{name: "reset", row: "15", script: stream(fake.Sleep(token), fake.Reset()), outcome: Truncated, nc: -1, events: 2, end: 10},
		{name: "short chunked body", row: "15", script: stream(fake.Close()), outcome: Truncated, nc: -1, events: 2, timeless: true},
		{name: "short chunked body after finish", row: "15", script: stream(fake.Events(finish("stop"), usage(1, 2)), fake.Close()), outcome: Truncated, nc: 2, events: 2, timeless: true},
		{name: "short body of known length", row: "15", script: append(fake.Script{fake.Header("Content-Length", "100000")}, stream(fake.Events(finish("stop"), usage(1, 2)), fake.Close())...), outcome: Truncated, nc: 2, events: 2, timeless: true},
		{name: "end before finish", row: "15", script: stream(), outcome: Truncated, nc: -1, events: 2, timeless: true},
		{name: "closed before an answer", row: "15", script: fake.Script{fake.Raw(""), fake.Reset()}, outcome: Truncated, http: -1, nc: -1, first: -1, timeless: true},
		{name: "garbage for an answer", row: "15", script: fake.Script{fake.Raw("\x15\x03\x01 what?\r\n\r\n"), fake.Close()}, outcome: Truncated, http: -1, nc: -1, first: -1, timeless: true},
		{name: "empty stream", row: "15", script: fake.Stream(), outcome: Truncated, nc: -1, first: -1, timeless: true},
		{name: "done at once", row: "16", script: fake.Stream(fake.Events(role, done)), outcome: NoToken, nc: -1, first: -1, timeless: true},
		{name: "finished without a token", row: "16", script: fake.Stream(fake.Events(role, finish("stop"))), outcome: NoToken, nc: -1, first: -1, timeless: true},
		{name: "finish with usage but no token", row: "16", script: fake.Stream(fake.Events(role, finish("stop"), usage(1, 0), done)), outcome: NoToken, nc: 0, first: -1, timeless: true},
		{name: "done without finish", row: "17", script: stream(fake.Events(usage(1, 2), done)), outcome: NoFinish, nc: 2, events: 2, timeless: true},
		{name: "aborted", row: "18", script: stream(fake.Events(finish("abort"), usage(1, 2), done)), outcome: BadFinish, nc: 2, events: 2, detail: "abort", timeless: true},
		{name: "finish is a number", row: "18", script: stream(fake.Events(`{"choices":[{"index":0,"delta":{},"finish_reason":1}]}`, usage(1, 2), done)), outcome: BadFinish, nc: 2, events: 2, timeless: true},
		{name: "no usage", row: "19", script: stream(fake.Events(finish("stop"), done)), outcome: NoUsage, nc: -1, events: 2, timeless: true},
		{name: "no usage, chunks will do", row: "19", script: stream(fake.Events(finish("stop"), done)), source: SourceChunks, outcome: OK, flags: []string{FlagCounted}, nc: -1, events: 2, timeless: true},
		{name: "no usage, counted", row: "19", script: stream(fake.Events(finish("stop"), done)), source: SourceTokenizer, outcome: OK, flags: []string{FlagCounted}, nc: 5, events: 2, timeless: true},
		{name: "usage of nulls", row: "20", script: stream(fake.Events(finish("stop"), `{"choices":[],"usage":{"prompt_tokens":null,"completion_tokens":null}}`, done)), outcome: BadUsage, nc: -1, events: 2, timeless: true},
		{name: "negative usage", row: "20", script: stream(fake.Events(finish("stop"), `{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":-2}}`, done)), outcome: BadUsage, nc: -1, events: 2, timeless: true},
		{name: "usage with a fraction", row: "20", script: stream(fake.Events(finish("stop"), `{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2.5}}`, done)), outcome: BadUsage, nc: -1, events: 2, timeless: true},
		{name: "usage is a string", row: "20", script: stream(fake.Events(finish("stop"), `{"choices":[],"usage":"2"}`, done)), outcome: BadUsage, nc: -1, events: 2, timeless: true},
		{name: "usage of zero", row: "20", script: stream(fake.Events(finish("stop"), usage(1, 0), done)), outcome: BadUsage, nc: 0, events: 2, timeless: true},
		{name: "usage falls", row: "20", script: stream(fake.Events(usage(1, 9), finish("stop"), usage(1, 2), done)), outcome: BadUsage, nc: 2, events: 2, timeless: true},
		{name: "more than asked for", row: "21", script: good(), max: 1, outcome: OK, flags: []string{FlagOverMax}, nc: 2, events: 2, first: 10, last: 20, end: 20, timeless: true},
		{name: "two choices in an event", row: "22", script: stream(fake.Events(`{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}`, finish("stop"), usage(1, 3), done)), outcome: MultiChoice, nc: 3, events: 3, timeless: true},
		{name: "another index", row: "22", script: stream(fake.Events(`{"choices":[{"index":1,"delta":{"content":"b"}}]}`, finish("stop"), usage(1, 3), done)), outcome: MultiChoice, nc: 3, events: 3, timeless: true},
		{name: "token after finish", row: "23", script: stream(fake.Events(finish("stop"), content("!"), usage(1, 3), done)), outcome: AfterFinish, nc: 3, events: 3, timeless: true},
		{name: "finish with the last token", row: "23", script: stream(fake.Events(`{"choices":[{"index":0,"delta":{"content":"!"},"finish_reason":"stop"}]}`, usage(1, 3), done)), outcome: OK, nc: 3, events: 3, timeless: true},
		{name: "usage alone after finish", row: "24", script: good(), outcome: OK, nc: 2, events: 2, first: 10, last: 20, end: 20, timeless: true},
		{name: "usage before finish", row: "24", script: stream(fake.Events(usage(1, 2), finish("stop"), done)), outcome: OK, nc: 2, events: 2, timeless: true},
		{name: "usage on every event", row: "24", script: fake.Stream(fake.Events(strings.Replace(role, `]}`, `],"usage":{"prompt_tokens":1,"completion_tokens":0}}`, 1)), fake.Sleep(token), fake.Events(strings.Replace(content("a"), `"usage":null`, `"usage":{"prompt_tokens":1,"completion_tokens":3}`, 1)), fake.Events(strings.Replace(finish("stop"), `]}`, `],"usage":{"prompt_tokens":1,"completion_tokens":4}}`, 1), usage(1, 4), done)), outcome: OK, nc: 4, events: 1, first: 10, end: 10, timeless: true},
		{name: "no done", row: "25", script: stream(fake.Events(finish("stop"), usage(1, 2))), outcome: OK, flags: []string{FlagNoDone}, nc: 2, events: 2, timeless: true},
		{name: "done without its blank line", row: "26", script: stream(fake.Events(finish("stop"), usage(1, 2)), fake.Send("data: [DONE]")), outcome: OK, flags: []string{FlagTail}, nc: 2, events: 2, timeless: true},
		{name: "usage without its blank line", row: "26", script: stream(fake.Events(finish("stop")), fake.Send("data: "+usage(1, 2)+"\n")), outcome: OK, flags: []string{FlagNoDone, FlagTail}, nc: 2, events: 2, timeless: true},
		{name: "half an event at the end", row: "26", script: stream(fake.Events(finish("stop"), usage(1, 2)), fake.Send(`data: {"choices":[`)), outcome: Truncated, nc: 2, events: 2, timeless: true},
		{name: "half a comment at the end", row: "26", script: stream(fake.Events(finish("stop"), usage(1, 2), done), fake.Send(": pi")), outcome: OK, flags: []string{FlagTrailing}, nc: 2, events: 2, timeless: true},
		{name: "events after done", row: "27", script: stream(fake.Events(finish("stop"), usage(1, 2), done, content("x"))), outcome: OK, flags: []string{FlagTrailing}, nc: 2, events: 2, timeless: true},
		{name: "error after done", row: "27", script: stream(fake.Events(finish("stop"), usage(1, 2), done), fake.Sleep(token), fake.Events(`{"error":"late"}`)), outcome: OK, flags: []string{FlagTrailing}, nc: 2, events: 2, timeless: true},
		{name: "blank lines after done", row: "27", script: stream(fake.Events(finish("stop"), usage(1, 2), done), fake.Send("\r\n\n")), outcome: OK, nc: 2, events: 2, timeless: true},
		{name: "held after done", row: "28", script: good(fake.Hold()), outcome: OK, flags: []string{FlagHeld}, nc: 2, events: 2, first: 10, last: 20, end: 20},
		{name: "reset after done", row: "28", script: good(fake.Sleep(token), fake.Reset()), outcome: OK, nc: 2, events: 2, first: 10, last: 20, end: 20},
		{name: "nothing in the first events", row: "29", script: fake.Stream(fake.Events(role, delta(`"content":""`), delta(`"content":null`), `{"choices":[{"index":0,"delta":null}]}`, `{"choices":[]}`), fake.Sleep(token), fake.Events(content(" "), finish("stop"), usage(1, 1), done)), outcome: OK, nc: 1, events: 1, first: 10, end: 10, timeless: true},
		{name: "byte by byte", row: "30", script: append(fake.Script{fake.Split(1)}, good()...), outcome: OK, nc: 2, events: 2, first: 10, last: 20, end: 20, timeless: true},
		{name: "all in one read", row: "30", script: fake.Stream(fake.Events(role, content("Hel"), content("lo"), finish("stop"), usage(5, 2), done)), outcome: OK, flags: []string{FlagCoalesced}, nc: 2, events: 2},
		{name: "tool call only", row: "31", script: fake.Stream(fake.Events(role, delta(`"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"f","arguments":""}}]`)), fake.Events(delta(`"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]`)), fake.Events(finish("tool_calls"), usage(1, 2), done)), outcome: OK, nc: 2, events: 2, timeless: true},
		{name: "refusal only", row: "31", script: fake.Stream(fake.Events(delta(`"refusal":"No"`)), fake.Events(finish("stop"), usage(1, 1), done)), outcome: OK, nc: 1, events: 1, timeless: true},
		{name: "reasoning only", row: "31", script: fake.Stream(fake.Events(delta(`"reasoning_content":"hm"`)), fake.Events(delta(`"reasoning":"hm","content":null`)), fake.Events(finish("length"), usage(1, 2), done)), outcome: OK, nc: 2, events: 2, timeless: true},
		{name: "stopped while it streams", row: "32", script: stream(fake.Sleep(100 * time.Second)), stop: 20 * time.Second, outcome: Cancelled, nc: -1, events: 2, end: 20_000},
		{name: "stopped before an answer", row: "32", script: fake.Script{fake.Sleep(100 * time.Second)}, stop: 20 * time.Second, outcome: Cancelled, http: -1, nc: -1, first: -1, end: 20_000},
		{name: "stopped while it connects", row: "32", dial: hangs, stop: 5 * time.Second, outcome: Cancelled, http: -1, nc: -1, first: -1, end: 5000},
		{name: "stopped after it had gone wrong", row: "32", script: stream(fake.Events("oops"), fake.Sleep(100*time.Second)), stop: 20 * time.Second, outcome: BadJSON, nc: -1, events: 2, end: 20_000},
		{name: "stopped after its end", row: "32", script: good(fake.Hold()), stop: 500 * ms, outcome: OK, nc: 2, events: 2, first: 10, last: 20, end: 20},
		{name: "id changes", row: "33", script: stream(fake.Events(strings.Replace(finish("stop"), "c1", "c2", 1), usage(1, 2), done)), outcome: OK, flags: []string{FlagIdentity}, nc: 2, events: 2, timeless: true},
		{name: "id twice in an event", row: "33", script: stream(fake.Events(strings.Replace(finish("stop"), `"id":"c1"`, `"id":"c9","id":"c1"`, 1)), fake.Events(usage(1, 2), done)), outcome: OK, flags: []string{FlagIdentity}, nc: 2, events: 2, timeless: true},
		{name: "model changes", row: "33", script: stream(fake.Events(strings.Replace(finish("stop"), `"m"`, `"other"`, 1), usage(1, 2), done)), outcome: BadIdentity, nc: 2, events: 2, detail: "other", timeless: true},
	}
}

func repeat(n int, steps ...fake.Step) []fake.Step {
	var out []fake.Step
	for range n {
		out = append(out, steps...)
	}
	return out
}

// TestLifecycle plays every row of the table in memory on a fake clock, where
// each time is exact.
func TestLifecycle(t *testing.T) {
	for _, c := range faultCases() {
		t.Run("row "+c.row+" "+c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := fake.StartMemory(fake.Options{Script: func(int64) fake.Script { return c.script }})
				defer srv.Close()
				opt := ClientOptions{BaseURL: srv.URL(), Dial: srv.Dial, Limits: c.limits, TokenSource: c.source, Count: countLetters, Proxy: c.proxy}
				if c.dial != nil {
					opt.Dial = c.dial
				}
				if c.https {
					opt.BaseURL = strings.Replace(opt.BaseURL, "http:", "https:", 1)
				}
				client := newClient(t, opt)
				defer client.Close()
				time.Sleep(time.Hour) // an epoch long before the request
				clock := NewClock(time.Now())
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if c.stop > 0 {
					time.AfterFunc(c.stop, cancel)
				}
				got := client.Do(ctx, ask(c.max), -1, clock)
				c.check(t, got)
				at := func(ms int64) int64 {
					if ms < 0 {
						return -1
					}
					return ms * 1000
				}
				// A socket that is held is dropped after a second (row 28); nothing else is
				// waited for but what the script sends after [DONE].
				wait := int64(0)
				if slices.Contains(c.flags, FlagHeld) || c.name == "error body that hangs" {
					wait = 1_000_000
				} else if strings.Contains(c.name, "after done") && got.Outcome == OK && clock.Now() > got.End {
					wait = 10_000
				}
				if c.name == "stopped after its end" {
					wait = 480_000
				}
				if now := clock.Now(); now != got.End+wait {
					t.Errorf("complete at %d us, expected %d after the end at %d", now, wait, got.End)
				}
				if c.last == 0 {
					c.last = c.first
				}
				if got.First != at(c.first) || got.Last != at(c.last) || got.End != at(c.end) {
					t.Errorf("tokens from %d to %d us and end at %d us, expected %d, %d and %d", got.First, got.Last, got.End, at(c.first), at(c.last), at(c.end))
				}
			})
		})
	}
}

// TestLifecycleOverSockets plays the same scripts over the loopback device,
// where reads fall as they may.
func TestLifecycleOverSockets(t *testing.T) {
	for _, c := range faultCases() {
		if !c.timeless {
			continue
		}
		t.Run("row "+c.row+" "+c.name, func(t *testing.T) {
			t.Parallel()
			srv, err := fake.Start(fake.Options{Script: func(int64) fake.Script { return c.script }})
			if err != nil {
				t.Fatal(err)
			}
			defer srv.Close()
			client := newClient(t, ClientOptions{BaseURL: srv.URL(), Limits: c.limits, TokenSource: c.source, Count: countLetters})
			defer client.Close()
			got := client.Do(context.Background(), ask(c.max), -1, NewClock(time.Now()))
			got.Flags = slices.DeleteFunc(got.Flags, func(f string) bool { return f == FlagCoalesced })
			c.flags = slices.DeleteFunc(c.flags, func(f string) bool { return f == FlagCoalesced })
			c.check(t, got)
		})
	}
}

func (c *faultCase) check(t *testing.T, got Trace) {
	t.Helper()
	want := 200
	if c.http != 0 {
		want = max(c.http, 0)
	}
	if got.RetryAfter != c.retry {
		t.Errorf("Retry-After %q, expected %q", got.RetryAfter, c.retry)
	}
	if got.HTTP != want {
		t.Errorf("status %d, expected %d", got.HTTP, want)
	}
	if got.Outcome != c.outcome {
		t.Errorf("outcome %s (%s), expected %s", got.Outcome, got.Detail, c.outcome)
	}
	if !slices.Equal(got.Flags, c.flags) {
		t.Errorf("flags %v, expected %v", got.Flags, c.flags)
	}
	if got.Nc != c.nc {
		t.Errorf("%d tokens, expected %d", got.Nc, c.nc)
	}
	if c.events >= 0 && got.Events != c.events {
		t.Errorf("%d token-bearing events, expected %d", got.Events, c.events)
	}
	if !strings.Contains(got.Detail, c.detail) {
		t.Errorf("detail %q, expected %q in it", got.Detail, c.detail)
	}
	if len(got.Detail) > 512 {
		t.Errorf("detail of %d bytes", len(got.Detail))
	}
	if c.row == "31" && got.Out != -1 {
		t.Errorf("a time to first output of a request that has none")
	}
	checkTrace(t, got)
}

// checkTrace holds what is true of every trace (V04, V07).
func checkTrace(t *testing.T, got Trace) {
	t.Helper()
	last := got.Start
	for _, at := range []int64{got.First, got.Last, got.End} {
		if at >= 0 && at < last {
			t.Errorf("times out of order: %+v", got)
		}
		last = max(last, at)
	}
	if got.Sched > got.Start || got.Start < 0 || got.End < 0 {
		t.Errorf("times missing or out of order: %+v", got)
	}
	if n := max(got.Events-1, 0); int64(len(got.Gaps)) != n {
		t.Errorf("%d gaps between %d events", len(got.Gaps), got.Events)
	}
	at := got.First
	for _, g := range got.Gaps {
		at += g
	}
	if at != got.Last {
		t.Errorf("gaps end at %d, the last token came at %d", at, got.Last)
	}
	if got.Counts != nil {
		var sum int64
		for _, n := range got.Counts {
			sum += n
		}
		if sum != got.Nc || int64(len(got.Counts)) != got.Events {
			t.Errorf("%d events hold %d tokens, usage says %d", len(got.Counts), sum, got.Nc)
		}
	} else if got.Timeline != "" && got.Events != got.Nc {
		t.Errorf("%d events of one token each, usage says %d", got.Events, got.Nc)
	}
	if (got.Outcome == OK) != (got.Detail == "") && got.Outcome == OK {
		t.Errorf("a success with detail %q", got.Detail)
	}
	var zero [16]byte
	if (got.OutputHash != zero) != (got.Events > 0) {
		t.Errorf("%d events and hash %x", got.Events, got.OutputHash)
	}
}

// TestTableIsCovered holds that every row has a case. Rows 1, 2 and 32 have more
// over sockets and in loops: TestConnectFails, TestTLS, TestCancel.
func TestTableIsCovered(t *testing.T) {
	have := map[string]bool{}
	for _, c := range faultCases() {
		have[c.row] = true
	}
	for row := 1; row <= 33; row++ {
		if r := fmt.Sprint(row); !have[r] {
			t.Errorf("row %d has no case", row)
		}
	}
}

func TestOutputHashIsOfTheText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := fake.StartMemory(fake.Options{Script: func(int64) fake.Script { return good() }})
		defer srv.Close()
		client := newClient(t, ClientOptions{BaseURL: srv.URL(), Dial: srv.Dial})
		defer client.Close()
		got := client.Do(context.Background(), ask(0), -1, NewClock(time.Now()))
		want := sha256.Sum256([]byte("Hello"))
		if got.OutputHash != [16]byte(want[:16]) {
			t.Errorf("hash %x, expected %x", got.OutputHash, want[:16])
		}
	})
}

func newClient(t testing.TB, opt ClientOptions) *Client {
	t.Helper()
	c, err := NewClient(opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func countLetters(_ context.Context, text string) (int64, error) { return int64(len(text)), nil }

func ask(limit int64) Request {
	path, body, err := Params{Model: "m", Messages: []Message{{Role: "user", Content: "Say hello."}}, Max: limit}.Encode()
	if err != nil {
		panic(err)
	}
	return Request{Path: path, Body: body, Max: limit}
}
