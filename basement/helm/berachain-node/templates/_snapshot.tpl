{{- /* The init container that restores a snapshot into an empty data directory. */ -}}

{{- /* (scope with "path", as a person writes the values: `beacond.`). */ -}}
{{- define "berachain.snapshot.validate" -}}
{{- $snapshot := .values.snapshot -}}
{{- if $snapshot.enabled -}}
{{- if not (regexMatch "^https://[^ ]+\\.tar\\.lz4$" $snapshot.url) -}}
{{- fail (printf "%ssnapshot.url: must be an https address that ends in .tar.lz4" .path) -}}
{{- end -}}
{{- if and (not $snapshot.checksum) (not $snapshot.checksumPolicy) -}}
{{- fail (printf "%ssnapshot.checksum: a snapshot needs a checksum, or %ssnapshot.checksumPolicy with 'none-because …' and the reason" .path .path) -}}
{{- end -}}
{{- if and $snapshot.checksum $snapshot.checksumPolicy -}}
{{- fail (printf "%ssnapshot: give one of checksum and checksumPolicy, not both" .path) -}}
{{- end -}}
{{- if and $snapshot.checksum (not (include "berachain.isChecksum" $snapshot.checksum)) -}}
{{- fail (printf "%ssnapshot.checksum: must be sha256: and 64, or md5: and 32 small hex digits" .path) -}}
{{- end -}}
{{- if and $snapshot.checksumPolicy (not (regexMatch "^none-because .*[^ ].*" $snapshot.checksumPolicy)) -}}
{{- fail (printf "%ssnapshot.checksumPolicy: must be none-because, a space and the reason" .path) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* (scope with "target"); the volumes data, tmp and files are the pod's. */ -}}
{{- define "berachain.snapshot.init" -}}
{{- if .values.snapshot.enabled -}}
- name: snapshot
  image: {{ include "basement.tools.image" . }}
  imagePullPolicy: {{ (include "basement.tools.values" . | fromYaml).pullPolicy }}
  command: [sh, /files/snapshot-restore.sh]
  env:
    - {name: SNAPSHOT_TARGET, value: {{ .target }}}
    - {name: SNAPSHOT_URL, value: {{ .values.snapshot.url | quote }}}
    - {name: SNAPSHOT_CHECKSUM, value: {{ .values.snapshot.checksum | quote }}}
    - {name: SNAPSHOT_CHECKSUM_POLICY, value: {{ .values.snapshot.checksumPolicy | quote }}}
  securityContext:
    {{- include "basement.securityContext" . | nindent 4 }}
  resources:
    requests: {cpu: 500m, memory: 128Mi}
    limits: {memory: 1Gi}
  volumeMounts:
    - {name: data, mountPath: /data}
    - {name: tmp, mountPath: /tmp}
    - {name: files, mountPath: /files, readOnly: true}
{{- end -}}
{{- end -}}
