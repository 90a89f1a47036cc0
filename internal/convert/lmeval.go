// lm-evaluation-harness: results JSON of v0.3 and v0.4. It measures quality and
// nothing else, so it makes no result file: each score goes to the catalogue
// entry of its model, with shots, standard error, the harness's revision and the
// command that forms it again. (A result is never changed, so a score cannot be
// attached to one that is there; its page shows those of its model.)

package convert

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"jouleboard/internal/catalog"
	"jouleboard/internal/result"
)

const lmHarness = "lm-evaluation-harness"

// Score is one quality score on its way to the catalogue entry of its model.
type Score struct {
	Model string `json:"model"`
	// Benchmark is an id of catalog/benchmarks.yaml where task, metric and shots
	// are those of that benchmark; otherwise it spells the three out.
	Benchmark string         `json:"benchmark"`
	Quality   result.Quality `json:"quality"`
	// Remark is what else the file says of it.
	Remark string       `json:"remark,omitzero"`
	Where  result.Place `json:"where"`
}

func readLMEval(c *run, in []Input) {
	for _, i := range in {
		f, bad := parseJSON(i)
		switch {
		case bad != nil:
			c.Findings = append(c.Findings, *bad)
		case f.root.get("results") == nil || f.root.get("results").kind != '{' || f.root.get("config") == nil || f.root.get("versions") == nil:
			c.fileFinding(result.Error, f.place(0, ""), "not a results file of lm-evaluation-harness", "expected an object with results, versions and config")
		default:
			c.lmFile(f)
		}
	}
	c.lmOnce()
}

// lmRun is what a file says once for all its scores.
type lmRun struct {
	f        *jsonFile
	model    string
	revision string
	args     string // model_args as the command takes it
	config   *node
	old      bool // v0.3: python main.py, metrics without a filter
	subtask  map[string]bool
	date     string
	bad      []string
	hint     string
}

func (c *run) lmFile(f *jsonFile) {
	r := c.lmRun(f)
	for i, task := range f.root.get("results").keys {
		n := f.root.get("results").vals[i]
		if n.kind != '{' {
			c.lmRefuse(r, n, task, fmt.Sprintf("it is %s, expected an object", n.kindName()))
			continue
		}
		for _, k := range n.keys {
			metric, filter, isStderr, known := lmMetric(k)
			if !known || isStderr {
				continue
			}
			c.lmScore(r, n, task, k, metric, filter)
		}
	}
}

// lmRun reads the run. What is missing refuses each of its scores.
func (c *run) lmRun(f *jsonFile) lmRun {
	r := lmRun{f: f, config: f.root.get("config"), old: f.root.get("configs") == nil, subtask: map[string]bool{}}
	text := func(n *node, key string) string {
		if v := n.get(key); v != nil && v.kind == '"' {
			return v.text
		}
		return ""
	}
	var named string
	r.args, named, r.bad = lmArgs(r.config.get("model_args"))
	r.model = c.mapped(cmp.Or(c.opt.Model, text(f.root, "model_name"), named))
	if r.model == "" {
		r.bad = append(r.bad, "no model is named")
		r.hint = "give --model ORG/NAME"
	}
	r.revision = cmp.Or(text(f.root, "git_hash"), text(f.root, "lm_eval_version"), c.opt.HarnessRevision)
	if r.revision == "" {
		r.bad = append(r.bad, "the file does not name the harness's revision (git_hash)")
		r.hint = "give --harness-revision; a score whose harness is not known cannot be formed again"
	}
	if l := r.config.get("limit"); l != nil && l.kind != 'n' {
		r.bad = append(r.bad, "limit is "+l.text+": the run saw a part of each task, so its scores are of no benchmark")
	}
	if d := f.root.get("date"); d != nil && d.kind == '0' {
		if x, err := parseNumber(d.text); err == nil && x.float(0) > 1.5e9 && x.float(0) < 4.2e9 {
			r.date = time.Unix(int64(x.float(0)), 0).UTC().Format(time.DateOnly)
		}
	}
	if g := f.root.get("group_subtasks"); g != nil && g.kind == '{' {
		for _, v := range g.vals {
			for _, s := range arrayStrings(v) {
				r.subtask[s] = true
			}
		}
	}
	return r
}

// lmSecret are arguments that are nobody else's business.
var lmSecret = regexp.MustCompile(`(?i)^(.*_)?(token|api_key|apikey|password|secret|auth)$`)

