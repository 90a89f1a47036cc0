// What this machine says of itself: captured, not asked for (section 9).

package measure

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"jouleboard/internal/energy"
)

// Host is a machine. Empty and zero are unknown.
type Host struct {
	CPU         string
	Cores       int64
	MemoryBytes int64
	Kernel      string
	OS          string
	Where       string // cloud instance type; "" if nothing says so
}

// readHost looks at the system trees below root, "/" but in tests.
func readHost(root string) Host {
	h := Host{Cores: int64(runtime.NumCPU()), OS: runtime.GOOS}
	switch runtime.GOOS {
	case "linux":
		h.CPU = field(filepath.Join(root, "proc/cpuinfo"), "model name", ":")
		if h.CPU == "" { // ARM kernels name no model
			h.CPU = runtime.GOARCH + " processor"
		}
		if kb, ok := strings.CutSuffix(field(filepath.Join(root, "proc/meminfo"), "MemTotal", ":"), " kB"); ok {
			if n, err := strconv.ParseInt(strings.TrimSpace(kb), 10, 64); err == nil {
				h.MemoryBytes = n * 1024
			}
		}
		if v := firstLine(filepath.Join(root, "proc/sys/kernel/osrelease")); v != "" {
			h.Kernel = "Linux " + v
		}
		if v := strings.Trim(field(filepath.Join(root, "etc/os-release"), "PRETTY_NAME", "="), `"`); v != "" {
			h.OS = v
		}
		h.Where = cloud(root)
	case "darwin":
		h.CPU = sysctl("machdep.cpu.brand_string")
		h.MemoryBytes, _ = strconv.ParseInt(sysctl("hw.memsize"), 10, 64)
		h.Kernel = "Darwin " + sysctl("kern.osrelease")
		h.OS = "macOS " + sysctl("kern.osproductversion")
	case "windows":
		h.CPU = os.Getenv("PROCESSOR_IDENTIFIER")
		h.Kernel, h.OS = "Windows NT", "Windows"
		h.MemoryBytes = windowsMemory()
	}
	if h.CPU == "" {
		h.CPU = runtime.GOARCH + " processor"
	}
	return h
}

// field is the value of the first line "NAME sep VALUE" of a file.
func field(file, name, sep string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for n := 0; sc.Scan() && n < 1000; n++ {
		if k, v, ok := strings.Cut(sc.Text(), sep); ok && strings.TrimSpace(k) == name {
			return clipName(strings.TrimSpace(v))
		}
	}
	return ""
}

func firstLine(file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return clipName(strings.TrimSpace(line))
}

// clipName keeps what the outside says within what the schema takes.
func clipName(s string) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) > 190 {
		s = strings.ToValidUTF8(s[:190], "")
	}
	return s
}

func sysctl(name string) string {
	out, err := exec.Command("sysctl", "-n", name).Output()
	if err != nil {
		return ""
	}
	return clipName(strings.TrimSpace(string(out)))
}

// cloud reads the firmware's own words. Amazon and Alibaba write the instance
// type there; others write their name alone.
func cloud(root string) string {
	vendor := firstLine(filepath.Join(root, "sys/class/dmi/id/sys_vendor"))
	product := firstLine(filepath.Join(root, "sys/class/dmi/id/product_name"))
	switch {
	case vendor == "Amazon EC2":
		return "AWS " + product
	case vendor == "Alibaba Cloud":
		return "Alibaba Cloud " + product
	case vendor == "Google" || product == "Google Compute Engine":
		return "Google Compute Engine"
	case vendor == "Microsoft Corporation" && product == "Virtual Machine":
		return "Azure virtual machine"
	case vendor == "OracleCloud.com" || strings.Contains(vendor, "Oracle") && strings.Contains(product, "Cloud"):
		return "Oracle Cloud"
	}
	return ""
}

// hashUUID is M2: equality can be checked, the serial cannot be read.
func hashUUID(salt, uuid string) string {
	sum := sha256.Sum256([]byte("jouleboard.uuid/1|" + salt + "|" + uuid))
	return hex.EncodeToString(sum[:])
}

// isLocal says whether an address is this machine.
func isLocal(u *url.URL) bool {
	host := u.Hostname()
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	if ip == nil {
		return false
	}
	if ip.IsLoopback() || ip.IsUnspecified() {
		return true
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.Equal(ip) {
			return true
		}
	}
	return false
}

// listener finds the process that listens on a TCP port of this machine, and the
// command that started it. 0: it cannot be seen (another user's, a container's,
// or another system than Linux).
func listener(proc string, port int) (pid int, command string) {
	inodes := map[string]bool{}
	for _, name := range []string{"net/tcp", "net/tcp6"} {
		data, err := os.ReadFile(filepath.Join(proc, name))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			f := strings.Fields(line)
			const listening = "0A"
			if len(f) > 9 && f[3] == listening && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				inodes["socket:["+f[9]+"]"] = true
			}
		}
	}
	if len(inodes) == 0 {
		return 0, ""
	}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return 0, ""
	}
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		fds, err := os.ReadDir(filepath.Join(proc, e.Name(), "fd"))
		if err != nil {
			continue // another user's
		}
		for _, fd := range fds {
			if to, err := os.Readlink(filepath.Join(proc, e.Name(), "fd", fd.Name())); err == nil && inodes[to] {
				return n, commandOf(proc, n)
			}
		}
	}
	return 0, ""
}

// environ is what the environment of a running process says about devices; ok is
// false where it cannot be read or says nothing.
func environ(proc string, pid int) (v energy.Visible, ok bool) {
	if pid == 0 {
		return v, false
	}
	data, err := os.ReadFile(filepath.Join(proc, strconv.Itoa(pid), "environ"))
	if err != nil {
		return v, false
	}
	vars := map[string]string{}
	for _, kv := range strings.Split(string(data), "\x00") {
		name, value, _ := strings.Cut(kv, "=")
		vars[name] = value
	}
	v = energy.VisibleFrom(func(name string) (string, bool) {
		s, ok := vars[name]
		return s, ok
	})
	return v, v.Set
}

// commandOf is the command line of a process, quoted so that a shell would read
// it the same.
func commandOf(proc string, pid int) string {
	data, err := os.ReadFile(filepath.Join(proc, strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return ""
	}
	args := strings.Split(strings.TrimRight(string(data), "\x00"), "\x00")
	for i, a := range args {
		args[i] = shellQuote(a)
	}
	return strings.ToValidUTF8(strings.Join(args, " "), "?")
}

// cpuTimes are the busy and whole times of all cores in ticks, from /proc/stat.
func cpuTimes(proc string) (busy, all int64, ok bool) {
	line := firstLine(filepath.Join(proc, "stat"))
	f := strings.Fields(line)
	if len(f) < 5 || f[0] != "cpu" {
		return 0, 0, false
	}
	for i, v := range f[1:min(len(f), 9)] { // guest times are within user times
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return 0, 0, false
		}
		all += n
		const idle, iowait = 3, 4
		if i != idle && i != iowait {
			busy += n
		}
	}
	return busy, all, true
}
