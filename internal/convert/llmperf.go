// LLMPerf: which of the three kinds of file each input is, which summary and
// individual responses are of one run, and what all three share. The readers
// are llmperf_summary.go, llmperf_responses.go and llmperf_page.go.

package convert

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"jouleboard/internal/result"
)

const (
	llmperfURL = "https://github.com/ray-project/llmperf"

	lpTTFT  = "ttft_ms"
	lpSpeed = "request_output_tokens_per_s"
	// Their inter-token latency includes the first token, so it is not ours;
	// their end-to-end latency stands in no table of equal quantities.
	lpITL     = "x_llmperf_inter_token_latency_s"
	lpE2E     = "x_llmperf_end_to_end_latency_s"
	lpTheirs  = "x_llmperf_request_output_throughput_token_per_s"
	lpCounted = "Token counts are those of the harness's own tokenizer, not the provider's."
)

func readLLMPerf(c *run, in []Input) {
	var summaries, responses []*jsonFile
	for _, i := range in {
		text := bytes.TrimSpace(bytes.TrimPrefix(i.Data, []byte("\ufeff")))
		if len(text) == 0 || (text[0] != '{' && text[0] != '[') {
			c.lpPage(i)
			continue
		}
		f, bad := parseJSON(i)
		switch {
		case bad != nil:
			c.Findings = append(c.Findings, *bad)
		case f.root.kind == '[':
			responses = append(responses, f)
		case f.root.get("results_num_requests_started") != nil:
			summaries = append(summaries, f)
		default:
			c.fileFinding(result.Error, f.place(0, ""), "neither a summary nor individual responses of LLMPerf",
				"expected an object with results_num_requests_started, or a list of requests")
		}
	}
	used := map[*jsonFile]bool{}
	for _, f := range summaries {
		var mine *jsonFile
		for _, r := range responses {
			if !used[r] && lpStem(r.name) == lpStem(f.name) {
				mine = r
				used[r] = true
				break
			}
		}
		c.lpSummary(f, mine)
	}
	for _, r := range responses {
		if !used[r] {
			c.lpResponsesAlone(r)
		}
	}
}

// lpStem is what the files of one run have in common: the file name without
// what LLMPerf appends to it.
func lpStem(name string) string {
	s := strings.TrimSuffix(path.Base(strings.ReplaceAll(name, `\`, "/")), ".json")
	s = strings.TrimSuffix(s, "_summary")
	return strings.TrimSuffix(s, "_individual_responses")
}

// lpEndpoint begins a row for a hosted endpoint.
func (c *run) lpEndpoint(where result.Place, provider, id, file string) *row {
	w := c.newRow(where, strings.TrimSpace(provider+" "+id))
	r := w.r
	r.Kind = result.KindEndpoint
	r.Source.Table = path.Base(strings.ReplaceAll(file, `\`, "/"))
	r.Software = &result.Software{Harness: &result.Tool{Name: "LLMPerf", URL: llmperfURL}}
	c.lpModel(w, provider, id)
	return w
}

var (
	hexVersion = regexp.MustCompile(`^[0-9a-f]{12,64}$`)
	vendorName = regexp.MustCompile(`^([a-z0-9]+)\.([A-Za-z0-9][A-Za-z0-9._:-]*)$`)
)

// lpModel fills in the model. The provider's id is kept verbatim. Its name as a
// hub writes it is taken only where the id holds it: "meta-llama/Llama-2-7b",
// with the harness's provider prefix cut; a provider's VENDOR.NAME (bedrock)
// or ORG/NAME:VERSION (replicate). Anything else stays as it is, unless
// --map names the model.
func (c *run) lpModel(w *row, provider, id string) {
	m := &w.r.Model
	m.Provider, m.ProviderModel = provider, id
	name := id
	for _, prefix := range []string{provider + "/", provider + "_ai/"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" {
			name = rest
			break
		}
	}
	switch provider {
	case "bedrock":
		if v := vendorName.FindStringSubmatch(name); v != nil {
			name = v[1] + "/" + v[2]
		}
	case "replicate":
		if n, version, ok := strings.Cut(name, ":"); ok && hexVersion.MatchString(version) {
			name, m.Revision = n, version
		}
	}
	for _, from := range []string{id, name} {
		if to, ok := c.opt.Map[from]; ok {
			name = to
			break
		}
	}
	m.Name = name
	if provider == "" {
		w.fail("no provider is named")
	}
	if id == "" {
		w.fail("no model is named")
	}
}
