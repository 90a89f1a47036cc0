// Which pictures a build writes beside the figures of pages: the words of
// figures.build in site.yaml.

package content

import (
	"fmt"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

// figureFormats are the words of figures.build, in the order of a figure's links.
var figureFormats = []string{"svg", "pdf", "png"}

// FigureFormats are all formats that a figure can be a file in.
func FigureFormats() []string { return slices.Clone(figureFormats) }

// BuildsFigure says whether a build writes figures as files of a format.
func (s *Site) BuildsFigure(format string) bool { return slices.Contains(s.Figures.Build, format) }

// figureBuild checks the words of figures.build.
func (c *siteCheck) figureBuild() {
	for i, b := range c.s.Figures.Build {
		if !slices.Contains(figureFormats, b) {
			c.bad(fmt.Sprintf("/figures/build/%d", i), fmt.Sprintf("format %q of figures is not known", result.Clip(b)),
				"formats are "+strings.Join(figureFormats, ", ")+"; an empty list, [], leaves all of them out")
		}
	}
}
