#!/usr/bin/env bash
# The figures that tests expect of the logs in tests/data, as the oracle works them out.
#
#   expected.sh check    fails where a file differs from what the oracle says
#   expected.sh write    writes the files anew
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../data"
oracle=../oracle/count_jobs.py

# put FILE: takes the oracle's answer on standard input.
case "${1:-}" in
  check) put() { diff -u "$1" -; } ;;
  write) put() { cat >"$1"; } ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "../oracle/${0##*/}"; exit 2 ;;
esac

for log in *.log.gz; do
  python3 $oracle "$log" | put "${log%.log.gz}.expected.json"
done
cd samples
python3 ../$oracle prover-a=broker.log prover-a=agent-a.log prover-b=agent-b.log | put expected.json
