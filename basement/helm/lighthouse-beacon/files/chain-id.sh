#!/bin/sh
# `helm test`: asks the beacon node for its chain id, also while it syncs. BEACON_URL, CHAIN_ID
set -eu

answer=$(curl --silent --show-error --fail --max-time 10 --retry 5 --retry-connrefused --retry-delay 3 "$BEACON_URL/eth/v1/config/deposit_contract")
found=$(printf '%s' "$answer" | jq --raw-output '.data.chain_id // empty')
if [ "$found" != "$CHAIN_ID" ]; then
  echo "the node at $BEACON_URL says chain id ${found:-nothing}, and $CHAIN_ID was expected"
  exit 1
fi
echo "chain id $found, as it should be"
