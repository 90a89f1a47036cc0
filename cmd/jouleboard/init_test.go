// A new board's workflows: read by actionlint, and their steps run on a scratch
// repository with a good file, a bad file, and a stranger's change of what checks
// it.

package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"

	"jouleboard/internal/scaffold"
)

// newBoard makes a board with its repository, and a repository that stands for
// the program's source: make build there gives the program of this test.
func newBoard(t *testing.T) (dir string, git func(args ...string) string) {
	t.Helper()
	tmp := t.TempDir()
	git = func(args ...string) string {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "init.defaultBranch=main"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	program, err := exec.LookPath("jouleboard")
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(tmp, "source")
	put(t, source, "go.mod", "module jouleboard\n")
	put(t, source, "Makefile", "build:\n\tmkdir -p bin\n\tcp "+program+" bin/jouleboard\n")
	git("init", "-q", source)
	git("-C", source, "add", "-A")
	git("-C", source, "commit", "-q", "-m", "Source")

	dir = filepath.Join(tmp, "board")
	files, err := scaffold.Files(scaffold.Options{Title: "A board", Language: "en", Author: "Tester", License: "CC-BY-4.0",
		Source: "file://" + source, Commit: git("-C", source, "rev-parse", "HEAD")})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		put(t, dir, f.Path, string(f.Data))
	}
	git("init", "-q", dir)
	git("-C", dir, "add", "-A")
	git("-C", dir, "commit", "-q", "-m", "A new board")
	anywhere := git
	return dir, func(args ...string) string {
		t.Helper()
		return anywhere(append([]string{"-C", dir}, args...)...)
	}
}

func put(t *testing.T, dir, path, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pullRequest commits files on a branch and merges it as GitHub does for a check:
// HEAD^1 is the target branch.
func pullRequest(t *testing.T, dir string, git func(...string) string, files map[string]string) (head string) {
	t.Helper()
	git("checkout", "-q", "-b", "change")
	for path, text := range files {
		put(t, dir, path, text)
	}
	git("add", "-A")
	git("commit", "-q", "-m", "A change")
	head = git("rev-parse", "HEAD")
	git("checkout", "-q", "--detach", "main")
	git("merge", "-q", "--no-ff", "-m", "Merge", "change")
	return head
}

const (
	sharedModel  = "content/catalog/models/Qwen/Qwen3-14B.yaml"
	sharedResult = "results/Qwen/Qwen3-14B/b200/lm-arena-chat-f0657fc3.json"
)

// goodFiles are a shipped result with what the catalogue needs for it.
func goodFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, path := range []string{sharedResult, sharedModel, "content/catalog/hardware/b200.yaml", "content/catalog/tasks/lm-arena-chat.yaml"} {
		out[path] = slurp(t, filepath.Join("../..", path))
	}
	return out
}

// TestWorkflowsLint reads the workflows as GitHub would, and holds them to the
// least that they may do.
func TestWorkflowsLint(t *testing.T) {
	dir, _ := newBoard(t)
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := linter.LintRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("%s:%d: %s [%s]", f.Filepath, f.Line, f.Message, f.Kind)
	}
	pinned := regexp.MustCompile(`uses: (\./\S+|[a-z]+/[a-z-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+)\n`)
	for _, name := range []string{"workflows/pages.yml", "workflows/check.yml", "workflows/comment.yml", "actions/jouleboard/action.yml"} {
		text := slurp(t, filepath.Join(dir, ".github", name))
		if n, ok := strings.Count(text, "uses: "), len(pinned.FindAllString(text, -1)); n != ok {
			t.Errorf("%s: %d of %d actions are pinned by commit, with the release beside it", name, ok, n)
		}
		if strings.Contains(text, "secrets.") || strings.Contains(text, "pull_request_target") {
			t.Errorf("%s names a secret, or runs a stranger's files with rights", name)
		}
	}
	for name, allowed := range map[string][]string{
		"pages.yml":   {"contents: read", "pages: read", "pages: write", "id-token: write"},
		"check.yml":   {"contents: read"},
		"comment.yml": {"actions: read", "pull-requests: write"},
	} {
		text := slurp(t, filepath.Join(dir, ".github/workflows", name))
		for _, m := range regexp.MustCompile(`(?m)^\s+([a-z-]+: (?:read|write))$`).FindAllStringSubmatch(text, -1) {
			if !contains(allowed, m[1]) {
				t.Errorf("%s has the permission %s", name, m[1])
			}
		}
		if !strings.Contains(text, "\npermissions:") {
			t.Errorf("%s does not limit the rights of its token", name)
		}
	}
	if text := slurp(t, filepath.Join(dir, ".github/workflows/comment.yml")); strings.Contains(text, "actions/checkout") || strings.Contains(text, "uses: ./") {
		t.Error("comment.yml checks something out")
	}
}

