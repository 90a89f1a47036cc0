// What the server and the local model cache say: engine, version, revision,
// precision, limits. A fact that nobody states is left to the person, and said
// before any load is sent.

package measure

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jouleboard/internal/load"
	"jouleboard/internal/result"
)

// facts are what was found out about a server and its model.
type facts struct {
	Engine, Version  string
	Revision         string
	Precision, Quant string
	Served           []string // names of models that the server lists
	ServerLimit      int64    // most requests at a time (W2)
	Command          string   // that started it, secrets masked
	Pid              int      // of the server; 0 if it cannot be seen
	Parallel         *result.Parallelism
	RandomWeights    bool
	// What the command says of the cache of keys and values, and of drafts of
	// tokens: "" where it leaves that to the engine.
	KVCache, PrefixCaching, Speculative string
}

// page asks for a JSON page of the server; nil where there is none.
func page(ctx context.Context, c *load.Client, path string, fromRoot bool) map[string]any {
	rep, err := c.Get(ctx, path, fromRoot)
	if err != nil || rep.Status != 200 {
		return nil
	}
	var m map[string]any
	if json.Unmarshal(rep.Body, &m) != nil {
		return nil
	}
	return m
}

func text(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return clipName(s)
}

func whole(m map[string]any, key string) int64 {
	f, _ := m[key].(float64)
	if f < 0 || f > 1e9 {
		return 0
	}
	return int64(f)
}

// askServer looks at the pages by which the engines in use tell who they are.
// Only pages that exist are believed; nothing is guessed from an error.
func askServer(ctx context.Context, c *load.Client, f *facts) {
	models := page(ctx, c, "/models", false)
	list, _ := models["data"].([]any)
	owner := ""
	for _, e := range list {
		m, _ := e.(map[string]any)
		if id := text(m, "id"); id != "" {
			f.Served = append(f.Served, id)
		}
		if owner == "" {
			owner = strings.ToLower(text(m, "owned_by"))
		}
		if rev := snapshot(text(m, "root")); rev != "" && f.Revision == "" {
			f.Revision = rev
		}
	}
	version := page(ctx, c, "/version", true)
	switch {
	case owner == "fakeserver" || strings.Contains(text(version, "name"), "fakeserver"):
		f.Engine, f.Version = "fakeserver", text(version, "version")
	case owner == "vllm":
		f.Engine, f.Version = "vLLM", text(version, "version")
	case owner == "sglang":
		f.Engine = "SGLang"
		info := page(ctx, c, "/get_server_info", true)
		if info == nil {
			info = page(ctx, c, "/server_info", true)
		}
		f.Version = text(info, "version")
		f.ServerLimit = whole(info, "max_running_requests")
		if m := page(ctx, c, "/get_model_info", true); m != nil && f.Revision == "" {
			f.Revision = snapshot(text(m, "model_path"))
		}
	case owner == "llamacpp":
		f.Engine = "llama.cpp"
		props := page(ctx, c, "/props", true)
		f.Version = text(props, "build_info")
		f.ServerLimit = whole(props, "total_slots")
	case owner == "library" || owner == "ollama":
		f.Engine = "Ollama"
		f.Version = text(page(ctx, c, "/api/version", true), "version")
	default:
		if info := page(ctx, c, "/info", true); text(info, "model_id") != "" && text(info, "version") != "" {
			f.Engine, f.Version = "TGI", text(info, "version")
			f.Revision = firstNonEmpty(f.Revision, text(info, "model_sha"))
			f.Precision = dtype(text(info, "model_dtype"))
			f.ServerLimit = whole(info, "max_concurrent_requests")
			return
		}
		if v := text(version, "version"); v != "" && strings.Contains(owner, "trt") || strings.Contains(owner, "tensorrt") {
			f.Engine, f.Version = "TensorRT-LLM", v
		}
	}
}

func firstNonEmpty(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

var snapshotPath = regexp.MustCompile(`snapshots[/\\]([0-9a-f]{40})`)

// snapshot is the commit in a path of the hub's cache.
func snapshot(path string) string {
	if m := snapshotPath.FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return ""
}

// dtype brings the spellings of a precision together: torch.bfloat16 and bf16
// are bfloat16.
func dtype(s string) string {
	s = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "torch.")
	switch s {
	case "bf16":
		return "bfloat16"
	case "fp16", "half":
		return "float16"
	case "fp32", "float":
		return "float32"
	case "auto":
		return ""
	}
	return s
}

// hubCache is where models of the hub lie on this machine.
func hubCache(lookup func(string) string) string {
	if v := lookup("HF_HUB_CACHE"); v != "" {
		return v
	}
	if v := lookup("HUGGINGFACE_HUB_CACHE"); v != "" {
		return v
	}
	home := lookup("HF_HOME")
	if home == "" {
		base := lookup("XDG_CACHE_HOME")
		if base == "" {
			base = filepath.Join(lookup("HOME"), ".cache")
		}
		home = filepath.Join(base, "huggingface")
	}
	return filepath.Join(home, "hub")
}

