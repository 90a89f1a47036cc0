// Results as Apache Parquet: the table of results.csv with its types kept, whole
// and for each board.
//
// The one well-kept library for this format makes the program a quarter larger,
// for compressions and types that a flat table does not need. What it needs is
// here: optional columns of text, whole numbers and numbers, plain values,
// definition levels in runs, gzip, and the footer in Thrift's compact protocol.

package site

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"jouleboard/internal/rank"
)

const (
	parquetPath  = "data/results.parquet"
	parquetMagic = "PAR1"
	// parquetRows is how many rows a row group holds.
	parquetRows = 1 << 16
)

// Numbers of the format's enumerations.
const (
	pqInt64, pqDouble, pqByteArray = 2, 5, 6
	pqOptional                     = 1
	pqUTF8                         = 0
	pqPlain, pqRLE                 = 0, 3
	pqGzip                         = 2
	pqDataPage                     = 0
)

// thrift writes the compact protocol. Fields of a struct must come in rising
// order; last is the number of the one before.
type thrift struct {
	b    []byte
	last []int
}

const (
	thriftI32, thriftI64, thriftBinary, thriftList, thriftStruct = 5, 6, 8, 9, 12
)

func (t *thrift) field(id, kind int) {
	top := len(t.last) - 1
	t.b = append(t.b, byte(id-t.last[top])<<4|byte(kind))
	t.last[top] = id
}

func (t *thrift) begin() { t.last = append(t.last, 0) }

func (t *thrift) end() {
	t.b = append(t.b, 0)
	t.last = t.last[:len(t.last)-1]
}

func (t *thrift) varint(v int64) { t.b = binary.AppendVarint(t.b, v) } // zigzag, as the protocol has it

func (t *thrift) i32(id, v int) { t.field(id, thriftI32); t.varint(int64(v)) }

func (t *thrift) i64(id int, v int64) { t.field(id, thriftI64); t.varint(v) }

func (t *thrift) bytes(s string) {
	t.b = binary.AppendUvarint(t.b, uint64(len(s)))
	t.b = append(t.b, s...)
}

func (t *thrift) text(id int, s string) { t.field(id, thriftBinary); t.bytes(s) }

func (t *thrift) list(id, kind, n int) {
	t.field(id, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|byte(kind))
		return
	}
	t.b = append(t.b, 0xf0|byte(kind))
	t.b = binary.AppendUvarint(t.b, uint64(n))
}

// pqChunk is where a column of a row group lies.
type pqChunk struct {
	offset, raw, packed int64
	rows                int
}

// parquet writes the results with these columns. facts stand in the footer, as
// pairs of key and value.
func parquet(w io.Writer, cols []resultColumn, entries []*entry, facts [][2]string) error {
	at := &counter{}
	out := io.MultiWriter(w, at)
	if _, err := io.WriteString(out, parquetMagic); err != nil {
		return err
	}
	packers := pqPackers.Get().(map[int]*gzip.Writer)
	defer pqPackers.Put(packers)
	var groups [][]pqChunk
	var page bytes.Buffer
	var numbers pqColumn // in memory that is used again
	for rows := range slices.Chunk(entries, parquetRows) {
		made := make([]pqColumn, len(cols))
		// Row by row: what is known of a result is read once for all columns. Numbers
		// lie in columns already.
		for _, e := range rows {
			for i, c := range cols {
				if c.number == nil {
					made[i].add(c, e)
				}
			}
		}
		var group []pqChunk
		for i, c := range cols {
			p := &made[i]
			if c.number != nil {
				p = &numbers
				for _, e := range rows {
					p.add(c, e)
				}
			}
			page.Reset()
			chunk, err := p.write(&page, packers[c.pqLevel()], len(rows))
			if err != nil {
				return fmt.Errorf("column %s: %w", c.name, err)
			}
			chunk.offset = at.n
			if _, err := out.Write(page.Bytes()); err != nil {
				return err
			}
			made[i] = pqColumn{} // the next one's memory
			numbers = pqColumn{levels: numbers.levels[:0], values: numbers.values[:0]}
			group = append(group, chunk)
		}
		groups = append(groups, group)
	}
	footer := pqFooter(cols, groups, len(entries), facts)
	_, err := out.Write(append(binary.LittleEndian.AppendUint32(footer, uint32(len(footer))), parquetMagic...))
	return err
}

