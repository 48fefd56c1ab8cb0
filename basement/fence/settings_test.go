// Each setting that is wrong is named, all of them at once, and what is right is taken.
package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func environment(changes ...string) []string {
	values := map[string]string{
		"FENCE_SIGNER": "eth-1", "FENCE_CHAIN": "ethereum", "FENCE_GATE_URL": "https://gate.example.net/",
		"FENCE_GATE_KEYS": "GX9rI+FshTLGq8g4+tB+ep4r9J7zqDhLgjqUC1i8cm4=", "FENCE_TOKEN_FILE": "/etc/fence/token",
	}
	for _, change := range changes {
		name, value, _ := strings.Cut(change, "=")
		values[name] = value
	}
	var environment []string
	for name, value := range values {
		environment = append(environment, name+"="+value)
	}
	return environment
}

func TestSettingsThatAreRight(t *testing.T) {
	given, problems, warnings := readSettings(environment("FENCE_OTHER=1"))
	if len(problems) > 0 || len(warnings) != 1 || !strings.Contains(warnings[0], "FENCE_OTHER is no setting") {
		t.Errorf("%v, %v", problems, warnings)
	}
	if given.gateURL != "https://gate.example.net" || given.stateDir != "/var/lib/watchdog-fence" || given.nodeURL != "http://127.0.0.1:5052" ||
		given.poll != 15*time.Second || given.isolation != 10*time.Minute || given.stopGrace != 10*time.Second {
		t.Errorf("%+v", given)
	}
	for _, changes := range [][]string{
		{"FENCE_GATE_URL=http://127.0.0.1:8080"}, {"FENCE_GATE_URL=http://[::1]:8080"}, {"FENCE_GATE_URL=http://localhost:8080/gate"},
		{"FENCE_CHAIN=cometbft", "FENCE_STATE_FILE=/data/config/priv_validator_state.json"},
		{"FENCE_TOKEN_FILE=", "FENCE_IDENTITY=compute"},
		{"FENCE_REPORT_URL=https://heartbeat.example.net/home/fence/report", "FENCE_REPORT_TOKEN_FILE=/etc/fence/report"},
		{"FENCE_METRICS_LISTEN=:9464"}, {"FENCE_METRICS_LISTEN=127.0.0.1:9464"}, {"FENCE_METRICS_LISTEN=[::1]:9464"},
		{"FENCE_STOP_SIGNAL=SIGINT"}, {"FENCE_STOP_GRACE=0s"}, {"FENCE_NODE_URL=http://beacon:5052"},
	} {
		if _, problems, _ := readSettings(environment(changes...)); len(problems) > 0 {
			t.Errorf("%v: %v", changes, problems)
		}
	}
}

