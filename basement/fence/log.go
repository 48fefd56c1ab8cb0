// What the fence says on stderr: one line for each change, and what only lasts once in five minutes.
package main

import (
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"
)

const (
	repeatEvery = 5 * time.Minute
	// mostLines wait to be written; what comes on top is lost.
	mostLines   = 200
	flushWithin = time.Second
)

// fenceLog never makes anybody wait: the reader of a log may be stuck, and a client must be stopped all the same.
type fenceLog struct {
	mutex sync.Mutex
	last  map[string]said
	lines chan line
}

// line is a text to write, or somebody who wants to know that all before it is written.
type line struct {
	text    string
	written chan struct{}
}

type said struct {
	text string
	at   time.Time
}

func newLog(out io.Writer) *fenceLog {
	log := &fenceLog{last: map[string]said{}, lines: make(chan line, mostLines)}
	go func() {
		for each := range log.lines {
			if each.written != nil {
				close(each.written)
				continue
			}
			// Whoever reads the log may be gone.
			_, _ = io.WriteString(out, each.text)
		}
	}()
	return log
}

// flush is for the end: it gives what was said a little time to be written.
func (log *fenceLog) flush() {
	last := line{written: make(chan struct{})}
	tooLong := time.After(flushWithin)
	select {
	case log.lines <- last:
	case <-tooLong:
		return
	}
	select {
	case <-last.written:
	case <-tooLong:
	}
}

// say writes a line that is news.
func (log *fenceLog) say(text string) {
	log.mutex.Lock()
	defer log.mutex.Unlock()
	log.write(text)
}

func (log *fenceLog) write(text string) {
	select {
	case log.lines <- line{text: fmt.Sprintf("fence: %s %s\n", time.Now().UTC().Format(time.RFC3339), text)}:
	default:
	}
}

var digits = regexp.MustCompile(`[0-9]+`)

// lasts writes a line about a subject when it says something else than the last one, numbers aside, or when that was long ago.
// An empty text says that the matter is over, without a line.
func (log *fenceLog) lasts(subject, text string) {
	log.mutex.Lock()
	defer log.mutex.Unlock()
	plain := digits.ReplaceAllString(text, "#")
	last, isThere := log.last[subject]
	if isThere && last.text == plain && time.Since(last.at) < repeatEvery {
		return
	}
	if text == "" {
		delete(log.last, subject)
		return
	}
	log.last[subject] = said{plain, time.Now()}
	log.write(text)
}
