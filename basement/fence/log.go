// What the fence says on stderr: one line for each change, and what only lasts once in five minutes.
package main

import (
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"
)

const repeatEvery = 5 * time.Minute

type fenceLog struct {
	mutex sync.Mutex
	out   io.Writer
	last  map[string]said
}

type said struct {
	text string
	at   time.Time
}

func newLog(out io.Writer) *fenceLog {
	return &fenceLog{out: out, last: map[string]said{}}
}

// say writes a line that is news.
func (log *fenceLog) say(text string) {
	log.mutex.Lock()
	defer log.mutex.Unlock()
	log.write(text)
}

func (log *fenceLog) write(text string) {
	// Whoever reads the log may be gone: the client must not stop for that.
	_, _ = fmt.Fprintf(log.out, "fence: %s %s\n", time.Now().UTC().Format(time.RFC3339), text)
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
