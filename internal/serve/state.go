// What is served now, and what changed since a page was loaded.

package serve

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"jouleboard/internal/result"
)

// state is the last good site and the outcome of the last build.
type state struct {
	instance string // tells a page of an earlier run from one of this

	mu      sync.Mutex
	build   int // number of the last build, good or bad
	site    *Site
	files   map[string]version
	failure *failure
	wake    chan struct{} // closed when a build was published
}

// version is how a file stands. A file that is gone keeps its entry, so that a
// page that used it hears of it.
type version struct {
	sum string
	// bare is the digest of a page without the digests in names of stylesheets:
	// equal ones mean that a style changed and nothing else.
	bare  string
	since int // the build that last changed it
	gone  bool
}

// failure is a build's errors as pages and the overlay show them.
type failure struct {
	Summary string    `json:"summary"`
	Items   []problem `json:"items"`
}

type problem struct {
	Place string `json:"place"`
	Text  string `json:"text"`
	Rule  string `json:"rule"`
	Hint  string `json:"hint"`
}

// message is what a page hears of a build.
type message struct {
	Build   string   `json:"build"`
	Failure *failure `json:"failure"`
	// All says that everything may have changed.
	All     bool     `json:"all"`
	Changed []string `json:"changed"`
	Styles  []string `json:"styles"`
}

// shownProblems bounds the overlay; the terminal has them all.
const shownProblems = 50

func newState() *state {
	return &state{instance: strings.ToLower(rand.Text()[:10]), files: map[string]version{}, wake: make(chan struct{})}
}

// publish takes the outcome of a build. The last good site stays where it failed.
// It counts changed and removed files, and returns the build's error or its own.
func (s *state) publish(out Outcome) (changed, removed int, err error) {
	s.mu.Lock()
	next := s.build + 1
	old := s.files
	s.mu.Unlock()

	files, err := map[string]version(nil), out.Err
	if out.Site != nil && err == nil {
		files, changed, removed, err = versions(out.Site, old, next)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.build = next
	if files != nil {
		s.site, s.files, s.failure = out.Site, files, nil
	} else {
		s.failure = newFailure(out.Findings, err)
	}
	close(s.wake)
	s.wake = make(chan struct{})
	return changed, removed, err
}

// versions compares the files of a site with what was there.
func versions(site *Site, old map[string]version, build int) (files map[string]version, changed, removed int, err error) {
	var styles []string
	for name := range site.Sums {
		if path.Ext(name) == ".css" {
			styles = append(styles, path.Base(name))
		}
	}
	slices.Sort(styles)
	files = make(map[string]version, len(site.Sums))
	for name, sum := range site.Sums {
		was, known := old[name]
		if known && !was.gone && was.sum == sum {
			files[name] = was
			continue
		}
		changed++
		v := version{sum: sum, bare: sum, since: build}
		if strings.HasSuffix(name, ".html") {
			data, err := site.Read(name)
			if err != nil {
				return nil, 0, 0, err
			}
			v.bare = bareSum(data, styles)
			if known && !was.gone && was.bare == v.bare {
				v.since = was.since
			}
		}
		files[name] = v
	}
	for name, was := range old {
		if _, still := files[name]; still {
			continue
		}
		if !was.gone {
			removed++
			was = version{gone: true, since: build}
		}
		files[name] = was
	}
	return files, changed, removed, nil
}

// digestInName is the part of an asset's name that changes with its bytes.
var digestInName = regexp.MustCompile(`\.[0-9a-f]{8,64}(\.[a-z0-9]+)$`)

// bareSum is the digest of a page that names stylesheets by their lasting part.
func bareSum(page []byte, styles []string) string {
	for _, name := range styles {
		page = bytes.ReplaceAll(page, []byte(name), []byte(digestInName.ReplaceAllString(name, "$1")))
	}
	sum := sha256.Sum256(page)
	return hex.EncodeToString(sum[:])
}

func newFailure(fs result.Findings, err error) *failure {
	f := &failure{Items: []problem{}}
	n := 0
	add := func(p problem) {
		if n++; n <= shownProblems {
			f.Items = append(f.Items, p)
		}
	}
	if err != nil {
		add(problem{Text: err.Error()})
	}
	for _, x := range fs {
		if x.Level == result.Error {
			add(problem{Place: x.Where.String(), Text: x.Message, Rule: x.Rule, Hint: x.Hint})
		}
	}
	switch {
	case n == 1:
		f.Summary = "1 error"
	case n > shownProblems:
		f.Summary = fmt.Sprintf("%d errors, the first %d", n, shownProblems)
	default:
		f.Summary = fmt.Sprintf("%d errors", n)
	}
	return f
}

// view is one moment of the state.
type view struct {
	build   string
	site    *Site
	base    string // path of the base URL, with a slash at both ends
	failure *failure
}

func (s *state) now() view {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := view{build: s.id(), site: s.site, failure: s.failure, base: "/"}
	if s.site != nil {
		v.base = basePath(s.site.BaseURL)
	}
	return v
}

func (s *state) id() string { return s.instance + "-" + strconv.Itoa(s.build) }

// since is the message for a page that knows the build seen, and a channel that
// is closed when there is a newer one.
func (s *state) since(seen string) (message, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := message{Build: s.id(), Failure: s.failure, Changed: []string{}, Styles: []string{}}
	instance, number, _ := strings.Cut(seen, "-")
	n, err := strconv.Atoi(number)
	m.All = err != nil || instance != s.instance
	for name, v := range s.files {
		if !m.All && v.since > n {
			m.Changed = append(m.Changed, name)
		}
		if !v.gone && path.Ext(name) == ".css" {
			m.Styles = append(m.Styles, name)
		}
	}
	slices.Sort(m.Changed)
	slices.Sort(m.Styles)
	return m, s.wake
}

// basePath is the path of an address, with a slash at both ends.
func basePath(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return "/"
	}
	if p := strings.Trim(u.Path, "/"); p != "" {
		return "/" + p + "/"
	}
	return "/"
}
