{{- /* What this chart refuses, each in one sentence that names the value. */ -}}

{{- /* Takes the root of this chart. */ -}}
{{- define "berachain.maps" -}}
{{- include "basement.validate.maps" (dict "values" .Values "path" (include "basement.umbrella" .) "maps" (list
      "tools.image" "jwt" "reth.image" "reth.http" "reth.p2p.tcp" "reth.p2p.udp" "reth.p2p.advertised.configMap" "reth.p2p.advertised.file" "reth.p2p.service"
      "reth.resources" "reth.persistence" "reth.snapshot" "reth.probes" "reth.metrics.serviceMonitor" "reth.networkPolicy.dns" "reth.networkPolicy.prometheus"
      "reth.podDisruptionBudget" "reth.serviceAccount" "beacond.image" "beacond.genesis.configMap" "beacond.kzg.configMap" "beacond.rpc" "beacond.nodeApi"
      "beacond.engine" "beacond.p2p.tcp" "beacond.p2p.advertised.configMap" "beacond.p2p.advertised.file" "beacond.p2p.service" "beacond.resources"
      "beacond.persistence" "beacond.snapshot" "beacond.probes" "beacond.metrics.serviceMonitor" "beacond.networkPolicy.dns" "beacond.networkPolicy.prometheus"
      "beacond.podDisruptionBudget" "beacond.serviceAccount" "validator.keys" "validator.signing" "validator.fence.gate" "validator.fence.state"
      "validator.fence.report" "validator.fence.caConfigMap")) -}}
{{- end -}}

{{- define "berachain.validate.mounts" -}}
{{- $path := .path -}}
{{- range .values.extraVolumeMounts -}}
{{- if regexMatch "^/(data|keys|signing|observer|jwt|run/beacond|files|fence|tools|etc/fence|etc/fence-ca|var/lib/watchdog-fence)(/|$)" (clean (toString .mountPath)) -}}
{{- fail (printf "%sextraVolumeMounts: %s is a place of this chart, and nothing is mounted over it" $path .mountPath) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "berachain.validate.reth" -}}
{{- $path := .path -}}
{{- include "basement.validate" . -}}
{{- include "berachain.validate.mounts" . -}}
{{- include "basement.jwt.validate" . -}}
{{- include "berachain.snapshot.validate" . -}}
{{- $scope := . -}}
{{- range .values.http.api -}}
{{- if has . (list "admin" "debug") -}}
{{- fail (printf "%shttp.api: %s is refused: whoever reaches it can change the node or make it work for hours" $path .) -}}
{{- end -}}
{{- if not (has . (list "eth" "net" "web3" "txpool" "rpc" "trace")) -}}
{{- fail (printf "%shttp.api: must be some of eth, net, web3, txpool, rpc, trace, and one is %q" $path .) -}}
{{- end -}}
{{- end -}}
{{- if ne "none" (include "basement.p2p.mode" .) -}}
{{- range $kind := list "tcp" "udp" -}}
{{- $told := include "basement.p2p.advertisedPort" (dict "scope" $scope "kind" $kind) -}}
{{- $own := (get $scope.values.p2p $kind).containerPort -}}
{{- if ne $told (toString (int $own)) -}}
{{- fail (printf "%sp2p.%s.containerPort: bera-reth tells the world the port it listens on: make it %s, the port that leads there, and not %v" $path $kind $told $own) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $set := list "chain" "datadir" "datadir.static-files" "full" "addr" "port" "discovery.addr" "discovery.port" "nat" "authrpc.addr" "authrpc.port" "authrpc.jwtsecret" "auth-ipc" "ipcpath" "metrics" "engine.persistence-threshold" -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "flags" $set "because" "a value of this chart sets it, or its volumes do") -}}
{{- $open := list "http" "http.addr" "http.port" "http.api" "http.corsdomain" "ws" "ws.addr" "ws.port" "ws.api" "ws.origins" "dev" "rpc-admin" -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "flags" $open "because" "the RPC is what reth.http says: never admin or debug, and for nobody's browser") -}}
{{- end -}}

