// Validation of a measured result against its samples: V02, V03, and the rules
// of its class.

package result

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// Validate recomputes everything of a measured result that follows from its
// samples file and applies the rules of the class that it declares. It does not
// repeat Inspect, which reads the result itself. samples is nil where the file
// is not at hand; that is an error (V02), unless the result names an address, in
// which case it is a warning. A reported result has no samples and gives no
// finding. Stored checks are never trusted.
func Validate(l *Loaded, samples io.Reader) Findings {
	return ValidateSeeing(l, samples, nil)
}

// ValidateSeeing is Validate for a caller that has use of the records as well:
// see is called with them where they could be read, before Validate is done, so
// that a file of many megabytes is read once. It must not keep them.
func ValidateSeeing(l *Loaded, samples io.Reader, see func(*SamplesFile)) Findings {
	if l == nil || l.Result == nil || l.Reported() {
		return nil
	}
	d := l.document()
	r := l.Result
	if s := d.samples(r, samples); s != nil {
		if see != nil {
			see(s)
		}
		known := len(d.at)
		a := analyse(r, s, true)
		d.recomputed(a)
		for _, b := range newJudge(a).breaches {
			if applies(b.class, r.Class) {
				d.add(b.Where.Pointer, b.Finding)
			}
		}
		// Against another run's records every number differs; some of them show it,
		// and all would push aside what says so.
		if s.SHA256 != r.Samples.SHA256 {
			d.at = d.at[:min(len(d.at), known+maxOfOtherRun)]
		}
	}
	return d.findings()
}

// maxOfOtherRun is how many findings are listed of records that are not those of
// the result.
const maxOfOtherRun = 10

// applies says whether a rule's class touches a result's.
func applies(rule, class string) bool {
	switch rule {
	case "E":
		return class == ClassEnergy || class == ClassRanked
	case "R":
		return class == ClassRanked
	}
	return true
}

