// Carries out what the rules decide: the disk comes before a start, and a stop before the disk, which may be stuck.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"time"

	"basement-watchdog/fence/rules"
)

// killEvery is how often whatever is left is looked for while it is being stopped.
const killEvery = 100 * time.Millisecond

// leftOversWithin is how long the fence stays to see the last processes of a client that ended by itself die.
const leftOversWithin = 5 * time.Second

func (f *fence) carryOut(look rules.Look) (int, bool) {
	after, decision := rules.Decide(f.state, look)
	f.isUnkept = f.isUnkept || decision.Keep
	if answer := look.Answer; answer != nil {
		f.isAllowed = answer.Verdict == rules.Allow && answer.Generation == after.Kept.Allowed && answer.Generation > after.Kept.Denied
		f.isDenied = answer.Verdict != rules.Allow
	}
	switch decision.Do {
	case rules.Exec:
		return f.start(after, decision)
	case rules.Stop:
		f.log.say(decision.Why + "; the client is stopped")
		f.state = after
		f.show()
		f.stop()
		f.keep()
		f.consume(decision)
		f.tell()
		if f.askedToEnd != 0 {
			return 128 + int(f.askedToEnd), true
		}
	case rules.GoOn:
		f.state = after
		f.keep()
		f.consume(decision)
		f.sayGoOn(look, decision)
	default:
		f.state = after
		f.keep()
		f.log.lasts("gate", decision.Why)
	}
	return 0, false
}

// sayGoOn is silent while all is well.
func (f *fence) sayGoOn(look rules.Look, decision rules.Decision) {
	isWell := look.Answer != nil && look.Answer.Verdict == rules.Allow && look.Answer.Generation == f.state.Kept.Allowed
	switch {
	case !isWell:
		f.isTroubled = true
		f.log.lasts("gate", decision.Why)
	case f.isTroubled:
		f.isTroubled = false
		f.log.lasts("gate", "")
		f.log.say(decision.Why + "; all is well again")
	}
}

// start begins a run, or leaves everything as it was when something that must come first cannot be done.
func (f *fence) start(after rules.State, decision rules.Decision) (int, bool) {
	f.state = rules.State{Kept: after.Kept, Phase: rules.Waiting}
	if !f.keep() || !f.consume(decision) {
		return 0, false
	}
	client, err := startClient(f.path, f.command, f.environment, f.lock)
	if err != nil {
		f.log.say(fmt.Sprintf("%s cannot be started: %v", f.path, err))
		if errors.Is(err, fs.ErrNotExist) {
			return exitNotFound, true
		}
		return exitNotRun, true
	}
	f.client, f.state, f.isTroubled = client, after, after.UsedBreakGlass
	f.log.lasts("gate", "")
	f.log.say(fmt.Sprintf("%s; %s is started as process %d", decision.Why, f.path, client.pid))
	f.tell()
	return 0, false
}

// keep brings to the disk what is not there yet, and says whether all is there.
func (f *fence) keep() bool {
	if !f.isUnkept {
		return true
	}
	if err := storeKept(f.given.stateDir, f.state.Kept); err != nil {
		f.log.lasts("disk", fmt.Sprintf("what the gate said cannot be written down, and no client is started without that: %v; is %s full or read-only?", err, f.given.stateDir))
		return false
	}
	f.isUnkept = false
	f.log.lasts("disk", "")
	return true
}

func (f *fence) consume(decision rules.Decision) bool {
	if !decision.Consume {
		return true
	}
	used, err := consumeBreakGlass(f.given.stateDir, f.given.signer)
	if err != nil {
		f.log.lasts("glass", fmt.Sprintf("the break-glass file cannot be put away, and no client is started without that: %v; remove it by hand", err))
		return false
	}
	f.log.lasts("glass", "")
	f.log.say("the break-glass file is used up: " + used)
	return true
}

// stop ends the client and everything that came from it, and returns when nobody is left.
func (f *fence) stop() {
	// Each one once: some clients take a second signal for impatience. What it forks meanwhile is found below.
	told := descendants()
	if !slices.Contains(told, f.client.pid) {
		told = append(told, f.client.pid)
	}
	signalAll(told, f.given.stopSignal)
	until := time.Now().Add(f.given.stopGrace)
	isKilled := false
	tick := time.NewTicker(killEvery)
	defer tick.Stop()
	for {
		reap(f.client)
		left := descendants()
		if len(left) == 0 && f.client.ended {
			break
		}
		if time.Now().After(until) {
			if !isKilled {
				f.log.say(fmt.Sprintf("%d of its processes did not stop within %v: they are killed", len(left), f.given.stopGrace))
				isKilled = true
			}
			signalAll(left, syscall.SIGKILL)
			// Also where /proc tells nothing.
			if !f.client.ended {
				_ = syscall.Kill(-f.client.pid, syscall.SIGKILL)
			}
		}
		select {
		case <-tick.C:
		case <-f.children:
		case <-f.telling.C:
			f.tell()
		case each := <-f.signals:
			if each == syscall.SIGTERM || each == syscall.SIGINT {
				f.askedToEnd = each.(syscall.Signal)
			}
		}
	}
	f.log.say("the client is stopped; it starts again when the gate allows it")
	f.client = nil
}

// clientEnded: it ended by itself. Whoever supervises the fence starts it again, and then the gate is asked again.
func (f *fence) clientEnded() int {
	ended := f.client
	f.log.say(ended.words())
	until := time.Now().Add(leftOversWithin)
	for {
		left := descendants()
		if len(left) == 0 {
			break
		}
		signalAll(left, syscall.SIGKILL)
		if time.Now().After(until) {
			f.log.say(fmt.Sprintf("%d of its processes cannot be killed: the next fence waits until they are gone", len(left)))
			break
		}
		select {
		case <-time.After(killEvery):
		case <-f.children:
		}
		reap(nil)
	}
	f.client = nil
	f.state = rules.State{Kept: f.state.Kept, Phase: rules.Waiting}
	return ended.code()
}
