#!/bin/sh
# Stands where the validator client would be: says that it lives, and behaves as badly as it is told. $1 is its folder, the rest what it does.
folder=$1
shift
echo "start $$" >>"$folder/events"
echo "$$" >>"$folder/pids"
env >"$folder/environment"
for signal in TERM HUP INT QUIT USR1 USR2 WINCH; do
  trap "echo $signal >>'$folder/events'" "$signal"
done
trap "echo TERM >>'$folder/events'; exit 0" TERM
for each in "$@"; do
  case $each in
    exit-*) exit "${each#exit-}" ;;
    killed) kill -9 $$ ;;
    deaf) trap '' TERM ;;
    forks)
      # In a session of its own, deaf, and its parent is gone: what a bad wrapper leaves behind.
      setsid sh -c 'trap "" TERM; echo $$ >>"$0/pids"; echo $$ >"$0/fork"; while :; do sleep 0.1; done' "$folder" &
      while [ ! -s "$folder/fork" ]; do sleep 0.05; done
      ;;
  esac
done
case " $* " in *" forks-and-ends "*)
  setsid sh -c 'trap "" TERM; echo $$ >>"$0/pids"; echo $$ >"$0/fork"; while :; do sleep 0.1; done' "$folder" &
  while [ ! -s "$folder/fork" ]; do sleep 0.05; done
  exit 3
  ;;
esac
while :; do
  echo beat >>"$folder/beats"
  sleep 0.1
done