func (c resultColumn) pqType() int {
	switch c.kind {
	case columnText:
		return pqByteArray
	case columnInteger:
		return pqInt64
	}
	return pqDouble
}

// How much work packing a column is worth: texts repeat each other at some distance,
// numbers seldom do, and digests never, so that nothing is looked for. Paths share long
// beginnings with all those around them, of which the best takes too long to find.
const (
	pqTextLevel   = 8
	pqNumberLevel = 6
	pqDigestLevel = gzip.HuffmanOnly
)

func (c resultColumn) pqLevel() int {
	switch {
	case c.name == "id":
		return pqDigestLevel
	case c.kind == columnText && c.name != "path":
		return pqTextLevel
	}
	return pqNumberLevel
}

// pqPackers are used again, one of each level for all columns: their tables are larger
// than most of these. They write no time, so the bytes are always the same.
var pqPackers = sync.Pool{New: func() any {
	packers := map[int]*gzip.Writer{}
	for _, level := range []int{pqTextLevel, pqNumberLevel, pqDigestLevel} {
		packers[level], _ = gzip.NewWriterLevel(nil, level) // levels that there are
	}
	return packers
}}

// pqColumn is a column in the making: which rows have a value, in runs, and the
// values of those.
type pqColumn struct {
	levels, values []byte
	run            int // of rows that are alike
	has            bool
}

// add takes a row.
func (p *pqColumn) add(c resultColumn, e *entry) {
	ok := false
	switch c.kind {
	case columnText:
		if s := c.text(e); s != "" {
			ok = true
			p.values = binary.LittleEndian.AppendUint32(p.values, uint32(len(s)))
			p.values = append(p.values, s...)
		}
	case columnInteger:
		if n := c.integer(e); n != 0 {
			ok = true
			p.values = binary.LittleEndian.AppendUint64(p.values, uint64(n))
		}
	default:
		var v float64
		if v, ok = c.number(e); ok {
			p.values = binary.LittleEndian.AppendUint64(p.values, math.Float64bits(v))
		}
	}
	if ok != p.has {
		p.flush()
		p.run, p.has = 0, ok
	}
	p.run++
}

// flush ends a run.
func (p *pqColumn) flush() {
	if p.run == 0 {
		return
	}
	bit := byte(0)
	if p.has {
		bit = 1
	}
	p.levels = append(binary.AppendUvarint(p.levels, uint64(p.run)<<1), bit)
}

// write writes the column as one page packed by z.
func (p *pqColumn) write(out *bytes.Buffer, z *gzip.Writer, rows int) (pqChunk, error) {
	p.flush()
	size := 4 + len(p.levels) + len(p.values)
	if size > math.MaxInt32 {
		return pqChunk{}, fmt.Errorf("%d rows hold more than 2 GB", rows)
	}
	var packed bytes.Buffer
	z.Reset(&packed)
	for _, part := range [][]byte{binary.LittleEndian.AppendUint32(nil, uint32(len(p.levels))), p.levels, p.values} {
		if _, err := z.Write(part); err != nil {
			return pqChunk{}, err
		}
	}
	if err := z.Close(); err != nil {
		return pqChunk{}, err
	}

	var h thrift
	h.begin()
	h.i32(1, pqDataPage)
	h.i32(2, size)
	h.i32(3, packed.Len())
	h.field(5, thriftStruct)
	h.begin()
	h.i32(1, rows)
	h.i32(2, pqPlain)
	h.i32(3, pqRLE) // definition levels
	h.i32(4, pqRLE) // repetition levels, of which a flat table has none
	h.end()
	h.end()
	chunk := pqChunk{raw: int64(len(h.b) + size), packed: int64(len(h.b) + packed.Len()), rows: rows}
	out.Write(h.b)
	out.Write(packed.Bytes())
	return chunk, nil
}

