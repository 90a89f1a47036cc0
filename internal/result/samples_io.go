// Reading and writing samples files: gzip of JSON lines, each line bounded, the
// whole bounded, every number in a range in which no sum here can overflow.

package result

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Bounds of a samples file.
const (
	// SamplesLimit is the usual bound of a samples file's unpacked bytes.
	SamplesLimit = 256 << 20
	// maxSampleLine bounds one line: a request of a million events.
	maxSampleLine = 16 << 20
	// maxSampleTime bounds times, about 101 days in microseconds; maxSampleCount
	// bounds tokens, joules and all else; maxSamplePower is 2 MW in milliwatts.
	// Within them no sum over a file overflows 63 bits.
	maxSampleTime  = 1 << 43
	maxSampleCount = 1 << 48
	maxTokens      = 1 << 36
	maxSamplePower = 1 << 31
	// What is looked at once for each device of each run stays bounded as well.
	maxSampleDevices = 1024
	maxSampleRuns    = 100
)

// The lines of each type: the record with its type before it.
type (
	lineH struct {
		Type string `json:"type"`
		SampleHeader
	}
	lineQ struct {
		Type string `json:"type"`
		RequestRecord
	}
	lineG struct {
		Type string `json:"type"`
		GPUTick
	}
	lineS struct {
		Type string `json:"type"`
		SlowState
	}
	lineC struct {
		Type string `json:"type"`
		CPUTick
	}
	lineA struct {
		Type string `json:"type"`
		Anchor
	}
	lineN struct {
		Type string `json:"type"`
		SampleEnd
	}
)

// WriteSamples sorts s, fills the counts of its end line, and writes it as
// gzip without name and time at level 9 (R1). It returns the SHA-256 of the
// bytes written and the number of records, which it also leaves in s: what the
// block samples of the result holds. The same records give the same bytes.
func WriteSamples(w io.Writer, s *SamplesFile) (sha256hex string, records int64, err error) {
	s.Sort()
	if s.Header.Units == "" {
		s.Header.Units = SampleUnits
	}
	e := &s.End
	e.Q, e.G, e.S = int64(len(s.Requests)), int64(len(s.Ticks)), int64(len(s.Slow))
	e.C, e.A, e.K = int64(len(s.CPU)), int64(len(s.Anchors)), int64(len(s.Calibration))
	records = e.Q + e.G + e.S + e.C + e.A + e.K

	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 64<<10)
	zip, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return "", 0, fmt.Errorf("write samples: %w", err)
	}
	line := func(v any) {
		if err == nil {
			// Each line ends in a line feed: MarshalWrite writes none.
			if err = json.MarshalWrite(zip, v, json.Deterministic(true)); err == nil {
				_, err = zip.Write([]byte{'\n'})
			}
		}
	}
	line(lineH{"h", s.Header})
	for _, q := range s.Requests {
		line(lineQ{"q", q})
	}
	for _, g := range s.Ticks {
		line(lineG{"g", g})
	}
	for _, v := range s.Slow {
		line(lineS{"s", v})
	}
	for _, v := range s.CPU {
		line(lineC{"c", v})
	}
	for _, v := range s.Anchors {
		line(lineA{"a", v})
	}
	for _, q := range s.Calibration {
		line(lineQ{"k", q})
	}
	line(lineN{"n", s.End})
	if err == nil {
		err = zip.Close()
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return "", 0, fmt.Errorf("write samples: %w", err)
	}
	s.SHA256, s.Records = hex.EncodeToString(sum.Sum(nil)), records
	return s.SHA256, records, nil
}

