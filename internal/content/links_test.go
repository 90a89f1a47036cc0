package content

import (
	"net/url"
	"testing"
)

func TestRelative(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"index.html", "boards/a/index.html", "boards/a/index.html"},
		{"boards/a/index.html", "boards/b/index.html", "../b/index.html"},
		{"boards/a/index.html", "index.html", "../../index.html"},
		{"boards/a/index.html", "boards/a/index.html#row", "index.html#row"},
		{"boards/a/index.html", "assets/site.css", "../../assets/site.css"},
		{"", "docs/", "docs/"},
		{"", "", "./"},
		{"docs/", "docs/", "./"},
		{"docs/a/", "docs/", "../"},
		{"docs/a/", "docs/a/", "./"},
		{"docs/a/", "docs/b/#part", "../b/#part"},
		{"docs/a/", "", "../../"},
		{"docs/", "docs/x y.png", "x%20y.png"},
		{"docs/", "docs/a?b.png", "a%3Fb.png"},
		{"", "a:b/c", "./a:b/c"},
	} {
		got := Relative(tt.from, tt.to)
		if got != tt.want {
			t.Errorf("Relative(%q, %q) = %q, want %q", tt.from, tt.to, got, tt.want)
		}
		// A browser that stands on the page must come to the target.
		base, err := url.Parse("https://example.org/base/" + tt.from)
		if err != nil {
			t.Fatal(err)
		}
		to, err := base.Parse(got)
		want := "/base/" + tt.to
		if err != nil || to.Path+fragment(to) != want {
			t.Errorf("%s from %s leads to %v, want %s", got, tt.from, to, want)
		}
	}
}

func fragment(u *url.URL) string {
	if u.Fragment == "" {
		return ""
	}
	return "#" + u.Fragment
}
