// The first ML.ENERGY Leaderboard (2023): one CSV a GPU and task, one row a model
// and, in later editions, a batch size. GPU and task stand in the file's name
// (A40_chat_benchmark.csv) or in columns.
//
// The units are those of its page: J, token/s, tokens, s. At batch size 1 its
// throughput and latency are those of one request. In a larger batch they are of
// the batch, which is no quantity of ours, so they keep their names.

package convert

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

const v1Prefix = "x_mlenergy_v1_"

// v1Columns are the columns of the edition; a unit in brackets may follow, and
// must be this one.
var v1Columns = map[string]string{
	"model": "", "gpu": "", "task": "", "batch_size": "", "energy": "J", "throughput": "token/s",
	"response_length": "token", "latency": "s", "parameters": "billion",
	// Quality of later editions, in percent; quality belongs to models.
	"arc": "%", "hellaswag": "%", "truthfulqa": "%", "lmsys_elo": "",
}

var (
	v1File = regexp.MustCompile(`^([A-Za-z0-9-]+)_(chat|chat-concise|instruct|instruct-concise)_benchmark\.csv$`)
	v1Head = regexp.MustCompile(`^([a-z_]+)(?: ?\(([^()]+)\))?$`)
)

func readMLEnergyV1(c *run, in []Input) {
	for _, i := range in {
		c.v1Table(i)
	}
}

