// From the schema to the demands that it makes.

package result

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
)

// compileContract compiles a schema. A keyword that it has no rule for is an
// error, so that none is ever passed over.
func compileContract(doc map[string]any) (*contract, error) {
	c := &compiler{names: map[string]int32{}, done: map[string]*demand{}}
	c.defs, _ = doc["$defs"].(map[string]any)
	root := c.demand("", doc)
	return &contract{c.names, c.name("id"), root}, c.err
}

type compiler struct {
	names map[string]int32
	defs  map[string]any
	done  map[string]*demand // by name of the definition
	err   error
}

func (c *compiler) fail(at, format string, args ...any) {
	c.err = errors.Join(c.err, fmt.Errorf("schema %s: %s", at, fmt.Sprintf(format, args...)))
}

// nothing is the demand that everything meets.
func nothing() *demand {
	return &demand{
		maxLength: math.MaxInt, maxItems: math.MaxInt, maxProperties: math.MaxInt,
		minimum: math.Inf(-1), maximum: math.Inf(1), above: math.Inf(-1),
	}
}

// kinds are the first bytes of the values of a type.
var kinds = map[string]string{"object": "{", "array": "[", "string": "\"", "number": "0", "integer": "0", "boolean": "tf"}

// demand compiles one schema, which stands at a place of the document.
func (c *compiler) demand(at string, schema any) *demand {
	d := nothing()
	doc, ok := schema.(map[string]any)
	if !ok {
		yes, ok := schema.(bool)
		if !ok {
			c.fail(at, "is neither an object nor true or false")
		}
		d.never = !yes
		return d
	}
	for keyword, x := range doc {
		at := at + "/" + keyword
		switch keyword {
		case "$schema", "$id", "$defs", "title", "description": // they ask nothing
		case "additionalProperties":
			d.closed = x == false
			if !d.closed {
				c.fail(at, "is not false")
			}
		case "$ref":
			d.all = append(d.all, c.definition(at, x))
		case "allOf":
			d.all = append(d.all, c.each(at, x)...)
		case "anyOf":
			d.any = c.each(at, x)
		case "not":
			d.not = c.demand(at, x)
		case "if":
			d.cond = c.demand(at, x)
		case "then":
			d.then = c.demand(at, x)
		case "else":
			d.els = c.demand(at, x)
		case "items":
			d.items = c.demand(at, x)
		case "type":
			d.kinds, d.integer = kinds[c.text(at, x)], x == "integer"
			if d.kinds == "" {
				c.fail(at, "is %v", x)
			}
		case "const":
			d.words = []string{c.text(at, x)}
		case "enum":
			d.words = c.texts(at, x)
		case "pattern":
			d.pattern = c.pattern(at, c.text(at, x))
		case "minimum":
			d.minimum = c.numeric(at, x)
		case "maximum":
			d.maximum = c.numeric(at, x)
		case "exclusiveMinimum":
			d.above = c.numeric(at, x)
		case "minLength":
			d.minLength = int(c.numeric(at, x))
		case "maxLength":
			d.maxLength = int(c.numeric(at, x))
		case "minItems":
			d.minItems = int(c.numeric(at, x))
		case "maxItems":
			d.maxItems = int(c.numeric(at, x))
		case "minProperties":
			d.minProperties = int(c.numeric(at, x))
		case "maxProperties":
			d.maxProperties = int(c.numeric(at, x))
		case "required":
			d.required = c.keys(at, x)
		case "dependentRequired":
			for key, needs := range c.object(at, x) {
				d.dependents = append(d.dependents, dependent{c.name(key), c.keys(at, needs)})
			}
		case "patternProperties":
			patterns := c.object(at, x)
			if len(patterns) != 1 {
				c.fail(at, "holds %d patterns", len(patterns))
			}
			for pattern, y := range patterns {
				d.keys, d.others = c.pattern(at, pattern), c.demand(at+"/"+pattern, y)
			}
		case "properties":
			for key, y := range c.object(at, x) {
				n := c.name(key)
				for int(n) >= len(d.members) {
					d.members = append(d.members, nil)
				}
				d.members[n] = c.demand(at+"/"+key, y)
			}
		default:
			c.fail(at, "is a keyword without a rule")
		}
	}
	for key := range c.object(at, doc["properties"]) {
		if d.keys != nil && d.keys.MatchString(key) {
			c.fail(at, "%s is named and matches a pattern too", key)
		}
	}
	return d
}

// definition compiles a schema of $defs once.
func (c *compiler) definition(at string, ref any) *demand {
	name, ok := strings.CutPrefix(c.text(at, ref), "#/$defs/")
	schema, there := c.defs[name]
	if !ok || !there {
		c.fail(at, "%v leads nowhere", ref)
		return nothing()
	}
	d, ok := c.done[name]
	switch {
	case !ok:
		c.done[name] = nil
		d = c.demand("/$defs/"+name, schema)
		c.done[name] = d
	case d == nil:
		c.fail(at, "%s is part of itself", name)
	}
	return d
}

func (c *compiler) each(at string, x any) []*demand {
	list := as[[]any](c, at, x, "list of schemas")
	if len(list) == 0 {
		c.fail(at, "is empty")
	}
	out := make([]*demand, len(list))
	for i, y := range list {
		out[i] = c.demand(fmt.Sprintf("%s/%d", at, i), y)
	}
	return out
}

// as is a value of the schema that must have a type.
func as[T any](c *compiler, at string, x any, what string) T {
	v, ok := x.(T)
	if !ok {
		c.fail(at, "is no %s", what)
	}
	return v
}

func (c *compiler) object(at string, x any) map[string]any {
	if x == nil {
		return nil
	}
	return as[map[string]any](c, at, x, "object")
}

func (c *compiler) text(at string, x any) string { return as[string](c, at, x, "text") }

func (c *compiler) numeric(at string, x any) float64 { return as[float64](c, at, x, "number") }

func (c *compiler) texts(at string, x any) []string {
	list := as[[]any](c, at, x, "list")
	out := make([]string, len(list))
	for i, y := range list {
		out[i] = c.text(at, y)
	}
	return out
}

func (c *compiler) pattern(at, s string) *regexp.Regexp {
	p, err := regexp.Compile(s)
	if err != nil {
		c.fail(at, "%v", err)
	}
	return p
}

func (c *compiler) keys(at string, x any) []int32 {
	words := c.texts(at, x)
	out := make([]int32, len(words))
	for i, w := range words {
		out[i] = c.name(w)
	}
	return out
}

// name is the number of a key.
func (c *compiler) name(key string) int32 {
	n, ok := c.names[key]
	if !ok {
		n = int32(len(c.names))
		c.names[key] = n
	}
	return n
}
