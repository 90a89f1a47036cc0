// Package labels holds the label designs, the labels' own words and the rating
// scales, as data. A board's folder of the same name wins over these file by
// file.
package labels

import "embed"

// FS is this folder: designs/*.yaml, i18n/*.yaml, scales/*.
//
//go:embed designs i18n scales
var FS embed.FS
