// CSV files: what every format that reads them checks alike.

package convert

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"unicode/utf8"

	"jouleboard/internal/result"
)

// csvFile hands the rows of a CSV file to what open makes of its header, each with
// the place of its first cell. header is the least header, for the finding about
// a file without one. open says false where it has found the file unreadable.
func (c *run) csvFile(in Input, header string, open func(head []string) (row func(result.Place, []string), ok bool)) {
	at := func(line, col int) result.Place { return result.Place{File: in.Name, Line: line, Col: col} }
	data := bytes.TrimPrefix(in.Data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		c.fileFinding(result.Error, at(1, 1), "not UTF-8", "save the file as UTF-8")
		return
	}
	r := csv.NewReader(bytes.NewReader(data))
	// Rows of another length are refused one by one, with their line.
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		msg := "the file is empty"
		if !errors.Is(err, io.EOF) {
			msg = "not valid CSV: " + err.Error()
		}
		c.fileFinding(result.Error, at(1, 1), msg, "expected a header row: "+header)
		return
	}
	row, ok := open(head)
	if !ok {
		return
	}
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			// Nothing after a broken quote can be trusted to be a row.
			var pe *csv.ParseError
			p := at(0, 0)
			if errors.As(err, &pe) {
				p, err = at(pe.Line, pe.Column), pe.Err
			}
			c.fileFinding(result.Error, p, "not valid CSV: "+err.Error(), "repair the line")
			return
		}
		line, _ := r.FieldPos(0)
		row(at(line, 1), rec)
	}
}