{{- define "berachain.validate.beacond" -}}
{{- $path := .path -}}
{{- include "basement.validate" . -}}
{{- include "berachain.validate.mounts" . -}}
{{- include "berachain.snapshot.validate" . -}}
{{- $values := .values -}}
{{- range $key := list "seeds" "persistentPeers" -}}
{{- range get $values $key -}}
{{- if not (regexMatch "^[0-9a-f]{40}@[A-Za-z0-9.:\\[\\]-]+:[0-9]{1,5}$" .) -}}
{{- fail (printf "%s%s: must be ID@HOST:PORT with an id of 40 hex digits, and one is %q" $path $key .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key := list "unconditionalPeerIds" "privatePeerIds" -}}
{{- range get $values $key -}}
{{- if not (regexMatch "^[0-9a-f]{40}$" .) -}}
{{- fail (printf "%s%s: must be ids of 40 hex digits, and one is %q" $path $key .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not (regexMatch "^[A-Za-z0-9._ -]{1,70}$" $values.moniker) -}}
{{- fail (printf "%smoniker: must be 1 to 70 letters, digits, spaces, dots, - and _" $path) -}}
{{- end -}}
{{- if lt (int $values.terminationGracePeriodSeconds) 300 -}}
{{- fail (printf "%sterminationGracePeriodSeconds: must be 300 or more, and is %v: beacond takes up to five minutes to close its databases" $path $values.terminationGracePeriodSeconds) -}}
{{- end -}}
{{- range $values.extraEnv -}}
{{- if hasPrefix "FENCE_" (toString .name) -}}
{{- fail (printf "%sextraEnv: %s belongs to the fence; set it by %svalidator.fence instead" $path .name (include "basement.umbrella" $.root)) -}}
{{- end -}}
{{- if regexMatch "^(?i)BEACOND_(PRIV_VALIDATOR|HOME|NODE_KEY|RPC_UNSAFE|RPC_PPROF|P2P_EXTERNAL|CONSENSUS_|DB_DIR|BEACON_KIT_CHAIN_SPEC|BEACON_KIT_KZG|BEACON_KIT_ENGINE_|BEACON_KIT_PAYLOAD_BUILDER_SUGGESTED)" (toString .name) -}}
{{- fail (printf "%sextraEnv: %s is refused: a value of this chart sets it, or its volumes do" $path .name) -}}
{{- end -}}
{{- end -}}
{{- $set := list "home" "priv_validator_laddr" "p2p.laddr" "p2p.external_address" "p2p.seeds" "p2p.persistent_peers" "p2p.pex" "rpc.laddr" "db_dir" "genesis_hash" "moniker" "pruning" "beacon-kit.engine.rpc-dial-url" "beacon-kit.engine.jwt-secret-path" "beacon-kit.kzg.trusted-setup-path" "beacon-kit.payload-builder.suggested-fee-recipient" "beacon-kit.chain-spec" "beacon-kit.chain-spec-file" "consensus.double_sign_check_height" -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "flags" $set "because" "a value of this chart sets it, or its volumes do") -}}
{{- $open := list "rpc.unsafe" "rpc.pprof_laddr" "proxy_app" "p2p.seed_mode" -}}
{{- include "basement.validate.extraArgs" (dict "scope" . "flags" $open "because" "it opens the node to others, or makes it something else than a node") -}}
{{- end -}}

{{- /* The volumes of both clients and of the signer, as basement.fence.apart wants them: (the same as below). */ -}}
{{- define "berachain.claims" -}}
{{- $at := include "basement.umbrella" .root -}}
{{- $validator := .validator -}}
- value: {{ $at }}reth.persistence.existingClaim
  claim: {{ include "basement.pvc.name" .reth }}
  isGiven: {{ not (empty .reth.values.persistence.existingClaim) }}
  isChain: true
- value: {{ $at }}beacond.persistence.existingClaim
  claim: {{ include "basement.pvc.name" .beacond }}
  isGiven: {{ not (empty .beacond.values.persistence.existingClaim) }}
  isChain: true
{{- with $validator.keys.existingClaim }}
- value: {{ $at }}validator.keys.existingClaim
  claim: {{ . }}
  isGiven: true
  isChain: false
{{- end }}
- value: {{ $at }}validator.signing.existingClaim
  claim: {{ include "basement.pvc.name" (merge (dict "volume" "signing" "persistence" $validator.signing) (omit . "reth" "beacond")) }}
  isGiven: {{ not (empty $validator.signing.existingClaim) }}
  isChain: false
{{- end -}}

{{- /* (scope of the validator, whose values hold fence and signing, with "validator" .Values.validator, and "reth" and "beacond", the scopes of both clients). */ -}}
{{- define "berachain.validate.validator" -}}
{{- $path := printf "%svalidator." (include "basement.umbrella" .root) -}}
{{- $validator := .validator -}}
{{- $claims := include "berachain.claims" . | fromYamlArray -}}
{{- include "basement.fence.validate" (merge (dict "path" $path "claims" $claims) (omit . "path" "reth" "beacond")) -}}
{{- include "basement.validate.feeRecipient" (dict "path" $path "address" $validator.feeRecipient) -}}
{{- if and $validator.keys.existingSecret $validator.keys.existingClaim -}}
{{- fail (printf "%skeys: give one of existingSecret and existingClaim, not both" $path) -}}
{{- end -}}
{{- if not (or $validator.keys.existingSecret $validator.keys.existingClaim) -}}
{{- fail (printf "%skeys: a validator needs its key, which a person brings: existingSecret or existingClaim with priv_validator_key.json; the chart makes none" $path) -}}
{{- end -}}
{{- if gt (len (toString $validator.graffiti)) 32 -}}
{{- fail (printf "%sgraffiti: has room for 32 bytes, and is %d long" $path (len $validator.graffiti)) -}}
{{- end -}}
{{- if not (regexMatch "^[ !#-\\[\\]-~]*$" (toString $validator.graffiti)) -}}
{{- fail (printf "%sgraffiti: must be plain letters without quotes and backslashes" $path) -}}
{{- end -}}
{{- end -}}
