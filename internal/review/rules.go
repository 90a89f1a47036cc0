// The rules that a finding of validate can carry, with what each means and what
// to do: the one table behind the manual's page and the outputs that explain.

package review

// RuleDoc explains a rule.
type RuleDoc struct {
	ID      string
	Level   string // error, warn, note, or several
	Meaning string
	Remedy  string
}

// Rules returns every rule, in the order of the manual.
func Rules() []RuleDoc { return nil }
