// Package templates holds the built-in page templates. A board repository
// overrides them file by file with a folder of the same name.
package templates

import "embed"

// FS holds every template.
//
//go:embed *.html
var FS embed.FS
