// From the schema library's tree of errors to findings a person can act on:
// every violation of a file, each once, with the key that is meant.

package result

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"jouleboard/internal/unit"
)

// checkSchema runs the schema over a parsed file and reports all violations.
func (d *document) checkSchema(tree any) {
	s := theSchema()
	err := s.err
	if err == nil {
		err = s.validate(tree)
	}
	if err == nil {
		return
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		d.addAt(0, Finding{Rule: "V01", Level: Error, Message: err.Error()})
		return
	}
	v := violations{doc: d, schema: s, tree: tree, worded: map[string]bool{}}
	v.report(ve)
}

// validate runs the schema over a file that needs it.
func (c compiledSchema) validate(tree any) error {
	run, err := c.run()
	if err != nil {
		return err
	}
	return run.Validate(tree)
}

type violations struct {
	doc    *document
	schema compiledSchema
	tree   any
	// worded holds the pointers of values that are none of the words allowed,
	// and of missing keys; what a row of the table would want of them need not
	// be said as well.
	worded map[string]bool
}

// report walks to the leaves. Alternatives (anyOf) are said as one sentence,
// since their leaves would each claim to be needed.
func (v *violations) report(e *jsonschema.ValidationError) {
	if _, ok := e.ErrorKind.(*kind.AnyOf); ok {
		v.anyOf(e)
		return
	}
	if len(e.Causes) > 0 {
		for _, c := range e.Causes {
			v.report(c)
		}
		return
	}
	at := joinPointer(e.InstanceLocation)
	def := definition(e.SchemaURL)
	last := v.name(e.InstanceLocation)
	say := func(rule, hint, format string, args ...any) {
		v.doc.add(at, Finding{Rule: rule, Level: Error, Message: fmt.Sprintf(format, args...), Hint: hint})
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, key := range k.Missing {
			v.missing(at, key, def)
		}
	case *kind.DependentRequired:
		for _, key := range k.Missing {
			v.doc.addMissing(at, key, Finding{Rule: "V01", Level: Error,
				Message: fmt.Sprintf("%s is missing; %s needs it", key, k.Prop)})
		}
	case *kind.AdditionalProperties:
		for _, key := range k.Properties {
			v.unknownKey(at, key, e.SchemaURL)
		}
	case *kind.FalseSchema:
		v.forbidden(at, last, def)
	case *kind.Enum:
		v.enum(at, last, def, k)
	case *kind.Const:
		if !v.worded[at] {
			say("V01", "", "%s is %s; expected %s", last, show(k.Got), show(k.Want))
		}
	case *kind.Type:
		v.doc.unusable = true // a null would be read as zero
		got := v.value(e.InstanceLocation)
		hint := ""
		if s, ok := got.(string); ok && slices.Contains(k.Want, "number") {
			if _, err := strconv.ParseFloat(s, 64); err == nil {
				hint = "write the number without quotes"
			}
		}
		if got == nil {
			hint = "leave the key out where there is no value"
		}
		is := article(k.Got)
		if f, ok := got.(float64); ok {
			is = show(f)
		}
		say("V01", hint, "%s is %s; expected %s", last, is, article(strings.Join(k.Want, " or ")))
	case *kind.MinLength:
		if last == "source" && strings.HasPrefix(at, "/boundary/") {
			say("V24", "name where the number stands, or leave it out", "source is empty; a declared number needs it")
			return
		}
		say("V01", "leave the key out where there is no value", "%s is empty", last)
	case *kind.MinItems:
		if k.Got == 0 {
			say("V01", "leave the key out where there is no value", "%s is empty", last)
		} else {
			say("V01", "", "%s has %d items; expected %d", last, k.Got, k.Want)
		}
	case *kind.MinProperties:
		say("V01", "leave the key out where there is no value", "%s is empty", last)
	case *kind.MaxLength:
		say("V01", "", "%s has %d characters; at most %d are allowed", last, k.Got, k.Want)
	case *kind.MaxItems:
		say("V01", "", "%s has %d items; at most %d are allowed", last, k.Got, k.Want)
	case *kind.MaxProperties:
		say("V01", "", "%s has %d keys; at most %d are allowed", last, k.Got, k.Want)
	case *kind.Pattern:
		say("V01", "", "%s is %q; expected %s", last, Clip(k.Got), patternWords(def, k.Want))
	case *kind.Minimum, *kind.ExclusiveMinimum, *kind.Maximum, *kind.ExclusiveMaximum:
		v.bound(at, last, def, e)
	default:
		say("V01", "", "%s: %s", last, e.ErrorKind.LocalizedString(message.NewPrinter(language.English)))
	}
}

