{{- /* Walls around a pod: nothing comes in or goes out but what is named. */ -}}

{{- /* The world without private networks, so that a client that was taken over reaches neither the LAN nor the cloud's metadata. */ -}}
{{- define "basement.networkPolicy.world" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: [0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16]
- ipBlock:
    cidr: "::/0"
    except: ["::1/128", "fc00::/7", "fe80::/10"]
{{- end -}}

{{- /*
One entry of `egress` for an `url`: a name without a dot is a Service of this namespace, NAME.NAMESPACE.svc one of another, an address is itself, everything else is out in the world. Nothing for
the pod's own loopback.
*/ -}}
{{- define "basement.networkPolicy.to" -}}
{{- $url := urlParse .url -}}
{{- $host := $url.hostname -}}
{{- if not (include "basement.fence.isLoopback" $host) -}}
- to:
{{- if regexMatch "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$" $host }}
    - ipBlock: { cidr: {{ $host }}/32 }
{{- else if contains ":" $host }}
    - ipBlock: { cidr: "{{ $host }}/128" }
{{- else if not (contains "." $host) }}
    - podSelector: {}
{{- else if regexMatch "^[^.]+\\.[^.]+\\.svc(\\..*)?$" $host }}
    - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{ index (splitList "." $host) 1 }} } }
{{- else }}
    {{- include "basement.networkPolicy.world" . | nindent 4 }}
{{- end }}
  ports:
    - { port: {{ regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (ternary "80" "443" (eq $url.scheme "http")) }}, protocol: TCP }
{{- end -}}
{{- end -}}

{{- define "basement.networkPolicy.dns" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ default "kube-system" (.values.networkPolicy.dns).namespace }}
    {{- range (.values.networkPolicy.dns).cidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end -}}

{{- define "basement.networkPolicy.prometheus" -}}
{{- with .values.networkPolicy.prometheus -}}
{{- toYaml (pick . "namespaceSelector" "podSelector") -}}
{{- end -}}
{{- end -}}

{{- /*
A policy that names everything. The scope and:
  "ingress"  text of more entries, e.g. who reaches the engine API
  "egress"   text of more entries, e.g. to the engine API or the gate
  "scraped"  names of the ports that Prometheus reads (list "metrics")
Peers come in on the ports of .values.p2p and are called anywhere in the world; without p2p there is neither.
*/ -}}
{{- define "basement.networkPolicy" -}}
{{- $scope := . -}}
{{- $policy := .values.networkPolicy -}}
{{- $p2p := default dict .values.p2p -}}
{{- $kinds := list -}}
{{- range $kind, $is := include "basement.p2p.kinds" . | fromYaml -}}
{{- if get $p2p $kind -}}{{- $kinds = append $kinds $is -}}{{- end -}}
{{- end -}}
{{- if $policy.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "basement.fullname" . }}
  labels:
    {{- include "basement.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "basement.selectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- if $kinds }}
    - ports:
        {{- range $kinds }}
        - {port: {{ .name }}, protocol: {{ .protocol }}}
        {{- end }}
    {{- end }}
    {{- if .scraped }}
    - from:
        - {{- include "basement.networkPolicy.prometheus" . | nindent 10 }}
      ports:
        {{- range .scraped }}
        - {port: {{ . }}, protocol: TCP}
        {{- end }}
    {{- end }}
    {{- with .ingress }}
    {{- . | trim | nindent 4 }}
    {{- end }}
    {{- with $policy.extraIngress }}
    {{- tpl (toYaml .) $scope.root | nindent 4 }}
    {{- end }}
  egress:
    {{- include "basement.networkPolicy.dns" . | nindent 4 }}
    {{- if $kinds }}
    - to:
        {{- include "basement.networkPolicy.world" . | nindent 8 }}
    {{- end }}
    {{- with .egress }}
    {{- . | trim | nindent 4 }}
    {{- end }}
    {{- with $policy.extraEgress }}
    {{- tpl (toYaml .) $scope.root | nindent 4 }}
    {{- end }}
{{- end }}
{{- end -}}

{{- /* At most one away at a time; a drain of a node goes on. */ -}}
{{- define "basement.pdb" -}}
{{- if (.values.podDisruptionBudget).enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "basement.fullname" . }}
  labels:
    {{- include "basement.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "basement.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end -}}
