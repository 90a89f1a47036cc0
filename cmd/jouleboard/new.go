// The command new: skeletons of the files that people write, in the right place
// and with every field explained.

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/catalog"
	"jouleboard/internal/content"
	"jouleboard/internal/result"
)

func newNewCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "new",
		Short: "Write the skeleton of a model, task, hardware, result or request",
		Long: `new writes a file to fill in, in its right place and with a word about every
field. A file that is there is never overwritten. What is still to be filled in
is listed: the file is read as a build reads it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	request := newRequestAddCommand(e)
	request.Use = "request MODEL TASK [HARDWARE] --by WHO"
	request.Example = "  jouleboard new request Qwen/Qwen3-8B gpqa h100 --by Ada"
	request.Long = "request is short for moderate request add: it puts a request into the queue."
	cmd.AddCommand(newSkeletonCommand(e, modelSkeleton()), newSkeletonCommand(e, taskSkeleton()), newSkeletonCommand(e, hardwareSkeleton()), newResultSkeletonCommand(e), request)
	return cmd
}

// skeleton is one kind of catalogue file.
type skeleton struct {
	kind, arg, short, example string
	form                      *regexp.Regexp // of the argument
	want                      string         // what the argument is, in words
	file                      func(arg string) string
	text                      string // with ARG and NAME to be replaced
}

var (
	catalogueID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$`)
	hubName     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$`)
)

func newSkeletonCommand(e *env, s skeleton) *cobra.Command {
	var dry bool
	cmd := &cobra.Command{
		Use:               s.kind + " " + s.arg,
		Short:             s.short,
		Long:              s.short + `. Lines that begin with "#" are fields that may be left out: take the "#" away to use one.`,
		Example:           "  jouleboard new " + s.kind + " " + s.example,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(_ *cobra.Command, args []string) error {
			if !s.form.MatchString(args[0]) {
				return usageError{msg: fmt.Sprintf("%q is not %s", oneLine(args[0]), s.want), hint: "such as " + s.example}
			}
			root, err := e.root()
			if err != nil {
				return err
			}
			name := args[0][strings.LastIndexByte(args[0], '/')+1:]
			text := strings.NewReplacer("{ARG}", args[0], "{NAME}", name).Replace(s.text)
			return writeSkeleton(e, root, s.file(args[0]), []byte(text), dry, func() (result.Findings, error) {
				return skeletonFindings(root, s.file(args[0]), []byte(text))
			})
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "print the file and write nothing")
	return cmd
}

// writeSkeleton writes a file that is not there yet and says what it lacks.
func writeSkeleton(e *env, root, file string, data []byte, dry bool, lacks func() (result.Findings, error)) error {
	if dry {
		_, err := e.Stdout.Write(data)
		return err
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fmt.Errorf("open the board's folder: %w", err)
	}
	defer dir.Close()
	if err := dir.MkdirAll(filepath.FromSlash(path.Dir(file)), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	f, err := dir.OpenFile(filepath.FromSlash(file), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return hintError{fmt.Errorf("%s is there already, and is not overwritten", file), "edit it, or remove it first"}
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, errors.Join(err, dir.Remove(filepath.FromSlash(file))))
	}
	fmt.Fprintln(e.Stdout, file)
	todo, err := lacks()
	if err != nil {
		return err
	}
	if len(todo) == 0 {
		e.notef("it reads without an error; fill in what you know")
		return nil
	}
	e.notef("still to be filled in:")
	for _, f := range todo {
		e.notef("  %s: %s", f.Where, oneLine(f.Message))
	}
	return nil
}

// skeletonFindings reads the catalogue with the file in it and returns the errors
// of that file.
func skeletonFindings(root, file string, data []byte) (result.Findings, error) {
	board, err := content.OpenBoard(root)
	if err != nil {
		return nil, err
	}
	_, all := catalog.Load(oneFile{content.Folder(board, "content"), strings.TrimPrefix(file, "content/"), data})
	var own result.Findings
	for _, f := range all {
		if f.Level == result.Error && f.Where.File == file {
			own = append(own, f)
		}
	}
	return own, nil
}

func modelSkeleton() skeleton {
	return skeleton{kind: "model", arg: "ORG/NAME", short: "Write the skeleton of a model's catalogue entry", example: "Qwen/Qwen3-8B",
		form: hubName, want: "a model's name on its hub (ORG/NAME)",
		file: func(arg string) string { return "content/catalog/models/" + arg + ".yaml" }, text: `# Facts that belong to the model and not to a run of it. What is unknown is left
