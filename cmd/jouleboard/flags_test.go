// The manual and the commands name the same flags.

package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestManualFlags: the page of a command names each of its flags, and no flag that
// no command has. Flags of engines stand in the section about them; --load-format
// is one that measure itself looks for.
func TestManualFlags(t *testing.T) {
	root := newRootCommand(&env{})
	all := map[string]bool{"help": true}
	var collect func(c *cobra.Command)
	collect = func(c *cobra.Command) {
		for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) { all[f.Name] = true })
		}
		for _, sub := range c.Commands() {
			collect(sub)
		}
	}
	collect(root)
	spoken := regexp.MustCompile(`--([a-z][a-z0-9_-]*)`)
	for _, page := range []struct {
		file, theirs string // a section about the flags of other programs, if there is one
		commands     []string
	}{
		{"measure.md", "### Recipes", []string{"measure", "doctor"}},
		{"sweep.md", "## The plan", []string{"sweep"}},
		{"labels.md", "## Change the design", []string{"label"}},
		{"serve.md", "", []string{"serve"}},
	} {
		data, err := os.ReadFile("../../content/docs/" + page.file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, name := range page.commands {
			cmd, _, err := root.Find([]string{name})
			if err != nil {
				t.Fatal(err)
			}
			cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
				if f.Name != "help" && !f.Hidden && !regexp.MustCompile(`--`+f.Name+`[^a-z0-9-]`).MatchString(text) {
					t.Errorf("%s does not name --%s of %s", page.file, f.Name, name)
				}
			})
		}
		before, after := text, ""
		if page.theirs != "" {
			ours, theirs, found := strings.Cut(text, page.theirs)
			if !found {
				t.Errorf("%s has no section %q", page.file, page.theirs)
			}
			_, after, _ = strings.Cut(theirs, "\n## ")
			before = ours
		}
		var wrong []string
		for _, m := range spoken.FindAllStringSubmatch(before+after, -1) {
			if !all[m[1]] && m[1] != "load-format" && !slices.Contains(wrong, m[1]) {
				wrong = append(wrong, m[1])
			}
		}
		if len(wrong) > 0 {
			t.Errorf("%s names flags that no command has: %s", page.file, strings.Join(wrong, ", "))
		}
	}
}
