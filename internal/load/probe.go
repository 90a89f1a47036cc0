// The probe (G3): what a server supports, found by effect where it can be,
// because a server may take a field and do nothing with it.

package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Answers of the probe.
const (
	Yes     = "yes"
	No      = "no"      // refused, or not there
	Ignored = "ignored" // accepted without effect
	Unknown = "unknown" // this model's answers cannot show it
)

// Features that the probe asks for, in the order in which it does.
const (
	FeatureStreaming       = "streaming"
	FeatureIncludeUsage    = "include_usage"
	FeatureContinuousUsage = "continuous_usage_stats"
	FeatureMaxCompletion   = "max_completion_tokens"
	FeatureMaxTokens       = "max_tokens"
	FeatureIgnoreEOS       = "ignore_eos"
	FeatureMinTokens       = "min_tokens"
	FeatureSeed            = "seed"
	FeatureCachedTokens    = "cached_tokens"
	FeatureVersion         = "version"
	FeatureMetrics         = "metrics"
)

// ProbeOptions say what to probe with.
type ProbeOptions struct {
	Model       string
	Completions bool // of the completions endpoint, not of chats
	// Limit bounds each question; 60 s if 0.
	Limit time.Duration
}

// A ProbeResult holds the answers and what they rest on, by feature.
type ProbeResult struct {
	Answers  map[string]string
	Evidence map[string]string
	Version  string // what the server says of its version, "" if nothing
	Usage    bool   // it said how many tokens an answer had
}

// Unanswered is the error of a probe that got no stream.
type Unanswered struct {
	Host  string
	Trace Trace
}

func (u *Unanswered) Error() string {
	s := fmt.Sprintf("the server at %s did not stream an answer: %s", u.Host, u.Trace.Outcome)
	if u.Trace.HTTP != 0 {
		s += fmt.Sprintf(" (HTTP %d)", u.Trace.HTTP)
	}
	if u.Trace.Detail != "" {
		s += ": " + u.Trace.Detail
	}
	return s
}

// Has reports whether a feature was found to work.
func (p *ProbeResult) Has(feature string) bool { return p.Answers[feature] == Yes }

// Params returns the parameters that this server understands: the field for
// the output length, usage as often as it is given.
func (p *ProbeResult) Params() Params {
	out := Params{MaxField: "max_tokens", ContinuousUsage: p.Has(FeatureContinuousUsage), NoStreamOptions: p.Answers[FeatureIncludeUsage] == No}
	if !p.Has(FeatureMaxTokens) && p.Has(FeatureMaxCompletion) {
		out.MaxField = "max_completion_tokens"
	}
	return out
}

const (
	longTask  = "Count from one to two hundred in words, one number a line, without stopping."
	shortTask = "Is water wet? Answer with one word."
	probeMax  = 64
)

type prober struct {
	ctx   context.Context
	c     *Client
	clock Clock
	opt   ProbeOptions
	out   ProbeResult
	index int64
}

// ProbeServer asks a server what it supports. The error says that it gave no
// stream at all, and why; single features never fail the probe.
func ProbeServer(ctx context.Context, c *Client, clock Clock, opt ProbeOptions) (ProbeResult, error) {
	if opt.Model == "" {
		return ProbeResult{}, errors.New("the probe needs the model's name")
	}
	if opt.Limit <= 0 {
		opt.Limit = time.Minute
	}
	p := &prober{ctx: ctx, c: c, clock: clock, opt: opt, out: ProbeResult{Answers: map[string]string{}, Evidence: map[string]string{}}}
	base, err := p.streaming()
	if err != nil {
		return p.out, err
	}
	p.lengths(&base)
	p.continuous(base)
	p.endings(base)
	p.seed(base)
	p.cached(base)
	p.endpoints()
	if err := ctx.Err(); err != nil {
		return p.out, fmt.Errorf("the probe was stopped: %w", context.Cause(ctx))
	}
	return p.out, nil
}

func (p *prober) say(feature, answer, format string, args ...any) {
	p.out.Answers[feature] = answer
	p.out.Evidence[feature] = fmt.Sprintf(format, args...)
}

// ask sends one question. Each has its own words, so that no cache answers it,
// unless tag is given.
func (p *prober) ask(q Params, task, tag string) Trace {
	p.index++
	if tag == "" {
		tag = fmt.Sprint("probe ", p.index)
	}
	q.Model = p.opt.Model
	if task = "(" + tag + ") " + task; p.opt.Completions {
		q.Prompt = task
	} else {
		q.Messages = []Message{{Role: "user", Content: task}}
	}
	path, body, err := q.Encode()
	if err != nil {
		return Trace{Outcome: BadJSON, Detail: err.Error(), Nc: -1}
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.opt.Limit)
	defer cancel()
	return p.c.Do(ctx, Request{Index: p.index, Path: path, Body: body, Max: 0, PromptHash: HashText(task)}, -1, p.clock)
}

