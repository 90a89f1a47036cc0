package site

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jouleboard/assets"
	"jouleboard/internal/result"
)

// read returns a page of an output as text without tags, one space between words.
func readText(t testing.TB, out, page string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile(`<script[^>]*>[^<]*</script>|<[^>]*>`).ReplaceAllString(string(data), " ")
	text = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&quot;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&", "&nbsp;", " ", "\u00a0", " ").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

// holds says which of some texts a page lacks, and which of others it has.
func holds(t testing.TB, page, text string, want, not []string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q", page, w)
		}
	}
	for _, w := range not {
		if strings.Contains(text, w) {
			t.Errorf("%s says %q", page, w)
		}
	}
}

// moderated writes content/moderation.yaml of a board.
func writeModeration(t testing.TB, root, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, "content", "moderation.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func someResult(t testing.TB, root string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "results", "Qwen", "Qwen3-8B", "*", "*.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("no results: %v", err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	r, found := result.Decode(files[0], data)
	if found.HasErrors() {
		t.Fatal(findingsText(found))
	}
	return r.ID
}

// everyState is a moderation.yaml with a flag on a result, a withdrawal, and
// requests in all states but one.
func everyState(id string) string {
	return `
flags:
  - {id: ` + id + `, reason: unreproducible, text: "Two others saw twice the energy.", date: "2026-03-01", discussion: "https://example.org/d/1"}
withdrawals:
  - {id: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff, reason: wrong-workload, date: "2026-02-01", discussion: "https://example.org/d/2", title: "Gone one", model: example/Gone-7B, task: chat, hardware: H100}
requests:
  - {model: Qwen/Qwen3-8B, task: chat, hardware: h100, state: finished, date: "2026-03-04", by: Ada, result: ` + id[:12] + `, history: [{state: pending, date: "2026-01-02"}, {state: running, date: "2026-02-03", text: "on two cards"}, {state: finished, date: "2026-03-04"}]}
  - {model: example/New-1B, task: chat, state: pending, date: "2026-03-05", by: "<b>Eve</b>", discussion: "https://example.org/d/3"}
  - {model: example/Old-1B, task: chat, state: pending, date: "2026-01-05", by: Bob}
  - {model: example/Big-900B, task: chat, hardware: b200, state: failed, date: "2026-03-06", by: Cleo, reason: "It needs 16 cards.", next: "Somebody with a larger server."}
  - {model: example/Back-3B, task: chat, state: finished, date: "2026-03-07", by: Dan, result: 001122334455}
`
}

func TestQueueAndModeration(t *testing.T) {
	root := smallBoard(t)
	id := someResult(t, root)
	writeModeration(t, root, everyState(id))
	out := filepath.Join(t.TempDir(), "public")
	build(t, root, Options{Out: out})

	queue := readText(t, out, queuePath)
	holds(t, queuePath, queue, []string{"None is running.", "Pending 2", "<b>Eve</b>", "It needs 16 cards.", "Next: Somebody with a larger server.",
		"2026-02-03 running: on two cards", "Result: 1 × ", "Result: Withdrawn", "any"}, []string{"Nobody has asked"})
	if old, young := strings.Index(queue, "Old-1B"), strings.Index(queue, "New-1B"); old > young {
		t.Error("who waits longest is not first")
	}
	raw, err := os.ReadFile(filepath.Join(out, "queue", "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, queuePath, string(raw), []string{`href="../r/` + id[:12], `href="../r/001122334455`, `href="../models/Qwen/Qwen3-8B/`, `href="../hardware/h100/`, `href="https://example.org/d/3"`}, []string{"<b>Eve"})

	page := "moderation/index.html"
	holds(t, page, readText(t, out, page), []string{"Two others saw twice the energy.", "2026-03-01", id[:12], "Gone one", "001122334455", "example/Gone-7B"}, []string{"No result is flagged", "No result was withdrawn"})
	page = "r/001122334455/index.html"
	holds(t, page, readText(t, out, page), []string{"Withdrawn 2026-02-01.", "Gone one"}, nil)
}

func TestQueueEmpty(t *testing.T) {
	out, _ := shipped(t)
	holds(t, queuePath, readText(t, out, queuePath), []string{"Nobody has asked for a measurement yet."}, []string{"None is running"})
	holds(t, "moderation/index.html", readText(t, out, "moderation/index.html"), []string{"No result is flagged.", "No result was withdrawn."}, nil)
}

// testMessages are the English strings.
func testMessages(t testing.TB) *messages {
	t.Helper()
	m, found := loadMessages(assets.FS, assets.FS, "en")
	if found.HasErrors() {
		t.Fatal(findingsText(found))
	}
	return m
}
