#!/usr/bin/env bash
# Brings into models/weights/ (ignored by git) the networks that come from PyPI: downloaded with their hash checked, unzipped, never
# installed. Idempotent: a file that is there and whole is left alone. The server compares each sha256 with models/manifest.toml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../models"

wheel_member=rapidocr/models/PP-OCRv6_rec_small.onnx
weight="weights/${wheel_member##*/}"

say() { echo "models: $*" >&2; }
fail() { say "$*"; exit 1; }

# The manifest's sha256 of a file it names.
stated() { grep -A1 -F "file = \"$1\"" manifest.toml | sed -n 's/^sha256 = "\(.*\)"$/\1/p'; }

is_whole() { [[ -f "$1" && "$(python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1")" == "$(stated "$1")" ]]; }

command -v python3 >/dev/null || fail "python3 is missing; install Python 3 with pip"
if is_whole "$weight"; then exit 0; fi
python3 -m pip --version >/dev/null 2>&1 || fail "Python's pip is missing; install it (Debian: apt-get install python3-pip)"

wheels="$(mktemp -d)"
trap 'rm -rf "$wheels"' EXIT
say "downloading rapidocr 3.10.0 (hash-checked) for ${wheel_member##*/}"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
  --dest "$wheels" --requirement requirements.txt
mkdir -p weights
python3 - "$wheels"/rapidocr-*.whl "$wheel_member" "$wheels/weight" <<'PY'
import pathlib, sys, zipfile
wheel, member, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    pathlib.Path(out).write_bytes(archive.read(member))
PY
mv "$wheels/weight" "$weight"
is_whole "$weight" || fail "$weight is not the file that manifest.toml names; restore requirements.txt and manifest.toml"
