// A change as sections of rows: one order and one choice of words for text,
// Markdown and HTML.

package review

import (
	"cmp"
	"fmt"

	"jouleboard/internal/unit"
)

// section is a table of a change. Its cells are as contributed: printers escape
// them.
type section struct {
	Title string
	Lede  string
	Head  []string
	Rows  [][]string
	// Few is how many rows are printed where no one asked for all of them.
	Few int
}

// sections lists what there is to say, the gravest first. Empty ones are left
// out.
func (c *Change) sections() []section {
	var out []section
	add := func(s section) {
		if len(s.Rows) > 0 || s.Lede != "" {
			out = append(out, s)
		}
	}
	look := section{Title: "Look at this first", Few: 40}
	for _, r := range c.Risks {
		look.Rows = append(look.Rows, []string{r.Text})
	}
	add(look)
	add(c.findingSection())
	add(c.resultSection())
	add(c.fieldSection())
	add(c.requestSection())
	add(c.scaleSection())
	for _, b := range c.Boards {
		add(b.section())
	}
	return out
}

func (c *Change) findingSection() section {
	s := section{Title: "New findings", Head: []string{"Level", "Where", "What", "Try"}, Few: 30}
	for _, f := range c.Findings {
		s.Rows = append(s.Rows, []string{string(f.Level), f.Where.String(), f.Message + " [" + f.Rule + "]", f.Hint})
	}
	if c.Settled > 0 {
		s.Lede = "Settles " + counted(c.Settled, "finding") + " that " + c.Base + " had."
	}
	return s
}

func (c *Change) resultSection() section {
	s := section{Title: "Results", Head: []string{"Change", "Model", "Task", "Set-up", "Headline", "Where it stands", "Id"}, Few: 60}
	for _, r := range c.Results {
		stands := r.where()
		if r.Reason != "" {
			if stands != "" {
				stands += "; "
			}
			stands += r.Reason
		}
		if r.BasePath != "" && r.Kind == KindMoved {
			stands = "was " + r.BasePath
		}
		id := shortID(r.ID)
		if r.BaseID != "" {
			id = shortID(r.BaseID) + " → " + id
		}
		s.Rows = append(s.Rows, []string{r.Kind, r.Model, r.Task, r.Setup, stepText(r.Before, r.After, r.Digits, r.Unit), stands, id})
	}
	return s
}

// fieldSection lists what changed inside of replaced results.
func (c *Change) fieldSection() section {
	s := section{Title: "Values that changed", Head: []string{"Model", "Value", "Before", "After"}, Few: 30}
	for _, r := range c.Results {
		for _, f := range r.Fields {
			s.Rows = append(s.Rows, []string{r.Model, f.Pointer, cmp.Or(f.Before, unit.Dash), cmp.Or(f.After, unit.Dash)})
		}
		if r.MoreFields > 0 {
			s.Rows = append(s.Rows, []string{r.Model, "and " + counted(r.MoreFields, "value") + " more", "", ""})
		}
	}
	return s
}

func (c *Change) scaleSection() section {
	s := section{Title: "Rating scales", Head: []string{"Scale", "Edition", "Change", "Status"}, Few: 20}
	for _, x := range c.Scales {
		what := x.Status
		if x.Levels {
			what = "rates otherwise"
		}
		s.Rows = append(s.Rows, []string{x.ID, x.Edition, what, arrowText(cmp.Or(x.Before, unit.Dash), cmp.Or(x.After, unit.Dash))})
	}
	return s
}

func (b BoardChange) section() section {
	s := section{Title: b.Title, Head: []string{"Model", "Rank", "Stars", "Value", "Change"}, Few: 15}
	switch b.Status {
	case Added:
		s.Lede = fmt.Sprintf("A new board, %s, with %s.", b.ID, counted(b.RankedAfter, "ranked row"))
	case Removed:
		s.Lede = fmt.Sprintf("The board %s is gone; it had %s.", b.ID, counted(b.RankedBefore, "ranked row"))
	default:
		s.Lede = fmt.Sprintf("Board %s: %s", b.ID, counted(b.RankedAfter, "ranked row"))
		if b.RankedBefore != b.RankedAfter {
			s.Lede += fmt.Sprintf(", before %s", unit.Int(int64(b.RankedBefore)))
		}
		for _, n := range b.Notes {
			s.Lede += "; " + n
		}
		s.Lede += "."
	}
	for _, r := range b.Rows {
		var before, after *float64
		if r.Before != nil {
			before = &r.Before.Value
		}
		if r.After != nil {
			after = &r.After.Value
		}
		rank, stars, what := "", "", r.Status
		switch {
		case r.Before == nil:
			rank, stars = r.After.RankText(), r.After.StarsText()
		case r.After == nil:
			rank, stars = r.Before.RankText(), r.Before.StarsText()
		default:
			rank, stars = arrowText(r.Before.RankText(), r.After.RankText()), arrowText(r.Before.StarsText(), r.After.StarsText())
			if r.Before.ID != r.After.ID {
				what = "another result"
			}
		}
		s.Rows = append(s.Rows, []string{r.Model, rank, stars, stepText(before, after, b.Digits, b.Unit), what})
	}
	return s
}

// fileLine counts the files that changed, by area, in a sentence.
func (c *Change) fileLine() string {
	if len(c.Files) == 0 {
		return ""
	}
	return counted(len(c.Files), "file") + " changed in all."
}
