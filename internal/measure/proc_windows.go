// Shell commands and their process trees on Windows.

package measure

import (
	"os/exec"
	"strconv"
	"syscall"
)

func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func shellCommand(text string) *exec.Cmd { return exec.Command("cmd", "/C", text) }

// endGroup ends the tree; Windows has no TERM that a server in the background
// would see, so a polite end is tried through taskkill first.
func endGroup(pid int, kill bool) error {
	args := []string{"/T", "/PID", strconv.Itoa(pid)}
	if kill {
		args = append(args, "/F")
	}
	return exec.Command("taskkill", args...).Run()
}

func groupAlive(int) bool { return false }
