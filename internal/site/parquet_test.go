package site

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// thriftReader reads the compact protocol without knowing what it holds: structs
// become maps by field number.
type thriftReader struct{ b []byte }

func (r *thriftReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		panic("broken number")
	}
	r.b = r.b[n:]
	return v
}

func (r *thriftReader) byte() byte {
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

func (r *thriftReader) value(kind byte) any {
	switch kind {
	case thriftI32, thriftI64:
		v, n := binary.Varint(r.b)
		if n <= 0 {
			panic("broken number")
		}
		r.b = r.b[n:]
		return int(v)
	case thriftBinary:
		n := r.uvarint()
		s := string(r.b[:n])
		r.b = r.b[n:]
		return s
	case thriftList:
		head := r.byte()
		n := uint64(head >> 4)
		if n == 15 {
			n = r.uvarint()
		}
		list := make([]any, n)
		for i := range list {
			list[i] = r.value(head & 15)
		}
		return list
	case thriftStruct:
		out, id := map[int]any{}, 0
		for {
			head := r.byte()
			if head == 0 {
				return out
			}
			if head>>4 == 0 {
				panic("a field without a step")
			}
			id += int(head >> 4)
			out[id] = r.value(head & 15)
		}
	}
	panic(fmt.Sprintf("type %d", kind))
}

// readParquet reads a file as its format says, from the footer: names, types and
// cells, each as its text, and which are there.
func readParquet(t *testing.T, data []byte) (names []string, types []int, cells [][]*string, facts map[string]string) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte(parquetMagic)) || !bytes.HasSuffix(data, []byte(parquetMagic)) {
		t.Fatal("no Parquet file")
	}
	size := int(binary.LittleEndian.Uint32(data[len(data)-8:]))
	footer := thriftReader{data[len(data)-8-size : len(data)-8]}
	meta := footer.value(thriftStruct).(map[int]any)
	if len(footer.b) != 0 {
		t.Fatalf("%d bytes behind the footer", len(footer.b))
	}
	schema := meta[2].([]any)
	if n := schema[0].(map[int]any)[5]; n != len(schema)-1 {
		t.Fatalf("%d columns, not %d", len(schema)-1, n)
	}
	for _, c := range schema[1:] {
		names, types = append(names, c.(map[int]any)[4].(string)), append(types, c.(map[int]any)[1].(int))
	}
	for _, g := range meta[4].([]any) {
		group := g.(map[int]any)
		rows := make([][]*string, group[3].(int))
		for i := range rows {
			rows[i] = make([]*string, len(names))
		}
		for col, c := range group[1].([]any) {
			m := c.(map[int]any)[3].(map[int]any)
			if m[3].([]any)[0] != names[col] || m[1] != types[col] || m[5] != len(rows) {
				t.Fatalf("column %s is described as %v", names[col], m)
			}
			at := m[9].(int)
			in := thriftReader{data[at : at+m[7].(int)]}
			head := in.value(thriftStruct).(map[int]any)
			if len(in.b) != head[3] {
				t.Fatalf("page of %s has %d bytes, not %d", names[col], len(in.b), head[3])
			}
			z, err := gzip.NewReader(bytes.NewReader(in.b))
			if err != nil {
				t.Fatal(err)
			}
			page, err := io.ReadAll(z)
			if err != nil || len(page) != head[2] {
				t.Fatalf("page of %s: %d bytes, not %d: %v", names[col], len(page), head[2], err)
			}
			n := binary.LittleEndian.Uint32(page)
			levels, values := thriftReader{page[4 : 4+n]}, page[4+n:]
			row := 0
			for len(levels.b) > 0 {
				run := int(levels.uvarint() >> 1)
				there := levels.byte() == 1
				for range run {
					if there {
						var v string
						v, values = plainValue(types[col], values)
						rows[row][col] = &v
					}
					row++
				}
			}
			if row != len(rows) || len(values) != 0 {
				t.Fatalf("%s: %d of %d rows, %d bytes left", names[col], row, len(rows), len(values))
			}
		}
		cells = append(cells, rows...)
	}
	if meta[3] != len(cells) {
		t.Fatalf("%d rows, not %d", len(cells), meta[3])
	}
	facts = map[string]string{}
	for _, f := range meta[5].([]any) {
		facts[f.(map[int]any)[1].(string)] = f.(map[int]any)[2].(string)
	}
	return names, types, cells, facts
}

