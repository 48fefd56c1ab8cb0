// One fence and its client: look, decide, carry out, and look again.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"basement-watchdog/fence/fetch"
	"basement-watchdog/fence/rules"
)

type fence struct {
	given   settings
	log     *fenceLog
	path    string
	command []string
	// environment is the client's.
	environment []string
	web         *http.Client
	node        node

	signals  chan os.Signal
	children chan os.Signal
	telling  *time.Ticker
	// reporter is nil until the lock is held: before that another fence tells of this machine.
	reporter *reporter
	// shown is what whoever asks over HTTP sees.
	shown *shown

	instance string
	lock     *os.File
	state    rules.State
	// isUnkept: what is kept in memory is not on the disk yet.
	isUnkept bool
	client   *client
	// isTroubled: the last look of a running client brought no good answer.
	isTroubled bool
	// isAllowed: the newest answer of the gate allows, and counts; isDenied: it denies.
	isAllowed, isDenied bool
	lastAnswerAt        int64
	// clockLead is how far the clock was ahead of the time since boot at the last look of a running client.
	clockLead *int64
	// askedToEnd is the signal that asked for the end of everything, or 0.
	askedToEnd syscall.Signal
}

func newFence(given settings, log *fenceLog, path string, command []string) *fence {
	web := fetch.NewClient(given.authorities)
	fence := &fence{
		given: given, log: log, path: path, command: command, environment: clientEnvironment(os.Environ()), web: web, node: newNode(given, web),
		signals: make(chan os.Signal, 64), children: make(chan os.Signal, 1), telling: time.NewTicker(reportEvery),
		shown: &shown{}, state: rules.Fresh(given.signer, ""),
	}
	fence.show()
	return fence
}

// run ends with the exit code of the process.
func (f *fence) run() int {
	signal.Notify(f.signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH)
	signal.Notify(f.children, syscall.SIGCHLD)
	// Taken and dropped: a log reader that is gone must not end the fence.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if err := becomeSubreaper(); err != nil {
		f.log.say(fmt.Sprintf("this kernel does not let me see every process of the client (%v): it is not started", err))
		return exitNotRun
	}
	if code, isOver := f.prepare(); isOver {
		return f.leave(code)
	}
	for {
		next := time.NewTimer(f.given.poll)
		looks := make(chan observed, 1)
		go func(isRunning bool) { looks <- f.observe(isRunning) }(f.client != nil)
		found, code, isOver := f.await(looks, nil)
		if isOver {
			return f.leave(code)
		}
		if code, isOver := f.carryOut(f.lookOf(found)); isOver {
			return f.leave(code)
		}
		f.writeMetrics()
		if _, code, isOver := f.await(nil, next.C); isOver {
			return f.leave(code)
		}
	}
}

// await returns with a look or when the time is over; isOver when the fence must end with the code.
func (f *fence) await(looks <-chan observed, over <-chan time.Time) (found observed, code int, isOver bool) {
	for {
		select {
		case found := <-looks:
			return found, 0, false
		case <-over:
			return observed{}, 0, false
		case <-f.telling.C:
			f.tell()
		case each := <-f.signals:
			if code, isOver := f.take(each); isOver {
				return observed{}, code, true
			}
		case <-f.children:
			reap(f.client)
			if f.client != nil && f.client.ended {
				return observed{}, f.clientEnded(), true
			}
		}
	}
}

// take passes a signal on to the client; without one it may end the fence.
func (f *fence) take(each os.Signal) (int, bool) {
	number, isNumber := each.(syscall.Signal)
	if !isNumber {
		return 0, false
	}
	isEnd := number == syscall.SIGTERM || number == syscall.SIGINT
	if isEnd {
		f.askedToEnd = number
	}
	if f.client != nil {
		if !f.client.ended {
			_ = syscall.Kill(f.client.pid, number)
		}
		return 0, false
	}
	return 128 + int(number), isEnd
}

// observed is what was asked side by side.
type observed struct {
	gate heard
	node seen
}

func (f *fence) observe(isRunning bool) observed {
	var found observed
	done := make(chan struct{})
	go func() {
		defer close(done)
		// On CometBFT the node is the client: before its start nobody is there to ask.
		if isRunning || f.given.chain == rules.Ethereum {
			found.node = f.node.look(context.Background())
		}
	}()
	found.gate = askGate(context.Background(), f.web, f.given, f.instance)
	<-done
	return found
}

// lookOf adds what this machine says itself, as it is now.
func (f *fence) lookOf(found observed) rules.Look {
	look := rules.Look{
		BootMs:   bootMs(),
		Answer:   found.gate.answer,
		NoAnswer: found.gate.refused,
		Node:     found.node.node,
		Limits: rules.Limits{
			HeadLimitMs:   found.node.headLimit.Milliseconds(),
			FutureLimitMs: found.node.futureLimit.Milliseconds(),
			IsolationMs:   f.given.isolation.Milliseconds(),
		},
		IsHeadNear: found.node.headWhy == "",
		HeadWhy:    found.node.headWhy,
		BootID:     bootID(),
		Chain:      f.given.chain,
	}
	// A deny does not wait for a disk.
	if look.Answer == nil || look.Answer.Verdict == rules.Allow {
		look.BreakGlass = readBreakGlass(f.given.stateDir, f.given.signer)
	}
	if look.Answer != nil {
		f.lastAnswerAt = time.Now().Unix()
		look.IsClockRight, look.ClockWhy = found.gate.clockWhy == "", found.gate.clockWhy
	} else if look.IsClockRight = isKernelClockSynchronised(); !look.IsClockRight {
		look.ClockWhy = "the kernel does not take its clock for synchronised: see to the time first (chronyc tracking, timedatectl)"
	}
	look.ClockJumpMs = f.clockJump()
	if f.given.chain == rules.CometBFT && f.client == nil {
		look.StateHeight, look.StateWhy = readStateHeight(f.given.stateFile)
	}
	return look
}

// clockJump is how far the clock has moved by itself since the last look, in ms; 0 while no client runs by it.
func (f *fence) clockJump() int64 {
	lead := wallMs() - bootMs()
	before := f.clockLead
	f.clockLead = &lead
	if f.client == nil || before == nil {
		return 0
	}
	return lead - *before
}
