// The command version, and what the binary knows of itself.

package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// toolVersion is the release that this tree leads to.
const toolVersion = "0.1.0"

// buildInfo describes this binary. Commit is empty where it was not built from a
// git checkout.
type buildInfo struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func thisBuild() buildInfo {
	b := buildInfo{Version: toolVersion, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	return b
}

// String is the build in one line.
func (b buildInfo) String() string {
	s := "jouleboard " + b.Version
	if b.Commit != "" {
		s += fmt.Sprintf(" (%.12s", b.Commit)
		if b.Modified {
			s += ", modified"
		}
		s += ")"
	}
	return s + " " + b.Go + " " + b.Platform
}

func newVersionCommand(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, commit and platform of this binary",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			switch format {
			case "json":
				out, err := json.MarshalIndent(b, "", "  ")
				if err != nil {
					return fmt.Errorf("encode version: %w", err)
				}
				fmt.Fprintf(e.Stdout, "%s\n", out)
			case "text":
				fmt.Fprintln(e.Stdout, b)
			default:
				return usageError{msg: fmt.Sprintf("--format %q: must be text or json", format)}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}
