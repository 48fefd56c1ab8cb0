{{- /* Refusals that all charts have, each of one sentence that names the value. */ -}}

{{- define "basement.validate" -}}
{{- include "basement.validate.replicas" . -}}
{{- include "basement.p2p.validate" . -}}
{{- include "basement.p2p.validateUpgrade" . -}}
{{- include "basement.validate.namespace" . -}}
{{- end -}}

{{- /*
Maps whose keys the templates read: (dict "values" .Values "path" "geth." "maps" (list "jwt" "p2p.tcp")). A null for one of them takes away all that the chart has set below it. It is the first thing of every
template, for which of them Helm takes first is not said.
*/ -}}
{{- define "basement.validate.maps" -}}
{{- $call := . -}}
{{- range $map := .maps -}}
{{- $found := $call.values -}}
{{- $at := list -}}
{{- range splitList "." $map -}}
{{- $at = append $at . -}}
{{- $found = get $found . -}}
{{- if not (kindIs "map" $found) -}}
{{- fail (printf "%s%s: is null, which takes away what the chart has set below it; leave it out, or set single values below it" $call.path (join "." $at)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Privileged pods in a namespace that does not take them: Helm says deployed, and no pod comes. Without a cluster to ask, as in `helm template`, nothing is refused. */ -}}
{{- define "basement.validate.namespace" -}}
{{- if eq "privileged" (include "basement.podSecurity" .) -}}
{{- $name := .root.Release.Namespace -}}
{{- $label := "pod-security.kubernetes.io/enforce" -}}
{{- $level := get (default dict ((lookup "v1" "Namespace" "" $name).metadata).labels) $label -}}
{{- if has $level (list "restricted" "baseline") -}}
{{- fail (printf "%spodSecurity: is privileged, and namespace %s takes only %s pods, so that none would start; label it first: kubectl label namespace %s %s=privileged --overwrite" (include "basement.umbrella" .root) $name $level $name $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "basement.validate.replicas" -}}
{{- $replicas := get .values "replicas" -}}
{{- if and (hasKey .values "replicas") (ne "1" (toString $replicas)) -}}
{{- fail (printf "%sreplicas: must stay 1, and is %v; two of it on one volume break the database, and two signers are slashed" (include "basement.path" .) $replicas) -}}
{{- end -}}
{{- end -}}

{{- /*
Who gets what blocks bring: (dict "path" "validator." "address" …). Refused is what can only be a mistake: contracts that keep what they get, addresses of nobody, and fillings of examples, which are a few bytes again and again.
*/ -}}
{{- define "basement.validate.feeRecipient" -}}
{{- $name := printf "%sfeeRecipient" (default "" .path) -}}
{{- $given := toString .address -}}
{{- if not .address -}}
{{- fail (printf "%s: a validator must say who gets what its blocks bring: 0x and 40 hex digits, an address of yours" $name) -}}
{{- end -}}
{{- if not (regexMatch "^0x[0-9a-fA-F]{40}$" $given) -}}
{{- fail (printf "%s: must be 0x and 40 hex digits, in quotes so that YAML makes no number of it, and is %s" $name $given) -}}
{{- end -}}
{{- if regexMatch "^0x0{40}$" $given -}}
{{- fail (printf "%s: is the zero address, and what is sent there is lost; give an address of yours" $name) -}}
{{- end -}}
{{- $digits := lower (trimPrefix "0x" $given) -}}
{{- /* Of Ethereum and Hoodi, of Sepolia, of Berachain. */ -}}
{{- if has $digits (list "00000000219ab540356cbb839cbe05303d7705fa" "7f02c3e3c98b133055b8b348b2ac625669ed295d" "4242424242424242424242424242424242424242") -}}
{{- fail (printf "%s: is the deposit contract, which keeps what it gets; give an address of yours" $name) -}}
{{- end -}}
{{- $isFilling := regexMatch "^0{36}" $digits -}}
{{- range list 1 2 4 5 8 10 20 -}}
{{- if eq $digits (repeat (int (div 40 .)) (substr 0 . $digits)) -}}{{- $isFilling = true -}}{{- end -}}
{{- end -}}
{{- if $isFilling -}}
{{- fail (printf "%s: %s is nobody's address, and what is sent there is lost; give an address of yours" $name $given) -}}
{{- end -}}
{{- end -}}

{{- /* Flags that extraArgs must not set again: (dict "scope" $scope "flags" (list "--datadir") "because" "the chart sets it"). */ -}}
{{- define "basement.validate.extraArgs" -}}
{{- $call := . -}}
{{- $path := include "basement.path" .scope -}}
{{- range .scope.values.extraArgs -}}
{{- $flag := regexReplaceAll "^-+" (tpl (toString .) $call.scope.root | trim) "" | splitList "=" | first | splitList " " | first -}}
{{- range $call.flags -}}
{{- if eq $flag (regexReplaceAll "^-+" . "") -}}
{{- fail (printf "%sextraArgs: --%s is refused: %s" $path $flag $call.because) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
