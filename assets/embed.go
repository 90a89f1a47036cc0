// Package assets holds the built-in styles, scripts, pictures and interface
// strings. A board repository overrides them file by file with a folder of the
// same name. vendor/ is filled by make from npm packages and may be absent.
package assets

import "embed"

// FS holds every asset. The pattern is *, so that vendor/ is embedded when it is there and the
// package still builds when it is not.
//
//go:embed *
var FS embed.FS
