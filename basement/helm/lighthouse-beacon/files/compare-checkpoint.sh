#!/bin/sh
# Compares the finalized block of two sources before Lighthouse begins from the first of them. Writes nothing.
#   CHECKPOINT_URL, CHECKPOINT_SECOND_URL   beacon APIs; finality and roots of blocks are all that is asked, which servers of checkpoints have as well
#   DATA_DIR                                Lighthouse's; one with a database is left alone
#   WAIT_SECONDS, RETRY_SECONDS             for how long the second may be behind or away, and how often it is asked
# 0: the same, or nothing to compare; 1: not the same, or not told in time; 2: settings
set -eu

: "${CHECKPOINT_URL:?}" "${CHECKPOINT_SECOND_URL:?}" "${DATA_DIR:?}"
wait=${WAIT_SECONDS:-900}
every=${RETRY_SECONDS:-20}
case $wait$every in
  *[!0-9]*)
    echo 'WAIT_SECONDS and RETRY_SECONDS must be whole numbers'
    exit 2
    ;;
esac

if [ -n "$(ls -A "$DATA_DIR/beacon/chain_db" 2>/dev/null)" ]; then
  echo 'There is a database: Lighthouse goes on from it, and no checkpoint is needed.'
  exit 0
fi

ask() {
  curl --silent --fail --location --max-redirs 3 --proto '=http,https' --max-time 20 --max-filesize 65536 \
    --header 'accept: application/json' "${1%/}$2"
}

# "EPOCH ROOT" of the block that this source takes for final. By --slurp no answer at all is a failure, and so are two of them.
finalized() {
  ask "$1" /eth/v1/beacon/states/head/finality_checkpoints | jq --slurp --raw-output --exit-status '
    select(length == 1) | .[0].data.finalized
    | select(.epoch | test("^[1-9][0-9]{0,17}$"))
    | select(.root | test("^0x[0-9a-fA-F]{64}$"))
    | .epoch + " " + (.root | ascii_downcase)'
}

# Whether this source knows the block of this root, and takes it for final.
confirms() {
  found=$(ask "$1" "/eth/v1/beacon/blocks/$2/root" | jq --slurp --raw-output --exit-status '
    select(length == 1) | .[0] | select(.finalized != false and .execution_optimistic != true) | .data.root | ascii_downcase') || return 1
  [ "$found" = "$2" ]
}

differ() {
  echo "The two sources do not agree on the finalized block of epoch $1: $2"
  echo 'Nothing is started. One of them is wrong, or on another network: ask a third one, and change checkpointSync.'
  exit 1
}

begun=$(date +%s)
while :; do
  if ! first=$(finalized "$CHECKPOINT_URL"); then
    why='the first source does not say what is final'
  elif ! second=$(finalized "$CHECKPOINT_SECOND_URL"); then
    why='the second source does not say what is final'
  else
    epoch=${first% *}
    root=${first#* }
    second_epoch=${second% *}
    second_root=${second#* }
    if [ "$epoch" -eq "$second_epoch" ]; then
      [ "$root" = "$second_root" ] || differ "$epoch" "the first says $root, the second $second_root."
      echo "Both sources have $root as the finalized block of epoch $epoch. To pin it: checkpointSync.wssCheckpoint: $root:$epoch"
      exit 0
    fi
    if [ "$epoch" -lt "$second_epoch" ]; then
      if confirms "$CHECKPOINT_SECOND_URL" "$root"; then
        echo "The second source, at epoch $second_epoch, has $root of epoch $epoch as well. To pin it: checkpointSync.wssCheckpoint: $root:$epoch"
        exit 0
      fi
      why="the second source, at epoch $second_epoch, does not confirm $root of epoch $epoch"
    else
      why="the second source is at epoch $second_epoch, and the first at $epoch"
    fi
  fi
  if [ "$(($(date +%s) - begun))" -ge "$wait" ]; then
    echo "Not compared within $wait s: $why. Nothing is started."
    exit 1
  fi
  echo "Asking again in $every s: $why."
  sleep "$every"
done
