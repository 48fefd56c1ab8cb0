{{- /* Services inside the cluster, and what Prometheus reads. */ -}}

{{- /* Headless Service, which a StatefulSet needs. "ports": text of entries. Reached before it is ready, so that metrics are seen while it syncs. */ -}}
{{- define "basement.service.headless" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "basement.fullname" . }}-headless
  labels:
    {{- include "basement.labels" . | nindent 4 }}
    basement-watchdog/scrape: "true"
spec:
  type: ClusterIP
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    {{- include "basement.selectorLabels" . | nindent 4 }}
  {{- with .ports | trim }}
  ports:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* Service for callers in the cluster. "ports": text of entries; "early": true when callers reach it before it is ready; "suffix": FULLNAME-suffix. */ -}}
{{- define "basement.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "basement.fullname" . }}{{ with .suffix }}-{{ . }}{{ end }}
  labels:
    {{- include "basement.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  {{- if .early }}
  publishNotReadyAddresses: true
  {{- end }}
  selector:
    {{- include "basement.selectorLabels" . | nindent 4 }}
  {{- with .ports | trim }}
  ports:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* "endpoints": (list (dict "port" "metrics" "path" "/metrics")). On with metrics.serviceMonitor.enabled or global.monitoring.serviceMonitor.enabled. */ -}}
{{- define "basement.serviceMonitor" -}}
{{- $scope := . -}}
{{- $monitor := default dict (.values.metrics).serviceMonitor -}}
{{- $umbrella := default dict ((.root.Values.global).monitoring).serviceMonitor -}}
{{- if and .endpoints (or $monitor.enabled $umbrella.enabled) }}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ include "basement.fullname" . }}
  labels:
    {{- include "basement.labels" . | nindent 4 }}
    {{- with mergeOverwrite (deepCopy (default dict $umbrella.labels)) (default dict $monitor.labels) }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  jobLabel: app.kubernetes.io/name
  selector:
    matchLabels:
      {{- include "basement.selectorLabels" . | nindent 6 }}
      basement-watchdog/scrape: "true"
  endpoints:
    {{- range .endpoints }}
    - port: {{ .port }}
      path: {{ .path }}
      interval: {{ default "30s" $monitor.interval }}
      {{- with $monitor.scrapeTimeout }}
      scrapeTimeout: {{ . }}
      {{- end }}
      {{- with $monitor.relabelings }}
      relabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $monitor.metricRelabelings }}
      metricRelabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
{{- end }}
{{- end -}}
