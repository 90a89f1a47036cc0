package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"jouleboard/internal/result"
)

const (
	idA = "1f0c2b7a9e34aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	idB = "123456789012345678901234567890123456789012345678901234567890abcd"
	idC = "e12345678901bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func flagOf(id, text string) Flag {
	return Flag{ID: id, Reason: "unreproducible", Text: text, Date: "2026-03-02", Discussion: "https://example.org/d?x=1&y=2#z"}
}

func tombstone(id string) Withdrawal {
	return Withdrawal{ID: id, Reason: "privacy", Date: "2026-03-02", Discussion: "https://example.org/2", Title: "A: \"title\"", Model: "Org/Name", Task: "gpqa", Hardware: "NVIDIA H100 80GB HBM3"}
}

// TestModerateText holds the text of the file after each change.
func TestModerateText(t *testing.T) {
	shipped := "# Head.\n\nflags: []  # none yet\nwithdrawals: []\nrequests: []\n"
	flags := "flags:\n  # the first\n  - id: " + idA + "  # of Ada\n    reason: other\n    text: |\n      # no comment\n      two lines\n    date: \"2026-01-02\"\n    discussion: https://example.org/1\n  # the second\n  - {id: " + idC + ", reason: license, date: \"2026-01-03\", discussion: \"https://example.org/2\"}\n\n# of withdrawals\nwithdrawals: []\n"
	asked := "requests:\n  - model: Org/Name  # a name\n    task: gpqa\n    # since the spring\n    state: pending  # waits\n    date: \"2026-01-02\"\n    by: Ada\n# the end\n"
	for _, tc := range []struct {
		name, in string
		do       func([]byte) ([]byte, error)
		has      []string
		hasnt    []string
	}{
		{"flag in an empty list", shipped, addFlag(flagOf(idA, "")), []string{"# Head.\n\nflags:  # none yet\n  - id: \"" + idA + "\"\n    reason: unreproducible\n    date: \"2026-03-02\"\n    discussion: \"https://example.org/d?x=1&y=2#z\"\nwithdrawals: []\nrequests: []\n"}, nil},
		{"flag in no file", "", addFlag(flagOf(idA, "")), []string{moderationHead[:40], "flags:\n  - id: "}, nil},
		{"flag after others", flags, addFlag(flagOf(idB, "")), []string{"discussion: \"https://example.org/2\"}\n  - id: \"" + idB + "\"", "\n\n# of withdrawals\nwithdrawals: []\n"}, nil},
		{"unflag the first", flags, removeFlag(idA[:12]), []string{"flags:\n  # the first\n  # the second\n  - {id: " + idC}, []string{idA, "two lines", "of Ada"}},
		{"withdraw what is flagged", flags, withdraw(tombstone(idC)), []string{"  # the second\n\n# of withdrawals\nwithdrawals:\n  - id: " + idC, `title: "A: \"title\""`}, []string{"{id:"}},
		{"a request runs", asked, move(Step{Move: Move{State: StateRunning, Date: "2026-02-01", Text: "on two: GPUs"}}),
			[]string{"# a name\n    task: gpqa\n    # since the spring\n    state: running  # waits\n    date: \"2026-02-01\"\n    by: Ada\n    history:\n      - {state: pending, date: \"2026-01-02\"}\n      - {state: running, date: \"2026-02-01\", text: \"on two: GPUs\"}\n# the end\n"}, nil},
		{"windows line ends", strings.ReplaceAll(asked, "\n", "\r\n"), addFlag(flagOf(idA, "")), []string{"# the end\r\nflags:\r\n  - id: "}, []string{"Ada\n"}},
		{"a list in brackets", "flags: [{id: " + idC + ", reason: license, date: \"2026-01-03\", discussion: \"https://example.org/2\"}] # why\nrequests: []\n", addFlag(flagOf(idB, "")), []string{"# why\nflags:\n  - id: " + idC}, nil},
		{"a file in braces", "{flags: [], requests: []} # odd\n", addFlag(flagOf(idB, "")), []string{"# odd\nflags:\n  - id: \"" + idB, "requests: []"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := tc.do([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tc.has {
				if !strings.Contains(string(out), s) {
					t.Errorf("lacks %q:\n%s", s, out)
				}
			}
			for _, s := range tc.hasnt {
				if strings.Contains(string(out), s) {
					t.Errorf("has %q:\n%s", s, out)
				}
			}
		})
	}
}

type refused struct{ why string }

func (r refused) Error() string { return r.why }

func change(do func([]byte) ([]byte, []string, error)) func([]byte) ([]byte, error) {
	return func(data []byte) ([]byte, error) {
		out, findings, err := do(data)
		if err == nil && len(findings) > 0 {
			err = refused{strings.Join(findings, "; ")}
		}
		return out, err
	}
}

func addFlag(f Flag) func([]byte) ([]byte, error) {
	return change(func(data []byte) ([]byte, []string, error) {
		out, fs, err := AddFlag(data, f)
		return out, words(fs), err
	})
}

func removeFlag(id string) func([]byte) ([]byte, error) {
	return change(func(data []byte) ([]byte, []string, error) {
		out, fs, err := RemoveFlag(data, id)
		return out, words(fs), err
	})
}

func withdraw(w Withdrawal) func([]byte) ([]byte, error) {
	return change(func(data []byte) ([]byte, []string, error) {
		out, fs, err := AddWithdrawal(data, w)
		return out, words(fs), err
	})
}

func ask(q Request) func([]byte) ([]byte, error) {
	return change(func(data []byte) ([]byte, []string, error) {
		out, fs, err := AddRequest(data, q)
		return out, words(fs), err
	})
}

func move(s Step) func([]byte) ([]byte, error) {
	return change(func(data []byte) ([]byte, []string, error) {
		out, fs, err := MoveRequest(data, "Org/Name", "gpqa", "", s)
		return out, words(fs), err
	})
}

// TestModerateRefuses holds that nothing comes of what a rule forbids.
func TestModerateRefuses(t *testing.T) {
	evil := flagOf(idA, "")
	evil.Discussion = "javascript:alert(1)"
	badReason := flagOf(idA, "")
	badReason.Reason = "dislike"
	other := flagOf(idA, "")
	other.Reason = "other"
	control := flagOf(idA, "a\x1b[31mb")
	finished := "requests:\n  - {model: Org/Name, task: gpqa, state: finished, date: \"2026-01-02\", by: Ada, result: " + idC + "}\n"
	pending := "requests:\n  - {model: Org/Name, task: gpqa, state: pending, date: \"2026-01-02\", by: Ada}\n"
	running := strings.Replace(pending, "pending", "running", 1)
	for _, tc := range []struct {
		name, in string
		do       func([]byte) ([]byte, error)
		want     string
	}{
		{"an address that runs", "", addFlag(evil), "does not begin with https://"},
		{"another reason", "", addFlag(badReason), "contaminated-training-data"},
		{"other without a text", "", addFlag(other), "without a text"},
		{"a control character", "", addFlag(control), "U+001B"},
		{"a file with errors", "flags: 3\n", addFlag(flagOf(idA, "")), "expected a list"},
		{"a file with an anchor", "flags: &a []\n", addFlag(flagOf(idA, "")), "moderation.yaml"},
		{"no flag", "flags: []\n", removeFlag(idA), "not flagged"},
		{"finished cannot run", finished, move(Step{Move: Move{State: StateRunning, Date: "2026-02-01"}}), "no request is open"},
		{"pending cannot finish", pending, move(Step{Move: Move{State: StateFinished, Date: "2026-02-01"}, Result: idC}), "may go to running or failed"},
		{"back in time", pending, move(Step{Move: Move{State: StateRunning, Date: "2026-01-01"}}), "since 2026-01-02"},
		{"finish without a result", running, move(Step{Move: Move{State: StateFinished, Date: "2026-02-01"}}), "must name its result"},
		{"fail without a word", pending, move(Step{Move: Move{State: StateFailed, Date: "2026-02-01"}}), "why and what now"},
		{"asked twice", pending, ask(Request{Model: "Org/Name", Task: "gpqa", By: "Bo", Date: "2026-02-01"}), "asked for already"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := tc.do([]byte(tc.in))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want one with %q\n%s", err, tc.want, out)
			}
			if out != nil {
				t.Errorf("something was made of it:\n%s", out)
			}
		})
	}
}

