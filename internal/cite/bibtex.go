// BibTeX, for BibTeX and biber alike.

package cite

import "strings"

// tex writes text for a BibTeX field. Braces become commands, because BibTeX
// counts even escaped ones; letters of other scripts stay UTF-8.
var tex = strings.NewReplacer(
	`\`, `\textbackslash{}`,
	`{`, `\textbraceleft{}`,
	`}`, `\textbraceright{}`,
	`~`, `\textasciitilde{}`,
	`^`, `\textasciicircum{}`,
	`<`, `\textless{}`,
	`>`, `\textgreater{}`,
	`|`, `\textbar{}`,
	`"`, `\textquotedbl{}`,
	"`", `\textasciigrave{}`,
	`&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`,
)

var months = [...]string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

func bibtex(b *strings.Builder, it Item, _ bool) {
	kind := "misc"
	switch it.Kind {
	case Software:
		kind = "software"
	case Conference:
		kind = "inproceedings"
	}
	put(b, "@", kind, "{", it.Key, ",\n")
	begin := func(name string) {
		const longest = "archiveprefix"
		put(b, "  ", name, "             "[:len(longest)-len(name)], " = ")
	}
	field := func(name, value string) {
		if value != "" {
			begin(name)
			put(b, "{", value, "},\n")
		}
	}
	// A second pair of braces keeps styles from changing capitals.
	field("title", "{"+tex.Replace(it.Title)+"}")
	field("author", bibtexAuthors(it.Authors))
	year, month, _ := dateParts(it.Date)
	field("year", year)
	if month != "" {
		begin("month")
		put(b, months[int(month[0]-'0')*10+int(month[1]-'0')], ",\n")
	}
	field("booktitle", tex.Replace(it.Booktitle))
	field("version", tex.Replace(it.Version))
	if it.Kind == Dataset {
		field("howpublished", "Data set")
	}
	field("publisher", tex.Replace(it.Publisher))
	if it.Eprint != "" {
		field("eprint", it.Eprint)
		field("archiveprefix", "arXiv")
		field("primaryclass", tex.Replace(it.EprintClass))
	}
	field("doi", it.DOI)
	// Addresses are read verbatim by the url package: no escapes here.
	field("url", it.URL)
	field("urldate", it.Accessed)
	field("keywords", tex.Replace(strings.Join(commaless(it.Keywords), ", ")))
	note := it.remarks()
	if len(it.Date) == len("2006-01-02") {
		note = append(note, "As of "+it.Date)
	}
	field("note", tex.Replace(strings.Join(note, ". ")))
	b.WriteString("}\n")
}

// commaless keeps a comma in a keyword from making two of it.
func commaless(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ReplaceAll(w, ",", " ")
	}
	return out
}

// bibtexAuthors joins names by "and". Bodies stand in braces, or BibTeX would
// take their last word for a family name; so does a part of a person's name that
// holds a comma or the word and.
func bibtexAuthors(authors []Author) string {
	var names []string
	for _, a := range authors {
		switch {
		case a.Name != "":
			names = append(names, "{"+tex.Replace(a.Name)+"}")
		case a.Given == "":
			names = append(names, "{"+tex.Replace(a.Family)+"}")
		default:
			names = append(names, namePart(a.Family)+", "+namePart(a.Given))
		}
	}
	return strings.Join(names, " and ")
}

func namePart(s string) string {
	t := tex.Replace(s)
	if strings.Contains(s, ",") || strings.Contains(" "+strings.ToLower(s)+" ", " and ") {
		return "{" + t + "}"
	}
	return t
}
