{{- /* What a person does next; an umbrella says it as well. Takes the root of this chart. */ -}}

{{- define "validator.notes" -}}
{{- include "validator.maps" . -}}
{{- $scope := dict "root" $ "values" .Values "name" "lighthouse-validator" "component" "validator" -}}
{{- $name := include "basement.fullname" $scope -}}
{{- $ns := .Release.Namespace -}}
{{- $network := include "validator.network" $scope -}}
{{ $name }}: a validator client for {{ $network }}. It holds no key yet, unless its volume did before.

1. The token for the gate, if it is not there. Its text is that of the fence in watchdog.yaml:

     kubectl -n {{ $ns }} create secret generic {{ .Values.fence.gate.existingSecret | default "fence" }} --from-file={{ .Values.fence.gate.tokenKey }}=token.txt
{{- if .Values.fence.report.url }}
     kubectl -n {{ $ns }} create secret generic {{ .Values.fence.report.existingSecret }} --from-file={{ .Values.fence.report.tokenKey }}=report-token.txt
{{- end }}

2. The keys, by your own hand, with no client running, here or anywhere:

     kubectl -n {{ $ns }} scale statefulset {{ $name }} --replicas=0
     kubectl -n {{ $ns }} wait --for=delete pod/{{ $name }}-0 --timeout=6m

   A pod for the import, made as the rules of this namespace want it:

kubectl apply -f - <<'END'
apiVersion: v1
kind: Pod
metadata: { name: {{ $name }}-keys, namespace: {{ $ns }} }
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext: {{ include "basement.podSecurityContext" $scope | fromYaml | toJson }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{ toJson . }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{ toJson . }}
  {{- end }}
  containers:
    - name: keys
      image: {{ include "basement.image" (dict "image" .Values.image) }}
      command: [sleep, 6h]
      securityContext: {{ include "basement.securityContext" $scope | fromYaml | toJson }}
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: import, mountPath: /import }
  volumes:
    - { name: data, persistentVolumeClaim: { claimName: {{ include "basement.pvc.name" $scope }} } }
    - { name: import, emptyDir: { medium: Memory, sizeLimit: 64Mi } }
END

     kubectl -n {{ $ns }} wait --for=condition=Ready pod/{{ $name }}-keys --timeout=5m
{{- if or .Values.keys.existingSecret .Values.keys.existingClaim }}

   Your keystores stay in {{ with .Values.keys.existingSecret }}Secret {{ . }}{{ else }}claim {{ .Values.keys.existingClaim }}{{ end }}, which the client has at /keys. Write which of them it uses, one entry for each:

kubectl -n {{ $ns }} exec -i {{ $name }}-keys -- sh -c 'mkdir -p /data/validators && cat > /data/validators/validator_definitions.yml' <<'END'
- enabled: true
  voting_public_key: "0x…"
  type: local_keystore
  voting_keystore_path: /keys/keystore-….json
  voting_keystore_password_path: /keys/….txt
END
{{- else }}

     kubectl -n {{ $ns }} cp validator_keys {{ $name }}-keys:/import/validator_keys
     kubectl -n {{ $ns }} exec -it {{ $name }}-keys -- lighthouse account validator import --network {{ $network }} --datadir /data --directory /import/validator_keys
{{- end }}
{{- if or .Values.keys.existingSecret .Values.keys.existingClaim }}

3. What these keys have signed before, always: Lighthouse does not start with a key that its slashing database has never heard of. protection.json is one of three:

   - they have signed anywhere: the export of the client that had them, which is stopped for good;
   - they have, and that client is out of reach: docs/handover.md, `watchdog handover floor {{ .Values.fence.signer | default "SIGNER" }}`;
   - they have never signed anything, which only you can know: a file with an empty list for each public key:

cat > protection.json <<'END'
{"metadata":{"interchange_format_version":"5","genesis_validators_root":"{{ include "validator.genesisRoot" $network }}"},
 "data":[
  {"pubkey":"0x…","signed_blocks":[],"signed_attestations":[]}
 ]}
END

     kubectl -n {{ $ns }} cp protection.json {{ $name }}-keys:/import/protection.json
{{- else }}

3. What these keys have signed before, from the client that had them, which is stopped for good. Never leave this out for keys that have signed anywhere:

     kubectl -n {{ $ns }} cp protection.json {{ $name }}-keys:/import/protection.json
{{- end }}
     kubectl -n {{ $ns }} exec {{ $name }}-keys -- lighthouse account validator slashing-protection import /import/protection.json --network {{ $network }} --datadir /data
{{- if not (or .Values.keys.existingSecret .Values.keys.existingClaim) }}

   That client is out of reach: docs/handover.md, `watchdog handover floor {{ .Values.fence.signer | default "SIGNER" }}`.
{{- end }}

4. The client again:

     kubectl -n {{ $ns }} delete pod {{ $name }}-keys
     kubectl -n {{ $ns }} scale statefulset {{ $name }} --replicas=1
{{- if .Values.fence.enabled }}

5. The fence asks the gate, and the gate denies until it knows this machine:

     kubectl -n {{ $ns }} exec {{ $name }}-0 -c validator -- /fence/fence instance
     watchdog handover init {{ .Values.fence.signer }} --instance ID        # the first time
     watchdog handover status {{ .Values.fence.signer }}                    # when somebody else holds the keys: begin, wait, take --to basement --instance ID

6. See that it signs:

     kubectl -n {{ $ns }} logs -f {{ $name }}-0 -c validator
{{- else }}

5. NO FENCE ({{ .Values.fence.disabledBecause }}): this client starts by itself whenever its pod does, also when its keys were moved elsewhere.
{{- end }}
{{- if .Values.doppelganger.enabled }}

Doppelganger protection keeps it silent for two to three epochs (up to 20 minutes) after every start. That is right. Never start another client to check.
{{- else }}

Doppelganger protection is off ({{ .Values.doppelganger.disabledBecause }}).
{{- end }}

No upgrade starts a client that is scaled to zero; only `kubectl scale` does. An upgrade changes nothing that runs either: `kubectl -n {{ $ns }} delete pod {{ $name }}-0`, in a quiet moment (`watchdog quiet {{ .Values.fence.signer | default "SIGNER" }} --for 20m`), starts the new one.
Keys and slashing database are in no backup of the cluster, for a restored copy has forgotten what was signed since. You keep the keys yourself, encrypted, and off this house.
{{- if .Values.fence.enabled }}
What the fence remembers ({{ .Values.fence.state.hostPath | default (printf "claim %s" (include "basement.fence.stateClaim" $scope)) }}) is never copied, not to another machine and not with the chain's disk: a machine with a copy of it takes itself for this one. Lost, it is only a machine that the gate denies.
{{- end }}
Uninstall leaves the volumes {{ include "basement.pvc.name" $scope }}{{ if and .Values.fence.enabled (not .Values.fence.state.hostPath) }} and {{ include "basement.fence.stateClaim" $scope }}{{ end }}.
{{- if not (or .Values.metrics.serviceMonitor.enabled (((.Values.global).monitoring).serviceMonitor).enabled) }}
Nobody reads its metrics yet: metrics.serviceMonitor.enabled.
{{- end }}
{{- end -}}
