{{- /* Volumes that outlive the release, and the secret between the two clients of a node. */ -}}

{{- /* Name of the claim: (scope with "volume", which is data when not given, and "persistence", .values.persistence when not given). */ -}}
{{- define "basement.pvc.name" -}}
{{- $persistence := default .values.persistence .persistence -}}
{{- default (printf "%s-%s" (include "basement.fullname" .) (default "data" .volume)) $persistence.existingClaim -}}
{{- end -}}

{{- /*
A claim of its own, which uninstall leaves. Nothing with existingClaim. With "isInNoBackup" Velero and K8up leave it out: what comes back from a backup has forgotten what it signed since.
*/ -}}
{{- define "basement.pvc" -}}
{{- $persistence := default .values.persistence .persistence -}}
{{- $fixed := dict "helm.sh/resource-policy" "keep" -}}
{{- if .isInNoBackup -}}{{- $_ := set $fixed "k8up.io/backup" "false" -}}{{- end -}}
{{- if not $persistence.existingClaim }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "basement.pvc.name" . }}
  labels:
    {{- include "basement.selectorLabels" . | nindent 4 }}
    app.kubernetes.io/part-of: basement-watchdog
    app.kubernetes.io/managed-by: {{ .root.Release.Service }}
    {{- if .isInNoBackup }}
    velero.io/exclude-from-backup: "true"
    {{- end }}
  annotations:
    {{- toYaml (mergeOverwrite (deepCopy (default dict $persistence.annotations)) $fixed) | nindent 4 }}
spec:
  accessModes:
    {{- toYaml (default (list "ReadWriteOnce") $persistence.accessModes) | nindent 4 }}
  {{- with $persistence.storageClass }}
  storageClassName: {{ . | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ $persistence.size | quote }}
{{- end }}
{{- end -}}

{{- /* The execution side: exactly one source. It is a value of the chart, whatever else of it has a path. "jwtElsewhere": what a person sets as well, in an umbrella that makes one. */ -}}
{{- define "basement.jwt.validate" -}}
{{- $jwt := default dict .values.jwt -}}
{{- $path := include "basement.umbrella" .root -}}
{{- if and $jwt.existingSecret $jwt.generate -}}
{{- $umbrella := ternary "" (printf " (in an umbrella that makes one: %sjwt.generate=false%s)" $path (default "" .jwtElsewhere)) .root.Chart.IsRoot -}}
{{- fail (printf "%sjwt: two sources of JWT; give %sjwt.existingSecret or %sjwt.generate: true, not both%s" $path $path $path $umbrella) -}}
{{- end -}}
{{- if not (or $jwt.existingSecret $jwt.generate) -}}
{{- fail (printf "%sjwt: no source of JWT; name a Secret in %sjwt.existingSecret, or set %sjwt.generate: true" $path $path $path) -}}
{{- end -}}
{{- end -}}

{{- define "basement.jwt.secretName" -}}
{{- if .values.jwt.existingSecret -}}
{{- tpl .values.jwt.existingSecret .root -}}
{{- else -}}
{{- printf "%s-jwt" (include "basement.fullname" .) -}}
{{- end -}}
{{- end -}}

{{- /* Made once: what is in the cluster stays. Without a cluster to ask, as in `helm template`, each rendering has another one. */ -}}
{{- define "basement.jwt.secret" -}}
{{- if .values.jwt.generate }}
{{- $name := include "basement.jwt.secretName" . }}
{{- $key := default "jwt.hex" .values.jwt.key }}
{{- $data := default dict (lookup "v1" "Secret" .root.Release.Namespace $name).data }}
{{- $stored := get $data $key }}
{{- if and $data (not $stored) }}
{{- /* It was under another key: the same JWT under the new one, for a new one would part the two clients. */}}
{{- if gt (len $data) 1 }}
{{- fail (printf "%sjwt.key: Secret %s is there with other keys (%s), and which of them is the JWT is not known; give one of these" (include "basement.umbrella" .root) $name (keys $data | sortAlpha | join ", ")) }}
{{- end }}
{{- $stored = first (values $data) }}
{{- end }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}
  labels:
    {{- include "basement.selectorLabels" . | nindent 4 }}
    app.kubernetes.io/part-of: basement-watchdog
    app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
data:
  {{ $key }}: {{ default (randBytes 32 | b64dec | printf "%x" | b64enc) $stored }}
{{- end }}
{{- end -}}

{{- /* Entry of `volumes`; the client reads it as a file at /jwt/jwt.hex. */ -}}
{{- define "basement.jwt.volume" -}}
- name: jwt
  secret:
    secretName: {{ include "basement.jwt.secretName" . }}
    defaultMode: 0440
    items:
      - {key: {{ default "jwt.hex" .values.jwt.key }}, path: jwt.hex}
{{- end -}}

{{- define "basement.jwt.volumeMount" -}}
- {name: jwt, mountPath: /jwt, readOnly: true}
{{- end -}}
