// The command that a result's page gives is one that this program accepts.

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/catalog"
	"jouleboard/internal/measure"
	"jouleboard/internal/result"
	"jouleboard/internal/site"

	"github.com/spf13/pflag"
)

func TestReproduceCommandIsAccepted(t *testing.T) {
	cat, _ := catalog.Load(os.DirFS("../../content"))
	corpus := "../../internal/result/testdata/method-1"
	files, err := filepath.Glob(filepath.Join(corpus, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, found := result.Decode(file, data)
			if found.HasErrors() {
				t.Fatal(found)
			}
			in, err := os.Open(strings.TrimSuffix(file, ".json") + result.SamplesExt)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			samples, err := result.ReadSamples(in, 0)
			if err != nil {
				t.Fatal(err)
			}
			lines, _ := site.MeasureCommand(r, cat.Tasks[r.Workload.Task], samples)
			// A shell takes the words apart, as it would for a reader.
			out, err := exec.Command("sh", "-c", "set -- "+strings.Join(lines, " \\\n  ")+"\nprintf '%s\\n' \"$@\"").Output()
			if err != nil {
				t.Skipf("no shell: %v", err)
			}
			words := strings.Split(strings.TrimSpace(string(out)), "\n")
			if len(words) < 4 || words[0] != "jouleboard" || words[1] != "measure" {
				t.Fatalf("words: %q", words)
			}
			var fl measureFlags
			set := pflag.NewFlagSet("measure", pflag.ContinueOnError)
			fl.bind(set)
			if err := set.Parse(words[2:]); err != nil {
				t.Fatal(err)
			}
			fl.settle(set)
			plans, err := measure.Plans(fl.opt, cat)
			if err != nil {
				t.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
			}
			if len(plans) != 1 || fl.opt.Model != r.Model.Name || *r.Workload.Seed != fl.opt.Seed || fl.opt.Repeats != len(r.Window) {
				t.Errorf("%d plans of %+v", len(plans), fl.opt)
			}
		})
	}
}