func TestSettingsThatAreWrong(t *testing.T) {
	comet := "FENCE_CHAIN=cometbft"
	for _, row := range []struct {
		changes []string
		wanted  string
	}{
		{[]string{"FENCE_SIGNER=Eth"}, "FENCE_SIGNER"},
		{[]string{"FENCE_SIGNER=../x"}, "FENCE_SIGNER"},
		{[]string{"FENCE_SIGNER="}, "FENCE_SIGNER"},
		{[]string{"FENCE_CHAIN=bitcoin"}, "FENCE_CHAIN must be ethereum or cometbft"},
		{[]string{"FENCE_GATE_URL="}, "FENCE_GATE_URL"},
		{[]string{"FENCE_GATE_URL=http://gate.example.net"}, "must begin with https://"},
		{[]string{"FENCE_GATE_URL=http://127.0.0.1.example.net"}, "must begin with https://"},
		{[]string{"FENCE_GATE_URL=ftp://127.0.0.1"}, "must begin with https://"},
		{[]string{"FENCE_GATE_URL=https://a:b@gate.example.net"}, "without user"},
		{[]string{"FENCE_GATE_URL=https://gate.example.net?x=1"}, "question mark"},
		{[]string{"FENCE_GATE_KEYS="}, "FENCE_GATE_KEYS"},
		{[]string{"FENCE_GATE_KEYS=AAAA"}, "FENCE_GATE_KEYS"},
		{[]string{"FENCE_TOKEN_FILE="}, "one of them and not both"},
		{[]string{"FENCE_IDENTITY=compute"}, "one of them and not both"},
		{[]string{"FENCE_IDENTITY=aws"}, "FENCE_IDENTITY"},
		{[]string{"FENCE_TOKEN_FILE=token"}, "FENCE_TOKEN_FILE"},
		{[]string{"FENCE_STATE_DIR=here"}, "FENCE_STATE_DIR"},
		{[]string{"FENCE_NODE_URL=127.0.0.1:5052"}, "FENCE_NODE_URL"},
		{[]string{comet}, "FENCE_STATE_FILE"},
		{[]string{comet, "FENCE_STATE_FILE=state.json"}, "FENCE_STATE_FILE"},
		{[]string{comet, "FENCE_STATE_FILE=/data/state.json", "FENCE_STATE_DIR=/data/fence"}, "outside the chain's data"},
		{[]string{comet, "FENCE_STATE_FILE=/data/state.json", "FENCE_STATE_DIR=/data/"}, "outside the chain's data"},
		{[]string{"FENCE_STATE_FILE=/data/state.json"}, "cometbft only"},
		{[]string{"FENCE_REPORT_URL=https://heartbeat.example.net"}, "belong together"},
		{[]string{"FENCE_REPORT_TOKEN_FILE=/t"}, "belong together"},
		{[]string{"FENCE_REPORT_URL=http://heartbeat.example.net", "FENCE_REPORT_TOKEN_FILE=/t"}, "FENCE_REPORT_URL must begin"},
		{[]string{"FENCE_METRICS_FILE=x"}, "FENCE_METRICS_FILE"},
		{[]string{"FENCE_METRICS_LISTEN=9464"}, "FENCE_METRICS_LISTEN"},
		{[]string{"FENCE_METRICS_LISTEN=:0"}, "FENCE_METRICS_LISTEN"},
		{[]string{"FENCE_METRICS_LISTEN=:65536"}, "FENCE_METRICS_LISTEN"},
		{[]string{"FENCE_METRICS_LISTEN=localhost:9464"}, "FENCE_METRICS_LISTEN"},
		{[]string{"FENCE_METRICS_LISTEN=http://127.0.0.1:9464"}, "FENCE_METRICS_LISTEN"},
		{[]string{"FENCE_CA_FILE=/nowhere"}, "FENCE_CA_FILE"},
		{[]string{"FENCE_CA_FILE=/proc/self/status"}, "FENCE_CA_FILE"},
		{[]string{"FENCE_POLL=16s"}, "FENCE_POLL"},
		{[]string{"FENCE_POLL=15"}, "FENCE_POLL"},
		{[]string{"FENCE_ISOLATION=10m1s"}, "FENCE_ISOLATION must be a time from 5s to 10m0s"},
		{[]string{"FENCE_ISOLATION=4s"}, "FENCE_ISOLATION"},
		{[]string{"FENCE_STOP_GRACE=61s"}, "FENCE_STOP_GRACE"},
		{[]string{"FENCE_STOP_GRACE=-1s"}, "FENCE_STOP_GRACE"},
		{[]string{"FENCE_STOP_SIGNAL=KILL"}, "FENCE_STOP_SIGNAL"},
	} {
		_, problems, _ := readSettings(environment(row.changes...))
		if len(problems) != 1 || !strings.Contains(problems[0], row.wanted) {
			t.Errorf("%v: %q, not %q", row.changes, problems, row.wanted)
		}
	}
	_, problems, _ := readSettings(nil)
	if len(problems) != 5 {
		t.Errorf("not everything at once: %q", problems)
	}
}

func TestClientDoesNotSeeTheSettings(t *testing.T) {
	kept := clientEnvironment([]string{"PATH=/bin", "FENCE_TOKEN_FILE=/t", "HOME=/", "MY_FENCE_X=1"})
	if !slices.Equal(kept, []string{"PATH=/bin", "HOME=/", "MY_FENCE_X=1"}) {
		t.Errorf("%v", kept)
	}
}
