#!/bin/sh
# Looks whether a validator may start: its key is there, which nobody reads here, and so is what that key has signed. Neither is ever made here. While something is missing it waits,
# so that a person can bring it (`kubectl exec`, `kubectl cp`), and then it ends with 1 and is started anew.
set -eu

key=${KEY_FILE:?the key of the validator}
state=${STATE_FILE:?what the validator has signed}
seconds=${CHECK_SECONDS:-600}
every=${CHECK_EVERY:-5}

# Prints what is wrong, or nothing.
look() {
  if [ ! -e "$key" ]; then
    echo "the key of the validator cannot be read or is missing ($key): a person brings it, as validator.keys says, and nothing makes one in its place"
  elif [ ! -f "$key" ] || [ ! -r "$key" ] || [ ! -s "$key" ]; then
    echo "the key of the validator is no file that can be read, or is empty ($key): a person brings it, as validator.keys says"
  elif [ ! -e "$state" ]; then
    echo "what the validator has signed is missing ($state): a validator without it could sign what was signed before. Stop the other side, bring its newest" \
      "priv_validator_state.json, or write the floor: watchdog handover floor"
  elif [ ! -r "$state" ] || ! height=$(jq -er 'select((.round | type == "number") and (.step | type == "number")) | .height | select(type == "string") | select(test("^[0-9]{1,18}$"))' "$state" 2>/dev/null); then
    echo "what the validator has signed cannot be read ($state): bring the newest priv_validator_state.json, or write the floor: watchdog handover floor"
  elif [ "$height" -eq 0 ]; then
    echo "the validator would start at height 0 ($state), and could sign what was signed before: write the floor first: watchdog handover floor"
  elif ! (: >"$(dirname "$state")/.writable") 2>/dev/null; then
    echo "$(dirname "$state") is read-only: what the validator signs could not be kept"
  fi
}

said='' waited=0
while :; do
  why=$(look)
  [ -n "$why" ] || break
  [ "$why" = "$said" ] || printf 'refused: %s\n' "$why" >&2
  said=$why
  [ "$waited" -lt "$seconds" ] || exit 1
  sleep "$every"
  waited=$((waited + every))
done
rm -f "$(dirname "$state")/.writable"
printf 'the key is there, and has signed up to height %s\n' "$(jq -r .height "$state")" >&2
