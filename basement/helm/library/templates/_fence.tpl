{{- /*
The fence as the parent process of a validator client: what it needs of a pod, and the refusals of values with which it could not keep a second client from running.

Each takes the scope of the library, whose `values` hold `fence`; where they are not at the top of the chart's values, `path` is how a person writes it (`validator.`).
The pod has the init container of basement.toolsInit with `programs` (list "fence"), whose volume holds the program.
*/ -}}

{{- /* What stands before a client's own command. */ -}}
{{- define "basement.fence.prefix" -}}
{{- if .values.fence.enabled -}}
["/fence/fence", "--"]
{{- else -}}
[]
{{- end -}}
{{- end -}}

{{- /* The whole command as a list: `command` is the client's own. */ -}}
{{- define "basement.fence.command" -}}
{{- toYaml (concat (include "basement.fence.prefix" . | fromYamlArray) .command) -}}
{{- end -}}

{{- /* `chain`: ethereum or cometbft; `nodeUrl`: the API of its node; `stateFile`: with cometbft, the path of priv_validator_state.json. */ -}}
{{- define "basement.fence.env" -}}
{{- $fence := .values.fence -}}
{{- if $fence.enabled -}}
- { name: FENCE_SIGNER, value: {{ $fence.signer | quote }} }
- { name: FENCE_CHAIN, value: {{ .chain | quote }} }
- { name: FENCE_GATE_URL, value: {{ $fence.gate.url | quote }} }
- { name: FENCE_GATE_KEYS, value: {{ join "," $fence.gate.publicKeys | quote }} }
- { name: FENCE_TOKEN_FILE, value: /etc/fence/token }
- { name: FENCE_STATE_DIR, value: /var/lib/watchdog-fence }
- { name: FENCE_NODE_URL, value: {{ .nodeUrl | quote }} }
{{- with .stateFile }}
- { name: FENCE_STATE_FILE, value: {{ . | quote }} }
{{- end }}
{{- if $fence.report.url }}
- { name: FENCE_REPORT_URL, value: {{ $fence.report.url | quote }} }
- { name: FENCE_REPORT_TOKEN_FILE, value: /etc/fence/report-token }
{{- end }}
{{- with $fence.metricsPort }}
- { name: FENCE_METRICS_LISTEN, value: {{ printf ":%d" (int .) | quote }} }
{{- end }}
{{- if $fence.caConfigMap.name }}
- { name: FENCE_CA_FILE, value: /etc/fence-ca/ca.crt }
{{- end }}
{{- with $fence.poll }}
- { name: FENCE_POLL, value: {{ . | quote }} }
{{- end }}
{{- with $fence.isolation }}
- { name: FENCE_ISOLATION, value: {{ . | quote }} }
{{- end }}
{{- with $fence.stopGrace }}
- { name: FENCE_STOP_GRACE, value: {{ . | quote }} }
{{- end }}
{{- end -}}
{{- end -}}

{{- define "basement.fence.ports" -}}
{{- if and .values.fence.enabled .values.fence.metricsPort -}}
- { name: fence, containerPort: {{ int .values.fence.metricsPort }}, protocol: TCP }
{{- end -}}
{{- end -}}

{{- /* Of the container of the client. The program lies on the volume that the init container `tools` fills. */ -}}
{{- define "basement.fence.mounts" -}}
{{- $fence := .values.fence -}}
{{- if $fence.enabled -}}
- { name: tools, mountPath: /fence, readOnly: true }
- { name: fence-state, mountPath: /var/lib/watchdog-fence }
- { name: fence-tokens, mountPath: /etc/fence, readOnly: true }
{{- if $fence.caConfigMap.name }}
- { name: fence-ca, mountPath: /etc/fence-ca, readOnly: true }
{{- end }}
{{- end -}}
{{- end -}}

{{- define "basement.fence.stateClaim" -}}
{{- .values.fence.state.existingClaim | default (printf "%s-fence" (include "basement.fullname" .)) -}}
{{- end -}}

