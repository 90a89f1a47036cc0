// Models: facts that belong to a model and not to a run of it, one file each.

package catalog

import (
	"strings"

	"jouleboard/internal/result"
)

// Model is content/catalog/models/ORG/NAME.yaml. Result files never repeat
// these facts. An empty string or nil number is unknown; a fact whose key is in
// Withheld is known to its owner and not disclosed, which pages show apart.
type Model struct {
	// Name is the hub id ORG/NAME, spelled as on the hub.
	Name string `yaml:"name" rule:"required,hubid"`
	// Aliases are hub ids that the model had before. Results that name one count as
	// the model's, and the addresses of their pages lead to its page.
	Aliases []string `yaml:"aliases" rule:"hubid"`
	Title   string   `yaml:"title" rule:"required,max=120"`
	// Family groups models of one line (Qwen, Llama, ...) and colours charts.
	Family string `yaml:"family" rule:"max=60"`
	// Type is the id of a ModelType.
	Type string `yaml:"type" rule:"enum=pretrained|fine-tuned|instruction-tuned|rl-tuned"`
	// TypeSource is where the type was read, if the model's name does not say it.
	TypeSource string `yaml:"type_source" rule:"url"`
	// Architecture is the kind of network.
	Architecture string `yaml:"architecture" rule:"enum=dense|moe|mamba-hybrid|diffusion"`
	// ParametersB and ActiveParametersB are 10^9 parameters: all of them, and
	// those used for a token. For a dense model only the first is given.
	ParametersB       *float64 `yaml:"parameters_b" rule:"positive"`
	ActiveParametersB *float64 `yaml:"active_parameters_b" rule:"positive"`
	ParametersSource  string   `yaml:"parameters_source" rule:"url"`
	// License is an SPDX id or known name of licenses.yaml, LicenseURL the text
	// or the page that states it.
	License    string `yaml:"license" rule:"max=120"`
	LicenseURL string `yaml:"license_url" rule:"url"`
	// LicenseSource is where it was read that this licence holds for this model.
	LicenseSource string `yaml:"license_source" rule:"url"`
	Access        string `yaml:"access" rule:"enum=open|gated|closed"`
	// Released is the date of first publication, YYYY-MM-DD, -MM or a year.
	Released       string `yaml:"released" rule:"date"`
	ReleasedSource string `yaml:"released_source" rule:"url"`
	// URL is the model's own page.
	URL string `yaml:"url" rule:"url"`
	// Base is the hub id of the model this one was tuned or quantised from.
	Base string `yaml:"base" rule:"hubid"`
	// Providers are the hosted services that offer it, where that is all there is.
	Providers []string `yaml:"providers" rule:"max=60"`
	// Withheld names keys of this struct that the owner does not disclose.
	Withheld []string `yaml:"withheld" rule:"enum=parameters_b|active_parameters_b|architecture|license|released|base"`
	Notes    []string `yaml:"notes" rule:"text"`
	// Quality holds outside scores by benchmark id.
	Quality map[string]result.Quality `yaml:"quality"`
	// Source is where the facts of this file were read, if one page holds them.
	Source string `yaml:"source" rule:"url"`

	at where
}

// Org is the part of the name before the slash.
func (m *Model) Org() string {
	org, _, _ := strings.Cut(m.Name, "/")
	return org
}

// ShortName is the part of the name after the slash.
func (m *Model) ShortName() string {
	_, name, ok := strings.Cut(m.Name, "/")
	if !ok {
		return m.Name
	}
	return name
}

// IsWithheld says whether the owner keeps a fact back; withheld is not unknown.
func (m *Model) IsWithheld(key string) bool {
	for _, w := range m.Withheld {
		if w == key {
			return true
		}
	}
	return false
}

// ModelType is how a model was trained last.
type ModelType struct {
	ID   string
	Icon string // one glyph, never the only carrier: Name stands beside it
	Name string
	Text string
}

// ModelTypes returns all types in the order of training.
func ModelTypes() []ModelType {
	return []ModelType{
		{"pretrained", "○", "Pretrained", "Trained on raw text and nothing else; continues a text rather than answering it."},
		{"fine-tuned", "◐", "Fine-tuned", "Trained further on data of one domain or task."},
		{"instruction-tuned", "●", "Instruction-tuned", "Trained further on instructions and answers, so that it follows what it is told."},
		{"rl-tuned", "◆", "RL-tuned", "Trained further with rewards, from people, models or checked answers; many reasoning models are of this kind."},
	}
}

// TypeOf returns a type by id; false is the visible state "unknown".
func TypeOf(id string) (ModelType, bool) {
	for _, t := range ModelTypes() {
		if t.ID == id {
			return t, true
		}
	}
	return ModelType{}, false
}
