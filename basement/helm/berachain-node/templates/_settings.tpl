{{- /* config.toml and app.toml of beacond. Nothing in them changes from one rendering to the next. */ -}}

{{- /* (scope, "validator", "isValidator"). Beside what the values say, these are the settings that Berachain publishes for its networks. */ -}}
{{- define "berachain.config.toml" -}}
{{- $values := .values -}}
{{- $seeds := default (include "berachain.known" . | fromYaml).seeds $values.seeds -}}
# Settings of CometBFT inside of beacond. What is not here is its own default.
version = "1.0.0"
proxy_app = "tcp://127.0.0.1:26658"
moniker = {{ $values.moniker | quote }}
db_backend = "pebbledb"
db_dir = "data"
log_level = {{ $values.logLevel | quote }}
log_format = "plain"
genesis_file = "config/genesis.json"
node_key_file = "config/node_key.json"
{{- if .isValidator }}
# The key is mounted read-only, and what it has signed has a volume of its own.
priv_validator_key_file = {{ printf "/keys/%s" .validator.keys.key | quote }}
priv_validator_state_file = "/signing/priv_validator_state.json"
priv_validator_laddr = ""
{{- else }}
# Made anew for each pod and kept nowhere: this key is in no set of validators, and never will be.
priv_validator_key_file = "/observer/config/priv_validator_key.json"
priv_validator_state_file = "/observer/data/priv_validator_state.json"
priv_validator_laddr = ""
{{- end }}
abci = "socket"
filter_peers = false

[rpc]
laddr = "tcp://{{ ternary "0.0.0.0" "127.0.0.1" (eq $values.rpc.listen "cluster") }}:26657"
cors_allowed_origins = []
unsafe = false
max_open_connections = 900
max_subscription_clients = 100
max_subscriptions_per_client = 5
max_body_bytes = 1000000
max_header_bytes = 1048576
pprof_laddr = ""

[p2p]
laddr = "tcp://0.0.0.0:{{ int $values.p2p.tcp.containerPort }}"
external_address = ""
seeds = {{ join "," $seeds | quote }}
persistent_peers = {{ join "," $values.persistentPeers | quote }}
addr_book_file = "config/addrbook.json"
addr_book_strict = true
max_num_inbound_peers = {{ int $values.maxInboundPeers }}
max_num_outbound_peers = {{ int $values.maxOutboundPeers }}
unconditional_peer_ids = {{ join "," $values.unconditionalPeerIds | quote }}
persistent_peers_max_dial_period = "0s"
flush_throttle_timeout = "10ms"
max_packet_msg_payload_size = 1024
send_rate = 5120000
recv_rate = 5120000
pex = {{ $values.pex }}
seed_mode = false
private_peer_ids = {{ join "," $values.privatePeerIds | quote }}
allow_duplicate_ip = false
handshake_timeout = "20s"
dial_timeout = "3s"

[mempool]
type = "nop"
recheck = false
broadcast = false
wal_dir = ""
size = 0
max_txs_bytes = 0
cache_size = 0
max_tx_bytes = 1048576
experimental_max_gossip_connections_to_persistent_peers = 0
experimental_max_gossip_connections_to_non_persistent_peers = 0

[statesync]
enable = false

[blocksync]
version = "v0"

[consensus]
wal_file = "data/cs.wal/wal"
timeout_propose = "2s"
timeout_propose_delta = "500ms"
timeout_prevote = "2s"
timeout_prevote_delta = "500ms"
timeout_precommit = "2s"
timeout_precommit_delta = "500ms"
timeout_commit = "500ms"
skip_timeout_commit = false
{{- if .isValidator }}
# No safety net on Berachain, whatever it is: it does not see aggregated signatures.
double_sign_check_height = {{ int .validator.doubleSignCheckHeight }}
{{- else }}
double_sign_check_height = 0
{{- end }}
create_empty_blocks = true
create_empty_blocks_interval = "0s"
peer_gossip_sleep_duration = "300ms"
peer_query_maj23_sleep_duration = "2s"

[storage]
discard_abci_responses = true
experimental_db_key_layout = "v1"

[storage.pruning]
interval = "10s"

[tx_index]
indexer = "null"

[instrumentation]
prometheus = {{ $values.metrics.enabled }}
prometheus_listen_addr = ":{{ int $values.metrics.port }}"
max_open_connections = 800
namespace = "cometbft"
{{- end -}}

{{- /* How long beacond may take to close: under a fence less than the fence gives it, or it is killed in the middle of it. */ -}}
{{- define "berachain.shutdownTimeout" -}}
{{- if and .isValidator .validator.fence.enabled -}}
{{- max 1 (sub (include "basement.fence.seconds" (toString (default "10s" .validator.fence.stopGrace)) | int) 10) -}}s
{{- else -}}
5m0s
{{- end -}}
{{- end -}}

{{- /* (the same, and "engineUrl"). */ -}}
{{- define "berachain.app.toml" -}}
{{- $values := .values -}}
# Settings of beacond. What is not here is its own default.
pruning = {{ $values.pruning | quote }}
pruning-keep-recent = "0"
pruning-interval = "0"
halt-height = 0
halt-time = 0
min-retain-blocks = 0
inter-block-cache = true
index-events = []
iavl-cache-size = 781250
iavl-disable-fastnode = true
app-db-backend = "pebbledb"

[telemetry]
enabled = {{ $values.metrics.enabled }}
service-name = "beacond_node"
# With the name of the pod in its name, a metric would be another one in each release.
enable-hostname = false
enable-hostname-label = false
enable-service-label = true
prometheus-retention-time = 60
global-labels = []

[beacon-kit]
chain-spec = {{ (include "berachain.known" . | fromYaml).chainSpec | quote }}
chain-spec-file = ""
shutdown-timeout = {{ include "berachain.shutdownTimeout" . | quote }}

[beacon-kit.engine]
rpc-dial-url = {{ .engineUrl | quote }}
rpc-timeout = {{ $values.engine.timeout | quote }}
rpc-retry-interval = "100ms"
rpc-max-retry-interval = "10s"
rpc-startup-check-interval = "3s"
rpc-jwt-refresh-interval = "30s"
jwt-secret-path = "/run/beacond/jwt.hex"

[beacon-kit.logger]
time-format = "RFC3339"
log-level = {{ $values.logLevel | quote }}
style = "pretty"

[beacon-kit.kzg]
trusted-setup-path = "/data/beacond/config/kzg-trusted-setup.json"
implementation = "crate-crypto/go-kzg-4844"

[beacon-kit.payload-builder]
enabled = {{ .isValidator }}
suggested-fee-recipient = {{ ternary (toString .validator.feeRecipient) "0x0000000000000000000000000000000000000000" .isValidator | quote }}
payload-timeout = "850ms"

[beacon-kit.validator]
graffiti = {{ ternary (toString .validator.graffiti) "" .isValidator | quote }}

[beacon-kit.block-store-service]
availability-window = "8192"

[beacon-kit.node-api]
enabled = {{ $values.nodeApi.enabled }}
address = "{{ ternary "0.0.0.0" "127.0.0.1" $values.nodeApi.enabled }}:{{ int $values.nodeApi.port }}"
logging = false
{{- end -}}
