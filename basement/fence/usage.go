// What `fence --help` says.
package main

const usage = `fence: starts a validator client only while the gate allows it, and stops it when the gate denies.

  fence -- COMMAND …                 run COMMAND behind the gate, for example: fence -- lighthouse vc --network mainnet
  fence instance                     print the id of this machine, and make it if there is none
  fence status [--json]              what is known here of the signer
  fence break-glass --because TEXT   allow one start without the gate, for a person who knows that nobody else holds the keys
  fence --version | --help

Settings are environment variables:
  FENCE_SIGNER            the signer, as in the watchdog's configuration (required)
  FENCE_CHAIN             ethereum or cometbft (required)
  FENCE_GATE_URL          address of the gate, https (required)
  FENCE_GATE_KEYS         1 to 4 public keys of the gate, base64, with commas between (required)
  FENCE_TOKEN_FILE        file with the token for the gate; on a cloud node FENCE_IDENTITY=compute instead (one of them)
  FENCE_STATE_DIR         where this machine remembers, outside the chain's data, every backup and image (/var/lib/watchdog-fence)
  FENCE_NODE_URL          beacon API (http://127.0.0.1:5052) or CometBFT's RPC (http://127.0.0.1:26657)
  FENCE_STATE_FILE        CometBFT's priv_validator_state.json (required with cometbft)
  FENCE_REPORT_URL, FENCE_REPORT_TOKEN_FILE   where to report to, and the token for it (both or none)
  FENCE_METRICS_FILE      file for Prometheus' textfile collector
  FENCE_METRICS_LISTEN    the same over HTTP at /metrics, as :9464 or 127.0.0.1:9464
  FENCE_CA_FILE           PEM file of authorities, instead of the system's
  FENCE_POLL              how often the gate is asked, 1s to 15s (15s)
  FENCE_ISOLATION         how long the client goes on without gate and chain, 5s to 10m (10m)
  FENCE_STOP_SIGNAL       TERM, INT, QUIT, HUP, USR1 or USR2 (TERM)
  FENCE_STOP_GRACE        how long the client has to stop before it is killed, 0s to 60s (10s)

Exit code: the client's own, 128 + n when signal n ended it; 78 settings, 127 no such program, 126 it cannot be started, 2 wrong usage.
`
