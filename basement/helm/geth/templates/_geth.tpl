{{- /* What is geth's own: its arguments, the names by which it may be called, and what is refused. */ -}}

{{- /* Takes the root of this chart. */ -}}
{{- define "geth.maps" -}}
{{- include "basement.validate.maps" (dict "values" .Values "path" (include "basement.umbrella" .) "maps" (list
      "image" "tools.image" "resources" "state" "history" "http" "engine" "jwt" "p2p.tcp" "p2p.udp" "p2p.advertised.configMap" "p2p.advertised.file" "p2p.service"
      "persistence" "probes" "metrics.serviceMonitor" "networkPolicy.dns" "networkPolicy.prometheus" "podDisruptionBudget" "serviceAccount")) -}}
{{- end -}}

{{- define "geth.chainId" -}}
{{- get (dict "mainnet" 1 "hoodi" 560048 "sepolia" 11155111) (include "geth.network" .) -}}
{{- end -}}

{{- define "geth.network" -}}
{{- include "basement.network" (dict "scope" . "known" (list "mainnet" "hoodi" "sepolia")) -}}
{{- end -}}

{{- /* All names of one Service, with commas between. */ -}}
{{- define "geth.hosts" -}}
{{- $namespace := .root.Release.Namespace -}}
{{- $hosts := list -}}
{{- range $service := .services -}}
{{- $hosts = concat $hosts (list $service (printf "%s.%s" $service $namespace) (printf "%s.%s.svc" $service $namespace) (printf "%s.%s.svc.%s" $service $namespace $.values.clusterDomain)) -}}
{{- end -}}
{{- join "," $hosts -}}
{{- end -}}

{{- define "geth.args" -}}
{{- $name := include "basement.fullname" . -}}
- --{{ include "geth.network" . }}
- --datadir=/data
- --ipcdisable
- --syncmode={{ .values.syncMode }}
{{- with .values.state.scheme }}
- --state.scheme={{ . }}
{{- end }}
- --history.chain={{ .values.history.chain }}
{{- with .values.cache }}
- --cache={{ . }}
{{- end }}
- --maxpeers={{ .values.maxPeers }}
- --port={{ .values.p2p.tcp.containerPort }}
- --discovery.port={{ .values.p2p.udp.containerPort }}
{{- /* Of two the last counts; start leaves out one whose address nobody knows. */}}
{{- if has (include "basement.p2p.mode" .) (list "none" "file") }}
- --nat=none
{{- end }}
{{- if ne "none" (include "basement.p2p.mode" .) }}
- --nat=extip:$(P2P_ADDRESS)
{{- end }}
- --http
- --http.addr=0.0.0.0
- --http.port={{ .values.http.port }}
- --http.api={{ join "," .values.http.apis }}
- --http.vhosts={{ include "geth.hosts" (merge (dict "services" (list $name (printf "%s-headless" $name))) .) }}
- --authrpc.addr=0.0.0.0
- --authrpc.port={{ .values.engine.port }}
- --authrpc.vhosts={{ include "geth.hosts" (merge (dict "services" (list (printf "%s-engine" $name))) .) }}
- --authrpc.jwtsecret=/jwt/jwt.hex
{{- if .values.metrics.enabled }}
- --metrics
- --metrics.addr=0.0.0.0
- --metrics.port={{ .values.metrics.port }}
{{- end }}
{{- include "basement.extraArgs" . }}
{{- end -}}

{{- define "geth.validate" -}}
{{- $path := include "basement.path" . -}}
{{- include "basement.validate" . -}}
{{- include "basement.jwt.validate" (merge (dict "jwtElsewhere" ", and in ethereum-validator the same name in beacon.execution.jwt.existingSecret") .) -}}
{{- range .values.http.apis -}}
{{- if not (has . (list "eth" "net" "web3")) -}}
{{- fail (printf "%shttp.apis: %s is refused; only eth, net and web3 are offered" $path .) -}}
{{- end -}}
{{- end -}}
{{- range $kind := list "tcp" "udp" -}}
{{- $port := get $.values.p2p $kind -}}
{{- if and $port.advertisedPort (ne (toString $port.advertisedPort) (toString $port.containerPort)) -}}
{{- fail (printf "%sp2p.%s.advertisedPort: geth announces the port on which it listens, so it must be %sp2p.%s.containerPort" $path $kind $path $kind) -}}
{{- end -}}
{{- end -}}
{{- range .values.extraEnv -}}
{{- if hasPrefix "GETH_" .name -}}
{{- fail (printf "%sextraEnv: %s is refused: it sets a flag of geth; use the values or extraArgs" $path .name) -}}
{{- end -}}
{{- end -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "because" "it opens geth to others, or its keys" "flags" (list
      "ws" "ws.addr" "ws.port" "ws.api" "ws.origins" "ws.rpcprefix" "graphql" "graphql.vhosts" "graphql.corsdomain" "pprof" "pprof.addr" "pprof.port"
      "http.corsdomain" "http.rpcprefix" "ipcpath" "allow-insecure-unlock" "unlock" "password" "keystore" "rpc.enabledeprecatedpersonal" "rpc.allow-unprotected-txs"
      "nodekeyhex" "dev" "js" "exec" "preload" "config")) -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "because" "the chart sets it; use the values" "flags" (list
      "mainnet" "hoodi" "sepolia" "networkid" "datadir" "ipcdisable" "syncmode" "state.scheme" "history.chain" "cache" "maxpeers" "port" "discovery.port" "nat"
      "http" "http.addr" "http.port" "http.api" "http.vhosts" "authrpc.addr" "authrpc.port" "authrpc.vhosts" "authrpc.jwtsecret" "metrics" "metrics.addr" "metrics.port")) -}}
{{- end -}}