// ReadSamples reads a samples file, at most limit unpacked bytes of it (0 means
// SamplesLimit). It accepts only what WriteSamples writes: the types in their
// order, records sorted, known keys, counts that hold. Errors name the line and
// wrap what is wrong with it; memory stays within a small multiple of limit.
func ReadSamples(r io.Reader, limit int64) (*SamplesFile, error) {
	if limit <= 0 {
		limit = SamplesLimit
	}
	sum := sha256.New()
	raw := bufio.NewReader(io.TeeReader(r, sum))
	zip, err := gzip.NewReader(raw)
	if err != nil {
		return nil, fmt.Errorf("read samples: expected a gzip file: %w", err)
	}
	defer zip.Close()
	zip.Multistream(false)
	sr := sampleReader{s: &SamplesFile{}}
	in := bufio.NewReaderSize(&io.LimitedReader{R: zip, N: limit + 1}, 64<<10)
	var size int64
	var line []byte
	for n := 1; ; n++ {
		line, err = readLine(in, line[:0])
		size += int64(len(line))
		switch {
		case size > limit:
			return nil, fmt.Errorf("read samples: line %d: the file holds more than %d bytes unpacked", n, limit)
		case errors.Is(err, io.EOF) && len(line) == 0:
			if sr.at != 'n' {
				return nil, fmt.Errorf("read samples: line %d: the file ends without its end line (type n)", n)
			}
			if _, err := raw.ReadByte(); !errors.Is(err, io.EOF) {
				return nil, errors.New("read samples: there is more behind the end of the gzip stream")
			}
			sr.s.SHA256 = hex.EncodeToString(sum.Sum(nil))
			return sr.s, nil
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("read samples: line %d: the last line is cut off", n)
		case err != nil:
			return nil, fmt.Errorf("read samples: line %d: %w", n, err)
		}
		if err := sr.line(line); err != nil {
			return nil, fmt.Errorf("read samples: line %d: %w", n, err)
		}
	}
}

// readLine reads up to and with the next line feed into buf.
func readLine(in *bufio.Reader, buf []byte) ([]byte, error) {
	for {
		part, err := in.ReadSlice('\n')
		buf = append(buf, part...)
		if len(buf) > maxSampleLine {
			return buf, fmt.Errorf("the line is longer than %d bytes", maxSampleLine)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return buf, err
		}
	}
}

// sampleReader takes line by line and holds them to the order of the file.
type sampleReader struct {
	s  *SamplesFile
	at byte // type of the line before
}

const sampleOrder = "hqgscakn"

