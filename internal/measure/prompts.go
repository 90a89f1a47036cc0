// Prompts: which item of the data goes to which request of which run, encoded
// as the request's body. All of it follows from the root seed (G11).

package measure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"

	"jouleboard/internal/load"
	"jouleboard/internal/stats"
)

// prompts hands out the requests of one job.
type prompts struct {
	plan *Plan
	data *Data // nil for synthetic prompts
	syn  synthetic
	caps caps

	share [][]int32 // items of each run, in the order of sending
	used  hash.Hash // over the synthetic prompts that were made, which are the data
	made  int64
}

// caps is what the probe found the server to know, as far as bodies need it.
type caps struct {
	maxField        string
	noStreamOptions bool
	continuous      bool
	ignoreEOS       bool
	minTokens       bool
	seed            bool
	penalty         bool // repetition_penalty and top_k are taken
}

// perRun is how many prompts each run can have without repeating one.
func perRun(items, repeats int, isolation string) int64 {
	if isolation == IsolationDisjoint {
		return int64(items / repeats)
	}
	return int64(items)
}

// newPrompts deals the items of the data out to the runs. n is the number of
// requests of a run, 0 for as many as there are.
func newPrompts(pl *Plan, data *Data, c caps) (*prompts, error) {
	p := &prompts{plan: pl, data: data, caps: c, used: sha256.New()}
	p.syn = synthetic{root: pl.Opt.Seed, key: pl.Key()}
	if data == nil {
		return p, nil
	}
	items, repeats := len(data.Items), pl.Opt.Repeats
	each := perRun(items, repeats, pl.Opt.Isolation)
	if pl.Opt.AllowRepeat {
		each = int64(items)
	}
	if each < 1 || pl.Fixed && pl.Requests > each && !pl.Opt.AllowRepeat {
		want := max(1, pl.Requests)
		return nil, &Failure{
			Err:  fmt.Errorf("%s of %d requests need more prompts than the %d of the data set (%d a run with isolation %s)", runsOf(repeats), want, items, each, pl.Opt.Isolation),
			Hint: "ask for fewer requests or --repeats, another --isolation, or declare repeated prompts with --allow-repeat",
		}
	}
	// One draw for the job decides which items each run has, then each run has an
	// order of its own.
	all := make([]int32, items)
	for i := range all {
		all[i] = int32(i)
	}
	stats.NewSource(load.Method, "sample", pl.Opt.Seed, 0).Shuffle(items, func(i, j int) { all[i], all[j] = all[j], all[i] })
	for run := 1; run <= repeats; run++ {
		mine := all
		if pl.Opt.Isolation == IsolationDisjoint && !pl.Opt.AllowRepeat {
			mine = all[int64(run-1)*each : int64(run)*each]
		}
		mine = slices.Clone(mine)
		stats.NewSource(load.Method, "order", pl.Opt.Seed, int64(run)).Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
		p.share = append(p.share, mine)
	}
	return p, nil
}

func runsOf(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprintf("%d runs", n)
}

// enoughData says before a server is started whether the data can make the runs
// that were asked for.
func (j *job) enoughData() error {
	pl := j.plan
	p, err := newPrompts(pl, j.data, caps{})
	if err != nil || j.data == nil || pl.Opt.AllowRepeat {
		return err
	}
	need := int64(1)
	switch {
	case pl.Open():
		for run := 1; run <= pl.Opt.Repeats; run++ {
			due, err := pl.schedule(run)
			if err != nil {
				return err
			}
			need = max(need, int64(len(due)))
		}
		if avail := p.available(); avail < need {
			return &Failure{
				Err:  fmt.Errorf("the schedule has %d requests, the data set %d prompts a run", need, avail),
				Hint: "give a lower --rate or a shorter --duration, fewer --repeats, or declare repeated prompts with --allow-repeat",
			}
		}
	case pl.Work.Kind != WorkOffline:
		need = 2*pl.Concurrency() + 2 // W1
	}
	if avail := p.available(); avail < need {
		return &Failure{
			Err:  fmt.Errorf("a run needs at least %d prompts, and has %d: the data set holds %d for %s with isolation %s", need, avail, len(j.data.Items), runsOf(pl.Opt.Repeats), pl.Opt.Isolation),
			Hint: "give more prompts, fewer --repeats, another --isolation, a lower --concurrency, or declare repeated prompts with --allow-repeat",
		}
	}
	return nil
}

// available is how many different prompts a run has; 0 is no bound.
func (p *prompts) available() int64 {
	if p.data == nil {
		return 0
	}
	return int64(len(p.share[0]))
}

// request makes request i of a run; run 0 is the warm-up. ok is false where the
// data have come to their end.
func (p *prompts) request(run int, i int64) (load.Request, bool, error) {
	var item Item
	switch {
	case p.data == nil:
		text := p.syn.text(run, i)
		item = Item{Messages: []load.Message{{Role: "user", Content: text}}, Max: p.plan.Work.Out, Target: p.plan.Work.Out}
		if run > 0 {
			fmt.Fprintf(p.used, "%s\n", text)
			p.made++
		}
	case run == 0:
		item = p.warm(i)
	default:
		mine := p.share[run-1]
		if i >= int64(len(mine)) && !p.plan.Opt.AllowRepeat {
			return load.Request{}, false, nil
		}
		item = p.data.Items[mine[i%int64(len(mine))]]
	}
	req, err := p.encode(item)
	req.Index = i
	return req, true, err
}

