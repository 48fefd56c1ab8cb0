// What the node at our side says: is it connected, and how old is its head?
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"basement-watchdog/fence/fetch"
	"basement-watchdog/fence/rules"
)

// seen is one round with the node.
type seen struct {
	node rules.Node
	// headLimit and futureLimit are those of the chain.
	headLimit   time.Duration
	futureLimit time.Duration
	// headWhy is empty when the head is near the clock.
	headWhy string
}

type node interface {
	look(ctx context.Context) seen
}

func newNode(given settings, web *http.Client) node {
	if given.chain == rules.CometBFT {
		return &cometNode{web: web, address: given.nodeURL}
	}
	return &beaconNode{web: web, address: given.nodeURL}
}

// ask reads an answer of the node into a value.
func ask(ctx context.Context, web *http.Client, address string, most int64, into any) error {
	body, _, refused := get(ctx, web, address, nil, most)
	if refused != nil {
		return refused
	}
	if json.Unmarshal(body, into) != nil {
		return errors.New("its answer is not what was expected")
	}
	return nil
}

func whole(text string, least, most int64) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < least || value > most {
		return 0, errors.New("its answer has a number that cannot be")
	}
	return value, nil
}

// beaconNode remembers what never changes.
type beaconNode struct {
	web     *http.Client
	address string
	times   *beaconTimes
}

type beaconTimes struct {
	genesis       int64
	slot          time.Duration
	slotsPerEpoch int64
}

func (beacon *beaconNode) look(ctx context.Context) seen {
	ctx, cancel := context.WithTimeout(ctx, fetch.Within)
	defer cancel()
	if beacon.times == nil {
		times, err := beacon.readTimes(ctx)
		if err != nil {
			return unknownHead(err)
		}
		beacon.times = times
	}
	times := *beacon.times
	age, err := beacon.headAge(ctx)
	if err != nil {
		return unknownHead(err)
	}
	found := seen{headLimit: 2 * time.Duration(times.slotsPerEpoch) * times.slot, futureLimit: times.slot}
	if age < -times.slot || age > 4*times.slot {
		found.headWhy = fmt.Sprintf("the head of the beacon node is %v from now: wait until it is synced, and see that this machine's clock is right", age.Round(time.Second))
	}
	var peers struct{ Data struct{ Connected string } }
	if ask(ctx, beacon.web, beacon.address+"/eth/v1/node/peer_count", mostNode, &peers) == nil {
		if connected, err := whole(peers.Data.Connected, 0, rules.MostSafe); err == nil {
			found.node = rules.Node{IsKnown: true, Peers: connected, HeadAgeMs: age.Milliseconds()}
		}
	}
	return found
}

func unknownHead(err error) seen {
	return seen{headWhy: fmt.Sprintf("the beacon node does not say where its head is (%v): is it up, and is FENCE_NODE_URL right?", err)}
}

func (beacon *beaconNode) readTimes(ctx context.Context) (*beaconTimes, error) {
	var genesis struct {
		Data struct {
			Time string `json:"genesis_time"`
		}
	}
	if err := ask(ctx, beacon.web, beacon.address+"/eth/v1/beacon/genesis", mostNode, &genesis); err != nil {
		return nil, err
	}
	var spec struct {
		Data struct {
			SecondsPerSlot string `json:"SECONDS_PER_SLOT"`
			SlotsPerEpoch  string `json:"SLOTS_PER_EPOCH"`
		}
	}
	if err := ask(ctx, beacon.web, beacon.address+"/eth/v1/config/spec", mostSpec, &spec); err != nil {
		return nil, err
	}
	began, errBegan := whole(genesis.Data.Time, 1, 1<<40)
	slot, errSlot := whole(spec.Data.SecondsPerSlot, 1, 60)
	epoch, errEpoch := whole(spec.Data.SlotsPerEpoch, 1, 128)
	if err := errors.Join(errBegan, errSlot, errEpoch); err != nil {
		return nil, errors.New("its genesis or its spec cannot be read")
	}
	return &beaconTimes{genesis: began, slot: time.Duration(slot) * time.Second, slotsPerEpoch: epoch}, nil
}

func (beacon *beaconNode) headAge(ctx context.Context) (time.Duration, error) {
	var head struct {
		Data struct {
			Header struct{ Message struct{ Slot string } }
		}
	}
	if err := ask(ctx, beacon.web, beacon.address+"/eth/v1/beacon/headers/head", mostNode, &head); err != nil {
		return 0, err
	}
	slot, err := whole(head.Data.Header.Message.Slot, 0, 1<<40)
	if err != nil {
		return 0, err
	}
	since := beacon.times.genesis + slot*int64(beacon.times.slot/time.Second)
	return time.Since(time.Unix(since, 0)), nil
}

// cometNode is the client itself: before a start there is nobody to ask.
type cometNode struct {
	web     *http.Client
	address string
}

func (comet *cometNode) look(ctx context.Context) seen {
	ctx, cancel := context.WithTimeout(ctx, fetch.Within)
	defer cancel()
	found := seen{headLimit: time.Minute, futureLimit: 10 * time.Second}
	var status struct {
		Result struct {
			SyncInfo struct {
				Time time.Time `json:"latest_block_time"`
			} `json:"sync_info"`
		}
	}
	var network struct {
		Result struct {
			Peers string `json:"n_peers"`
		}
	}
	if ask(ctx, comet.web, comet.address+"/status", mostNode, &status) != nil || status.Result.SyncInfo.Time.IsZero() {
		return found
	}
	// It lists its peers with all they say of themselves.
	if ask(ctx, comet.web, comet.address+"/net_info", mostSpec, &network) != nil {
		return found
	}
	peers, err := whole(network.Result.Peers, 0, rules.MostSafe)
	if err != nil {
		return found
	}
	found.node = rules.Node{IsKnown: true, Peers: peers, HeadAgeMs: time.Since(status.Result.SyncInfo.Time).Milliseconds()}
	return found
}

// readStateHeight says up to which height CometBFT has signed. Without its file it would sign anything: then there is no height.
func readStateHeight(file string) (*int64, string) {
	why := func(what string) (*int64, string) {
		return nil, fmt.Sprintf("%s %s: a client without it could sign what was signed before; put back the newest one or write the floor (`watchdog handover floor`)", file, what)
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return why("is missing")
	}
	if err != nil || len(text) > mostNode {
		return why("cannot be read")
	}
	fields, err := rules.Fields(text)
	if err != nil {
		return why("cannot be read: " + err.Error())
	}
	encoded, err := rules.Text(fields, "height")
	if err != nil {
		return why("cannot be read: " + err.Error())
	}
	height, err := whole(encoded, 0, rules.MostSafe)
	if err != nil {
		return why("has a height that is none")
	}
	return &height, ""
}
