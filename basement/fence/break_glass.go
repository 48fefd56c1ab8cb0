// Break-glass: a person allows one start without the gate. The file is good for this machine until its next boot, and for one start.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const mostBreakGlass = 4096

func breakGlassPath(folder, signer string) string {
	return filepath.Join(folder, signer+".break-glass")
}

// readBreakGlass is nil when there is no file. One that cannot be read is there and says nothing.
func readBreakGlass(folder, signer string) *string {
	file, err := os.Open(breakGlassPath(folder, signer))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	content := ""
	if err == nil {
		defer file.Close()
		text, errRead := io.ReadAll(io.LimitReader(file, mostBreakGlass))
		if errRead == nil {
			content = string(text)
		}
	}
	return &content
}

// consumeBreakGlass puts the file away for good, under the time of its use, and returns where.
func consumeBreakGlass(folder, signer string) (string, error) {
	path := breakGlassPath(folder, signer)
	used := path + ".used-" + time.Now().UTC().Format("20060102T150405.000Z")
	if err := os.Rename(path, used); err != nil {
		return "", err
	}
	return used, syncFolder(folder)
}

const mustBeTrue = `You are about to let the client of %s start once without a word of the gate. All of this must be true:
  1. The gate cannot be reached: whatever it says counts, and this file does not.
  2. Nobody else holds the keys, or may take them while the gate is away: ask everybody who can run "watchdog handover".
  3. No cloud node and no other machine runs a client with these keys.
If one of them is wrong the validator is slashed, and that cannot be undone. A day of downtime costs about a day's rewards.
Type the signer's name to go on: `

// breakGlass is the command.
func breakGlass(args []string) int {
	fail := func(code int, format string, values ...any) int {
		fmt.Fprintf(os.Stderr, "fence: "+format+"\n", values...)
		return code
	}
	if len(args) != 2 || args[0] != "--because" || strings.TrimSpace(args[1]) == "" || len(args[1]) > 500 {
		return fail(exitUsage, "say why: fence break-glass --because \"the gate is down, Ada and I have checked that nobody else has the keys\"")
	}
	signer, folder, problems := readPlace(os.Environ())
	if len(problems) > 0 {
		return fail(exitSettings, "%s", strings.Join(problems, "\nfence: "))
	}
	text, err := os.ReadFile(keptPath(folder, signer))
	if err != nil {
		return fail(1, "this machine remembers nothing of %s (%v): without an earlier allow no glass can be broken", signer, err)
	}
	kept, err := readKept(text)
	if err != nil || kept.Signer != signer {
		return fail(1, "what this machine remembers of %s cannot be understood: no glass can be broken", signer)
	}
	if kept.Denied >= kept.Generation {
		return fail(1, "generation %d was denied here: somebody else may hold the keys, and only the gate can start this client again", kept.Generation)
	}
	if kept.Allowed != kept.Generation {
		return fail(1, "generation %d was never allowed here: only the gate can start this client", kept.Generation)
	}
	boot := bootID()
	if boot == "" {
		return fail(1, "the kernel does not say which boot this is: no glass can be broken")
	}
	if !isTerminal(os.Stdin) {
		return fail(1, "a person must type the signer's name: run this on a terminal (podman exec -it, kubectl exec -it, ssh -t)")
	}
	fmt.Printf(mustBeTrue, signer)
	typed, _ := bufio.NewReader(io.LimitReader(os.Stdin, 100)).ReadString('\n')
	if strings.TrimSpace(typed) != signer {
		return fail(1, "that is not %s: nothing was written", signer)
	}
	file, err := json.Marshal(map[string]any{
		"signer": signer, "instance": kept.Instance, "generation": kept.Generation, "bootId": boot, "because": args[1],
	})
	if err == nil {
		err = replaceFile(breakGlassPath(folder, signer), append(file, '\n'), 0o644)
	}
	if err != nil {
		return fail(1, "the file cannot be written: %v", err)
	}
	fmt.Printf("Written. The fence starts the client at its next look if the gate still gives no answer; everybody is paged. To take it back: rm %s\n", breakGlassPath(folder, signer))
	return 0
}

func isTerminal(file *os.File) bool {
	var state syscall.Termios
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, file.Fd(), syscall.TCGETS, uintptr(unsafe.Pointer(&state)))
	return failed == 0
}
