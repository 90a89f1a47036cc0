package load

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"jouleboard/internal/stats"
)

// asyncioClient runs the client of Python's asyncio against a server.
func asyncioClient(t testing.TB, url string, streams, requests int, spread time.Duration, tokens int) (firstUS []int64, perSecond float64) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed, so there is no client of its asyncio to compare with")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, filepath.Join("testdata", "asyncio_client.py"), url, strconv.Itoa(streams), strconv.Itoa(requests),
		fmt.Sprint(spread.Seconds()), strconv.Itoa(tokens))
	cmd.Stderr = os.Stderr
	data, err := cmd.Output()
	if err != nil {
		t.Fatalf("the asyncio client: %v", err)
	}
	var said struct {
		First   []int64 `json:"first_us"`
		Events  int64   `json:"events"`
		Seconds float64 `json:"seconds"`
	}
	if err := json.Unmarshal(data, &said); err != nil {
		t.Fatalf("the asyncio client said %q: %v", data, err)
	}
	if len(said.First) != requests || said.Events != int64(requests*tokens) {
		t.Fatalf("the asyncio client read %d events of %d requests, want %d of %d", said.Events, len(said.First), requests*tokens, requests)
	}
	return said.First, float64(said.Events) / said.Seconds
}

// BenchmarkAsyncio is a plain client of Python's asyncio under the loads of
// BenchmarkFidelity and BenchmarkFlood, as something to hold ours against.
func BenchmarkAsyncio(b *testing.B) {
	b.Run("streams=1024", func(b *testing.B) {
		const first, gap, tokens, streams = 50 * time.Millisecond, 10 * time.Millisecond, 100, 1024
		url, _ := startProcess(b, first, gap, tokens)
		var late []int64
		for b.Loop() {
			got, _ := asyncioClient(b, url, streams, 4*streams, first+(tokens-1)*gap, tokens)
			for _, us := range got {
				late = append(late, us-first.Microseconds())
			}
		}
		slices.Sort(late)
		b.ReportMetric(float64(stats.NearestRank(late, 50, 100))/1000, "ttft-err-p50-ms")
	})
	b.Run("flood", func(b *testing.B) {
		const streams, tokens = 16, 20_000
		url, _ := startProcess(b, 0, 0, tokens)
		var speed []float64
		for b.Loop() {
			for range 3 {
				_, perSecond := asyncioClient(b, url, streams, 2*streams, 0, tokens)
				speed = append(speed, perSecond)
			}
		}
		b.ReportMetric(median(speed), "chunks/s")
	})
}

// TestAsyncioClient: the client that ours is compared with reads every token.
func TestAsyncioClient(t *testing.T) {
	t.Parallel()
	url, _ := startProcess(t, 0, 0, 500)
	asyncioClient(t, url, 3, 7, 0, 500)
}
