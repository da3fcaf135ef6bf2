#!/usr/bin/env bash
# Geometry alone, the texture witness abstaining: rendered people against attacks on the same heads: bench/geometry.sh [RUNS] [OPTIONS], by
# default 500 runs of each (hours: a run takes 1 to 5 seconds of one core). Options as in crates/cli/examples/geometry.rs; with --log FILE
# it can be stopped and goes on where it was. Prints JSON.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d .fixtures/frames/astronaut ]] || { say "the portraits are missing; run \`make fixtures\`"; exit 1; }
say "$(machine)"
runs="${1:-500}"
shift || true
# Rendered frames are megabytes. Mapped afresh for each, a sixth of the time goes to page faults, and threads wait for each other.
export MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=2147483648
cargo run --release --locked --quiet -p selfsame-cli --example geometry -- "$runs" "$@"
