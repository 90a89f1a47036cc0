// The rules that need one file only: what a schema cannot say.

package result

// Check applies the one-file rules to a result.
func Check(l *Loaded) Findings { return nil }
