{{- /* Refusals that all charts have, each of one sentence that names the value. */ -}}

{{- define "basement.validate" -}}
{{- include "basement.validate.replicas" . -}}
{{- include "basement.p2p.validate" . -}}
{{- $_ := include "basement.podSecurity" . -}}
{{- end -}}

{{- define "basement.validate.replicas" -}}
{{- $replicas := get .values "replicas" -}}
{{- if and (hasKey .values "replicas") (ne "1" (toString $replicas)) -}}
{{- fail (printf "%sreplicas: must stay 1, and is %v; two of it on one volume break the database, and two signers are slashed" (default "" .path) $replicas) -}}
{{- end -}}
{{- end -}}

{{- /* Flags that extraArgs must not set again: (dict "scope" $scope "flags" (list "--datadir") "because" "the chart sets it"). */ -}}
{{- define "basement.validate.extraArgs" -}}
{{- $call := . -}}
{{- range .scope.values.extraArgs -}}
{{- $flag := regexReplaceAll "^-+" (tpl (toString .) $call.scope.root | trim) "" | splitList "=" | first | splitList " " | first -}}
{{- range $call.flags -}}
{{- if eq $flag (regexReplaceAll "^-+" . "") -}}
{{- fail (printf "%sextraArgs: --%s is refused: %s" (default "" $call.scope.path) $flag $call.because) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
