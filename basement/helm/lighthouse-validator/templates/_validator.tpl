{{- /* What the templates of this chart share: its beacon nodes, and what it refuses. */ -}}

{{- /* Takes the root of this chart. */ -}}
{{- define "validator.maps" -}}
{{- include "basement.validate.maps" (dict "values" .Values "path" (include "basement.umbrella" .) "maps" (list
      "image" "tools.image" "resources" "doppelganger" "builder" "keys" "monitoringEndpoint" "fence.gate" "fence.state" "fence.report" "fence.caConfigMap" "persistence"
      "probes.liveness" "probes.readiness" "metrics.serviceMonitor" "networkPolicy.dns" "networkPolicy.prometheus" "podDisruptionBudget" "serviceAccount")) -}}
{{- end -}}

{{- /* Addresses with commas between; the release's own beacon node when none is given. */ -}}
{{- define "validator.beaconNodes" -}}
{{- $own := printf "http://%s:5052" (include "basement.sibling" (dict "root" .root "name" "lighthouse-beacon")) -}}
{{- $root := .root -}}
{{- $all := list -}}
{{- range .values.beaconNodes -}}
{{- $all = append $all (tpl (toString .) $root | trimSuffix "/") -}}
{{- end -}}
{{- join "," (default (list $own) $all) -}}
{{- end -}}

{{- define "validator.network" -}}
{{- include "basement.network" (dict "scope" . "known" (list "mainnet" "hoodi" "sepolia")) -}}
{{- end -}}

{{- /* The genesis_validators_root of a network, which an interchange file must name. */ -}}
{{- define "validator.genesisRoot" -}}
{{- $roots := dict "mainnet" "0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95" "hoodi" "0x212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f" "sepolia" "0xd8ea171f3c94aea21ebc42a1ed61052acf3f9209c00e4efbaaddac09ed9b8078" -}}
{{- get $roots . -}}
{{- end -}}

{{- /* How a person writes a value of this chart: under its alias in an umbrella. */ -}}
{{- define "validator.path" -}}
{{- if ne .root.Chart.Name "lighthouse-validator" -}}{{ .root.Chart.Name }}.{{- end -}}
{{- end -}}

{{- define "validator.validate" -}}
{{- $values := .values -}}
{{- $path := include "validator.path" . -}}
{{- $scope := merge (dict "path" $path) . -}}
{{- include "basement.validate" $scope -}}
{{- $data := include "basement.pvc.name" $scope -}}
{{- if and $values.keys.existingClaim (eq $values.keys.existingClaim $data) -}}
{{- fail (printf "%skeys.existingClaim: is the volume of the client already (%s); leave it out" $path $data) -}}
{{- end -}}
{{- $claims := list (dict "value" (printf "%spersistence.existingClaim" $path) "claim" $data "isGiven" (ne $values.persistence.existingClaim "") "isChain" false) -}}
{{- with $values.keys.existingClaim -}}
{{- $claims = append $claims (dict "value" (printf "%skeys.existingClaim" $path) "claim" . "isGiven" true "isChain" false) -}}
{{- end -}}
{{- include "basement.fence.validate" (merge (dict "claims" $claims) $scope) -}}
{{- $_ := include "validator.network" $scope -}}
{{- include "basement.validate.feeRecipient" (dict "path" $path "address" $values.feeRecipient) -}}
{{- if and (not $values.doppelganger.enabled) (not (trim $values.doppelganger.disabledBecause)) -}}
{{- fail (printf "%sdoppelganger.disabledBecause: doppelganger protection is the last that notices the same keys elsewhere: say why it is off" $path) -}}
{{- end -}}
{{- if gt (len (toString $values.graffiti)) 32 -}}
{{- fail (printf "%sgraffiti: has room for 32 bytes, and is %d long" $path (len $values.graffiti)) -}}
{{- end -}}
{{- if and $values.keys.existingSecret $values.keys.existingClaim -}}
{{- fail (printf "%skeys: one of existingSecret and existingClaim, not both" $path) -}}
{{- end -}}
{{- if and $values.keys.existingSecret (not $values.keys.files) -}}
{{- fail (printf "%skeys.files: name the files of Secret %s that the client is to find at /keys, each keystore and each password" $path $values.keys.existingSecret) -}}
{{- end -}}
{{- if and $values.keys.files (not $values.keys.existingSecret) -}}
{{- fail (printf "%skeys.files: are those of keys.existingSecret, which is empty" $path) -}}
{{- end -}}
{{- range $values.keys.files -}}
{{- if not (regexMatch "^[A-Za-z0-9_-][A-Za-z0-9._-]*$" (toString .)) -}}
{{- fail (printf "%skeys.files: %q is no key of a Secret: letters, digits, dash, dot and underscore, and no dot in front" $path (toString .)) -}}
{{- end -}}
{{- end -}}
{{- if ne (len (uniq $values.keys.files)) (len $values.keys.files) -}}
{{- fail (printf "%skeys.files: one of them is there twice" $path) -}}
{{- end -}}
{{- range $values.extraVolumeMounts -}}
{{- if regexMatch "^/(data|keys)(/|$)" (clean (toString .mountPath)) -}}
{{- fail (printf "%sextraVolumeMounts: %s belongs to keys and slashing database, and nothing is mounted over them" $path .mountPath) -}}
{{- end -}}
{{- end -}}
{{- range include "validator.beaconNodes" . | splitList "," -}}
{{- $url := urlParse . -}}
{{- if not (and (has $url.scheme (list "http" "https")) $url.hostname) -}}
{{- fail (printf "%sbeaconNodes: must be addresses as http://beacon:5052, and one is %q" $path .) -}}
{{- end -}}
{{- end -}}
{{- $set := list "network" "t" "testnet-dir" "d" "datadir" "validators-dir" "secrets-dir" "beacon-nodes" "suggested-fee-recipient" "graffiti" "graffiti-file" "enable-doppelganger-protection" "builder-proposals" "builder-boost-factor" "metrics" "metrics-address" "metrics-port" "monitoring-endpoint" -}}
{{- include "basement.validate.extraArgs" (dict "scope" $scope "flags" $set "because" "a value of this chart sets it, or its volumes do") -}}
{{- $unsafe := list "init-slashing-protection" "disable-slashing-protection-web3signer" "delete-lockfiles" -}}
{{- include "basement.validate.extraArgs" (dict "scope" $scope "flags" $unsafe "because" "it goes past the slashing database, which is what keeps you from being slashed") -}}
{{- $manager := list "http" "http-address" "http-port" "http-allow-origin" "http-allow-keystore-export" "http-store-passwords-in-secrets-dir" "http-token-path" "unencrypted-http-transport" -}}
{{- include "basement.validate.extraArgs" (dict "scope" $scope "flags" $manager "because" "the key manager stays off: keys are moved by a person, with the client stopped") -}}
{{- end -}}
