// Which labels a build writes: the words of labels.build in site.yaml.

package content

import (
	"fmt"
	"slices"
	"strings"

	"jouleboard/internal/result"
)

// LabelFile is one file of a result's label. The zero Look is colour.
type LabelFile struct{ Size, Look, Format string }

// Badge is the word of labels.build for the badge, which has one form.
const Badge = "badge"

// The parts of the words, in the order in which files are named. That each of
// them can be drawn is the label room's business.
var (
	labelSizes   = []string{"full", "compact", "small", "strip"}
	labelLooks   = []string{"", "mono", "dark"}
	labelFormats = []string{"svg", "pdf", "png"}
)

// LabelFiles are all files that a label can be written as: SIZE-FORMAT in colour
// and SIZE-LOOK-FORMAT. A dark label is for screens and is no PDF.
func LabelFiles() []LabelFile { return slices.Clone(labelFiles) }

var labelFiles = func() (all []LabelFile) {
	for _, size := range labelSizes {
		for _, look := range labelLooks {
			for _, format := range labelFormats {
				if look != "dark" || format != "pdf" {
					all = append(all, LabelFile{size, look, format})
				}
			}
		}
	}
	return all
}()

// Name is the word that labels.build has for the file.
func (f LabelFile) Name() string {
	if f.Look == "" {
		return f.Size + "-" + f.Format
	}
	return f.Size + "-" + f.Look + "-" + f.Format
}

// LabelFiles are the files that a build writes for each result, in the order of
// the function of that name, whatever order site.yaml has. The badge is not
// among them.
func (s *Site) LabelFiles() []LabelFile {
	var files []LabelFile
	for _, f := range labelFiles {
		if s.BuildsLabel(f.Name()) {
			files = append(files, f)
		}
	}
	return files
}

// BuildsLabel says whether a build writes the named label for each result.
func (s *Site) BuildsLabel(name string) bool { return slices.Contains(s.Labels.Build, name) }

// labelBuild checks the words of labels.build.
func (c *siteCheck) labelBuild() {
	for i, b := range c.s.Labels.Build {
		at := fmt.Sprintf("/labels/build/%d", i)
		known := b == Badge || slices.ContainsFunc(LabelFiles(), func(f LabelFile) bool { return f.Name() == b })
		switch {
		case !known && strings.Contains(b, "dark") && strings.HasSuffix(b, "pdf"):
			c.bad(at, fmt.Sprintf("label %q is not known: a dark label is for screens, and a PDF is for print", result.Clip(b)), "use svg or png, or another look")
		case !known:
			c.bad(at, fmt.Sprintf("label %q is not known", result.Clip(b)), "use badge, SIZE-FORMAT or SIZE-LOOK-FORMAT, such as full-svg or small-mono-png; sizes are "+
				strings.Join(labelSizes, ", ")+"; looks are "+strings.Join(labelLooks[1:], ", ")+"; formats are "+strings.Join(labelFormats, ", "))
		}
	}
}
