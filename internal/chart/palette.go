// Colours: one of six classes for a model family, the same on every page, and a
// dash pattern where two families of one chart share a class.

package chart

import (
	"hash/fnv"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"jouleboard/internal/draw"
)

// hues are the light theme's colours of classes f1 to f6, told apart by readers
// with the common colour blindnesses and at least 4.5:1 against white. Both
// themes' are in assets/css/site.css; a test compares.
var hues = [...]string{"#0072b2", "#c65200", "#00805d", "#7a5195", "#946700", "#56707a"}

// slots spread the families that meet most often on one board over different
// classes. Any other family gets one by hash, so adding a family to a board
// never recolours another.
var slots = map[string]int{
	"llama": 0, "qwen": 1, "gemma": 2, "deepseek": 3, "nemotron": 4, "gptoss": 5,
	"mistral": 3, "phi": 5, "olmo": 2, "granite": 4,
	"stablediffusion": 1, "flux": 0, "hunyuan": 2, "pixart": 3, "wan": 4, "cogvideo": 5,
}

// dashes tell families of one class apart, in px.
var dashes = [][]float64{nil, {7, 3}, {2, 3}, {9, 3, 2, 3}, {14, 4}, {5, 2, 1, 2, 1, 2}}

// Fixed paints, by their role on a page.
var (
	ink   = draw.Paint{Hex: "#16181d", Class: "c-ink"}
	dim   = draw.Paint{Hex: "#565c66", Class: "c-dim"}
	rule  = draw.Paint{Hex: "#dfe3e8", Class: "c-line"}
	paper = draw.Paint{Hex: "#ffffff", Class: "c-paper"}
)

// familySlot is the colour of a model family. It depends on nothing but the name;
// versions in it do not count ("Llama 3.1" is "llama").
func familySlot(family string) int {
	var b strings.Builder
	for _, r := range family {
		if unicode.IsLetter(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	key := b.String()
	slot, known := 0, ""
	for k, i := range slots {
		if strings.HasPrefix(key, k) && len(k) > len(known) {
			slot, known = i, k
		}
	}
	if known != "" {
		return slot
	}
	h := fnv.New32a()
	h.Write([]byte(key))
	return int(h.Sum32() % uint32(len(hues)))
}

func hue(i int) draw.Paint {
	return draw.Paint{Hex: hues[i%len(hues)], Class: "f" + strconv.Itoa(i%len(hues)+1)}
}

// look is how one line is painted.
type look struct {
	paint draw.Paint
	dash  []float64
}

// looks paints series: by family where they have one, by position otherwise.
func looks(families []string) []look {
	var named []string
	seen := map[string]bool{}
	for _, f := range families {
		if f != "" && !seen[f] {
			seen[f] = true
			named = append(named, f)
		}
	}
	sort.Strings(named)
	used := map[int]int{}
	byFamily := map[string]look{}
	for _, f := range named {
		s := familySlot(f)
		byFamily[f] = look{hue(s), dashes[used[s]%len(dashes)]}
		used[s]++
	}
	out := make([]look, len(families))
	next := 0
	for i, f := range families {
		if f != "" {
			out[i] = byFamily[f]
			continue
		}
		out[i] = look{hue(next), dashes[next/len(hues)%len(dashes)]}
		next++
	}
	return out
}
