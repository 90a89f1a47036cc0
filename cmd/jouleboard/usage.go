// Wrong usage in the program's own words: what a command takes, what was found,
// and the nearest thing that there is.

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wrapUsage makes every error about arguments a usage error that names them, so
// that exit status 2 does not depend on where cobra noticed it. Commands that
// only hold others print their help, and refuse names that they do not hold.
func wrapUsage(cmd *cobra.Command) {
	if cmd.HasSubCommands() {
		cmd.Args = knownCommand
		if !cmd.Runnable() {
			cmd.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	} else if args := cmd.Args; args != nil {
		cmd.Args = func(c *cobra.Command, a []string) error {
			err := args(c, a)
			var u usageError
			if err == nil || errors.As(err, &u) {
				return err
			}
			return usageError{msg: argumentsText(c, a), hint: "run '" + c.CommandPath() + " --help'"}
		}
	}
	for _, c := range cmd.Commands() {
		wrapUsage(c)
	}
}

// argumentsText says what a command takes, as its usage line names it, and what
// was given.
func argumentsText(c *cobra.Command, given []string) string {
	_, takes, _ := strings.Cut(c.Use, " ")
	takes = strings.TrimSpace(strings.TrimSuffix(takes, "[flags]"))
	found := "nothing was given"
	if len(given) > 0 {
		found = "found " + quoted(given)
	}
	if takes == "" {
		return fmt.Sprintf("%s takes no arguments, %s", c.CommandPath(), found)
	}
	return fmt.Sprintf("%s takes %s, %s", c.CommandPath(), takes, found)
}

func quoted(list []string) string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(q, " ")
}

// knownCommand refuses arguments of a command that only holds others.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(c, args[0])
}

func unknownCommand(c *cobra.Command, name string) error {
	hint := "run '" + c.CommandPath() + " --help' for the list"
	c.SuggestionsMinimumDistance = 2
	if near := c.SuggestionsFor(name); len(near) > 0 {
		hint = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError{msg: fmt.Sprintf("unknown command %q of %s", name, c.CommandPath()), hint: hint}
}

// flagError words what is wrong with a flag for people.
func flagError(c *cobra.Command, err error) error {
	u := usageError{msg: err.Error(), hint: "run '" + c.CommandPath() + " --help' for its flags"}
	var value *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &value):
		want := map[string]string{"int": "a whole number", "int64": "a whole number", "uint": "a whole number, 0 or more",
			"float64": "a number", "bool": "true or false", "duration": "a time such as 90s or 5m", "stringToString": "KEY=VALUE"}[value.GetFlag().Value.Type()]
		if want == "" {
			want = value.Unwrap().Error()
		} else {
			want = "must be " + want
		}
		u.msg = fmt.Sprintf("--%s %q: %s", value.GetFlag().Name, value.GetValue(), want)
	case errors.As(err, &unknown):
		u.msg = fmt.Sprintf("%s has no flag --%s", c.CommandPath(), unknown.GetSpecifiedName())
		if s := unknown.GetSpecifiedShortnames(); s != "" {
			u.msg = fmt.Sprintf("%s has no flag -%s", c.CommandPath(), unknown.GetSpecifiedName())
		}
	}
	return u
}

// newHelpCommand is cobra's help, except that an unknown topic is wrong usage.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		Args:  cobra.ArbitraryArgs,
		ValidArgsFunction: func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if at, _, err := c.Root().Find(args); err == nil {
				for _, sub := range at.Commands() {
					if sub.IsAvailableCommand() {
						names = append(names, sub.Name())
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			at := c.Root()
			for _, name := range args {
				next, _, err := at.Find([]string{name})
				if err != nil || next == at {
					return unknownCommand(at, name)
				}
				at = next
			}
			at.InitDefaultHelpFlag()
			return at.Help()
		},
	}
}
