// Hardware: accelerators by file name, with every spelling that sources use.

package catalog

import "strings"

// Hardware is content/catalog/hardware/ID.yaml, one accelerator model.
type Hardware struct {
	// ID is the file name without ".yaml": the HARDWARE of result paths.
	ID string `yaml:"id" rule:"required,id"`
	// Name is what results write in hardware.name.
	Name string `yaml:"name" rule:"required,max=120"`
	// Short is for column heads and board ids of readers' speech: "H100".
	Short   string   `yaml:"short" rule:"max=40"`
	Aliases []string `yaml:"aliases" rule:"max=120"`
	Vendor  string   `yaml:"vendor" rule:"max=60"`
	// MemoryGB is the device memory in GB as its maker states it (10^9 bytes).
	MemoryGB *float64 `yaml:"memory_gb" rule:"positive"`
	// TDPW is the default power limit in W.
	TDPW *float64 `yaml:"tdp_w" rule:"positive"`
	// Released is the date of announcement, YYYY-MM-DD, -MM or a year.
	Released string   `yaml:"released" rule:"date"`
	URL      string   `yaml:"url" rule:"url"`
	Source   string   `yaml:"source" rule:"url"`
	Notes    []string `yaml:"notes" rule:"text"`

	at where
}

// Addresses are the aliases that could be an id, such as the one that it had
// before: readers may look for its page there.
func (h *Hardware) Addresses() []string {
	var out []string
	for _, a := range h.Aliases {
		if idForm.MatchString(a) && !strings.EqualFold(a, h.ID) {
			out = append(out, a)
		}
	}
	return out
}
