// The words of a commit: what was measured, on what, and what came out.

package measure

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"jouleboard/internal/result"
	"jouleboard/internal/unit"
)

// CommitMessage is the subject and the body of the commit of a result.
func CommitMessage(r *result.Result) (subject, body string) {
	at := ""
	if l := r.Workload.Load; l != nil {
		switch {
		case l.Mode == result.LoadOpen && l.RatePerS != nil:
			at = fmt.Sprintf(" at %g requests/s", *l.RatePerS)
		case l.Concurrency > 0:
			at = fmt.Sprintf(" at concurrency %d", l.Concurrency)
		}
	}
	on := ""
	if r.Hardware != nil {
		on = " on " + r.Hardware.Name
		if r.Hardware.Count > 1 {
			on = fmt.Sprintf(" on %d x %s", r.Hardware.Count, r.Hardware.Name)
		}
	} else if r.Model.Provider != "" {
		on = " by " + r.Model.Provider
	}
	subject = oneLine(fmt.Sprintf("Measure %s%s: %s%s", r.Model.Name, on, r.Workload.Task, at))
	var b strings.Builder
	reg := unit.Default()
	for _, key := range []string{"energy_per_output_token_j", "energy_per_response_j", "output_tokens_per_s", "mean_power_w", "error_rate"} {
		m, ok := r.Metrics[key]
		def, known := reg.Get(key)
		if !ok || !known {
			continue
		}
		fmt.Fprintf(&b, "%s: %s", key, shortNumber(m.Value))
		if def.Unit != "" {
			fmt.Fprintf(&b, " %s", def.Unit)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "class: %s\nruns: %d\nid: %s\n", r.Class, len(r.Window), r.ID)
	return subject, b.String()
}

// shortNumber prints four significant digits, enough to recognise a value.
func shortNumber(v float64) string { return fmt.Sprintf("%.4g", v) }

// oneLine keeps names of models and machines from adding lines to a message.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// hashText is the hex SHA-256 of a text.
func hashText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func meanSD(values []float64) (mean, sd float64) {
	if len(values) == 0 {
		return 0, 0
	}
	for _, v := range values {
		mean += v
	}
	mean /= float64(len(values))
	if len(values) < 2 {
		return mean, 0
	}
	for _, v := range values {
		sd += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(sd / float64(len(values)-1))
}
