#!/bin/sh
# Stands where a client of a chart would be: says how it was called and what came to it, beside itself.
folder=$(dirname "$0")
echo "$$" >>"$folder/pids"
for each in "$@"; do echo "$each"; done >"$folder/arguments"
env >"$folder/environment"
trap 'echo TERM >>"$folder/events"; exit 0' TERM
echo start >>"$folder/events"
while :; do sleep 0.1; done
