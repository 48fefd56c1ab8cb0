// The same for Prometheus: a text, and a file with it for the textfile collector, replaced as a whole.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

type metrics struct {
	signer          string
	isRunning       bool
	generation      int64
	denied          int64
	lastAnswerAt    int64
	isolatedSeconds int64
	brokeGlass      bool
	isAllowed       bool
	isDenied        bool
}

func (m metrics) text() string {
	var text strings.Builder
	gauge := func(name, help string, value int64) {
		fmt.Fprintf(&text, "# HELP watchdog_fence_%s %s\n# TYPE watchdog_fence_%s gauge\nwatchdog_fence_%s{signer=%q} %d\n", name, help, name, name, m.signer, value)
	}
	gauge("running", "1 while the client runs.", truth(m.isRunning))
	gauge("allowed", "1 when the newest answer of the gate allows.", truth(m.isAllowed))
	gauge("denied", "1 when the gate has denied: by its newest answer, or the generation that is known here.", truth(m.isDenied))
	gauge("generation", "Highest generation that the gate allowed or denied here.", m.generation)
	gauge("denied_generation", "Highest generation that the gate denied here, -1 for none.", m.denied)
	gauge("last_answer_timestamp_seconds", "When the gate last answered, 0 for never.", m.lastAnswerAt)
	gauge("isolated_seconds", "For how long there was neither gate nor chain.", m.isolatedSeconds)
	gauge("break_glass", "1 while the client runs without a word of the gate.", truth(m.brokeGlass))
	fmt.Fprintf(&text, "# HELP watchdog_fence_info The fence itself.\n# TYPE watchdog_fence_info gauge\nwatchdog_fence_info{signer=%q,version=%q} 1\n", m.signer, version)
	return text.String()
}

func truth(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// write needs no sync: after a crash the file is written anew.
func (m metrics) write(path string) error {
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := os.WriteFile(temporary, []byte(m.text()), 0o644); err != nil {
		return err
	}
	// The umask may have taken something away.
	if err := os.Chmod(temporary, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
