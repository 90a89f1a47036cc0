// The site in memory: every result with what belongs to it, the boards and the
// pages, made once before rendering. Nothing here changes while pages are
// rendered, so that they can be rendered at the same time.

package site

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"

	"jouleboard/assets"
	"jouleboard/internal/catalog"
	"jouleboard/internal/cite"
	"jouleboard/internal/content"
	"jouleboard/internal/rank"
	"jouleboard/internal/result"
	"jouleboard/internal/unit"

	"github.com/tdewolff/minify/v2"
)

// site is everything the pages are made of.
type site struct {
	in      *Input
	opt     Options
	baseURL string
	msg     *messages
	drawn   *messages // for drawings; English where the fonts lack the language
	reg     *unit.Registry
	labels  labelPlan

	boards  []*rank.Board
	ranked  map[*rank.Board][]*rank.Row // without flagged rows
	entries []*entry                    // in the order of their paths
	byID    map[string]*entry
	models  []*modelView
	byModel map[string]*modelView
	tasks   []*catalog.Task // those that have results or are in the catalogue, by id
	account []rank.Accounted
	raters  *raters
	pages   map[string]*content.Page // by address
	files   map[string]bool          // that the build will make
	// redirects are those of them that only lead elsewhere.
	redirects map[string]bool
	newest    string          // date of the newest result, YYYY-MM-DD
	numbers   func() *numbers // of all results, gathered when first asked for
	span      func() string   // the time that all results cover

	separators string // of the language, for scripts
	assets     assetSet
	min        *minify.M // nil leaves everything as written
	templates  *templateSet
	pageCount  int
	work       *workLog

	// Which page is whose, and the previews that pages have of their own, by path.
	boardAt map[string]*rank.Board
	modelAt map[string]*modelView
	entryAt map[string]*entry
	cards   map[string]*card
	strips  map[string]cardStrip // by board
	library *cite.Library        // of citations
	// made looks up a file of the first round of rendering, for pages of the second.
	made func(name string) (sum digest, size int64)
	// noted looks up what work of the first round noted, by its name.
	noted func(name string) []byte
}

// entry is one result with everything a page says about it.
type entry struct {
	*result.Loaded
	Place      int // among all results
	day        string
	Hash       string
	Stated     string // the model's id in the file, which may be a former one
	Model      *catalog.Model
	Task       *catalog.Task
	Hardware   *catalog.Hardware
	Rating     rank.Rating
	Flag       *catalog.Flag
	Withdrawal *catalog.Withdrawal
	Rows       []boardRow // where it is the row of a board
	Behind     []boardRow // where another result of its model is the row
	Left       []string   // why it is on no board, or not ranked
}

// Day is the day of a result, which is asked for often.
func (e *entry) Day() string { return e.day }

// boardRow is a place on a board. At is its index among the ranked rows, -1 for a
// flagged one.
type boardRow struct {
	Board *rank.Board
	Row   *rank.Row
	At    int
}

// modelView gathers the results of one model.
type modelView struct {
	Name    string
	Known   *catalog.Model // nil if the catalogue lacks it
	Entries []*entry
	Rows    []boardRow // where one of them is the row, in the order of the boards
}