# out; what its owner does not disclose is listed under withheld.

name: "{ARG}"  # as on the hub, letter by letter
title: "{NAME}"  # what pages call it
# aliases: [ORG/OLD-NAME]  # names that it had on the hub before
# family: Qwen  # groups models of one line
# type: instruction-tuned  # pretrained, fine-tuned, instruction-tuned or rl-tuned
# type_source: https://...  # where the type was read, if the name does not say it
# architecture: dense  # dense, moe, mamba-hybrid or diffusion
# parameters_b: 8  # 10^9 parameters, all of them
# active_parameters_b: 3  # those used for a token, where they are fewer
# parameters_source: https://...
# license: Apache-2.0  # an SPDX id, or a name in content/catalog/licenses.yaml
# license_url: https://...  # its text
# license_source: https://...  # where it says that this licence holds for this model
# access: open  # open, gated or closed
# released: "2026-01-31"  # first publication: a day, a month or a year
# released_source: https://...
# url: https://huggingface.co/{ARG}  # the model's own page
# base: ORG/NAME  # the model that this one was tuned or quantised from
# withheld: [parameters_b]  # what the owner does not disclose
# notes:
#   - What a reader should know.
# source: https://...  # the page that holds all of this, if one does
`}
}

func hardwareSkeleton() skeleton {
	return skeleton{kind: "hardware", arg: "ID", short: "Write the skeleton of an accelerator's catalogue entry", example: "h200",
		form: catalogueID, want: "an id (letters, digits, dot, dash and underscore)",
		file: func(arg string) string { return "content/catalog/hardware/" + arg + ".yaml" }, text: `# One accelerator. Other spellings of its name go to aliases; another module, memory
# or power limit is another accelerator.

id: "{ARG}"  # the file's name, and the folder of its results
name:  # what results write in hardware.name, as the driver reports it
# short: H200  # for the heads of columns
# aliases:
#   - NVIDIA H200 141GB HBM3e
# vendor: NVIDIA
# memory_gb: 141  # as its maker states it, 10^9 bytes
# tdp_w: 700  # the default power limit in watts
# released: 2023-11  # announced: a day, a month or a year
# url: https://...  # its maker's page
# source: https://...  # where these facts were read
`}
}

func taskSkeleton() skeleton {
	return skeleton{kind: "task", arg: "ID", short: "Write the skeleton of a task", example: "my-chat",
		form: catalogueID, want: "an id (letters, digits, dot, dash and underscore)",
		file: func(arg string) string { return "content/catalog/tasks/" + arg + ".yaml" }, text: `# What models are asked to do. The id is an address and stands in results: it stays.

id: "{ARG}"
title:  # what pages call it
summary:  # a sentence or two: what is a request, and what is its answer?
kind: text  # text, image, video, label or vector: what one answer is
headline: energy_per_response_j  # what its boards rank by; energy_per_image_j, energy_per_video_j
# modality: text  # what goes in: text, image, video, audio, joined by " + "
# rationale: Why this task is asked.
# workload: fixed:512/128  # what 'jouleboard measure' runs: fixed:IN/OUT, a data set, or offline-1000
# max_output_tokens: 1024
# system_prompt: |  # exact to the byte; a result with another one is not ranked
#   You are a helpful assistant.
# dataset:
#   name: ORG/NAME
#   url: https://...
#   revision: the commit that was used
#   sha256: 64 hex digits of the file
#   count: 500
# data_url: https://...  # how the data were made
# reference_hardware: h100  # if results compare on one accelerator only
# references: []  # keys of content/catalog/references.yaml
# introduced: "2026-01"  # the date from which results of it can exist
# source: https://...  # where these facts were read
`}
}
