#!/usr/bin/env bash
# Face verification on Labeled Faces in the Wild: bench/verification.sh FOLDER [PAIRS]. FOLDER holds one folder per person;
# PAIRS is the official list, by default FOLDER/pairs.txt. The data set is never copied into the project. Prints JSON.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
images="${1:-}"
if [[ -z "$images" ]]; then
  say "usage: bench/verification.sh FOLDER [PAIRS]"
  exit 2
fi
build_release
say "$(machine)"
"$SELFSAME_BIN" eval verification --images "$images" --pairs "${2:-$images/pairs.txt}" --failures-as-errors --json