{{- /* Tokens are files of the group of the pod: fsGroup makes them readable to it and to nobody else. */ -}}
{{- define "basement.fence.volumes" -}}
{{- $fence := .values.fence -}}
{{- if $fence.enabled -}}
- name: fence-state
{{- if $fence.state.hostPath }}
  hostPath: { path: {{ $fence.state.hostPath | quote }}, type: DirectoryOrCreate }
{{- else }}
  persistentVolumeClaim: { claimName: {{ include "basement.fence.stateClaim" . }} }
{{- end }}
- name: fence-tokens
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ $fence.gate.existingSecret }}
          items: [{ key: {{ $fence.gate.tokenKey | quote }}, path: token }]
{{- if $fence.report.url }}
      - secret:
          name: {{ $fence.report.existingSecret }}
          items: [{ key: {{ $fence.report.tokenKey | quote }}, path: report-token }]
{{- end }}
{{- if $fence.caConfigMap.name }}
- name: fence-ca
  configMap:
    name: {{ $fence.caConfigMap.name }}
    items: [{ key: {{ $fence.caConfigMap.key | quote }}, path: ca.crt }]
{{- end }}
{{- end -}}
{{- end -}}

{{- /* A folder of the machine is made for root, and fsGroup does not reach it: it is given to the user of the pod. Claims belong to fsGroup already. */ -}}
{{- define "basement.fence.initContainers" -}}
{{- if and .values.fence.enabled .values.fence.state.hostPath -}}
{{- $user := include "basement.podSecurityContext" . | fromYaml -}}
- name: fence-state
  image: {{ include "basement.tools.image" . }}
  imagePullPolicy: {{ (include "basement.tools.values" . | fromYaml).pullPolicy }}
  command: [chown, "{{ int $user.runAsUser }}:{{ int $user.runAsGroup }}", /var/lib/watchdog-fence]
  securityContext:
    runAsNonRoot: false
    runAsUser: 0
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities: { drop: [ALL], add: [CHOWN] }
    seccompProfile: { type: RuntimeDefault }
  resources:
    requests: { cpu: 10m, memory: 16Mi }
    limits: { memory: 32Mi }
  volumeMounts:
    - { name: fence-state, mountPath: /var/lib/watchdog-fence }
{{- end -}}
{{- end -}}

{{- /*
The claim for what this machine remembers. It is no part of any backup: whoever restores a copy of it makes a second machine that takes itself for this one.
*/ -}}
{{- define "basement.fence.claim" -}}
{{- $state := .values.fence.state -}}
{{- if and .values.fence.enabled (not $state.existingClaim) (not $state.hostPath) -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ include "basement.fence.stateClaim" . }}
  labels:
    {{- include "basement.selectorLabels" . | nindent 4 }}
    app.kubernetes.io/part-of: basement-watchdog
    app.kubernetes.io/managed-by: {{ .root.Release.Service }}
    velero.io/exclude-from-backup: "true"
  annotations:
    helm.sh/resource-policy: keep
    k8up.io/backup: "false"
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: {{ $state.storageClass | quote }}
  resources:
    requests:
      storage: {{ $state.size | quote }}
{{- end -}}
{{- end -}}

{{- /* Entries of `egress`: to the gate and to where the fence reports. Names change their addresses, so that the port is what is fixed; an address that is written down is. */ -}}
{{- define "basement.fence.egress" -}}
{{- $fence := .values.fence -}}
{{- if $fence.enabled -}}
{{- $all := list -}}
{{- range compact (list $fence.gate.url $fence.report.url) -}}
{{- $all = append $all (include "basement.networkPolicy.to" (dict "url" .)) -}}
{{- end -}}
{{- join "\n" (compact $all | uniq) -}}
{{- end -}}
{{- end -}}

{{- define "basement.fence.isLoopback" -}}
{{- if or (eq . "localhost") (regexMatch "^127(\\.[0-9]{1,3}){3}$" .) (eq . "::1") (eq . "[::1]") -}}true{{- end -}}
{{- end -}}

