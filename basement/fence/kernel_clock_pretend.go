// Test support, in no binary but the tests' own: a kernel whose clock is as the environment says.
//go:build pretendclock

package main

import "os"

func isKernelClockSynchronised() bool { return os.Getenv("PRETEND_CLOCK") == "synchronised" }
