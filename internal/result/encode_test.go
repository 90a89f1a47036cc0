package result_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

func TestSealedIDIsHashOfCanonical(t *testing.T) {
	r := resulttest.Reported()
	c, err := result.Canonical(r)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(c, []byte(r.ID)) || bytes.Contains(c, []byte(`"id":`)) {
		t.Errorf("canonical form holds the id: %s", c)
	}
	was := r.ID
	r.ID = "something else"
	if id, err := result.ComputeID(r); err != nil || id != was {
		t.Errorf("ComputeID after changing only the id = %s, %v; want %s", id, err, was)
	}
	r.License = "MIT"
	if id, _ := result.ComputeID(r); id == was {
		t.Error("ComputeID did not change with the content")
	}
}

// A nested key named id, in x_ blocks only, belongs to the content.
func TestCanonicalCutsOnlyTheOutermostID(t *testing.T) {
	r := resulttest.Reported(func(r *result.Result) {
		r.X = map[string]rawValue{"x_run": rawValue(`{"id": 7}`)}
	})
	c, err := result.Canonical(r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(c, []byte(`"x_run":{"id":7}`)) {
		t.Errorf("canonical form lost a nested id: %s", c)
	}
}

func TestEncodeRefusesWhatJSONCannotHold(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		r := resulttest.Reported(func(r *result.Result) {
			r.Metrics["energy_j"] = result.Metric{Value: v, Provenance: result.ProvReported}
		})
		_, err := result.Encode(r)
		if err == nil || !strings.Contains(err.Error(), "/metrics/energy_j/value") {
			t.Errorf("Encode with %v: error %v, want one that names /metrics/energy_j/value", v, err)
		}
		if r.ID != "" {
			t.Errorf("a result with %v was sealed", v)
		}
	}
}

func TestPath(t *testing.T) {
	long := strings.Repeat("n", 300)
	tests := []struct {
		name, model, hardware, want string
		mod                         func(*result.Result)
	}{
		{name: "device", model: "Qwen/Qwen3-8B", hardware: "nvidia-h100", want: "results/Qwen/Qwen3-8B/nvidia-h100/lm-arena-chat-ID8.json"},
		{name: "no catalogue", model: "Qwen/Qwen3-8B", want: "results/Qwen/Qwen3-8B/NVIDIA-H100-80GB/lm-arena-chat-ID8.json"},
		{name: "no org", model: "gpt2", hardware: "h", want: "results/_/gpt2/h/lm-arena-chat-ID8.json"},
		{name: "dots", model: "../..", hardware: ".", want: "results/-./-./-/lm-arena-chat-ID8.json"},
		{name: "slashes", model: "a/b/c\\d", hardware: "h", want: "results/a/b-c-d/h/lm-arena-chat-ID8.json"},
		{name: "other scripts", model: "組織/模型 1", hardware: "h", want: "results/--/---1/h/lm-arena-chat-ID8.json"},
		{name: "long", model: "a/" + long, hardware: "h", want: "results/a/" + long[:200] + "/h/lm-arena-chat-ID8.json"},
		{name: "endpoint", model: "meta/Llama", want: "results/bedrock/Llama/endpoint/lm-arena-chat-ID8.json", mod: func(r *result.Result) {
			r.Kind, r.Model.Provider = result.KindEndpoint, "bedrock"
		}},
		{name: "endpoint without provider", model: "Llama", want: "results/_/Llama/endpoint/lm-arena-chat-ID8.json", mod: func(r *result.Result) {
			r.Kind = result.KindEndpoint
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := resulttest.Reported(func(r *result.Result) {
				r.Model.Name = tt.model
				if tt.mod != nil {
					tt.mod(r)
				}
			})
			want := strings.Replace(tt.want, "ID8", r.ID8(), 1)
			if got := result.Path(r, tt.hardware); got != want {
				t.Errorf("Path = %s, want %s", got, want)
			}
		})
	}
}

func TestSave(t *testing.T) {
	root := t.TempDir()
	r := resulttest.Reported()
	path := result.Path(r, "nvidia-h100")
	if written, err := result.Save(root, path, r); err != nil || !written {
		t.Fatalf("first Save = %v, %v; want true, nil", written, err)
	}
	if written, err := result.Save(root, path, r); err != nil || written {
		t.Errorf("second Save = %v, %v; want false, nil", written, err)
	}
	full := filepath.Join(root, filepath.FromSlash(path))
	if err := os.WriteFile(full, []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := result.Save(root, path, r); err == nil || !strings.Contains(err.Error(), "different file") {
		t.Errorf("Save over another content: error %v, want one about a different file", err)
	}
	entries, err := os.ReadDir(filepath.Dir(full))
	if err != nil || len(entries) != 1 {
		t.Errorf("folder holds %d entries (%v), want only the result", len(entries), err)
	}
	if _, err := result.Save(root, "../out.json", r); err == nil {
		t.Error("Save outside the root succeeded")
	}
	r.License = "MIT"
	if _, err := result.Save(root, result.Path(r, "x"), r); err == nil || !strings.Contains(err.Error(), "seal") {
		t.Errorf("Save of an unsealed change: error %v, want one about sealing", err)
	}
}

func TestSaveDoesNotFollowLinksOut(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(root, "results")); err != nil {
		t.Skipf("symbolic links are not available here: %v", err)
	}
	r := resulttest.Reported()
	if _, err := result.Save(root, result.Path(r, "h"), r); err == nil {
		t.Error("Save through a link that leaves the root succeeded")
	}
}

type rawValue = jsontext.Value
