#!/usr/bin/env bash
# Sessions that disconnect, stall, send garbage, huge and out-of-order frames, between honest ones: bench/soak.sh [MINUTES] [AT_ONCE], by
# default 30 and 12. Checks resident memory, open files, that every session ended and that nothing panicked. Prints JSON; ends
# with 1 when something is wrong.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d .fixtures/frames/single_face ]] || { say "the clip is missing; run \`make fixtures\`"; exit 1; }
build_release
say "$(machine)"
cargo run --locked --quiet -p selfsame-testkit --example soak -- "${1:-30}" "${2:-12}"
