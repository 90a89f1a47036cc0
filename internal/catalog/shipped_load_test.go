// What the shipped tasks say of batches is held against the shipped results.

package catalog

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"jouleboard/internal/result"
)

// limitRange is how a task states the batch limits of its source, and how often
// the source sent its requests.
var limitRange = regexp.MustCompile(`^(\d+) to (\d+) sequences; the upper end depends on model and GPU$`)

func TestShippedBatchesAreThoseOfTheTasks(t *testing.T) {
	c, _ := shipped(t)
	rs, _, err := result.LoadTree(context.Background(), "../..", 2)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range rs {
		w := r.Result.Workload
		task, ok := c.Task(w.Task)
		if !ok || task.Set != "ML.ENERGY Leaderboard" {
			continue
		}
		if w.Load == nil {
			t.Errorf("%s: no load", r.Path)
			continue
		}
		batch, stated := w.Load.MaxNumSeqs, "Server batch limits tried"
		if task.Kind != "text" {
			batch, stated = w.Load.BatchSize, "Batch sizes tried"
		}
		if !statesBatch(parameter(task, stated), batch) {
			t.Errorf("%s: batch %d; the task %s states %q", r.Path, batch, task.ID, parameter(task, stated))
		}
		seen[task.ID] = true
	}
	if len(seen) != 7 {
		t.Errorf("results of %d tasks were held against them, want 7: %v", len(seen), seen)
	}
}

// parameter is the value of a row of a task's table.
func parameter(task *Task, name string) string {
	for _, p := range task.Parameters {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// statesBatch says whether a batch lies in "8 to 512 sequences ..." or is one of
// "1, 2, 4".
func statesBatch(stated string, batch int64) bool {
	if m := limitRange.FindStringSubmatch(stated); m != nil {
		lo, _ := strconv.ParseInt(m[1], 10, 64)
		hi, _ := strconv.ParseInt(m[2], 10, 64)
		return lo <= batch && batch <= hi
	}
	return slices.Contains(strings.Split(stated, ", "), strconv.FormatInt(batch, 10))
}
