package site

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// Atom as RFC 4287 lists it. Elements that are asked for once are slices here,
// so that none and two are both seen.
type readFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      []string    `xml:"http://www.w3.org/2005/Atom id"`
	Title   []string    `xml:"http://www.w3.org/2005/Atom title"`
	Updated []string    `xml:"http://www.w3.org/2005/Atom updated"`
	Authors []string    `xml:"http://www.w3.org/2005/Atom author>name"`
	Links   []readLink  `xml:"http://www.w3.org/2005/Atom link"`
	Entries []readEntry `xml:"http://www.w3.org/2005/Atom entry"`
}

type readLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type readEntry struct {
	ID         []string   `xml:"http://www.w3.org/2005/Atom id"`
	Title      []string   `xml:"http://www.w3.org/2005/Atom title"`
	Updated    []string   `xml:"http://www.w3.org/2005/Atom updated"`
	Summary    []string   `xml:"http://www.w3.org/2005/Atom summary"`
	Links      []readLink `xml:"http://www.w3.org/2005/Atom link"`
	Categories []struct {
		Term string `xml:"term,attr"`
	} `xml:"http://www.w3.org/2005/Atom category"`
}

// checkFeed applies the rules of RFC 4287 that a reader depends on.
func checkFeed(t *testing.T, data string) readFeed {
	t.Helper()
	var f readFeed
	d := xml.NewDecoder(strings.NewReader(data))
	d.Strict = true
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	once := func(what string, vs []string) string {
		if len(vs) != 1 || strings.TrimSpace(vs[0]) == "" {
			t.Errorf("%s: %q", what, vs)
			return ""
		}
		return vs[0]
	}
	iri := func(what string, vs []string) {
		id := once(what, vs)
		if u, err := url.Parse(id); err != nil || !u.IsAbs() || seen[id] {
			t.Errorf("%s %q is no absolute address of its own", what, id)
		}
		seen[id] = true
	}
	at := func(what string, vs []string) time.Time {
		v, err := time.Parse(time.RFC3339, once(what, vs))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		return v
	}
	iri("id of the feed", f.ID)
	once("title of the feed", f.Title)
	newest := at("updated of the feed", f.Updated)
	if len(f.Authors) == 0 || f.Authors[0] == "" {
		t.Error("the feed has no author, which entries without one need")
	}
	self := 0
	for _, l := range f.Links {
		if l.Rel == "self" {
			self++
		}
	}
	if self != 1 {
		t.Errorf("%d links to the feed itself", self)
	}
	last := newest
	for _, e := range f.Entries {
		iri("id of an entry", e.ID)
		once("title of an entry", e.Title)
		once("summary of an entry", e.Summary)
		when := at("updated of an entry", e.Updated)
		if when.After(last) {
			t.Errorf("entry %q is newer than the one before it, or than the feed", e.Title)
		}
		last = when
		if len(e.Links) != 1 || e.Links[0].Rel != "alternate" || e.Links[0].Href == "" {
			t.Errorf("entry %q links to %v", e.Title, e.Links)
		}
		if len(e.Categories) != 1 {
			t.Errorf("entry %q has %d categories", e.Title, len(e.Categories))
		}
	}
	return f
}

func TestFeedOfShipped(t *testing.T) {
	dir, _ := shipped(t)
	data, err := os.ReadFile(filepath.Join(dir, feedPath))
	if err != nil {
		t.Fatal(err)
	}
	f := checkFeed(t, string(data))
	if len(f.Entries) < 50 {
		t.Errorf("%d entries", len(f.Entries))
	}
	for _, e := range f.Entries {
		name, ok := strings.CutPrefix(e.Links[0].Href, "https://jouleboard.example.org/")
		if !ok || !exists(filepath.Join(dir, filepath.FromSlash(name), "index.html")) {
			t.Errorf("an entry leads to %s", e.Links[0].Href)
		}
	}
	var j jsonFeed
	data, err = os.ReadFile(filepath.Join(dir, jsonFeedPath))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &j); err != nil {
		t.Fatal(err)
	}
	if j.Version != "https://jsonfeed.org/version/1.1" || j.Title == "" || len(j.Items) != len(f.Entries) {
		t.Errorf("JSON Feed: version %q, title %q, %d items", j.Version, j.Title, len(j.Items))
	}
}

// A newcomer and a flag change ranks, each on its day; a rebuild with more
// results keeps the ids of the entries that were there.
func TestFeedTellsChanges(t *testing.T) {
	root := smallBoard(t)
	ids := map[string]string{}
	add := func(model, day string, joules float64) {
		r := resulttest.Reported(func(r *result.Result) {
			r.Model.Name = "lab/" + model
			r.Workload.Task = "lm-arena-chat"
			r.MeasuredAt, r.Source.Published, r.Source.Retrieved = "", day, day
			m := r.Metrics["energy_per_response_j"]
			m.Value, m.CI95 = joules, nil
			r.Metrics["energy_per_response_j"] = m
			delete(r.Metrics, "energy_per_1000_requests_wh")
		})
		if err := result.Seal(r); err != nil {
			t.Fatal(err)
		}
		ids[model] = r.ID
		data, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		full := filepath.Join(root, filepath.FromSlash(result.Path(r, "h100")))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read := func(flag string) (readFeed, map[string]string) {
		t.Helper()
		text := "flags: []\nwithdrawals:\n- {id: " + strings.Repeat("ab", 32) + ", reason: privacy, date: 2025-03-02, discussion: 'https://example.org/2', title: A <result> & more, model: a/b, task: gpqa}\n"
		if flag != "" {
			text = strings.Replace(text, "flags: []", "flags:\n- {id: "+flag+", reason: unreproducible, date: 2025-03-01, discussion: 'https://example.org/1'}", 1)
		}
		if err := os.WriteFile(filepath.Join(root, "content", "moderation.yaml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(root, "public")
		build(t, root, Options{Out: out})
		data, err := os.ReadFile(filepath.Join(out, feedPath))
		if err != nil {
			t.Fatal(err)
		}
		f := checkFeed(t, string(data))
		said := map[string]string{}
		for _, e := range f.Entries {
			said[e.Categories[0].Term+" "+e.Updated[0][:10]] += fmt.Sprintln(e.Title[0], e.Summary[0])
		}
		return f, said
	}
	add("first", "2025-01-01", 100)
	add("second", "2025-01-01", 120)
	old, _ := read("")
	add("newcomer", "2025-02-01", 80)
	now, said := read(ids["first"])
	for when, want := range map[string][]string{
		"result 2025-02-01":     {"newcomer"},
		"ranks 2025-02-01":      {"newcomer enters at 1", "first from 1 to 2", "second from 2 to 3"},
		"flag 2025-03-01":       {"Flagged: first"},
		"ranks 2025-03-01":      {"second from 3 to 2", "first is no longer ranked (was 2)"},
		"withdrawal 2025-03-02": {"Withdrawn: A <result> & more"},
	} {
		for _, w := range want {
			if !strings.Contains(said[when], w) {
				t.Errorf("%s says %q, not %q", when, said[when], w)
			}
		}
	}
	if said["ranks 2025-01-01"] != "" || said["ranks 2025-03-02"] != "" {
		t.Errorf("changes on a day that changed nothing: %q, %q", said["ranks 2025-01-01"], said["ranks 2025-03-02"])
	}
	kept := map[string]bool{}
	for _, e := range now.Entries {
		kept[e.ID[0]] = true
	}
	for _, e := range old.Entries {
		if !kept[e.ID[0]] {
			t.Errorf("entry %q has another id after one more result", e.Title[0])
		}
	}
}
