// The values behind the distributions of a measured result, for drawing them.

package result

import "slices"

// Counted is a value and how often it was seen.
type Counted struct {
	Value float64
	N     int64
}

// SampleValues are the values that the distributions of a result are formed from,
// in the unit and under the key of each, in no order. What has no distribution
// has none.
func SampleValues(r *Result, s *SamplesFile) map[string][]Counted {
	a := analyse(r, s, false)
	out := map[string][]Counted{}
	for key := range a.sum.Distributions {
		out[key] = a.dist.values(key)
	}
	return out
}

func (d *pooled) values(key string) []Counted {
	switch key {
	case "ttft_ms":
		return ofMicros(d.ttft)
	case "ttft_send_ms":
		return ofMicros(d.ttftSend)
	case "ttfo_ms":
		return ofMicros(d.ttfo)
	case "e2e_ms":
		return ofMicros(d.e2e)
	case "icl_ms":
		return ofMicros(d.icl)
	case "tpot_ms":
		return ofEach(d.tpot)
	case "user_tokens_per_s":
		return ofEach(d.user)
	case "request_output_tokens_per_s":
		return ofEach(d.request)
	case "itl_ms":
		shares := slices.DeleteFunc(slices.Clone(d.itl), func(s share) bool { return s.d <= 0 })
		out := make([]Counted, len(shares))
		for i, s := range shares {
			out[i] = Counted{float64(s.gap) / float64(s.d*1000), s.d}
		}
		return out
	}
	return nil
}

func ofMicros(us []int64) []Counted {
	out := make([]Counted, len(us))
	for i, v := range us {
		out[i] = Counted{float64(v) / 1000, 1}
	}
	return out
}

func ofEach(xs []float64) []Counted {
	out := make([]Counted, len(xs))
	for i, v := range xs {
		out[i] = Counted{v, 1}
	}
	return out
}
