// The columns of all results as one table. The CSV file, the Parquet file and
// the data dictionary are made from this one list.

package site

import (
	"bytes"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// Types of a column.
const (
	columnText    = "text"
	columnInteger = "integer"
	columnNumber  = "number"
)

// resultColumn is one column. Exactly one of the functions is set; what they do not
// find is an empty cell.
type resultColumn struct {
	name, kind string
	key        string // of the metric registry, for numbers that are metrics
	text       func(*entry) string
	integer    func(*entry) int64 // 0 is absent: no count is 0
	number     func(*entry) (float64, bool)
}

// resultColumns are the facts of a result, then every metric that any result
// has, in registry order. Boards are mixed, so there are no ranks.
func (s *site) resultColumns() []resultColumn {
	text := func(name string, get func(*entry) string) resultColumn {
		return resultColumn{name: name, kind: columnText, text: get}
	}
	integer := func(name string, get func(*entry) int64) resultColumn {
		return resultColumn{name: name, kind: columnInteger, integer: get}
	}
	pointer := func(name string, get func(*entry) *float64) resultColumn {
		return resultColumn{name: name, kind: columnNumber, number: func(e *entry) (float64, bool) {
			if v := get(e); v != nil {
				return *v, true
			}
			return 0, false
		}}
	}
	cols := []resultColumn{
		text("id", func(e *entry) string { return e.ID }),
		text("path", func(e *entry) string { return e.Path }),
		text("task", func(e *entry) string { return e.Workload.Task }),
		text("model", func(e *entry) string { return e.Result.Model.Name }),
		text("kind", func(e *entry) string { return e.Kind }),
		text("class", func(e *entry) string { return e.Class }),
		text("origin", func(e *entry) string { return e.Origin() }),
		text("publisher", func(e *entry) string {
			return sourceField(e.Result, func(s *result.Source) string { return s.Publisher })
		}),
		text("date", func(e *entry) string { return e.Day() }),
		text("hardware", func(e *entry) string {
			if h := e.Result.Hardware; h != nil {
				return h.Name
			}
			return ""
		}),
		integer("count", func(e *entry) int64 {
			if h := e.Result.Hardware; h != nil {
				return h.Count
			}
			return 0
		}),
		text("precision", func(e *entry) string { return e.Result.Model.Precision }),
		pointer("parameters_b", func(e *entry) *float64 { return e.Result.Model.ParametersB }),
		pointer("active_parameters_b", func(e *entry) *float64 { return e.Result.Model.ActiveParametersB }),
		text("boundary", func(e *entry) string {
			if e.Boundary != nil {
				return e.Boundary.Includes
			}
			return ""
		}),
		text("load_mode", func(e *entry) string {
			if l := e.Workload.Load; l != nil {
				return l.Mode
			}
			return ""
		}),
		integer("batch", func(e *entry) int64 {
			if e.Workload.Load == nil {
				return 0
			}
			n, _ := batchOf(e.Result)
			return n
		}),
		integer("requests", func(e *entry) int64 { return e.Workload.Requests }),
		text("flagged", flagOf),
		text("caveats", func(e *entry) string { return strings.Join(s.caveatIDs(e), " ") }),
		text("license", func(e *entry) string { return e.License }),
		text("boards", func(e *entry) string {
			var ids []string
			for _, br := range e.Rows {
				ids = append(ids, br.Board.ID)
			}
			return strings.Join(ids, " ")
		}),
	}
	for _, c := range s.numbers().files {
		base, _, _ := strings.Cut(c.key, ".")
		cols = append(cols, resultColumn{name: c.key, kind: columnNumber, key: base, number: c.at})
	}
	return cols
}

// appendCell adds a column's value as CSV holds it.
func (c resultColumn) appendCell(b []byte, e *entry) []byte {
	switch {
	case c.text != nil:
		text := c.text(e)
		if isPlain(text) {
			return append(b, text...)
		}
		return appendField(b, safeText(text))
	case c.integer != nil:
		if n := c.integer(e); n != 0 {
			return strconv.AppendInt(b, n, 10)
		}
		return b
	}
	if v, ok := c.number(e); ok {
		return appendNum(b, v)
	}
	return b
}

// isPlain says of most texts that a cell holds them as they are.
func isPlain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case i > 0 && (c == ' ' || c == '-' || c == '.' || c == '/' || c == '_'):
		default:
			return false
		}
	}
	return true
}

// appendField adds a text, in quotes where encoding/csv would set them: writing
// through that one takes longer than everything else of a table that is mostly
// empty cells and numbers.
func appendField(b []byte, text string) []byte {
	if text == "" || text != `\.` && text[0] != ' ' && text[0] < utf8.RuneSelf && !strings.ContainsAny(text, ",\"\r\n") {
		return append(b, text...)
	}
	var q bytes.Buffer
	w := csv.NewWriter(&q)
	_ = w.Write([]string{text}) // a bytes.Buffer takes everything
	w.Flush()
	return append(b, bytes.TrimSuffix(q.Bytes(), []byte{'\n'})...)
}

// resultsCSV is every result, a row each.
func (s *site) resultsCSV(w io.Writer) error {
	cols := s.resultColumns()
	var b []byte
	for i, c := range cols {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendField(b, c.name)
	}
	b = append(b, '\n')
	for _, e := range s.entries {
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
		for i, c := range cols {
			if i > 0 {
				b = append(b, ',')
			}
			b = c.appendCell(b, e)
		}
		b = append(b, '\n')
	}
	_, err := w.Write(b)
	return err
}
