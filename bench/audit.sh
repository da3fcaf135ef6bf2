#!/usr/bin/env bash
# How long an audit trail takes to verify: bench/audit.sh [COUNT]. Writes COUNT entries (100,000) to a new data folder and verifies them three
# times with the program. Prints seconds of the whole process.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
count="${1:-100000}"
build_release
say "$(machine)"
folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT
cargo run --release --locked --quiet -p selfsame-verification --example audit -- "$folder" "$count"
for _ in 1 2 3; do
  began="$(date +%s.%N)"
  "$SELFSAME_BIN" audit verify --data "$folder" >&2
  awk -v began="$began" -v ended="$(date +%s.%N)" 'BEGIN { printf "verified in %.2f s\n", ended - began }'
done
