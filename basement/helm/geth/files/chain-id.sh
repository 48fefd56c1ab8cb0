#!/bin/sh
# `helm test`: asks the node for its chain id, also while it syncs. RPC_URL, CHAIN_ID
set -eu

answer=$(curl --silent --show-error --fail --max-time 10 --retry 5 --retry-connrefused --retry-delay 3 \
  --header 'content-type: application/json' --data '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' "$RPC_URL")
found=$(printf '%s' "$answer" | jq --raw-output '.result // empty')
wanted=$(printf '0x%x' "$CHAIN_ID")
if [ "$found" != "$wanted" ]; then
  echo "the node at $RPC_URL says chain id ${found:-nothing}, and $wanted was expected"
  exit 1
fi
echo "chain id $found, as it should be"
