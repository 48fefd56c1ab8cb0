// `fence instance` and `fence status`: what this machine is, and what it remembers.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"basement-watchdog/fence/fetch"
	"basement-watchdog/fence/rules"
)

// readPlace reads the settings that every command needs.
func readPlace(environment []string) (signer, folder string, problems []string) {
	r := &reading{values: readEnvironment(environment)}
	return r.signer(), r.stateDir(), r.problems
}

// printInstance needs no signer: the id is the machine's.
func printInstance(args []string) int {
	if len(args) > 0 {
		fmt.Fprintln(os.Stderr, "fence: instance takes no arguments")
		return exitUsage
	}
	r := &reading{values: readEnvironment(os.Environ())}
	given := settings{stateDir: r.stateDir(), isCompute: r.get("FENCE_IDENTITY", "") == "compute", metadataHost: r.get("GCE_METADATA_HOST", defaultMetadataHost)}
	if len(r.problems) > 0 {
		fmt.Fprintln(os.Stderr, "fence: "+r.problems[0])
		return exitSettings
	}
	instance, err := findInstance(context.Background(), fetch.NewClient(nil), given)
	if err != nil {
		fmt.Fprintf(os.Stderr, "fence: the id of this machine is not known: %v\n", err)
		return 1
	}
	fmt.Println(instance)
	return 0
}

type status struct {
	keptFile
	// IsHeld: a fence, or a process of its client, runs.
	IsHeld     bool `json:"isHeld"`
	BreakGlass bool `json:"breakGlass"`
}

func printStatus(args []string) int {
	isJSON := len(args) == 1 && args[0] == "--json"
	if len(args) > 0 && !isJSON {
		fmt.Fprintln(os.Stderr, "fence: status takes --json or nothing")
		return exitUsage
	}
	signer, folder, problems := readPlace(os.Environ())
	if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, "fence: "+problems[0])
		return exitSettings
	}
	found := status{keptFile: keptFile{keptSchema, rules.Fresh(signer, "").Kept}}
	text, err := os.ReadFile(keptPath(folder, signer))
	isFresh := errors.Is(err, os.ErrNotExist)
	if err == nil {
		found.Kept, err = readKept(text)
	}
	if err != nil && !isFresh {
		fmt.Fprintf(os.Stderr, "fence: %s cannot be understood: %v; no client is started here until that is mended\n", keptPath(folder, signer), err)
		return 1
	}
	found.BreakGlass = readBreakGlass(folder, signer) != nil
	found.IsHeld = isHeld(folder, signer)
	if isJSON {
		text, err := json.Marshal(found)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(string(text))
		return 0
	}
	for _, line := range found.words(isFresh) {
		fmt.Println(line)
	}
	return 0
}

// isHeld never makes the file.
func isHeld(folder, signer string) bool {
	if _, err := os.Stat(lockPath(folder, signer)); err != nil {
		return false
	}
	lock, err := tryLock(folder, signer)
	if lock != nil {
		_ = lock.Close()
	}
	return err == nil && lock == nil
}

func (found status) words(isFresh bool) []string {
	lines := []string{fmt.Sprintf("signer %s on instance %s", found.Signer, found.Instance)}
	if isFresh {
		lines = []string{fmt.Sprintf("signer %s: the gate has never answered here", found.Signer)}
	} else {
		lines = append(lines, fmt.Sprintf("generation %d is the highest that the gate named here", found.Generation), found.lastWord())
	}
	if found.MinHeight != nil {
		lines = append(lines, fmt.Sprintf("the client must have signed up to height %d before it may start", *found.MinHeight))
	}
	if found.IsHeld {
		lines = append(lines, "a fence, or a process that its client left behind, runs now")
	} else {
		lines = append(lines, "no fence runs now")
	}
	if found.BreakGlass {
		lines = append(lines, "a break-glass file lies ready: it is used at the next start without an answer of the gate")
	}
	return lines
}

func (found status) lastWord() string {
	switch {
	case found.Denied >= found.Generation:
		return fmt.Sprintf("it was denied: the client starts only when the gate allows generation %d or more", found.Denied+1)
	case found.Allowed == found.Generation:
		return "it was allowed; the gate is asked again before each start"
	}
	return "it was neither allowed nor denied"
}
