package main

import (
	"errors"
	"os/exec"
	"strconv"
)

// exitStatus returns the status of a finished process as text.
func exitStatus(err error) string {
	var e *exec.ExitError
	if errors.As(err, &e) {
		return strconv.Itoa(e.ExitCode())
	}
	return err.Error()
}
