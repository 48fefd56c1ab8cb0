// Tells the watchdog which client runs here, and with which generation. Nothing waits for it but the last word, and that not for long.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"basement-watchdog/fence/fetch"
)

const (
	reportEvery    = time.Minute
	lastWordWithin = 2 * time.Second
)

type report struct {
	At     int64         `json:"at"`
	Fences []fenceReport `json:"fences"`
}

type fenceReport struct {
	Signer     string `json:"signer"`
	Instance   string `json:"instance"`
	Generation int64  `json:"generation"`
	Running    bool   `json:"running"`
	Version    string `json:"version"`
	// Isolation is in seconds.
	Isolation  int64 `json:"isolation"`
	BreakGlass bool  `json:"breakGlass"`
}

type letter struct {
	fence fenceReport
	sent  chan struct{}
}

// reporter sends one report at a time, in order; one that waits is replaced by a newer one.
type reporter struct {
	given  settings
	web    *http.Client
	log    *fenceLog
	latest chan letter
}

func startReporter(given settings, web *http.Client, log *fenceLog) *reporter {
	reporter := &reporter{given, web, log, make(chan letter, 1)}
	go func() {
		for each := range reporter.latest {
			if err := reporter.post(each.fence); err != nil {
				log.lasts("report", fmt.Sprintf("the report was not taken: %v; nothing else depends on it", err))
			} else {
				log.lasts("report", "")
			}
			close(each.sent)
		}
	}()
	return reporter
}

// tell never waits.
func (reporter *reporter) tell(fence fenceReport) <-chan struct{} {
	next := letter{fence, make(chan struct{})}
	select {
	case <-reporter.latest:
	default:
	}
	reporter.latest <- next
	return next.sent
}

// lastWord is told before the fence ends.
func (reporter *reporter) lastWord(fence fenceReport) {
	select {
	case <-reporter.tell(fence):
	case <-time.After(lastWordWithin):
	}
}

func (reporter *reporter) post(fence fenceReport) error {
	token, refused := readToken(reporter.given.reportTokenFile)
	if refused != nil {
		return refused
	}
	body, err := json.Marshal(report{time.Now().Unix(), []fenceReport{fence}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), fetch.Within)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, reporter.given.reportURL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("FENCE_REPORT_URL cannot be asked")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := reporter.web.Do(request)
	if err != nil {
		return fetch.Refusal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("it answers %d", response.StatusCode)
	}
	return nil
}
