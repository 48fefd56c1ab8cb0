{{- /* Ports of peers: where the client listens, what of the node leads there, and what the world is told are three values. */ -}}

{{- define "basement.p2p.kinds" -}}
tcp: {name: p2p-tcp, protocol: TCP, env: P2P_TCP_PORT}
udp: {name: p2p-udp, protocol: UDP, env: P2P_UDP_PORT}
quic: {name: quic, protocol: UDP, env: P2P_QUIC_PORT}
{{- end -}}

{{- /* none, value, configMap or file: where the address for the world comes from. */ -}}
{{- define "basement.p2p.mode" -}}
{{- $advertised := default dict (.values.p2p).advertised -}}
{{- if $advertised.address -}}value
{{- else if ($advertised.configMap).name -}}configMap
{{- else if ($advertised.file).path -}}file
{{- else -}}none
{{- end -}}
{{- end -}}

{{- define "basement.p2p.validate" -}}
{{- $at := include "basement.path" . -}}
{{- $p2p := default dict .values.p2p -}}
{{- $advertised := default dict $p2p.advertised -}}
{{- $mode := include "basement.p2p.mode" . -}}
{{- $restricted := eq "restricted" (include "basement.podSecurity" .) -}}
{{- if gt (len (compact (list $advertised.address ($advertised.configMap).name ($advertised.file).path))) 1 -}}
{{- fail (printf "%sp2p.advertised: give one of address, configMap.name and file.path, not several" $at) -}}
{{- end -}}
{{- if and (eq $mode "value") (not (regexMatch "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]+)$" $advertised.address)) -}}
{{- fail (printf "%sp2p.advertised.address: must be an IPv4 or IPv6 address, and is %q" $at $advertised.address) -}}
{{- end -}}
{{- if and (eq $mode "file") $restricted -}}
{{- fail (printf "%sp2p.advertised.file.path: a file of the node is a hostPath, which needs podSecurity: privileged and a namespace that allows it" $at) -}}
{{- end -}}
{{- range $kind := keys (include "basement.p2p.kinds" . | fromYaml) | sortAlpha -}}
{{- with get $p2p $kind -}}
{{- if and .hostPort $restricted -}}
{{- fail (printf "%sp2p.%s.hostPort: needs podSecurity: privileged and a namespace with the label pod-security.kubernetes.io/enforce: privileged" $at $kind) -}}
{{- end -}}
{{- if and .advertisedPort (eq $mode "none") -}}
{{- fail (printf "%sp2p.%s.advertisedPort: a port without an address says nothing; set p2p.advertised.address, configMap or file as well" $at $kind) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
A patch of Helm tells ports apart by their number alone: of TCP and UDP with one number it changes the first twice, or leaves one of them, and says success. What is there is compared with what comes, and
refused before it is lost; made anew, both are there.
*/ -}}
{{- define "basement.p2p.validateUpgrade" -}}
{{- $scope := . -}}
{{- $namespace := .root.Release.Namespace -}}
{{- $name := include "basement.fullname" . -}}
{{- $names := list -}}
{{- range include "basement.p2p.kinds" . | fromYaml -}}{{- $names = append $names .name -}}{{- end -}}
{{- $set := lookup "apps/v1" "StatefulSet" $namespace $name -}}
{{- if $set -}}
{{- $there := list -}}
{{- range $set.spec.template.spec.containers -}}
{{- range .ports -}}
{{- if has .name $names -}}
{{- $there = append $there (dict "name" .name "number" (int .containerPort) "to" (int (default 0 .hostPort))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $coming := list -}}
{{- range include "basement.p2p.ports" . | fromYamlArray -}}
{{- $coming = append $coming (dict "name" .name "number" (int .containerPort) "to" (int (default 0 .hostPort))) -}}
{{- end -}}
{{- if include "basement.p2p.losesPorts" (dict "there" $there "coming" $coming) -}}
{{- fail (printf "%sp2p: ports of TCP and UDP with one number are not changed in place, one of them would be lost; first `kubectl -n %s delete statefulset %s --cascade=orphan`, with which its pod runs on, then upgrade" (include "basement.path" .) $namespace $name) -}}
{{- end -}}
{{- end -}}
{{- $service := lookup "v1" "Service" $namespace (printf "%s-p2p" $name) -}}
{{- $wanted := include "basement.p2p.service" . | fromYaml -}}
{{- if and $service $wanted -}}
{{- $there := list -}}
{{- $coming := list -}}
{{- range $service.spec.ports -}}
{{- $there = append $there (dict "name" .name "number" (int .port) "to" (int (default 0 .nodePort))) -}}
{{- end -}}
{{- range $port := $wanted.spec.ports -}}
{{- $to := int (default 0 .nodePort) -}}
{{- if and (eq $to 0) (ne "ClusterIP" $wanted.spec.type) -}}
{{- /* Which one the cluster has chosen, and goes on with. */ -}}
{{- range $there -}}{{- if eq .name $port.name -}}{{- $to = .to -}}{{- end -}}{{- end -}}
{{- end -}}
{{- $coming = append $coming (dict "name" .name "number" (int .port) "to" $to) -}}
{{- end -}}
{{- if include "basement.p2p.losesPorts" (dict "there" $there "coming" $coming) -}}
{{- fail (printf "%sp2p.service: ports of TCP and UDP with one number are not changed in place, one of them would be lost; first `kubectl -n %s delete service %s-p2p`, then upgrade" (include "basement.path" .) $namespace $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Whether they differ, and one number is there twice, before or after: (dict "there" … "coming" …). */ -}}
{{- define "basement.p2p.losesPorts" -}}
{{- if ne (include "basement.p2p.asText" .there) (include "basement.p2p.asText" .coming) -}}
{{- range list .there .coming -}}
{{- $numbers := list -}}
{{- range . -}}{{- $numbers = append $numbers .number -}}{{- end -}}
{{- if ne (len $numbers) (len (uniq $numbers)) -}}true{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "basement.p2p.asText" -}}
{{- $all := list -}}
{{- range . -}}{{- $all = append $all (printf "%s/%d/%d" .name .number .to) -}}{{- end -}}
{{- sortAlpha $all | join " " -}}
{{- end -}}

{{- /* Entries of a container's `ports`. */ -}}
{{- define "basement.p2p.ports" -}}
{{- $p2p := default dict .values.p2p -}}
{{- range $kind, $is := include "basement.p2p.kinds" . | fromYaml }}
{{- with get $p2p $kind }}
- name: {{ $is.name }}
  containerPort: {{ .containerPort }}
  protocol: {{ $is.protocol }}
  {{- with .hostPort }}
  hostPort: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The port that the world is told for one kind, when nothing outside says it: (dict "scope" $scope "kind" "tcp"). */ -}}
{{- define "basement.p2p.advertisedPort" -}}
{{- $p2p := .scope.values.p2p -}}
{{- $port := get $p2p .kind -}}
{{- $node := "" -}}
{{- if and ($p2p.service).enabled (ne "ClusterIP" (default "ClusterIP" ($p2p.service).type)) -}}
{{- $node = get (default dict ($p2p.service).nodePorts) .kind -}}
{{- end -}}
{{- $port.advertisedPort | default $port.hostPort | default $node | default $port.containerPort -}}
{{- end -}}

