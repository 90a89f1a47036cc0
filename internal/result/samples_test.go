// Reading and writing samples files: what was written is read back, everything
// else is refused with the line it stands on.

package result_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// brief is a measurement of few records: too short for energy, enough to read.
var brief = resulttest.Spec{Runs: 1, Requests: 12, Concurrency: 2, OutTokens: 5, PeriodUs: 200_000, UpdateUs: 200_000}

func writeSamples(t testing.TB, s *result.SamplesFile) []byte {
	t.Helper()
	var b bytes.Buffer
	hash, records, err := result.WriteSamples(&b, s)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b.Bytes())
	if hash != hex.EncodeToString(sum[:]) || hash != s.SHA256 || records != s.Records {
		t.Errorf("hash %s and %d records, left %s and %d in the samples", hash, records, s.SHA256, s.Records)
	}
	return b.Bytes()
}

func unzip(t testing.TB, data []byte) string {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if zr.Name != "" || !zr.ModTime.IsZero() {
		t.Errorf("gzip header names %q at %v; both must be empty", zr.Name, zr.ModTime)
	}
	text, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

func TestSamplesRoundTrip(t *testing.T) {
	for _, spec := range []resulttest.Spec{brief, {Runs: 2, Requests: 30, Devices: 3}, {Devices: -1, Runs: 1, Requests: 20}} {
		s := resulttest.Samples(spec)
		s.Requests[3].Oc, s.Requests[3].Fl, s.Requests[3].Nc = "truncated", []string{"coalesced"}, nil
		first := writeSamples(t, s)
		got, err := result.ReadSamples(bytes.NewReader(first), 0)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, got) {
			t.Error("what was read differs from what was written")
		}
		if again := writeSamples(t, got); !bytes.Equal(first, again) {
			t.Error("written again the bytes differ")
		}
		lines := strings.Split(unzip(t, first), "\n")
		if !strings.HasPrefix(lines[0], `{"type":"h","method":"jouleboard.method/1"`) {
			t.Errorf("the file begins %.60s", lines[0])
		}
		if int64(len(lines)-3) != got.Records {
			t.Errorf("%d lines, %d records", len(lines), got.Records)
		}
	}
}

// Records that come in any order are written in the file's (R1).
func TestSamplesAreSorted(t *testing.T) {
	s := resulttest.Samples(brief)
	want := bytes.Clone(writeSamples(t, s))
	slices.Reverse(s.Requests)
	slices.Reverse(s.Ticks)
	slices.Reverse(s.Anchors)
	slices.Reverse(s.Slow)
	slices.Reverse(s.CPU)
	slices.Reverse(s.Calibration)
	if !bytes.Equal(want, writeSamples(t, s)) {
		t.Error("another order of records gives other bytes")
	}
}

func TestSamplesRefused(t *testing.T) {
	whole := unzip(t, writeSamples(t, resulttest.Samples(brief)))
	lines := strings.SplitAfter(strings.TrimSuffix(whole, "\n"), "\n")
	lineOf := func(typ string) int {
		return slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, `{"type":"`+typ) })
	}
	edit := func(typ, old, new string) string {
		c := slices.Clone(lines)
		i := lineOf(typ)
		if !strings.Contains(c[i], old) {
			t.Fatalf("line of type %s holds no %s: %s", typ, old, c[i])
		}
		c[i] = strings.Replace(c[i], old, new, 1)
		return strings.Join(c, "") + "\n"
	}
	twice := func(typ string) string {
		i := lineOf(typ)
		return strings.Join(slices.Insert(slices.Clone(lines), i, lines[i]), "") + "\n"
	}
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "without its end line"},
		{"no header", strings.Join(lines[1:], ""), "the first line is the header"},
		{"no end", strings.Join(lines[:len(lines)-1], ""), "without its end line"},
		{"cut off", whole[:len(whole)-1], "the last line is cut off"},
		{"cut inside a line", whole[:len(whole)/2], "cut off"},
		{"more behind the end", whole + lines[1], "behind the end line"},
		{"not JSON", edit("q", `{"type":"q","i":0`, `{"type":"q","i":zero`), "not JSON"},
		{"unknown type", edit("q", `{"type":"q"`, `{"type":"z"`), "unknown type 'z'"},
		{"no type", edit("q", `{"type":"q",`, `{`), "expected a JSON object"},
		{"unknown key", edit("q", `"i":0`, `"i":0,"prompt":"hello"`), "/prompt does not fit"},
		{"key twice", edit("q", `"i":0`, `"i":0,"i":1`), "not JSON"},
		{"text for a number", edit("q", `"i":0`, `"i":"0"`), "/i does not fit"},
		{"a fraction", edit("q", `"i":0`, `"i":0.5`), "/i does not fit"},
		{"a type in another place", edit("q", `"i":0`, `"i":0,"p":[1]`), "/p does not fit"},
		{"a request twice", twice("q"), "out of order or there twice"},
		{"a tick twice", twice("g"), "not after the one before it"},
		{"a state twice", twice("s"), "not after the one before it"},
		{"an anchor twice", twice("a"), "not after the one before it"},
		{"a CPU tick twice", twice("c"), "not after the one before it"},
		{"two headers", twice("h"), "lines are sorted by type"},
		{"types out of order", lines[0] + lines[lineOf("a")] + strings.Join(lines[1:], "") + "\n", "lines are sorted by type"},
		{"a count that lies", edit("n", `"q":`, `"q":1`), "lines of type q"},
		{"time out of range", edit("q", `"end":`, `"end":99999999`), "at most 8796093022208 is allowed"},
		{"negative gap", edit("q", `"tl":"exact"`, `"tl":"exact","dn":[-1]`), "never negative"},
		{"power out of range", edit("g", `"p":[`, `"p":[99999999999`), "power is"},
		{"an array too long", edit("g", `"p":[`, `"p":[1,`), "p has 2 entries; the header lists 1"},
		{"an array too short", edit("s", `"sm":[1965]`, `"sm":[]`), "sm has 0 entries"},
		{"a zone too many", edit("c", `"e":[`, `"e":[1,`), "e has 3 entries"},
		{"a foreign process nowhere", edit("s", `"t":0`, `"t":0,"foreign":[{"device":7,"pid":1}]`), "on device 7"},
		{"other units", edit("h", "us mW mJ", "s W J"), "units are"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := result.ReadSamples(bytes.NewReader(zipped(tt.text)), 0)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "line ") {
				t.Errorf("error %v, want one with a line and %q", err, tt.want)
			}
		})
	}
	data := zipped(whole)
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"not gzip", []byte(whole), "expected a gzip file"},
		{"gzip cut off", data[:len(data)-9], "line"},
		{"gzip damaged", append(bytes.Clone(data[:len(data)-8]), 0, 0, 0, 0, 0, 0, 0, 0), "checksum"},
		{"bytes behind", append(bytes.Clone(data), "tail"...), "more behind the end of the gzip stream"},
		{"a second stream behind", append(bytes.Clone(data), data...), "more behind the end of the gzip stream"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := result.ReadSamples(bytes.NewReader(tt.data), 0); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// endless is a gzip stream of n bytes that costs next to nothing to keep.
func endless(t *testing.T, prefix string, n int64, fill byte) io.Reader {
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		zw := gzip.NewWriter(pw)
		zw.Write([]byte(prefix))
		block := bytes.Repeat([]byte{fill}, 1<<16)
		for n > 0 {
			if _, err := zw.Write(block); err != nil {
				break
			}
			n -= int64(len(block))
		}
		zw.Close()
		pw.Close()
	}()
	t.Cleanup(func() {
		pr.Close()
		<-done
	})
	return pr
}

