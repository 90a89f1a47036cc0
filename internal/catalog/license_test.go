package catalog

import "testing"

func TestLicenseLookup(t *testing.T) {
	c, _ := shipped(t)
	tests := []struct {
		name, id, class, commercial string
	}{
		// Commercial use allowed: the names of the source's first list, as it writes them.
		{"bsd", "BSD", Permissive, "yes"},
		{"mit", "MIT", Permissive, "yes"},
		{"apache", "Apache", Permissive, "yes"},
		{"cc by 4.0", "CC-BY-4.0", Permissive, "yes"},
		{"cc by sa 4.0", "CC-BY-SA-4.0", ShareAlike, "conditions"},
		{"CreativeML Open RAIL-M", "CreativeML-OpenRAIL-M", UseRestricted, "conditions"},
		{"llama2", "Llama-2", UseRestricted, "conditions"},
		{"wtfpl", "WTFPL", Permissive, "yes"},
		// Its second list: never without a condition.
		{"cc by nc 4.0", "CC-BY-NC-4.0", NonCommercial, "no"},
		{"cc by nc nd", "CC-BY-NC-ND", NonCommercial, "no"},
		{"gpl", "GPL", Copyleft, "conditions"},
		{"mozila", "MPL", Copyleft, "conditions"},
		{"lgpl", "LGPL", Copyleft, "conditions"},
		{"agpl", "AGPL", Copyleft, "conditions"},
		// Spellings.
		{"Apache License 2.0", "Apache-2.0", Permissive, "yes"},
		{"apache-2.0", "Apache-2.0", Permissive, "yes"},
		{"  APACHE_2.0 ", "Apache-2.0", Permissive, "yes"},
		{"Mozilla", "MPL", Copyleft, "conditions"},
		{"GPL-3.0", "GPL-3.0-only", Copyleft, "conditions"},
		{"GPL-3.0+", "GPL-3.0-or-later", Copyleft, "conditions"},
		{"openrail++", "CreativeML-OpenRAIL++-M", UseRestricted, "conditions"},
		{"llama3.1", "Llama-3.1", UseRestricted, "conditions"},
		{"Llama 3.3 Community License", "Llama-3.3", UseRestricted, "conditions"},
		{"gemma", "Gemma", UseRestricted, "conditions"},
		{"nvidia-open-model-license", "NVIDIA-Open-Model", UseRestricted, "conditions"},
		{"FLUX.1 [dev] Non-Commercial License", "FLUX-1-dev-Non-Commercial", NonCommercial, "no"},
		// Near misses are unknown, never guessed.
		{"", "", "", ""},
		{"apache 20", "", "", ""},
		{"apache 3.0", "", "", ""},
		{"mozzilla", "", "", ""},
		{"llama", "", "", ""},
		{"cc", "", "", ""},
		{"nc nd", "", "", ""},
		{"GPL-4.0", "", "", ""},
		{"other", "", "", ""},
		{"NSCL v2-custom", "", "", ""},
	}
	for _, tt := range tests {
		l, ok := c.License(tt.name)
		if tt.id == "" {
			if ok {
				t.Errorf("%q is taken for %s, want unknown", tt.name, l.ID)
			}
			continue
		}
		if !ok {
			t.Errorf("%q is unknown, want %s", tt.name, tt.id)
			continue
		}
		if l.ID != tt.id || l.Class != tt.class || l.Commercial != tt.commercial {
			t.Errorf("%q is %s, %s, %s; want %s, %s, %s", tt.name, l.ID, l.Class, l.Commercial, tt.id, tt.class, tt.commercial)
		}
		if l.Commercial != "yes" && l.Condition == "" {
			t.Errorf("%q: %s without naming the condition", tt.name, l.Commercial)
		}
	}
}

// Laws of the whole table.
func TestLicenseTable(t *testing.T) {
	c, _ := shipped(t)
	for id, l := range c.Licenses {
		if got, ok := c.License(id); !ok || got != l {
			t.Errorf("%s does not find itself", id)
		}
		switch l.Class {
		case NonCommercial:
			if l.Commercial != CommercialNo {
				t.Errorf("%s: non-commercial, yet commercial use is allowed", id)
			}
		case Copyleft, UseRestricted, ShareAlike:
			if l.Commercial == CommercialYes {
				t.Errorf("%s: %s without a condition", id, l.Class)
			}
		}
	}
	if l, ok := c.LicenseOf(nil); ok {
		t.Errorf("no model has licence %v", l)
	}
}