// missing words a required key by the row of the table that requires it.
func (v *violations) missing(at, key, def string) {
	pointer := at + "/" + key
	if v.worded[pointer] {
		return
	}
	v.worded[pointer] = true
	f := Finding{Rule: "V01", Level: Error, Message: key + " is missing"}
	switch def {
	case "measured", "measured_device", "measured_endpoint":
		f.Message += "; " + tableRow(def) + " needs it"
		if key == "window" && at == "" { // once is enough
			f.Hint = "a figure published elsewhere needs a source block instead"
		}
	case "measured_energy":
		if key == "interconnect" {
			f.Message += "; a measured result with energy of several devices needs it"
			f.Hint = "write nvlink, pcie, or both with a comma between; unknown where nobody knows"
			break
		}
		f.Message += "; a measured result with energy needs it"
	case "declared":
		if key == "source" {
			f.Rule = "V24"
			f.Message += "; a declared number needs it"
			f.Hint = "name where the number stands, or leave it out"
		}
	case "with_energy":
		f.Message += "; metrics hold energy, so the boundary must say what the joules include"
	default:
		if mode, ok := strings.CutPrefix(def, "load_"); ok {
			f.Message += fmt.Sprintf("; load mode %q needs it", mode)
		}
	}
	v.doc.addMissing(at, key, f)
}

// forbidden words a key that must be absent.
func (v *violations) forbidden(at, key, def string) {
	f := Finding{Rule: "V01", Level: Error}
	switch {
	case strings.HasPrefix(def, "load_"):
		f.Message = fmt.Sprintf("%s has no place in load mode %q", key, strings.TrimPrefix(def, "load_"))
	case def == "without_energy":
		f.Rule = "V24"
		f.Message = key + " without energy; it says what the joules of metrics include"
		f.Hint = "leave the boundary out of a performance-only result"
	default:
		f.Message = fmt.Sprintf("%s has no place in %s", key, tableRow(def))
		if def == "reported" {
			f.Hint = "a result with a source block is reported; a measured one has none"
		}
	}
	v.doc.addKey(at, f)
}

func tableRow(def string) string {
	switch def {
	case "measured":
		return "a measured result"
	case "measured_device", "measured_energy":
		return "a measured result of a device"
	case "measured_endpoint":
		return "a measured result of an endpoint"
	}
	return "a " + def + " result"
}

func (v *violations) enum(at, last, def string, k *kind.Enum) {
	if v.worded[at] {
		return
	}
	f := Finding{Rule: "V01", Level: Error}
	switch def {
	case "with_energy":
		f.Rule = "V24"
		f.Message = fmt.Sprintf("class is %s, but metrics hold energy", show(k.Got))
		f.Hint = "leave the energy out, or use class energy"
	case "without_energy":
		f.Rule = "V24"
		f.Message = fmt.Sprintf("class is %s, but metrics hold no energy", show(k.Got))
		f.Hint = "use class performance"
	default:
		want := make([]string, len(k.Want))
		for i, w := range k.Want {
			want[i] = show(w)
		}
		f.Message = fmt.Sprintf("%s is %s; expected %s", last, show(k.Got), strings.Join(want, ", "))
		if got, ok := k.Got.(string); ok {
			if near := Nearest(got, want); near != "" {
				f.Hint = "did you mean " + near + "?"
			}
		}
		if def == "measured" {
			f.Hint = "a result without a source block is measured"
		} else {
			v.worded[at] = true
		}
	}
	v.doc.add(at, f)
}

// bound words numbers that are too small or too large.
func (v *violations) bound(at, last, def string, e *jsonschema.ValidationError) {
	got := show(v.value(e.InstanceLocation))
	f := Finding{Rule: "V01", Level: Error}
	if last == "value" && len(e.InstanceLocation) > 1 {
		last = e.InstanceLocation[len(e.InstanceLocation)-2]
	}
	switch k := e.ErrorKind.(type) {
	case *kind.ExclusiveMinimum:
		want, _ := k.Want.Float64()
		f.Message = fmt.Sprintf("%s is %s; expected more than %v", last, got, want)
		if def == "energy_metric" {
			f.Rule = "V24"
			f.Message = fmt.Sprintf("%s is %s; leave it out if it was not measured", last, got)
		}
	case *kind.Minimum:
		want, _ := k.Want.Float64()
		f.Message = fmt.Sprintf("%s is %s; expected at least %v", last, got, want)
		if got == "0" {
			f.Hint = "leave the key out where there is no value"
		}
	case *kind.Maximum:
		want, _ := k.Want.Float64()
		f.Message = fmt.Sprintf("%s is %s; expected at most %s", last, got, strconv.FormatFloat(want, 'f', -1, 64))
	}
	v.doc.add(at, f)
}