// newSite ranks the results and gathers the site.
func newSite(in *Input, opt Options) (*site, result.Findings) {
	s := &site{in: in, opt: opt, baseURL: strings.TrimSuffix(in.Site.BaseURL, "/"), reg: in.Registry,
		byModel: map[string]*modelView{}, pages: map[string]*content.Page{}, work: &workLog{}, made: func(string) (digest, int64) { return digest{}, 0 }, noted: func(string) []byte { return nil }}
	if opt.BaseURL != "" {
		s.baseURL = strings.TrimSuffix(opt.BaseURL, "/")
	}
	for _, p := range in.Pages {
		s.pages[p.URL] = p
	}
	var out result.Findings
	var fs result.Findings
	s.msg, fs = loadMessages(assets.FS, in.Assets, in.Site.Language)
	out = append(out, fs...)
	s.separators = s.msg.separators()
	s.drawn = s.drawnMessages()
	s.labels = s.planLabels()

	// What pages look like has nothing to do with results: both are made at once.
	var look struct {
		assets    assetSet
		min       *minify.M
		templates *templateSet
		found     result.Findings
		done      sync.WaitGroup
	}
	msg := s.msg
	look.done.Go(func() {
		var found result.Findings
		look.assets, look.found = loadAssets(in, opt)
		if !opt.NoMinify {
			look.min = minifier()
		}
		look.templates, found = loadTemplates(in.Templates, msg, look.min)
		look.found = append(look.found, found...)
	})

	live := make([]*result.Loaded, 0, len(in.Results))
	entries := make([]entry, len(in.Results))
	s.entries, s.byID = make([]*entry, 0, len(in.Results)), make(map[string]*entry, len(in.Results))
	for i, r := range in.Results {
		e := &entries[i]
		*e = entry{Loaded: r, Place: i, day: r.Day(), Hash: r.ID[:in.Site.Labels.HashLen], Stated: r.Model.Name}
		e.Model, _ = in.Catalog.Model(r.Model.Name)
		if e.Model != nil && e.Model.Name != r.Model.Name {
			r = renamed(r, e.Model.Name)
			e.Loaded = r
		}
		e.Task = in.Catalog.Tasks[r.Workload.Task]
		if r.Hardware != nil {
			e.Hardware, _ = in.Catalog.HardwareFor(r.Hardware.Name)
		}
		e.Flag = in.Catalog.Moderation.FlagOf(r.ID)
		e.Withdrawal = in.Catalog.Moderation.WithdrawalOf(r.ID)
		s.entries = append(s.entries, e)
		s.byID[r.ID] = e
		s.newest = max(s.newest, e.day)
		live = append(live, r)
	}
	s.library = cite.NewLibrary(in.Catalog, s.siteItem())
	s.numbers = sync.OnceValue(s.gatherNumbers)
	look.done.Go(func() { s.numbers() })
	s.span = sync.OnceValue(func() string { return s.coverage(s.entries) })
	s.boards, fs = rank.Boards(live, in.Site.Rank, in.Catalog, in.Scales, in.Registry)
	out = append(out, placed(in.Site, fs)...)
	for i, b := range in.Site.Rank.Boards {
		for j, c := range b.Columns {
			if !s.isColumn(c) {
				out = append(out, result.Finding{Rule: "SITE-COLUMN", Level: result.Error, Where: in.Site.Place(fmt.Sprintf("/boards/%d/columns/%d", i, j)),
					Message: fmt.Sprintf("unknown column %q", c), Hint: "use a metric's key, such as itl_ms.p50, or one of " + strings.Join(factColumns, ", ")})
			}
		}
	}
	s.account = rank.Account(live, s.boards, in.Site.Rank, in.Catalog)
	s.place()
	s.heads()

	if s.baseURL == "" && len(s.entries) > 0 {
		out = append(out, result.Finding{
			Rule: "LBL-E-QR", Level: result.Warn, Where: result.Place{File: "content/site.yaml"},
			Message: "base_url is not set, so labels are left out: their QR code must lead to the result's page",
			Hint:    "set base_url in site.yaml, or build with --base-url https://...",
		})
	}
	look.done.Wait()
	s.assets, s.min, s.templates = look.assets, look.min, look.templates
	return s, append(out, look.found...)
}

// renamed is a result under the id that its model has now, so that boards and
// pages know one model and not two. What the file says stays in its Raw bytes.
func renamed(r *result.Loaded, name string) *result.Loaded {
	now, of := *r, *r.Result
	of.Model.Name = name
	now.Result = &of
	return &now
}

// rankedRows are the rows that compete: flagged ones stand below, unranked.
func rankedRows(b *rank.Board) []*rank.Row {
	var rows []*rank.Row
	for i := range b.Rows {
		if b.Rows[i].Flag == nil {
			rows = append(rows, &b.Rows[i])
		}
	}
	return rows
}

// place ties entries to boards and models, and rates them.
func (s *site) place() {
	s.raters = &raters{of: map[*rank.Scale]*rank.Rater{}}
	for _, e := range s.entries {
		e.Rating = s.rater(s.in.Scales.For(e.Workload.Task)).Rate(e.Result, e.Withdrawal)
		m := s.byModel[e.Result.Model.Name]
		if m == nil {
			m = &modelView{Name: e.Result.Model.Name, Known: e.Model}
			s.byModel[m.Name] = m
			s.models = append(s.models, m)
		}
		m.Entries = append(m.Entries, e)
	}
	s.ranked = make(map[*rank.Board][]*rank.Row, len(s.boards))
	for _, b := range s.boards {
		s.ranked[b] = rankedRows(b)
		n := 0
		for i := range b.Rows {
			row := &b.Rows[i]
			e := s.byID[row.Result.ID]
			at := -1
			if row.Flag == nil {
				at = n
				n++
			}
			e.Rows = append(e.Rows, boardRow{b, row, at})
			m := s.byModel[e.Result.Model.Name]
			m.Rows = append(m.Rows, boardRow{b, row, at})
			for _, o := range row.Others {
				oe := s.byID[o.ID]
				oe.Behind = append(oe.Behind, boardRow{b, row, at})
			}
		}
	}
	for _, a := range s.account {
		if a.Reason != "" || a.State == rank.StateFlagged {
			e := s.byID[a.Result.ID]
			why := s.said(a.Reason)
			if a.State == rank.StateFlagged {
				why = s.msg.T("left.flagged", s.reasonText(a.Rule, a.Reason))
			}
			e.Left = append(e.Left, why)
		}
	}
	sort.Slice(s.models, func(i, j int) bool {
		a, b := strings.ToLower(s.models[i].Name), strings.ToLower(s.models[j].Name)
		if a != b {
			return a < b
		}
		return s.models[i].Name < s.models[j].Name
	})
	for _, t := range s.in.Catalog.Tasks {
		s.tasks = append(s.tasks, t)
	}
	sort.Slice(s.tasks, func(i, j int) bool { return s.tasks[i].ID < s.tasks[j].ID })
}

