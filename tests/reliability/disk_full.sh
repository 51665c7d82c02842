#!/usr/bin/env bash
# Fills the disk under a running proverlogd while a log is shipped, and makes room again. Needs root (it
# mounts a file system of 256 MB) and the programs in build/. Prints what happened; fails where a
# byte is lost, doubled or not read in the end.
#
#   tests/reliability/disk_full.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BUILD=${PROVERLOG_BUILD:-$PWD/build}
export PATH=$BUILD/bin:$PATH

WORK=$(mktemp -d /var/tmp/proverlog-disk-full-XXXXXX)
chmod 755 "$WORK"
mkdir "$WORK/disk"
mount -t tmpfs -o size=256m,mode=755 tmpfs "$WORK/disk"
PIDS=()
finish() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  umount -l "$WORK/disk"
  rm -rf "$WORK"
}
trap finish EXIT
say() { printf '%4d s  %s\n' $SECONDS "$*"; }
fail() {
  say "FAILED: $*"
  tail -n 20 "$WORK/proverlogd.log" "$WORK/ship.log" "$WORK/disk/data/postgres.log"
  exit 1
}
await() { # SECONDS WHAT COMMAND...
  local until=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $until ] || fail "$what"
    sleep 0.5
  done
}
logged() { grep -q "$1" "$WORK/proverlogd.log"; }

proverlogd --data-dir "$WORK/disk/data" --listen 127.0.0.1:0 --http-listen 127.0.0.1:0 2>"$WORK/proverlogd.log" &
PIDS+=($!)
SERVICE=$!
await 30 "proverlogd is not ready" logged "is ready"
PROVERLOG_SERVER=$(sed -n 's/.*gRPC listens on //p' "$WORK/proverlogd.log")
export PROVERLOG_SERVER

"$BUILD/bench/generate_logs" --version 5.2 --format json --epochs 20 --jobs 600 --out "$WORK/logs" >/dev/null
LOGS=$(find "$WORK/logs" -name '*.log' | sort)
BYTES=$(cat $LOGS | wc -c)
# The log grows while the disk fills.
touch "$WORK/all.log"
proverlog ship --prover p --machine m "$WORK/all.log" >"$WORK/ship.log" 2>&1 &
PIDS+=($!)
for log in $LOGS; do head -c 200000 "$log" | sed '$d' >>"$WORK/all.log"; done
say "a log of $((BYTES / 1000000)) MB is shipped to a disk of 256 MB"
# Again and again: PostgreSQL gives back some room.
fill() { dd if=/dev/zero bs=64K >>"$WORK/disk/filler" 2>/dev/null || true; }
told() { fill; logged "does not commit"; }
fill
say "the disk is full: $(df --output=avail -h "$WORK/disk" | tail -1) left"
for log in $LOGS; do cat "$log" >>"$WORK/all.log"; done
await 60 "the service did not notice" told
kill -0 $SERVICE || fail "the service died"
say "proverlogd runs and says: $(grep -o 'the database does not commit.*' "$WORK/proverlogd.log" | head -1 | cut -c1-110)"
sleep 5
rm "$WORK/disk/filler"
say "there is room again"
await 90 "the service did not recover" logged "commits again"
say "the database commits again"
caught_up() {
  local data
  data=$(psql -h "$(ps ax -o args | grep "[p]ostgres -D $WORK" | grep -o 'unix_socket_directories=[^ ]*' | cut -d= -f2)" \
    -U proverlog -Atc 'SELECT sum(normalized_offset) FROM stream_progress' postgres 2>/dev/null) || return 1
  [ "$data" = "$(stat -c %s "$WORK/all.log")" ]
}
await 120 "not everything was read" caught_up
say "all $(stat -c %s "$WORK/all.log") bytes are committed and read"
proverlog epochs --format json | sed "/\"completeness\"/,\$d" >"$WORK/disturbed.json"
kill -0 $SERVICE || fail "the service died"

# The same log into a service that nothing happened to.
proverlogd --data-dir "$WORK/undisturbed" --listen 127.0.0.1:0 --http-listen 127.0.0.1:0 2>"$WORK/proverlogd2.log" &
PIDS+=($!)
await 30 "the second proverlogd is not ready" grep -q "is ready" "$WORK/proverlogd2.log"
PROVERLOG_SERVER=$(sed -n 's/.*gRPC listens on //p' "$WORK/proverlogd2.log")
proverlog import --prover p --machine m "$WORK/all.log" >/dev/null
proverlog epochs --format json | sed "/\"completeness\"/,\$d" >"$WORK/undisturbed.json"
cmp "$WORK/disturbed.json" "$WORK/undisturbed.json" || fail "the answers differ"
say "the answers are those of a service that nothing happened to"
