#!/usr/bin/env bash
# Whether every answer stays as it was when the server is upgraded: bench/upgrade.sh OLD_BINARY NEW_BINARY FRONT.jpg SELFIE.jpg [FILLER] [KILLS].
# The old server makes scans, sessions and identities; its database is filled up with FILLER rows (20,000); the new one migrates copies
# of it, killed KILLS times (20) in the middle; then every answer is compared. Prints what differs, and exits 1 where anything does.
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/upgrade.py" "$@"
