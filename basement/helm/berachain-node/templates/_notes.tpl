{{- /* What to do next, for the chart itself and for its umbrella. It takes the chart's own root. */ -}}
{{- define "berachain.notes" -}}
{{- include "berachain.maps" . -}}
{{- $known := include "berachain.known" (dict "root" . "values" .Values.beacond) | fromYaml -}}
{{- $reth := include "basement.fullname" (dict "root" . "values" .Values.reth "name" "bera-reth") -}}
{{- $beacond := include "basement.fullname" (dict "root" . "values" .Values.beacond "name" "beacond") -}}
{{- $validator := include "basement.fullname" (dict "root" . "values" (dict "nameOverride" .Values.validator.nameOverride "fullnameOverride" .Values.validator.fullnameOverride) "name" "beacond" "part" "validator") -}}
{{- $pod := printf "%s-0" (ternary $validator $beacond .Values.validator.enabled) -}}
{{- $ns := .Release.Namespace -}}
{{- $value := printf "%svalidator" (include "basement.umbrella" .) -}}
{{- $signer := .Values.validator.fence.signer | default "SIGNER" -}}
{{- $scope := dict "root" . "values" .Values.beacond "name" "beacond" -}}
bera-reth and beacond of chain {{ $known.chainId }} ({{ $known.cometChainId }}).

How far they are:
  kubectl -n {{ $ns }} exec {{ $reth }}-0 -- /tools/synced execution http://127.0.0.1:8545
  kubectl -n {{ $ns }} exec {{ $pod }} -- /tools/synced comet http://127.0.0.1:26657
Whether they are on the right chain:
  helm -n {{ $ns }} test {{ .Release.Name }}
{{ if .Values.validator.enabled }}
This beacond is a VALIDATOR{{ if .Values.validator.fence.enabled }}, under the fence: it starts only when the gate allows it, and until then its chain does not go on either.
Was this node at the head without a key before, and are the keys this house's (`watchdog handover status {{ $signer }}`)? If not, set {{ $value }}.enabled=false again: nothing is lost, and its notes say what comes first.
{{ else }} WITHOUT A FENCE. Nothing but you keeps its key from signing in two places.
{{ end }}
Before its first start you bring two things, with the other side stopped for good, and the pod waits for them (its init container `signing` says what is missing):
1. the key, {{ .Values.validator.keys.key }}, in {{ if .Values.validator.keys.existingSecret }}the Secret {{ .Values.validator.keys.existingSecret }}{{ else }}the claim {{ .Values.validator.keys.existingClaim }}{{ end }}. Nothing makes one for you.
{{- if .Values.validator.keys.existingSecret }}
  kubectl -n {{ $ns }} create secret generic {{ .Values.validator.keys.existingSecret }} --from-file={{ .Values.validator.keys.key }}=priv_validator_key.json
{{- else }}
  A pod that brings it there:

kubectl apply -f - <<'END'
apiVersion: v1
kind: Pod
metadata: { name: {{ $validator }}-key, namespace: {{ $ns }} }
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext: {{ include "basement.podSecurityContext" $scope | fromYaml | toJson }}
  {{- with .Values.beacond.nodeSelector }}
  nodeSelector: {{ toJson . }}
  {{- end }}
  {{- with .Values.beacond.tolerations }}
  tolerations: {{ toJson . }}
  {{- end }}
  containers:
    - name: key
      image: {{ include "basement.tools.image" $scope }}
      command: [sleep, 6h]
      securityContext: {{ include "basement.securityContext" $scope | fromYaml | toJson }}
      volumeMounts: [{ name: keys, mountPath: /keys }]
  volumes: [{ name: keys, persistentVolumeClaim: { claimName: {{ .Values.validator.keys.existingClaim }} } }]
END

  kubectl -n {{ $ns }} wait --for=condition=Ready pod/{{ $validator }}-key --timeout=5m
  kubectl -n {{ $ns }} cp priv_validator_key.json {{ $validator }}-key:/keys/{{ .Values.validator.keys.key }}
  kubectl -n {{ $ns }} delete pod {{ $validator }}-key
{{- end }}
2. what that key has signed, priv_validator_state.json: the one that `watchdog handover take` was shown. The fence starts nothing below the floor:
  kubectl -n {{ $ns }} cp -c signing priv_validator_state.json {{ $pod }}:/signing/priv_validator_state.json
A start at height 0 is refused. Does an older one lie there, from before a move? Then `signing` has ended: the same with `-c beacond`, while the gate denies.
{{- if .Values.validator.fence.enabled }}
3. The gate denies until it knows this machine. Name it, and the fence starts beacond:
  kubectl -n {{ $ns }} exec {{ $pod }} -- /fence/fence instance
  watchdog handover init {{ $signer }} --instance ID
That id is never copied to another machine, and not with the chain's disk: a machine with a copy of it takes itself for this one.
{{- end }}

Scaled to zero it stays there, whatever is upgraded: only kubectl scale starts it. An upgrade does not restart a validator: kubectl -n {{ $ns }} delete pod {{ $pod }}, when you choose to.
To move it elsewhere: `watchdog handover begin {{ $signer }}`, then this release with {{ $value }}.enabled=false. The other side starts only after `watchdog handover take`.
{{ else }}
It is no validator: beacond got a key that is made anew for each pod and is in no set. Never bring it the key of a validator, nor make a deposit for the key that it shows.

To make it one, in this order, for two sides never sign with one key:
1. Wait until both are at the head (above). Under the fence beacond does not run, nor sync, before the gate allows it: what is not synced now costs the time later.
2. A key that has signed anywhere comes by the handover (docs/handover.md), and this node goes on without it meanwhile, for it is the one that is asked:
     watchdog handover begin {{ $signer }}
     (you stop the other side for good, by hand)
     kubectl -n {{ $ns }} port-forward pod/{{ $pod }} 26657:26657
     watchdog handover status {{ $signer }} --to basement --node http://127.0.0.1:26657 --watch
     watchdog handover floor {{ $signer }} --out floor.json
     (priv_validator_state.json is a copy of floor.json, or the newest of the other side where that is higher)
     watchdog handover compare priv_validator_state.json floor.json
     watchdog handover take {{ $signer }} --to basement --node http://127.0.0.1:26657 --fenced powered-off --protection priv_validator_state.json --wait
   A key that has never signed: `watchdog handover init {{ $signer }}`, and the floor.
3. {{ $value }}.enabled=true, with its feeRecipient, keys and fence, and `helm upgrade`. Its notes say what to bring: key, what was signed, the name of this machine.
{{ end }}
To switch {{ $value }}.enabled in a release that runs:
- on: as above, only with this node at the head and the keys taken for this house. Helm makes {{ $validator }} and takes {{ $beacond }} away; both have the same volume of the chain, so the new pod waits (its beacond finds the database locked, and is started again) until the old one has
  ended. The old one has no key, so nobody signs twice.
- off: Helm makes {{ $beacond }} and takes {{ $validator }} away. The key, its state and the fence's memory stay where they are: the node that comes has none of them.
- With `--cascade=orphan`, or a tool that does not take away what is no longer in the chart (Argo CD without prune), delete the other StatefulSet yourself: kubectl -n {{ $ns }} get statefulset -l app.kubernetes.io/name=beacond
  must show one.
{{- end -}}
