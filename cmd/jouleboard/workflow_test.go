// A small runner of workflows: the run: steps of a board's workflows, executed
// by bash as GitHub would, with its environment files and its expressions. What
// only GitHub can do, the actions of others, is skipped and remembered.

package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

type wfStep struct {
	ID    string            `yaml:"id"`
	Name  string            `yaml:"name"`
	If    string            `yaml:"if"`
	Uses  string            `yaml:"uses"`
	Run   string            `yaml:"run"`
	Shell string            `yaml:"shell"`
	Env   map[string]string `yaml:"env"`
	With  map[string]any    `yaml:"with"`
}

type wfJob struct {
	Env   map[string]string `yaml:"env"`
	Steps []wfStep          `yaml:"steps"`
}

// wfRunner runs one job in a checkout.
type wfRunner struct {
	t       *testing.T
	dir     string            // the checkout
	temp    string            // RUNNER_TEMP
	known   map[string]string // expressions and their values; steps add theirs
	path    []string          // what GITHUB_PATH got, newest first
	log     strings.Builder   // what the steps said
	summary string            // GITHUB_STEP_SUMMARY of all steps
	uses    []string          // actions of others that were reached
	failed  string            // the first step that failed
	extra   []string          // variables of the test's own
}

func (r *wfRunner) setenv(key, value string) { r.extra = append(r.extra, key+"="+value) }

func newRunner(t *testing.T, dir string, known map[string]string) *wfRunner {
	t.Helper()
	r := &wfRunner{t: t, dir: dir, temp: t.TempDir(), known: map[string]string{}}
	for k, v := range known {
		r.known[k] = v
	}
	r.known["runner.temp"] = r.temp
	return r
}

// job runs a job of a workflow of the checkout.
func (r *wfRunner) job(file, name string) {
	r.t.Helper()
	var wf struct {
		Jobs map[string]wfJob `yaml:"jobs"`
	}
	r.read(file, &wf)
	job, ok := wf.Jobs[name]
	if !ok {
		r.t.Fatalf("%s has no job %s", file, name)
	}
	r.steps(job.Steps, job.Env)
}

func (r *wfRunner) read(file string, into any) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(file)))
	if err != nil {
		r.t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		r.t.Fatalf("%s: %v", file, err)
	}
}

// steps runs the steps that their conditions allow, and says whether all went
// well.
func (r *wfRunner) steps(steps []wfStep, env map[string]string) bool {
	r.t.Helper()
	fine := true
	for _, s := range steps {
		if !r.holds(s.If, fine) {
			continue
		}
		ok := true
		switch local, ours := strings.CutPrefix(s.Uses, "./"); {
		case ours:
			ok = r.action(local)
		case s.Uses != "":
			name, _, _ := strings.Cut(s.Uses, "@")
			r.uses = append(r.uses, strings.TrimSpace(name+" "+withText(s.With["name"])))
		default:
			ok = r.run(s, env)
		}
		if s.ID != "" {
			r.known["steps."+s.ID+".outcome"] = map[bool]string{true: "success", false: "failure"}[ok]
		}
		if !ok {
			fine = false
			if r.failed == "" {
				r.failed = s.Name + s.ID
			}
		}
	}
	return fine
}

func withText(v any) string {
	s, _ := v.(string)
	return s
}

// action runs a composite action of the checkout with the defaults of its inputs.
func (r *wfRunner) action(dir string) bool {
	r.t.Helper()
	var a struct {
		Inputs map[string]struct {
			Default string `yaml:"default"`
		} `yaml:"inputs"`
		Runs struct {
			Steps []wfStep `yaml:"steps"`
		} `yaml:"runs"`
	}
	r.read(dir+"/action.yml", &a)
	for name, in := range a.Inputs {
		r.known["inputs."+name] = in.Default
	}
	return r.steps(a.Runs.Steps, nil)
}

var (
	expression = regexp.MustCompile(`\$\{\{\s*(.*?)\s*\}\}`)
	comparison = regexp.MustCompile(`^([a-z0-9_.-]+) (==|!=) '([^']*)'$`)
)

// holds evaluates the conditions that our workflows use.
func (r *wfRunner) holds(cond string, fine bool) bool {
	r.t.Helper()
	if m := expression.FindStringSubmatch(cond); m != nil {
		cond = m[1]
	}
	holds := fine
	for _, part := range strings.Split(cond, " && ") {
		switch m := comparison.FindStringSubmatch(part); {
		case part == "":
		case part == "!cancelled()":
			holds = true
		case m != nil:
			// An output that no step has set is empty, as it is on GitHub.
			holds = holds && (r.known[m[1]] == m[3]) == (m[2] == "==")
		default:
			r.t.Fatalf("condition %q is not one that this runner knows", cond)
		}
	}
	return holds
}

// fill puts values in place of expressions. A step's script may hold none: what
// a stranger names would become part of a program.
func (r *wfRunner) fill(s string) string {
	return expression.ReplaceAllStringFunc(s, func(m string) string {
		name := expression.FindStringSubmatch(m)[1]
		v, ok := r.known[name]
		if !ok && !strings.HasPrefix(name, "steps.") {
			r.t.Fatalf("expression %q has no value here", name)
		}
		return v
	})
}

func (r *wfRunner) run(s wfStep, jobEnv map[string]string) bool {
	r.t.Helper()
	if expression.MatchString(s.Run) {
		r.t.Fatalf("step %q: an expression inside a script", s.Name)
	}
	file := func(name, text string) string {
		path := filepath.Join(r.t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			r.t.Fatal(err)
		}
		return path
	}
	script, output, summary, paths := file("step.sh", s.Run), file("output", ""), file("summary", ""), file("path", "")
	args := []string{"-e", script}
	if s.Shell == "bash" {
		args = []string{"--noprofile", "--norc", "-eo", "pipefail", script}
	}
	cmd := exec.Command("bash", args...)
	cmd.Dir = r.dir
	cmd.Env = []string{
		"PATH=" + strings.Join(append(append([]string{}, r.path...), os.Getenv("PATH")), string(os.PathListSeparator)),
		"HOME=" + r.temp, "CI=true", "RUNNER_TEMP=" + r.temp, "XDG_CACHE_HOME=" + filepath.Join(r.temp, "cache"),
		"GITHUB_OUTPUT=" + output, "GITHUB_STEP_SUMMARY=" + summary, "GITHUB_PATH=" + paths,
	}
	cmd.Env = append(cmd.Env, r.extra...)
	for _, env := range []map[string]string{jobEnv, s.Env} {
		for k, v := range env {
			cmd.Env = append(cmd.Env, k+"="+r.fill(v))
		}
	}
	said, err := cmd.CombinedOutput()
	r.log.Write(said)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatalf("step %q: %v", s.Name, err)
	}
	for line := range strings.Lines(slurp(r.t, output)) {
		if k, v, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			r.known["steps."+s.ID+".outputs."+k] = v
		}
	}
	r.summary += slurp(r.t, summary)
	for line := range strings.Lines(slurp(r.t, paths)) {
		r.path = append([]string{strings.TrimSuffix(line, "\n")}, r.path...)
	}
	return err == nil
}

func slurp(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
