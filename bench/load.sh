#!/usr/bin/env bash
# How many captures at 6 frames a second one core holds: bench/load.sh tracking|whole [SECONDS] [NUMBER…]. The server is held to the first core, the
# scripted clients to the others. Prints a JSON object for each number of people.
# `tracking` is what captures per core means; `whole` adds evidence, which the clients need several cores to encode.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ -d .fixtures/frames/single_face ]] || { say "the clip is missing; run \`make fixtures\`"; exit 1; }
command -v taskset >/dev/null || { say "taskset (util-linux) is missing: the server cannot be held to one core"; exit 1; }
build_release
cargo build --locked --quiet -p selfsame-testkit --example capacity
say "$(machine); the server has one core"
last=$(($(getconf _NPROCESSORS_ONLN) - 1))
others="1-$last"
((last > 0)) || { others=0; say "there is one core only: server and clients share it, the figures err on the slow side"; }
held="$(mktemp)"
trap 'rm -f "$held"' EXIT
printf '#!/bin/sh\nexec taskset -c 0 "%s" "$@"\n' "$SELFSAME_BIN" >"$held"
chmod +x "$held"
SELFSAME_BIN="$held" taskset -c "$others" target/debug/examples/capacity "${@:-tracking}"