{{- /* Entries of `env`: P2P_ADDRESS and P2P_…_PORT. What a file of the node says is set by start, and not here. */ -}}
{{- define "basement.p2p.env" -}}
{{- $scope := . -}}
{{- $mode := include "basement.p2p.mode" . -}}
{{- $advertised := default dict (.values.p2p).advertised -}}
{{- if eq $mode "value" }}
- name: P2P_ADDRESS
  value: {{ $advertised.address | quote }}
{{- else if eq $mode "configMap" }}
- name: P2P_ADDRESS
  valueFrom:
    configMapKeyRef:
      name: {{ $advertised.configMap.name }}
      key: {{ default "address" $advertised.configMap.addressKey }}
{{- end }}
{{- if ne $mode "none" }}
{{- range $kind, $is := include "basement.p2p.kinds" . | fromYaml }}
{{- if get $scope.values.p2p $kind }}
{{- $key := get (default dict $advertised.configMap) (printf "%sPortKey" $kind) }}
{{- $name := get (default dict $advertised.file) (printf "%sName" $kind) }}
{{- if and (eq $mode "configMap") $key }}
- name: {{ $is.env }}
  valueFrom:
    configMapKeyRef:
      name: {{ $advertised.configMap.name }}
      key: {{ $key }}
{{- else if not (and (eq $mode "file") $name) }}
- name: {{ $is.env }}
  value: {{ include "basement.p2p.advertisedPort" (dict "scope" $scope "kind" $kind) | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Entries of `command` before the client's own, in mode file: start reads the file, fills in $(P2P_…) and becomes the client. */ -}}
{{- define "basement.p2p.startPrefix" -}}
{{- if eq "file" (include "basement.p2p.mode" .) }}
{{- $file := .values.p2p.advertised.file }}
- /tools/start
- --advertised
- /advertised/{{ base $file.path }}
{{- range $kind := list "tcp" "udp" "quic" }}
{{- with get $file (printf "%sName" $kind) }}
- --{{ $kind }}
- {{ . | quote }}
{{- end }}
{{- end }}
- --
{{- end }}
{{- end -}}

{{- /* The file alone, for what lies beside it is nobody's business. One that was replaced by renaming is seen at the next start of the container, as is one that was not. */ -}}
{{- define "basement.p2p.volumes" -}}
{{- if eq "file" (include "basement.p2p.mode" .) }}
- name: advertised
  hostPath:
    path: {{ .values.p2p.advertised.file.path }}
    type: File
{{- end }}
{{- end -}}

{{- define "basement.p2p.volumeMounts" -}}
{{- if eq "file" (include "basement.p2p.mode" .) }}
- {name: advertised, mountPath: /advertised/{{ base .values.p2p.advertised.file.path }}, readOnly: true}
{{- end }}
{{- end -}}

{{- /* The Service that leads peers in, when p2p.service.enabled: directly, with the caller's address kept. */ -}}
{{- define "basement.p2p.service" -}}
{{- $service := default dict (.values.p2p).service -}}
{{- $type := default "ClusterIP" $service.type -}}
{{- if $service.enabled }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "basement.fullname" . }}-p2p
  labels:
    {{- include "basement.labels" . | nindent 4 }}
  {{- with $service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $type }}
  {{- if ne $type "ClusterIP" }}
  externalTrafficPolicy: Local
  {{- end }}
  publishNotReadyAddresses: true
  selector:
    {{- include "basement.selectorLabels" . | nindent 4 }}
  ports:
    {{- range $kind, $is := include "basement.p2p.kinds" . | fromYaml }}
    {{- with get $.values.p2p $kind }}
    - name: {{ $is.name }}
      port: {{ .containerPort }}
      targetPort: {{ $is.name }}
      protocol: {{ $is.protocol }}
      {{- if ne $type "ClusterIP" }}
      {{- with get (default dict $service.nodePorts) $kind }}
      nodePort: {{ . }}
      {{- end }}
      {{- end }}
    {{- end }}
    {{- end }}
{{- end }}
{{- end -}}
