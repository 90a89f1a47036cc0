// Package labels holds the label designs, the labels' own words, the sheets to
// print on and the rating scales, as data. A board's folder of the same name wins
// over these file by file.
package labels

import "embed"

// FS is this folder: designs/*.yaml, i18n/*.yaml, scales/*, sheets/*.yaml.
//
//go:embed designs i18n scales sheets
var FS embed.FS
