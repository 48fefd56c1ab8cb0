{{- /* Names, labels and single values: from the component, then its chart, then the umbrella (global). */ -}}

{{- /* What stands before a value of this chart where a person writes it: the name that an umbrella gave the chart, with a dot; nothing in the chart alone. Takes the chart's root. */ -}}
{{- define "basement.umbrella" -}}
{{- if not .Chart.IsRoot -}}{{ .Chart.Name }}.{{- end -}}
{{- end -}}

{{- /* The same of the scope's own values: `path`, where they are not at the top of the chart's. */ -}}
{{- define "basement.path" -}}
{{- if hasKey . "path" -}}{{ .path }}{{- else -}}{{ include "basement.umbrella" .root }}{{- end -}}
{{- end -}}

{{- define "basement.fullname" -}}
{{- $name := default (default .name .part) .values.nameOverride -}}
{{- $full := default (printf "%s-%s" .root.Release.Name $name) .values.fullnameOverride -}}
{{- include "basement.name.cut" $full -}}
{{- end -}}

{{- /* A long name loses its end, and gets a hash of all of it, so that two of them stay two. */ -}}
{{- define "basement.name.cut" -}}
{{- if gt (len .) 52 -}}
{{- printf "%s-%s" (. | trunc 43 | trimSuffix "-") (sha256sum . | trunc 8) -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{- /* The name that another chart of the same release has when nothing overrides it: (dict "root" $ "name" "geth"). */ -}}
{{- define "basement.sibling" -}}
{{- include "basement.name.cut" (printf "%s-%s" .root.Release.Name .name) -}}
{{- end -}}

{{- define "basement.selectorLabels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "basement.labels" -}}
{{ include "basement.selectorLabels" . }}
app.kubernetes.io/part-of: basement-watchdog
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with (.values.image).tag }}
app.kubernetes.io/version: {{ . | toString | trunc 63 | quote }}
{{- end }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 }}
{{- end -}}

{{- /* One setting: (dict "scope" $scope "key" "podSecurity" "default" "restricted"). Empty counts as not set. */ -}}
{{- define "basement.setting" -}}
{{- $own := get .scope.values .key -}}
{{- $chart := get .scope.root.Values .key -}}
{{- $umbrella := get (default dict .scope.root.Values.global) .key -}}
{{- default (default (default .default $umbrella) $chart) $own -}}
{{- end -}}

{{- /* The network, which must be one of those given: (dict "scope" $scope "known" (list "mainnet" "hoodi")). */ -}}
{{- define "basement.network" -}}
{{- $network := include "basement.setting" (dict "scope" .scope "key" "network" "default" "") -}}
{{- if not (has $network .known) -}}
{{- fail (printf "%snetwork: must be one of %s (or global.network), and is %s" (include "basement.umbrella" .scope.root) (join ", " .known) (ternary "empty" (quote $network) (empty $network))) -}}
{{- end -}}
{{- $network -}}
{{- end -}}

{{- define "basement.podSecurity" -}}
{{- $level := include "basement.setting" (dict "scope" . "key" "podSecurity" "default" "restricted") -}}
{{- if not (has $level (list "restricted" "privileged")) -}}
{{- fail (printf "%spodSecurity: must be restricted or privileged, and is %q" (include "basement.umbrella" .root) $level) -}}
{{- end -}}
{{- $level -}}
{{- end -}}
