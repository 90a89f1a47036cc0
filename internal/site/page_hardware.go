// The pages /hardware/ and /hardware/NAME/.

package site

import (
	"cmp"
	"sort"
	"strings"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

type hardwaresPage struct {
	frame
	Hardware []hardwareLine
}

type hardwareLine struct {
	URL, Name, Memory, TDP string
	Models, Results        int
}

type hardwarePage struct {
	frame
	Cite          citeBlock
	Heading, Lede string
	Facts         []fact
	Boards        []boardLine
	Tasks         []hardwareTask
	TaskPages     []noted // where tasks have pages of their own
	Types         typeLegend
	Software      *table
	Models        []noted
	History       []historyGroup
	Pairs         []fact
}

// hardwareEntries groups the results by hardware of the catalogue.
func (s *site) hardwareEntries() map[string][]*entry {
	out := map[string][]*entry{}
	for _, e := range s.entries {
		if e.Hardware != nil {
			out[e.Hardware.ID] = append(out[e.Hardware.ID], e)
		}
	}
	return out
}

func (s *site) hardwareIDs() []string {
	var ids []string
	for id := range s.in.Catalog.Hardware {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	return ids
}

func (s *site) hardwaresPage() job {
	return func(r *renderer) (result.Findings, error) {
		const path = "hardware/index.html"
		p := hardwaresPage{frame: s.frame(path, s.msg.T("hardware.title"), s.msg.T("hardware.lede"), false)}
		by := s.hardwareEntries()
		for _, id := range s.hardwareIDs() {
			h := s.in.Catalog.Hardware[id]
			l := hardwareLine{URL: relative(path, hardwarePath(id)), Name: h.Name, Memory: s.optional(h.MemoryGB), TDP: s.optional(h.TDPW), Results: len(by[id])}
			l.Models = countModels(by[id])
			p.Hardware = append(p.Hardware, l)
		}
		return nil, r.page("hardwares", path, &p)
	}
}

func countModels(es []*entry) int {
	seen := map[string]bool{}
	for _, e := range es {
		seen[e.Result.Model.Name] = true
	}
	return len(seen)
}

// optional prints a number that may be absent.
func (s *site) optional(v *float64) string {
	if v == nil {
		return s.msg.T("notstated")
	}
	return s.msg.Trim(*v)
}

func (s *site) hardwarePage(h *catalog.Hardware, es []*entry) job {
	return func(r *renderer) (result.Findings, error) {
		path := hardwarePath(h.ID)
		p := hardwarePage{Heading: h.Name}
		p.Lede = s.msg.T("hardware.page.lede", len(es), countModels(es))
		p.frame = s.frame(path, h.Name, h.Name+". "+p.Lede, true, link{"hardware/index.html", s.msg.T("nav.hardware")})
		p.Facts = []fact{{Key: s.msg.T("hardware.vendor"), Value: cmp.Or(h.Vendor, s.msg.T("notstated"))},
			{Key: s.msg.T("hardware.memory"), Value: withUnit(s.optional(h.MemoryGB), "GB", h.MemoryGB != nil)},
			{Key: s.msg.T("hardware.tdp"), Value: withUnit(s.optional(h.TDPW), "W", h.TDPW != nil)}}
		if h.URL != "" {
			p.Facts = append(p.Facts, fact{Key: s.msg.T("fact.page"), Value: host(h.URL), URL: h.URL})
		}
		p.Scripts = append(p.Scripts, s.assets.pickJS)
		for _, b := range s.boards {
			if bh, ok := s.in.Catalog.HardwareFor(b.Hardware); ok && bh.ID == h.ID {
				p.Boards = append(p.Boards, s.boardLine(path, b))
			}
		}
		var err error
		if err = s.hardwareTasks(r, path, h, es, &p); err != nil {
			return nil, err
		}
		if len(p.Tasks) > 0 {
			p.Scripts = append(p.Scripts, s.assets.tableJS, s.assets.saveJS)
			p.Types = s.typeLegend()
		}
		p.Software = s.softwareTable(es)
		byModel := map[string]int{}
		for _, e := range es {
			byModel[e.Result.Model.Name]++
		}
		for _, v := range s.models {
			if n := byModel[v.Name]; n > 0 {
				short, _ := modelTitle(v.Name)
				p.Models = append(p.Models, noted{relative(path, modelPath(v.Name)), short, s.msg.T("n.results", n)})
			}
		}
		if len(h.Aliases) > 0 {
			p.Pairs = append(p.Pairs, fact{Key: s.msg.T("hardware.aliases"), Value: strings.Join(h.Aliases, s.msg.T("sep.list"))})
		}
		if h.Released != "" {
			p.Pairs = append(p.Pairs, fact{Key: s.msg.T("fact.released"), Value: h.Released})
		}
		if h.Source != "" {
			p.Pairs = append(p.Pairs, fact{Key: s.msg.T("fact.source"), Value: h.Source, URL: h.Source})
		}
		for _, n := range h.Notes {
			p.Pairs = append(p.Pairs, fact{Key: s.msg.T("fact.note"), Value: n})
		}
		if p.Cite, err = s.citePage(h.Name, path, r.newest()); err != nil {
			return nil, err
		}
		if p.History, err = s.history(r, path, es, true); err != nil {
			return nil, err
		}
		return nil, r.page("hardware", path, &p)
	}
}
