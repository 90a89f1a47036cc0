// The command doctor: what this machine can measure.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"jouleboard/internal/energy"
	"jouleboard/internal/measure"
)

func newDoctorCommand(e *env) *cobra.Command {
	var format string
	var concurrency int64
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine can measure, and what to do about what it cannot",
		Long: `doctor looks at everything a measurement needs: GPUs and driver, which counters
there are and how often they move, permissions, CPU energy, the clock, the CPU
governor, the limit of open files, the client's own error, git, and the board.
Each problem comes with its remedy. It takes some seconds and changes nothing.

The exit status is 0 whatever is found; with --format json, "energy" says whether
GPU energy can be measured here.`,
		Example: `  jouleboard doctor
  jouleboard doctor --concurrency 1024 --format json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case format != "text" && format != "json":
				return usageError{msg: fmt.Sprintf("--format %q: must be text or json", format)}
			case concurrency < 1 || concurrency > 65_536:
				return usageError{msg: fmt.Sprintf("--concurrency %d: must be from 1 to 65536", concurrency)}
			}
			o := measure.DoctorOptions{Concurrency: concurrency}
			root, err := e.root()
			o.HasBoard = err == nil
			if err != nil {
				if e.Root != "" {
					return err
				}
				if root, err = os.Getwd(); err != nil {
					return fmt.Errorf("find the working folder: %w", err)
				}
			}
			o.Root = root
			d, err := measure.Diagnose(cmd.Context(), o)
			if err != nil {
				return err
			}
			if format == "json" {
				data, err := json.MarshalIndent(d, "", "  ")
				if err != nil {
					return fmt.Errorf("encode the diagnosis: %w", err)
				}
				fmt.Fprintf(e.Stdout, "%s\n", data)
				return nil
			}
			e.printDiagnosis(d)
			return nil
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().Int64Var(&concurrency, "concurrency", 64, "requests in flight that are wanted")
	return cmd
}

// printDiagnosis lists checks by area, then what each GPU can say.
func (e *env) printDiagnosis(d measure.Diagnosis) {
	var b strings.Builder
	m := d.Machine
	fmt.Fprintf(&b, "%s, %d cores, %s", m.CPU, m.Cores, m.OS)
	if m.Kernel != "" {
		fmt.Fprintf(&b, ", %s", m.Kernel)
	}
	if m.Where != "" {
		fmt.Fprintf(&b, ", %s", m.Where)
	}
	b.WriteString("\n\n")
	marks := map[string]string{measure.CheckOK: "ok", measure.CheckNote: "note", measure.CheckWarn: "warn", measure.CheckProblem: "problem"}
	problems, warnings := 0, 0
	for _, c := range d.Checks {
		fmt.Fprintf(&b, "%-8s %-7s %s\n", marks[c.State], c.Area, oneLine(c.Text))
		if c.Remedy != "" {
			fmt.Fprintf(&b, "%16s try: %s\n", "", oneLine(c.Remedy))
		}
		switch c.State {
		case measure.CheckProblem:
			problems++
		case measure.CheckWarn:
			warnings++
		}
	}
	for _, g := range d.GPUs {
		if len(g.Readings) == 0 {
			continue // a check says why
		}
		fmt.Fprintf(&b, "\nGPU %d  %s  %s\n", g.Index, oneLine(g.Name), oneLine(g.UUID))
		for _, r := range g.Readings {
			value := "-"
			switch {
			case r.Value != nil:
				value = fmt.Sprintf("%d %s", *r.Value, r.Unit)
			case r.Why != "":
				value = oneLine(r.Why)
			}
			moves := ""
			if r.UpdateMs != nil {
				moves = fmt.Sprintf("moves every %.0f ms", *r.UpdateMs)
			}
			used := ""
			if r.Used {
				used = "used"
			}
			name := r.Name
			if r.Scope == energy.ScopeModule {
				name += ", module"
			}
			line := fmt.Sprintf("  %-28s %-38s %-20s%s", name, value, moves, used)
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	fmt.Fprint(e.Stdout, b.String())
	if d.Energy {
		e.notef("GPU energy can be measured here; %s, %s", plural(problems, "problem"), plural(warnings, "warning"))
	} else {
		e.notef("GPU energy cannot be measured here; %s, %s", plural(problems, "problem"), plural(warnings, "warning"))
	}
}
