#!/bin/sh
# Stands where the validator client would be: says that it lives, and behaves as badly as it is told. $1 is its folder, the rest what it does.
folder=$1
shift
echo "$$" >>"$folder/pids"
env >"$folder/environment"
for signal in HUP INT QUIT USR1 USR2 WINCH; do
  # shellcheck disable=SC2064 # The names are those of now.
  trap "echo $signal >>'$folder/events'" "$signal"
done
trap 'echo TERM >>"$folder/events"; exit 0' TERM
for each in "$@"; do
  case $each in
    deaf) trap '' TERM ;;
    forks)
      # In a session of its own, deaf, and nobody waits for it: what a bad wrapper leaves behind.
      # shellcheck disable=SC2016 # It is the fork's own shell that reads them.
      setsid sh -c 'trap "" TERM; echo $$ >>"$0/pids"; echo $$ >"$0/fork"; while :; do sleep 0.1; done' "$folder" &
      while [ ! -s "$folder/fork" ]; do sleep 0.05; done
      ;;
  esac
done
# From here on it is as it was told to be.
echo "start $$" >>"$folder/events"
for each in "$@"; do
  case $each in
    exit-*) exit "${each#exit-}" ;;
    killed) kill -9 $$ ;;
  esac
done
while :; do
  echo beat >>"$folder/beats"
  sleep 0.1
done
