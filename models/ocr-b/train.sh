#!/usr/bin/env bash
# Trains the reader anew, in two rounds, and writes figures. Takes about an hour of one core; needs Python 3.11 and the
# Debian packages fonts-ocr-b, fonts-liberation and fonts-dejavu. Usage: train.sh FOLDER (for the environment and the checkpoints)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mkdir -p "$1" && cd "$1" && pwd)
python3.11 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
python="$work/venv/bin/python"
round=$(find "$work/venv" -path '*glyphive/assets/fonts/ocr_b/OCR-B.ttf' | head -n 1)
debian=/usr/share/fonts/opentype/ocr-b
mono=/usr/share/fonts/truetype
train() { "$python" "$here/train/train.py" "$@"; }

# First round: one cut. Second round: two cuts, other type of one pitch, more grounds.
train --fonts "$debian/OCRB.otf" --seed 1 --chunks 81 --rate 3e-3 --out "$work/first.pt"
train --fonts "$debian/OCRB.otf" "$round" \
  --others "$mono"/liberation/LiberationMono-{Regular,Bold}.ttf "$mono"/dejavu/DejaVuSansMono{,-Bold}.ttf \
  --seed 2 --chunks 60 --rate 2.5e-3 --grounds 400 --start "$work/first.pt" --out "$work/second.pt"

# The mean of both rounds is the network.
"$python" "$here/train/blend.py" "$work/first.pt" "$work/second.pt" "$work/blend.pt" --fonts "$debian/OCRB.otf" "$round"

# Calibration and figures: the cut OCRBS.otf is in no round.
"$python" "$here/train/export.py" "$work/blend.pt" "$work/raw.onnx"
"$python" "$here/train/calibrate.py" "$work/raw.onnx" --font "$debian/OCRBS.otf" --lines 400
"$python" "$here/train/export.py" "$work/blend.pt" "$work/ocr-b.onnx" --temperature 0.92
"$python" "$here/train/figures.py" "$work/ocr-b.onnx" --font "$debian/OCRBS.otf" --lines 150 --out "$work/figures"