// warm makes warm-up prompts out of the measured ones: the same words in another
// order. So they have the same lengths, and none of them recurs (G8).
func (p *prompts) warm(i int64) Item {
	from := p.data.Items[(i*7919)%int64(len(p.data.Items))]
	item := Item{Max: from.Max, Target: from.Target, Messages: slices.Clone(from.Messages)}
	last := &item.Messages[len(item.Messages)-1]
	ws := strings.Fields(last.Content)
	src := stats.NewSource(load.Method, "text", p.plan.Opt.Seed, -1-i)
	src.Shuffle(len(ws), func(a, b int) { ws[a], ws[b] = ws[b], ws[a] })
	// The number makes it differ where the words have one order only, and from
	// the same prompt in an earlier round.
	last.Content = fmt.Sprintf("%d %s", i+1, strings.Join(ws, " "))
	return item
}

// encode puts the system prompt, the item and every sampling parameter into a
// body (G12).
func (p *prompts) encode(item Item) (load.Request, error) {
	pl := p.plan
	par := load.Params{
		Model: pl.Opt.Served, Temperature: *pl.Sampling.Temperature, Max: p.max(item),
		MaxField: p.caps.maxField, NoStreamOptions: p.caps.noStreamOptions, ContinuousUsage: p.caps.continuous,
	}
	if pl.Sampling.TopP != nil {
		par.TopP = *pl.Sampling.TopP
	}
	if p.caps.seed {
		par.Seed = &pl.Opt.Seed
	}
	if p.caps.penalty {
		one := 1.0
		par.RepetitionPenalty = &one
		if pl.Sampling.RepetitionPenalty != nil {
			par.RepetitionPenalty = pl.Sampling.RepetitionPenalty
		}
	} else if r := pl.Sampling.RepetitionPenalty; r != nil && *r != 1 {
		par.RepetitionPenalty = r
	}
	par.TopK = pl.Sampling.TopK
	if item.Target > 0 {
		par.IgnoreEOS = p.caps.ignoreEOS
		if p.caps.minTokens && !p.caps.ignoreEOS {
			par.MinTokens = item.Target
		}
	}
	messages := item.Messages
	if pl.System != "" && messages[0].Role != "system" {
		messages = append([]load.Message{{Role: "system", Content: pl.System}}, messages...)
	}
	if pl.Opt.API == APICompletions {
		par.Prompt = p.flat(messages)
	} else {
		par.Messages = messages
	}
	path, body, err := par.Encode()
	if err != nil {
		return load.Request{}, err
	}
	req := load.Request{Path: path, Body: body, Max: par.Max}
	sum := sha256.New()
	for _, m := range item.Messages {
		fmt.Fprintf(sum, "%s\x00%s\x00", m.Role, m.Content)
	}
	copy(req.PromptHash[:], sum.Sum(nil))
	return req, nil
}

func (p *prompts) max(item Item) int64 {
	switch {
	case p.plan.Opt.MaxTokens > 0 && p.plan.Work.Kind != WorkFixed:
		return p.plan.Opt.MaxTokens
	case item.Max > 0:
		return item.Max
	case p.plan.Task != nil && p.plan.Task.MaxOutputTokens > 0:
		return p.plan.Task.MaxOutputTokens
	}
	return defaultMax
}

// flat writes a chat as one text for the completions API: the role names that a
// task fixes stand before each turn, and a single turn without them stands alone.
func (p *prompts) flat(ms []load.Message) string {
	if p.plan.Roles == nil {
		parts := make([]string, len(ms))
		for i, m := range ms {
			parts[i] = m.Content
		}
		return strings.Join(parts, "\n\n")
	}
	var b strings.Builder
	for _, m := range ms {
		switch m.Role {
		case "user":
			b.WriteString(p.plan.Roles.User + ": ")
		case "assistant":
			b.WriteString(p.plan.Roles.Assistant + ": ")
		}
		b.WriteString(m.Content + "\n")
	}
	b.WriteString(p.plan.Roles.Assistant + ":")
	return b.String()
}

// dataHash is the SHA-256 of the data: the file's, or that of the synthetic
// prompts one a line in the order of their making.
func (p *prompts) dataHash() string {
	if p.data != nil {
		return p.data.SHA256
	}
	return hex.EncodeToString(p.used.Sum(nil))
}

// calibrate finds how many words give the tokens asked for, from the server's own
// count of a few prompts that ask for one token (fixed lengths only).
func (p *prompts) calibrate(ctx context.Context, c *load.Client, clock load.Clock) (lengths, error) {
	var trials [][2]int64
	for i, n := range []int64{40, max(80, p.plan.Work.In/2), max(120, p.plan.Work.In)} {
		p.syn.words = int(n)
		item := Item{Messages: []load.Message{{Role: "user", Content: p.syn.text(-1, int64(i))}}, Max: 1, Target: 1}
		req, err := p.encode(item)
		if err != nil {
			return lengths{}, err
		}
		req.Max = 1
		t := c.Do(ctx, req, -1, clock)
		if t.Np < 1 {
			return lengths{}, fmt.Errorf("a trial prompt of %d words: %s %s", n, t.Outcome, t.Detail)
		}
		trials = append(trials, [2]int64{n, t.Np})
	}
	l, err := fitLengths(trials)
	if err != nil {
		return l, err
	}
	p.syn.words = l.words(p.plan.Work.In)
	return l, nil
}
