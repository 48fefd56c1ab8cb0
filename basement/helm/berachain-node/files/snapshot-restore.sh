#!/bin/sh
# Restores a snapshot of a chain into an empty data directory. curl | lz4 | tar goes into a folder beside it, and what is whole and harmless is put in its
# place in one step: a restore that was cut off leaves nothing that a client would take for a chain.
set -eu
umask 027
export LC_ALL=C

say() { printf '%s\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 1; }

target=${SNAPSHOT_TARGET:?the data directory}
url=${SNAPSHOT_URL:?the address of the snapshot}
checksum=${SNAPSHOT_CHECKSUM:-}
policy=${SNAPSHOT_CHECKSUM_POLICY:-}
most_tries=${SNAPSHOT_TRIES:-10}
pause=${SNAPSHOT_PAUSE:-10}
stall=${SNAPSHOT_STALL:-120}

folder=$(dirname "$target")
name=$(basename "$target")
staging=$folder/.restore-$name
restored=$folder/.restored-$name
full=$folder/.full-$name
refused=$folder/.refused-$name

protocols='=https'
[ "${HTTP_ON_LOOPBACK:-}" != yes ] || case $url in http://127.0.0.1:*) protocols='=http' ;; esac

# Before any look at the disk: settings that are wrong are wrong on the second start too.
case $checksum in
  sha256:*) tool=sha256sum length=64 ;;
  md5:*) tool=md5sum length=32 ;;
  '')
    case $policy in
      'none-because '?*) tool='' length=0 ;;
      *) refuse "the snapshot has neither a checksum nor a reason to go without: set snapshot.checksum, or snapshot.checksumPolicy to 'none-because …'" ;;
    esac ;;
  *) refuse "the checksum of the snapshot must be sha256:HEX or md5:HEX" ;;
esac
wanted=${checksum#*:}
if [ -n "$checksum" ]; then
  case $wanted in *[!0-9a-f]*) refuse "the checksum of the snapshot must be in small hex digits" ;; esac
  [ "${#wanted}" -eq "$length" ] || refuse "the checksum of the snapshot must have $length hex digits"
fi

# A link would be followed by whoever writes or removes through it.
for each in "$target" "$staging"; do
  [ ! -L "$each" ] || refuse "$each is a link: nothing is restored through one"
done
if [ -e "$staging" ]; then
  say "an earlier restore was cut off: what it left in $staging is removed"
  rm -rf "$staging"
fi
if [ -e "$target" ] && [ ! -d "$target" ]; then
  refuse "$target is not a directory"
fi
if [ -d "$target" ] && [ -n "$(ls -A "$target")" ]; then
  if [ -e "$restored" ]; then
    say "$target was restored before ($(head -n 1 "$restored")): nothing to do"
  else
    say "$target holds a chain already: nothing is restored over it"
  fi
  exit 0
fi
mkdir -p "$folder"
size=$(df -P -k "$folder" | awk 'NR == 2 { print $2 }')
if [ -e "$full" ] && [ "$(cat "$full")" = "$size" ]; then
  refuse "the volume was too small for this snapshot and is no larger now: enlarge it, or remove $full"
fi
# What is wrong with a file does not change when it comes once more, and it is hundreds of gigabytes.
what="$url ${checksum:-$policy}"
if [ -e "$refused" ] && [ "$(head -n 1 "$refused")" = "$what" ]; then
  refuse "this snapshot was refused before, and is not fetched again: $(tail -n +2 "$refused"). Give another snapshot.url or snapshot.checksum, or remove $refused"
fi
rm -f "$full" "$restored" "$refused"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM INT

# Goes on where it broke off. What was written to the pipe cannot be taken back: the next request asks for the rest of it only.
download() {
  at=0 tries=0
  while :; do
    code=0
    curl -q --silent --show-error --fail --location --max-redirs 3 --proto "$protocols" --proto-redir "$protocols" --globoff --connect-timeout 30 \
      --speed-limit 1024 --speed-time "$stall" --continue-at "$at" --write-out '%{stderr}\nbytes %{size_download}\n' --url "$url" 2>"$work/curl" || code=$?
    [ "$code" -ne 0 ] || return 0
    case $code in
      16 | 18 | 28 | 52 | 55 | 56 | 92) ;;
      33) echo "the server does not go on with a download that broke off" >"$work/download"; return 1 ;;
      # Whoever reads has stopped, and says why.
      23) return 1 ;;
      *) grep '^curl: ' "$work/curl" >"$work/download" || echo "curl ended with $code" >"$work/download"; return 1 ;;
    esac
    got=$(awk '$1 == "bytes" { print $2 }' "$work/curl")
    if [ "${got:-0}" -gt 0 ]; then tries=0; else tries=$((tries + 1)); fi
    at=$((at + ${got:-0}))
    if [ "$tries" -ge "$most_tries" ]; then
      grep '^curl: ' "$work/curl" >"$work/download" || echo "curl ended with $code" >"$work/download"
      return 1
    fi
    say "the download broke off after $at bytes: going on"
    sleep "$pause"
  done
}

