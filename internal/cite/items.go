// What can be cited: the tool, a board, one result with the works it rests on.

package cite

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// toolAuthors is who made the tool: the people in its history, as one body.
var toolAuthors = []Author{{Name: "jouleboard contributors"}}

// Tool is the program itself. The date is that of the release, "" if there is
// none.
func Tool(version, commit, date string) Item {
	return Item{
		Key: "jouleboard_software", Kind: Software, Title: "jouleboard", Authors: toolAuthors,
		Version: version, Commit: commit, Date: date, License: "Apache-2.0",
		Abstract: "Measures the energy and speed of language-model servers and publishes results as a static leaderboard with ratings, labels and citations.",
		Keywords: []string{"energy", "language models", "benchmark", "leaderboard"},
	}
}

// SiteInfo is what a board states about itself, for its citation.
type SiteInfo struct {
	Title, Description, URL, Repository, License, DOI, Publisher string
	Authors                                                      []Author
	Keywords                                                     []string
	Commit                                                       string // of the board's repository
	Newest                                                       string // date of the newest result
}

// Site is a board as it is at a moment: its commit, and the date of its newest
// result.
func Site(s SiteInfo) Item {
	year, _, _ := dateParts(s.Newest)
	return Item{
		Key: Key(s.Title, year), Kind: Dataset, Title: s.Title, Authors: s.Authors, Date: s.Newest, Commit: s.Commit,
		URL: s.URL, Repository: s.Repository, License: s.License, DOI: s.DOI, Publisher: s.Publisher, Abstract: s.Description, Keywords: s.Keywords,
	}
}

// Newest is the latest date of the results, "" if none has one.
func Newest(rs []*result.Loaded) string {
	newest := ""
	for _, r := range rs {
		newest = max(newest, r.Day())
	}
	return newest
}

// Result is one result. A reported one credits who published its figures; the
// board is only where it was found. title says what was measured; permalink is the
// result's address, "" if the board has none.
func Result(r *result.Result, title, permalink string, site Item) Item {
	it := Item{
		Key: Key(site.Title, r.Hash12()), Kind: Dataset, Title: title, Date: r.Day(), URL: permalink, Publisher: site.Title,
		Number: "Result " + r.Hash12(), License: r.License,
	}
	if s := r.Source; s != nil {
		it.Authors = []Author{{Name: s.Publisher}}
		it.Note = "Figures published by " + s.Publisher
		if s.Title != "" {
			it.Note += " in " + s.Title
		}
		if a := address(s.URL); a != "" {
			it.Note += ", " + a
		}
		return it
	}
	if r.By.Name != "" {
		it.Authors = []Author{{Name: r.By.Name}}
	}
	return it
}

// work is what a result rests on. Works that are equal are one.
type work interface {
	item() Item
	address() string
}

// origin is the work in which a reported result was published.
type origin struct{ publisher, name, title, published, version, url, retrieved, license string }

func originOf(s *result.Source, license string) origin {
	title := s.Title
	if title == "" {
		title = strings.TrimSpace(s.Publisher + " " + s.Table)
	}
	return origin{s.Publisher, s.Name, title, s.Published, s.Version, s.URL, s.Retrieved, license}
}

func (o origin) address() string { return o.url }

func (o origin) item() Item {
	day := o.published
	if len(day) > 10 {
		day = day[:10]
	}
	year, _, _ := dateParts(day)
	return Item{Key: Key(o.publisher, o.name, year), Kind: Dataset, Title: o.title, Authors: []Author{{Name: o.publisher}},
		Date: day, Version: o.version, URL: o.url, Accessed: o.retrieved, License: o.license}
}

// dataSet is what a task was run on.
type dataSet struct{ name, revision, url string }

func (d dataSet) address() string { return d.url }

func (d dataSet) item() Item {
	return Item{Key: Key(d.name, "data"), Kind: Dataset, Title: d.name, Version: d.revision, URL: d.url}
}

// reference is a work of the catalogue.
type reference struct{ *catalog.Reference }

func (ref reference) address() string { return ref.URL }

func (ref reference) item() Item {
	it := Item{Key: ref.Key, Kind: ref.Kind, Title: ref.Title, Date: ref.Date, Version: ref.Version, Commit: ref.Commit,
		URL: ref.URL, DOI: ref.DOI, Publisher: ref.Publisher, Booktitle: ref.Booktitle, License: ref.License, Eprint: ref.Eprint, EprintClass: ref.EprintClass}
	for _, a := range ref.Authors {
		it.Authors = append(it.Authors, Author{Family: a.Family, Given: a.Given, Name: a.Name})
	}
	return it
}

