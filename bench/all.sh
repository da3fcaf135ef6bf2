#!/usr/bin/env bash
# Every figure of docs/benchmarks.md, one after another, but the half hour of soak.sh. LFW=FOLDER (and PAIRS=FILE) adds verification accuracy,
# SPECIMENS=FOLDER (and FASTMRZ_DATA=FOLDER) the public specimens in it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for bench in tracking cold-start memory load lists documents zones scans attacks; do
  echo "== $bench"
  "./$bench.sh"
done
if [[ -n "${SPECIMENS:-}" ]]; then
  echo "== specimens"
  ./specimens.sh "$SPECIMENS" ${FASTMRZ_DATA:+--fastmrz-data "$FASTMRZ_DATA"}
else
  echo "== specimens: skipped; name the folder of pictures in SPECIMENS"
fi
if [[ -n "${LFW:-}" ]]; then
  echo "== verification"
  ./verification.sh "$LFW" ${PAIRS:+"$PAIRS"}
else
  echo "== verification: skipped; name the folder of the data set in LFW"
fi
