// What is taken from the file and put into the command, and everything that is refused.
package main

import (
	"slices"
	"strings"
	"testing"
)

const leased = `{"address": "198.51.100.7", "address6": null, "ports": [
  {"name": "geth-p2p", "target": "geth-p2p", "node": "mini2", "protocols": ["tcp", "udp"], "port": 41234, "validUntil": 1000},
  {"name": "quic", "node": "mini2", "protocols": ["udp"], "port": 9001, "validUntil": null}]}`

func TestValuesOfTheFile(t *testing.T) {
	all := wanted{forwards: []forward{{"P2P_TCP_PORT", "geth-p2p", "tcp"}, {"P2P_UDP_PORT", "geth-p2p", "udp"}, {"P2P_QUIC_PORT", "quic", "udp"}}}
	values, err := valuesOf([]byte(leased), all, 999)
	if err != nil || !slices.Equal(values, []value{{"P2P_ADDRESS", "198.51.100.7"}, {"P2P_TCP_PORT", "41234"}, {"P2P_UDP_PORT", "41234"}, {"P2P_QUIC_PORT", "9001"}}) {
		t.Errorf("%v, %v", values, err)
	}
	for text, address := range map[string]string{
		`{"address": null, "address6": "2001:DB8::7", "ports": []}`:         "2001:db8::7",
		`{"address": "192.0.2.1", "address6": "2001:db8::7", "ports": []}`:  "192.0.2.1",
		`{"address6": "2001:db8::7", "ports": [], "more": {"of": "later"}}`: "2001:db8::7",
	} {
		values, err := valuesOf([]byte(text), wanted{}, 0)
		if err != nil || len(values) != 1 || values[0].text != address {
			t.Errorf("%s: %v, %v", text, values, err)
		}
	}
}

func TestFilesThatSayNothing(t *testing.T) {
	one := func(entry string) string {
		return `{"address": "192.0.2.1", "address6": null, "ports": [` + entry + `]}`
	}
	for _, row := range []struct{ text, wanted string }{
		{"", "not a JSON object"},
		{"[]", "not a JSON object"},
		{leased + "{}", "something stands behind it"},
		{leased[:90], "not JSON"},
		{`{"address": "192.0.2.1", "address": "192.0.2.2", "ports": []}`, "twice"},
		{`{"address": null, "address6": null, "ports": []}`, "no address now"},
		{`{"ports": []}`, "no address now"},
		{`{"address": 7, "ports": []}`, "not a text"},
		{`{"address": "", "ports": []}`, "nobody can be reached"},
		{`{"address": "gate.example.net", "ports": []}`, "nobody can be reached"},
		{`{"address": "127.0.0.1", "ports": []}`, "nobody can be reached"},
		{`{"address": "0.0.0.0", "ports": []}`, "nobody can be reached"},
		{`{"address": "2001:db8::7", "ports": []}`, "nobody can be reached"},
		{`{"address6": "::ffff:192.0.2.1", "ports": []}`, "nobody can be reached"},
		{`{"address6": "fe80::1%eth0", "ports": []}`, "nobody can be reached"},
		{`{"address": "192.0.2.1 --admin", "ports": []}`, "nobody can be reached"},
		{`{"address": "192.0.2.1"}`, "no list"},
		{`{"address": "192.0.2.1", "ports": {}}`, "no list"},
		{one(``), "no forward named p2p"},
		{one(`7`), "cannot be read"},
		{one(`{"port": 1}`), "cannot be read"},
		{one(`{"name": "p2p", "protocols": ["udp"], "port": 1, "validUntil": null}`), "does not forward tcp"},
		{one(`{"name": "p2p", "port": 1, "validUntil": null}`), "does not forward tcp"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": null, "validUntil": null}`), "no port now"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "validUntil": null}`), "cannot be read"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": 0, "validUntil": null}`), "cannot be read"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": 65536, "validUntil": null}`), "over 65535"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": "30303", "validUntil": null}`), "cannot be read"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": 1.5, "validUntil": null}`), "cannot be read"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": 1}`), "cannot be read"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": 1, "validUntil": 1000}`), "ended 0s ago: port 1 is nobody's"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": 1, "validUntil": 940}`), "ended 1m0s ago"},
		{one(`{"name": "p2p", "protocols": ["tcp"], "port": 1, "validUntil": null}, {"name": "p2p", "protocols": ["tcp"], "port": 2, "validUntil": null}`), "two forwards"},
	} {
		values, err := valuesOf([]byte(row.text), wanted{forwards: []forward{{"P2P_TCP_PORT", "p2p", "tcp"}}}, 1000)
		if err == nil || !strings.Contains(err.Error(), row.wanted) {
			t.Errorf("%s: %v, %v, not %q", row.text, values, err, row.wanted)
		}
	}
}

