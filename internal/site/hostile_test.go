package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jouleboard/internal/result"
	"jouleboard/internal/result/resulttest"
)

// attacks are strings that a contributor may put into any text field.
var attacks = []string{
	`</script><script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`javascript:alert(1)`,
	`' onmouseover='alert(1)`,
	`{{.Title}} {% raw %} ${7*7}`,
	`=HYPERLINK("https://evil.example","x")`,
	`+cmd|' /C calc'!A0`,
	`<!--`, `]]>`, `&lt;b&gt;`, `%3Cscript%3E`,
	"名前の長いモデル-日本語-中文-한국어",
	"نموذج عربي طويل",
	strings.Repeat("W", 190),
	`[click](javascript:alert(1)) ![x](https://evil.example/p.png) <b>raw</b>`,
}

// hostileBoard is a board whose every contributed string is an attack.
func hostileBoard(t testing.TB) string {
	t.Helper()
	root := smallBoard(t)
	for i, a := range attacks {
		short := a
		if len([]rune(short)) > 150 {
			short = string([]rune(short)[:150])
		}
		r := resulttest.Reported(func(r *result.Result) {
			r.Model.Name = "evil/" + strings.ReplaceAll(short, "/", "∕")
			r.Model.Quantization = short
			r.Notes = []string{a}
			r.Workload.Task = "lm-arena-chat"
			r.Workload.Command = a
			r.Source.Publisher = short
			r.Source.Title = short
			r.Source.Table = short
			r.By.Name = short
			if m, ok := r.Metrics["energy_per_response_j"]; ok {
				m.Value += float64(i)
				m.Formula = ""
				r.Metrics["energy_per_response_j"] = m
			}
			delete(r.Metrics, "energy_per_1000_requests_wh")
		})
		if err := result.Seal(r); err != nil {
			t.Fatal(err)
		}
		path := result.Path(r, "h100")
		data, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		full := filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Hostile text is shown as text: it starts nothing, loads nothing, leaves its
// place nowhere. The crawl reads pages as a browser does and finds handlers,
// inline scripts, loads of files that are not there and other schemes.
func TestHostileText(t *testing.T) {
	root := hostileBoard(t)
	out := filepath.Join(root, "public")
	_, fs := build(t, root, Options{Out: out})
	t.Logf("%d findings", len(fs))
	pages := crawl(t, out)
	seen := map[string]bool{}
	for name, data := range tree(t, out) {
		if strings.HasSuffix(name, ".csv") {
			for _, line := range strings.Split(data, "\n") {
				for _, cell := range strings.Split(line, ",") {
					if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, `"=`) || strings.HasPrefix(cell, "+cmd") {
						t.Errorf("%s: the cell %q begins like a formula", name, cell)
					}
				}
			}
		}
	}
	for name, p := range pages {
		if !strings.HasPrefix(name, "r/") {
			continue
		}
		for _, a := range attacks {
			if strings.Contains(p.text, a) {
				seen[a] = true
			}
		}
	}
	for _, a := range attacks {
		if !seen[a] {
			t.Errorf("the text %q is shown on no result page", a)
		}
	}
}
