#!/usr/bin/env bash
# What the whole verdict makes of simulated attacks (selfsame-testkit) and of the clip they are made from. Simulated: this
# shows what the witnesses can hear, not an APCER against instruments that people make. Prints JSON.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d .fixtures/frames/single_face ]] || { say "the clip is missing; run \`make fixtures\`"; exit 1; }
build_release
say "$(machine)"
cargo run --locked --quiet -p selfsame-testkit --example attacks -- "${1:-3}"
