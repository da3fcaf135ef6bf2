# Sourced by the scripts beside it: where things are, and the line that says what a figure was measured on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export SELFSAME_BIN="$PWD/target/release/selfsame"
export SELFSAME__MODELS__DIR="$PWD/models"

build_release() {
  cargo build --release --locked --quiet --bin selfsame
}

# Figures without machine, commit and date are worth nothing.
machine() {
  local model cores memory
  model="$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)"
  cores="$(getconf _NPROCESSORS_ONLN)"
  memory="$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || true)"
  echo "${model:-unknown processor}, $cores cores, ${memory:-unknown memory}; commit $(git rev-parse --short HEAD); $(date -u +%F)"
}

say() { echo "bench: $*" >&2; }