{{- /* Whether an address may get a token: https, or http on the pod's own loopback. Empty when it may. */ -}}
{{- define "basement.fence.isBadAddress" -}}
{{- $url := urlParse . -}}
{{- $isLoopback := include "basement.fence.isLoopback" $url.hostname -}}
{{- $isEncrypted := or (eq $url.scheme "https") (and (eq $url.scheme "http") (ne $isLoopback "")) -}}
{{- if or (not $isEncrypted) (not $url.hostname) $url.userinfo $url.query $url.fragment -}}true{{- end -}}
{{- end -}}

{{- /* Seconds of `90s`, `10m` or `1m30s`; -1 when it is no such time. */ -}}
{{- define "basement.fence.seconds" -}}
{{- if regexMatch "^([0-9]{1,3}m)?([0-9]{1,3}s)?$" (toString .) -}}
{{- add (mul 60 (regexFind "^[0-9]+m" . | trimSuffix "m" | default "0" | atoi)) (regexFind "[0-9]+s$" . | trimSuffix "s" | default "0" | atoi) -}}
{{- else -}}
-1
{{- end -}}
{{- end -}}

{{- /*
No two of the volumes are one, by the names that they have in the cluster, whoever made them: (dict "claims" …). Each is a dict: `value` is what a person writes, `claim` its name in the cluster,
`isGiven` whether a person gave it, `isChain` for those that may be shared among each other.
*/ -}}
{{- define "basement.fence.apart" -}}
{{- $before := list -}}
{{- range $one := .claims -}}
{{- range $other := $before -}}
{{- if and (eq $one.claim $other.claim) (not (and $one.isChain $other.isChain)) -}}
{{- $wrong := ternary $one $other $one.isGiven -}}
{{- $right := ternary $other $one $one.isGiven -}}
{{- fail (printf "%s: must be another volume than that of %s, and both are the claim %s: keys, what was signed and what the fence remembers are on none that is copied, thrown away or restored" $wrong.value $right.value $one.claim) -}}
{{- end -}}
{{- end -}}
{{- $before = append $before $one -}}
{{- end -}}
{{- end -}}

