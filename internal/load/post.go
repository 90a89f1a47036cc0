// Plain questions that change something at the server, such as emptying its
// prefix cache between runs.

package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// Post sends a JSON body, which may be nil, to a path below the base URL, or
// below the server's root if fromRoot is set. Any status is an answer; the error
// says that there was none.
func (c *Client) Post(ctx context.Context, path string, body []byte, fromRoot bool) (Reply, error) {
	u := c.address(path)
	if fromRoot {
		u = c.root()
		u.Path += path
	}
	ctx, cancel := context.WithTimeout(ctx, c.opt.Limits.First)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return Reply{}, fmt.Errorf("POST %s: %w", path, bare(err))
	}
	req.Header = c.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return Reply{}, fmt.Errorf("POST %s: %s", path, c.mask(err.Error()))
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return Reply{}, fmt.Errorf("POST %s: %s", path, c.mask(err.Error()))
	}
	return Reply{Status: resp.StatusCode, Type: resp.Header.Get("Content-Type"), Body: data}, nil
}
