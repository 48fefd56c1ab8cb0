// The settings: all of them are checked before anything is done, and every problem is said with what would be right.
package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"basement-watchdog/fence/rules"
)

const (
	defaultStateDir     = "/var/lib/watchdog-fence"
	defaultMetadataHost = "169.254.169.254"
)

type settings struct {
	signer          string
	chain           string
	gateURL         string
	gateKeys        []ed25519.PublicKey
	tokenFile       string
	isCompute       bool
	stateDir        string
	nodeURL         string
	stateFile       string
	reportURL       string
	reportTokenFile string
	metricsFile     string
	// metricsListen is where metrics can be had over HTTP, or empty.
	metricsListen string
	// authorities is nil for the system's.
	authorities  *x509.CertPool
	poll         time.Duration
	isolation    time.Duration
	stopGrace    time.Duration
	stopSignal   syscall.Signal
	metadataHost string
}

var known = map[string]bool{
	"FENCE_SIGNER": true, "FENCE_CHAIN": true, "FENCE_GATE_URL": true, "FENCE_GATE_KEYS": true, "FENCE_TOKEN_FILE": true,
	"FENCE_IDENTITY": true, "FENCE_STATE_DIR": true, "FENCE_NODE_URL": true, "FENCE_STATE_FILE": true, "FENCE_REPORT_URL": true,
	"FENCE_REPORT_TOKEN_FILE": true, "FENCE_METRICS_FILE": true, "FENCE_METRICS_LISTEN": true, "FENCE_CA_FILE": true, "FENCE_POLL": true, "FENCE_ISOLATION": true,
	"FENCE_STOP_GRACE": true, "FENCE_STOP_SIGNAL": true,
}

var stopSignals = map[string]syscall.Signal{
	"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "HUP": syscall.SIGHUP, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2,
}

var signerName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)

// reading gathers problems while it reads.
type reading struct {
	values   map[string]string
	problems []string
}

func (r *reading) problem(format string, values ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, values...))
}

// values of a name; unset and empty are the same.
func (r *reading) get(name, otherwise string) string {
	if value := r.values[name]; value != "" {
		return value
	}
	return otherwise
}

func readEnvironment(environment []string) map[string]string {
	values := map[string]string{}
	for _, each := range environment {
		name, value, _ := strings.Cut(each, "=")
		values[name] = value
	}
	return values
}

// readSettings says everything that is wrong, and what it does not know.
func readSettings(environment []string) (settings, []string, []string) {
	r := &reading{values: readEnvironment(environment)}
	given := settings{metadataHost: r.get("GCE_METADATA_HOST", defaultMetadataHost)}
	given.signer = r.signer()
	given.stateDir = r.stateDir()
	r.chain(&given)
	r.gate(&given)
	r.identity(&given)
	r.report(&given)
	if given.metricsFile = r.get("FENCE_METRICS_FILE", ""); given.metricsFile != "" && !filepath.IsAbs(given.metricsFile) {
		r.problem("FENCE_METRICS_FILE must be a whole path, as /var/lib/node-exporter/fence.prom")
	}
	if given.metricsListen = r.get("FENCE_METRICS_LISTEN", ""); given.metricsListen != "" && !isListenAddress(given.metricsListen) {
		r.problem("FENCE_METRICS_LISTEN must be a port, or an address of this machine and a port, as :9464 or 127.0.0.1:9464")
	}
	if file := r.get("FENCE_CA_FILE", ""); file != "" {
		given.authorities = x509.NewCertPool()
		if text, err := os.ReadFile(file); err != nil || !given.authorities.AppendCertsFromPEM(text) {
			r.problem("FENCE_CA_FILE must be a PEM file with certificates of authorities; %s is none that can be read", file)
		}
	}
	given.poll = r.duration("FENCE_POLL", "15s", time.Second, 15*time.Second)
	given.isolation = r.duration("FENCE_ISOLATION", "10m", 5*time.Second, 10*time.Minute)
	given.stopGrace = r.duration("FENCE_STOP_GRACE", "10s", 0, time.Minute)
	signal, isKnown := stopSignals[strings.TrimPrefix(r.get("FENCE_STOP_SIGNAL", "TERM"), "SIG")]
	if given.stopSignal = signal; !isKnown {
		r.problem("FENCE_STOP_SIGNAL must be TERM, INT, QUIT, HUP, USR1 or USR2")
	}
	var warnings []string
	for name := range r.values {
		if strings.HasPrefix(name, "FENCE_") && !known[name] {
			warnings = append(warnings, name+" is no setting of mine and is ignored: see fence --help")
		}
	}
	return given, r.problems, warnings
}

