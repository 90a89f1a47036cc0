// What Load refuses, and where exactly it says so.

package catalog

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/internal/result"
	"jouleboard/internal/yamldoc"
)

// board makes a content folder: path, text, path, text.
func board(parts ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i+1 < len(parts); i += 2 {
		m[parts[i]] = &fstest.MapFile{Data: []byte(parts[i+1])}
	}
	return m
}

// lines turns findings into "place rule", without the "content/" that all have.
func lines(fs result.Findings) []string {
	var out []string
	for _, f := range fs {
		out = append(out, strings.TrimPrefix(fmt.Sprintf("%s %s", f.Where, f.Rule), "content/"))
	}
	return out
}

const goodTask = `id: t
title: T
summary: S
kind: text
headline: energy_per_response_j
rationale: why
`

func TestLoadFindings(t *testing.T) {
	const (
		model = "catalog/models/o/n.yaml"
		task  = "catalog/tasks/t.yaml"
		mod   = "moderation.yaml"
		lic   = "catalog/licenses.yaml"
	)
	longID := strings.Repeat("a", 64)
	tests := []struct {
		name string
		in   fstest.MapFS
		want []string
	}{
		{"nothing", board(), nil},
		{"empty files", board(mod, "", lic, "# nothing yet\n", "catalog/bands.yaml", "---\n"), nil},
		{"all at once, each with its place", board(model, `name: o/n
title: T
titel: T
parameters_b: seven
access: free
url: javascript:alert(1)
quality:
  arc:
    metric: acc
    valu: 1
notes:
  - fine
  - true
title: again
`), []string{
			model + ":1:1 CAT-LICENSE",
			model + ":3:1 /titel CAT-KEY",
			model + ":4:15 /parameters_b CAT-TYPE",
			model + ":5:9 /access CAT-VALUE",
			model + ":6:6 /url CAT-VALUE",
			model + ":8:3 /quality/arc CAT-MISSING",
			model + ":8:3 /quality/arc CAT-MISSING",
			model + ":8:3 /quality/arc CAT-QUALITY",
			model + ":10:5 /quality/arc/valu CAT-KEY",
			model + ":13:5 /notes/1 CAT-TYPE",
			model + ":14:1 /title CAT-DUP",
		}},
		{"missing keys", board(model, "family: Qwen\n"), []string{model + ":1:1 CAT-MISSING", model + ":1:1 CAT-MISSING"}},
		{"not a mapping", board(model, "- a\n", task, "text\n"), []string{model + ":1:1 CAT-TYPE", task + ":1:1 CAT-TYPE"}},
		{"columns are bytes", board(model, "name: o/n\ntitle: \"ü\"\nnotes: [\"ü\", true]\n"), []string{
			model + ":1:1 CAT-LICENSE", model + ":3:15 /notes/1 CAT-TYPE"}},
		{"empty value", board(model, "name: o/n\ntitle: T\nfamily:\nlicense: \"\"\n"), []string{
			model + ":1:1 CAT-LICENSE", model + ":3:1 /family CAT-TYPE", model + ":4:10 /license CAT-VALUE"}},
		{"syntax", board(model, "name: o/n\ntitle: [a\n", task, "id: \"x\n"), []string{model + ":2:8 CAT-YAML", task + ":1:5 CAT-YAML"}},
		{"not UTF-8", board(model, "name: o/n\ntitle: a\xffb\n"), []string{model + ":2:9 CAT-TEXT"}},
		{"decoded twice", board(model, "name: o/n\ntitle: modelâ€™s\nnotes: [\"cafÃ© au lait\"]\nlicense: MIT\n", lic, goodLicense), []string{
			model + ":2:8 /title CAT-TEXT", model + ":3:9 /notes/0 CAT-TEXT"}},
		{"hostile characters", board(model, "name: o/n\ntitle: \"a\\u202eb\"\nfamily: \"a\\u0007b\"\nnotes: [\"a\\u2066b\", \"\\ue000\"]\nlicense: MIT\n", lic, goodLicense), []string{
			model + ":2:8 /title CAT-TEXT", model + ":3:9 /family CAT-TEXT", model + ":4:9 /notes/0 CAT-TEXT", model + ":4:21 /notes/1 CAT-TEXT"}},
		{"anchors and two documents", board(model, "name: &x o/n\ntitle: *x\n", task, goodTask+"---\nid: u\n"), []string{
			model + ":1:7 /name CAT-YAML", model + ":2:8 /title CAT-YAML", task + ":8:1 CAT-YAML"}},
		{"name against file", board(model, "name: other/n\ntitle: T\nlicense: MIT\n", task, strings.Replace(goodTask, "id: t", "id: u", 1), lic, goodLicense), []string{
			model + ":1:7 /name CAT-NAME", task + ":1:5 /id CAT-NAME"}},
		{"odd characters in a name become dashes", board("catalog/models/o-/n-1.yaml", "name: \"o+/n:1\"\ntitle: T\nlicense: MIT\n", lic, goodLicense), nil},
		{"one model twice", board("catalog/models/o/n-.yaml", "name: o/n+\ntitle: T\nlicense: MIT\n", "catalog/models/o/n-2.yaml", "name: o/n+\ntitle: T\nlicense: MIT\n", lic, goodLicense), []string{
			"catalog/models/o/n-2.yaml:1:7 /name CAT-DUP", "catalog/models/o/n-2.yaml:1:7 /name CAT-NAME"}},
		{"more active than there are, stated and withheld", board(model, "name: o/n\ntitle: T\nlicense: MIT\nparameters_b: 3\nactive_parameters_b: 4\nwithheld: [parameters_b]\n", lic, goodLicense), []string{
			model + ":4:15 /parameters_b CAT-VALUE", model + ":5:22 /active_parameters_b CAT-VALUE"}},
		{"former names of models", board(model, "name: o/n\ntitle: T\nlicense: MIT\naliases: [o/n, o/p, o/q, p, o/q, o/N]\n",
			"catalog/models/o/p.yaml", "name: o/p\ntitle: P\nlicense: MIT\n", "catalog/models/o/z.yaml", "name: o/z\ntitle: Z\nlicense: MIT\naliases:\n  - o/q\n", lic, goodLicense), []string{
			model + ":4:11 /aliases/0 CAT-ALIAS", model + ":4:16 /aliases/1 CAT-ALIAS", model + ":4:26 /aliases/3 CAT-VALUE", model + ":4:29 /aliases/4 CAT-DUP",
			"catalog/models/o/z.yaml:5:5 /aliases/0 CAT-ALIAS"}},
		{"licence not in the table", board(model, "name: o/n\ntitle: T\nlicense: Nice\n"), []string{model + ":3:10 /license CAT-LICENSE"}},
		{"licence rules", board(lic, `A:
  name: A licence
  class: copyleft
  commercial: conditions
  url: https://a.example/
B:
  name: B licence
  class: non-commercial
  commercial: "yes"
  url: ftp://b.example/
  aliases: [a, a licence]
C:
  name: C
  class: free
  commercial: yes
  url: https://user:pw@c.example/
`), []string{
			lic + ":1:1 /A CAT-LICENSE",
			lic + ":9:15 /B/commercial CAT-LICENSE",
			lic + ":10:8 /B/url CAT-VALUE",
			lic + ":11:13 /B/aliases/0 CAT-ALIAS",
			lic + ":11:16 /B/aliases/1 CAT-ALIAS",
			lic + ":14:10 /C/class CAT-VALUE",
			lic + ":16:8 /C/url CAT-VALUE",
		}},
		{"task rules", board(task, goodTask+`dataset:
  url: data:text/html
  sha256: abc
sampling:
  method: greedy
  temperature: 0.7
classes:
  - {id: A, max_parameters_b: 20}
  - {id: A, max_parameters_b: 10}
  - id: B
  - id: C
single_gpu_classes: [Z]
siblings: [nobody]
caveats: [nothing]
references: [none]
reference_hardware: h1
`), []string{
			task + ":7:1 /dataset CAT-MISSING",
			task + ":8:8 /dataset/url CAT-VALUE",
			task + ":9:11 /dataset/sha256 CAT-VALUE",
			task + ":12:16 /sampling/temperature CAT-VALUE",
			task + ":15:6 /classes/1 CAT-DUP",
			task + ":15:6 /classes/1 CAT-VALUE",
			task + ":16:5 /classes/2 CAT-VALUE",
			task + ":18:22 /single_gpu_classes/0 CAT-REF",
			task + ":19:12 /siblings/0 CAT-REF",
			task + ":20:11 /caveats/0 CAT-REF",
			task + ":21:14 /references/0 CAT-REF",
			task + ":22:21 /reference_hardware CAT-REF",
		}},
		{"task without rationale, with a headline of its own", board(task, strings.Replace(strings.Replace(goodTask, "rationale: why\n", "", 1), "energy_per_response_j", "energy", 1)), []string{
			task + ":1:1 CAT-RATIONALE", task + ":5:11 /headline CAT-METRIC"}},
		{"flag without discussion", board(mod, "flags:\n  - id: "+longID+"\n    reason: duplicate\n    date: 2026-01-02\n"), []string{mod + ":2:5 /flags/0 CAT-MISSING"}},
		{"flags and withdrawals", board(mod, `flags:
  - {id: AAAAAAAAAAAA, reason: duplicate, date: 2026-01-02, discussion: "https://d.example/1"}
  - {id: aaaaaaaaaaa, reason: silly, date: 2026-02-30, discussion: "https://d.example/1"}
  - {id: bbbbbbbbbbbb, reason: other, date: 2026-01, discussion: nowhere}
withdrawals:
  - {id: bbbbbbbbbbbbbb, reason: privacy, date: 2026-01-02, discussion: "https://d.example/1", title: T, model: o/n, task: t}
`), []string{
			mod + ":2:10 /flags/0/id CAT-VALUE",
			mod + ":3:10 /flags/1/id CAT-VALUE",
			mod + ":3:31 /flags/1/reason CAT-VALUE",
			mod + ":3:44 /flags/1/date CAT-VALUE",
			mod + ":4:32 /flags/2/reason CAT-MISSING",
			mod + ":4:45 /flags/2/date CAT-VALUE",
			mod + ":4:66 /flags/2/discussion CAT-VALUE",
			mod + ":6:10 /withdrawals/0/id CAT-DUP",
		}},
		{"requests", board(task, goodTask, mod, `requests:
  - {model: o/n, task: t, state: waiting, date: 2026-01-02, by: me}
  - {model: o/n, task: t, state: failed, date: 2026-01-02, by: me, reason: out of memory}
  - {model: o/n, task: u, hardware: h9, state: finished, date: 2026-01-02, by: me}
  - model: o/n
    task: t
    state: running
    date: 2026-01-03
    by: me
    result: aaaaaaaaaaaa
    history:
      - {state: running, date: 2026-01-03}
      - {state: pending, date: 2026-01-02}
  - model: o/n
    task: t
    state: failed
    date: 2026-01-03
    by: me
    reason: no driver
    next: ask for another machine
    history:
      - {state: pending, date: 2026-01-01}
      - {state: running, date: 2026-01-02}
      - {state: failed, date: 2026-01-03}
`), []string{
			mod + ":2:34 /requests/0/state CAT-VALUE",
			mod + ":3:34 /requests/1/state CAT-REQUEST",
			mod + ":4:24 /requests/2/task CAT-TASK",
			mod + ":4:37 /requests/2/hardware CAT-HARDWARE",
			mod + ":4:48 /requests/2/state CAT-REQUEST",
			mod + ":7:12 /requests/3/state CAT-REQUEST",
			mod + ":10:13 /requests/3/result CAT-REQUEST",
			mod + ":12:17 /requests/3/history/0/state CAT-REQUEST",
			mod + ":13:17 /requests/3/history/1/state CAT-REQUEST",
		}},
		{"benchmarks, references, bands, caveats", board(
			"catalog/benchmarks.yaml", "a b: {title: A, summary: s, shots: -1, metric: acc}\nb: {title: B, summary: s, shots: 0, metric: acc, subtasks: [x, x], human_fraction: 95, references: [z]}\n",
			"catalog/references.yaml", "p: {kind: conference, title: P, url: \"https://p.example/\"}\nr: {kind: article, title: R, url: \"https://r.example/\", doi: nope, eprint: \"1\", authors: [{given: A}, {family: B, name: C}]}\n",
			"catalog/bands.yaml", "- {id: a, title: A, metric: itl, text: t, source: \"https://b.example/\", min: 2, max: 1}\n- {id: b, title: B, metric: itl_ms.p50, text: t, source: \"https://b.example/\"}\n",
			"catalog/caveats.yaml", "c: {title: C}\n"), []string{
			"catalog/bands.yaml:1:78 /0/min CAT-VALUE",
			"catalog/bands.yaml:2:4 /1 CAT-VALUE",
			"catalog/benchmarks.yaml:1:1 /a b CAT-NAME",
			"catalog/benchmarks.yaml:1:36 /a b/shots CAT-VALUE",
			"catalog/benchmarks.yaml:2:1 /b CAT-VALUE",
			"catalog/benchmarks.yaml:2:64 /b/subtasks/1 CAT-DUP",
			"catalog/benchmarks.yaml:2:84 /b/human_fraction CAT-VALUE",
			"catalog/benchmarks.yaml:2:101 /b/references/0 CAT-REF",
			"catalog/caveats.yaml:1:1 /c CAT-MISSING",
			"catalog/references.yaml:1:1 /p/booktitle CAT-VALUE",
			"catalog/references.yaml:2:62 /r/doi CAT-VALUE",
			"catalog/references.yaml:2:76 /r/eprint CAT-VALUE",
			"catalog/references.yaml:2:92 /r/authors/0 CAT-VALUE",
			"catalog/references.yaml:2:104 /r/authors/1 CAT-VALUE",
		}},
		{"files that nothing reads", board("catalog/models/n.yaml", "", "catalog/tasks/t.yml", "", "catalog/tasks/.hidden", "", "catalog/readme.txt", ""), []string{
			"catalog/models/n.yaml CAT-FILE", "catalog/readme.txt CAT-FILE", "catalog/tasks/t.yml CAT-FILE"}},
		{"a link", fstest.MapFS{task: {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}}, []string{task + " CAT-FILE"}},
		{"too large", board(task, strings.Repeat("#", yamldoc.MaxBytes+1)), []string{task + ":1:1 CAT-FILE"}},
		{"too many keys", board(task, strings.Repeat("a: b\n", 20001)), []string{task + ":20001:2 CAT-YAML"}},
		{"too far to the right", board(task, indented(300)), []string{task + ":258:258 CAT-YAML"}},
		{"too deep", board(task, "id: "+strings.Repeat("[", 100)+"\n", model, strings.Repeat("- ", 100)+"a\n", mod, "flags: "+strings.Repeat("!!a ", 100)), []string{
			model + ":1:129 CAT-YAML", task + ":1:68 CAT-YAML", mod + ":1:197 CAT-YAML"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, fs := Load(tt.in)
			if got := lines(fs); !slices.Equal(got, tt.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(tt.want, "\n  "))
				for _, f := range fs {
					t.Logf("%s (%s)", f, f.Hint)
				}
			}
			if c == nil || c.Moderation == nil {
				t.Error("no catalogue came back")
			}
		})
	}
}

