// Licences: what a model's licence allows, as a table and never by guessing.
// A summary for choosing a model, not legal advice.

package catalog

// Classes of licences, freest first.
const (
	Permissive    = "permissive"
	ShareAlike    = "share-alike"
	Copyleft      = "copyleft"
	UseRestricted = "use-restricted"
	NonCommercial = "non-commercial"
)

// Answers to "may I use it commercially?".
const (
	CommercialYes        = "yes"
	CommercialConditions = "conditions"
	CommercialNo         = "no"
)

// License is one entry of content/catalog/licenses.yaml, keyed there by SPDX id
// or, where SPDX has none, by the name the licence is known under.
type License struct {
	ID    string `yaml:"-"`
	Name  string `yaml:"name" rule:"required,max=160"`
	Class string `yaml:"class" rule:"required,enum=permissive|share-alike|copyleft|use-restricted|non-commercial"`
	// Commercial is yes (nothing beyond keeping notices or giving credit),
	// conditions (allowed, and Condition says under which), or no.
	Commercial string `yaml:"commercial" rule:"required,enum=yes|conditions|no"`
	// Condition names what must be kept to, in our words; required unless yes.
	Condition string `yaml:"condition" rule:"text"`
	URL       string `yaml:"url" rule:"required,url"`
	// AnyVersion marks a name that stands for every version of the licence: the
	// version was not stated, and what is said here holds for all of them.
	AnyVersion bool     `yaml:"any_version"`
	Aliases    []string `yaml:"aliases" rule:"max=120"`

	at where
}
