package measure

import (
	"net"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"jouleboard/internal/load"
	"jouleboard/internal/load/fakeserver"
)

// TestMaskSecrets: keys go, everything that is no key stays to the byte.
func TestMaskSecrets(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"vllm serve m --api-key abcdef", "vllm serve m --api-key ***"},
		{"x --api-key=abcdef --port 1", "x --api-key=*** --port 1"},
		{"HF_TOKEN=hf_abcdefghij vllm", "HF_TOKEN=*** vllm"},
		{"Authorization: Bearer abc.def", "Authorization: ***"},
		{"x sk-abcdefghijk y", "x *** y"},
		{"--url http://user:pass@host/v1", "--url http://***@host/v1"},
		{"--password 'a b c' z", "--password *** z"},
		{"vllm serve m --max-num-batched-tokens 8192 --max-tokens 5 --tokenizer t/k", "vllm serve m --max-num-batched-tokens 8192 --max-tokens 5 --tokenizer t/k"},
		{"python -m x --trust-remote-code --port 8000", "python -m x --trust-remote-code --port 8000"},
	} {
		if got := maskSecrets(c.in); got != c.want {
			t.Errorf("%s -> %s, want %s", c.in, got, c.want)
		}
	}
}

// TestPublicText: no result of a server that lies in somebody's home is lost to
// V01 at its end.
func TestPublicText(t *testing.T) {
	for in, want := range map[string]string{
		"/home/ada/venv/bin/python -m vllm --model=/home/ada/m -x '/root/k'": "~/venv/bin/python -m vllm --model=~/m -x '~/k'",
		"/Users/ada/bin/llama-server -m /Users/ada/x.gguf":                   "~/bin/llama-server -m ~/x.gguf",
		`C:\Users\ada\llama-server.exe -m D:\models\x.gguf`:                  `~\llama-server.exe -m ~\models\x.gguf`,
		"/usr/bin/python3 /opt/vllm/serve --port 8000 ORG/NAME":              "/usr/bin/python3 /opt/vllm/serve --port 8000 ORG/NAME",
		"--path /srv/home/x --a=b":                                           "--path /srv/home/x --a=b",
		"GH=ghp_abcdefghijklmnopqrst /home/ada/x":                            "GH=*** ~/x",
	} {
		if got := publicText(in); got != want {
			t.Errorf("%s -> %s, want %s", in, got, want)
		}
	}
}

func TestExpand(t *testing.T) {
	if got := expand("vllm serve {model} --port {port}", "Qwen/Qwen2.5-7B", 81); got != "vllm serve Qwen/Qwen2.5-7B --port 81" {
		t.Error(got)
	}
	if got := expand("x {model}", "a; rm -rf /", 1); got != "x 'a; rm -rf /'" {
		t.Error(got)
	}
	if got := shellQuote("it's"); got != `'it'\''s'` {
		t.Error(got)
	}
}

func TestAskCommand(t *testing.T) {
	for _, c := range []struct {
		command  string
		tensor   int64
		limit    int64
		dtype    string
		quant    string
		revision string
		random   bool
	}{
		{"vllm serve m -tp 4 --max-num-seqs 256 --dtype bfloat16 --revision abc", 4, 256, "bfloat16", "", "abc", false},
		{"python -m sglang.launch_server --tp-size=8 --quantization fp8 --dtype half", 8, 0, "float16", "fp8", "", false},
		{"vllm serve m --load-format dummy --dtype auto", 0, 0, "", "", "", true},
		{"llama-server -m f.gguf", 0, 0, "", "", "", false},
	} {
		f := facts{}
		rev := askCommand(c.command, &f)
		tensor := int64(0)
		if f.Parallel != nil {
			tensor = f.Parallel.Tensor
		}
		if tensor != c.tensor || f.ServerLimit != c.limit || f.Precision != c.dtype || f.Quant != c.quant || rev != c.revision || f.RandomWeights != c.random {
			t.Errorf("%s: %+v tensor %d revision %s", c.command, f, tensor, rev)
		}
	}
}

func TestAskCache(t *testing.T) {
	const rev = "0123456789abcdef0123456789abcdef01234567"
	root := tree(t, map[string]string{
		"models--o--m/refs/main":                         rev + "\n",
		"models--o--m/snapshots/" + rev + "/config.json": `{"torch_dtype":"torch.bfloat16"}`,
		"models--o--q/refs/main":                         rev,
		"models--o--q/snapshots/" + rev + "/config.json": `{"dtype":"float16","quantization_config":{"quant_method":"awq"}}`,
		"models--o--v/refs/main":                         rev,
		"models--o--v/snapshots/" + rev + "/config.json": `{"text_config":{"torch_dtype":"bfloat16"},"quantization_config":{"quant_method":"fp8"}}`,
		"models--o--bad/refs/main":                       "main\n",
		"models--o--evil/refs/main":                      "../../../../etc/passwd",
	})
	for _, c := range []struct{ model, dtype, quant, rev string }{
		{"o/m", "bfloat16", "none", rev}, {"o/q", "float16", "awq", rev}, {"o/v", "bfloat16", "fp8", rev},
		{"o/bad", "", "", ""}, {"o/evil", "", "", ""}, {"o/none", "", "", ""},
	} {
		f := facts{}
		askCache(root, c.model, "", &f)
		if f.Precision != c.dtype || f.Quant != c.quant || f.Revision != c.rev {
			t.Errorf("%s: %+v", c.model, f)
		}
	}
	env := map[string]string{"HOME": "/h"}
	look := func(n string) string { return env[n] }
	for _, c := range []struct{ key, value, want string }{
		{"", "", "/h/.cache/huggingface/hub"}, {"XDG_CACHE_HOME", "/x", "/x/huggingface/hub"}, {"HF_HOME", "/hf", "/hf/hub"}, {"HF_HUB_CACHE", "/hub", "/hub"},
	} {
		if c.key != "" {
			env[c.key] = c.value
		}
		if got := hubCache(look); got != c.want {
			t.Errorf("%s: %s, want %s", c.key, got, c.want)
		}
	}
}