// askCache reads revision and precision of a model from the hub's cache. ref is
// the branch or commit that the command names, main without one.
func askCache(cache, model, ref string, f *facts) {
	dir := filepath.Join(cache, "models--"+strings.ReplaceAll(model, "/", "--"))
	if f.Revision == "" {
		if ref == "" {
			ref = "main"
		}
		switch {
		case len(ref) == 40 && commitHash.MatchString(ref):
			f.Revision = ref
		default:
			if rev := firstLine(filepath.Join(dir, "refs", filepath.FromSlash(ref))); len(rev) == 40 && commitHash.MatchString(rev) {
				f.Revision = rev
			}
		}
	}
	if f.Revision == "" {
		return
	}
	data, err := os.ReadFile(filepath.Join(dir, "snapshots", f.Revision, "config.json"))
	if err != nil || len(data) > 4<<20 {
		return
	}
	var cfg map[string]any
	if json.Unmarshal(data, &cfg) != nil {
		return
	}
	if inner, ok := cfg["text_config"].(map[string]any); ok && cfg["torch_dtype"] == nil && cfg["dtype"] == nil {
		if inner["quantization_config"] == nil {
			inner["quantization_config"] = cfg["quantization_config"]
		}
		cfg = inner
	}
	f.Precision = firstNonEmpty(f.Precision, dtype(firstNonEmpty(text(cfg, "torch_dtype"), text(cfg, "dtype"))))
	if f.Quant == "" {
		f.Quant = "none"
		if q, ok := cfg["quantization_config"].(map[string]any); ok {
			f.Quant = firstNonEmpty(text(q, "quant_method"), "unknown")
		}
	}
}

// flagValue finds --name VALUE or --name=VALUE in a command line; several
// spellings may be given.
func flagValue(command string, names ...string) string {
	fields := strings.Fields(command)
	for i, w := range fields {
		for _, n := range names {
			if v, ok := strings.CutPrefix(w, n+"="); ok {
				return strings.Trim(v, `"'`)
			}
			if w == n && i+1 < len(fields) && !strings.HasPrefix(fields[i+1], "-") {
				return strings.Trim(fields[i+1], `"'`)
			}
		}
	}
	return ""
}

// askCommand reads what the start command fixes.
func askCommand(command string, f *facts) (revision string) {
	if command == "" {
		return ""
	}
	degree := func(names ...string) int64 {
		n, err := strconv.ParseInt(flagValue(command, names...), 10, 64)
		if err != nil || n < 1 || n > 65536 {
			return 0
		}
		return n
	}
	p := result.Parallelism{
		Tensor:   degree("--tensor-parallel-size", "-tp", "--tp", "--tp-size", "--tp_size", "--tensor_parallel_size", "--num-shard"),
		Pipeline: degree("--pipeline-parallel-size", "-pp", "--pp", "--pp-size", "--pp_size", "--pipeline_parallel_size"),
		Data:     degree("--data-parallel-size", "-dp", "--dp", "--dp-size"),
		Expert:   degree("--ep-size", "--expert-parallel-size", "--ep_size", "--moe_expert_parallel_size"),
	}
	if p != (result.Parallelism{}) {
		if p.Tensor == 0 {
			p.Tensor = 1
		}
		f.Parallel = &p
	}
	f.ServerLimit = max(f.ServerLimit, degree("--max-num-seqs", "--max-running-requests", "--max_batch_size", "--max-batch-size", "--max-concurrent-requests"))
	f.Precision = firstNonEmpty(f.Precision, dtype(flagValue(command, "--dtype", "--dtype-")))
	if q := flagValue(command, "--quantization", "-q", "--quantize"); q != "" {
		f.Quant = q
	}
	if load := flagValue(command, "--load-format", "--load_format"); load == "dummy" {
		f.RandomWeights = true
	}
	f.KVCache = flagValue(command, "--kv-cache-dtype", "--kv_cache_dtype", "--cache-type-k", "-ctk")
	has := func(names ...string) bool {
		return slices.ContainsFunc(strings.Fields(command), func(w string) bool {
			name, _, _ := strings.Cut(w, "=")
			return slices.Contains(names, name)
		})
	}
	switch {
	case has("--no-enable-prefix-caching", "--disable-radix-cache", "--no-cache-prompt"):
		f.PrefixCaching = "off"
	case has("--enable-prefix-caching", "--cache-prompt"):
		f.PrefixCaching = "on"
	}
	if has("--speculative-config", "--speculative_config", "--speculative-model", "--speculative-algorithm", "--speculative-draft-model-path", "--model-draft", "-md", "--speculate") {
		f.Speculative = "on"
	}
	return flagValue(command, "--revision")
}
