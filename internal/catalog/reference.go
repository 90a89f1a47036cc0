// Benchmarks of quality, caveats, reading-speed bands, and the works to cite.

package catalog

// Caveat is one entry of content/catalog/caveats.yaml, keyed there by id. It is
// attached to tasks and results by that id and travels with them everywhere.
type Caveat struct {
	ID     string `yaml:"-"`
	Title  string `yaml:"title" rule:"required,max=120"`
	Text   string `yaml:"text" rule:"required,text"`
	Source string `yaml:"source" rule:"url"`

	at where
}

// Benchmark is one entry of content/catalog/benchmarks.yaml, keyed there by id:
// an outside measure of quality that models may carry.
type Benchmark struct {
	ID      string `yaml:"-"`
	Title   string `yaml:"title" rule:"required,max=120"`
	Summary string `yaml:"summary" rule:"required,text"`
	// Shots is the number of worked examples before the question.
	Shots int64 `yaml:"shots" rule:"required,notnegative"`
	// Metric is the harness's name of the score; higher is better for all.
	Metric string `yaml:"metric" rule:"required,max=60"`
	// HarnessTask is the task id in the harness, where it is one task.
	HarnessTask string `yaml:"harness_task" rule:"max=120"`
	// Aggregate is how the parts become one score; required with Subtasks.
	Aggregate string   `yaml:"aggregate" rule:"max=120"`
	Subtasks  []string `yaml:"subtasks" rule:"max=120"`
	// HumanFraction is what people reach, 0 to 1, and HumanNote how exact it is.
	HumanFraction *float64 `yaml:"human_fraction" rule:"fraction"`
	HumanNote     string   `yaml:"human_note" rule:"text"`
	// Caveat stands beside the title wherever the score does.
	Caveat string `yaml:"caveat" rule:"text"`
	Paper  string `yaml:"paper" rule:"url"`
	// References are keys of references.yaml.
	References []string `yaml:"references" rule:"id"`
	Rationale  string   `yaml:"rationale" rule:"text"`
	Source     string   `yaml:"source" rule:"url"`

	at where
}

// Band is one entry of the list content/catalog/bands.yaml: a range in which a
// metric is good enough for readers. Bands are listed and explained; they never
// change a rank.
type Band struct {
	ID    string `yaml:"id" rule:"required,id"`
	Title string `yaml:"title" rule:"required,max=120"`
	// Metric is a registry key with its statistic if it has one.
	Metric string `yaml:"metric" rule:"required,max=80"`
	// Min and Max bound the band in the metric's unit; one of them may be absent.
	Min *float64 `yaml:"min" rule:"positive"`
	Max *float64 `yaml:"max" rule:"positive"`
	// Language is the language read (BCP 47), empty for any.
	Language string `yaml:"language" rule:"max=12"`
	Text     string `yaml:"text" rule:"required,text"`
	Source   string `yaml:"source" rule:"required,url"`
	// Author and Accessed give credit to the source where it is a person's text.
	Author string `yaml:"author" rule:"max=120"`

	at where
}

// Reference is one entry of content/catalog/references.yaml, keyed there by its
// citation key: a paper, data set or program that results rest on.
type Reference struct {
	Key     string   `yaml:"-"`
	Kind    string   `yaml:"kind" rule:"required,enum=article|conference|dataset|software|webpage"`
	Title   string   `yaml:"title" rule:"required,max=300"`
	Authors []Author `yaml:"authors"`
	// Date is YYYY-MM-DD, -MM or a year.
	Date      string `yaml:"date" rule:"date"`
	Publisher string `yaml:"publisher" rule:"max=120"`
	// Booktitle is the title of the proceedings of a conference paper.
	Booktitle string `yaml:"booktitle" rule:"max=200"`
	Version   string `yaml:"version" rule:"max=60"`
	Commit    string `yaml:"commit" rule:"commit"`
	DOI       string `yaml:"doi" rule:"doi"`
	// Eprint is the arXiv number, EprintClass its primary class.
	Eprint      string `yaml:"eprint" rule:"eprint"`
	EprintClass string `yaml:"eprint_class" rule:"max=20"`
	License     string `yaml:"license" rule:"max=120"`
	URL         string `yaml:"url" rule:"required,url"`
	Source      string `yaml:"source" rule:"url"`

	at where
}

// Author is a person (Family, Given) or a body (Name).
type Author struct {
	Family string `yaml:"family" rule:"max=120"`
	Given  string `yaml:"given" rule:"max=120"`
	Name   string `yaml:"name" rule:"max=200"`
}
