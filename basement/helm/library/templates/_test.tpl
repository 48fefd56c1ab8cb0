{{- /* The pod of `helm test`. */ -}}

{{- /* "script": text for sh; "env": dict of its variables. It runs in the tools image, with nobody's rights. */ -}}
{{- define "basement.test" -}}
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "basement.fullname" . }}-test
  labels:
    {{- include "basement.selectorLabels" (merge (dict "component" "test") .) | nindent 4 }}
    app.kubernetes.io/part-of: basement-watchdog
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- include "basement.podSecurityContext" . | nindent 4 }}
  {{- with include "basement.imagePullSecrets" . }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: test
      image: {{ include "basement.tools.image" . }}
      imagePullPolicy: {{ (include "basement.tools.values" . | fromYaml).pullPolicy }}
      command: [sh, -c]
      args:
        - |
          {{- .script | trim | nindent 10 }}
      env:
        {{- range $name, $value := .env }}
        - {name: {{ $name }}, value: {{ $value | quote }}}
        {{- end }}
      securityContext:
        {{- include "basement.securityContext" . | nindent 8 }}
      resources:
        requests: {cpu: 10m, memory: 16Mi}
        limits: {memory: 64Mi}
{{- end -}}
