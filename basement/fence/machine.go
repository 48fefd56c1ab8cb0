// What the kernel says of this machine: how long it is up, and which boot this is.
package main

import (
	"os"
	"strings"
	"syscall"
	"unsafe"
)

const clockBoottime = 7

// bootMs is the time since boot, as in /proc/uptime: it goes on while the machine sleeps, and nobody can set it.
func bootMs() int64 {
	var now syscall.Timespec
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockBoottime, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano() / 1_000_000
}

// bootID is another one after each boot, or empty when the kernel does not say.
func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
