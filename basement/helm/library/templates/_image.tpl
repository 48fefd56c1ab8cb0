{{- /* Images: by digest when there is one, and never by a tag that moves. */ -}}

{{- /* (dict "image" .Values.image "path" "image"); path is what a refusal names. */ -}}
{{- define "basement.image" -}}
{{- $path := default "image" .path -}}
{{- $tag := toString (default "" .image.tag) -}}
{{- if not .image.repository -}}
{{- fail (printf "%s.repository: say which image" $path) -}}
{{- end -}}
{{- if .image.digest -}}
{{- if not (regexMatch "^sha256:[0-9a-f]{64}$" .image.digest) -}}
{{- fail (printf "%s.digest: must be sha256: and 64 digits of hex" $path) -}}
{{- end -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- if or (empty $tag) (regexMatch "(^|[-.])(latest|stable|unstable|edge|main|master|develop|nightly|rolling)([-.]|$)" $tag) -}}
{{- fail (printf "%s.tag: must be a version, or give %s.digest; a tag that moves brings another program at a restart" $path $path) -}}
{{- end -}}
{{- printf "%s:%s" .image.repository $tag -}}
{{- end -}}
{{- end -}}

{{- /* Our image with synced, start, fence, sh, curl, jq, tar, lz4. Key by key: component, chart, umbrella, then what is built here. */ -}}
{{- define "basement.tools.values" -}}
{{- $image := dict "repository" "localhost/basement-tools" "tag" "0.1.0" "digest" "" "pullPolicy" "IfNotPresent" -}}
{{- range list ((.root.Values.global).tools).image ((.root.Values).tools).image ((.values).tools).image -}}
{{- range $key, $value := . -}}
{{- if $value -}}{{- $_ := set $image $key $value -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $image -}}
{{- end -}}

{{- define "basement.tools.image" -}}
{{- include "basement.image" (dict "image" (include "basement.tools.values" . | fromYaml) "path" (printf "%stools.image" (include "basement.umbrella" .root))) -}}
{{- end -}}

{{- define "basement.imagePullSecrets" -}}
{{- $all := concat (default list (.root.Values.global).imagePullSecrets) (default list .root.Values.imagePullSecrets) (default list .values.imagePullSecrets) -}}
{{- with uniq $all -}}
imagePullSecrets:
{{ toYaml . | indent 2 }}
{{- end -}}
{{- end -}}