// A small file that unpacks to gigabytes costs no more than the bounds.
func TestSamplesBombs(t *testing.T) {
	header := strings.SplitAfterN(unzip(t, writeSamples(t, resulttest.Samples(brief))), "\n", 2)[0]
	for _, tt := range []struct {
		name, prefix string
		fill         byte
		limit        int64
		want         string
	}{
		{"one endless line", header + `{"type":"q","i":`, '1', 0, "longer than"},
		{"endless empty lines", header, '\n', 0, "expected a JSON object"},
		{"more than the limit", header + `{"type":"q","i":`, '1', 1 << 20, "more than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			in := endless(t, tt.prefix, 4<<30, tt.fill)
			runtime.ReadMemStats(&before)
			_, err := result.ReadSamples(in, tt.limit)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 200<<20 {
				t.Errorf("%d MiB were allocated", used>>20)
			}
		})
	}
}

// failing fails after n bytes: a disk that is full.
type failing struct{ n int }

var errFull = errors.New("no space left")

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteSamplesOnFullDisk(t *testing.T) {
	for _, n := range []int{0, 100, 4000} {
		if _, _, err := result.WriteSamples(&failing{n}, resulttest.Samples(brief)); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: error %v", n, err)
		}
	}
}

func TestSamplesPath(t *testing.T) {
	if got, want := result.SamplesPath("results/a/b/c/chat-01234567.json"), "results/a/b/c/chat-01234567.samples.jsonl.gz"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// FuzzReadSamples: no bytes end the program, and what is accepted is canonical
// and can be judged.
func FuzzReadSamples(f *testing.F) {
	s := resulttest.Samples(resulttest.Spec{Runs: 1, Requests: 4, Concurrency: 1, OutTokens: 3, PeriodUs: 5_000_000, UpdateUs: 5_000_000})
	s.Requests = s.Requests[len(s.Requests)-6:]
	s.Calibration, s.Slow, s.CPU, s.Anchors = s.Calibration[:2], s.Slow[:3], s.CPU[:3], s.Anchors[:2]
	s.Ticks = append(s.Ticks[:3:3], s.Ticks[len(s.Ticks)-12:]...)
	whole := unzip(f, writeSamples(f, s))
	f.Add(whole)
	f.Add(strings.Replace(whole, `"oc":"ok"`, `"oc":"truncated"`, 2))
	f.Add(strings.ReplaceAll(whole, "50000", "-1"))
	f.Add("")
	r := resulttest.Measured()
	r.Workload.Load.Concurrency = 1
	f.Fuzz(func(t *testing.T, text string) {
		got, err := result.ReadSamples(bytes.NewReader(zipped(text)), 1<<20)
		if err != nil {
			return
		}
		data := writeSamples(t, got)
		again, err := result.ReadSamples(bytes.NewReader(data), 4<<20)
		if err != nil {
			t.Fatalf("written again it is refused: %v", err)
		}
		if !bytes.Equal(data, writeSamples(t, again)) {
			t.Fatal("written twice it differs")
		}
		for _, class := range []string{result.ClassRanked, result.ClassPerformance} {
			r.Class = class
			v := result.Judge(r, got)
			sum, _ := result.Summarize(r, got)
			c := *r
			result.Apply(&c, sum)
			if _, err := result.Encode(&c); err != nil {
				t.Fatalf("the summary cannot be written: %v", err)
			}
			if len(v.Checks()) == 0 {
				t.Fatal("no checks")
			}
		}
	})
}

func ExampleSamplesPath() {
	fmt.Println(result.SamplesPath("results/example-org/Example-8B/h100/lm-arena-chat-0123abcd.json"))
	// Output: results/example-org/Example-8B/h100/lm-arena-chat-0123abcd.samples.jsonl.gz
}
