package label

import "testing"

func BenchmarkDraw(b *testing.B) {
	d, in := load(b), input()
	for b.Loop() {
		if _, err := d.Draw(in, Style{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	l, err := load(b).Draw(input(), Style{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l.SVG()
	}
}

func BenchmarkPDF(b *testing.B) {
	l, err := load(b).Draw(input(), Style{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := l.PDF(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBadge(b *testing.B) {
	d, in := load(b), input()
	for b.Loop() {
		if _, err := d.Badge(in, false); err != nil {
			b.Fatal(err)
		}
	}
}
