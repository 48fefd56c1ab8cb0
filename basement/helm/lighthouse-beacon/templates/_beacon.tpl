{{- /* What is the beacon node's own: its arguments, where it begins, and what is refused. */ -}}

{{- /* Takes the root of this chart. */ -}}
{{- define "beacon.maps" -}}
{{- include "basement.validate.maps" (dict "values" .Values "path" (include "basement.umbrella" .) "maps" (list
      "image" "tools.image" "resources" "execution.jwt" "checkpointSync" "http" "builder" "monitoringEndpoint" "p2p.tcp" "p2p.udp" "p2p.quic" "p2p.advertised.configMap"
      "p2p.advertised.file" "p2p.service" "persistence" "probes" "metrics.serviceMonitor" "networkPolicy.dns" "networkPolicy.prometheus" "podDisruptionBudget"
      "serviceAccount")) -}}
{{- end -}}

{{- define "beacon.network" -}}
{{- include "basement.network" (dict "scope" . "known" (list "mainnet" "hoodi" "sepolia")) -}}
{{- end -}}

{{- define "beacon.chainId" -}}
{{- get (dict "mainnet" 1 "hoodi" 560048 "sepolia" 11155111) (include "beacon.network" .) -}}
{{- end -}}

{{- define "beacon.executionUrl" -}}
{{- tpl .values.execution.url .root | trimSuffix "/" -}}
{{- end -}}

{{- define "beacon.enginePort" -}}
{{- $host := get (urlParse (include "beacon.executionUrl" .)) "host" -}}
{{- regexFind ":[0-9]+$" $host | trimPrefix ":" | default "8551" -}}
{{- end -}}

{{- define "beacon.args" -}}
{{- $p2p := .values.p2p -}}
{{- $checkpoint := .values.checkpointSync -}}
- --network={{ include "beacon.network" . }}
- --datadir=/data
- --debug-level={{ .values.logLevel }}
- --port={{ $p2p.tcp.containerPort }}
- --discovery-port={{ $p2p.udp.containerPort }}
- --quic-port={{ $p2p.quic.containerPort }}
- --disable-upnp
{{- if ne "none" (include "basement.p2p.mode" .) }}
{{- $six := ternary "6" "" (contains ":" (toString $p2p.advertised.address)) }}
{{- if $six }}
- --listen-address=0.0.0.0
- "--listen-address=::"
- --port6={{ $p2p.tcp.containerPort }}
- --discovery-port6={{ $p2p.udp.containerPort }}
- --quic-port6={{ $p2p.quic.containerPort }}
{{- end }}
- --enr-address=$(P2P_ADDRESS)
- --enr-tcp{{ $six }}-port=$(P2P_TCP_PORT)
- --enr-udp{{ $six }}-port=$(P2P_UDP_PORT)
- --enr-quic{{ $six }}-port=$(P2P_QUIC_PORT)
- --disable-enr-auto-update
{{- end }}
- --target-peers={{ .values.targetPeers }}
- {{ printf "--execution-endpoint=%s" (include "beacon.executionUrl" .) | quote }}
- --execution-jwt=/jwt/jwt.hex
- --http
- --http-address=0.0.0.0
- --http-port={{ .values.http.port }}
{{- if .values.metrics.enabled }}
- --metrics
- --metrics-address=0.0.0.0
- --metrics-port={{ .values.metrics.port }}
{{- end }}
- --prune-payloads={{ .values.prunePayloads }}
{{- if and .values.validatorMonitorAuto (not (has "--validator-monitor-auto" .values.extraArgs)) }}
- --validator-monitor-auto
{{- end }}
{{- if .values.genesisBackfill }}
- --genesis-backfill
{{- end }}
{{- if $checkpoint.url }}
- {{ printf "--checkpoint-sync-url=%s" $checkpoint.url | quote }}
- --checkpoint-sync-url-timeout={{ $checkpoint.timeoutSeconds }}
{{- end }}
{{- with $checkpoint.wssCheckpoint }}
- --wss-checkpoint={{ . }}
{{- end }}
{{- if $checkpoint.genesis }}
- --allow-insecure-genesis-sync
{{- end }}
{{- with .values.builder.url }}
- {{ printf "--builder=%s" (tpl . $.root) | quote }}
{{- end }}
{{- if .values.monitoringEndpoint.existingSecret }}
- --monitoring-endpoint=$(MONITORING_ENDPOINT)
{{- end }}
{{- include "basement.extraArgs" . }}
{{- end -}}

