package site

import (
	"strings"
	"testing"
	"testing/fstest"

	"jouleboard/assets"
)

func TestDatesOfALanguage(t *testing.T) {
	const german = "date.day: \"{d}. {month} {y}\"\ndate.month: \"{month} {y}\"\ndate.months: Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember\n"
	for _, c := range []struct{ lang, file, iso, want string }{
		{"en", "", "2025-07-01", "2025-07-01"},
		{"en", "date.day: \"{d} {month} {y}\"\n", "2025-07-01", "1 July 2025"},
		{"zh", "", "2025-07-01", "2025年7月1日"},
		{"zh", "", "2025-07", "2025年7月"},
		{"zh", "", "2025", "2025年"},
		{"de", german, "2025-03-01", "1. März 2025"},
		{"de", german, "2025-03", "März 2025"},
		{"de", german, "2025", "2025"},
		{"de", "date.day: \"{dd}.{mm}.{y}\"\n", "2025-07-01", "01.07.2025"},
		{"ar", "number.digits: ٠١٢٣٤٥٦٧٨٩\ndate.day: \"{d}/{m}/{y}\"\n", "2025-07-01", "١/٧/٢٠٢٥"},
		{"zh", "", "2025-13-01", "2025-13-01"},
		{"zh", "", "last week", "last week"},
		{"zh", "", "", ""},
	} {
		own := fstest.MapFS{}
		if c.file != "" {
			own["i18n/"+c.lang+".yaml"] = &fstest.MapFile{Data: []byte(c.file)}
		}
		m, findings := loadMessages(assets.FS, own, c.lang)
		if got := m.day(c.iso); got != c.want || findings.HasErrors() {
			t.Errorf("%s in %s is %q, want %q: %v", c.iso, c.lang, got, c.want, findings)
		}
	}
	for file, want := range map[string]string{
		"date.day: \"{d}. {y}\"\n":         "shows no month",
		"date.month: \"{mm}\"\n":           "shows no year",
		"date.day: \"{month} {y}\"\n":      "shows no day",
		"date.months: Januar|Februar\n":    "has 2 names",
		"date.year: Jahr\n":                "shows no year",
		"date.day: \"{y}-{mm}-{x}\"\n":     "shows no day",
		"date.month: \"{y} {months}\"\n":   "shows no month",
		"date.months: \"a|b|c|d|e|f|g\"\n": "has 7 names",
	} {
		_, findings := loadMessages(assets.FS, fstest.MapFS{"i18n/de.yaml": &fstest.MapFile{Data: []byte(file)}}, "de")
		if !findings.HasErrors() || !strings.Contains(findingsText(findings), want) {
			t.Errorf("%q: %s", file, findingsText(findings))
		}
	}
}
