// The ML.ENERGY Leaderboard v3: index.json, tasks/TASK.json and
// models/MODEL__TASK.json. This file tells the three apart, joins what they say
// of one configuration, and selects; mlenergy_row.go reads one configuration.
//
// Three pairs of published rows agree in model, GPU, degrees and batch limit
// and differ in their numbers. No field tells them apart, so nothing here is
// keyed by that tuple: rows are joined only where every shared value is equal.

package convert

import (
	"path"
	"regexp"
	"strings"

	"jouleboard/internal/result"
)

// mlIndex is what index.json adds: facts of models, the date, the task list.
type mlIndex struct {
	file   *jsonFile
	models *node
	tasks  []string
}

// mlRow pairs a row with the values that a second file must repeat to be about
// the same configuration.
type mlRow struct {
	row *row
	key string
}

func readMLEnergy(c *run, in []Input) {
	var idx mlIndex
	var tasks, models []*jsonFile
	for _, i := range in {
		f, bad := parseJSON(i)
		if bad != nil {
			c.Findings = append(c.Findings, *bad)
			continue
		}
		switch {
		case f.root.get("last_updated") != nil && f.root.get("models") != nil:
			if idx.file != nil {
				c.fileFinding(result.Error, f.place(0, ""), "a second index file; the first is "+idx.file.name, "give one index.json")
				continue
			}
			idx = c.mlIndex(f)
		case f.root.get("configurations") != nil && f.root.get("model_id") != nil:
			models = append(models, f)
		case f.root.get("configurations") != nil:
			tasks = append(tasks, f)
		default:
			c.fileFinding(result.Error, f.place(0, ""), "neither an index, a task nor a model file of the leaderboard",
				"expected index.json (last_updated, models), tasks/*.json or models/*.json (configurations)")
		}
	}

	byKey := map[string]*row{}
	given := map[string]bool{}
	for _, f := range tasks {
		given[c.mlFile(f, idx, func(m mlRow, _ *object) {
			byKey[m.key] = m.row
		})] = true
	}
	for _, f := range models {
		given[c.mlFile(f, idx, func(m mlRow, o *object) {
			// The task file's row stays; the model file adds what it alone knows.
			if first := byKey[m.key]; first != nil && len(m.row.bad) == 0 {
				mlExtras(first, o)
				c.rows = c.rows[:len(c.rows)-1]
				c.Merged++
				return
			}
			mlExtras(m.row, o)
		})] = true
	}
	if len(tasks)+len(models) > 0 {
		for _, t := range idx.tasks {
			if !given[t] {
				c.fileFinding(result.Note, idx.file.place(0, "/architectures"), "the index lists the task "+t+", and no file of it was given", "")
			}
		}
	}
	if c.opt.Version == "" {
		c.Findings = append(c.Findings, result.Finding{Rule: ruleSource, Level: result.Note,
			Message: "no source version given; links will lead to the newest state of the source and not to what was read",
			Hint:    "give --source-version with the commit of the leaderboard's repository"})
	}
	if c.opt.Select == SelectPareto {
		c.selectPareto()
	}
}

// mlIndex reads index.json. Its date is when the figures were published, unless
// the options say otherwise.
func (c *run) mlIndex(f *jsonFile) mlIndex {
	idx := mlIndex{file: f, models: f.root.get("models")}
	o := newObject(f.root)
	date := o.str("last_updated", true)
	if c.opt.Published == "" && isoDate.MatchString(date) {
		c.opt.Published = date
	} else if c.opt.Published == "" {
		o.fail("last_updated is %q, expected a date as YYYY-MM-DD", date)
	}
	o.child("models")
	known := map[string]bool{}
	for _, t := range arrayStrings(o.child("tasks")) {
		known[t] = true
		idx.tasks = append(idx.tasks, t)
	}
	if a := o.child("architectures"); a != nil {
		for _, v := range a.vals {
			for _, t := range arrayStrings(v) {
				if !known[t] {
					known[t] = true
					idx.tasks = append(idx.tasks, t)
				}
			}
		}
	}
	o.refuseUnknown()
	for _, b := range o.bad {
		c.fileFinding(result.Error, f.place(0, ""), b, "this reads the index of leaderboard v3")
	}
	return idx
}

func arrayStrings(n *node) []string {
	if n == nil || n.kind != '[' {
		return nil
	}
	var ss []string
	for _, v := range n.vals {
		if v.kind == '"' {
			ss = append(ss, v.text)
		}
	}
	return ss
}

// mlFile reads a task or model file and calls each for every row. It returns
// the task's id.
func (c *run) mlFile(f *jsonFile, idx mlIndex, each func(mlRow, *object)) string {
	top := newObject(f.root)
	task := top.str("task", true)
	modelFile := f.root.get("model_id") != nil
	shared := map[string]*node{}
	if modelFile {
		for _, k := range mlModelKeys {
			if v := top.child(k); v != nil {
				shared[k] = v
			}
		}
		// The lengths of all configurations together; each row holds its own.
		top.child("output_length_distribution")
	} else {
		top.str("task_display_name", false)
		// Modality here, network type in the rows: one word, two meanings.
		top.str("architecture", false)
	}
	configs := top.child("configurations")
	top.refuseUnknown()
	if configs == nil || configs.kind != '[' {
		top.fail("configurations is not a list")
	}
	if len(top.bad) > 0 {
		c.fileFinding(result.Error, f.place(0, ""), strings.Join(top.bad, "; "), "this reads task and model files of leaderboard v3")
		return task
	}
	for i, n := range configs.vals {
		each(c.mlConfiguration(f, i, n, task, shared, modelFile, idx))
	}
	return task
}

// mlModelKeys are the facts that model files hold once, at the top.
var mlModelKeys = []string{"model_id", "nickname", "architecture", "total_params_billions", "activated_params_billions", "weight_precision"}

var commitHash = regexp.MustCompile(`^[0-9a-f]{40}$`)

// mlSource fills in which file of the source a row stands in, and links to it
// at the given commit.
func (c *run) mlSource(w *row, f *jsonFile, modelFile bool) {
	folder := "tasks/"
	if modelFile {
		folder = "models/"
	}
	base := path.Base(strings.ReplaceAll(f.name, `\`, "/"))
	w.r.Source.Table = folder + base
	if c.opt.URL == "" && commitHash.MatchString(c.opt.Version) {
		w.r.Source.URL = c.format.URL + "/blob/" + c.opt.Version + "/public/data/" + folder + base
	}
}
