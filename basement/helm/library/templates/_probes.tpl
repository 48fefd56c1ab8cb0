{{- /* Health by meaning: alive is that it answers at all, ready is that it is synced. A database that is being moved to a new format is neither dead nor ready. */ -}}

{{- /* (scope with "alive" URL, and "ready" arguments of synced without --head-age; without "ready" there is no readiness probe). */ -}}
{{- define "basement.probes" -}}
{{- $probes := default dict .values.probes -}}
{{- with $probes.startup }}
{{- if .enabled }}
startupProbe:
  exec:
    command: [/tools/synced, alive, {{ $.alive | quote }}]
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: {{ mulf .hours 360 | ceil | int }}
{{- end }}
{{- end }}
{{- with $probes.readiness }}
{{- if and .enabled $.ready }}
readinessProbe:
  exec:
    command:
      - /tools/synced
      {{- range $.ready }}
      - {{ . | quote }}
      {{- end }}
      {{- with .headAge }}
      - --head-age
      - {{ . | quote }}
      {{- end }}
  periodSeconds: {{ default 15 .periodSeconds }}
  timeoutSeconds: {{ default 10 .timeoutSeconds }}
  failureThreshold: {{ default 3 .failureThreshold }}
{{- end }}
{{- end }}
{{- with $probes.liveness }}
{{- if .enabled }}
livenessProbe:
  exec:
    command: [/tools/synced, alive, {{ $.alive | quote }}]
  periodSeconds: {{ default 60 .periodSeconds }}
  timeoutSeconds: {{ default 30 .timeoutSeconds }}
  failureThreshold: {{ default 20 .failureThreshold }}
{{- end }}
{{- end }}
{{- end -}}
