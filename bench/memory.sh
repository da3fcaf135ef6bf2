#!/usr/bin/env bash
# Resident memory of the server before, during and after many captures made by the scripted client: 1000 by default, 12 at once.
# Prints JSON.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d .fixtures/frames/single_face ]] || { say "the clip is missing; run \`make fixtures\`"; exit 1; }
build_release
# The client is built as the tests are (its hot parts optimised): only the server is measured.
say "$(machine)"
cargo run --locked --quiet -p selfsame-testkit --example load -- "${1:-1000}" "${2:-12}"
