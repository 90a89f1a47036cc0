// The client: one request, one trace, one outcome, and no retry.

package load

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A Client sends requests to one server. It is safe for use by many goroutines.
type Client struct {
	opt       ClientOptions
	base      *url.URL
	header    http.Header
	transport *http.Transport
	secrets   []string
	open      sync.WaitGroup

	mu   sync.Mutex
	idle []*reading // what requests that are over were read with
}

// NewClient checks the options and makes a client. Nothing is contacted.
func NewClient(opt ClientOptions) (*Client, error) {
	base, user, err := parseBase(opt.BaseURL)
	if err != nil {
		return nil, err
	}
	if opt.Limits, err = opt.Limits.withDefaults(); err != nil {
		return nil, err
	}
	switch opt.TokenSource {
	case "":
		opt.TokenSource = SourceUsage
	case SourceUsage, SourceChunks:
	case SourceTokenizer:
		if opt.Count == nil {
			return nil, errors.New("tokens are to be counted by a tokenizer, but there is none")
		}
	default:
		return nil, fmt.Errorf("token source %q: expected usage, tokenizer or chunks", opt.TokenSource)
	}
	transport, err := newTransport(opt)
	if err != nil {
		return nil, err
	}
	c := &Client{opt: opt, base: base, transport: transport, header: http.Header{}}
	for name, values := range opt.Header {
		for _, v := range values {
			if !validHeader(name, v) {
				return nil, fmt.Errorf("header %q cannot be sent: its name or value has characters that HTTP does not allow", name)
			}
			c.header.Add(name, v)
			c.secret(v)
		}
	}
	if user != nil {
		c.header.Set("Authorization", "Basic "+c.credentials(user))
	}
	for _, u := range proxiesOf(opt) {
		if u.User != nil {
			c.credentials(u.User)
		}
	}
	if opt.APIKey != "" {
		if !validHeader("Authorization", opt.APIKey) || strings.ContainsAny(opt.APIKey, " \t") {
			return nil, errors.New("the API key has characters that a header cannot hold: is there a line break or a space in it?")
		}
		c.header.Set("Authorization", "Bearer "+opt.APIKey)
		c.secret(opt.APIKey)
	}
	for _, values := range base.Query() {
		for _, v := range values {
			c.secret(v) // some gateways take a key as a query parameter
		}
	}
	return c, nil
}

// Close waits for what is still being read and closes all connections.
func (c *Client) Close() {
	c.open.Wait()
	c.transport.CloseIdleConnections()
}

func validHeader(name, value string) bool {
	for _, r := range name {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune("()<>@,;:\\\"/[]?={}", r) {
			return false
		}
	}
	for i := range len(value) {
		if b := value[i]; b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return name != ""
}

// secret remembers a text that must not be seen, also as URLs and JSON spell it.
// Short ones are not secrets and would only blot out honest words.
func (c *Client) secret(s string) {
	if len(s) < 6 {
		return
	}
	quoted, _ := json.Marshal(s) // of a string, which cannot fail
	for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), string(quoted[1 : len(quoted)-1])} {
		if !slices.Contains(c.secrets, form) {
			c.secrets = append(c.secrets, form)
		}
	}
	// The longest first: a secret may hold another one.
	slices.SortStableFunc(c.secrets, func(a, b string) int { return len(b) - len(a) })
}

// credentials returns a user and password as HTTP sends them, and remembers
// them as secrets.
func (c *Client) credentials(user *url.Userinfo) string {
	password, _ := user.Password()
	c.secret(password)
	both := base64.StdEncoding.EncodeToString([]byte(user.Username() + ":" + password))
	c.secret(both)
	return both
}

// Texts that are secrets whoever's they are: keys by their customary forms, and
// the user and password of any URL.
var (
	keyLike  = regexp.MustCompile(`(?i)\bbearer\s+[^\s"',\]}]+|\b(sk|pk|hf|gsk|nvapi|xai)[-_][A-Za-z0-9_-]{8,}`)
	userInfo = regexp.MustCompile(`://[^/\s"'@]+@`)
)

// keepBytes is how much of a server's text is kept until it is masked: more than
// is shown, so that no secret is cut in two and shown by half.
const keepBytes = 4 << 10

// mask makes text of the outside fit to be shown: secrets out, one line, valid
// UTF-8 without what moves a terminal's cursor or turns a line around, at most
// 512 bytes (row 5).
func (c *Client) mask(text string) string {
	for _, s := range c.secrets {
		text = strings.ReplaceAll(text, s, "***")
	}
	if len(text) > keepBytes {
		text = text[:keepBytes]
	}
	text = keyLike.ReplaceAllString(text, "***")
	text = userInfo.ReplaceAllString(text, "://***@")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	if len(text) > 512 {
		text = strings.ToValidUTF8(text[:512], "")
	}
	return strings.TrimSpace(text)
}

// address returns the URL of a path below the base.
func (c *Client) address(path string) *url.URL {
	u := *c.base
	u.Path += path
	return &u
}

// Root is the server's address without the API's version, where /health,
// /version and /metrics are.
func (c *Client) root() *url.URL {
	u := *c.base
	u.Path = strings.TrimSuffix(u.Path, "/v1")
	return &u
}

// A Reply is the answer to a plain question.
type Reply struct {
	Status int
	Type   string // content type
	Body   []byte // at most 1 MiB
}

// Get asks for a path below the base URL, or below the server's root if fromRoot
// is set. Any status is an answer; the error says that there was none.
func (c *Client) Get(ctx context.Context, path string, fromRoot bool) (Reply, error) {
	u := c.address(path)
	if fromRoot {
		u = c.root()
		u.Path += path
	}
	ctx, cancel := context.WithTimeout(ctx, c.opt.Limits.Connect)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Reply{}, fmt.Errorf("GET %s: %w", path, bare(err))
	}
	req.Header = c.header.Clone()
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return Reply{}, fmt.Errorf("GET %s: %s", path, c.mask(err.Error()))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return Reply{}, fmt.Errorf("GET %s: %s", path, c.mask(err.Error()))
	}
	return Reply{Status: resp.StatusCode, Type: resp.Header.Get("Content-Type"), Body: body}, nil
}
