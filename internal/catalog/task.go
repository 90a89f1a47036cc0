// Tasks: what models are asked to do, one file each, prompts byte for byte.

package catalog

import (
	"crypto/sha256"
	"encoding/hex"

	"jouleboard/internal/result"
)

// Task is content/catalog/tasks/ID.yaml.
type Task struct {
	// ID is the file name without ".yaml" and what results write.
	ID    string `yaml:"id" rule:"required,id"`
	Title string `yaml:"title" rule:"required,max=120"`
	// Summary says in a sentence or two what a request is and what its answer.
	Summary string `yaml:"summary" rule:"required,text"`
	// Kind is what one answer is, and so which energy headlines it can have.
	Kind string `yaml:"kind" rule:"required,enum=text|image|video|label|vector"`
	// Modality is what goes in: text, image, video, audio, joined by " + ".
	Modality string `yaml:"modality" rule:"max=60"`
	// Set is the board or benchmark that the task comes from, Edition its state.
	Set     string `yaml:"set" rule:"max=120"`
	Edition string `yaml:"edition" rule:"max=60"`
	// Headline is the registry key that boards of this task rank by.
	Headline string `yaml:"headline" rule:"required,max=80"`
	// Point is the id of the operating point that its own board uses, if any.
	Point string `yaml:"point" rule:"max=40"`

	// SystemPrompt is exact to the byte; nil where none is fixed.
	SystemPrompt       *string `yaml:"system_prompt" rule:"verbatim"`
	SystemPromptSource string  `yaml:"system_prompt_source" rule:"url"`
	// Siblings are tasks that differ in the prompt only.
	Siblings []string `yaml:"siblings" rule:"id"`
	// RoleNames are the words for the speakers; they may differ by model
	// without breaking like for like.
	RoleNames *RoleNames `yaml:"role_names"`

	Dataset *result.Dataset `yaml:"dataset"`
	// DatasetNotes say what the source leaves open (a count, a seed).
	DatasetNotes []string `yaml:"dataset_notes" rule:"text"`
	// DataURL tells how the data were made.
	DataURL string `yaml:"data_url" rule:"url"`
	// DataFile is where the file with Dataset's hash can be fetched; `measure` keeps
	// it in its cache.
	DataFile string `yaml:"data_file" rule:"url"`
	// Rationale is why this task is asked; its lack is a warning.
	Rationale string `yaml:"rationale" rule:"text"`

	Sampling      *result.Sampling `yaml:"sampling"`
	SamplingNotes []string         `yaml:"sampling_notes" rule:"text"`
	// Parameters are the rest of the set-up, for a table.
	Parameters []Parameter `yaml:"parameters"`

	// Workload is what `measure` runs for it: fixed:IN/OUT, a data set, or
	// offline-1000; empty if only imported results exist.
	Workload string `yaml:"workload" rule:"max=80"`
	// MaxOutputTokens caps each answer, as the source does.
	MaxOutputTokens int64 `yaml:"max_output_tokens" rule:"positive"`
	// Requests and Repeats are the source's numbers of queries and of runs.
	Requests int64 `yaml:"requests" rule:"positive"`
	Repeats  int64 `yaml:"repeats" rule:"positive"`

	// ReferenceHardware is the id of the only accelerator whose results compare.
	ReferenceHardware string `yaml:"reference_hardware" rule:"id"`
	// Classes are model-size classes with a ranking each, smallest first.
	Classes []SizeClass `yaml:"classes"`
	// SingleGPUClasses are the ids of classes that must run on one accelerator.
	SingleGPUClasses []string `yaml:"single_gpu_classes" rule:"max=8"`
	ClassesSource    string   `yaml:"classes_source" rule:"url"`
	// Backends are the engines that the task allows; empty: any.
	Backends []string `yaml:"backends" rule:"max=60"`

	// Caveats are ids of caveats.yaml, References keys of references.yaml.
	Caveats    []string `yaml:"caveats" rule:"id"`
	References []string `yaml:"references" rule:"id"`
	Links      []Link   `yaml:"links"`
	// Introduced is the date from which results of it can exist.
	Introduced string `yaml:"introduced" rule:"date"`
	// Source is where the facts of this file were read.
	Source string   `yaml:"source" rule:"url"`
	Notes  []string `yaml:"notes" rule:"text"`

	at where
}

// RoleNames are the names of the speakers that a source lists.
type RoleNames struct {
	User      []string `yaml:"user" rule:"max=40"`
	Assistant []string `yaml:"assistant" rule:"max=40"`
	Source    string   `yaml:"source" rule:"url"`
}

// Parameter is one row of a task's table: a name, its value as text, and where
// it was read.
type Parameter struct {
	Name   string `yaml:"name" rule:"required,max=120"`
	Value  string `yaml:"value" rule:"required,max=400"`
	URL    string `yaml:"url" rule:"url"`
	Source string `yaml:"source" rule:"url"`
}

// SizeClass is one model-size class of a task.
type SizeClass struct {
	ID string `yaml:"id" rule:"required,max=8"`
	// MaxParametersB is the largest model of the class, 10^9 parameters; nil: no end.
	MaxParametersB *float64 `yaml:"max_parameters_b" rule:"positive"`
	// MemoryGB is the device memory that the class is meant for, in GB.
	MemoryGB *float64 `yaml:"memory_gb" rule:"positive"`
	Text     string   `yaml:"text" rule:"text"`
}

// Link is a page that belongs to an entry.
type Link struct {
	Title string `yaml:"title" rule:"required,max=120"`
	URL   string `yaml:"url" rule:"required,url"`
}

// PromptSHA256 is the hex SHA-256 of the system prompt's bytes, "" without one.
func (t *Task) PromptSHA256() string {
	if t.SystemPrompt == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(*t.SystemPrompt))
	return hex.EncodeToString(sum[:])
}

// Class returns the size class with the given id.
func (t *Task) Class(id string) (SizeClass, bool) {
	for _, c := range t.Classes {
		if c.ID == id {
			return c, true
		}
	}
	return SizeClass{}, false
}

// SingleGPU says whether models of a size class must run on one accelerator.
func (t *Task) SingleGPU(class string) bool {
	for _, id := range t.SingleGPUClasses {
		if id == class {
			return true
		}
	}
	return false
}