{{- define "beacon.env" -}}
{{- include "basement.env" . }}
{{- if .values.monitoringEndpoint.existingSecret }}
- name: MONITORING_ENDPOINT
  valueFrom:
    secretKeyRef:
      name: {{ .values.monitoringEndpoint.existingSecret }}
      key: {{ .values.monitoringEndpoint.key }}
{{- end }}
{{- end -}}

{{- define "beacon.validate" -}}
{{- $path := include "basement.path" . -}}
{{- include "basement.validate" . -}}
{{- $execution := .values.execution -}}
{{- if not (regexMatch "^https?://[^/@]+/?$" (include "beacon.executionUrl" .)) -}}
{{- fail (printf "%sexecution.url: a beacon node needs the engine API of its execution client, e.g. http://RELEASE-geth-engine:8551" $path) -}}
{{- end -}}
{{- if not $execution.jwt.existingSecret -}}
{{- fail (printf "%sexecution.jwt.existingSecret: name the Secret with the JWT that the execution client has" $path) -}}
{{- end -}}
{{- include "beacon.validate.checkpoint" (merge (dict "path" $path) .values.checkpointSync) -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "because" "it deletes the database at every start; delete the volume instead, once" "flags" (list "purge-db" "purge-db-force")) -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "because" "the JWT is read from a file" "flags" (list "execution-jwt-secret-key" "jwt-secrets")) -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "because" "the chart sets it; use the values" "flags" (list
      "network" "testnet-dir" "datadir" "d" "debug-level" "port" "discovery-port" "quic-port" "disable-upnp" "enr-address" "enr-tcp-port" "enr-udp-port" "enr-quic-port" "target-peers"
      "execution-endpoint" "execution-endpoints" "execution-jwt" "http" "http-address" "http-port" "http-allow-origin" "metrics" "metrics-address" "metrics-port" "prune-payloads"
      "genesis-backfill" "checkpoint-sync-url" "checkpoint-sync-url-timeout" "checkpoint-sync-state-id" "checkpoint-state" "checkpoint-block" "checkpoint-blobs" "wss-checkpoint" "allow-insecure-genesis-sync"
      "builder" "monitoring-endpoint" "gui")) -}}
{{- end -}}

{{- /* Where an empty database begins is said once, and somebody else confirms it. */ -}}
{{- define "beacon.validate.checkpoint" -}}
{{- $path := .path -}}
{{- $begins := len (compact (list .url .genesis .existingDatabase)) -}}
{{- if eq $begins 0 -}}
{{- fail (printf "%scheckpointSync.url: name a beacon API from which an empty database begins, or set %scheckpointSync.existingDatabase or %scheckpointSync.genesis" $path $path $path) -}}
{{- end -}}
{{- if gt $begins 1 -}}
{{- fail (printf "%scheckpointSync: give one of url, existingDatabase and genesis, not several" $path) -}}
{{- end -}}
{{- if .url -}}
{{- range $name := list "url" "secondUrl" -}}
{{- $url := get $ $name -}}
{{- if and $url (not (regexMatch "^https?://[^/@ ]+(/[^ ]*)?$" $url)) -}}
{{- fail (printf "%scheckpointSync.%s: must be an address, https://…, without a name and a password" $path $name) -}}
{{- end -}}
{{- end -}}
{{- if not (or .secondUrl .wssCheckpoint) -}}
{{- fail (printf "%scheckpointSync.secondUrl: name a second source, of somebody else, that confirms the first, or give %scheckpointSync.wssCheckpoint" $path $path) -}}
{{- end -}}
{{- if and .secondUrl (eq (get (urlParse .url) "host" | lower) (get (urlParse .secondUrl) "host" | lower)) -}}
{{- fail (printf "%scheckpointSync.secondUrl: is the same host as %scheckpointSync.url, which confirms nothing" $path $path) -}}
{{- end -}}
{{- end -}}
{{- if and .wssCheckpoint (not (regexMatch "^0x[0-9a-f]{64}:[0-9]+$" .wssCheckpoint)) -}}
{{- fail (printf "%scheckpointSync.wssCheckpoint: must be ROOT:EPOCH, 0x and 64 digits of hex, a colon, and a number" $path) -}}
{{- end -}}
{{- end -}}
