#!/usr/bin/env bash
# Readings that are reported valid and are wrong: bench/zones.sh [COUNT] [SEED] [OPTIONS of zones.py, as --unworn]. Pages drawn by bench/documents/zones.py, which shares nothing with the project's
# own generator but the font; worn, blurred, noisy, small. Some 0.2 seconds of one core each; in portions of 1000, so that pictures do not pile up.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
count="${1:-1000}" seed="${2:-100000}"
command -v python3 >/dev/null || { say "python3 is missing"; exit 1; }
[[ -e /usr/share/fonts/opentype/ocr-b/OCRB.otf ]] || { say "OCR-B is missing; run \`make system\`"; exit 1; }
build_release
if [[ ! -x target/tools/zones/bin/python ]]; then
  python3 -m venv target/tools/zones
  target/tools/zones/bin/pip install --quiet --requirement bench/documents/zones-requirements.txt
fi
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
say "$(machine); pages $seed to $((seed + count - 1)) ${*:3}"
for ((from = seed; from < seed + count; from += 1000)); do
  portion=$((seed + count - from < 1000 ? seed + count - from : 1000))
  target/tools/zones/bin/python bench/documents/zones.py "$folder/$from" --count "$portion" --seed "$from" "${@:3}"
  "$SELFSAME_BIN" eval mrz --dir "$folder/$from" --threads "$(nproc)" --json | tr -d '\n '
  echo
  rm -r "${folder:?}/$from"
done