{{- /*
Every value without which two clients could run with one key is refused here, each with one sentence that names it. `claims` are the client's own volumes, as basement.fence.apart has them.
*/ -}}
{{- define "basement.fence.validate" -}}
{{- $path := .path | default "" -}}
{{- $values := .values -}}
{{- $fence := $values.fence -}}
{{- range $values.extraEnv -}}
{{- if hasPrefix "FENCE_" (toString .name) -}}
{{- fail (printf "%sextraEnv: %s belongs to the fence; set it by %sfence instead" $path .name $path) -}}
{{- end -}}
{{- end -}}
{{- range $values.extraVolumeMounts -}}
{{- if regexMatch "^/(fence|tools|etc/fence|etc/fence-ca|var/lib/watchdog-fence)(/|$)" (clean (toString .mountPath)) -}}
{{- fail (printf "%sextraVolumeMounts: %s belongs to the fence, and nothing is mounted over it" $path .mountPath) -}}
{{- end -}}
{{- end -}}
{{- if not $fence.enabled -}}
{{- if not (trim $fence.disabledBecause) -}}
{{- fail (printf "%sfence.disabledBecause: without a fence a client starts by itself after an outage, also when its keys were moved: say why this one needs none" $path) -}}
{{- end -}}
{{- else -}}
{{- if not (regexMatch "^[a-z][a-z0-9-]{0,19}$" (toString $fence.signer)) -}}
{{- fail (printf "%sfence.signer: a validator needs the id of its signer in watchdog.yaml: a small letter, then up to 19 of a-z, 0-9 and -" $path) -}}
{{- end -}}
{{- if not $fence.gate.url -}}
{{- fail (printf "%sfence.gate.url: a validator needs the address of the gate, https://…" $path) -}}
{{- end -}}
{{- if include "basement.fence.isBadAddress" $fence.gate.url -}}
{{- fail (printf "%sfence.gate.url: must be https://…, without user, question mark or #; a token goes there (http only for 127.0.0.1, [::1] or localhost)" $path) -}}
{{- end -}}
{{- if or (eq (len $fence.gate.publicKeys) 0) (gt (len $fence.gate.publicKeys) 4) -}}
{{- fail (printf "%sfence.gate.publicKeys: a validator needs the public key of the gate, and while it is changed the next one too: 1 to 4" $path) -}}
{{- end -}}
{{- range $fence.gate.publicKeys -}}
{{- if not (regexMatch "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$" (toString .)) -}}
{{- fail (printf "%sfence.gate.publicKeys: %s is no public key: 32 bytes in base64 (44 characters, the last of them =)" $path (toString . | quote)) -}}
{{- end -}}
{{- end -}}
{{- if ne (len (uniq $fence.gate.publicKeys)) (len $fence.gate.publicKeys) -}}
{{- fail (printf "%sfence.gate.publicKeys: one of them is there twice" $path) -}}
{{- end -}}
{{- if not $fence.gate.existingSecret -}}
{{- fail (printf "%sfence.gate.existingSecret: a validator needs the Secret that holds the fence's token for the gate (kubectl create secret generic … --from-file=%s=…)" $path $fence.gate.tokenKey) -}}
{{- end -}}
{{- $state := $fence.state -}}
{{- $places := compact (list $state.storageClass $state.existingClaim $state.hostPath) -}}
{{- if eq (len $places) 0 -}}
{{- fail (printf "%sfence.state: a validator needs an instance id of its own: say where this machine keeps it, by storageClass (node-local, in no backup), existingClaim or hostPath" $path) -}}
{{- end -}}
{{- if gt (len $places) 1 -}}
{{- fail (printf "%sfence.state: one of storageClass, existingClaim and hostPath, not several" $path) -}}
{{- end -}}
{{- if and $state.hostPath (not (hasPrefix "/" $state.hostPath)) -}}
{{- fail (printf "%sfence.state.hostPath: must be a whole path, as /var/lib/watchdog-fence" $path) -}}
{{- end -}}
{{- if and $state.hostPath (ne (include "basement.podSecurity" .) "privileged") -}}
{{- fail (printf "%sfence.state.hostPath: a folder of the machine needs podSecurity: privileged and a namespace with that label; storageClass and existingClaim do not" $path) -}}
{{- end -}}
{{- if and $fence.report.url (not $fence.report.existingSecret) -}}
{{- fail (printf "%sfence.report.existingSecret: reports need the Secret with their token" $path) -}}
{{- end -}}
{{- if and $fence.report.existingSecret (not $fence.report.url) -}}
{{- fail (printf "%sfence.report.url: a token for reports is given, and no address: https://…/SITE/SOURCE/report" $path) -}}
{{- end -}}
{{- if and $fence.report.url (include "basement.fence.isBadAddress" $fence.report.url) -}}
{{- fail (printf "%sfence.report.url: must be https://…, without user, question mark or #; a token goes there" $path) -}}
{{- end -}}
{{- range $name, $range := dict "poll" (list 1 15) "isolation" (list 5 600) "stopGrace" (list 0 60) -}}
{{- $given := get $fence $name -}}
{{- if $given -}}
{{- $seconds := include "basement.fence.seconds" (toString $given) | int -}}
{{- if or (lt $seconds (first $range)) (gt $seconds (last $range)) -}}
{{- fail (printf "%sfence.%s: must be a time from %ds to %ds, as 10s" $path $name (first $range) (last $range)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $grace := include "basement.fence.seconds" (toString ($fence.stopGrace | default "10s")) | int -}}
{{- if lt (int $values.terminationGracePeriodSeconds) (add $grace 15 | int) -}}
{{- fail (printf "%sterminationGracePeriodSeconds: must be 15 s longer than the client has to stop (fence.stopGrace), or it is killed in the middle of it" $path) -}}
{{- end -}}
{{- end -}}
{{- $claims := required "claims: a chart with a fence says which volumes its client has" .claims -}}
{{- if and $fence.enabled (not $fence.state.hostPath) -}}
{{- $claims = append $claims (dict "value" (printf "%sfence.state.existingClaim" $path) "claim" (include "basement.fence.stateClaim" .) "isGiven" (ne $fence.state.existingClaim "") "isChain" false) -}}
{{- end -}}
{{- include "basement.fence.apart" (dict "claims" $claims) -}}
{{- end -}}
