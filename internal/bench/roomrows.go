// The rows of the packages' benchmarks, and their aims.

package main

import "fmt"

// A roomRow is a metric of a benchmark.
type roomRow struct {
	group, what, bench, unit string
	show                     string // how the value is printed
	aim                      aim
	over                     string // a benchmark whose metric the value is divided by, "" for none
}

// roomRows lists what is shown. Times of the load client are those of one that
// shares its cores with the server, whose lateness is in them.
func roomRows() (rows []roomRow) {
	group := ""
	add := func(what, bench, unit, show string, a aim) {
		rows = append(rows, roomRow{group: group, what: what, bench: bench, unit: unit, show: show, aim: a})
	}
	against := func(what, bench, over, unit, show string, a aim) {
		rows = append(rows, roomRow{group: group, what: what, bench: bench, unit: unit, show: show, aim: a, over: over})
	}

	group = "result files"
	add("1,000 files loaded, on all cores", "LoadTree", "ms/op", "%.0f ms", aim{})
	add("a reported result decoded", "Decode", "us/op", "%.0f us", aim{})
	add("a measured result decoded", "DecodeMeasured", "us/op", "%.0f us", aim{})
	add("10,000 results ranked", "Boards", "ms/op", "%.0f ms", aim{})
	add("pages of results rendered on one core, without labels", "ResultPages", "pages/s", "%.0f pages/s", aim{})
	add("10,000 result files checked on two cores, without samples", "Validate", "s/10000-files", "%.2f s", atMost(5, "5 s"))
	add("10,000 result files checked, peak memory", "Validate", "peak-MB", "%.0f MB", aim{})
	add("records of a samples file recomputed", "Recompute", "records/s", "%.0f records/s", aim{})

	group = "load client"
	for _, f := range []struct {
		streams int
		aim     float64 // ms
	}{{64, 1}, {256, 2}, {1024, 3}} {
		add(fmt.Sprintf("error of the time to first token, median, %d streams", f.streams), fmt.Sprintf("Fidelity/streams=%d", f.streams),
			"ttft-err-p50-ms", "%.2f ms", atMost(f.aim, fmt.Sprintf("%g ms", f.aim)))
	}
	for _, streams := range []int{64, 256, 1024} {
		name := fmt.Sprintf("Fidelity/streams=%d", streams)
		add(fmt.Sprintf("error of the gap between tokens, median, %d streams", streams), name, "itl-err-p50-ms", "%.2f ms", aim{})
		add(fmt.Sprintf("error of the gap between tokens, p99, %d streams", streams), name, "itl-err-p99-ms", "%.2f ms", aim{})
		a := aim{}
		if streams == 256 {
			a = below(1, "< 1 %")
		}
		add(fmt.Sprintf("throughput lost, %d streams", streams), name, "loss-%", "%.2f %%", a)
	}
	const flood = "Flood/streams=16"
	add("flood of 16 streams", flood, "chunks/s", "%.0f chunks/s", atLeast(500_000, "500000 chunks/s"))
	add("flood of 16 streams, a Python asyncio client", "Asyncio/flood", "chunks/s", "%.0f chunks/s", aim{})
	against("flood of 16 streams, ours against that client", flood, "Asyncio/flood", "chunks/s", "%.1f times", atLeast(2, "2 times"))
	add("error of the time to first token, median, 1024 streams, a Python asyncio client", "Asyncio/streams=1024", "ttft-err-p50-ms", "%.2f ms", aim{})
	against("error of the time to first token, median, 1024 streams, ours against that client", "Fidelity/streams=1024", "Asyncio/streams=1024",
		"ttft-err-p50-ms", "%.3f of it", atMost(0.1, "0.1 of it"))
	add("parser alone", "Parser", "chunks/s", "%.0f chunks/s", aim{})
	add("memory for one more chunk, without its record", flood, "spent-B/chunk", "%.1f B", below(0.05, "0"))
	add("memory for one more chunk, its record (a gap of 8 B)", flood, "kept-B/chunk", "%.1f B", aim{})
	add("memory for a request, whatever its length", flood, "B/request", "%.0f B", aim{})

	group = "energy of a simulated GPU"
	for _, c := range []string{"constant", "sine", "square", "batches"} {
		add("joules at "+c+" power: off by", "Energy/"+c, "%-of-bound", "%.1f %% of the bound", atMost(100, "100 %"))
	}
	add("J/token at constant power", "Energy/constant", "J/token", "%.6f J/token", aim{})
	add("J/token at constant power, by hand", "Energy/constant", "hand-J/token", "%.6f J/token", aim{})
	add("J/token at constant power: off by", "Energy/constant", "J/token-off-%", "%.4f %%", below(0.00005, "0"))
	add("sampler, all cores busy: late by, median", "SamplerJitter", "us-late-p50", "%.0f us", aim{})
	add("sampler, all cores busy: late by, at most", "SamplerJitter", "us-late-max", "%.0f us", aim{})

	group = "labels"
	add("as SVG and PDF", "Labels/svg+pdf", "labels/s", "%.0f labels/s", atLeast(1000, "1000 labels/s"))
	add("as PNG", "Labels/png", "labels/s", "%.0f labels/s", atLeast(167, "167 labels/s"))
	for _, f := range []struct{ title, name string }{{"SVG", "svg"}, {"PDF", "pdf"}, {"PNG", "png"}} {
		if f.name != "png" { // it stands above
			add("as "+f.title, "Labels/"+f.name, "labels/s", "%.0f labels/s", aim{})
		}
		add("as "+f.title+", the naive way (a document and fonts each)", "Naive/"+f.name, "labels/s", "%.0f labels/s", aim{})
		against("as "+f.title+", against the naive way", "Labels/"+f.name, "Naive/"+f.name, "labels/s", "%.1f times", aim{})
	}

	group = "pages in Chromium, on a machine that does nothing else"
	for _, p := range []struct{ name, what string }{{"home", "home page"}, {"board", "page of a board"}, {"result", "page of a result"},
		{"compare", "page of comparisons, nothing chosen"}, {"comparison", "page of comparisons, two results"}} {
		add("Lighthouse performance, 500 results: "+p.what, "Lighthouse/"+p.name, "performance", "%.0f of 100", atLeast(99, "99"))
	}
	for _, s := range []struct{ name, what string }{{"text", "sort by text"}, {"number", "sort by number"}, {"two", "sort by two columns"},
		{"search", "search"}, {"range", "filter by a range"}} {
		add("10,000 rows, the page's own measure: "+s.what, "LongTable/"+s.name, "ms", "%.1f ms", atMost(50, "50 ms"))
	}
	return rows
}

// roomFigures fills the rows with what was measured.
func roomFigures(all []benchmark) (out []figure) {
	have := map[string]float64{}
	for _, b := range all {
		for unit, v := range b.Metrics {
			have[b.Name+" "+unit] = v
			if unit == "ns/op" {
				have[b.Name+" us/op"], have[b.Name+" ms/op"] = v/1e3, v/1e6
			}
		}
	}
	for _, r := range roomRows() {
		v, ok := have[r.bench+" "+r.unit]
		if r.over != "" && ok {
			var by float64
			by, ok = have[r.over+" "+r.unit]
			v /= by
		}
		if !ok {
			out = append(out, missing(r.group, r.what, r.aim))
			continue
		}
		out = append(out, fig(r.group, r.what, v, r.show, r.aim))
	}
	return out
}
