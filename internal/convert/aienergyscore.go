// The AI Energy Score CSV of February 2025: one file a task, one row a model.
//
// The energy column names no unit. The edition's figures are kWh per 1,000
// queries (while its metric is spoken of in Wh), so the unit must be said; a
// column whose name ends in _kwh or _wh says it itself.

package convert

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
)

// aesTasks are the tasks of the edition, as its files are named.
var aesTasks = []string{
	"asr", "image_captioning", "image_classification", "image_generation", "object_detection",
	"question_answering", "sentence_similarity", "summarization", "text_classification", "text_generation",
}

const aesEnergy = "total_gpu_energy"

// aesUnits: what --unit takes -> power of ten to Wh.
var aesUnits = map[string]int{"kwh": 3, "wh": 0}

func readAIEnergyScore(c *run, in []Input) {
	for _, i := range in {
		c.aesFile(i)
	}
}

func (c *run) aesFile(in Input) {
	at := result.Place{File: in.Name, Line: 1, Col: 1}
	c.csvFile(in, "model,"+aesEnergy+",energy_score", func(head []string) (func(result.Place, []string), bool) {
		cols, shift, unit, problem := c.aesColumns(head)
		if problem != "" {
			c.fileFinding(result.Error, at, problem, "expected model,"+aesEnergy+",energy_score and, for text generation, class; give --unit kWh or --unit Wh (for 1,000 queries) where the column names no unit")
			return nil, false
		}
		base := path.Base(strings.ReplaceAll(in.Name, `\`, "/"))
		task := c.opt.Task
		if task == "" {
			task = strings.TrimSuffix(base, ".csv")
			if !slices.Contains(aesTasks, task) {
				c.fileFinding(result.Error, at, fmt.Sprintf("the task is not known from the file name %q", base),
					"name the file TASK.csv with TASK one of "+strings.Join(aesTasks, ", ")+", or give --task")
				return nil, false
			}
		}
		return func(where result.Place, rec []string) { c.aesRow(where, base, task, rec, head, cols, shift, unit) }, true
	})
}

// aesCols are the positions of the columns, -1 where absent.
type aesCols struct{ model, energy, stars, class int }

// aesColumns reads the header. Every column must be known.
func (c *run) aesColumns(head []string) (cols aesCols, shift int, unit, problem string) {
	cols = aesCols{-1, -1, -1, -1}
	set := func(to *int, i int) {
		if *to >= 0 {
			problem = fmt.Sprintf("two columns for the same thing: %q and %q", head[*to], head[i])
		}
		*to = i
	}
	var unknown []string
	for i, h := range head {
		switch strings.TrimSpace(h) {
		case "model":
			set(&cols.model, i)
		case aesEnergy:
			set(&cols.energy, i)
			if c.opt.Unit == "" {
				return cols, 0, "", "the column " + aesEnergy + " names no unit, and none was given"
			}
			s, ok := aesUnits[strings.ToLower(c.opt.Unit)]
			if !ok {
				return cols, 0, "", fmt.Sprintf("unknown unit %q for the column %s", c.opt.Unit, aesEnergy)
			}
			shift = s
		case aesEnergy + "_kwh":
			set(&cols.energy, i)
			shift = aesUnits["kwh"]
		case aesEnergy + "_wh":
			set(&cols.energy, i)
			shift = aesUnits["wh"]
		case "energy_score":
			set(&cols.stars, i)
		case "class":
			set(&cols.class, i)
		default:
			unknown = append(unknown, strconv.Quote(h))
		}
	}
	if len(unknown) > 0 {
		return cols, 0, "", fmt.Sprintf("unknown column %s: unit and meaning are not known to this importer", strings.Join(unknown, ", "))
	}
	unit = "Wh per 1000 queries"
	if shift == aesUnits["kwh"] {
		unit = "kWh per 1000 queries"
	}
	if problem == "" && cols.model < 0 {
		problem = "no column model"
	}
	if problem == "" && cols.energy < 0 {
		problem = "no column " + aesEnergy
	}
	return cols, shift, unit, problem
}

func (c *run) aesRow(where result.Place, base, task string, rec, head []string, cols aesCols, shift int, unit string) {
	cell := func(i int) string {
		if i < 0 || i >= len(rec) {
			return ""
		}
		return strings.TrimSpace(rec[i])
	}
	model := cell(cols.model)
	w := c.newRow(where, strings.TrimSpace(task+" "+model))
	if len(rec) != len(head) {
		w.fail("%d cells, the header has %d", len(rec), len(head))
		return
	}
	w.r.Kind = result.KindDevice
	w.r.Workload.Task = c.mapped(task)
	w.r.Model.Name = c.mapped(model)
	w.r.Boundary = &result.Boundary{Includes: "gpu"}
	w.r.Source.Table = base
	c.license(w, "")
	if model == "" {
		w.fail("model is missing")
	} else if w.r.Model.Name != model {
		w.field("model.name", "model", "", model)
	}
	if c.opt.Hardware != "" {
		c.hardware(w, c.opt.Hardware, "--hardware")
	} else {
		w.fail("the file does not name the accelerator that used the energy")
		w.hint = "give --hardware with the accelerator that the publisher names"
	}
	if t := cell(cols.energy); t == "" {
		w.fail("%s is empty", head[cols.energy])
	} else if n, err := parseNumber(t); err != nil {
		w.fail("%s: %v", head[cols.energy], err)
	} else {
		w.energy("energy_per_1000_requests_wh", n, shift, strings.TrimSpace(head[cols.energy]), unit)
	}
	// Their stars hold within one edition, task and class; they are not ours.
	if t := cell(cols.stars); t != "" {
		s, err := strconv.Atoi(t)
		if err != nil || s < 1 || s > 5 {
			w.fail("energy_score is %q, expected 1 to 5", t)
		} else {
			w.x("x_aienergyscore_energy_score", jsontext.Value(strconv.Itoa(s)))
		}
	}
	switch t := cell(cols.class); t {
	case "":
	case "A", "B", "C":
		w.r.Model.SizeClass = t
	default:
		w.fail("class is %q, expected A, B or C", t)
	}
}