# Each line is one entry: its kind and mode, owner, size, date, time, name. It ends at the first that has no place in a database, and tar with it.
check() {
  awk '
    function bad(why) { print why; exit }
    {
      kind = substr($1, 1, 1); name = $0
      sub(/^[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ /, "", name)
      shown = substr(name, 1, 100)
      if (kind == "l" || kind == "h") bad("it has a link in it: " shown)
      if (kind != "-" && kind != "d") bad("it has something in it that is neither file nor directory: " shown)
      if (name ~ /^\//) bad("it has an absolute path in it: " shown)
      if (name ~ /(^|\/)priv_validator/) bad("it has files of a validator in it (" shown "): a key and what it has signed never come with a chain")
    }'
}

digest() { if [ -n "$tool" ]; then "$tool" | cut -d ' ' -f 1; else cat >/dev/null; fi; }

mkdir -m 0700 "$staging"
mkfifo "$work/stream"
say "restoring $target from $url"
digest <"$work/stream" >"$work/digest" &
digester=$!
{
  { download || : >"$work/broken"; } | tee "$work/stream" | { lz4 -d -c - 2>"$work/lz4" || : >"$work/lz4-failed"; } | {
    # What makes a node the one that it is stays out: a publisher's must not become ours, nor their settings.
    tar --extract --file - --directory "$staging" --verbose --verbose --quoting-style escape --numeric-owner --no-same-owner --no-same-permissions \
      --exclude node_key.json --exclude nodekey --exclude addrbook.json --exclude discovery-secret --exclude known-peers.json --exclude 'jwt*' \
      --exclude keystore --exclude reth.toml 2>"$work/tar" || : >"$work/tar-failed"
  } | check >"$work/hostile"
} &
wait "$!"
wait "$digester"

give_up() { rm -rf "$staging"; refuse "$*"; }
# The file itself is wrong.
reject() {
  rm -rf "$staging"
  printf '%s\n%s\n' "$what" "$*" >"$refused" || :
  refuse "$*"
}
first_of() { head -n 1 "$1" | cut -c 1-200; }

[ ! -s "$work/hostile" ] || reject "the snapshot is not unpacked: $(first_of "$work/hostile")"
# tar does not even list these.
! grep -q "Member name contains '\.\.'" "$work/tar" || reject "the snapshot is not unpacked: it has a path in it that leads out of its folder: $(grep "contains '\.\.'" "$work/tar" | head -n 1 | cut -c 1-200)"
if grep -q 'No space left on device\|Wrote only' "$work/tar"; then
  rm -rf "$staging"
  printf '%s\n' "$size" >"$full"
  refuse "the volume is full while the snapshot is unpacked: enlarge it"
fi
[ ! -s "$work/download" ] || give_up "the download of the snapshot failed: $(first_of "$work/download")"
[ ! -e "$work/lz4-failed" ] || reject "the snapshot cannot be unpacked: $(first_of "$work/lz4")"
[ ! -e "$work/tar-failed" ] || reject "the snapshot cannot be unpacked: $(first_of "$work/tar")"
[ ! -e "$work/broken" ] || give_up "the download of the snapshot failed"
if [ -n "$checksum" ] && [ "$(cat "$work/digest")" != "$wanted" ]; then
  reject "the snapshot has the checksum ${checksum%%:*}:$(cat "$work/digest"), not the one in snapshot.checksum"
fi

# Once more on what lies there, for a list can be misread.
odd=$(find "$staging" ! -type f ! -type d -o -name 'priv_validator*' -o -type f -links +1 | head -n 1)
[ -z "$odd" ] || reject "the snapshot has something in it that has no place in a database: $odd"
[ -n "$(ls -A "$staging")" ] || reject "the snapshot has nothing in it"
source=$staging
# Some publishers pack the directory, others what is in it.
if [ "$(ls -A "$staging")" = data ] && [ -d "$staging/data" ]; then source=$staging/data; fi
chmod 0750 "$source"
sync
[ ! -d "$target" ] || rmdir "$target"
mv "$source" "$target"
rm -rf "$staging"
printf '%s %s\n' "$url" "${checksum:-$policy}" >"$restored"
sync
say "restored $target"
