package site

import (
	"strings"
	"testing"
)

// Numbers stand at the end of their cells and heads, and a word about a whole row
// takes the columns that the row leaves.
func TestSimpleTable(t *testing.T) {
	got := string(simpleTable("T", []string{"a", "b", "c"}, [][]any{
		{[2]string{"x<y", "../z"}, numberCell("1.5"), numberCell("2")},
		{"p", restCell("not rated")},
		{[2]string{"q", ""}, "r", 3},
	}))
	for _, want := range []string{
		`<th scope="col">a</th><th scope="col" class="n">b</th><th scope="col" class="n">c</th>`,
		`<tr><td><a href="../z">x&lt;y</a></td><td class="n">1.5</td><td class="n">2</td></tr>`,
		`<tr><td>p</td><td colspan="2">not rated</td></tr>`,
		`<tr><td>q</td><td>r</td><td>3</td></tr>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks %s", got, want)
		}
	}
}
