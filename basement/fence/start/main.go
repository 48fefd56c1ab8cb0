// Starts a client that has to know which address and ports the world sees it by, from the file that the basement keeps of them, and becomes that client.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
	"time"

	"basement-watchdog/fence/rules"
)

// version is set by the linker.
var version = "dev"

const usage = `start: starts a client with the address and the ports that the exit forwards to it.

  start --advertised FILE [--tcp NAME] [--udp NAME] [--quic NAME] -- COMMAND …
  start --version | --help

FILE is advertised.json, which the Ansible role port_forwards keeps on every node. NAME is one of its forwards; the same one may be named several times.
In the arguments, and in the environment, these are set:
  $(P2P_ADDRESS)     the IPv4 address, or the IPv6 address where there is no other; IPv6 in brackets where a colon follows
  $(P2P_TCP_PORT)    the port of --tcp
  $(P2P_UDP_PORT)    the port of --udp
  $(P2P_QUIC_PORT)   the port of --quic, which is a port of UDP

An address or a port that is not known now, as when a lease has ended, keeps no client from starting: peers that call are optional. Then nothing is told to the world, for half of it
would be wrong: arguments with one of these variables are left out, with the option before a word that is only its value, the variables are not set, and one line says why.
What the client was started with stays until its next start.

Exit code: the client's own. 2 wrong usage, 127 no such program, 126 it cannot be started.
`

const (
	exitUsage    = 2
	exitNotRun   = 126
	exitNotFound = 127
)

// mostFile is many times what a basement with a hundred forwards writes.
const mostFile = 64 << 10

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
		fmt.Print(usage)
		return 0
	}
	if len(args) == 1 && args[0] == "--version" {
		fmt.Println("start " + version)
		return 0
	}
	wanted, command, err := readArguments(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "start: %s\n\n%s", rules.OneLine(err.Error()), usage)
		return exitUsage
	}
	fail := func(code int, err error) int {
		fmt.Fprintf(os.Stderr, "start: %s\n", rules.OneLine(err.Error()))
		return code
	}
	values, err := valuesNow(wanted)
	if err != nil {
		fmt.Fprintf(os.Stderr, "start: %s; %s starts without an address or a port for the world\n", rules.OneLine(err.Error()), rules.OneLine(command[0]))
		command = withoutUnknown(command, wanted.variables())
	}
	command, err = replace(command, values)
	if err != nil {
		return fail(exitUsage, err)
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return fail(exitNotFound, fmt.Errorf("there is no program %q here: write its whole path behind `--`", command[0]))
	}
	err = syscall.Exec(path, command, environmentWith(os.Environ(), wanted.variables(), values))
	if errors.Is(err, fs.ErrNotExist) {
		return fail(exitNotFound, fmt.Errorf("%s cannot be started: %w", path, err))
	}
	return fail(exitNotRun, fmt.Errorf("%s cannot be started: %w", path, err))
}

// valuesNow are all that is wanted, or none: an address with a port that is somebody else's is worse than neither.
func valuesNow(wanted wanted) ([]value, error) {
	text, err := readFile(wanted.file)
	if err != nil {
		return nil, err
	}
	values, err := valuesOf(text, wanted, time.Now().Unix())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wanted.file, err)
	}
	return values, nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("what is advertised cannot be read: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostFile+1))
	if err != nil {
		return nil, fmt.Errorf("what is advertised cannot be read: %w", err)
	}
	if len(text) > mostFile {
		return nil, fmt.Errorf("%s is over %d bytes: that is not what the basement wrote", path, mostFile)
	}
	return text, nil
}
