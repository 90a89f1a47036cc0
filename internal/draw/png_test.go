package draw

import "testing"

func BenchmarkPNG(b *testing.B) {
	l := sheet(b, true)
	for b.Loop() {
		if _, err := PNG(l, PNGOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
