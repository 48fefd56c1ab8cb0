{{- /* Who reaches which port of the two clients, beside peers and Prometheus. */ -}}

{{- /* The test of this release asks both for their chain. */ -}}
{{- define "berachain.fromTest" -}}
- from:
    - podSelector:
        matchLabels:
          app.kubernetes.io/instance: {{ .root.Release.Name }}
          app.kubernetes.io/component: test
  ports:
    - {port: rpc, protocol: TCP}
{{- end -}}

{{- define "berachain.reth.ingress" -}}
- from:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: beacond
          app.kubernetes.io/instance: {{ .root.Release.Name }}
  ports:
    - {port: engine, protocol: TCP}
{{- if eq .values.http.listen "cluster" }}
{{ include "berachain.fromTest" . }}
{{- end }}
{{- end -}}

{{- define "berachain.beacond.ingress" -}}
{{- if eq .values.rpc.listen "cluster" -}}
{{ include "berachain.fromTest" . }}
{{- end }}
{{- end -}}

{{- define "berachain.beacond.egress" -}}
- to:
    - podSelector:
        matchLabels:
          app.kubernetes.io/name: bera-reth
          app.kubernetes.io/instance: {{ .root.Release.Name }}
  ports:
    - {port: 8551, protocol: TCP}
{{- end -}}
