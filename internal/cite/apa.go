// Text for people: a reference in the style of APA (7th edition, without
// italics), and plain lines.

package cite

import (
	"fmt"
	"strings"
	"unicode"
)

var monthNames = [...]string{"", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

var apaKinds = map[string]string{Software: "[Computer software]", Dataset: "[Data set]", Article: "[Preprint]"}

func apa(b *strings.Builder, it Item, _ bool) { put(b, apaLine(it), "\n") }

func apaLine(it Item) string {
	title := it.Title
	var paren []string
	if it.Version != "" {
		version := it.Version
		if len(version) > 1 && version[0] == 'v' && version[1] >= '0' && version[1] <= '9' {
			version = version[1:]
		}
		paren = append(paren, "Version "+version)
	}
	if it.Number != "" {
		paren = append(paren, it.Number)
	}
	if it.Commit != "" {
		paren = append(paren, "Commit "+it.Commit)
	}
	if it.Eprint != "" {
		paren = append(paren, "arXiv:"+it.Eprint)
	}
	if len(paren) > 0 {
		title += " (" + strings.Join(paren, "; ") + ")"
	}
	kind := apaKinds[it.Kind]
	if it.Kind == Article && it.Eprint == "" {
		kind = ""
	}
	if kind != "" {
		title += " " + kind
	}
	date := "(" + apaDate(it.Date, it.Kind) + ")"
	authors := apaAuthors(it.Authors)
	parts := []string{stop(authors), stop(date), stop(title)}
	if authors == "" {
		parts = []string{stop(title), stop(date)}
	}
	publisher := it.Publisher
	if it.Booktitle != "" {
		parts = append(parts, stop("In "+it.Booktitle))
	}
	if publisher == "" && it.Eprint != "" && it.Kind != Conference {
		publisher = "arXiv"
	}
	// A body that published its own work is not named twice.
	if publisher != "" && publisher != authors {
		parts = append(parts, stop(publisher))
	}
	if it.Note != "" {
		parts = append(parts, stop(it.Note))
	}
	switch {
	case it.DOI != "":
		parts = append(parts, "https://doi.org/"+it.DOI)
	case it.URL != "" && it.Accessed != "" && it.Date == "":
		parts = append(parts, "Retrieved "+apaDay(it.Accessed)+", from "+it.URL)
	case it.URL != "":
		parts = append(parts, it.URL)
	}
	return strings.Join(parts, " ")
}

// stop ends a part with a full stop, unless it ends a sentence already.
func stop(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

func apaDate(d, kind string) string {
	year, month, day := dateParts(d)
	switch {
	case year == "":
		return "n.d."
	case month == "", kind == Article, kind == Conference, kind == Software:
		return year
	case day == "":
		return year + ", " + monthNames[int(month[0]-'0')*10+int(month[1]-'0')]
	}
	return fmt.Sprintf("%s, %s %s", year, monthNames[int(month[0]-'0')*10+int(month[1]-'0')], strings.TrimPrefix(day, "0"))
}

// apaDay writes a date as in "March 4, 2025".
func apaDay(d string) string {
	year, month, day := dateParts(d)
	if day == "" {
		return apaDate(d, Webpage)
	}
	return fmt.Sprintf("%s %s, %s", monthNames[int(month[0]-'0')*10+int(month[1]-'0')], strings.TrimPrefix(day, "0"), year)
}

// apaAuthors joins names: one; two or more with & before the last; of 21 or more
// the first 19, an ellipsis and the last.
func apaAuthors(authors []Author) string {
	names := make([]string, len(authors))
	for i, a := range authors {
		names[i] = apaName(a)
	}
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return names[0]
	case n == 2 && authors[0].Name != "":
		return names[0] + " & " + names[1] // no comma after a body's name
	case n <= 20:
		return strings.Join(names[:n-1], ", ") + ", & " + names[n-1]
	default:
		return strings.Join(names[:19], ", ") + ", . . . " + names[n-1]
	}
}

func apaName(a Author) string {
	if a.Name != "" {
		return a.Name
	}
	if g := initials(a.Given); g != "" {
		return a.Family + ", " + g
	}
	return a.Family
}

// initials shortens given names: "Jean-Luc Marie" is "J.-L. M.". Names in
// scripts without letter case have no initials and stay whole.
func initials(given string) string {
	var words []string
	for _, w := range strings.Fields(given) {
		var parts []string
		for _, p := range strings.Split(w, "-") {
			for _, r := range p {
				if unicode.ToUpper(r) == unicode.ToLower(r) {
					return given
				}
				parts = append(parts, string(unicode.ToUpper(r))+".")
				break
			}
		}
		if len(parts) > 0 {
			words = append(words, strings.Join(parts, "-"))
		}
	}
	return strings.Join(words, " ")
}

// plainText writes labelled lines, one item after the other.
func plainText(b *strings.Builder, it Item, _ bool) {
	put(b, it.Title, "\n")
	row := func(label, value string) {
		if value != "" {
			put(b, label, ": ", value, "\n")
		}
	}
	label := "Authors"
	if len(it.Authors) == 1 {
		label = "Author"
	}
	var names []string
	for _, a := range it.Authors {
		names = append(names, strings.TrimSpace(a.Given+" "+a.Family)+a.Name)
	}
	row(label, strings.Join(names, "; "))
	row("In", it.Booktitle)
	row("Date", it.Date)
	row("Version", it.Version)
	row("Identifier", it.Number)
	row("Commit", it.Commit)
	row("Publisher", it.Publisher)
	row("arXiv", it.Eprint)
	row("DOI", it.DOI)
	row("Address", it.URL)
	row("Repository", it.Repository)
	row("Accessed", it.Accessed)
	row("Licence", it.License)
	row("Note", it.Note)
}
