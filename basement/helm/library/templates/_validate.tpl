{{- /* Refusals that all charts have, each of one sentence that names the value. */ -}}

{{- define "basement.validate" -}}
{{- include "basement.validate.replicas" . -}}
{{- include "basement.p2p.validate" . -}}
{{- include "basement.p2p.validateUpgrade" . -}}
{{- $_ := include "basement.podSecurity" . -}}
{{- end -}}

{{- define "basement.validate.replicas" -}}
{{- $replicas := get .values "replicas" -}}
{{- if and (hasKey .values "replicas") (ne "1" (toString $replicas)) -}}
{{- fail (printf "%sreplicas: must stay 1, and is %v; two of it on one volume break the database, and two signers are slashed" (default "" .path) $replicas) -}}
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
{{- range .scope.values.extraArgs -}}
{{- $flag := regexReplaceAll "^-+" (tpl (toString .) $call.scope.root | trim) "" | splitList "=" | first | splitList " " | first -}}
{{- range $call.flags -}}
{{- if eq $flag (regexReplaceAll "^-+" . "") -}}
{{- fail (printf "%sextraArgs: --%s is refused: %s" (default "" $call.scope.path) $flag $call.because) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
