#!/usr/bin/env bash
# Geometry alone, the texture witness abstaining: rendered people against attacks on the same heads: bench/geometry.sh [RUNS] [OPTIONS], by
# default 500 runs of each (hours on two cores; 20 take minutes). Options as in crates/cli/examples/geometry.rs. Prints JSON.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d .fixtures/frames/astronaut ]] || { say "the portraits are missing; run \`make fixtures\`"; exit 1; }
say "$(machine)"
runs="${1:-500}"
shift || true
cargo run --release --locked --quiet -p selfsame-cli --example geometry -- "$runs" "$@"
