// The file of the basement: by which address and ports the world sees what runs in it, and until when.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"basement-watchdog/fence/rules"
)

// valuesOf reads what is wanted of the file, as it is at this time in seconds.
func valuesOf(text []byte, wanted wanted, now int64) ([]value, error) {
	document, err := rules.Fields(text)
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	address, err := addressOf(document)
	if err != nil {
		return nil, err
	}
	var ports []json.RawMessage
	if json.Unmarshal(document["ports"], &ports) != nil {
		return nil, errors.New("\"ports\" is no list")
	}
	values := []value{{"P2P_ADDRESS", address}}
	for _, each := range wanted.forwards {
		port, err := portOf(ports, each, now)
		if err != nil {
			return nil, err
		}
		values = append(values, value{each.variable, strconv.FormatInt(port, 10)})
	}
	return values, nil
}

func addressOf(document map[string]json.RawMessage) (string, error) {
	for _, row := range []struct {
		name  string
		isOne func(netip.Addr) bool
	}{{"address", netip.Addr.Is4}, {"address6", netip.Addr.Is6}} {
		if raw, isThere := document[row.name]; !isThere || string(raw) == "null" {
			continue
		}
		text, err := rules.Text(document, row.name)
		if err != nil {
			return "", err
		}
		address, err := netip.ParseAddr(text)
		if err != nil || !row.isOne(address) || address.Is4In6() || address.Zone() != "" || !address.IsGlobalUnicast() {
			return "", fmt.Errorf("%q is %q, by which nobody can be reached", row.name, text)
		}
		return address.String(), nil
	}
	return "", errors.New("it has no address now: the exit has not said by which one it is seen")
}

func portOf(ports []json.RawMessage, wanted forward, now int64) (int64, error) {
	var found map[string]json.RawMessage
	for _, each := range ports {
		entry, err := rules.Fields(each)
		if err != nil {
			return 0, fmt.Errorf("one of its ports cannot be read: %w", err)
		}
		name, err := rules.Text(entry, "name")
		if err != nil {
			return 0, fmt.Errorf("one of its ports cannot be read: %w", err)
		}
		if name != wanted.name {
			continue
		}
		if found != nil {
			return 0, fmt.Errorf("it has two forwards named %s", wanted.name)
		}
		found = entry
	}
	if found == nil {
		return 0, fmt.Errorf("it has no forward named %s: see port_forwards in the inventory", wanted.name)
	}
	var protocols []string
	if json.Unmarshal(found["protocols"], &protocols) != nil || !slices.Contains(protocols, wanted.protocol) {
		return 0, fmt.Errorf("the forward %s does not forward %s", wanted.name, wanted.protocol)
	}
	if string(found["port"]) == "null" {
		return 0, fmt.Errorf("the forward %s has no port now: its lease has ended, or there was none yet", wanted.name)
	}
	port, err := rules.Whole(found, "port", 1)
	if err == nil && port > 65535 {
		err = errors.New("\"port\" is over 65535")
	}
	until, errUntil := rules.WholeOrNull(found, "validUntil")
	if err := errors.Join(err, errUntil); err != nil {
		return 0, fmt.Errorf("the forward %s cannot be read: %w", wanted.name, err)
	}
	if until != nil && *until <= now {
		return 0, fmt.Errorf("the lease of the forward %s ended %v ago: port %d is nobody's, or already somebody else's",
			wanted.name, time.Duration(min(now-*until, 1<<30))*time.Second, port)
	}
	return port, nil
}
