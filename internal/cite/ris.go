// RIS: one tag a line, records end with ER.

package cite

import "strings"

var risTypes = map[string]string{Software: "COMP", Dataset: "DATA", Webpage: "ELEC", Article: "GEN", Conference: "CPAPER"}

func ris(b *strings.Builder, it Item, _ bool) {
	tag := func(name, value string) {
		if value != "" {
			put(b, name, "  - ", value, "\r\n")
		}
	}
	tag("TY", risTypes[it.Kind])
	tag("ID", it.Key)
	for _, a := range it.Authors {
		tag("AU", risAuthor(a))
	}
	tag("TI", it.Title)
	tag("T2", it.Booktitle)
	year, month, day := dateParts(it.Date)
	tag("PY", year)
	if month != "" {
		// All three slashes stand even where a part is unknown.
		tag("DA", year+"/"+month+"/"+day+"/")
	}
	tag("ET", it.Version)
	tag("PB", it.Publisher)
	if it.Eprint != "" {
		tag("M1", "arXiv:"+it.Eprint)
	}
	tag("AB", it.Abstract)
	for _, w := range it.Keywords {
		tag("KW", w)
	}
	tag("N1", strings.Join(it.remarks(), ". "))
	tag("DO", it.DOI)
	tag("UR", it.URL)
	tag("Y2", strings.ReplaceAll(it.Accessed, "-", "/"))
	b.WriteString("ER  - \r\n")
}

var risName = strings.NewReplacer(",", " ", "*", " ")

// risAuthor writes "Family, Given". The format has no escape for a comma and
// forbids the asterisk in names: in a body's name they become blanks, so that
// none of it is taken for a given name.
func risAuthor(a Author) string {
	if a.Name != "" {
		return line(risName.Replace(a.Name))
	}
	s := line(risName.Replace(a.Family))
	if g := line(risName.Replace(a.Given)); g != "" {
		s += ", " + g
	}
	return s
}
