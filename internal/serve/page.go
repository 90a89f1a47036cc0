// What is added to a page while it is served: one script, and in the page's own
// policy the leave to run it. The built files stay as they are.

package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"

	xhtml "golang.org/x/net/html"
)

// tag is what the script knows of its page.
type tag struct {
	build, base string
	watch       []string // files whose change makes the page stale; "*" is all
}

func (t tag) String() string {
	watch, err := json.Marshal(t.watch)
	if err != nil {
		watch = []byte("[]")
	}
	return fmt.Sprintf(`<script defer src="%slive.js" data-build="%s" data-base="%s" data-watch="%s"></script>`,
		ownPath, html.EscapeString(t.build), html.EscapeString(t.base), html.EscapeString(string(watch)))
}

// inject puts the script at the end of the page's head, and lets the page's
// policy allow the preview's own files at origin.
func inject(page []byte, t tag, origin string) []byte {
	var out bytes.Buffer
	out.Grow(len(page) + 1024)
	z := xhtml.NewTokenizer(bytes.NewReader(page))
	at := 0
	for {
		kind := z.Next()
		if kind == xhtml.ErrorToken {
			break
		}
		raw := len(z.Raw())
		name, attrs := z.TagName()
		switch {
		case (kind == xhtml.StartTagToken || kind == xhtml.SelfClosingTagToken) && string(name) == "meta":
			out.Write(policy(page[at:at+raw], z, attrs, origin))
			at += raw
			continue
		case kind == xhtml.EndTagToken && string(name) == "head", kind == xhtml.StartTagToken && string(name) == "body":
			out.WriteString(t.String())
			out.Write(page[at:])
			return out.Bytes()
		}
		out.Write(page[at : at+raw])
		at += raw
	}
	// A page without a head, such as a redirect of few words.
	out.Write(page[at:])
	out.WriteString(t.String())
	return out.Bytes()
}

// policy returns a meta element, with a wider policy if it holds one.
func policy(raw []byte, z *xhtml.Tokenizer, attrs bool, origin string) []byte {
	var equiv, content string
	for attrs {
		var key, value []byte
		key, value, attrs = z.TagAttr()
		switch string(key) {
		case "http-equiv":
			equiv = string(value)
		case "content":
			content = string(value)
		}
	}
	if !strings.EqualFold(equiv, "content-security-policy") {
		return raw
	}
	return fmt.Appendf(nil, `<meta http-equiv="Content-Security-Policy" content="%s">`, html.EscapeString(widen(content, origin)))
}

// widen lets a policy load scripts and styles from one address and connect to it.
// A directive that is not there takes the place of default-src, with its sources.
func widen(policy, origin string) string {
	var names []string
	sources := map[string][]string{}
	for d := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(d)
		if len(words) == 0 {
			continue
		}
		name := strings.ToLower(words[0])
		if _, twice := sources[name]; twice {
			continue // the first one counts
		}
		names = append(names, name)
		sources[name] = words[1:]
	}
	for _, name := range []string{"script-src", "script-src-elem", "style-src", "style-src-elem", "connect-src"} {
		list, ok := sources[name]
		if !ok {
			if list, ok = sources["default-src"]; !ok || strings.HasSuffix(name, "-elem") {
				continue // nothing is forbidden, or the shorter directive speaks for it
			}
			names = append(names, name)
		}
		list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.EqualFold(s, "'none'") })
		sources[name] = append(list, origin)
	}
	parts := make([]string, len(names))
	for i, name := range names {
		parts[i] = strings.Join(append([]string{name}, sources[name]...), " ")
	}
	return strings.Join(parts, "; ")
}

// failedTemplate is shown until there was one good build.
var failedTemplate = template.Must(template.ParseFS(liveFiles, "live/failed.html"))

func failedPage(f *failure) ([]byte, error) {
	var b bytes.Buffer
	if err := failedTemplate.Execute(&b, f); err != nil {
		return nil, fmt.Errorf("show the errors: %w", err)
	}
	return b.Bytes(), nil
}