// samples is V02: it reads the file if it is the one that the result names.
func (d *document) samples(r *Result, in io.Reader) *SamplesFile {
	say := func(level Level, pointer, hint, format string, args ...any) {
		d.add(pointer, Finding{Rule: "V02", Level: level, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	switch {
	case r.Samples == nil:
		say(Error, "", "", "the result names no samples")
		return nil
	case in == nil && r.Samples.URL != "":
		say(Warn, "/samples/url", "fetch the file and put it beside the result", "samples are kept elsewhere, so nothing was recomputed")
		return nil
	case in == nil:
		say(Error, "/samples", "put the file beside the result: its name without .json, with "+SamplesExt, "the samples file is not there")
		return nil
	}
	s, err := ReadSamples(in, 0)
	if err != nil {
		say(Error, "/samples", "", "%v", err)
		return nil
	}
	if s.SHA256 != r.Samples.SHA256 {
		say(Error, "/samples/sha256", "restore the file, or measure again", "samples sha256 is %s…, result says %s…", short(s.SHA256, 12), short(r.Samples.SHA256, 12))
	}
	if s.Records != r.Samples.Records {
		say(Error, "/samples/records", "", "samples hold %d records, result says %d", s.Records, r.Samples.Records)
	}
	return s
}

// recomputed is V03: stored numbers against those that the samples give.
func (d *document) recomputed(a *analysis) {
	r, s, sum := a.r, a.s, a.sum
	if s.Header.Method != r.Method {
		d.add("/method", Finding{Rule: "V03", Level: Error, Message: fmt.Sprintf("method is %q, the samples were taken by %q", Clip(r.Method), Clip(s.Header.Method))})
	}
	stored := Summary{Windows: r.Window, Metrics: map[string]Metric{}, Distributions: map[string]Distribution{}}
	for key, m := range r.Metrics {
		if follows(key, m.Provenance) {
			stored.Metrics[key] = m
		}
	}
	for key, v := range r.Distributions {
		if follows(key, v.Provenance) {
			stored.Distributions[key] = v
		}
	}
	d.ownKeys(r)
	d.differ("/window", stored.Windows, sum.Windows)
	d.differ("/metrics", stored.Metrics, sum.Metrics)
	d.differ("/distributions", stored.Distributions, sum.Distributions)
	if b := r.Boundary; b != nil {
		d.differ("/boundary/idle_w", b.IdleW, sum.IdleW)
		d.differ("/boundary/idle", b.Idle, sum.Idle)
	}
	if r.Client != nil && r.Client.Calibration != nil {
		want := sum.Calibration
		if want == nil { // the schema asks for the number of streams, measured or not
			want = &Calibration{Streams: r.Client.Calibration.Streams}
		}
		d.differ("/client/calibration", r.Client.Calibration, want)
	}
}

// ownKeys finds numbers under keys of somebody's own that are said to follow from
// the records: nothing here can form them again.
func (d *document) ownKeys(r *Result) {
	say := func(block, key, provenance string) {
		at := "/" + block + "/" + EscapePointer(key)
		d.add(at+"/provenance", Finding{Rule: "V03", Level: Error, Message: fmt.Sprintf("%s is said to be %s, but the samples do not give it", at, provenance),
			Hint: "call it declared or estimated, or give the formula that derives it"})
	}
	for _, key := range slices.Sorted(maps.Keys(r.Metrics)) {
		if m := r.Metrics[key]; strings.HasPrefix(key, "x_") && (m.Provenance == ProvMeasured || m.Provenance == ProvDerived && m.Formula == "") {
			say("metrics", key, m.Provenance)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.Distributions)) {
		if v := r.Distributions[key]; strings.HasPrefix(key, "x_") && (v.Provenance == ProvMeasured || v.Provenance == ProvDerived) {
			say("distributions", key, v.Provenance)
		}
	}
}

// differ compares two values as the file would hold them and says each place
// where they part.
func (d *document) differ(at string, stored, recomputed any) {
	a, errA := tree(stored)
	b, errB := tree(recomputed)
	if errA != nil || errB != nil {
		d.add(at, Finding{Rule: "V03", Level: Error, Message: "cannot be compared with what the samples give"})
		return
	}
	d.parted(at, a, b)
}

func tree(v any) (out any, err error) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	return out, err
}

func (d *document) parted(at string, a, b any) {
	say := func(format string, args ...any) {
		d.add(at, Finding{Rule: "V03", Level: Error, Message: at + " " + fmt.Sprintf(format, args...), Hint: "a result is not edited by hand; measure again"})
	}
	if len(d.at) > maxFindings {
		return
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			say("is stored, but the samples do not give it")
			return
		}
		keys := map[string]bool{}
		for k := range a {
			keys[k] = true
		}
		for k := range b {
			keys[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			x, inA := a[k]
			y, inB := b[k]
			child := at + "/" + EscapePointer(k)
			switch {
			case inA && inB:
				d.parted(child, x, y)
			case inA:
				d.add(child, Finding{Rule: "V03", Level: Error, Message: child + " is stored, but the samples do not give it"})
			default:
				d.addMissing(at, k, Finding{Rule: "V03", Level: Error, Message: child + " is missing; the samples give it"})
			}
		}
		return
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			say("has %s, the samples give %d", plural(len(a), "entry", "entries"), len(b))
			return
		}
		for i := range a {
			d.parted(at+"/"+strconv.Itoa(i), a[i], b[i])
		}
		return
	case float64:
		if b, ok := b.(float64); ok && math.Float64bits(a) == math.Float64bits(b) {
			return
		}
	default:
		if a == b {
			return
		}
	}
	say("stored %s, recomputed %s", show(a), show(b))
}

// SamplesPath is the place of a result's samples file, beside the result.
func SamplesPath(resultPath string) string {
	return strings.TrimSuffix(resultPath, ".json") + SamplesExt
}