func (sr *sampleReader) line(b []byte) error {
	const prefix = `{"type":"`
	if !bytes.HasPrefix(b, []byte(prefix)) || len(b) <= len(prefix) {
		return fmt.Errorf("expected a JSON object that starts with %sX\"", prefix)
	}
	typ := b[len(prefix)]
	was, is := strings.IndexByte(sampleOrder, sr.at), strings.IndexByte(sampleOrder, typ)
	switch {
	case is < 0:
		return fmt.Errorf("unknown type %q; expected one of h, q, g, s, c, a, k, n", typ)
	case sr.at == 0 && typ != 'h':
		return fmt.Errorf("type %q; the first line is the header (type h)", typ)
	case sr.at == 'n':
		return errors.New("there is more behind the end line")
	case sr.at != 0 && (is < was || is == was && (typ == 'h' || typ == 'n')):
		return fmt.Errorf("type %q after %q; lines are sorted by type: h, q, g, s, c, a, k, n", typ, sr.at)
	}
	sr.at = typ
	s := sr.s
	switch typ {
	case 'h':
		var v lineH
		if err := decodeLine(b, &v); err != nil {
			return err
		}
		s.Header = v.SampleHeader
		return s.Header.bounds()
	case 'q', 'k':
		var v lineQ
		if err := decodeLine(b, &v); err != nil {
			return err
		}
		list := &s.Requests
		if typ == 'k' {
			list = &s.Calibration
		}
		if n := len(*list); n > 0 && compareRecords((*list)[n-1], v.RequestRecord) >= 0 {
			return fmt.Errorf("request %d of run %d is out of order or there twice", v.I, v.Run)
		}
		*list = append(*list, v.RequestRecord)
		s.Records++
		return v.RequestRecord.bounds()
	case 'g':
		var v lineG
		if err := decodeLine(b, &v); err != nil {
			return err
		}
		if n := len(s.Ticks); n > 0 && s.Ticks[n-1].T >= v.T {
			return fmt.Errorf("tick at %d us is not after the one before it", v.T)
		}
		s.Ticks = append(s.Ticks, v.GPUTick)
		s.Records++
		return v.GPUTick.bounds(len(s.Header.Devices))
	case 's':
		var v lineS
		if err := decodeLine(b, &v); err != nil {
			return err
		}
		if n := len(s.Slow); n > 0 && s.Slow[n-1].T >= v.T {
			return fmt.Errorf("state at %d us is not after the one before it", v.T)
		}
		s.Slow = append(s.Slow, v.SlowState)
		s.Records++
		return v.SlowState.bounds(len(s.Header.Devices))
	case 'c':
		var v lineC
		if err := decodeLine(b, &v); err != nil {
			return err
		}
		if n := len(s.CPU); n > 0 && s.CPU[n-1].T >= v.T {
			return fmt.Errorf("CPU tick at %d us is not after the one before it", v.T)
		}
		s.CPU = append(s.CPU, v.CPUTick)
		s.Records++
		return v.CPUTick.bounds(len(s.Header.CPUZones))
	case 'a':
		var v lineA
		if err := decodeLine(b, &v); err != nil {
			return err
		}
		if n := len(s.Anchors); n > 0 && s.Anchors[n-1].T >= v.T {
			return fmt.Errorf("anchor at %d us is not after the one before it", v.T)
		}
		s.Anchors = append(s.Anchors, v.Anchor)
		s.Records++
		return inRange("anchor", maxSampleTime, v.T)
	}
	var v lineN
	if err := decodeLine(b, &v); err != nil {
		return err
	}
	s.End = v.SampleEnd
	e := s.End
	for _, c := range []struct {
		typ        string
		said, seen int64
	}{
		{"q", e.Q, int64(len(s.Requests))}, {"g", e.G, int64(len(s.Ticks))}, {"s", e.S, int64(len(s.Slow))},
		{"c", e.C, int64(len(s.CPU))}, {"a", e.A, int64(len(s.Anchors))}, {"k", e.K, int64(len(s.Calibration))},
	} {
		if c.said != c.seen {
			return fmt.Errorf("the end line counts %d lines of type %s; the file holds %d", c.said, c.typ, c.seen)
		}
	}
	return nil
}

// decodeLine reads one line strictly: known keys once each, nothing behind.
func decodeLine(b []byte, v any) error {
	err := json.Unmarshal(b, v, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return fmt.Errorf("not JSON at byte %d", syntax.ByteOffset)
	}
	var sem *json.SemanticError
	if errors.As(err, &sem) {
		return fmt.Errorf("%s does not fit: expected what the format of samples files says", shortenPointer(string(sem.JSONPointer)))
	}
	return err
}

// inRange keeps numbers where sums of them cannot overflow.
func inRange(what string, most int64, vs ...int64) error {
	for _, v := range vs {
		if v > most || v < -most {
			return fmt.Errorf("%s is %d; at most %d is allowed", what, v, most)
		}
	}
	return nil
}

func inRangeP(what string, most int64, vs ...*int64) error {
	for _, v := range vs {
		if v == nil {
			continue
		}
		if err := inRange(what, most, *v); err != nil {
			return err
		}
	}
	return nil
}

