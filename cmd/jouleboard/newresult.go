// The command new result: a reported result written by hand. A result file has no
// comments and is named by the digest of its content, so the skeleton stands under
// a name that counts nowhere until it is sealed.

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
)

// helpKey holds the words about each field in a skeleton; sealing drops it.
const helpKey = "x_fill_in"

// noID stands for the id until a result is sealed.
const noID = "0000000000000000000000000000000000000000000000000000000000000000"

func newResultSkeletonCommand(e *env) *cobra.Command {
	var seal, dry bool
	cmd := &cobra.Command{
		Use:   "result MODEL TASK HARDWARE",
		Short: "Write the skeleton of a reported result, and seal it once it is filled in",
		Long: `result writes the skeleton of a result that somebody else published: figures with
their source. (A measured result is written by 'jouleboard measure', and many
published ones by 'jouleboard import'.) TASK and HARDWARE are ids of the
catalogue.

The skeleton's name ends in .partial.json, so it counts nowhere. Once it is filled
in, --seal FILE checks it, gives it its id and its name, and removes the
skeleton.`,
		Example: `  jouleboard new result Qwen/Qwen3-8B gpqa h100
  jouleboard new result --seal results/Qwen/Qwen3-8B/h100/gpqa.partial.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if n := len(args); seal && n != 1 || !seal && n != 3 {
				return errors.New("expected MODEL TASK HARDWARE, or --seal FILE")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			root, err := e.root()
			if err != nil {
				return err
			}
			if seal {
				return sealSkeleton(e, root, args[0])
			}
			return newResult(e, root, args, dry)
		},
	}
	cmd.Flags().BoolVar(&seal, "seal", false, "check a filled-in skeleton and make it a result")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the file and write nothing")
	return cmd
}

func newResult(e *env, root string, args []string, dry bool) error {
	if !hubName.MatchString(args[0]) {
		return usageError{msg: fmt.Sprintf("%q is not a model's name on its hub (ORG/NAME)", oneLine(args[0])), hint: "such as Qwen/Qwen3-8B"}
	}
	board, err := content.OpenBoard(root)
	if err != nil {
		return err
	}
	cat, _ := catalog.Load(content.Folder(board, "content"))
	if _, ok := cat.Task(args[1]); !ok {
		return hintError{fmt.Errorf("no task %q in content/catalog/tasks", oneLine(args[1])), "use the id of a task that is there, or write one with 'jouleboard new task'"}
	}
	h, ok := cat.HardwareFor(args[2])
	if !ok {
		return hintError{fmt.Errorf("no hardware %q in content/catalog/hardware", oneLine(args[2])), "use the id of an accelerator that is there, or write one with 'jouleboard new hardware'"}
	}
	file := path.Join(result.Dir, args[0], h.ID, args[1]+".partial.json")
	data := []byte(strings.NewReplacer("{MODEL}", strconv.Quote(args[0]), "{TASK}", strconv.Quote(args[1]), "{HARDWARE}", strconv.Quote(h.Name), "{ID}", noID).Replace(resultSkeleton))
	return writeSkeleton(e, root, file, data, dry, func() (result.Findings, error) {
		_, found := readSkeleton(file, data)
		var todo result.Findings
		for _, f := range found {
			if f.Level == result.Error {
				todo = append(todo, f)
			}
		}
		return todo, nil
	})
}

// readSkeleton reads a skeleton; its id is known to be none.
func readSkeleton(file string, data []byte) (*result.Loaded, result.Findings) {
	l, found := result.Inspect(file, data)
	var out result.Findings
	for _, f := range found {
		if f.Where.Pointer != "/id" {
			out = append(out, f)
		}
	}
	return l, out
}

// sealSkeleton makes a filled-in skeleton a result.
func sealSkeleton(e *env, root, arg string) error {
	if !result.PartialPath(arg) {
		return usageError{msg: fmt.Sprintf("%s is no skeleton: its name does not end in .partial.json", oneLine(arg)), hint: "a sealed result is not edited; correct it with a new one"}
	}
	st, err := os.Stat(arg)
	if err == nil && (!st.Mode().IsRegular() || st.Size() > 1<<20) {
		err = errors.New("it is no regular file of at most 1 MiB")
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(arg)
	}
	if err != nil {
		return fmt.Errorf("read the skeleton %s: %w", arg, err)
	}
	l, found := readSkeleton(filepath.ToSlash(arg), data)
	if found.HasErrors() {
		e.printFindings(found)
		return errFindings
	}
	r := l.Result
	delete(r.X, helpKey)
	if err := result.Seal(r); err != nil {
		return fmt.Errorf("seal %s: %w", arg, err)
	}
	board, err := content.OpenBoard(root)
	if err != nil {
		return err
	}
	cat, _ := catalog.Load(content.Folder(board, "content"))
	hardware := ""
	if r.Hardware != nil {
		if h, ok := cat.HardwareFor(r.Hardware.Name); ok {
			hardware = h.ID
		}
	}
	file := result.Path(r, hardware)
	raw, err := result.Encode(r)
	if err != nil {
		return err
	}
	l, found = result.Inspect(file, raw)
	if l != nil {
		found = append(found, cat.Check([]*result.Loaded{l})...)
	}
	e.printFindings(found)
	if found.HasErrors() {
		return errFindings
	}
	if _, err := result.Save(root, file, r); err != nil {
		return err
	}
	fmt.Fprintln(e.Stdout, file)
	if err := os.Remove(arg); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the result is written, but the skeleton stays: %w", err)
	}
	return nil
}

// resultSkeleton is the smallest reported result, with its blanks. Its words about
// the fields stand in the file, where a reader looks for them.
const resultSkeleton = `{
  "schema": "jouleboard.result/1",
  "id": "{ID}",
  "class": "reported",
  "kind": "device",
  "model": {
    "name": {MODEL}
  },
  "hardware": {
    "name": {HARDWARE},
    "count": 0
  },
  "workload": {
    "task": {TASK}
  },
  "boundary": {
    "includes": ""
  },
  "metrics": {
    "energy_per_response_j": {
      "value": null,
      "provenance": "reported"
    }
  },
  "source": {
    "name": "",
    "publisher": "",
    "title": "",
    "url": "",
    "published": "",
    "retrieved": "",
    "fields": {
      "energy_per_response_j": {
        "field": "",
        "unit": "",
        "text": ""
      }
    }
  },
  "by": {
    "name": ""
  },
  "license": "",
  "x_fill_in": {
    "id": "left as it is; --seal writes it",
    "model": "precision, quantization, weights and parameters_b too, if the source states them",
    "hardware.count": "how many accelerators ran it together",
    "workload": "load too, if the source states it: mode and concurrency, rate_per_s, batch_size or max_num_seqs",
    "boundary.includes": "what the joules include: gpu, module, gpu+cpu+dram or wall",
    "metrics": "keys of the metric registry with the number as it is published; missing is absent, never 0; energy_per_image_j and energy_per_video_j for pictures",
    "source.name": "a short word for the source, such as lab-report",
    "source.publisher": "who published the figures",
    "source.url": "the page or file with them, of a fixed version",
    "source.published, source.retrieved": "days: YYYY-MM-DD",
    "source.fields": "for each number: what the source calls it, its unit there, and its text there, digit by digit",
    "by.name": "who wrote this file",
    "license": "SPDX id of the licence under which the source publishes the figures"
  }
}
`
