// Stands in for rke2 and its kubectl where the real ones cannot be had: it forms clusters, keeps a quorum and refuses who may not join, and runs no container.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Set by the build.
var version = "v0.0.0+rke2r0"

const (
	data     = "/var/lib/rancher/rke2"
	database = data + "/server/db/etcd"
	admin    = "/etc/rancher/rke2/rke2.yaml"
)

func fatal(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "level=fatal msg=%q\n", fmt.Sprintf(format, args...))
	os.Exit(1)
}

func info(format string, args ...any) {
	fmt.Printf("level=info msg=%q\n", fmt.Sprintf(format, args...))
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fatal("%v", err)
	}
}

func main() {
	// One processor is enough for it, and others run beside it.
	runtime.GOMAXPROCS(1)
	if filepath.Base(os.Args[0]) == "kubectl" {
		kubectl(os.Args[1:])
		return
	}
	verb, rest := "", []string{}
	if len(os.Args) > 1 {
		verb, rest = os.Args[1], os.Args[2:]
	}
	switch verb {
	case "--version", "-v", "version":
		fmt.Printf("rke2 version %s (stub)\ngo version %s\n", version, runtime.Version())
	case "server":
		serve(settingsOf(rest))
	case "agent":
		runAgent(settingsOf(rest))
	case "etcd-snapshot":
		snapshots(rest)
	case "secrets-encrypt":
		fmt.Print("Encryption Status: Enabled\nCurrent Rotation Stage: start\nServer Encryption Hashes: All hashes match\n\nActive  Key Type  Name\n------  --------  ----\n *      XSalsa20-POLY1305  secretboxkey\n")
	case "token":
		fmt.Println(random(32))
	default:
		fmt.Fprintf(os.Stderr, "No help topic for '%s'\n", verb)
		os.Exit(3)
	}
}

// failsOnPurpose ends the process when a test has left a file that says so: any, one of a version that is in it, or with "start" one that starts.
func failsOnPurpose(isStarting bool) {
	text, err := os.ReadFile(data + "/stub-fail")
	if err != nil {
		return
	}
	wanted := strings.TrimSpace(string(text))
	if wanted == "" || wanted == version || (wanted == "start" && isStarting) {
		fatal("made to fail by %s/stub-fail", data)
	}
}
