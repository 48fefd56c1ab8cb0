// What must be there before the gate is asked: the folder, the lock, the id of this machine, and what was kept. Whatever is missing is
// waited for, since somebody may mend it.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"basement-watchdog/fence/rules"
)

// lockEvery is how often a lock that somebody holds is tried again.
const lockEvery = 250 * time.Millisecond

func (f *fence) prepare() (int, bool) {
	if code, isOver := f.insist(f.given.poll, f.takeLock); isOver {
		return code, true
	}
	for tries := 0; f.lock == nil; tries++ {
		// `fence status` holds it for a moment.
		if tries > 0 {
			f.log.lasts("lock", fmt.Sprintf("another fence of %s, or a process that its client left behind, still runs on this machine: waiting until it is gone (`fuser %s` names it)",
				f.given.signer, lockPath(f.given.stateDir, f.given.signer)))
		}
		if _, code, isOver := f.await(nil, time.After(lockEvery)); isOver {
			return code, true
		}
		if code, isOver := f.insist(f.given.poll, f.takeLock); isOver {
			return code, true
		}
	}
	code, isOver := f.insist(f.given.poll, func() (err error) {
		f.instance, err = findInstance(context.Background(), f.web, f.given)
		if err != nil {
			return fmt.Errorf("the id of this machine is not known, and no client is started without it: %w", err)
		}
		return nil
	})
	if isOver {
		return code, true
	}
	f.state = rules.Fresh(f.given.signer, f.instance)
	if f.given.reportURL != "" {
		f.reporter = startReporter(f.given, f.web, f.log)
	}
	f.log.say(fmt.Sprintf("version %s for signer %s on instance %s; the gate is asked every %v", version, f.given.signer, f.instance, f.given.poll))
	f.tell()
	code, isOver = f.insist(f.given.poll, func() error {
		kept, err := loadKept(f.given.stateDir, f.given.signer, f.instance)
		if err != nil {
			return fmt.Errorf("what this machine remembers of %s cannot be read, and no client is started without it: %w. Make sure that nobody else holds the keys (`watchdog handover status %s`), then move the file away",
				f.given.signer, err, f.given.signer)
		}
		f.state.Kept = kept
		return nil
	})
	f.log.lasts("prepare", "")
	return code, isOver
}

// insist tries again until it is done.
func (f *fence) insist(every time.Duration, try func() error) (int, bool) {
	for {
		err := try()
		if err == nil {
			return 0, false
		}
		f.log.lasts("prepare", err.Error())
		if _, code, isOver := f.await(nil, time.After(every)); isOver {
			return code, true
		}
	}
}

func (f *fence) takeLock() error {
	if err := os.MkdirAll(f.given.stateDir, 0o755); err != nil {
		return fmt.Errorf("the folder %s cannot be made, and no client is started without it: %w", f.given.stateDir, err)
	}
	lock, err := tryLock(f.given.stateDir, f.given.signer)
	if err != nil {
		return fmt.Errorf("the lock in %s cannot be taken, and no client is started without it: %w", f.given.stateDir, err)
	}
	f.lock = lock
	return nil
}