// indented nests n keys by one space each.
func indented(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

const goodLicense = "MIT: {name: MIT License, class: permissive, commercial: \"yes\", url: \"https://mit.example/\"}\n"

// Line ends of another system and a byte-order mark change nothing.
func TestLoadLineEnds(t *testing.T) {
	unix := goodTask + "system_prompt: |-\n  one\n  two\n"
	for _, text := range []string{unix, strings.ReplaceAll(unix, "\n", "\r\n"), "\ufeff" + unix} {
		c, fs := Load(board("catalog/tasks/t.yaml", text))
		if len(fs) > 0 {
			t.Fatal(fs)
		}
		if got := *c.Tasks["t"].SystemPrompt; got != "one\ntwo" {
			t.Errorf("prompt %q", got)
		}
	}
}

func TestMessagesHelp(t *testing.T) {
	_, fs := Load(board("catalog/models/o/n.yaml", "name: o/n\ntitel: T\nlicence: MIT\nwhat: x\nactive_parameters_b: -1\nreleased: soon\n"))
	want := map[string][2]string{
		"/titel":               {`unknown key "titel"`, `did you mean "title"?`},
		"/licence":             {`unknown key "licence"`, `did you mean "license"?`},
		"/what":                {`unknown key "what"`, "keys here are "},
		"/active_parameters_b": {"-1 is not above 0", ""},
		"/released":            {`"soon" is not a date`, "write YYYY-MM-DD, YYYY-MM or YYYY"},
		"":                     {`key "title" is missing`, ""},
	}
	for _, f := range fs {
		if w, ok := want[f.Where.Pointer]; ok && strings.HasPrefix(f.Message, w[0]) && strings.HasPrefix(f.Hint, w[1]) {
			delete(want, f.Where.Pointer)
		}
	}
	if len(want) > 0 {
		t.Errorf("not said: %v\nsaid: %v", want, fs)
	}
}

func TestLoadIsDeterministic(t *testing.T) {
	in := fstest.MapFS{}
	for i := range 50 {
		in[fmt.Sprintf("catalog/models/o/n%d.yaml", i)] = &fstest.MapFile{Data: []byte("name: o/x\nfoo: 1\nbar: 2\n")}
	}
	_, first := Load(in)
	for range 3 {
		if _, again := Load(in); !slices.Equal(first, again) {
			t.Fatal("two loads differ")
		}
	}
}

// The rule tag and the list that pages print are one enumeration.
func TestReasons(t *testing.T) {
	var ids []string
	for _, r := range Reasons() {
		ids = append(ids, r.ID)
		if r.Text == "" {
			t.Errorf("%s has no text", r.ID)
		}
	}
	if got := strings.Join(ids, "|"); got != reasonRule {
		t.Errorf("reasons %s\nrule    %s", got, reasonRule)
	}
}

func TestMoves(t *testing.T) {
	states := []string{StatePending, StateRunning, StateFinished, StateFailed}
	legal := map[string]bool{"pending running": true, "pending failed": true, "running finished": true, "running failed": true, "failed pending": true}
	for _, a := range states {
		for _, b := range states {
			if got := MayMove(a, b); got != legal[a+" "+b] {
				t.Errorf("%s to %s: %v", a, b, got)
			}
		}
	}
}

func TestModelTypes(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range ModelTypes() {
		if m.Icon == "" || m.Name == "" || m.Text == "" || seen[m.Icon] {
			t.Errorf("%+v", m)
		}
		seen[m.Icon] = true
		if got, ok := TypeOf(m.ID); !ok || got != m {
			t.Errorf("%s: %+v", m.ID, got)
		}
	}
	if _, ok := TypeOf(""); ok {
		t.Error("unknown has a type")
	}
}

func TestNameKey(t *testing.T) {
	for in, want := range map[string]string{
		"CC-BY-NC-ND": "cc by nc nd", "cc by  nc_nd": "cc by nc nd", "Apache 2.0": "apache 2.0", "v2.": "v2", ".5": "5", "GPL-2.0+": "gpl 2.0+",
		"FLUX.1 [dev]": "flux 1 dev", "  ": "", "Ünïcode": "ünïcode",
	} {
		if got := nameKey(in); got != want {
			t.Errorf("nameKey(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{"", goodTask, goodLicense, "a: [1, {b: c}]", "? x\n: y", "- - - a", "<<: *a", "a: !!binary x", "a: |\n  b\n c", "\xff", "a: .nan\nb: .inf", "0x10: 1e400",
		"flags:\n  - id: aaaaaaaaaaaa\n", "\"\\u202e\": 1", "a: 'b", "%YAML 1.2\n---\na: b\n..."} {
		f.Add([]byte(s))
	}
	names := []string{"catalog/models/o/n.yaml", "catalog/hardware/h.yaml", "catalog/tasks/t.yaml", "catalog/licenses.yaml", "catalog/caveats.yaml", "catalog/benchmarks.yaml",
		"catalog/references.yaml", "catalog/bands.yaml", "moderation.yaml"}
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fstest.MapFS{}
		for _, n := range names {
			in[n] = &fstest.MapFile{Data: data}
		}
		c, fs := Load(in)
		for _, finding := range fs {
			if finding.Message == "" || finding.Rule == "" || finding.Where.File == "" {
				t.Fatalf("says nothing: %+v", finding)
			}
			if finding.Where.Line < 0 || finding.Where.Line > strings.Count(string(data), "\n")+2 {
				t.Fatalf("line %d of %q", finding.Where.Line, data)
			}
		}
		c.Check(nil)
	})
}
