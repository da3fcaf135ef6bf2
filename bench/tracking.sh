#!/usr/bin/env bash
# One tracking frame, one comparison, and what everything around the networks costs: one thread, one session.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d .fixtures/frames/single_face ]] || { say "the clip is missing; run \`make fixtures\`"; exit 1; }
say "$(machine)"
cargo bench --locked -p selfsame-vision --bench faces