func TestCheckWorkflow(t *testing.T) {
	bad := goodFiles(t)
	bad[sharedResult] = strings.Replace(bad[sharedResult], `"value": `, `"value": 1`, 1)
	stranger := goodFiles(t)
	stranger[".github/workflows/extra.yml"] = "on: push\njobs: {}\n"
	stranger["templates/home.html"] = "{{/* ours */}}"
	odd := goodFiles(t)
	odd["results/a\n::error::made up.json"] = "{}"
	for _, c := range []struct {
		name       string
		files      map[string]string
		fails      bool
		says       []string
		saysNot    []string
		summary    string
		hasPreview bool
	}{
		{name: "good", files: goodFiles(t), summary: "Qwen3-14B", hasPreview: true, saysNot: []string{"::error", "also touches"}},
		{name: "bad", files: bad, fails: true, says: []string{"::error"}, summary: "error"},
		{name: "touches what checks it", files: stranger, fails: true, says: []string{"::warning::This change also touches", "2 files"}},
		{name: "odd name", files: odd, fails: true, says: []string{"::error"}, saysNot: []string{"\n::error::made up"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, git := newBoard(t)
			pullRequest(t, dir, git, c.files)
			r := newRunner(t, dir, map[string]string{"github.event.pull_request.number": "7", "runner.os": "Linux", "runner.arch": "X64"})
			r.job(".github/workflows/check.yml", "check")
			if c.name != "touches what checks it" && (r.failed != "") != c.fails {
				t.Errorf("the first step that failed is %q", r.failed)
			}
			log := "\n" + r.log.String()
			for _, s := range c.says {
				if !strings.Contains(log, s) {
					t.Errorf("the log lacks %q", s)
				}
			}
			for _, s := range c.saysNot {
				if strings.Contains(log, s) {
					t.Errorf("the log holds %q", s)
				}
			}
			if !strings.Contains(r.summary, c.summary) {
				t.Errorf("the summary lacks %q:\n%s", c.summary, r.summary)
			}
			if got := strings.TrimSpace(slurp(t, filepath.Join(r.temp, "review/number"))); got != "7" {
				t.Errorf("the number for the comment is %q", got)
			}
			if _, err := os.Stat(filepath.Join(r.temp, "site/index.html")); (err == nil) != c.hasPreview && c.name != "touches what checks it" {
				t.Errorf("a preview: %v, want %v", err == nil, c.hasPreview)
			}
			if used := strings.Join(r.uses, ","); !strings.HasSuffix(used, "actions/upload-artifact preview,actions/upload-artifact review") {
				t.Errorf("the actions reached are %s", used)
			}
			if git("status", "--porcelain") != "" {
				t.Errorf("the check left files in the checkout:\n%s", git("status", "--porcelain"))
			}
			if t.Failed() {
				t.Log(log)
			}
		})
	}
}

func TestPagesWorkflow(t *testing.T) {
	dir, git := newBoard(t)
	for path, text := range goodFiles(t) {
		put(t, dir, path, text)
	}
	known := map[string]string{"runner.os": "Linux", "runner.arch": "X64", "steps.pages.outputs.base_url": "https://pages.example.org/board"}
	check := func(want string) {
		t.Helper()
		r := newRunner(t, dir, known)
		r.job(".github/workflows/pages.yml", "build")
		if r.failed != "" {
			t.Fatalf("%s failed:\n%s", r.failed, r.log.String())
		}
		if sitemap := slurp(t, filepath.Join(dir, "public/sitemap.xml")); !strings.Contains(sitemap, want) {
			t.Errorf("the site map lacks %s", want)
		}
		if git("status", "--porcelain", "--", "public") != "" {
			t.Error("git does not ignore the built site")
		}
	}
	check("https://pages.example.org/board/")
	site := filepath.Join(dir, "content/site.yaml")
	put(t, dir, "content/site.yaml", slurp(t, site)+"\nbase_url: https://board.example.org\n")
	check("https://board.example.org/")
}

