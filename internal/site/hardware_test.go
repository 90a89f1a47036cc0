package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Hardware with many results has a page for each task, with curves, files and all
// results over further pages, and nothing there is ranked.
func TestHardwareTasks(t *testing.T) {
	out, _ := shipped(t)
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	dir := hardwareDir("h100", "lm-arena-chat")
	if got := read(hardwarePath("h100")); !strings.Contains(got, "lm-arena-chat/index.html") || strings.Contains(got, `id="task-`) {
		t.Error("the page of the H100 does not lead to its tasks, or lists them itself")
	}
	page := read(partPath(dir, 0))
	for _, want := range []string{`id="load-lm-arena-chat"`, `id="latency-lm-arena-chat"`, "rows-2/index.html", "data-save"} {
		if !strings.Contains(page, want) && !strings.Contains(page, strings.ReplaceAll(want, `"`, "")) {
			t.Errorf("the task's page lacks %s", want)
		}
	}
	for _, f := range []string{"load-lm-arena-chat.svg", "load-lm-arena-chat.pdf", "latency-lm-arena-chat.csv", "latency-lm-arena-chat.json", "rows-2/index.html"} {
		if !exists(filepath.Join(out, filepath.FromSlash(dir), filepath.FromSlash(f))) {
			t.Errorf("no %s", f)
		}
	}
	for at := range 2 {
		part := read(partPath(dir, at))
		_, body, _ := strings.Cut(part, "<tbody")
		if strings.Contains(body, `class="n rank"`) || strings.Contains(body, "aria-sort") {
			t.Errorf("part %d ranks its rows", at)
		}
	}
	if !strings.Contains(read(partPath(dir, 1)), "../index.html") {
		t.Error("the second part does not lead back")
	}
}
