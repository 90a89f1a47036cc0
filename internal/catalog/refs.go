// References between entries: everything that names another entry must find it.

package catalog

import (
	"fmt"
	"maps"
	"slices"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// references checks all names of other entries, once every file was read.
func (l *loader) references() {
	c := l.cat
	for _, name := range slices.Sorted(maps.Keys(c.Models)) {
		l.modelRefs(c.Models[name])
	}
	for _, id := range slices.Sorted(maps.Keys(c.Tasks)) {
		l.taskRefs(c.Tasks[id])
	}
	for _, id := range slices.Sorted(maps.Keys(c.Benchmarks)) {
		b := c.Benchmarks[id]
		known(l, c.References, b.References, b.at, "/references", "reference", "references.yaml")
	}
	reg := unit.Default()
	for _, b := range c.Bands {
		if _, ok := reg.Get(b.Metric); !ok {
			l.say(result.Error, "CAT-METRIC", b.at.place("/metric"), "", "%q is not a metric", result.Clip(b.Metric))
		}
	}
	for i := range c.Moderation.Requests {
		r := &c.Moderation.Requests[i]
		if _, ok := c.Tasks[r.Task]; r.Task != "" && !ok {
			l.say(result.Warn, "CAT-TASK", r.at.place("/task"), "", "the task %q is not in the catalogue", r.Task)
		}
		if _, ok := c.HardwareFor(r.Hardware); r.Hardware != "" && !ok {
			l.say(result.Warn, "CAT-HARDWARE", r.at.place("/hardware"), "", "the hardware %q is not in the catalogue", r.Hardware)
		}
	}
}

func (l *loader) modelRefs(m *Model) {
	c := l.cat
	switch _, ok := c.LicenseOf(m); {
	case ok || m.IsWithheld("license"):
	case m.License == "" && m.Access != "closed":
		l.say(result.Note, "CAT-LICENSE", m.at.place(""), "add license and license_url if they are known", "no licence is stated, so pages say unknown")
	case m.License != "":
		l.say(result.Warn, "CAT-LICENSE", m.at.place("/license"), "add it to catalog/licenses.yaml, or an alias to the entry it belongs to",
			"the licence %q is not in the table, so pages say unknown", m.License)
	}
	for _, id := range slices.Sorted(maps.Keys(m.Quality)) {
		if _, ok := c.Benchmarks[id]; !ok {
			l.say(result.Warn, "CAT-QUALITY", m.at.place("/quality/"+result.EscapePointer(id)), "add it to catalog/benchmarks.yaml", "the benchmark %q is not in the catalogue", result.Clip(id))
		}
	}
}

func (l *loader) taskRefs(t *Task) {
	c := l.cat
	known(l, c.Tasks, t.Siblings, t.at, "/siblings", "task", "tasks/")
	known(l, c.Caveats, t.Caveats, t.at, "/caveats", "caveat", "caveats.yaml")
	known(l, c.References, t.References, t.at, "/references", "reference", "references.yaml")
	if _, ok := c.Hardware[t.ReferenceHardware]; t.ReferenceHardware != "" && !ok {
		l.say(result.Error, "CAT-REF", t.at.place("/reference_hardware"), "add catalog/hardware/"+t.ReferenceHardware+".yaml",
			"the hardware %q is not in the catalogue", t.ReferenceHardware)
	}
	if _, ok := unit.Default().Get(t.Headline); t.Headline != "" && !ok {
		l.say(result.Error, "CAT-METRIC", t.at.place("/headline"), "", "%q is not a metric", result.Clip(t.Headline))
	}
}

// known reports ids of a list that are not in a table.
func known[T any](l *loader, table map[string]T, ids []string, at where, key, what, file string) {
	for i, id := range ids {
		if _, ok := table[id]; !ok {
			l.say(result.Error, "CAT-REF", at.place(fmt.Sprintf("%s/%d", key, i)), "add it to catalog/"+file, "the %s %q is not in the catalogue", what, result.Clip(id))
		}
	}
}
