// Whether the kernel takes its clock for synchronised.
//go:build !pretendclock

package main

import "syscall"

const (
	timeError     = 5
	statusUnsynch = 0x40
)

func isKernelClockSynchronised() bool {
	var now syscall.Timex
	state, err := syscall.Adjtimex(&now)
	return err == nil && state != timeError && now.Status&statusUnsynch == 0
}
