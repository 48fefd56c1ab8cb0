// Every process that came from the client, also those that left its group: as their reaper of last resort the fence is above all of them.
package main

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

const prSetChildSubreaper = 36

func becomeSubreaper() error {
	_, _, failed := syscall.RawSyscall6(syscall.SYS_PRCTL, prSetChildSubreaper, 1, 0, 0, 0, 0)
	if failed != 0 {
		return failed
	}
	return nil
}

// descendants lists the living ones.
func descendants() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	alive := map[int]bool{}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		state, parent := readStat(pid)
		children[parent] = append(children[parent], pid)
		alive[pid] = state != 'Z' && state != 'X' && state != 0
	}
	var found []int
	next := children[os.Getpid()]
	for len(next) > 0 {
		pid := next[0]
		next = append(next[1:], children[pid]...)
		if alive[pid] {
			found = append(found, pid)
		}
	}
	return found
}

// readStat is 0 and 0 for a process that is gone.
func readStat(pid int) (byte, int) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, 0
	}
	// The name of the program stands in brackets and may hold some of its own.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 2 || len(fields[0]) != 1 {
		return 0, 0
	}
	parent, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		return 0, 0
	}
	return fields[0][0], parent
}

func signalAll(pids []int, signal syscall.Signal) {
	for _, pid := range pids {
		// It may have gone meanwhile.
		_ = syscall.Kill(pid, signal)
	}
}
