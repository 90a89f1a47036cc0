// The command cite: how to cite the program, a board, or one result.

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/cite"
)

func newCiteCommand(e *env) *cobra.Command {
	var format, of string
	cmd := &cobra.Command{
		Use:   "cite [ID]",
		Short: "Print how to cite the program, the site, or one result",
		Long: `Print a citation to standard output.

Without an argument the program and the site are cited; outside a board's
folder, the program alone. With the first 8 or more hex digits of a result's id
that result is cited, with the publisher of its figures and the works it rests
on.`,
		Example: `  jouleboard cite
  jouleboard cite --of tool --format cff > CITATION.cff
  jouleboard cite 1f0c2b7a --format bibtex`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkCiteFlags(format, of, args); err != nil {
				return err
			}
			items, err := citeItems(cmd, e, of, args)
			if err != nil {
				return err
			}
			out, err := cite.Render(format, items...)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(e.Stdout, out)
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "bibtex", "one of "+strings.Join(citeFormats(), ", "))
	cmd.Flags().StringVar(&of, "of", "", "tool or site alone (default both)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(citeFormats(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("of", cobra.FixedCompletions([]string{"tool", "site"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func citeFormats() []string {
	var ids []string
	for _, f := range cite.Formats() {
		ids = append(ids, f.ID)
	}
	return ids
}

// checkCiteFlags finds wrong usage before any file is read.
func checkCiteFlags(format, of string, args []string) error {
	known := false
	for _, id := range citeFormats() {
		known = known || id == format
	}
	switch {
	case !known:
		return usageError{msg: fmt.Sprintf("--format %q: must be one of %s", format, strings.Join(citeFormats(), ", "))}
	case of != "" && of != "tool" && of != "site":
		return usageError{msg: fmt.Sprintf("--of %q: must be tool or site", of)}
	case of != "" && len(args) > 0:
		return usageError{msg: "--of and a result's ID exclude each other", hint: "leave one of them out"}
	}
	return nil
}

// citeItems returns what is to be cited, the main thing first.
func citeItems(cmd *cobra.Command, e *env, of string, args []string) ([]cite.Item, error) {
	built := thisBuild()
	if built.Modified {
		built.Commit = "" // what ran is not what the commit holds
	}
	tool := cite.Tool(built.Version, built.Commit, "")
	if of == "tool" {
		return []cite.Item{tool}, nil
	}
	if _, err := e.root(); err != nil && of == "" && len(args) == 0 && e.Root == "" {
		e.notef("no board here, so the program alone is cited")
		return []cite.Item{tool}, nil
	}
	b, err := loadBoard(cmd.Context(), e)
	if err != nil {
		return nil, err
	}
	site := citeSite(b)
	if len(args) == 0 {
		if of == "site" {
			return []cite.Item{site}, nil
		}
		return []cite.Item{tool, site}, nil
	}
	r, err := b.find(args[0])
	if err != nil {
		return nil, err
	}
	permalink := ""
	if base := b.Site.BaseURL; base != "" {
		permalink = base + "/r/" + r.ID[:b.Site.Labels.HashLen] + "/"
	}
	if said := cite.Moderated(r.Result, b.Catalog); said != "" {
		e.notef("%s: %s", r.Hash12(), oneLine(said))
	}
	return cite.ResultItems(r.Result, b.Catalog, permalink, site), nil
}

// citeSite is the loaded board as it is at its commit.
func citeSite(b *board) cite.Item {
	s := b.Site
	info := cite.SiteInfo{Title: s.Title, Description: s.Description, URL: s.BaseURL, Repository: s.Repository, License: s.License,
		DOI: s.Citation.DOI, Publisher: s.Citation.Publisher, Keywords: s.Citation.Keywords, Commit: b.Commit, Newest: cite.Newest(b.Results)}
	if info.URL != "" {
		info.URL += "/"
	}
	for _, a := range s.Authors {
		info.Authors = append(info.Authors, cite.Author(a))
	}
	return cite.Site(info)
}
