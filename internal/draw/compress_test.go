package draw

import (
	"bytes"
	"compress/zlib"
	"io"
	"math/rand/v2"
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
	far := append(append(bytes.Clone(noise[:300]), make([]byte, mostDistance)...), noise[:300]...)
	for name, data := range map[string][]byte{
		"nothing": {}, "a byte": {7}, "three": []byte("aaa"), "four": []byte("aaaa"), "zeros": make([]byte, 100_000), "noise": noise, "noise twice": append(bytes.Clone(noise), noise...), "far": far,
		"words": []byte(strings.Repeat("12 3 1 1 re\n4 5 2 1 re\n", 4000)), "sample": labelSample(),
	} {
		for kind, codes := range map[string]*streamCodes{"label": labelCodes(), "unicode": unicodeCodes(), "font": face(true).codes(), "own": nil} {
			if got := inflate(t, codes.deflate(nil, data)); !bytes.Equal(got, data) {
				t.Errorf("%s with the codes of %s: %d bytes came back of %d", name, kind, len(got), len(data))
			}
		}
	}
}

// What is like the sample becomes nearly as small as a general compressor makes it,
// which takes several times as long.
func TestStreamsAreSmall(t *testing.T) {
	var general bytes.Buffer
	w := zlib.NewWriter(&general)
	w.Write(labelSample())
	w.Close()
	for kind, codes := range map[string]*streamCodes{"label": labelCodes(), "own": nil} {
		if n := len(codes.deflate(nil, labelSample())); n > general.Len()*110/100 {
			t.Errorf("with the codes of %s %d bytes, %d by a general compressor", kind, n, general.Len())
		}
	}
}