func refused(t Trace) bool { return t.Outcome == HTTP4xx && (t.HTTP == 400 || t.HTTP == 422) }

func seen(t Trace) string {
	switch {
	case t.Outcome != OK:
		return fmt.Sprintf("%s (HTTP %d)", t.Outcome, t.HTTP)
	case t.Nc >= 0:
		return fmt.Sprintf("%d tokens, finish %s", t.Nc, t.Finish)
	}
	return fmt.Sprintf("%d events, finish %s, no usage", t.Events, t.Finish)
}

// streaming finds a form of request that is streamed, with usage if possible.
func (p *prober) streaming() (Params, error) {
	base := Params{Max: 8}
	t := p.ask(base, longTask, "")
	if refused(t) {
		base.MaxField = "max_completion_tokens"
		if u := p.ask(base, longTask, ""); !refused(u) {
			t = u
		} else {
			base = Params{Max: 8, NoStreamOptions: true}
			if u = p.ask(base, longTask, ""); !refused(u) {
				t = u
			} else {
				base.MaxField = "max_completion_tokens"
				t = p.ask(base, longTask, "")
			}
		}
	}
	answered := t.Outcome == OK || t.Outcome == NoUsage
	if !answered {
		p.say(FeatureStreaming, No, "%s", seen(t))
		return base, &Unanswered{p.c.base.Host, t}
	}
	p.say(FeatureStreaming, Yes, "%d events", t.Events)
	p.out.Usage = t.Nc >= 0
	switch {
	case t.Nc >= 0 && base.NoStreamOptions:
		p.say(FeatureIncludeUsage, No, "stream_options is refused, but usage came without: %d tokens", t.Nc)
	case t.Nc >= 0:
		p.say(FeatureIncludeUsage, Yes, "usage says %d tokens", t.Nc)
	case base.NoStreamOptions:
		p.say(FeatureIncludeUsage, No, "stream_options is refused")
	default:
		p.say(FeatureIncludeUsage, Ignored, "no usage came although it was asked for")
	}
	return base, nil
}

// lengths tries both names of the output length against a task whose answer is
// longer.
func (p *prober) lengths(base *Params) {
	for _, f := range []struct{ feature, field string }{{FeatureMaxCompletion, "max_completion_tokens"}, {FeatureMaxTokens, "max_tokens"}} {
		q := *base
		q.MaxField, q.Max = f.field, 8
		t := p.ask(q, longTask, "")
		length := t.Nc
		if length < 0 {
			length = t.Events
		}
		switch {
		case t.Outcome != OK && t.Outcome != NoUsage && t.Outcome != Cancelled:
			p.say(f.feature, No, "asked for 8: %s", seen(t))
		case t.Outcome == Cancelled || length > 8:
			p.say(f.feature, Ignored, "asked for 8: %s", seen(t))
		case t.Finish == "length":
			p.say(f.feature, Yes, "asked for 8: %s", seen(t))
		default:
			p.say(f.feature, Unknown, "asked for 8: %s", seen(t))
		}
	}
	base.MaxField = "max_tokens"
	if !p.out.Has(FeatureMaxTokens) && p.out.Has(FeatureMaxCompletion) {
		base.MaxField = "max_completion_tokens"
	}
}

func (p *prober) continuous(base Params) {
	q := base
	q.ContinuousUsage, q.Max = true, 8
	t := p.ask(q, longTask, "")
	switch {
	case q.NoStreamOptions || t.Outcome != OK && t.Outcome != NoUsage:
		p.say(FeatureContinuousUsage, No, "%s", seen(t))
	case t.continuousUsage:
		p.say(FeatureContinuousUsage, Yes, "usage on each of %d events", t.Events)
	default:
		p.say(FeatureContinuousUsage, Ignored, "no usage on token-bearing events")
	}
}

