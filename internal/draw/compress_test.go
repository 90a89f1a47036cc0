package draw

import (
	"bytes"
	"compress/zlib"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// inflate reads a stream as any program would.
func inflate(t *testing.T, stream []byte) []byte {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Streams hold what was put in, whatever they are and whatever the codes are for.
func TestStreams(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	label, _ := labelSample()
	far := append(append(bytes.Clone(noise[:300]), make([]byte, mostDistance)...), noise[:300]...)
	for name, data := range map[string][]byte{
		"nothing": {}, "a byte": {7}, "three": []byte("aaa"), "four": []byte("aaaa"), "zeros": make([]byte, 100_000), "noise": noise, "noise twice": append(bytes.Clone(noise), noise...), "far": far,
		"words": []byte(strings.Repeat("12 3 1 1 re\n4 5 2 1 re\n", 4000)), "sample": label,
	} {
		for kind, codes := range map[string]*streamCodes{"label": labelCodes(), "unicode": unicodeCodes(), "own": nil} {
			if got := inflate(t, codes.deflate(nil, data)); !bytes.Equal(got, data) {
				t.Errorf("%s with the codes of %s: %d bytes came back of %d", name, kind, len(got), len(data))
			}
		}
	}
}

// What a stream becomes does not depend on what was compressed before it, also where
// the count of all bytes begins anew.
func TestStreamsAreAlike(t *testing.T) {
	label, known := labelSample()
	var m matcher
	want := slices.Clone(m.parse(label, known...))
	for _, before := range [][]byte{label, label[1:], {0}, nil} {
		m.parse(before)
		if !slices.Equal(m.parse(label, known...), want) {
			t.Errorf("after %d bytes, other steps are taken", len(before))
		}
	}
	m.end = math.MaxInt32 - 100
	for range 2 {
		if !slices.Equal(m.parse(label, known...), want) {
			t.Error("at the end of the count, other steps are taken")
		}
	}
}

// What is like the sample becomes nearly as small as a general compressor makes it,
// which takes several times as long.
func TestStreamsAreSmall(t *testing.T) {
	label, known := labelSample()
	var general bytes.Buffer
	w := zlib.NewWriter(&general)
	w.Write(label)
	w.Close()
	for kind, codes := range map[string]*streamCodes{"label": labelCodes(), "own": nil} {
		out := codes.deflate(nil, label, known...)
		if !bytes.Equal(inflate(t, out), label) {
			t.Errorf("with the codes of %s another page came back", kind)
		}
		if len(out) > general.Len()*110/100 {
			t.Errorf("with the codes of %s %d bytes, %d by a general compressor", kind, len(out), general.Len())
		}
	}
}
