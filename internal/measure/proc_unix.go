//go:build unix

// Shell commands and their process groups on Unix.

package measure

import (
	"errors"
	"os/exec"
	"syscall"
)

// shellCommand runs text as a person would type it, so that variables before the
// command work. A plain command takes the shell's place.
func shellCommand(text string) *exec.Cmd { return exec.Command("/bin/sh", "-c", text) }

// endGroup sends TERM or KILL to every process of the group.
func endGroup(pid int, kill bool) error {
	sig := syscall.SIGTERM
	if kill {
		sig = syscall.SIGKILL
	}
	err := syscall.Kill(-pid, sig)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// groupAlive says whether any process of the group is left.
func groupAlive(pid int) bool { return syscall.Kill(-pid, 0) == nil }
