#!/bin/sh
# Makes the home of beacond: settings at every start, the network's files when they are missing or others than expected. node_key.json, the address book and
# the chain are not touched, so that the node is the same after each start.
set -eu
umask 027

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 1; }

home=${BEACOND_HOME_DIR:?the home of beacond}
settings=${SETTINGS_DIR:?the folder with config.toml and app.toml}
jwt=${JWT_FILE:?the secret between both clients}
jwt_for_beacond=${JWT_FOR_BEACOND:?where beacond finds it}

# A home that held a key is no home of a node: without the key beacond would begin a new file of signatures, with it the node would sign.
for each in config/priv_validator_key.json data/priv_validator_state.json; do
  [ ! -e "$home/$each" ] || refuse "$home/$each is on the chain's volume, where no key and no state of a validator may be. Stop whoever used them, move both files" \
    "to a safe place, and give them to the validator: the key as validator.keys, the state on the volume for signing"
done

mkdir -p "$home/config" "$home/data"

sum_of() {
  case $1 in
    sha256:*) sha256sum "$2" ;;
    md5:*) md5sum "$2" ;;
    *) refuse "a checksum must be sha256:HEX or md5:HEX, and not $1" ;;
  esac | cut -d ' ' -f 1
}

# place NAME CHECKSUM FILE URL: from a file that is mounted, or from the network.
place() {
  path=$home/config/$1
  case $2 in sha256:* | md5:*) ;; *) refuse "$1 has no checksum: sha256:HEX or md5:HEX" ;; esac
  wanted=${2#*:}
  if [ -f "$path" ] && [ ! -L "$path" ]; then
    [ "$(sum_of "$2" "$path")" != "$wanted" ] || return 0
    if [ "$1" = genesis.json ] && [ -n "$(ls -A "$home/data")" ]; then
      refuse "the chain in $home/data began with another genesis than this network's: another network needs another volume"
    fi
  fi
  rm -f "$path.new"
  if [ -n "$3" ]; then
    [ -f "$3" ] || refuse "$1 is not in the ConfigMap: its key must be $(basename "$3")"
    cp "$3" "$path.new"
  else
    protocols='=https'
    [ "${HTTP_ON_LOOPBACK:-}" != yes ] || case $4 in http://127.0.0.1:*) protocols='=http' ;; esac
    say "fetching $1"
    curl -q --silent --show-error --fail --location --max-redirs 3 --proto "$protocols" --proto-redir "$protocols" --globoff --connect-timeout 30 --max-time 300 \
      --max-filesize 67108864 --retry "${FETCH_TRIES:-4}" --output "$path.new" --url "$4" || refuse "$1 cannot be fetched from $4"
  fi
  found=$(sum_of "$2" "$path.new")
  if [ "$found" != "$wanted" ]; then
    rm -f "$path.new"
    refuse "$1 has the checksum ${2%%:*}:$found, not $2"
  fi
  mv "$path.new" "$path"
}

place genesis.json "${GENESIS_CHECKSUM:-}" "${GENESIS_FILE:-}" "${GENESIS_URL:-}"
place kzg-trusted-setup.json "${KZG_CHECKSUM:-}" "${KZG_FILE:-}" "${KZG_URL:-}"

# CometBFT ends on an address of IPv6 that has no brackets before its port.
told=''
if [ -n "${P2P_ADDRESS:-}" ]; then
  case $P2P_ADDRESS in *[!0-9A-Fa-f.:]*) refuse "the address for peers must be one of IPv4 or IPv6, and is $P2P_ADDRESS" ;; esac
  case ${P2P_TCP_PORT:-} in '' | *[!0-9]*) refuse "the port for peers must be a number, and is '${P2P_TCP_PORT:-}'" ;; esac
  case $P2P_ADDRESS in *:*) told="[$P2P_ADDRESS]:$P2P_TCP_PORT" ;; *) told=$P2P_ADDRESS:$P2P_TCP_PORT ;; esac
fi
for each in config.toml app.toml; do
  sed "s/^external_address = \"\"\$/external_address = \"$told\"/" "$settings/$each" >"$home/config/$each.new"
  mv "$home/config/$each.new" "$home/config/$each"
done

# beacond ends at once on a secret without 0x; every other client takes both.
digits=$(tr -d ' \t\r\n' <"$jwt")
digits=${digits#0x}
case $digits in *[!0-9a-fA-F]*) refuse "the JWT is not in hex digits" ;; esac
[ "${#digits}" -eq 64 ] || refuse "the JWT must have 64 hex digits, and has ${#digits}"
printf '0x%s\n' "$digits" >"$jwt_for_beacond.new"
mv "$jwt_for_beacond.new" "$jwt_for_beacond"
say "the home of beacond is ready"
