// Published figures as charts: what the drawings are judged by. The rows are not
// ours and are read from JOULEBOARD_PEER_DATA; without it these tests skip.

package chart

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"
)

type peerRow map[string]string

func (r peerRow) num(key string) float64 {
	v, err := strconv.ParseFloat(r[key], 64)
	if err != nil {
		return 0
	}
	return v
}

func peerRows(t testing.TB, keep func(peerRow) bool) []peerRow {
	t.Helper()
	dir := os.Getenv("JOULEBOARD_PEER_DATA")
	if dir == "" {
		t.Skip("JOULEBOARD_PEER_DATA is not set: no published figures to draw")
	}
	f, err := os.Open(filepath.Join(dir, "figures", "mlenergy_v3_pareto.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []peerRow
	for _, rec := range all[1:] {
		r := peerRow{}
		for i, k := range all[0] {
			r[k] = rec[i]
		}
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}

func familyOf(name string) string {
	word, _, _ := strings.Cut(strings.ToLower(name), "-")
	for _, f := range []string{"llama", "qwen", "gemma", "nemotron", "deepseek", "gpt-oss", "flux", "stable", "hunyuan", "wan", "cogvideo", "pixart"} {
		if strings.Contains(strings.ToLower(name), f) {
			return f
		}
	}
	return word
}

// peerTradeoff is one board: a line a model, ranked under a limit of x (0: none).
func peerTradeoff(t testing.TB, task, gpu, x, y string, limit float64) Tradeoff {
	rows := peerRows(t, func(r peerRow) bool {
		return r["task"] == task && r["gpu_model"] == gpu && r["selection"] == "pareto"
	})
	by := map[string][]peerRow{}
	var names []string
	for _, r := range rows {
		if by[r["model_id"]] == nil {
			names = append(names, r["model_id"])
		}
		by[r["model_id"]] = append(by[r["model_id"]], r)
	}
	sort.Strings(names)
	c := Tradeoff{ID: "t-" + task, Title: "Energy against speed", LogX: true, LogY: true,
		Caption: "Each line is one model under rising load: lower is thriftier, further left is faster. The dot is the point that this board ranks."}
	for _, n := range names {
		rs := by[n]
		sort.SliceStable(rs, func(i, j int) bool { return rs[i].num(x) < rs[j].num(x) })
		_, short, _ := strings.Cut(n, "/")
		s := Series{Name: short, Family: familyOf(short), URL: "models/" + n + "/", Pick: -1}
		for i, r := range rs {
			p := Pt{X: r.num(x), Y: r.num(y), Label: r["num_gpus"] + " × " + gpu}
			if (limit == 0 || p.X <= limit) && (s.Pick < 0 || p.Y < s.Points[s.Pick].Y) {
				s.Pick = i
			}
			s.Points = append(s.Points, p)
			c.Front = append(c.Front, p)
		}
		c.Series = append(c.Series, s)
	}
	sort.SliceStable(c.Series, func(i, j int) bool {
		a, b := c.Series[i], c.Series[j]
		if a.Pick < 0 || b.Pick < 0 {
			return a.Pick > b.Pick
		}
		return a.Points[a.Pick].Y < b.Points[b.Pick].Y
	})
	return c
}

func peerChat(t testing.TB) Tradeoff {
	c := peerTradeoff(t, "lm-arena-chat", "H100", "median_itl_ms", "energy_per_token_joules", 50)
	c.XName, c.XUnit, c.YName, c.YUnit = "median time between tokens", "ms", "energy per output token", "J"
	c.Limit = &Limit{X: 50, Label: "at most 50 ms"}
	return c
}

func peerImages(t testing.TB) Tradeoff {
	c := peerTradeoff(t, "text-to-image", "H100", "batch_latency_s", "energy_per_image_joules", 0)
	c.XName, c.XUnit, c.YName, c.YUnit = "time for one batch", "s", "energy per image", "J"
	return c
}

func peerBars(t testing.TB) Bars {
	rows := peerRows(t, func(r peerRow) bool {
		return r["task"] == "lm-arena-chat" && r["gpu_model"] == "H100" && r["selection"] == "pareto" && r.num("median_itl_ms") <= 50
	})
	best := map[string]peerRow{}
	for _, r := range rows {
		b, ok := best[r["model_id"]]
		if !ok || r.num("energy_per_token_joules") < b.num("energy_per_token_joules") {
			best[r["model_id"]] = r
		}
	}
	out := Bars{ID: "b-chat", Title: "Energy per response", Caption: "Chat on H100, tokens at most 50 ms apart.", Name: "energy per response", Unit: "J"}
	for id, r := range best {
		org, short, _ := strings.Cut(id, "/")
		out.Bars = append(out.Bars, Bar{Label: short, Sub: org, Family: familyOf(short), Value: r.num("energy_per_request_joules")})
	}
	sort.Slice(out.Bars, func(i, j int) bool { return out.Bars[i].Value < out.Bars[j].Value })
	return out
}

func peerLines(t testing.TB, model string) Lines {
	rows := peerRows(t, func(r peerRow) bool {
		return r["task"] == "lm-arena-chat" && r["model_id"] == model && r["selection"] == "pareto"
	})
	by := map[string][]peerRow{}
	for _, r := range rows {
		k := r["num_gpus"] + " × " + r["gpu_model"]
		by[k] = append(by[k], r)
	}
	var keys []string
	for k := range by {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	l := Lines{ID: "l-model", Title: "Energy against batch size", Caption: "More requests at a time cost less each.", Log2X: true, LogY: true,
		XName: "requests at a time", YName: "energy per output token", YUnit: "J"}
	for _, k := range keys {
		rs := by[k]
		sort.SliceStable(rs, func(i, j int) bool { return rs[i].num("max_num_seqs") < rs[j].num("max_num_seqs") })
		s := Series{Name: k, Pick: -1}
		for _, r := range rs {
			s.Points = append(s.Points, Pt{X: r.num("max_num_seqs"), Y: r.num("energy_per_token_joules")})
		}
		l.Series = append(l.Series, s)
	}
	return l
}

// TestPeerDrawings holds the layout rules on real boards, and writes the drawings
// to JOULEBOARD_CHART_OUT for looking at.
func TestPeerDrawings(t *testing.T) {
	bars := peerBars(t)
	for i := range bars.Bars {
		if i%3 == 1 {
			lo, hi := bars.Bars[i].Value*0.9, bars.Bars[i].Value*1.12
			bars.Bars[i].Lo, bars.Bars[i].Hi = &lo, &hi
		}
	}
	all := map[string]Chart{"chat": peerChat(t), "image": peerImages(t), "bars": bars,
		"lines": peerLines(t, "Qwen/Qwen3-32B"), "lines2": peerLines(t, "meta-llama/Llama-3.1-70B-Instruct"), "dist": sampleDist()}
	for _, task := range []string{"gpqa", "text-to-video", "sourcegraph-fim", "image-chat"} {
		x, y := "median_itl_ms", "energy_per_token_joules"
		if task == "text-to-video" {
			x, y = "batch_latency_s", "energy_per_video_joules"
		}
		all[task] = peerTradeoff(t, task, "B200", x, y, 0)
	}
	for name, c := range all {
		for _, narrow := range []bool{false, true} {
			checkLayout(t, name, c, narrow)
			out := os.Getenv("JOULEBOARD_CHART_OUT")
			if out == "" {
				continue
			}
			file := name + "-wide.svg"
			if narrow {
				file = name + "-narrow.svg"
			}
			if err := os.WriteFile(filepath.Join(out, file), []byte(SVG(c, narrow)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