func (c *run) v1Table(in Input) {
	c.csvFile(in, "model,throughput,response_length,latency,energy", func(head []string) (func(result.Place, []string), bool) {
		t := v1Rows{base: path.Base(strings.ReplaceAll(in.Name, `\`, "/")), head: head, col: map[string]int{}}
		if problem := t.columns(); problem != "" {
			c.fileFinding(result.Error, result.Place{File: in.Name, Line: 1, Col: 1}, problem, "expected the columns of the first ML.ENERGY Leaderboard: model, energy (J), throughput (token/s), response_length (token), latency (s), parameters")
			return nil, false
		}
		if m := v1File.FindStringSubmatch(t.base); m != nil {
			t.gpu, t.task = m[1], m[2]
		}
		return func(where result.Place, rec []string) { c.v1Row(where, t, rec) }, true
	})
}

// v1Rows is what a file says once for all its rows.
type v1Rows struct {
	base, gpu, task string
	head            []string
	col             map[string]int
}

// columns reads the header: every column known, once, and in its own unit.
func (t *v1Rows) columns() string {
	for i, h := range t.head {
		m := v1Head.FindStringSubmatch(strings.ToLower(strings.TrimSpace(h)))
		if m == nil {
			return fmt.Sprintf("unknown column %q: unit and meaning are not known to this importer", result.Clip(h))
		}
		unit, known := v1Columns[m[1]]
		switch _, twice := t.col[m[1]]; {
		case !known:
			return fmt.Sprintf("unknown column %q: unit and meaning are not known to this importer", result.Clip(h))
		case twice:
			return fmt.Sprintf("two columns are called %s", m[1])
		case m[2] != "" && !strings.EqualFold(m[2], unit) && !strings.EqualFold(m[2], unit+"s"):
			return fmt.Sprintf("the column %s is in %q, expected %s", m[1], m[2], unit)
		}
		t.col[m[1]] = i
	}
	for _, need := range []string{"model", "energy"} {
		if _, ok := t.col[need]; !ok {
			return "no column " + need
		}
	}
	return ""
}

func (c *run) v1Row(where result.Place, t v1Rows, rec []string) {
	cell := func(name string) string {
		if i, ok := t.col[name]; ok && i < len(rec) {
			return strings.TrimSpace(rec[i])
		}
		return ""
	}
	model := cell("model")
	first := func(words ...string) string {
		for _, s := range words {
			if s != "" {
				return s
			}
		}
		return ""
	}
	gpu, task := first(cell("gpu"), t.gpu, c.opt.Hardware), first(cell("task"), t.task, c.opt.Task)
	w := c.newRow(where, strings.Join(strings.Fields(task+" "+model+" "+gpu), " "))
	w.r.Kind = result.KindDevice
	w.r.Source.Table = t.base
	w.r.Model.Name = c.mapped(model)
	w.r.Workload.Task = c.mapped(task)
	w.r.Boundary = &result.Boundary{Includes: "gpu"}
	c.license(w, "")
	// What did not fit into memory stands there as a word, without numbers.
	if slices.ContainsFunc(rec, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "OOM") }) {
		w.fail("the source ran out of memory here (OOM) and gives no number")
		return
	}
	if len(rec) != len(t.head) {
		w.fail("%d cells, the header has %d", len(rec), len(t.head))
		return
	}
	if model == "" {
		w.fail("model is missing")
	} else if w.r.Model.Name != model {
		w.field("model.name", "model", "", model)
	}
	switch {
	case gpu == "":
		w.fail("the GPU is not named")
		w.hint = "name the file GPU_TASK_benchmark.csv, or give --hardware"
	default:
		c.hardware(w, gpu, "gpu")
		if w.r.Hardware != nil {
			// The source's script loads every model on one GPU.
			w.r.Hardware.Count = 1
		}
	}
	if task == "" {
		w.fail("the task is not named")
		w.hint = first(w.hint, "name the file GPU_TASK_benchmark.csv, or give --task")
	}
	v1Numbers(w, cell)
	if len(w.bad) == 0 {
		w.per1000("energy_per_response_j")
	}
}

// v1Numbers reads the numbers of a row.
func v1Numbers(w *row, cell func(string) string) {
	// The page of the edition states batch size 1 and FP16 for all its runs; a
	// later one has a column for the batch size.
	batch, field, text := int64(1), "Batch size (the source's page)", "1"
	if s := cell("batch_size"); s != "" {
		n, err := parseNumber(s)
		v, whole := int64(0), false
		if err == nil {
			v, whole = n.integer()
		}
		if !whole || v < 1 {
			w.fail("batch_size is %q, expected a whole number from 1", s)
			return
		}
		batch, field, text = v, "batch_size", s
	}
	w.r.Workload.Load = &result.Load{Mode: result.LoadBatch, BatchSize: batch}
	w.field("workload.load.batch_size", field, "", text)
	w.r.Model.Precision = "float16"
	w.field("model.precision", "Parameters (the source's page)", "", "FP16")
	read := func(name string) (number, bool) {
		s := cell(name)
		if s == "" {
			return number{}, false
		}
		n, err := parseNumber(s)
		if err != nil {
			w.fail("%s: %v", name, err)
			return number{}, false
		}
		if n.sign() <= 0 {
			w.fail("%s is %s; a value above zero expected, leave it out where it was not measured", name, n.text)
			return number{}, false
		}
		return n, true
	}
	if n, ok := read("energy"); ok {
		w.energy("energy_per_response_j", n, 0, "energy", "J")
	} else if cell("energy") == "" {
		w.fail("energy is empty")
	}
	if n, ok := read("response_length"); ok {
		w.metric("mean_output_tokens", n, 0, "response_length", "tokens")
	}
	if n, ok := read("throughput"); ok {
		if batch == 1 {
			w.stat("request_output_tokens_per_s", "mean", pctUnstated, n, 0, "throughput", "tokens/s")
		} else {
			w.metric(v1Prefix+"throughput", n, 0, "throughput", "tokens/s")
		}
	}
	if n, ok := read("latency"); ok {
		if batch == 1 {
			w.stat("e2e_ms", "mean", pctUnstated, n, 3, "latency", "s")
		} else {
			w.metric(v1Prefix+"latency", n, 0, "latency", "s")
		}
	}
	if n, ok := read("parameters"); ok {
		v := n.float(0)
		w.r.Model.ParametersB = &v
		w.field("model.parameters_b", "parameters", "10^9", n.text)
	}
	for _, k := range []string{"arc", "hellaswag", "truthfulqa", "lmsys_elo"} {
		if s := cell(k); s != "" {
			if n, err := parseNumber(s); err == nil {
				w.metric(v1Prefix+k, n, 0, k, v1Columns[k])
			} else {
				w.fail("%s: %v", k, err)
			}
		}
	}
}
