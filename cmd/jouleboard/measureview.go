// What measure shows while it runs: a block that is redrawn on a terminal, a
// line every few seconds otherwise, JSON lines with --format json.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"jouleboard/internal/measure"
)

// lineEvery is how often a log hears from a run that goes on.
const lineEvery = 10 * time.Second

// measureView prints events. It is called from several goroutines.
type measureView struct {
	e    *env
	json bool
	tty  bool

	mu    sync.Mutex
	last  time.Time // of the last progress that was shown
	block []int     // columns of each line of the block on the terminal
	done  bool
}

func newMeasureView(e *env, format string) *measureView {
	return &measureView{e: e, json: format == "json", tty: canMove(e.Stderr), last: time.Now()}
}

func (v *measureView) event(ev measure.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.done {
		return
	}
	now := time.Now()
	progress := ev.Type == "progress"
	switch {
	case v.json:
		if progress && now.Sub(v.last) < time.Second {
			return
		}
		v.last = now
		if data, err := json.Marshal(ev); err == nil {
			fmt.Fprintf(v.e.Stdout, "%s\n", data)
		}
	case ev.Message != "":
		v.clear()
		msg := oneLine(ev.Message)
		if ev.Type == "warning" {
			msg = v.e.paint("33", "warn:") + " " + msg
		}
		v.e.notef("%s", msg)
		v.e.hintf("%s", oneLine(ev.Hint))
	case v.tty:
		v.draw(ev)
	case !progress:
		v.e.notef("%7.1f s  %s", ev.ElapsedS, phaseText(ev))
		v.last = now
	case now.Sub(v.last) >= lineEvery:
		v.last = now
		v.e.notef("%7.1f s  %s", ev.ElapsedS, strings.Join(append([]string{phaseText(ev)}, numbers(ev)...), ", "))
	}
}

// close takes the block off the terminal.
func (v *measureView) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.clear()
	v.done = true
}

// width is that of the terminal now.
func (v *measureView) width() int {
	if f, ok := v.e.Stderr.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

// clear takes the block away. A terminal that has become narrower since has
// broken its lines.
func (v *measureView) clear() {
	if len(v.block) == 0 {
		return
	}
	width, rows := v.width(), 0
	for _, n := range v.block {
		rows += max(1, (n+width-1)/width)
	}
	fmt.Fprint(v.e.Stderr, strings.Repeat("\x1b[1A\x1b[2K", rows))
	v.block = v.block[:0]
}

func (v *measureView) draw(ev measure.Event) {
	// The last column stays free: some terminals break a line that fills it.
	width := max(v.width()-1, 10)
	lines := []string{clipTo(phaseText(ev), width)}
	for _, n := range numbers(ev) {
		switch last := lines[len(lines)-1]; {
		case len(lines) > 1 && len(last)+3+len(n) <= width:
			lines[len(lines)-1] += "   " + n
		default:
			lines = append(lines, clipTo("  "+n, width))
		}
	}
	v.clear()
	for i, l := range lines {
		v.block = append(v.block, len(l))
		if i == 0 {
			l = v.e.paint("1", l)
		}
		fmt.Fprintf(v.e.Stderr, "%s\n", l)
	}
}

func clipTo(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	return string(r[:width])
}

// phaseText is where a job stands.
func phaseText(ev measure.Event) string {
	s := map[string]string{
		measure.PhaseServer: "starting the server", measure.PhaseProbe: "asking the server what it supports",
		measure.PhaseCalibration: "measuring the client's own error", measure.PhaseIdle: "reading idle power",
		measure.PhaseWarmup: "warming up", measure.PhaseCooldown: fmt.Sprintf("cooling down before run %d of %d", ev.Run, ev.Runs),
		measure.PhaseRun: fmt.Sprintf("run %d of %d", ev.Run, ev.Runs), measure.PhaseSave: "computing and saving",
	}[ev.Phase]
	if ev.Done > 0 || ev.Total > 0 && ev.Type == "progress" {
		if ev.Total > 0 {
			s += fmt.Sprintf(": %d of %d requests", ev.Done, ev.Total)
		} else {
			s += fmt.Sprintf(": %d requests", ev.Done)
		}
	}
	if ev.LeftS != nil && ev.Phase == measure.PhaseRun {
		s += ", " + leftText(*ev.LeftS) + " left"
	}
	return s
}

func leftText(s float64) string {
	d := time.Duration(s * float64(time.Second)).Round(time.Second)
	if d >= time.Hour {
		return d.Round(time.Minute).String()
	}
	return d.String()
}

// numbers are what is known so far.
func numbers(ev measure.Event) (out []string) {
	add := func(format string, v *float64) {
		if v != nil {
			out = append(out, fmt.Sprintf(format, *v))
		}
	}
	if ev.InFlight > 0 {
		out = append(out, fmt.Sprintf("%d in flight", ev.InFlight))
	}
	if ev.Failed > 0 {
		out = append(out, fmt.Sprintf("%d failed", ev.Failed))
	}
	add("TTFT %.1f ms", ev.TTFTMs)
	add("ITL %.1f ms", ev.ITLMs)
	add("%.0f tokens/s", ev.TokensPS)
	add("%.0f W", ev.Watts)
	add("%.3g J/token", ev.JPerToken)
	return out
}