func (r *reading) signer() string {
	signer := r.get("FENCE_SIGNER", "")
	if !signerName.MatchString(signer) {
		r.problem("FENCE_SIGNER must be the signer's name in the watchdog's configuration: a small letter, then up to 19 of a-z, 0-9 and -")
	}
	return signer
}

func (r *reading) stateDir() string {
	folder := r.get("FENCE_STATE_DIR", defaultStateDir)
	if !filepath.IsAbs(folder) {
		r.problem("FENCE_STATE_DIR must be a whole path, as %s", defaultStateDir)
	}
	return filepath.Clean(folder)
}

func (r *reading) chain(given *settings) {
	given.chain = r.get("FENCE_CHAIN", "")
	node := "http://127.0.0.1:5052"
	given.stateFile = r.get("FENCE_STATE_FILE", "")
	switch given.chain {
	case rules.Ethereum:
		if given.stateFile != "" {
			r.problem("FENCE_STATE_FILE is for FENCE_CHAIN=cometbft only: leave it out")
		}
	case rules.CometBFT:
		node = "http://127.0.0.1:26657"
		if !filepath.IsAbs(given.stateFile) {
			r.problem("FENCE_STATE_FILE must be the whole path of the client's priv_validator_state.json")
		} else if data := filepath.Dir(filepath.Clean(given.stateFile)); given.stateDir == data || strings.HasPrefix(given.stateDir, strings.TrimSuffix(data, "/")+"/") {
			r.problem("FENCE_STATE_DIR must be outside the chain's data, for that is copied and restored: %s is inside", given.stateDir)
		}
	default:
		r.problem("FENCE_CHAIN must be ethereum or cometbft")
	}
	given.nodeURL = strings.TrimRight(r.get("FENCE_NODE_URL", node), "/")
	if parsed, err := url.Parse(given.nodeURL); err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		r.problem("FENCE_NODE_URL must be the address of the node's API, as %s", node)
	}
}

func (r *reading) gate(given *settings) {
	given.gateURL = strings.TrimRight(r.get("FENCE_GATE_URL", ""), "/")
	r.address("FENCE_GATE_URL", given.gateURL)
	var encoded []string
	for _, each := range strings.Split(r.get("FENCE_GATE_KEYS", ""), ",") {
		encoded = append(encoded, strings.TrimSpace(each))
	}
	keys, err := rules.ReadKeys(encoded)
	if err != nil {
		r.problem("FENCE_GATE_KEYS must be 1 to 4 public keys of the gate with commas between: %v", err)
	}
	given.gateKeys = keys
}

func (r *reading) identity(given *settings) {
	given.tokenFile = r.get("FENCE_TOKEN_FILE", "")
	identity := r.get("FENCE_IDENTITY", "")
	given.isCompute = identity == "compute"
	switch {
	case identity != "" && !given.isCompute:
		r.problem("FENCE_IDENTITY can only be compute, on a cloud node")
	case (given.tokenFile != "") == given.isCompute:
		r.problem("set FENCE_TOKEN_FILE (at home) or FENCE_IDENTITY=compute (on a cloud node), one of them and not both")
	case given.tokenFile != "" && !filepath.IsAbs(given.tokenFile):
		r.problem("FENCE_TOKEN_FILE must be a whole path")
	}
}

func (r *reading) report(given *settings) {
	given.reportURL = r.get("FENCE_REPORT_URL", "")
	given.reportTokenFile = r.get("FENCE_REPORT_TOKEN_FILE", "")
	if (given.reportURL == "") != (given.reportTokenFile == "") {
		r.problem("FENCE_REPORT_URL and FENCE_REPORT_TOKEN_FILE belong together: set both or none")
	}
	if given.reportURL != "" {
		r.address("FENCE_REPORT_URL", given.reportURL)
	}
}

// address: a token goes there, so that it must be encrypted or stay on this machine.
func (r *reading) address(name, text string) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
		r.problem("%s must be an address like https://gate.example.net, without user, question mark or #", name)
		return
	}
	if parsed.Scheme != "https" && !(parsed.Scheme == "http" && isLoopback(parsed.Hostname())) {
		r.problem("%s must begin with https:// (http:// only for 127.0.0.1, [::1] or localhost)", name)
	}
}

// isListenAddress: names are not taken, for they may be another address tomorrow.
func isListenAddress(text string) bool {
	if strings.HasPrefix(text, ":") {
		text = "0.0.0.0" + text
	}
	parsed, err := netip.ParseAddrPort(text)
	return err == nil && parsed.Port() != 0
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && address.IsLoopback())
}

func (r *reading) duration(name, otherwise string, least, most time.Duration) time.Duration {
	value, err := time.ParseDuration(r.get(name, otherwise))
	if err != nil || value < least || value > most {
		r.problem("%s must be a time from %v to %v, as %s", name, least, most, otherwise)
	}
	return value
}
