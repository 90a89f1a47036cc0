// The server of a job: started by --serve-cmd and stopped whatever happens, or
// found at --url.

package measure

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"jouleboard/internal/load"
)

// startServer starts the server of --serve-cmd, or sees that the one of --url is
// there.
func (j *job) startServer(ctx context.Context) error {
	o := &j.plan.Opt
	if o.ServeCmd == "" {
		return j.reach(ctx)
	}
	j.enter(PhaseServer, 0, 0, nil)
	command := expand(o.ServeCmd, o.Model, o.Port)
	c, err := startChild(command, j.env.Logs)
	if err != nil {
		return &Failure{Err: err, Hint: "run the command by hand"}
	}
	j.child = c
	j.later(func() { j.stopChild(c) }) // first of all, so that nothing can come between
	if j.env.Kill != nil {
		j.env.Kill(c.kill)
	}
	return awaitServer(ctx, j.client, c, o.ServeTimeout, j.oneToken)
}

func (j *job) stopChild(c *child) {
	c.stop(stopGrace)
	if j.env.Kill != nil {
		j.env.Kill(nil)
	}
}

// oneToken asks for one token (G2).
func (j *job) oneToken(ctx context.Context) load.Trace {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	p := load.Params{Model: j.plan.Opt.Served, Max: 1}
	if j.plan.Opt.API == APICompletions {
		p.Prompt = "Hello"
	} else {
		p.Messages = []load.Message{{Role: "user", Content: "Hello"}}
	}
	path, body, err := p.Encode()
	if err != nil {
		return load.Trace{Outcome: load.BadJSON, Detail: err.Error()}
	}
	t := j.client.Do(ctx, load.Request{Path: path, Body: body}, -1, j.clock)
	if t.Outcome == load.NoUsage {
		t.Outcome = load.OK // the probe finds that out; the server is up
	}
	return t
}

// reach asks once whether anything answers at --url.
func (j *job) reach(ctx context.Context) error {
	_, err := j.client.Get(ctx, "/models", false)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	return &Failure{Err: fmt.Errorf("no server answers at %s: %w", redactURL(j.url), err), Hint: "start it first, or let --serve-cmd start it"}
}

// redactURL is an address without user, password and query.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "the address given"
	}
	return u.Scheme + "://" + u.Host + u.Path
}
