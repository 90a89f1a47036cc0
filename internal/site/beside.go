// Data that a page's scripts ask for when a reader wants it: scripts beside the
// page, because a page opened from disk cannot fetch.

package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// beside writes data, which is JSON, as a script beside a page. The script puts it
// into the object named global under the key id. The name, which begins with kind,
// changes with the content, so that no browser shows an old one. The address from
// the page is returned.
func beside(r *renderer, page, kind, global, id string, data []byte) (string, error) {
	key, err := json.Marshal(id)
	if err != nil {
		return "", fmt.Errorf("name of %s %s: %w", kind, id, err)
	}
	script := bytes.Join([][]byte{[]byte("(window." + global + "=window." + global + "||{})["), key, []byte("]="), data, []byte(";\n")}, nil)
	sum := sha256.Sum256(script)
	file := path.Join(path.Dir(page), kind+"-"+id+"."+hex.EncodeToString(sum[:5])+".js")
	return relative(page, file), r.put(file, page, script)
}

// wholeTable is how many numbers the columns that a table does not show at first may
// hold together, so that its data are one file. Those of a larger table are files of
// their own: whoever sorts or searches it does not wait for all of them.
const wholeTable = 50_000

// splitColumns puts the numbers of a large table's further columns into files of
// their own, the statistics of one metric together, and their addresses into the
// columns.
func splitColumns(r *renderer, page, id string, f *tableFile) error {
	apart := func(c *column) bool { return c.Kind == "n" && !c.Default && !c.Facet && c.Dict == nil }
	n := 0
	for i := range f.Columns {
		if apart(&f.Columns[i]) {
			n += len(f.Columns[i].Values)
		}
	}
	if n <= wholeTable {
		return nil
	}
	var order []string
	groups := map[string][]*column{}
	for i := range f.Columns {
		c := &f.Columns[i]
		if !apart(c) {
			continue
		}
		metric, _, _ := strings.Cut(c.Key, ".")
		if groups[metric] == nil {
			order = append(order, metric)
		}
		groups[metric] = append(groups[metric], c)
	}
	for _, metric := range order {
		values := append(make([]byte, 0, 24*len(f.Hashes)), '[')
		for i, c := range groups[metric] {
			if i > 0 {
				values = append(values, ',')
			}
			var err error
			if values, err = c.appendValues(values); err != nil {
				return fmt.Errorf("column %s of table %s: %w", metric, id, err)
			}
			c.Values, c.Low, c.High, c.Others = nil, nil, nil, nil
		}
		src, err := beside(r, page, "rows", "jbColumns", id+"-"+metric, append(values, ']'))
		if err != nil {
			return err
		}
		for _, c := range groups[metric] {
			c.Source = src
		}
	}
	return nil
}

// appendValues adds what a column's own file holds of it, as JSON. encoding/json
// would go through the numbers once more.
func (c *column) appendValues(b []byte) ([]byte, error) {
	key, err := json.Marshal(c.Key)
	if err != nil {
		return nil, err
	}
	b = append(append(b, `{"k":`...), key...)
	for _, part := range []struct {
		key    string
		values data
	}{{`,"v":`, c.Values}, {`,"lo":`, c.Low}, {`,"hi":`, c.High}} {
		if len(part.values) == 0 {
			continue
		}
		if b, err = part.values.append(append(b, part.key...)); err != nil {
			return nil, err
		}
	}
	if len(c.Others) > 0 {
		others, err := json.Marshal(c.Others)
		if err != nil {
			return nil, err
		}
		b = append(append(b, `,"xx":`...), others...)
	}
	return append(b, '}'), nil
}