// pqFooter is the file's metadata: the schema, where the columns lie, facts.
func pqFooter(cols []resultColumn, groups [][]pqChunk, rows int, facts [][2]string) []byte {
	var t thrift
	t.begin()
	t.i32(1, 2) // version
	t.list(2, thriftStruct, len(cols)+1)
	t.begin()
	t.text(4, "results")
	t.i32(5, len(cols))
	t.end()
	for _, c := range cols {
		t.begin()
		t.i32(1, c.pqType())
		t.i32(3, pqOptional)
		t.text(4, c.name)
		if c.kind == columnText {
			t.i32(6, pqUTF8)
			t.field(10, thriftStruct) // the logical type: a union
			t.begin()
			t.field(1, thriftStruct) // its first member: a string
			t.begin()
			t.end()
			t.end()
		}
		t.end()
	}
	t.i64(3, int64(rows))
	t.list(4, thriftStruct, len(groups))
	for _, g := range groups {
		var size int64
		for _, c := range g {
			size += c.raw
		}
		t.begin()
		t.list(1, thriftStruct, len(g))
		for i, c := range g {
			t.begin()
			t.i64(2, c.offset)
			t.field(3, thriftStruct)
			t.begin()
			t.i32(1, cols[i].pqType())
			t.list(2, thriftI32, 2)
			t.varint(pqPlain)
			t.varint(pqRLE)
			t.list(3, thriftBinary, 1)
			t.bytes(cols[i].name)
			t.i32(4, pqGzip)
			t.i64(5, int64(c.rows))
			t.i64(6, c.raw)
			t.i64(7, c.packed)
			t.i64(9, c.offset)
			t.end()
			t.end()
		}
		t.i64(2, size)
		t.i64(3, int64(g[0].rows))
		t.end()
	}
	t.list(5, thriftStruct, len(facts))
	for _, f := range facts {
		t.begin()
		t.text(1, f[0])
		t.text(2, f[1])
		t.end()
	}
	t.text(6, "jouleboard")
	t.end()
	return t.b
}

// resultsParquet is every result, a row each.
func (s *site) resultsParquet(w io.Writer) error {
	return parquet(w, s.resultColumns(), s.entries, s.parquetFacts(s.in.Site.Title, s.newest))
}

// boardParquet is a board's rows as they are ranked: the columns of all results
// after the row's rank and stars.
func (s *site) boardParquet(w io.Writer, b *rank.Board) error {
	rows := map[*entry]*rank.Row{}
	var entries []*entry
	for i := range b.Rows {
		e := s.byID[b.Rows[i].Result.ID]
		rows[e] = &b.Rows[i]
		entries = append(entries, e)
	}
	cols := append([]resultColumn{
		{name: "rank_lo", kind: columnInteger, integer: func(e *entry) int64 { return int64(rows[e].RankLo) }},
		{name: "rank_hi", kind: columnInteger, integer: func(e *entry) int64 { return int64(rows[e].RankHi) }},
		{name: "stars", kind: columnNumber, number: func(e *entry) (float64, bool) { return rows[e].Rating.Stars, rows[e].Rating.Rated }},
		{name: "scale", kind: columnText, text: func(e *entry) string { return rows[e].Rating.ScaleID }},
	}, s.resultColumns()...)
	return parquet(w, cols, entries, append(s.parquetFacts(b.Title, b.Newest), [2]string{"board", b.ID}, [2]string{"ranked_by", b.Metric}))
}

// parquetFacts are what a file needs when it lies alone.
func (s *site) parquetFacts(title, newest string) [][2]string {
	facts := [][2]string{{"title", title}}
	for _, f := range [][2]string{{"license", s.in.Site.License}, {"use_notice", s.in.Site.UseNotice}, {"base_url", s.baseURL}, {"newest", newest}, {"columns", s.address(apiRoot + "columns.json")}} {
		if f[1] != "" {
			facts = append(facts, f)
		}
	}
	return facts
}
