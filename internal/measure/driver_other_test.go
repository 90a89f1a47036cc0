//go:build !linux || !cgo

package measure

import "testing"

// oldDriver needs the binding to the driver's library.
func oldDriver(*testing.T, *trial) bool { return false }
