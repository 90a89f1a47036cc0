// Synthetic prompts: random words, each of which is one token in the common
// tokenizers, begun by a nonce so that no two prompts share a prefix (G10).

package measure

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"jouleboard/internal/load"
	"jouleboard/internal/stats"
)

// nonceTokens is how many words of a prompt belong to it alone (G10).
const nonceTokens = 32

// words are 256 frequent English words. With the space before it each is one
// token in the byte-pair vocabularies in use, so that a number of words is a
// number of tokens but for the template around them.
var words = strings.Fields(`
the of and to in for is on that by this with you it not or be are from at as your all have new more an was we will
home can us about if page my has search free but our one other do no information time they he up may what which their
news out use any there see only so his when contact here business who web also now help get view first am been would
how were services some these its like service than find price date back top people had list name just over state year
day into email two health world next used go work last most products music buy data make them should product system
post her city add policy number such please available support message after best then good video well where info
rights public books high school through each links she review years order very book items company read group need many
user said does set under general research university full map program life know games way days management part could
great united real item international center must store travel comments made development report off member details line
terms before did send right type because local those using results office education national car design take posted
internet address community within states area want phone subject between family long based code show even black check
special prices index being women much file link open today technology south case project same pages version section
own found sports house related`)

// wordCount is how many of them are used: a power of two, so that a word holds
// eight bits of a nonce.
const wordCount = 256

// synthetic makes the prompts of one point of load.
type synthetic struct {
	root  int64
	key   string // of the load, so that two points of one server share no prefix
	words int    // of each prompt
}

// text returns prompt i of a run; warm-up is run 0 and never meets the others,
// since the run is part of the seed and of the nonce.
func (s synthetic) text(run int, i int64) string {
	// The words come from the purpose "text" of the run (G11), mixed with the
	// index so that each prompt can be made alone.
	src := stats.NewSource(load.Method, "text", s.root, int64(run))
	seed := src.Uint64()
	nonce := sha256.Sum256(fmt.Appendf(nil, "%s|nonce|%d|%d|%s|%d|%d", load.Method, s.root, run, s.key, i, seed))
	var b strings.Builder
	b.Grow(s.words * 6)
	body := stats.NewSource(load.Method, "text", int64(binary.BigEndian.Uint64(nonce[:8])), i)
	for k := range s.words {
		if k > 0 {
			b.WriteByte(' ')
		}
		if k < nonceTokens {
			b.WriteString(words[nonce[k]])
		} else {
			b.WriteString(words[body.Below(wordCount)])
		}
	}
	return b.String()
}

// lengths is how the tokens of a prompt follow from its words on one server:
// tokens = slope*words + fixed, the second part being the template.
type lengths struct {
	Slope float64
	Fixed float64
	Exact bool // every word was one token in all trials
}

// fitLengths takes trials (words, tokens) of at least two lengths.
func fitLengths(trials [][2]int64) (lengths, error) {
	if len(trials) < 2 {
		return lengths{}, fmt.Errorf("%d trials of prompt lengths; 2 are needed", len(trials))
	}
	lo, hi := trials[0], trials[0]
	for _, t := range trials {
		if t[0] < lo[0] {
			lo = t
		}
		if t[0] > hi[0] {
			hi = t
		}
	}
	if hi[0] == lo[0] || hi[1] <= lo[1] {
		return lengths{}, fmt.Errorf("a prompt of %d words has %d tokens and one of %d words has %d: the server does not count prompts", lo[0], lo[1], hi[0], hi[1])
	}
	l := lengths{Slope: float64(hi[1]-lo[1]) / float64(hi[0]-lo[0])}
	l.Fixed = float64(lo[1]) - l.Slope*float64(lo[0])
	l.Exact = true
	for _, t := range trials {
		if t[1]-t[0] != trials[0][1]-trials[0][0] {
			l.Exact = false
		}
	}
	return l, nil
}

// words is how many words give a prompt of n tokens, at least one.
func (l lengths) words(n int64) int {
	w := (float64(n) - l.Fixed) / l.Slope
	return max(1, int(w+0.5))
}

// leastWords is how many random words keep prompts apart: four would let two of
// some ten thousand be the same.
const leastWords = 5

// check says why prompts of n tokens cannot be made (the table of section 4: to
// 2 %, or as near as whole words come).
func (l lengths) check(n int64) error {
	w := l.words(n)
	got := l.Slope*float64(w) + l.Fixed
	switch {
	case math.Abs(got-float64(n)) > max(0.02*float64(n), l.Slope/2+0.01):
		return fmt.Errorf("prompts of %d tokens cannot be made: the model's template and one word are %.0f", n, l.Slope+l.Fixed)
	case w < leastWords:
		return fmt.Errorf("prompts of %d tokens have room for %d words beside the model's template; %d keep them apart", n, w, leastWords)
	}
	return nil
}