// anyOf words the few places where one of several keys must be there.
func (v *violations) anyOf(e *jsonschema.ValidationError) {
	at := joinPointer(e.InstanceLocation)
	var keys []string
	for _, c := range e.Causes {
		if r, ok := c.ErrorKind.(*kind.Required); ok {
			keys = append(keys, r.Missing...)
		}
	}
	f := Finding{Rule: "V01", Level: Error, Message: "expected one of " + strings.Join(keys, ", ")}
	switch def := definition(e.SchemaURL); def {
	case "reported":
		f.Message = "no number: a reported result needs metrics or distributions"
	case "distribution":
		f.Message = v.name(e.InstanceLocation) + " holds no statistic; expected one of " + strings.Join(keys, ", ")
	case "measured", "measured_endpoint":
		f.Message = fmt.Sprintf("%s holds none of %s; %s needs one", v.name(e.InstanceLocation), strings.Join(keys, ", "), tableRow(def))
	}
	v.doc.add(at, f)
}

// unknownKey reports a key that no schema names, with the one that is meant.
func (v *violations) unknownKey(at, key, url string) {
	f := Finding{Rule: "V01", Level: Error, Message: fmt.Sprintf("unknown key %q", Clip(key))}
	v.doc.addKey(at+"/"+EscapePointer(key), f)
	v.doc.at[len(v.doc.at)-1].finish = func(f *Finding) {
		def := definition(url)
		switch near := nearestKey(key, def, v.schema.properties(url)); {
		case near != "":
			f.Message += "; did you mean " + near + "?"
		case def == "" || def == "metrics" || def == "distributions":
			f.Hint = "keys of your own start with x_ (a-z, 0-9, _)"
		default:
			f.Hint = "remove it; keys of your own start with x_ and stand at the top, in metrics or in distributions"
		}
	}
}

// definition returns the name of the outermost definition of a schema URL, ""
// for the result itself.
func definition(url string) string {
	_, fragment, _ := strings.Cut(url, "#/$defs/")
	name, _, _ := strings.Cut(fragment, "/")
	return name
}

// name is how messages call a place: its key, with the key before it for
// entries of a list.
func (v *violations) name(loc []string) string {
	if len(loc) == 0 {
		return "the result"
	}
	last := loc[len(loc)-1]
	if _, err := strconv.Atoi(last); err == nil && len(loc) > 1 {
		return loc[len(loc)-2] + "[" + last + "]"
	}
	return Clip(last)
}

// value looks up a place in the parsed file.
func (v *violations) value(loc []string) any {
	x := v.tree
	for _, tok := range loc {
		switch y := x.(type) {
		case map[string]any:
			x = y[tok]
		case []any:
			i, err := strconv.Atoi(tok)
			if err != nil || i < 0 || i >= len(y) {
				return nil
			}
			x = y[i]
		}
	}
	return x
}

// show prints a JSON scalar as the file writes it, shortened.
func show(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(Clip(v))
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e21 {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}

func article(typ string) string {
	switch {
	case typ == "null":
		return "null"
	case strings.HasPrefix(typ, "a"), strings.HasPrefix(typ, "o"), strings.HasPrefix(typ, "i"):
		return "an " + typ
	}
	return "a " + typ
}

func patternWords(def, pattern string) string {
	switch def {
	case "sha256":
		return "64 lower-case hex digits (SHA-256)"
	case "url":
		return "an http:// or https:// address"
	case "date":
		return "a date such as 2026-02-16 (or 2026-02, or 2026)"
	case "time":
		return "a time with zone such as 2026-02-16T09:30:00Z (RFC 3339)"
	}
	return "the form " + pattern
}

// unitOf is the printed unit of a metric key in brackets, "" if it has none.
func unitOf(m unit.Metric) string {
	if m.Unit == "" {
		return ""
	}
	return " (" + m.Unit + ")"
}
