// The clock of this machine, and whether the kernel takes it for synchronised.
//go:build !pretendclock

package main

import (
	"syscall"
	"time"
)

const (
	timeError     = 5
	statusUnsynch = 0x40
)

func isKernelClockSynchronised() bool {
	var now syscall.Timex
	state, err := syscall.Adjtimex(&now)
	return err == nil && state != timeError && now.Status&statusUnsynch == 0
}

// wallMs is the clock of the machine, by which clients sign.
func wallMs() int64 { return time.Now().UnixMilli() }
