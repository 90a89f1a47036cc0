//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// apart puts a program into a process group of its own, which Ctrl-C spares.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
