{{- /* What every pod has: nobody's rights, no token, and a place of its own. */ -}}

{{- define "basement.podSecurityContext" -}}
{{- $restricted := dict
      "runAsNonRoot" true "runAsUser" 10001 "runAsGroup" 10001 "fsGroup" 10001
      "fsGroupChangePolicy" "OnRootMismatch" "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- toYaml (mergeOverwrite $restricted (deepCopy (default dict .values.podSecurityContext))) -}}
{{- end -}}

{{- define "basement.securityContext" -}}
{{- $restricted := dict
      "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- toYaml (mergeOverwrite $restricted (deepCopy (default dict .values.securityContext))) -}}
{{- end -}}

{{- define "basement.serviceAccountName" -}}
{{- $account := default dict .values.serviceAccount -}}
{{- if $account.create -}}
{{- default (include "basement.fullname" .) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end -}}

{{- define "basement.serviceAccount" -}}
{{- if (.values.serviceAccount).create }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "basement.serviceAccountName" . }}
  labels:
    {{- include "basement.labels" . | nindent 4 }}
  {{- with .values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end -}}

{{- /* metadata of a pod template. More annotations: "annotations" in the scope. */ -}}
{{- define "basement.pod.metadata" -}}
labels:
  {{- include "basement.selectorLabels" . | nindent 2 }}
  {{- with .values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (deepCopy (default dict .values.podAnnotations)) (default dict .annotations) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* Everything of a pod's spec that is the same for all: account, security, place, time to stop. */ -}}
{{- define "basement.pod" -}}
serviceAccountName: {{ include "basement.serviceAccountName" . }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "basement.podSecurityContext" . | nindent 2 }}
{{- with include "basement.imagePullSecrets" . }}
{{ . }}
{{- end }}
terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
{{- with include "basement.pod.scheduling" . }}
{{ . }}
{{- end }}
{{- end -}}

{{- define "basement.pod.scheduling" -}}
{{- $place := dict -}}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "priorityClassName" -}}
{{- with get $.values $key -}}{{- $_ := set $place $key . -}}{{- end -}}
{{- end -}}
{{- with $place -}}{{- toYaml . -}}{{- end -}}
{{- end -}}

{{- /* Init container that brings synced and start to /tools, which the client's image lacks. More names: "programs" in the scope. */ -}}
{{- define "basement.toolsInit" -}}
- name: tools
  image: {{ include "basement.tools.image" . }}
  imagePullPolicy: {{ (include "basement.tools.values" . | fromYaml).pullPolicy }}
  command:
    - cp
    {{- range concat (list "synced" "start") (default list .programs) }}
    - /usr/local/bin/{{ . }}
    {{- end }}
    - /tools/
  securityContext:
    {{- include "basement.securityContext" . | nindent 4 }}
  resources:
    requests: {cpu: 10m, memory: 16Mi}
    limits: {memory: 64Mi}
  volumeMounts:
    - {name: tools, mountPath: /tools}
{{- end -}}

{{- /* Entries of `volumes`: /tools, /tmp, the node's file of what is advertised, and what the values add. */ -}}
{{- define "basement.volumes" -}}
- name: tools
  emptyDir: {sizeLimit: 128Mi}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- with include "basement.p2p.volumes" . }}
{{ . }}
{{- end }}
{{- with .values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Entries of `volumeMounts` of the client, for the same. */ -}}
{{- define "basement.volumeMounts" -}}
- {name: tools, mountPath: /tools, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- with include "basement.p2p.volumeMounts" . }}
{{ . }}
{{- end }}
{{- with .values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Entries of `env`: the address for the world, and what the values add. */ -}}
{{- define "basement.env" -}}
{{- with include "basement.p2p.env" . }}
{{ . }}
{{- end }}
{{- with .values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* The arguments that the values add, one entry each; templates in them are filled in. */ -}}
{{- define "basement.extraArgs" -}}
{{- $root := .root -}}
{{- range .values.extraArgs }}
- {{ tpl (toString .) $root | quote }}
{{- end }}
{{- end -}}

{{- define "basement.extraContainers" -}}
{{- with .values.extraContainers }}
{{ tpl (toYaml .) $.root }}
{{- end }}
{{- end -}}

{{- define "basement.extraInitContainers" -}}
{{- with .values.extraInitContainers }}
{{ tpl (toYaml .) $.root }}
{{- end }}
{{- end -}}
