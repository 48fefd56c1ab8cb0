{{- /* What to do next, for the chart itself and for its umbrella. It takes the chart's own root. */ -}}
{{- define "berachain.notes" -}}
{{- $known := include "berachain.known" (dict "root" . "values" .Values.beacond) | fromYaml -}}
{{- $reth := include "basement.fullname" (dict "root" . "values" .Values.reth "name" "bera-reth") -}}
{{- $beacond := include "basement.fullname" (dict "root" . "values" .Values.beacond "name" "beacond") -}}
{{- $validator := include "basement.fullname" (dict "root" . "values" (dict "nameOverride" .Values.validator.nameOverride "fullnameOverride" .Values.validator.fullnameOverride) "name" "beacond" "part" "validator") -}}
{{- $pod := printf "%s-0" (ternary $validator $beacond .Values.validator.enabled) -}}
{{- $ns := .Release.Namespace -}}
bera-reth and beacond of chain {{ $known.chainId }} ({{ $known.cometChainId }}).

How far they are:
  kubectl -n {{ $ns }} exec {{ $reth }}-0 -- /tools/synced execution http://127.0.0.1:8545
  kubectl -n {{ $ns }} exec {{ $pod }} -- /tools/synced comet http://127.0.0.1:26657
Whether they are on the right chain:
  helm -n {{ $ns }} test {{ .Release.Name }}
{{ if .Values.validator.enabled }}
This beacond is a VALIDATOR{{ if .Values.validator.fence.enabled }}, under the fence: it starts only when the gate allows it.
{{ else }} WITHOUT A FENCE. Nothing but you keeps its key from signing in two places.
{{ end }}
Before its first start you bring two things, and the pod waits for them (its init container `signing` says what is missing):
1. the key, {{ .Values.validator.keys.key }}, in {{ if .Values.validator.keys.existingSecret }}the Secret {{ .Values.validator.keys.existingSecret }}{{ else }}the claim {{ .Values.validator.keys.existingClaim }}{{ end }}. Nothing makes one for you.
2. what that key has signed, priv_validator_state.json. Stop the other side for good first, then bring its newest one, or the floor (`watchdog handover floor`):
  kubectl -n {{ $ns }} cp -c signing priv_validator_state.json {{ $pod }}:/signing/priv_validator_state.json
A start at height 0 is refused.
{{- if .Values.validator.fence.enabled }}
3. its instance id, for `watchdog handover take --instance`:
  kubectl -n {{ $ns }} exec {{ $pod }} -- /fence/fence instance
That id is never copied to another machine, and not with the chain's disk: a machine with a copy of it takes itself for this one.
{{- end }}

Scaled to zero it stays there, whatever is upgraded: only kubectl scale starts it. An upgrade does not restart a validator: kubectl -n {{ $ns }} delete pod {{ $pod }}, when you choose to.
To move it elsewhere: `watchdog handover begin`, then this release with validator.enabled=false, and only then the other side.
{{ else }}
It is no validator: beacond got a key that is made anew for each pod and is in no set. Never bring it the key of a validator, nor make a deposit for the key that it shows.
{{ end }}
To switch validator.enabled in a release that runs:
- on: first wait until this node is synced. Helm makes {{ $validator }} and takes {{ $beacond }} away; both have the same volume of the chain, so the new pod waits (its beacond finds the database locked, and is started again) until the old one has
  ended. The old one has no key, so nobody signs twice.
- off: Helm makes {{ $beacond }} and takes {{ $validator }} away. The key, its state and the fence's memory stay where they are: the node that comes has none of them.
- With `--cascade=orphan`, or a tool that does not take away what is no longer in the chart (Argo CD without prune), delete the other StatefulSet yourself: kubectl -n {{ $ns }} get statefulset -l app.kubernetes.io/name=beacond
  must show one.
{{- end -}}