// lmArgs reads model_args, a string in older files and an object in newer ones.
func lmArgs(n *node) (text, model string, bad []string) {
	var parts [][2]string
	switch {
	case n == nil || n.kind == 'n':
		return "", "", nil
	case n.kind == '"':
		for _, p := range strings.Split(n.text, ",") {
			k, v, _ := strings.Cut(p, "=")
			parts = append(parts, [2]string{strings.TrimSpace(k), v})
		}
	case n.kind == '{':
		for i, k := range n.keys {
			if v := n.vals[i]; v.kind == '{' || v.kind == '[' {
				parts = append(parts, [2]string{k, string(v.compact())})
			} else {
				parts = append(parts, [2]string{k, v.text})
			}
		}
	default:
		return "", "", []string{"model_args is " + n.kindName() + ", expected a string or an object"}
	}
	var words []string
	for _, p := range parts {
		k, v := p[0], p[1]
		switch {
		case lmSecret.MatchString(k) && v != "True" && v != "False" && v != "true" && v != "false":
			bad = append(bad, "model_args holds "+k+", which is a secret; take it out and withdraw it")
		case strings.HasPrefix(v, "/") || strings.HasPrefix(v, "~") || strings.HasPrefix(v, ".") || strings.Contains(v, `\`):
			bad = append(bad, "model_args names a path of a machine ("+k+"), so nobody else can run it again")
		case k == "pretrained":
			model = v
		}
		words = append(words, strings.TrimSuffix(k+"="+v, "="))
	}
	return strings.Join(words, ","), model, bad
}

// lmMetric takes a key of results apart: "acc_norm_stderr,none" in v0.4,
// "acc_norm_stderr" in v0.3. Unknown are keys that hold no score.
func lmMetric(key string) (metric, filter string, stderr, known bool) {
	metric, filter, _ = strings.Cut(key, ",")
	metric = strings.TrimSpace(metric)
	switch metric {
	case "", "alias", "name", "sample_len", "sample_count":
		return "", "", false, false
	}
	if m, ok := strings.CutSuffix(metric, "_stderr"); ok {
		return m, filter, true, true
	}
	return metric, filter, false, true
}

func (c *run) lmRefuse(r lmRun, n *node, row, reason string) {
	c.Rows++
	c.Refused = append(c.Refused, Refused{Where: r.f.place(n.off, "/results/"+result.EscapePointer(row)), Row: strings.TrimSpace(r.model + " " + row), Reason: reason, Hint: r.hint})
}

// lmScore reads one score.
func (c *run) lmScore(r lmRun, n *node, task, key, metric, filter string) {
	o := newObject(n)
	value, _ := o.num(key, true, false)
	q := result.Quality{Metric: metric, Harness: lmHarness, HarnessRevision: r.revision, Source: cmp.Or(c.opt.URL, c.format.URL)}
	if value.rat != nil {
		q.Value = value.float(0)
	}
	errKey := metric + "_stderr"
	if filter != "" {
		errKey += "," + filter
	}
	// "N/A" is what the harness writes where it forms none.
	if e := n.get(errKey); e != nil && !(e.kind == '"' && e.text == "N/A") {
		if s, ok := o.num(errKey, false, false); ok {
			v := s.float(0)
			if v < 0 {
				o.fail("%s is %s; a standard error is not negative", errKey, s.text)
			}
			q.Stderr = &v
		}
	}
	shots, ok := lmShots(r, task)
	if !ok {
		o.fail("the number of shots is not given: neither n-shot nor config.num_fewshot")
	}
	q.Shots = &shots
	remark, part := lmRemark(r, task, filter)
	if part != "" {
		o.fail("%s", part)
	}
	id, known := c.lmBenchmark(r, task, metric, filter, shots)
	q.Reproduce = lmCommand(r, task, shots)
	for _, p := range []struct {
		what, text string
		most       int
	}{{"the name of the score", id, 200}, {"the model", r.model, 200}, {"the harness's revision", r.revision, 200}, {"the command", q.Reproduce, 4000}, {"the remark", remark, 400}} {
		// They go into a file that people review: nothing invisible, one line each.
		if strings.ContainsFunc(p.text, func(x rune) bool { return !unicode.IsPrint(x) }) || len(p.text) > p.most {
			o.fail("%s holds a character that does not print, or more than %d bytes", p.what, p.most)
		}
	}
	if bad := append(slices.Clone(r.bad), o.bad...); len(bad) > 0 {
		c.lmRefuse(r, n, task+" "+key, strings.Join(bad, "; "))
		return
	}
	c.Rows++
	if r.subtask[task] && !known {
		// Its group's row repeats it, and is there too.
		c.NotSelected++
		return
	}
	c.Scores = append(c.Scores, Score{Model: r.model, Benchmark: id, Quality: q, Remark: remark,
		Where: r.f.place(n.off, "/results/"+result.EscapePointer(task))})
}

// lmShots is the number of examples of a task: by task in v0.4, once in v0.3.
func lmShots(r lmRun, task string) (int64, bool) {
	n := r.f.root.get("n-shot").get(task)
	if n == nil {
		n = r.config.get("num_fewshot")
	}
	x, err := parseNumber(textOf(n))
	if err != nil {
		return 0, false
	}
	v, whole := x.integer()
	return v, whole && v >= 0 && v < 10000
}

// lmRemark is what the file says of a task beside its score, and why the score
// is of a part of it only.
func lmRemark(r lmRun, task, filter string) (remark, part string) {
	var words []string
	if v := r.f.root.get("versions").get(task); v != nil && (v.kind == '0' || v.kind == '"') {
		words = append(words, "version "+strings.Join(strings.Fields(v.text), " ")+" of the task")
	}
	if filter != "" && filter != "none" {
		words = append(words, "filter "+filter)
	}
	s := r.f.root.get("n-samples").get(task)
	if all, seen := textOf(s.get("original")), textOf(s.get("effective")); all != "" && seen != "" {
		words = append(words, seen+" samples")
		if all != seen {
			part = fmt.Sprintf("%s of %s samples were seen, so the score is of a part of the task", seen, all)
		}
	}
	if v := r.config.get("model_sha"); v != nil && commitHash.MatchString(v.text) {
		words = append(words, "weights at "+v.text)
	}
	if r.date != "" {
		words = append(words, "evaluated "+r.date)
	}
	return strings.Join(words, ", "), part
}

// lmBenchmark settles under which name a score is kept.
func (c *run) lmBenchmark(r lmRun, task, metric, filter string, shots int64) (id string, known bool) {
	plain := func(s string) string { return strings.ReplaceAll(s, "-", "_") }
	if c.opt.Catalog != nil {
		for _, b := range slices.SortedFunc(maps.Values(c.opt.Catalog.Benchmarks), func(a, b *catalog.Benchmark) int { return cmp.Compare(a.ID, b.ID) }) {
			switch to := c.opt.Map[task]; {
			case b.Metric != metric:
			case to != "" && to == b.ID:
				return b.ID, true
			case to == "" && b.HarnessTask != "" && plain(b.HarnessTask) == plain(task) && b.Shots == shots && (filter == "" || filter == "none"):
				return b.ID, true
			}
		}
	}
	name := metric
	if filter != "" && filter != "none" {
		name += " (" + filter + ")"
	}
	if h := r.f.root.get("higher_is_better").get(task).get(metric); h != nil && h.kind == 'f' {
		name += " (lower is better)"
	}
	return fmt.Sprintf("%s, %s, %d-shot", task, name, shots), false
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=,@%+-]+$`)

func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// lmCommand forms the command from the file's own configuration.
func lmCommand(r lmRun, task string, shots int64) string {
	words := []string{"lm_eval"}
	if r.old {
		words = []string{"python", "main.py"}
	}
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, shellWord(value))
		}
	}
	scalar := func(key string) string {
		if n := r.config.get(key); n != nil && (n.kind == '"' || n.kind == '0') && !strings.ContainsAny(n.text, "\r\n") {
			return n.text
		}
		return ""
	}
	add("--model", scalar("model"))
	add("--model_args", r.args)
	add("--tasks", task)
	add("--num_fewshot", strconv.FormatInt(shots, 10))
	add("--batch_size", scalar("batch_size"))
	add("--gen_kwargs", scalar("gen_kwargs"))
	return strings.Join(words, " ")
}

// lmOnce drops scores that another file holds just so, and refuses those that
// contradict one another: a model has one score a benchmark.
func (c *run) lmOnce() {
	first := map[[2]string]Score{}
	kept := c.Scores[:0]
	for _, s := range c.Scores {
		k := [2]string{s.Model, s.Benchmark}
		was, dup := first[k]
		switch {
		case !dup:
			first[k] = s
			kept = append(kept, s)
		case sameQuality(was.Quality, s.Quality):
			c.Merged++
		default:
			c.Refused = append(c.Refused, Refused{Where: s.Where, Row: s.Model + " " + s.Benchmark,
				Reason: fmt.Sprintf("%s here and %s at %s", fmtFloat(s.Quality.Value), fmtFloat(was.Quality.Value), was.Where), Hint: "give one run of a benchmark"})
		}
	}
	c.Scores = kept
}
