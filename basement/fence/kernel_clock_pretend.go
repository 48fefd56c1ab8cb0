// Test support, in no binary but the tests' own: a clock as the environment says, ahead by what stands in a file.
//go:build pretendclock

package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

func isKernelClockSynchronised() bool { return os.Getenv("PRETEND_CLOCK") == "synchronised" }

func wallMs() int64 {
	text, _ := os.ReadFile(os.Getenv("PRETEND_AHEAD_FILE"))
	ahead, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return time.Now().UnixMilli() + ahead
}