// TestInstallAction holds that nothing is built before the board's owner has said
// what, and that a branch's name is refused.
func TestInstallAction(t *testing.T) {
	for _, c := range []struct{ source, commit, says string }{
		{"", "", "Say where the source of jouleboard is"},
		{"file:///nowhere", "main", "must be 40 hexadecimal digits"},
		{"file:///nowhere", "", "must be 40 hexadecimal digits"},
	} {
		dir := t.TempDir()
		files, err := scaffold.Files(scaffold.Options{Title: "A board", Language: "en", Source: c.source, Commit: c.commit})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			put(t, dir, f.Path, string(f.Data))
		}
		r := newRunner(t, dir, map[string]string{"runner.os": "Linux", "runner.arch": "X64"})
		if ok := r.action(".github/actions/jouleboard"); ok || !strings.Contains(r.log.String(), "::error file=.github/actions/jouleboard/action.yml::") || !strings.Contains(r.log.String(), c.says) {
			t.Errorf("source %q, commit %q: fine is %v and the log says\n%s", c.source, c.commit, ok, r.log.String())
		}
	}
}

// fakeGH stands for GitHub's own client: it answers from files named after the
// request, filters with jq as the client does, and keeps what is sent.
const fakeGH = `#!/bin/bash
set -e
shift # api
method=GET filter=. body=
while [ $# -gt 0 ]; do
  case "$1" in
    --method) method=$2; shift 2;;
    --jq) filter=$2; shift 2;;
    -F) body=${2#body=@}; shift 2;;
    --paginate) shift;;
    *) path=$1; shift;;
  esac
done
echo "$method $path" >> "$FAKE/requests"
if [ -n "$body" ]; then cp "$body" "$FAKE/sent"; fi
answer="$FAKE/$(echo "${path%%\?*}" | tr / _)"
if [ ! -e "$answer" ]; then answer="$FAKE/none"; fi
case "$path" in
  */zip) cat "$answer";;
  *) jq -r "$filter" "$answer";;
esac
`

