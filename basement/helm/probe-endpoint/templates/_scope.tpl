{{- /* What this chart's own templates share: its scope for the library, the certificate that it makes, and what it refuses. */ -}}

{{- define "probe-endpoint.tlsSecret" -}}
{{- default (printf "%s-tls" (include "basement.fullname" .)) .values.tls.existingSecret -}}
{{- end -}}

{{- /* The certificate of this release, as YAML of cert and key: the one that the cluster has, else a new one. It is made once for all templates. */ -}}
{{- define "probe-endpoint.certificate" -}}
{{- $values := .root.Values -}}
{{- if not (hasKey $values "madeCertificate") -}}
{{- $kept := lookup "v1" "Secret" .root.Release.Namespace (include "probe-endpoint.tlsSecret" .) -}}
{{- $made := dict -}}
{{- if and $kept (get (default dict $kept.data) "tls.crt") (get (default dict $kept.data) "tls.key") -}}
{{- $made = dict "cert" (get $kept.data "tls.crt" | b64dec) "key" (get $kept.data "tls.key" | b64dec) -}}
{{- else -}}
{{- $name := include "basement.fullname" . -}}
{{- $names := list $name (printf "%s.%s.svc" $name .root.Release.Namespace) -}}
{{- $addresses := list -}}
{{- range concat (list .values.endpoint.advertisedAddress) .values.tls.hosts | compact -}}
{{- if or (contains ":" .) (regexMatch "^[0-9.]+$" .) -}}{{- $addresses = append $addresses . -}}{{- else -}}{{- $names = append $names . -}}{{- end -}}
{{- end -}}
{{- $pair := genSelfSignedCert $name $addresses $names (int .values.tls.days) -}}
{{- $made = dict "cert" $pair.Cert "key" $pair.Key -}}
{{- end -}}
{{- $_ := set $values "madeCertificate" $made -}}
{{- end -}}
{{- toYaml $values.madeCertificate -}}
{{- end -}}

{{- /* SHA-256 of a certificate in hex, as watchdog.yaml wants it. Takes its PEM. */ -}}
{{- define "probe-endpoint.fingerprint" -}}
{{- regexFind "(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----" . | replace "-----BEGIN CERTIFICATE-----" "" | replace "-----END CERTIFICATE-----" "" | replace "\n" "" | replace "\r" "" | b64dec | sha256sum -}}
{{- end -}}

{{- /* The port that the world sees: advertised, or the first that leads here from outside. */ -}}
{{- define "probe-endpoint.port" -}}
{{- $endpoint := .values.endpoint -}}
{{- $endpoint.advertisedPort | default $endpoint.hostPort | default $endpoint.service.nodePort | default $endpoint.service.port -}}
{{- end -}}

{{- define "probe-endpoint.validate" -}}
{{- $values := .values -}}
{{- $level := include "basement.podSecurity" . -}}
{{- include "basement.validate.namespace" . -}}
{{- if and $values.endpoint.hostPort (eq "restricted" $level) -}}
{{- fail "endpoint.hostPort: needs podSecurity: privileged and a namespace with the label pod-security.kubernetes.io/enforce: privileged" -}}
{{- end -}}
{{- if and $values.endpoint.advertisedPort (not $values.endpoint.advertisedAddress) -}}
{{- fail "endpoint.advertisedPort: a port without an address says nothing; set endpoint.advertisedAddress as well" -}}
{{- end -}}
{{- if and $values.endpoint.service.nodePort (eq "ClusterIP" $values.endpoint.service.type) -}}
{{- fail "endpoint.service.nodePort: a Service of type ClusterIP has none; set endpoint.service.type: NodePort" -}}
{{- end -}}
{{- if eq (int $values.endpoint.containerPort) (int $values.metrics.port) -}}
{{- fail (printf "metrics.port: %v is endpoint.containerPort, which is forwarded; numbers for Prometheus need a port of their own" $values.metrics.port) -}}
{{- end -}}
{{- if not $values.token.existingSecret -}}
{{- fail "token.existingSecret: name the Secret that holds the token; this chart makes none" -}}
{{- end -}}
{{- if and $values.tls.existingSecret $values.tls.generate -}}
{{- fail "tls: two sources of the certificate; set tls.existingSecret or tls.generate, not both" -}}
{{- end -}}
{{- if not (or $values.tls.existingSecret $values.tls.generate) -}}
{{- fail "tls: say where the certificate comes from; set tls.existingSecret, or tls.generate: true to have one made and kept" -}}
{{- end -}}
{{- range $name, $upstream := $values.upstreams -}}
{{- $host := tpl (toString (default "" $upstream.host)) $.root -}}
{{- if not (regexMatch "^[A-Za-z0-9.:-]*$" $host) -}}
{{- fail (printf "upstreams.%s.host: must be the name of a Service or an address, without a port, and is %q" $name $host) -}}
{{- end -}}
{{- if and $host (eq 8551 (int $upstream.port)) -}}
{{- fail (printf "upstreams.%s.port: 8551 is the engine API, which belongs to its consensus client alone" $name) -}}
{{- end -}}
{{- end -}}
{{- if not (include "probe-endpoint.upstreams" . | fromYaml) -}}
{{- fail "upstreams: none of them has a host, so there is nothing to ask; set upstreams.beacon.host, for example" -}}
{{- end -}}
{{- end -}}