// works are what a result rests on: the source of its figures, and the references
// of its task and of the quality benchmarks it carries; then the task's data set,
// if no reference stands for it. Some may be there twice.
func works(r *result.Result, cat *catalog.Catalog) []work {
	var found []work
	if s := r.Source; s != nil {
		found = append(found, originOf(s, r.License))
	}
	if cat == nil {
		return found
	}
	add := func(keys []string) {
		for _, k := range keys {
			if ref := cat.References[k]; ref != nil {
				found = append(found, reference{ref})
			}
		}
	}
	task := cat.Tasks[r.Workload.Task]
	if task != nil {
		add(task.References)
	}
	var names []string
	for k := range r.Quality {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		if b := cat.Benchmarks[k]; b != nil {
			add(b.References)
		}
	}
	data := r.Workload.Dataset
	if data == nil && task != nil {
		data = task.Dataset
	}
	if data != nil && data.URL != "" && !slices.ContainsFunc(found, func(w work) bool {
		return strings.TrimRight(w.address(), "/") == strings.TrimRight(data.URL, "/")
	}) {
		found = append(found, dataSet{data.Name, data.Revision, data.URL})
	}
	return found
}

// ResultItems cite one result as page and command both do: itself, then the works
// it rests on.
func ResultItems(r *result.Result, cat *catalog.Catalog, permalink string, site Item) []Item {
	items := []Item{ResultItem(r, cat, permalink, site)}
	for _, w := range works(r, cat) {
		items = append(items, w.item())
	}
	return items
}

// ResultItem is one result, with what the board's moderators said of it.
func ResultItem(r *result.Result, cat *catalog.Catalog, permalink string, site Item) Item {
	it := Result(r, ResultTitle(r, cat), permalink, site)
	if m := Moderated(r, cat); m != "" {
		if it.Note != "" {
			m += ". "
		}
		it.Note = m + it.Note
	}
	return it
}

// Moderated says in a few words that a result was withdrawn or flagged, "" if it
// was not.
func Moderated(r *result.Result, cat *catalog.Catalog) string {
	if cat == nil {
		return ""
	}
	if w := cat.Moderation.WithdrawalOf(r.ID); w != nil {
		return "Withdrawn " + w.Date + ": " + w.Reason
	}
	if f := cat.Moderation.FlagOf(r.ID); f != nil {
		return "Flagged " + f.Date + ": " + f.Reason
	}
	return ""
}

// ResultTitle names a result in one line: model, task, what it ran on and under
// which load, so that results of one model differ.
func ResultTitle(r *result.Result, cat *catalog.Catalog) string {
	task := r.Workload.Task
	if cat != nil {
		if t := cat.Tasks[task]; t != nil && t.Title != "" {
			task = t.Title
		}
	}
	title := r.Model.Name + ", " + task
	switch {
	case r.Kind == result.KindEndpoint && r.Model.Provider != "":
		title += ", hosted by " + r.Model.Provider
	case r.Hardware != nil && r.Hardware.Name != "":
		title += ", on "
		if r.Hardware.Count > 0 {
			title += fmt.Sprintf("%d x ", r.Hardware.Count)
		}
		title += r.Hardware.Name
	}
	if l := loadText(r.Workload.Load); l != "" {
		title += ", " + l
	}
	what := "energy and speed"
	if r.Boundary == nil {
		what = "speed"
	}
	return title + ": " + what
}

// loadText is how the load was applied.
func loadText(l *result.Load) string {
	switch {
	case l == nil:
		return ""
	case l.Mode == result.LoadClosed && l.Concurrency > 0:
		return plural(l.Concurrency, "request") + " at once"
	case l.Mode == result.LoadOpen && l.RatePerS != nil:
		return unit.Trim(*l.RatePerS) + " requests/s"
	case l.Mode == result.LoadBatch && l.BatchSize > 0:
		return fmt.Sprintf("batch of %d", l.BatchSize)
	case l.Mode == result.LoadBurst && l.MaxNumSeqs > 0:
		return "burst of up to " + plural(l.MaxNumSeqs, "request") + " at once"
	}
	return l.Mode + " load"
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
