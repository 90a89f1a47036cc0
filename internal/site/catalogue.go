// The catalogue as a download: what is known of models, hardware, tasks,
// licences, benchmarks and caveats, as the YAML files state it.

package site

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

const cataloguePath = "data/catalogue.json"

// catalogueJSON writes the catalogue with its own keys. Absent is absent.
func (s *site) catalogueJSON(w io.Writer) error {
	c := s.in.Catalog
	out := map[string]any{}
	for name, v := range map[string]any{"models": c.Models, "hardware": c.Hardware, "tasks": c.Tasks, "licenses": c.Licenses, "benchmarks": c.Benchmarks, "caveats": c.Caveats, "references": c.References, "bands": c.Bands} {
		plain, err := yamlValue(v)
		if err != nil {
			return fmt.Errorf("encode the catalogue's %s: %w", name, err)
		}
		out[name] = plain
	}
	data, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return fmt.Errorf("encode the catalogue: %w", err)
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// yamlValue turns a struct of the catalogue into plain values under the keys of
// its YAML file, without the empty ones.
func yamlValue(v any) (any, error) {
	data, err := yaml.Marshal(v)
	if err != nil {
		return nil, err
	}
	var plain any
	if err := yaml.Unmarshal(data, &plain); err != nil {
		return nil, err
	}
	return withoutEmpty(plain), nil
}

// withoutEmpty drops empty texts, lists, maps and nulls: they state nothing.
func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, x := range v {
			if x = withoutEmpty(x); x != nil {
				out[k] = x
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		var out []any
		for _, x := range v {
			if x = withoutEmpty(x); x != nil {
				out = append(out, x)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}
