{{- /* haproxy.cfg: who may ask what. Everything that is not written here as allowed is refused. */ -}}

{{- /* The four nodes that can stand behind it. `get` are the paths that the watchdog's probes ask, `post` is JSON-RPC. */ -}}
{{- define "probe-endpoint.questions" -}}
beacon:
  get:
    - /eth/v1/beacon/genesis
    - /eth/v1/beacon/headers/head
    - /eth/v1/beacon/states/head/fork
    - /eth/v1/node/peer_count
    - /eth/v1/node/syncing
geth:
  post: true
beacond:
  get:
    - /net_info
    - /status
reth:
  post: true
{{- end -}}

{{- /* Those of them that have a host. */ -}}
{{- define "probe-endpoint.upstreams" -}}
{{- $questions := include "probe-endpoint.questions" . | fromYaml -}}
{{- $open := dict -}}
{{- range $name := keys $questions | sortAlpha -}}
{{- $upstream := get $.values.upstreams $name -}}
{{- $host := tpl (toString (default "" $upstream.host)) $.root -}}
{{- if $host -}}
{{- $isAddress := or (contains ":" $host) (regexMatch "^[0-9.]+$" $host) -}}
{{- if not (or $isAddress (contains "." $host)) -}}
{{- $host = printf "%s.%s.svc.%s" $host $.root.Release.Namespace $.values.clusterDomain -}}
{{- end -}}
{{- $asked := get $questions $name -}}
{{- $paths := default list $asked.get -}}
{{- if and (eq $name "beacond") (not $upstream.netInfo) -}}{{- $paths = without $paths "/net_info" -}}{{- end -}}
{{- $_ := set $open $name (dict "host" $host "isAddress" $isAddress "port" $upstream.port "get" $paths "post" (default false $asked.post)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $open -}}
{{- end -}}

{{- define "probe-endpoint.haproxy" -}}
{{- $upstreams := include "probe-endpoint.upstreams" . | fromYaml -}}
{{- $limits := .values.limits -}}
{{- $hasPost := false -}}
{{- range $upstreams -}}{{- if .post -}}{{- $hasPost = true -}}{{- end -}}{{- end -}}
# What the watchdog may ask of the nodes behind this proxy. Made by the chart probe-endpoint.
.if !defined(PROBE_TOKEN)
    .alert "PROBE_TOKEN is not set: the token has to come from a Secret"
.endif

global
    log stdout format raw local0 info
    maxconn {{ add $limits.connections 32 }}
    hard-stop-after 20s
    ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets
    ssl-load-extra-del-ext
    tune.http.maxhdr 48
    # Digests are compared, so that the time it takes tells neither the token nor its length.
    set-var proc.token env(PROBE_TOKEN),rtrim("\r\n"),sha2(256)
    set-var proc.token_length env(PROBE_TOKEN),rtrim("\r\n"),length

defaults
    mode http
    log global
    option dontlognull
    # A connection to a node carries one request: there is no second one that the two sides could see differently.
    option http-server-close
    retries 0
    timeout client 10s
    timeout http-request 5s
    timeout http-keep-alive 10s
    timeout connect 2s
    timeout queue 2s
    timeout server 10s
    {{- range list 400 403 404 405 408 413 429 500 502 503 504 }}
    http-error status {{ . }}
    {{- end }}
{{- if .values.resolvers.enabled }}

resolvers cluster
    parse-resolv-conf
    accepted_payload_size 4096
    hold valid 10s
{{- end }}

# How often the token was used, by whomever: whoever has none cannot use up what its owner may ask.
backend uses
    stick-table type string len 8 size 16 expire 2m store http_req_rate(60s)

frontend endpoint
    bind {{ .values.endpoint.bindAddress }}:{{ .values.endpoint.containerPort }}{{ if eq .values.endpoint.bindAddress "::" }} v4v6{{ end }} ssl crt /etc/haproxy-tls/tls.crt alpn http/1.1 proto h1
    maxconn {{ $limits.connections }}
    # Nothing in it comes from the one who asks but the address: no path, no header, no token.
    log-format '{"source":"%ci","status":%ST,"upstream":"%[var(txn.upstream)]","asked":"%[var(txn.asked)]","refused":"%[var(txn.refused)]","ms":%Ta,"end":"%tsc"}'
    error-log-format '{"source":"%ci","refused":"handshake"}'

    # Before TLS, which is what costs us. An IPv6 house has a /64.
    stick-table type ipv6 size 20k expire 2m store conn_cur,conn_rate(60s)
    tcp-request connection track-sc0 src,ipmask(32,64)
    tcp-request connection reject if { sc0_conn_cur gt {{ $limits.connectionsPerSource }} }
    tcp-request connection reject if { sc0_conn_rate gt {{ $limits.newConnectionsPerMinute }} }

    # Each part says first why it would refuse.
    http-request set-var(txn.refused) str(token)
    http-request deny deny_status 403 unless { var(proc.token_length) -m int ge 16 }
    http-request deny deny_status 403 unless { req.fhdr_cnt(authorization) eq 1 }
    http-request deny deny_status 403 unless { http_auth_bearer,sha2(256),secure_memcmp(proc.token) }

    http-request set-var(txn.refused) str(rate)
    http-request track-sc1 str(token) table uses
    http-request deny deny_status 429 if { sc1_http_req_rate(uses) gt {{ $limits.requestsPerMinute }} }

    # What the watchdog never sends, and what proxies and servers have been known to read differently.
    http-request set-var(txn.refused) str(form)
    http-request deny deny_status 400 unless { req.ver 1.1 }
    http-request deny deny_status 400 unless { req.fhdr_cnt(host) eq 1 }
    http-request deny deny_status 400 if { req.fhdr_cnt(transfer-encoding) gt 0 }
    http-request deny deny_status 400 if { req.fhdr_cnt(expect) gt 0 }
    http-request deny deny_status 400 if { req.fhdr_cnt(upgrade) gt 0 }
    http-request deny deny_status 400 if { req.fhdr_cnt(content-encoding) gt 0 }
    http-request deny deny_status 400 if { req.hdrs,length gt 4096 }

    # `url` is what was sent, byte by byte: a query, an encoded letter, another slash or a whole address is another path.
    http-request set-var(txn.refused) str(path)
    {{- range $name, $upstream := $upstreams }}
    {{- range $upstream.get }}
    http-request set-var(txn.upstream) str({{ $name }}) if { method -m str GET } { url -m str {{ printf "/%s%s" $name . }} }
    {{- end }}
    {{- if $upstream.post }}
    http-request set-var(txn.upstream) str({{ $name }}) if { method -m str POST } { url -m str /{{ $name }} }
    {{- end }}
    {{- end }}
    http-request deny deny_status 404 unless { var(txn.upstream) -m found }
    http-request set-var(txn.asked) path if { method -m str GET }

    http-request set-var(txn.refused) str(body)
    http-request deny deny_status 400 if { method -m str GET } { req.fhdr_cnt(content-length) gt 0 }
    {{- if $hasPost }}
    http-request deny deny_status 400 if { method -m str POST } !{ req.fhdr(content-type) -m str application/json }
    http-request deny deny_status 400 if { method -m str POST } !{ req.fhdr(content-length) -m reg ^[1-9][0-9]{1,2}\z }
    http-request deny deny_status 413 if { method -m str POST } { req.body_size gt 256 }
    http-request wait-for-body time 3s if { method -m str POST }
    # The whole body is one that the watchdog sends. Reading the method out of it would not do: what is one call for us may be two for the node.
    http-request set-var(txn.announced) req.body_size
    # For HAProxy's expressions a text ends at its first NUL, and so would what they look at: this is the length of the text.
    http-request deny deny_status 403 if { method -m str POST } !{ req.body,length,sub(txn.announced) eq 0 }
    acl asks_nothing req.body -m reg '^\{"jsonrpc":"2\.0","id":[1-9][0-9]{0,2},"method":"(eth_chainId|eth_syncing|net_peerCount)","params":\[\]\}\z'
    acl asks_newest_block req.body -m reg '^\{"jsonrpc":"2\.0","id":[1-9][0-9]{0,2},"method":"eth_getBlockByNumber","params":\["latest",false\]\}\z'
    http-request deny deny_status 403 if { method -m str POST } !asks_nothing !asks_newest_block
    http-request set-var(txn.asked) req.body,json_query('$.method') if { method -m str POST }
    {{- end }}

    http-request unset-var(txn.refused)
    # The node sees neither the token nor anything else that was sent along. geth refuses names that it was not told, and takes every address.
    http-request del-header ^(?!(content-length|content-type|host)$) -m reg
    http-request set-header host 127.0.0.1
    http-response del-header (?i)^(?!(content-length|content-type|transfer-encoding)$) -m reg
    {{- range $name, $upstream := $upstreams }}
    use_backend {{ $name }} if { var(txn.upstream) -m str {{ $name }} }
    {{- end }}
{{- range $name, $upstream := $upstreams }}

backend {{ $name }}
    {{- if $upstream.post }}
    http-request set-uri /
    {{- else }}
    http-request replace-uri ^/{{ $name }}(/.*) \1
    {{- end }}
    server node {{ if contains ":" $upstream.host }}[{{ $upstream.host }}]{{ else }}{{ $upstream.host }}{{ end }}:{{ $upstream.port }} maxconn 8{{ if not $upstream.isAddress }} init-addr last,libc,none{{ if $.values.resolvers.enabled }} resolvers cluster{{ end }}{{ end }}
{{- end }}

frontend inside
    bind {{ .values.endpoint.bindAddress }}:{{ .values.metrics.port }}{{ if eq .values.endpoint.bindAddress "::" }} v4v6{{ end }}
    maxconn 16
    no log
    {{- if .values.metrics.enabled }}
    http-request use-service prometheus-exporter if { method -m str GET } { path /metrics }
    {{- end }}
    http-request return status 200 if { method -m str GET } { path /healthz }
    http-request return status 503 content-type text/plain string "the token has fewer than 16 characters" if { method -m str GET } { path /ready } !{ var(proc.token_length) -m int ge 16 }
    http-request return status 200 if { method -m str GET } { path /ready }
    http-request deny deny_status 404
{{ end -}}