// raters are what rates all results, by scale. Each is made when first asked for,
// as hardly any of the scales are.
type raters struct {
	sync.Mutex
	of map[*rank.Scale]*rank.Rater
}

func (s *site) rater(scale *rank.Scale) *rank.Rater {
	s.raters.Lock()
	defer s.raters.Unlock()
	if s.raters.of[scale] == nil {
		all := make([]*result.Result, len(s.entries))
		for i, e := range s.entries {
			all[i] = e.Result
		}
		s.raters.of[scale] = scale.Rater(all, s.in.Site.Rank.Points)
	}
	return s.raters.of[scale]
}

func sourceField(r *result.Result, get func(*result.Source) string) string {
	if r.Source == nil {
		return ""
	}
	return get(r.Source)
}

// taskTitle is the task's name for people.
func (s *site) taskTitle(id string) string {
	if t := s.in.Catalog.Tasks[id]; t != nil && t.Title != "" {
		return t.Title
	}
	return id
}

// modelTitle is the model's name as tables show it: the hub name without its
// organisation, which stands below it.
func modelTitle(name string) (short, org string) {
	org, short, ok := strings.Cut(name, "/")
	if !ok {
		return name, ""
	}
	return short, org
}

// hardwareText is the accelerators of a result in words: "2 × NVIDIA B200".
func hardwareText(r *result.Result) string {
	h := r.Hardware
	if h == nil || h.Name == "" {
		return ""
	}
	if h.Count > 0 {
		return strconv.FormatInt(h.Count, 10) + " × " + h.Name
	}
	return h.Name
}

// loadText is how the load was applied, in words.
func (s *site) loadText(r *result.Result) string {
	l := r.Workload.Load
	if l == nil {
		return ""
	}
	switch l.Mode {
	case result.LoadClosed:
		return s.msg.T("load.closed", l.Concurrency)
	case result.LoadOpen:
		if l.RatePerS != nil {
			return s.msg.T("load.open", s.msg.Trim(*l.RatePerS))
		}
		return s.msg.T("load.open.norate")
	case result.LoadBatch:
		return s.msg.T("load.batch", l.BatchSize)
	case result.LoadBurst:
		return s.msg.T("load.burst", l.MaxNumSeqs)
	}
	return l.Mode
}

// setup names the configuration of a result beside others of its model.
func (s *site) setup(e *entry) string {
	parts := []string{}
	if h := hardwareText(e.Result); h != "" {
		parts = append(parts, h)
	} else if p := e.Result.Model.Provider; p != "" {
		parts = append(parts, p)
	}
	if l := s.loadText(e.Result); l != "" {
		parts = append(parts, l)
	}
	return strings.Join(parts, s.msg.T("sep.part"))
}

// title names a result for lists, feeds and citations.
func (s *site) title(e *entry) string {
	short, _ := modelTitle(e.Result.Model.Name)
	parts := []string{short, s.taskTitle(e.Workload.Task)}
	if c := s.setup(e); c != "" {
		parts = append(parts, c)
	}
	return strings.Join(parts, s.msg.T("sep.part"))
}

// headline is the registry key a result is told by: its task's, else the first
// that it has in registry order.
func (s *site) headline(e *entry) string {
	if e.Task != nil && e.Task.Headline != "" {
		if _, ok := e.Value(e.Task.Headline); ok {
			return e.Task.Headline
		}
	}
	for _, k := range []string{"energy_per_response_j", "energy_per_image_j", "energy_per_video_j", "energy_per_1000_requests_wh",
		"request_output_tokens_per_s.p50", "output_tokens_per_s", "ttft_ms.p50", "requests_per_s"} {
		if _, ok := e.Value(k); ok {
			return k
		}
	}
	for _, k := range s.reg.Keys() {
		if _, ok := e.Value(k); ok {
			return k
		}
	}
	return ""
}

// placed gives findings about the configuration their line in site.yaml: the
// rank room knows only the pointer inside it.
func placed(site *content.Site, fs result.Findings) result.Findings {
	for i := range fs {
		if w := &fs[i].Where; w.Line == 0 && w.Pointer != "" && (w.File == "" || w.File == "content/site.yaml") {
			*w = site.Place(w.Pointer)
		}
	}
	return fs
}
