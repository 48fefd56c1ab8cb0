// The fence: the parent process of a validator client. It starts the client only while the gate allows it, and stops it when the gate denies.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
)

// version is set by the linker.
var version = "dev"

// Exit codes besides the client's own.
const (
	exitUsage    = 2
	exitSettings = 78
	exitNotFound = 127
	exitNotRun   = 126
)

// The kernel kills the client when the thread that started it ends: the main goroutine stays on the main thread, which ends with the process.
func init() {
	runtime.LockOSThread()
	debug.SetMemoryLimit(12 << 20)
}

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return exitUsage
	}
	switch args[0] {
	case "--help", "-h", "help":
		fmt.Print(usage)
		return 0
	case "--version":
		fmt.Println("fence " + version)
		return 0
	case "instance":
		return printInstance(args[1:])
	case "status":
		return printStatus(args[1:])
	case "break-glass":
		return breakGlass(args[1:])
	case "--":
		return guard(args[1:])
	}
	fmt.Fprintf(os.Stderr, "fence: %q is no command of mine; to run a client write `fence -- COMMAND …`\n\n%s", args[0], usage)
	return exitUsage
}

// guard checks everything that can be checked at once, and stays with the client for good.
func guard(command []string) int {
	log := newLog(os.Stderr)
	defer log.flush()
	given, problems, warnings := readSettings(os.Environ())
	if len(command) == 0 {
		problems = append(problems, "no command: write the client behind `--`, as in `fence -- lighthouse vc …`")
	}
	if len(problems) > 0 {
		for _, problem := range problems {
			log.say(problem)
		}
		log.say("nothing was started; mend what is said above and start again")
		return exitSettings
	}
	for _, warning := range warnings {
		log.say(warning)
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		log.say(fmt.Sprintf("there is no program %q here: write its whole path behind `--`", command[0]))
		return exitNotFound
	}
	fence := newFence(given, log, path, command)
	if given.metricsListen != "" {
		if err := fence.shown.listen(given.metricsListen, log); err != nil {
			log.say(fmt.Sprintf("FENCE_METRICS_LISTEN: nothing can be heard at %s: %v; nothing was started", given.metricsListen, err))
			return exitSettings
		}
	}
	return fence.run()
}

// clientEnvironment is ours without what is meant for the fence.
func clientEnvironment(environment []string) []string {
	var kept []string
	for _, each := range environment {
		if !strings.HasPrefix(each, "FENCE_") {
			kept = append(kept, each)
		}
	}
	return kept
}