// TestAskServer takes engine and version from the pages that engines have.
func TestAskServer(t *testing.T) {
	for name, c := range map[string]struct {
		pages   map[string]string
		engine  string
		version string
		rev     string
		limit   int64
	}{
		"vLLM": {map[string]string{
			"/v1/models": `{"data":[{"id":"m","owned_by":"vllm","root":"/c/models--o--m/snapshots/0123456789abcdef0123456789abcdef01234567"}]}`, "/version": `{"version":"0.11.0"}`,
		}, "vLLM", "0.11.0", "0123456789abcdef0123456789abcdef01234567", 0},
		"SGLang": {map[string]string{
			"/v1/models": `{"data":[{"id":"m","owned_by":"sglang"}]}`, "/get_server_info": `{"version":"0.5.3","max_running_requests":128}`,
		}, "SGLang", "0.5.3", "", 128},
		"llama.cpp": {map[string]string{
			"/v1/models": `{"data":[{"id":"m","owned_by":"llamacpp"}]}`, "/props": `{"build_info":"b6700-abc","total_slots":4}`,
		}, "llama.cpp", "b6700-abc", "", 4},
		"Ollama": {map[string]string{
			"/v1/models": `{"data":[{"id":"m","owned_by":"library"}]}`, "/api/version": `{"version":"0.12.6"}`,
		}, "Ollama", "0.12.6", "", 0},
		"TGI": {map[string]string{
			"/v1/models": `{"data":[{"id":"m","owned_by":"o/m"}]}`, "/info": `{"model_id":"o/m","version":"3.3.6","model_sha":"fedc","max_concurrent_requests":128}`,
		}, "TGI", "3.3.6", "fedc", 128},
		"nobody":        {map[string]string{"/v1/models": `[]`}, "", "", "", 0},
		"another words": {map[string]string{"/v1/models": `{"data":"x"}`, "/version": `"1"`}, "", "", "", 0},
	} {
		srv := pages(t, c.pages)
		cl, err := load.NewClient(load.ClientOptions{BaseURL: srv + "/v1"})
		if err != nil {
			t.Fatal(err)
		}
		f := facts{}
		askServer(t.Context(), cl, &f)
		if f.Engine != c.engine || f.Version != c.version || f.Revision != c.rev || f.ServerLimit != c.limit {
			t.Errorf("%s: %+v", name, f)
		}
		cl.Close()
	}
}

// TestListener finds this very process by a port that it listens on.
func TestListener(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("sockets are found through /proc")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	pid, command := listener("/proc", l.Addr().(*net.TCPAddr).Port)
	if pid != os.Getpid() || !strings.Contains(command, "test") {
		t.Errorf("process %d %q, want %d", pid, command, os.Getpid())
	}
	if pid, _ := listener("/proc", 1); pid != 0 {
		t.Errorf("process %d listens on port 1", pid)
	}
}

func TestIsLocal(t *testing.T) {
	for raw, want := range map[string]bool{
		"http://127.0.0.1:8000/v1": true, "http://localhost/v1": true, "http://[::1]:80": true, "http://0.0.0.0:1": true,
		"http://192.0.2.1/v1": false, "https://api.example.org": false,
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if isLocal(u) != want {
			t.Errorf("%s: %v", raw, !want)
		}
	}
}

// TestHashUUID: equal for equal, different by board, and not the serial.
func TestHashUUID(t *testing.T) {
	a, b, c := hashUUID("x", "GPU-1"), hashUUID("x", "GPU-2"), hashUUID("y", "GPU-1")
	if a == b || a == c || a != hashUUID("x", "GPU-1") || strings.Contains(a, "GPU") || len(a) != 64 {
		t.Error(a, b, c)
	}
}

// TestTokenizer counts answers without usage by the server's tokenizer.
func TestTokenizer(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.opt.TokenSource = load.SourceTokenizer
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond, Lacks: []string{fakeserver.IncludeUsage}}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	if n := r.Metrics["mean_output_tokens"].Value; n != 8 {
		t.Errorf("%g tokens an answer, want 8", n)
	}
}

// TestNoTokens: chunks are no tokens, so a result by chunks has no token metric
// (T1).
func TestNoTokens(t *testing.T) {
	t.Parallel()
	tr := newTrial(t, "")
	tr.opt.TokenSource = load.SourceChunks
	out, err := tr.simulate(t, fakeserver.Options{FirstToken: slow, Gap: time.Millisecond, Lacks: []string{fakeserver.IncludeUsage}}, nil)
	if err != nil {
		t.Fatal(err, said(out))
	}
	r := good(t, tr, out)
	for key := range r.Metrics {
		if strings.Contains(key, "token") {
			t.Errorf("%s is counted by chunks", key)
		}
	}
	if _, ok := r.Distributions["ttft_ms"]; !ok {
		t.Error("times to the first token are missing")
	}
}