func (h *SampleHeader) bounds() error {
	if h.Units != SampleUnits {
		return fmt.Errorf("units are %q; expected %q", Clip(h.Units), SampleUnits)
	}
	errs := []error{
		inRange("period_us", maxSampleTime, h.PeriodUs),
		inRange("number of devices", maxSampleDevices, int64(len(h.Devices))), inRange("number of runs", maxSampleRuns, int64(len(h.Runs))),
	}
	for _, d := range h.Devices {
		errs = append(errs, inRange("update_us", maxSampleTime, d.UpdateUs), inRangeP("power limit", maxSamplePower, d.LimitMW, d.DefaultMW))
	}
	for _, z := range h.CPUZones {
		errs = append(errs, inRange("max_uj", maxSampleCount, z.MaxUJ))
	}
	for _, sp := range h.Idle {
		errs = append(errs, inRange("idle", maxSampleTime, sp.Start, sp.End))
	}
	for i, r := range h.Runs {
		if r.Run != i+1 {
			errs = append(errs, fmt.Errorf("run %d is listed in place of run %d", r.Run, i+1))
		}
		errs = append(errs, inRange("time of a run", maxSampleTime, r.Start, r.Stop, r.WindowStart, r.WindowEnd))
	}
	if c := h.Calibration; c != nil {
		errs = append(errs, inRange("calibration", maxSampleTime, c.FirstUs, c.GapUs, c.Streams))
	}
	return errors.Join(errs...)
}

func (q *RequestRecord) bounds() error {
	if err := inRangeP("time", maxSampleTime, q.Sched, q.Start, q.Sent, q.Hdr, q.First, q.Out, q.Last, q.End); err != nil {
		return err
	}
	if err := inRangeP("tokens", maxTokens, q.Np, q.Nc, q.Nr, q.Ncache, &q.Max); err != nil {
		return err
	}
	for _, list := range [][]int64{q.Dt, q.Dn} {
		var sum int64
		for _, v := range list {
			if v < 0 {
				return fmt.Errorf("request %d: dt and dn are never negative, found %d", q.I, v)
			}
			if err := inRange("dt or dn", maxSampleTime, v); err != nil {
				return err
			}
			if sum += v; sum > maxSampleTime {
				return fmt.Errorf("request %d: dt or dn add to more than %d", q.I, int64(maxSampleTime))
			}
		}
	}
	return nil
}

// arrayLen holds an array over G to its length.
func arrayLen(what string, got, want int) error {
	if got != want {
		return fmt.Errorf("%s has %d entries; the header lists %d", what, got, want)
	}
	return nil
}

func (g *GPUTick) bounds(devices int) error {
	return errors.Join(
		inRange("t", maxSampleTime, g.T, g.Len),
		arrayLen("p", len(g.P), devices), arrayLen("c", len(g.C), devices),
		inRangeP("power", maxSamplePower, g.P...), inRangeP("counter", maxSampleCount, g.C...))
}

func (v *SlowState) bounds(devices int) error {
	if err := inRange("t", maxSampleTime, v.T); err != nil {
		return err
	}
	list := func(what string, xs []*int64) error {
		if xs == nil {
			return nil
		}
		return errors.Join(arrayLen(what, len(xs), devices), inRangeP(what, 1<<60, xs...))
	}
	errs := []error{
		list("sm", v.SM), list("mem", v.Mem), list("temp", v.Temp), list("limit", v.Limit), list("reasons", v.Reasons),
		list("used", v.Used), list("util", v.Util),
	}
	for _, xs := range v.Throttle {
		errs = append(errs, list("throttle", xs))
	}
	for _, p := range v.Foreign {
		if p.Device < 0 || p.Device >= devices {
			errs = append(errs, fmt.Errorf("foreign process on device %d; the header lists %d", p.Device, devices))
		}
	}
	return errors.Join(errs...)
}

func (v *CPUTick) bounds(zones int) error {
	errs := []error{inRange("t", maxSampleTime, v.T), inRangeP("e", maxSampleCount, v.E...), inRangeP("busy", maxSampleCount, v.Busy)}
	if v.E != nil {
		errs = append(errs, arrayLen("e", len(v.E), zones))
	}
	return errors.Join(errs...)
}
