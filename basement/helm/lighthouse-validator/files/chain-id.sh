#!/bin/sh
# Asks the beacon node of which chain it is, for a validator on another one would attest to nothing.
set -eu

id=$(curl -fsS --max-time 10 --retry 5 --retry-connrefused --retry-delay 3 "$BEACON_URL/eth/v1/config/spec" | jq -r .data.DEPOSIT_CHAIN_ID)
[ "$id" = "$CHAIN_ID" ] || { echo "the beacon node is of chain $id, and must be of $CHAIN_ID"; exit 1; }
echo "the beacon node is of chain $id"
