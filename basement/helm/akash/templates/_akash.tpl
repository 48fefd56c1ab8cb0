{{- /* Names that Akash's programs and this chart agree on, and what is refused. */ -}}

{{- /* On the namespace of each lease, and on no other: akash-services and lease have akash.network=true as well. */ -}}
{{- define "akash.leaseLabel" -}}akash.network/lease.id.owner{{- end -}}
{{- define "akash.tenantsLabel" -}}basement-watchdog/tenants{{- end -}}
{{- define "akash.validatorsLabel" -}}basement-watchdog/validators{{- end -}}

{{- define "akash.labels" -}}
{{- include "basement.labels" (dict "root" $ "values" .Values "name" "akash" "component" "door") -}}
{{- end -}}

{{- define "akash.leases" -}}
matchExpressions:
  - {key: {{ include "akash.leaseLabel" . }}, operator: Exists}
{{- end -}}

{{- /* A list for CEL: ["a", "b"]. */ -}}
{{- define "akash.cel.list" -}}
[{{- range $index, $each := . }}{{ if $index }}, {{ end }}{{ $each | toString | squote }}{{- end }}]
{{- end -}}

{{- define "akash.validate" -}}
{{- $values := .Values -}}
{{- if and $values.provider.admission.enabled (empty $values.nodes.tenants) -}}
{{- fail "nodes.tenants: name the nodes that tenants may use" -}}
{{- end -}}
{{- range $values.nodes.tenants -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" (toString .)) -}}
{{- fail (printf "nodes.tenants: %q is no name of a node" (toString .)) -}}
{{- end -}}
{{- end -}}
{{- if and $values.provider.networkPolicy.enabled (empty $values.cluster.apiServers) -}}
{{- fail "cluster.apiServers: give the addresses of the API servers, such as 192.168.10.11/32" -}}
{{- end -}}
{{- range $values.cluster.apiServers -}}
{{- if not (regexMatch "^([0-9.]+/32|[0-9a-fA-F:]+/128)$" (toString .)) -}}
{{- fail (printf "cluster.apiServers: %q must be one address, such as 192.168.10.11/32" (toString .)) -}}
{{- end -}}
{{- end -}}
{{- if ge (int $values.priorityClasses.tenant) 0 -}}
{{- fail (printf "priorityClasses.tenant: must be below 0, and is %v; a pod without a class has 0, and must go before a tenant" (int $values.priorityClasses.tenant)) -}}
{{- end -}}
{{- if le (int $values.priorityClasses.validator) 0 -}}
{{- fail (printf "priorityClasses.validator: must be above 0, and is %v" (int $values.priorityClasses.validator)) -}}
{{- end -}}
{{- if ge (int $values.walls.order) 1000 -}}
{{- fail (printf "walls.order: must be below 1000, and is %v; policies of Kubernetes have 1000 and would be asked first" $values.walls.order) -}}
{{- end -}}
{{- if has "chain-data" $values.tenants.storageClasses -}}
{{- fail "tenants.storageClasses: chain-data holds the validators' data, and is not for tenants" -}}
{{- end -}}
{{- if and $values.storage.enabled (not (has $values.storage.name $values.tenants.storageClasses)) -}}
{{- fail (printf "storage.enabled: name %s in tenants.storageClasses as well, or nobody may use it" $values.storage.name) -}}
{{- end -}}
{{- if and $values.tenants.placement.enabled (not $values.priorityClasses.enabled) -}}
{{- fail "priorityClasses.enabled: tenants.placement gives each pod the class basement-tenant, which must be made" -}}
{{- end -}}
{{- end -}}
