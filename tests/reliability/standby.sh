#!/usr/bin/env bash
# Kills a primary PostgreSQL while logs are shipped, and promotes its standby, to which the service goes over
# by itself. Needs root and the programs in build/. Fails where a byte of the log is missing or doubled
# in the archive.
#
#   tests/reliability/standby.sh sync|async
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BUILD=${PROVERLOG_BUILD:-$PWD/build}
export PATH=$BUILD/bin:$(pg_config --bindir):$PATH
MODE=${1:?usage: standby.sh sync|async}

WORK=$(mktemp -d /var/tmp/proverlog-standby-XXXXXX)
chmod 777 "$WORK"
PIDS=()
as_postgres() { (cd /; runuser -u postgres -- "$@"); }
finish() {
  for pid in "${PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  for cluster in primary standby; do
    as_postgres "$(command -v pg_ctl)" -D "$WORK/$cluster" -m immediate stop >/dev/null 2>&1 || true
  done
  rm -rf "$WORK"
}
trap finish EXIT
say() { printf '%4d s  %s\n' $SECONDS "$*"; }
fail() {
  say "FAILED: $*"
  tail -n 20 "$WORK"/*.log
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
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
start_cluster() { # NAME PORT
  as_postgres "$(command -v pg_ctl)" -D "$WORK/$1" -l "$WORK/$1.log" -w \
    -o "-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$WORK" start >/dev/null
}
sql() { psql -h 127.0.0.1 -p "$1" -U postgres -Atc "$2" postgres; }

PRIMARY=$(free_port)
STANDBY=$(free_port)
as_postgres "$(command -v initdb)" -D "$WORK/primary" -A trust >/dev/null
start_cluster primary "$PRIMARY"
as_postgres "$(command -v pg_basebackup)" -h 127.0.0.1 -p "$PRIMARY" -D "$WORK/standby" -R \
  -d "host=127.0.0.1 port=$PRIMARY application_name=standby"
start_cluster standby "$STANDBY"
if [ "$MODE" = sync ]; then
  sql "$PRIMARY" "ALTER SYSTEM SET synchronous_standby_names = 'standby'" >/dev/null
  sql "$PRIMARY" "SELECT pg_reload_conf()" >/dev/null
fi
say "a primary and its standby ($MODE)"

touch "$WORK/proverlogd.log"
proverlogd --database-url "host=127.0.0.1,127.0.0.1 port=$PRIMARY,$STANDBY user=postgres dbname=postgres target_session_attrs=read-write" \
  --listen 127.0.0.1:0 --http-listen 127.0.0.1:0 2>"$WORK/proverlogd.log" &
PIDS+=($!)
SERVICE=$!
await 30 "proverlogd is not ready" grep -q "is ready" "$WORK/proverlogd.log"
PROVERLOG_SERVER=$(sed -n 's/.*gRPC listens on //p' "$WORK/proverlogd.log")
export PROVERLOG_SERVER

"$BUILD/bench/generate_logs" --version 5.2 --format json --epochs 20 --jobs 600 --out "$WORK/logs" >/dev/null
cat $(find "$WORK/logs" -name '*.log' | sort) >"$WORK/source"
touch "$WORK/all"
proverlog ship --prover p --machine m "$WORK/all" >"$WORK/ship.log" 2>&1 &
PIDS+=($!)
# About 4 MB a second.
(while IFS= read -r -d '' piece; do printf '%s\n' "$piece" >>"$WORK/all"; done < \
  <(python3 -c '
import sys, time
lines = open(sys.argv[1], "rb").read().split(b"\n")[:-1]
for at in range(0, len(lines), 1000):
    sys.stdout.buffer.write(b"\n".join(lines[at:at + 1000]) + b"\0")
    sys.stdout.buffer.flush()
    time.sleep(0.06)
' "$WORK/source")) &
WRITER=$!
sleep 3
ACKNOWLEDGED=$(sql "$PRIMARY" "SELECT sum(committed_offset) FROM stream_position")
as_postgres "$(command -v pg_ctl)" -D "$WORK/primary" -m immediate stop >/dev/null
say "the primary is killed; it had committed $ACKNOWLEDGED bytes at least"
as_postgres "$(command -v pg_ctl)" -D "$WORK/standby" -w promote >/dev/null
say "the standby is promoted; it has $(sql "$STANDBY" 'SELECT sum(committed_offset) FROM stream_position') bytes"
wait $WRITER
kill -0 $SERVICE || fail "the service died"
caught_up() {
  [ "$(sql "$STANDBY" 'SELECT sum(normalized_offset) FROM stream_progress' 2>/dev/null)" = "$(stat -c %s "$WORK/all")" ]
}
await 120 "not everything was read" caught_up
cmp "$WORK/all" "$WORK/source" || fail "the writer did not write the log"
say "all $(stat -c %s "$WORK/all") bytes are committed and read; gaps: $(sql "$STANDBY" 'SELECT count(*) FROM gap')"
proverlog epochs --format json | sed "/\"completeness\"/,\$d" >"$WORK/disturbed.json"

proverlogd --data-dir "$WORK/undisturbed" --listen 127.0.0.1:0 --http-listen 127.0.0.1:0 2>"$WORK/proverlogd2.log" &
PIDS+=($!)
await 30 "the second proverlogd is not ready" grep -q "is ready" "$WORK/proverlogd2.log"
PROVERLOG_SERVER=$(sed -n 's/.*gRPC listens on //p' "$WORK/proverlogd2.log")
proverlog import --prover p --machine m "$WORK/source" >/dev/null
proverlog epochs --format json | sed "/\"completeness\"/,\$d" >"$WORK/undisturbed.json"
cmp "$WORK/disturbed.json" "$WORK/undisturbed.json" || fail "the answers differ"
say "the answers are those of a service that nothing happened to"
