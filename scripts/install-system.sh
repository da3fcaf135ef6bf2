#!/usr/bin/env bash
# Installs what the tests need of the system and do not find: Chromium (the browser test), ffmpeg (its camera), openssl (which
# verifies signatures independently of the server), PostgreSQL (the tests start servers of their own from it), and the fonts that
# test documents are printed in (OCR-B for the machine-readable zone; DejaVu and Liberation), which crates/testkit-documents
# loads by path.
# A no-op where all are there. `make run` needs none of them.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v ffmpeg >/dev/null || missing+=(ffmpeg)
command -v openssl >/dev/null || missing+=(openssl)
# Debian keeps the server's programs out of the path, in a folder for each version.
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
fonts=/usr/share/fonts
[[ -e "$fonts/opentype/ocr-b/OCRB.otf" ]] || missing+=(fonts-ocr-b)
[[ -e "$fonts/truetype/dejavu/DejaVuSans.ttf" ]] || missing+=(fonts-dejavu-core)
[[ -e "$fonts/truetype/liberation/LiberationMono-Bold.ttf" ]] || missing+=(fonts-liberation)
[[ ${#missing[@]} -eq 0 ]] && exit 0

echo "install-system: missing: ${missing[*]}" >&2
if ! command -v apt-get >/dev/null; then
  echo "install-system: this machine has no apt-get; install ${missing[*]} with its own package manager and run this again" >&2
  exit 1
fi

as_root=()
if [[ "$(id -u)" -ne 0 ]]; then
  if ! command -v sudo >/dev/null; then
    echo "install-system: not root and no sudo; as root, run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
  # In CI nobody can type a password: fail at once instead of waiting for one.
  [[ -n "${CI:-}" ]] && as_root=(sudo -n)
fi

echo "install-system: installing ${missing[*]} with apt-get" >&2
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
echo "install-system: installed ${missing[*]}" >&2
