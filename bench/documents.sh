#!/usr/bin/env bash
# Reading of machine-readable zones: bench/documents.sh [COUNT] [SEED]. Passports of invented countries, flat at 2400 x 1690 and photographed
# (severity 1 to 3), on one core; then PassportEye on the first 24 of the flat ones, where python3 and tesseract are there.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
count="${1:-200}" seed="${2:-1000}"
cargo build --release --locked --quiet --workspace --bin selfsame --example documents
command -v taskset >/dev/null || { say "taskset (util-linux) is missing: nothing is held to one core"; exit 1; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
say "$(machine); one core; passports $seed to $((seed + count - 1))"

draw() { target/release/examples/documents --out "$folder/$1" --kind passport --seed "$seed" "${@:2}" >/dev/null 2>&1; }
evaluate() {
  printf '%s: ' "$1"
  taskset -c 0 "$SELFSAME_BIN" eval mrz --dir "$folder/$1" --threads 1 --json | tr -d '\n '
  echo
}
draw flat --count "$count" --severity 0 --alone --dpi 488
evaluate flat
for severity in 1 2 3; do
  draw "severity-$severity" --count "$count" --severity "$severity"
  evaluate "severity-$severity"
  rm -r "$folder/severity-$severity"
done

command -v tesseract >/dev/null || { say "PassportEye is left out: tesseract is missing (apt install tesseract-ocr)"; exit 0; }
if [[ ! -x target/tools/passporteye/bin/python ]]; then
  python3 -m venv target/tools/passporteye
  target/tools/passporteye/bin/pip install --quiet --requirement bench/documents/requirements.txt
fi
mkdir "$folder/few"
for text in $(find "$folder/flat" -name '*.txt' | sort | head -n 24); do
  cp "${text%.txt}".{png,txt} "$folder/few/"
done
evaluate few
OMP_THREAD_LIMIT=1 taskset -c 0 target/tools/passporteye/bin/python bench/documents/peer.py "$folder/few"
