// SARIF 2.1.0: findings for code scanning and editors.

package review

import (
	"cmp"
	"io"
	"net/url"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

// The parts of the format that are written, named as it names them.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
		Properties *sarifRest    `json:"properties,omitempty"`
	}
	sarifRest struct {
		Omitted Omitted `json:"omitted"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
		Help  sarifText `json:"help"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
)

// SARIF prints findings as a log of one run, worst first.
func SARIF(w io.Writer, fs result.Findings, p Print) error {
	list, rest := p.listed(fs)
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "jouleboard", Version: p.Tool, Rules: []sarifRule{}}
	index := map[string]int{}
	ids := map[string]bool{}
	for _, f := range list {
		ids[f.Rule] = true
	}
	docs := map[string]RuleDoc{}
	for _, d := range Rules() {
		docs[d.ID] = d
	}
	for id := range ids {
		d := docs[id]
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: id, Short: sarifText{cmp.Or(d.Meaning, id)}, Help: sarifText{cmp.Or(d.Remedy, "see the message")}})
	}
	slices.SortFunc(run.Tool.Driver.Rules, func(a, b sarifRule) int { return strings.Compare(a.ID, b.ID) })
	for i, r := range run.Tool.Driver.Rules {
		index[r.ID] = i
	}
	for _, f := range list {
		r := sarifResult{RuleID: f.Rule, RuleIndex: index[f.Rule], Level: [...]string{"note", "warning", "error"}[severity(f.Level)], Message: sarifText{f.Message}}
		if f.Hint != "" {
			r.Message.Text += "; try: " + f.Hint
		}
		if f.Where.File != "" {
			u := url.URL{Path: p.prefixed(f.Where.File)}
			l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: u.EscapedPath()}}}
			if f.Where.Line > 0 {
				l.Physical.Region = &sarifRegion{StartLine: f.Where.Line, StartColumn: p.column(f.Where)}
			}
			if f.Where.Pointer != "" {
				l.Logical = []sarifLogical{{f.Where.Pointer}}
			}
			r.Locations = []sarifLocation{l}
		}
		run.Results = append(run.Results, r)
	}
	if rest.any() {
		run.Properties = &sarifRest{rest}
	}
	return writeJSON(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}
