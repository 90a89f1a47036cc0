package site

import (
	"testing"

	"github.com/jba/templatecheck"

	"jouleboard/assets"
	"jouleboard/templates"
)

// Every template is checked against the struct of its page: a field that is not
// there is found here and not on somebody's board.
func TestTemplatesFitTheirPages(t *testing.T) {
	m, _ := loadMessages(assets.FS, assets.FS, "en")
	set, findings := loadTemplates(templates.FS, m, minifier())
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	pages := map[string]any{
		"home": &homePage{}, "boards": &boardsPage{}, "board": &boardPage{}, "models": &modelsPage{}, "model": &modelPage{}, "hardwares": &hardwaresPage{},
		"hardware": &hardwarePage{}, "result": &resultPage{}, "tombstone": &tombstonePage{}, "task": &taskPage{}, "labels": &labelsPage{}, "reading": &readingPage{}, "compare": &comparePage{}, "rows": &rowsPage{}, "page": &contentPage{},
		"citepage": &citePage{}, "data": &dataPage{}, "dictionary": &dictionaryPage{}, "moderation": &moderationPage{}, "queue": &queuePage{}, "notfound": &notFoundPage{},
	}
	for _, name := range pageTemplates {
		data, ok := pages[name]
		if !ok {
			t.Errorf("%s.html has no page struct in this test", name)
			continue
		}
		base := set.plain()[name].Lookup("base")
		if err := templatecheck.CheckHTML(base, data); err != nil {
			t.Errorf("%s.html: %v", name, err)
		}
		if err := set.typed[name].Compile("base", data); err != nil {
			t.Errorf("%s.html is slow, since the engine has to execute\n%v", name, err)
		}
	}
}
