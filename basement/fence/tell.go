// What others are told of this fence: reports, metrics, and the last word.
package main

import (
	"fmt"
)

func (f *fence) reportNow() fenceReport {
	kept := f.state.Kept
	generation := kept.Generation
	if f.client != nil {
		generation = kept.Allowed
	}
	return fenceReport{
		Signer: f.given.signer, Instance: f.instance, Generation: generation, Running: f.client != nil,
		Version: version, Isolation: int64(f.given.isolation.Seconds()), BreakGlass: f.client != nil && f.state.UsedBreakGlass,
	}
}

func (f *fence) tell() {
	f.show()
	if f.reporter != nil {
		f.reporter.tell(f.reportNow())
	}
}

// show is seen by whoever asks next.
func (f *fence) show() metrics {
	kept := f.state.Kept
	now := metrics{
		signer: f.given.signer, isRunning: f.client != nil, generation: kept.Generation, denied: kept.Denied,
		lastAnswerAt: f.lastAnswerAt, brokeGlass: f.client != nil && f.state.UsedBreakGlass,
		isAllowed: f.isAllowed, isDenied: f.isDenied || kept.Denied >= kept.Generation,
	}
	if since := f.state.IsolatedSince; since != nil {
		now.isolatedSeconds = (bootMs() - *since) / 1000
	}
	f.shown.latest.Store(&now)
	return now
}

// writeMetrics leaves the file alone as long as another fence may write it.
func (f *fence) writeMetrics() {
	now := f.show()
	if f.given.metricsFile == "" || f.lock == nil {
		return
	}
	if err := now.write(f.given.metricsFile); err != nil {
		f.log.lasts("metrics", fmt.Sprintf("the metrics cannot be written: %v; nothing else depends on it", err))
	}
}

// leave is called when no client runs any more, and says so.
func (f *fence) leave(code int) int {
	f.writeMetrics()
	if f.reporter != nil {
		f.reporter.lastWord(f.reportNow())
	}
	return code
}
