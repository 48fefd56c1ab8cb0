// The validator client as a child: it dies with the fence, holds the lock as long as any process of it lives, and leaves nobody behind.
package main

import (
	"fmt"
	"os"
	"syscall"
)

type client struct {
	pid int
	// ended is set once it was reaped; then status is how.
	ended  bool
	status syscall.WaitStatus
}

// startClient must be called on the main thread. The lock becomes file 3 of the client.
func startClient(path string, command, environment []string, lock *os.File) (*client, error) {
	pid, err := syscall.ForkExec(path, command, &syscall.ProcAttr{
		Env:   environment,
		Files: []uintptr{0, 1, 2, lock.Fd()},
		Sys:   &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return nil, err
	}
	return &client{pid: pid}, nil
}

// code is the client's exit code as a shell says it.
func (client *client) code() int {
	if client.status.Signaled() {
		return 128 + int(client.status.Signal())
	}
	return client.status.ExitStatus()
}

func (client *client) words() string {
	if client.status.Signaled() {
		return fmt.Sprintf("the client was ended by signal %d (%v)", client.status.Signal(), client.status.Signal())
	}
	return fmt.Sprintf("the client has ended with exit code %d", client.status.ExitStatus())
}

// reap takes in every child that has ended, orphans too.
func reap(client *client) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if client != nil && pid == client.pid {
			client.ended, client.status = true, status
		}
	}
}
