// A beacon node: it calls itself well, its execution client follows, and its head is young. Without the last one it looks well beside an execution client that is gone.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"basement-watchdog/fence/fetch"
)

const (
	healthPath  = "/eth/v1/node/health"
	syncingPath = "/eth/v1/node/syncing"
	genesisPath = "/eth/v1/beacon/genesis"
	specPath    = "/eth/v1/config/spec"
)

func judgeBeacon(ctx context.Context, asked node) error {
	if err := asked.judgeHealth(ctx); err != nil {
		return err
	}
	slot, err := asked.judgeSyncing(ctx)
	if err != nil {
		return err
	}
	genesis, err := asked.data(ctx, genesisPath)
	if err != nil {
		return err
	}
	began, err := decimal(genesis, "genesis_time", 1<<40)
	if err := unreadable(genesisPath, err); err != nil {
		return err
	}
	spec, err := asked.data(ctx, specPath)
	if err != nil {
		return err
	}
	seconds, err := decimal(spec, "SECONDS_PER_SLOT", 60)
	if err == nil && seconds == 0 {
		err = errors.New("\"SECONDS_PER_SLOT\" is 0")
	}
	if err := unreadable(specPath, err); err != nil {
		return err
	}
	return asked.judgeHead(time.Unix(began+slot*seconds, 0))
}

// judgeHealth goes by the status alone. 206 is a success to HTTP, and so to a probe of Kubernetes; but it is a node that syncs.
func (asked node) judgeHealth(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.address+healthPath, nil)
	if err != nil {
		return fmt.Errorf("%s: it cannot be asked", healthPath)
	}
	answer, refused := fetch.Once(asked.web, request, mostBody)
	switch {
	case refused != nil:
		return fmt.Errorf("%s: %s", healthPath, refused.Detail)
	case answer.Status == http.StatusPartialContent:
		return errors.New("it is syncing, or does not know whether what it follows is valid (health 206)")
	case answer.Status == http.StatusServiceUnavailable:
		return errors.New("it is not ready, or has just started (health 503)")
	case answer.Status != http.StatusOK:
		return fmt.Errorf("%s: it answers %d", healthPath, answer.Status)
	}
	return nil
}

// judgeSyncing answers the slot of the head.
func (asked node) judgeSyncing(ctx context.Context) (int64, error) {
	data, err := asked.data(ctx, syncingPath)
	if err != nil {
		return 0, err
	}
	slot, errSlot := decimal(data, "head_slot", 1<<32)
	isSyncing, errSyncing := truth(data, "is_syncing")
	isOptimistic, errOptimistic := truth(data, "is_optimistic")
	var isOffline bool
	var errOffline error
	// Older nodes do not say it.
	if _, isSaid := data["el_offline"]; isSaid {
		isOffline, errOffline = truth(data, "el_offline")
	}
	if err := unreadable(syncingPath, errSlot, errSyncing, errOptimistic, errOffline); err != nil {
		return 0, err
	}
	switch {
	case isOffline:
		return 0, errors.New("its execution client does not answer (el_offline)")
	case isSyncing:
		return 0, errors.New("it is syncing")
	case isOptimistic:
		return 0, errors.New("its execution client has not yet checked what it follows (is_optimistic)")
	}
	return slot, nil
}

// data is what an answer of the beacon API is about.
func (asked node) data(ctx context.Context, path string) (fields, error) {
	answer, err := asked.get(ctx, path)
	if err != nil {
		return nil, err
	}
	data, err := inner(answer, "data")
	return data, unreadable(path, err)
}
