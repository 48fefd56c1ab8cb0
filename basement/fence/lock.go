// One client for a signer on this machine: the lock is held by the fence and by every process of its client.
package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

func lockPath(folder, signer string) string { return filepath.Join(folder, signer+".lock") }

// tryLock returns nil when somebody else holds it. The kernel frees it when the last process is gone that has it open.
func tryLock(folder, signer string) (*os.File, error) {
	path := lockPath(folder, signer)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, err
	}
	// Somebody may have put another file there meanwhile: a lock on the old one would keep nobody out.
	ours, errOurs := file.Stat()
	there, errThere := os.Stat(path)
	if errOurs != nil || errThere != nil || !os.SameFile(ours, there) {
		_ = file.Close()
		return nil, errors.Join(errors.New("the lock was replaced"), errOurs, errThere)
	}
	return file, nil
}