func plainValue(kind int, b []byte) (string, []byte) {
	switch kind {
	case pqByteArray:
		n := binary.LittleEndian.Uint32(b)
		return string(b[4 : 4+n]), b[4+n:]
	case pqInt64:
		return strconv.FormatInt(int64(binary.LittleEndian.Uint64(b)), 10), b[8:]
	}
	return num(math.Float64frombits(binary.LittleEndian.Uint64(b))), b[8:]
}

// The Parquet file holds the cells of the CSV file, with types and without the
// quotes that protect spreadsheets.
func TestParquetIsTheTable(t *testing.T) {
	dir, _ := shipped(t)
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(parquetPath)))
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(dir, "data", "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names, types, cells, facts := readParquet(t, data)
	if len(cells) != len(rows)-1 || len(cells) < 700 {
		t.Fatalf("%d rows, %d in the table", len(cells), len(rows)-1)
	}
	seen := map[int]int{}
	for i, name := range names {
		if name != rows[0][i] {
			t.Fatalf("column %d is %s, not %s", i, name, rows[0][i])
		}
		for j, row := range cells {
			got := ""
			if row[i] != nil {
				got = *row[i]
				seen[types[i]]++
			}
			if types[i] == pqByteArray {
				got = safeText(got)
			}
			if got != rows[j+1][i] {
				t.Fatalf("%s of row %d is %q, not %q", name, j, got, rows[j+1][i])
			}
		}
	}
	for _, kind := range []int{pqByteArray, pqInt64, pqDouble} {
		if seen[kind] < 500 {
			t.Errorf("%d values of type %d", seen[kind], kind)
		}
	}
	if facts["license"] != "Apache-2.0" || facts["columns"] != "https://jouleboard.example.org/api/v1/columns.json" {
		t.Errorf("facts: %v", facts)
	}
}

// A board's Parquet file has the rows of its CSV file in their order, with the same
// cells in the columns that both have.
func TestParquetOfBoards(t *testing.T) {
	dir, _ := shipped(t)
	files, err := filepath.Glob(filepath.Join(dir, "data", "boards", "*.parquet"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	ranked := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		table, err := os.ReadFile(strings.TrimSuffix(file, ".parquet") + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		names, types, cells, facts := readParquet(t, data)
		board := strings.TrimSuffix(filepath.Base(file), ".parquet")
		if len(cells) != len(rows)-1 || facts["board"] != board {
			t.Fatalf("%s: %d rows of %q, %d in the table", board, len(cells), facts["board"], len(rows)-1)
		}
		shared := 0
		for i, name := range names {
			at := slices.Index(rows[0], name)
			if at < 0 {
				continue
			}
			shared++
			for j, row := range cells {
				got := ""
				if row[i] != nil {
					got = *row[i]
				}
				if types[i] == pqByteArray {
					got = safeText(got)
				}
				if got != rows[j+1][at] {
					t.Fatalf("%s: %s of row %d is %q, not %q", board, name, j, got, rows[j+1][at])
				}
				if name == "rank_lo" && got != "" {
					ranked++
				}
			}
		}
		if shared < 8 {
			t.Errorf("%s shares %d columns with its table", board, shared)
		}
	}
	if ranked < 100 {
		t.Errorf("only %d ranks", ranked)
	}
}

// More rows than a group holds, and none at all.
func TestParquetGroups(t *testing.T) {
	cols := []resultColumn{
		{name: "n", kind: columnInteger, integer: func(e *entry) int64 { return int64(len(e.Hash)) }},
		{name: "x", kind: columnNumber, number: func(e *entry) (float64, bool) { return float64(len(e.Hash)) / 4, len(e.Hash)%2 == 0 }},
	}
	many := make([]*entry, parquetRows+3)
	for i := range many {
		many[i] = &entry{Hash: "abcdefg"[:i%8]}
	}
	var data bytes.Buffer
	if err := parquet(&data, cols, many, nil); err != nil {
		t.Fatal(err)
	}
	_, _, cells, _ := readParquet(t, data.Bytes())
	if len(cells) != len(many) {
		t.Fatalf("%d rows", len(cells))
	}
	for i, row := range cells {
		want := []string{strconv.Itoa(i % 8), num(float64(i%8) / 4)}
		if (row[0] == nil) != (i%8 == 0) || row[0] != nil && *row[0] != want[0] || (row[1] == nil) != (i%2 == 1) || row[1] != nil && *row[1] != want[1] {
			t.Fatalf("row %d: %v", i, row)
		}
	}
	data.Reset()
	if err := parquet(&data, cols, nil, nil); err != nil {
		t.Fatal(err)
	}
	if names, _, cells, _ := readParquet(t, data.Bytes()); len(names) != 2 || len(cells) != 0 {
		t.Errorf("an empty table has columns %v and %d rows", names, len(cells))
	}
}
