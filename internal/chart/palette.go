// Colours: one of six classes for a model family or a kind of hardware, the same on
// every page. Colour is never alone: a mark's shape goes with it, and where two
// lines of one chart share a class, a dash pattern and another shape.

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

// hardwareSlots do the same for accelerators.
var hardwareSlots = map[string]int{
	"h100": 0, "b200": 1, "a100": 2, "h200": 3, "mi300": 4, "a40": 5, "l40": 2, "gh200": 3, "gb200": 4, "l4": 5, "t4": 1, "v100": 4, "b300": 5, "mi250": 3,
}

// dashes tell lines of one class apart, in px.
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
	key := keep(family, unicode.IsLetter)
	return slotOf(key, slots, strings.HasPrefix)
}

// hardwareSlot is the colour of an accelerator. In its name numbers count; the
// maker's name before it does not, nor memory and form behind it ("NVIDIA H100
// 80GB" is "h100").
func hardwareSlot(name string) int {
	key := keep(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	return slotOf(key, hardwareSlots, strings.Contains)
}

// keep is the lower-case text of the wanted runes.
func keep(name string, want func(rune) bool) string {
	var b strings.Builder
	for _, r := range name {
		if want(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// slotOf is the slot of the longest known name that fits key, else one by hash.
func slotOf(key string, known map[string]int, fits func(key, name string) bool) int {
	slot, found := 0, ""
	for k, i := range known {
		if fits(key, k) && (len(k) > len(found) || len(k) == len(found) && k < found) {
			slot, found = i, k
		}
	}
	if found != "" {
		return slot
	}
	h := fnv.New32a()
	h.Write([]byte(key))
	return int(h.Sum32() % uint32(len(hues)))
}

func hue(i int) draw.Paint {
	return draw.Paint{Hex: hues[i%len(hues)], Class: "f" + strconv.Itoa(i%len(hues)+1)}
}

// look is how one line is painted, and the shape of its marks.
type look struct {
	paint draw.Paint
	dash  []float64
	shape shape
}

// lookOf is the look of the nth line of a slot.
func lookOf(slot, nth int) look {
	return look{hue(slot), dashes[nth%len(dashes)], shape((slot + nth) % int(shapes))}
}

// key is what a line's look goes by: its family, else its hardware, else its
// position.
type key struct{ family, hardware string }

func keyOf(s Series) key { return key{clean(s.Family), clean(s.Hardware)} }

// looks paints lines. Lines of one family look the same; lines of one hardware
// share its colour, and differ in dashes and shape.
func looks(keys []key) []look {
	var named []string
	seen := map[string]bool{}
	for _, k := range keys {
		if k.family != "" && !seen[k.family] {
			seen[k.family] = true
			named = append(named, k.family)
		}
	}
	sort.Strings(named)
	used := map[int]int{}
	byFamily := map[string]look{}
	for _, f := range named {
		s := familySlot(f)
		byFamily[f] = lookOf(s, used[s])
		used[s]++
	}
	out := make([]look, len(keys))
	next := 0
	for i, k := range keys {
		switch {
		case k.family != "":
			out[i] = byFamily[k.family]
		case k.hardware != "":
			s := hardwareSlot(k.hardware)
			out[i] = lookOf(s, used[s])
			used[s]++
		default:
			out[i] = lookOf(next%len(hues), next/len(hues))
			next++
		}
	}
	return out
}
