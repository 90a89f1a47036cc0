package load

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	fake "jouleboard/internal/load/fakeserver"
)

// TestSecretsInEchoes: what a server or proxy sends back of a secret is masked
// in whatever spelling, and wherever the text is cut.
func TestSecretsInEchoes(t *testing.T) {
	const other = "SECRET&<\"half"
	var body func(r *http.Request) string
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, body(r))
	}))
	defer echo.Close()
	base := echo.URL + "/v1?code=" + url.QueryEscape("SECRET/co+de==")
	opt := ClientOptions{BaseURL: base, APIKey: key, Header: http.Header{"X-Key": {other}}}
	quoted, _ := json.Marshal(other)
	for name, text := range map[string]string{
		"at the cut":      strings.Repeat("x", 504) + other + strings.Repeat("y", 5000),
		"many":            strings.Repeat(key+" ", 2000),
		"far behind many": strings.Repeat(key, 120) + strings.Repeat("x", 60_000) + key,
		"in JSON":         string(quoted),
		"in a URL":        "GET /v1/chat/completions?code=" + url.QueryEscape("SECRET/co+de==") + " and " + url.PathEscape("SECRET/co+de=="),
		"of somebody":     "cannot reach postgres://admin:SECRET@db/x, http://SECRETTOKEN@h, nor redis://:SECRET@h",
		"of somebody's":   "Authorization: Bearer SECRET.abc, key hf_SECRETSECRET, sk-SECRETSECRET",
	} {
		body = func(*http.Request) string { return text }
		if got := do(t, opt); got.Outcome != HTTP4xx || !strings.Contains(got.Detail, "***") && name != "at the cut" || len(got.Detail) > 512 {
			t.Errorf("%s: %s %q", name, got.Outcome, got.Detail)
		}
	}
	body = func(*http.Request) string { return "a\x1b[2Jb\u009bc\u202ed\x00e\nf" }
	if got := do(t, opt); got.Detail != "a [2Jb c d e f" {
		t.Errorf("control characters: %q", got.Detail)
	}

	// The same in a stream: in the error, in the reason, in the model's name.
	for name, script := range map[string]fake.Script{
		"error":  fake.Stream(fake.Events(content("a"), `{"error":"`+strings.Repeat("x", 500)+key+`"}`)),
		"bad":    fake.Stream(fake.Events(content("a"), strings.Repeat("x", 490)+key, done)),
		"finish": fake.Stream(fake.Events(content("a"), finish("for "+key), usage(1, 1), done)),
		"model":  fake.Stream(fake.Events(content("a"), strings.Replace(finish("stop"), `"m"`, `"`+key+`"`, 1), usage(1, 1), done)),
	} {
		srv, err := fake.Start(fake.Options{Script: func(int64) fake.Script { return script }})
		if err != nil {
			t.Fatal(err)
		}
		if got := do(t, ClientOptions{BaseURL: srv.URL(), APIKey: key}); got.Outcome == OK {
			t.Errorf("%s: %+v", name, got)
		}
		srv.Close()
	}
}

// TestSecretsOfProxies: a proxy's password stays hidden when the proxy refuses
// and repeats what it was sent; a refusal behind TLS is no fault of TLS.
func TestSecretsOfProxies(t *testing.T) {
	coded := base64.StdEncoding.EncodeToString([]byte("user:SECRETPASS"))
	refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
		fmt.Fprintf(w, "you are %v", r.Header)
	})
	plain, secure := httptest.NewServer(refuse), httptest.NewTLSServer(refuse)
	defer plain.Close()
	defer secure.Close()
	withUser := func(address string) string { return strings.Replace(address, "://", "://user:SECRETPASS@", 1) }
	t.Setenv("HTTP_PROXY", withUser(plain.URL))
	t.Setenv("http_proxy", withUser(plain.URL))
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	for _, c := range []struct{ name, url, proxy, want string }{
		{"refuses the request", "http://model.example/v1", withUser(plain.URL), HTTP4xx},
		{"of the environment", "http://model.example/v1", "env", HTTP4xx},
		{"refuses the tunnel", "https://model.example/v1", withUser(plain.URL), Connect},
		{"refuses the tunnel, itself behind TLS", "https://model.example/v1", withUser(secure.URL), Connect},
	} {
		got := do(t, ClientOptions{BaseURL: c.url, Proxy: c.proxy, TLS: TLSOptions{Insecure: true}})
		if got.Outcome != c.want || strings.Contains(got.Detail, coded) || got.Detail == "" {
			t.Errorf("%s: %s %q, expected %s", c.name, got.Outcome, got.Detail, c.want)
		}
	}
}
