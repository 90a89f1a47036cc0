// The printed Kubernetes file against what Kubernetes publishes: the types of its
// API, and the OpenAPI document of batch/v1.

package measure

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// kubernetesFile is a printed file with names that need care.
func kubernetesFile() JobFile {
	return JobFile{Plan: `a "plan".yaml`, Shares: 24, GPUs: 2, Image: "registry.example.org/bench@sha256:0f", Claim: "board", Args: []string{"--by", `A "B" \ C`}}
}

// TestKubernetesFile reads the printed file strictly into the types from which
// the published schema of batch/v1 is made, as the server of Kubernetes does with
// strict field validation: an unknown or misplaced field fails.
func TestKubernetesFile(t *testing.T) {
	text := kubernetesFile().Kubernetes()
	data, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var job batchv1.Job
	if strict, err := kjson.UnmarshalStrict(data, &job); err != nil || len(strict) > 0 {
		t.Fatalf("%v %v\n%s", err, strict, text)
	}
	s, pod := job.Spec, job.Spec.Template.Spec
	c := pod.Containers[0]
	switch {
	case job.APIVersion != "batch/v1" || job.Kind != "Job":
		t.Errorf("%s %s", job.APIVersion, job.Kind)
	case s.CompletionMode == nil || *s.CompletionMode != batchv1.IndexedCompletion || *s.Completions != 24 || *s.Parallelism != 24:
		t.Errorf("not an Indexed Job of 24: %+v", s)
	case pod.RestartPolicy != corev1.RestartPolicyNever: // what backoffLimitPerIndex asks for
		t.Errorf("restart policy %s", pod.RestartPolicy)
	case !slices.Equal(c.Args, []string{"sweep", `a "plan".yaml`, "--shard", "24", "--no-commit", "--by", `A "B" \ C`}):
		t.Errorf("arguments %q", c.Args)
	case pod.Volumes[0].PersistentVolumeClaim.ClaimName != "board" || pod.Volumes[1].EmptyDir.Medium != corev1.StorageMediumMemory || c.VolumeMounts[0].Name != pod.Volumes[0].Name:
		t.Errorf("volumes %+v", pod.Volumes)
	}
	gpus := c.Resources.Limits["nvidia.com/gpu"]
	if gpus.Value() != 2 {
		t.Errorf("%s GPUs", gpus.String())
	}
	if strings.Trim(job.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.HasSuffix(job.Name, "-") {
		t.Errorf("the name %q is none for Kubernetes", job.Name)
	}
}

// TestKubernetesSchema validates the printed file against the OpenAPI document
// that Kubernetes publishes in its repository, of the release whose types go.mod
// names. It is read from Go's module cache and not kept here.
func TestKubernetesSchema(t *testing.T) {
	schema := jobSchema(t)
	data, err := yaml.YAMLToJSON([]byte(kubernetesFile().Kubernetes()))
	if err != nil {
		t.Fatal(err)
	}
	validate := func(data []byte) error {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}
	if err := validate(data); err != nil {
		t.Fatal(err)
	}
	// The schema does find what is wrong.
	for _, c := range [][2]string{
		{`"completionMode"`, `"completionmode"`},
		{`"completions":24`, `"completions":"24"`},
		{`"containers"`, `"container"`},
		{`"mountPath"`, `"path"`},
		{`"claimName"`, `"name"`},
		{`"backoffLimitPerIndex":1`, `"backoffLimitPerIndex":1.5`},
		{`"nvidia.com/gpu":"2"`, `"nvidia.com/gpu":[2]`},
		{`"spec":{"completionMode"`, `"spec":{"hostPID":true,"completionMode"`},
	} {
		var flat bytes.Buffer
		if err := json.Compact(&flat, data); err != nil {
			t.Fatal(err)
		}
		wrong := strings.ReplaceAll(flat.String(), c[0], c[1])
		if wrong == flat.String() {
			t.Errorf("%s is not in the file: %s", c[0], flat.String())
		} else if validate([]byte(wrong)) == nil {
			t.Errorf("%s in place of %s is valid", c[1], c[0])
		}
	}
}

// jobSchema is the published schema of a Job, closed: a key that it does not name
// is an error, as kubectl has it.
func jobSchema(t *testing.T) *jsonschema.Schema {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "k8s.io/api").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	module := "k8s.io/kubernetes@" + strings.Replace(strings.TrimSpace(string(out)), "v0.", "v1.", 1)
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir() // go.mod does not name it: it is read, not compiled
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOSUMDB=off", "GOFLAGS=")
	var at struct{ Dir string }
	if out, err = cmd.Output(); err != nil || json.Unmarshal(out, &at) != nil || at.Dir == "" {
		t.Skipf("the schema that Kubernetes publishes is not in Go's module cache: go mod download %s brings it", module)
	}
	data, err := os.ReadFile(filepath.Join(at.Dir, "api", "openapi-spec", "v3", "apis__batch__v1_openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("https://kubernetes.invalid/batch.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://kubernetes.invalid/batch.json#/components/schemas/io.k8s.api.batch.v1.Job")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// closeObjects forbids keys beside those that a schema names.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		_, open := v["additionalProperties"]
		if _, is := v["properties"].(map[string]any); is && v["type"] == "object" && !open {
			v["additionalProperties"] = false
		}
		for _, x := range v {
			closeObjects(x)
		}
	case []any:
		for _, x := range v {
			closeObjects(x)
		}
	}
}
