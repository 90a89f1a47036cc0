package result

import (
	"slices"
	"testing"
)

func TestMojibake(t *testing.T) {
	for s, want := range map[string][2]string{
		// misread
		"modelâ€™s":            {"â€™", "’"},
		"a â€“ b":              {"â€“", "–"},
		"cafÃ© au lait":        {"Ã©", "é"},
		"5\u00c2\u00a0ms":      {"Â\u00a0", "\u00a0"},
		"Ã„rger":               {"Ã„", "Ä"},
		"GRÃœN":                {"Ãœ", "Ü"},
		"ï»¿title":             {"ï»¿", "\ufeff"},
		"10 â‚¬":               {"â‚¬", "€"},
		"ÐŸÑ€Ð¸Ð²ÐµÑ‚":         {"ÐŸÑ€Ð¸Ð²ÐµÑ‚", "Привет"},
		"éÃ©":                  {"Ã©", "é"},
		"日本 Ã©":                {"Ã©", "é"},
		"ends in \u00c3\u00a8": {"Ã¨", "è"},
		// well written
		"„Spaß“ und «à\u00a0» Ü“": {},
		"IRMÃ”":                   {},
		"Ünïcode, naïve café":     {},
		"20 °C ± 2 µs":            {},
		"Привет, 日本語, שלום":       {},
		"plain":                   {},
		"":                        {},
	} {
		if wrong, right := Mojibake(s); wrong != want[0] || right != want[1] {
			t.Errorf("Mojibake(%q) = %q, %q, want %q, %q", s, wrong, right, want[0], want[1])
		}
	}
}

func TestBadRune(t *testing.T) {
	for r, want := range map[rune]string{
		'\n': "control character", 0x7f: "control character", 0x85: "control character", 0x2028: "line separator", 0x202e: "bidirectional control", 0x2069: "bidirectional control",
		0xfeff: "byte order mark inside text", 0xe000: "private-use character", 0x10fffd: "private-use character", 0xe0041: "invisible tag character",
		0xfffd: "replacement character: text was lost before", 0x200e: "", 0x200d: "", 'a': "", 0xa0: "", '漢': "", 0x1f600: "",
	} {
		if got := BadRune(r); got != want {
			t.Errorf("BadRune(%U) = %q, want %q", r, got, want)
		}
		acts := want != "" && want != "private-use character" && want != "invisible tag character" && r != 0xfffd
		if IsControl(r) != acts {
			t.Errorf("IsControl(%U) = %v", r, !acts)
		}
	}
	for _, r := range []rune{0x200e, 0x200f, 0x061c} {
		if !IsDirectionMark(r) || IsControl(r) {
			t.Errorf("%U is a direction mark", r)
		}
	}
}

func TestCheckText(t *testing.T) {
	text := "fine\ttext\r\n# a comment with \u202e\u202e\n\u00fc\x1b\ntag \U000E0041\nbyte \xff\n\ufffd\n"
	want := []string{
		"f:11:18: error: invisible bidirectional control U+202E [T]",
		"f:12:3: error: invisible control character U+001B [T]",
		"f:13:5: error: invisible tag character U+E0041, which readers see as nothing or as a box [T]",
		"f:14:6: error: byte 0xFF at offset 53 is not UTF-8 [T]",
	}
	var got []string
	for _, f := range CheckText("T", "f", []byte(text), 10) {
		got = append(got, f.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNearest(t *testing.T) {
	keys := []string{"title", "type", "license", "\"ttft_ms\"", "id"}
	for word, want := range map[string]string{
		"titel": "title", "tilte": "title", "licence": "license", "ttft_m": "\"ttft_ms\"", "tpye": "type",
		"x": "", "colour": "", "tile": "title", "": "", "idea": "",
	} {
		if got := Nearest(word, keys); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
