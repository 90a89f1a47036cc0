// What the rows of tampering are made with: copies, moves, links, bombs.

package review

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"

	"jouleboard/internal/result"
)

// again is a copy of a result, changed and sealed.
func again(r *result.Result, change func(*result.Result)) *result.Result {
	data, err := result.Encode(r)
	if err != nil {
		panic(err)
	}
	c, _ := result.Decode("", data)
	change(c)
	if err := result.Seal(c); err != nil {
		panic(err)
	}
	return c
}

// move moves the measured result and its samples.
func (b *board) move(to string) {
	b.t.Helper()
	for _, p := range [][2]string{{b.path, to}, {result.SamplesPath(b.path), result.SamplesPath(to)}} {
		data, err := os.ReadFile(b.full(p[0]))
		if err != nil {
			b.t.Fatal(err)
		}
		b.remove(p[0])
		b.write(p[1], data)
	}
	b.path = to
}

func link(b *board, target, name string) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(b.full(name)), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.Symlink(target, b.full(name)); err != nil {
		b.t.Skip(err)
	}
}

// bomb unpacks to 300 MB of spaces, in a few hundred kilobytes.
func bomb() []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	part := bytes.Repeat([]byte(" "), 1<<20)
	for range 300 {
		_, _ = w.Write(part)
	}
	_ = w.Close()
	return b.Bytes()
}

// shift moves every time of a run.
func shift(s *result.SamplesFile, by int64) {
	move := func(ps ...*int64) {
		for _, p := range ps {
			if p != nil {
				*p += by
			}
		}
	}
	for i := range s.Requests {
		q := &s.Requests[i]
		move(q.Sched, q.Start, q.Sent, q.Hdr, q.First, q.Out, q.Last, q.End)
	}
	for i := range s.Ticks {
		s.Ticks[i].T += by
	}
	for i := range s.Slow {
		s.Slow[i].T += by
	}
	for i := range s.CPU {
		s.CPU[i].T += by
	}
	for i := range s.Anchors {
		s.Anchors[i].T += by
		s.Anchors[i].UnixUs += by
	}
	for i := range s.Header.Idle {
		move(&s.Header.Idle[i].Start, &s.Header.Idle[i].End)
	}
	for i := range s.Header.Runs {
		h := &s.Header.Runs[i]
		move(&h.Start, &h.Stop)
		h.WindowStart, h.WindowEnd = 0, 0
	}
}
