//go:build !unix

package site

import "os"

// writeNew writes a file that is not there yet.
func writeNew(name string, data []byte) error { return os.WriteFile(name, data, 0o644) }