// endings asks 64 tokens of a prompt that ends in 2, without help first: a model
// that does not stop by itself cannot show that it was kept from stopping.
func (p *prober) endings(base Params) {
	base.Max = probeMax
	control := p.ask(base, shortTask, "")
	for _, f := range []struct {
		feature string
		set     func(*Params)
	}{
		{FeatureIgnoreEOS, func(q *Params) { q.IgnoreEOS = true }},
		{FeatureMinTokens, func(q *Params) { q.MinTokens = probeMax }},
	} {
		q := base
		f.set(&q)
		t := p.ask(q, shortTask, "")
		switch {
		case refused(t):
			p.say(f.feature, No, "%s", seen(t))
		case t.Outcome != OK || t.Nc < 0:
			p.say(f.feature, No, "asked for %d: %s", probeMax, seen(t))
		case control.Outcome != OK || control.Nc < 0 || control.Nc >= probeMax:
			p.say(f.feature, Unknown, "a short answer has %s even without it", seen(control))
		case t.Nc >= probeMax:
			p.say(f.feature, Yes, "asked for %d: %s; without it %s", probeMax, seen(t), seen(control))
		default:
			p.say(f.feature, Ignored, "asked for %d: %s; without it %s", probeMax, seen(t), seen(control))
		}
	}
}

// seed asks twice with one seed and once with another, at a temperature.
func (p *prober) seed(base Params) {
	base.Max, base.Temperature = 24, 1
	draw := func(seed int64) Trace {
		q := base
		q.Seed = &seed
		return p.ask(q, "Write a random sentence about rivers.", "seed")
	}
	a, b, c := draw(11), draw(11), draw(12)
	fine := func(t Trace) bool { return t.Outcome == OK || t.Outcome == NoUsage }
	switch {
	case !fine(a) || !fine(b) || !fine(c):
		p.say(FeatureSeed, No, "%s, %s, %s", seen(a), seen(b), seen(c))
	case a.OutputHash == b.OutputHash && a.OutputHash != c.OutputHash:
		p.say(FeatureSeed, Yes, "one seed gave one text, another seed another")
	case a.OutputHash == b.OutputHash:
		p.say(FeatureSeed, Unknown, "the text is the same for every seed")
	default:
		p.say(FeatureSeed, Ignored, "one seed gave two texts")
	}
}

// cached sends one long prompt twice.
func (p *prober) cached(base Params) {
	base.Max = 2
	task := strings.Repeat("The river runs to the sea and the sea to the sky. ", 40) + shortTask
	first := p.ask(base, task, "cache")
	second := p.ask(base, task, "cache")
	switch {
	case first.NCached < 0 && second.NCached < 0:
		p.say(FeatureCachedTokens, No, "usage does not name cached tokens")
	default:
		p.say(FeatureCachedTokens, Yes, "a repeated prompt of %d tokens: %d, then %d cached", second.Np, max(first.NCached, 0), max(second.NCached, 0))
	}
}

// endpoints looks for what engines say of themselves.
func (p *prober) endpoints() {
	p.say(FeatureVersion, No, "no version endpoint answered")
	for _, e := range []struct{ path, key string }{
		{"/version", "version"},         // vLLM, TensorRT-LLM
		{"/get_server_info", "version"}, // SGLang
		{"/server_info", "version"},
		{"/api/version", "version"}, // Ollama
		{"/info", "version"},        // TGI
		{"/props", "build_info"},    // llama.cpp
	} {
		r, err := p.c.Get(p.ctx, e.path, true)
		var object map[string]any
		if err != nil || r.Status != 200 || json.Unmarshal(r.Body, &object) != nil {
			continue
		}
		if v, ok := object[e.key].(string); ok && v != "" {
			p.out.Version = p.c.mask(v)
			p.say(FeatureVersion, Yes, "%s says %s", e.path, p.out.Version)
			break
		}
	}
	r, err := p.c.Get(p.ctx, "/metrics", true)
	if err == nil && r.Status == 200 && (bytes.HasPrefix(r.Body, []byte("# ")) || bytes.Contains(r.Body, []byte("\n# TYPE "))) {
		p.say(FeatureMetrics, Yes, "/metrics has %d lines", bytes.Count(r.Body, []byte("\n")))
		return
	}
	p.say(FeatureMetrics, No, "no Prometheus metrics at /metrics")
}

// RTT is the median time of n connections to the server: its round trip, without
// what it does with a request. Behind a proxy it is the proxy's.
func (c *Client) RTT(ctx context.Context, n int) (time.Duration, error) {
	target := c.base
	if c.transport.Proxy != nil {
		via, err := c.transport.Proxy(&http.Request{URL: c.base})
		if err != nil {
			return 0, err
		}
		if via != nil {
			target = via
		}
	}
	port := target.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[target.Scheme]
	}
	if port == "" {
		port = "1080" // of a SOCKS proxy
	}
	address := net.JoinHostPort(target.Hostname(), port)
	var times []time.Duration
	for range max(n, 1) {
		start := time.Now()
		conn, err := c.transport.DialContext(ctx, "tcp", address)
		if err != nil {
			return 0, fmt.Errorf("no connection to the server: %s", c.mask(err.Error()))
		}
		times = append(times, time.Since(start))
		conn.Close()
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