func TestCommentWorkflow(t *testing.T) {
	for _, tool := range []string{"jq", "unzip", "bash"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here", tool)
		}
	}
	const sha = "0123456789abcdef0123456789abcdef01234567"
	type answers struct {
		number, diff   string
		size           int
		state, head    string
		changed        int
		files, comment string
	}
	fine := answers{number: "7\n", diff: "### Boards\nA row moved.\n", size: 500, state: "open", head: sha, changed: 1,
		files: `[{"filename":"results/a.json"}]`, comment: `[]`}
	with := func(f func(*answers)) answers { a := fine; f(&a); return a }
	for _, c := range []struct {
		name    string
		a       answers
		request string // the last one
		says    string // "" if nothing may be sent
	}{
		{"a change of results", fine, "POST repos/o/r/issues/7/comments", "A row moved."},
		{"the second time", with(func(a *answers) {
			a.comment = `[{"id":1,"user":{"login":"someone"},"body":"<!-- jouleboard: what the change does -->"},
				{"id":2,"user":{"login":"github-actions[bot]"},"body":"<!-- jouleboard: what the change does -->\nold"}]`
		}), "PATCH repos/o/r/issues/comments/2", "A row moved."},
		{"a change of workflows", with(func(a *answers) {
			a.files = `[{"filename":"results/a.json"},{"filename":".github/workflows/check.yml"}]`
		}),
			"POST repos/o/r/issues/7/comments", "is not shown here, because it changes .github"},
		{"a workflow moved away", with(func(a *answers) { a.files = `[{"filename":"x.yml","previous_filename":".github/workflows/check.yml"}]` }),
			"POST repos/o/r/issues/7/comments", "is not shown here, because it changes .github"},
		{"too many files to look through", with(func(a *answers) { a.changed = 2001 }), "POST repos/o/r/issues/7/comments", "more files than can be looked through"},
		{"somebody else's pull request", with(func(a *answers) { a.head = strings.Repeat("f", 40) }), "", ""},
		{"a closed one", with(func(a *answers) { a.state = "closed" }), "", ""},
		{"no number", with(func(a *answers) { a.number = "" }), "", ""},
		{"a number that is a path", with(func(a *answers) { a.number = "7/../../x" }), "", ""},
		{"a number with a second line", with(func(a *answers) { a.number = "7\nwhy=x\n" }), "", ""},
		{"an artifact of any size", with(func(a *answers) { a.size = 5 << 30 }), "", ""},
		{"a text of 100 MB", with(func(a *answers) { a.diff = strings.Repeat("A row moved.", 100<<20/12) }), "POST repos/o/r/issues/7/comments", "A row moved."},
		{"a text that would run", with(func(a *answers) { a.diff = "$(touch \"$FAKE/ran\") `touch \"$FAKE/ran\"`\n::error::made up\n" }), "POST repos/o/r/issues/7/comments", "$(touch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, fake := t.TempDir(), t.TempDir()
			files, err := scaffold.Files(scaffold.Options{Title: "A board", Language: "en"})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				put(t, dir, f.Path, string(f.Data))
			}
			put(t, fake, "none", "{}")
			put(t, fake, "repos_o_r_actions_runs_99_artifacts", fmt.Sprintf(`{"artifacts":[{"id":5,"size_in_bytes":%d}]}`, c.a.size))
			put(t, fake, "repos_o_r_actions_artifacts_5_zip", zipped(t, map[string]string{"number": c.a.number, "diff.md": c.a.diff, "../../escape": "x"}))
			put(t, fake, "repos_o_r_pulls_7", fmt.Sprintf(`{"state":%q,"head":{"sha":%q},"changed_files":%d}`, c.a.state, c.a.head, c.a.changed))
			put(t, fake, "repos_o_r_pulls_7_files", c.a.files)
			put(t, fake, "repos_o_r_issues_7_comments", c.a.comment)
			put(t, fake, "bin/gh", fakeGH)
			if err := os.Chmod(filepath.Join(fake, "bin/gh"), 0o755); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", filepath.Join(fake, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
			r := newRunner(t, dir, map[string]string{
				"github.token": "none", "github.repository": "o/r", "github.event.workflow_run.id": "99",
				"github.event.workflow_run.html_url": "https://example.org/run", "github.event.workflow_run.head_sha": sha,
				"github.event.workflow_run.conclusion": "success",
			})
			r.setenv("FAKE", fake)
			r.job(".github/workflows/comment.yml", "comment")
			if r.failed != "" {
				t.Fatalf("%s failed:\n%s", r.failed, r.log.String())
			}
			requests := strings.Fields(strings.ReplaceAll(slurp(t, filepath.Join(fake, "requests")), " ", "\x00"))
			last := strings.ReplaceAll(requests[len(requests)-1], "\x00", " ")
			sent, err := os.ReadFile(filepath.Join(fake, "sent"))
			if c.says == "" {
				if err == nil {
					t.Errorf("sent %q", sent)
				}
				return
			}
			if last != c.request {
				t.Errorf("the last request is %q, want %q", last, c.request)
			}
			if !strings.Contains(string(sent), c.says) || !strings.Contains(string(sent), "https://example.org/run") {
				t.Errorf("the comment is\n%.2000s", sent)
			}
			if c.says != "A row moved." && strings.Contains(string(sent), "A row moved.") {
				t.Error("the comment shows a text that is not to be trusted")
			}
			if len(sent) > 65536 {
				t.Errorf("the comment has %d bytes, more than GitHub takes", len(sent))
			}
			if _, err := os.Stat(filepath.Join(fake, "ran")); err == nil {
				t.Error("the text was run")
			}
		})
	}
}

func zipped(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