func words(fs result.Findings) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Where.String()+" "+f.Message+" ("+f.Hint+")")
	}
	return out
}

// FuzzModerate holds that every change of every good file gives a good file that
// kept its comments, whatever the text of the change.
func FuzzModerate(f *testing.F) {
	f.Add("# Head.\n\nflags: []  # none yet\nwithdrawals: []\nrequests: []\n", "a: b # c\n- d\nflags: []")
	f.Add("flags:\n- id: "+idC+"\n  reason: license # x\n  date: \"2026-01-03\"\n  discussion: https://example.org/2\n  # y\n# z\n", "'\"\\{[*&!|>%@`")
	f.Add("requests:\n  - model: Org/Name\n    task: gpqa\n    state: pending\n    date: 2026-01-02\n    by: >-\n      Ada\n      # L\n    history:\n      - state: pending\n        # x\n        date: 2026-01-02\n", "---")
	f.Add("{flags: [], requests: [{model: Org/Name, task: gpqa, state: pending, date: \"2026-01-02\", by: x}]} # odd", "\u00e9\u4e2d\U0001f600")
	f.Add("---\nflags: # c\n  [] # d\n...\n", "x")
	f.Add("# only a comment", "y")
	f.Add("\ufeffflags: []\r\n# a\r\n", "null")
	f.Fuzz(func(t *testing.T, file, text string) {
		if len(file) > 4096 || len(text) > 1024 {
			return
		}
		if _, fs := ReadModeration([]byte(file)); fs.HasErrors() {
			return
		}
		if _, msg, _ := checkText(text, "text"); msg != "" || strings.HasSuffix(text, "\n") {
			return
		}
		had := commentsOf(file)
		data := []byte(file)
		m, _ := ReadModeration(data)
		if m.FlagOf(idA) != nil || m.WithdrawalOf(idA) != nil || m.WithdrawalOf(idB) != nil || m.FlagOf(idB) != nil {
			return
		}
		step := func(what string, out []byte, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v\n%s", what, err, data)
			}
			for _, c := range had {
				if !slices.Contains(commentsOf(string(out)), c) {
					t.Fatalf("%s lost the comment %q:\n%s\n-- became --\n%s", what, c, data, out)
				}
			}
			data = out
		}
		out, err := addFlag(flagOf(idA, text))(data)
		step("flag", out, err)
		out, err = withdraw(tombstone(idB))(data)
		step("withdraw", out, err)
		out, err = withdraw(tombstone(idA))(data) // and the flag goes
		step("withdraw what is flagged", out, err)
		q := Request{Model: "Fuzz/It", Task: "gpqa", By: "Bo", Date: "2026-02-01"}
		if m, _ := ReadModeration(data); slices.ContainsFunc(m.Requests, func(r Request) bool { return r.Model == q.Model }) {
			return
		}
		out, err = ask(q)(data)
		step("ask", out, err)
		for _, s := range []Step{{Move: Move{StateRunning, "2026-02-02", text}}, {Move: Move{StateFailed, "2026-02-03", ""}, Reason: text, Next: text},
			{Move: Move{StatePending, "2026-02-03", text}}} {
			out, fs, err := MoveRequest(data, q.Model, q.Task, "", s)
			if fs.HasErrors() {
				t.Fatal(words(fs))
			}
			step(s.State, out, err)
		}
		if m, _ := ReadModeration(data); m.WithdrawalOf(idA) == nil || m.FlagOf(idA) != nil {
			t.Fatalf("the withdrawal is not there:\n%s", data)
		}
	})
}

func commentsOf(text string) (out []string) {
	for _, tk := range lexer.Tokenize(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")) {
		if tk.Type == token.CommentType {
			out = append(out, strings.TrimSpace(tk.Value))
		}
	}
	return out
}
