{{- /* What is known of the network, and its files by checksum. */ -}}

{{- define "berachain.network" -}}
{{- include "basement.network" (dict "scope" . "known" (list "mainnet" "bepolia")) -}}
{{- end -}}

{{- /* As YAML: chainId, cometChainId, chainSpec, genesis, kzg, seeds. */ -}}
{{- define "berachain.known" -}}
{{- get (.root.Files.Get "files/networks.yaml" | fromYaml) (include "berachain.network" .) | toYaml -}}
{{- end -}}

{{- define "berachain.isChecksum" -}}
{{- if regexMatch "^(sha256:[0-9a-f]{64}|md5:[0-9a-f]{32})$" . -}}true{{- end -}}
{{- end -}}

{{- /* Environment for one file of the network: (scope with "file" genesis or kzg). */ -}}
{{- define "berachain.file.env" -}}
{{- $own := get .values .file -}}
{{- $known := get (include "berachain.known" . | fromYaml) .file -}}
{{- $checksum := default $known.checksum $own.checksum -}}
{{- if not (include "berachain.isChecksum" $checksum) -}}
{{- fail (printf "%s%s.checksum: must be sha256: and 64, or md5: and 32 small hex digits, and is %q" .path .file $checksum) -}}
{{- end -}}
{{- if and $own.url $own.configMap.name -}}
{{- fail (printf "%s%s: give one of url and configMap.name, not both" .path .file) -}}
{{- end -}}
{{- if and $own.url (not (hasPrefix "https://" $own.url)) -}}
{{- fail (printf "%s%s.url: must be an address that begins with https://" .path .file) -}}
{{- end -}}
- name: {{ upper .file }}_CHECKSUM
  value: {{ $checksum | quote }}
{{- if $own.configMap.name }}
- name: {{ upper .file }}_FILE
  value: {{ printf "/network/%s/%s" .file $own.configMap.key | quote }}
{{- else }}
- name: {{ upper .file }}_URL
  value: {{ default $known.url $own.url | quote }}
{{- end }}
{{- end -}}

{{- /* The address before the port; the one of IPv6 in brackets, as it must be when a port follows. */ -}}
{{- define "berachain.advertised" -}}
{{- if contains ":" (default "" .values.p2p.advertised.address) -}}
[$(P2P_ADDRESS)]
{{- else -}}
$(P2P_ADDRESS)
{{- end -}}
{{- end -}}
