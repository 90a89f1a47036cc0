// Completion of label's flags in shells: from the board, if there is one.

package main

import (
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/label"
	"jouleboard/internal/site"
)

// completeLabel names the choices of label's flags. A shell asks for them with
// the flags typed so far, --root among them.
func completeLabel(cmd *cobra.Command, e *env) {
	fixed := func(words ...string) cobra.CompletionFunc {
		return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	}
	list := func(words []string) cobra.CompletionFunc {
		return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
			return afterComma(typed, words), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
		}
	}
	// A board with errors completes as far as it could be read.
	from := func(names func(b *site.Input) []string) cobra.CompletionFunc {
		return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			root, err := e.root()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			in, _, err := site.Load(cmd.Context(), root, site.Options{Drafts: true})
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return names(in), cobra.ShellCompDirectiveNoFileComp
		}
	}
	set := func(names func(*site.LabelSet) []string) cobra.CompletionFunc {
		return from(func(in *site.Input) []string {
			s, _, err := site.LoadLabelSet(in, site.Options{Drafts: true}, "")
			if err != nil {
				return nil
			}
			return names(s)
		})
	}
	for flag, f := range map[string]cobra.CompletionFunc{
		"format": list(labelFormats()),
		"size":   list(labelSizes()),
		"look":   fixed(label.Looks()...),
		"emit":   fixed("dl"),
		"board":  set((*site.LabelSet).Boards),
		"model":  set((*site.LabelSet).Models),
		"scale": from(func(in *site.Input) (ids []string) {
			for _, s := range in.Scales.All() {
				ids = append(ids, s.ID)
			}
			return ids
		}),
		"design": from(func(in *site.Input) []string { return in.Designs.Names() }),
		"sheet": from(func(in *site.Input) (names []string) {
			for _, n := range in.Sheets.Names() {
				s, _ := in.Sheets.Get(n)
				names = append(names, cobra.CompletionWithDesc(n, s.Title+": "+strings.Join(s.Sizes(), ", ")))
			}
			return names
		}),
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, f) // the flag is there
	}
}

// afterComma completes the last word of a list with commas.
func afterComma(typed string, words []string) (out []string) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	for _, w := range words {
		if !strings.Contains(","+before, ","+w+",") {
			out = append(out, before+w)
		}
	}
	return out
}