func TestArguments(t *testing.T) {
	found, command, err := readArguments([]string{"--advertised", "/a", "--udp", "x", "--tcp", "y", "--quic", "x", "--", "geth", "--", "-x"})
	if err != nil || found.file != "/a" || !slices.Equal(command, []string{"geth", "--", "-x"}) ||
		!slices.Equal(found.forwards, []forward{{"P2P_UDP_PORT", "x", "udp"}, {"P2P_TCP_PORT", "y", "tcp"}, {"P2P_QUIC_PORT", "x", "udp"}}) {
		t.Errorf("%+v, %v, %v", found, command, err)
	}
	for text, wanted := range map[string]string{
		"":                                   "no command",
		"--advertised /a":                    "no command",
		"--advertised /a --":                 "no command",
		"-- geth":                            "say where the file is",
		"--advertised -- geth":               "needs a word",
		"--advertised /a --advertised /b --": "twice",
		"--advertised /a --tcp -- geth":      "needs a word",
		"--advertised /a --tcp a/b -- geth":  "no name of a forward",
		"--advertised /a --tcp --udp -- g":   "no name of a forward",
		"--advertised /a --sctp x -- geth":   "no option",
		"--advertised=/a -- geth":            "needs a word",
		"geth --port 1":                      "no option",
	} {
		if found, _, err := readArguments(strings.Fields(text)); err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%s: %+v, %v, not %q", text, found, err, wanted)
		}
	}
}

func TestReplace(t *testing.T) {
	values := []value{{"P2P_ADDRESS", "2001:db8::7"}, {"P2P_TCP_PORT", "41234"}}
	command, err := replace([]string{"geth", "--nat=extip:$(P2P_ADDRESS)", "$(P2P_ADDRESS):$(P2P_TCP_PORT)", "$(P2P_TCP_PORT)$(P2P_TCP_PORT)", "$(OTHER)", "$P2P_ADDRESS"}, values)
	if err != nil || !slices.Equal(command, []string{"geth", "--nat=extip:2001:db8::7", "[2001:db8::7]:41234", "4123441234", "$(OTHER)", "$P2P_ADDRESS"}) {
		t.Errorf("%q, %v", command, err)
	}
	for _, text := range []string{"$(P2P_UDP_PORT)", "a=$(P2P_QUIC_PORT),b", "$(P2P_ADRESS)", "$(P2P_", "$$(P2P_UDP_PORT)"} {
		if command, err := replace([]string{"geth", text}, values); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %q, %v", text, command, err)
		}
	}
}

func TestWithoutUnknown(t *testing.T) {
	variables := wanted{forwards: []forward{{"P2P_TCP_PORT", "p2p", "tcp"}}}.variables()
	for given, left := range map[string]string{
		"geth --a --nat=extip:$(P2P_ADDRESS) --b":        "geth --a --b",
		"x --to $(P2P_ADDRESS):$(P2P_TCP_PORT) --b":      "x --b",
		"x --to=1 $(P2P_ADDRESS) y":                      "x --to=1 y",
		"x -- $(P2P_ADDRESS)":                            "x --",
		"x $(P2P_ADDRESS) --b":                           "x --b",
		"x word $(P2P_TCP_PORT)":                         "x word",
		"x --a $(P2P_ADDRESS) $(P2P_TCP_PORT)":           "x",
		"$(P2P_ADDRESS) --b":                             "$(P2P_ADDRESS) --b",
		"x --quic=$(P2P_QUIC_PORT) $P2P_ADDRESS $(P2P_A": "x --quic=$(P2P_QUIC_PORT) $P2P_ADDRESS $(P2P_A",
	} {
		if found := withoutUnknown(strings.Fields(given), variables); strings.Join(found, " ") != left {
			t.Errorf("%s: %q, not %q", given, found, left)
		}
	}
}

func TestEnvironment(t *testing.T) {
	given := []string{"PATH=/bin", "P2P_ADDRESS=old", "P2P_TCP_PORT=1", "P2P_ADDRESSES=x"}
	variables := []string{"P2P_ADDRESS", "P2P_TCP_PORT"}
	kept := environmentWith(given, variables, []value{{"P2P_ADDRESS", "192.0.2.1"}, {"P2P_TCP_PORT", "2"}})
	if !slices.Equal(kept, []string{"PATH=/bin", "P2P_ADDRESSES=x", "P2P_ADDRESS=192.0.2.1", "P2P_TCP_PORT=2"}) {
		t.Errorf("%v", kept)
	}
	if kept := environmentWith(given, variables, nil); !slices.Equal(kept, []string{"PATH=/bin", "P2P_ADDRESSES=x"}) {
		t.Errorf("%v", kept)
	}
}
