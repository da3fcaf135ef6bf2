#!/usr/bin/env bash
# Whether every answer stays as it was when the server is upgraded: bench/upgrade.sh OLD_BINARY NEW_BINARY FRONT.jpg SELFIE.jpg [FILLER] [KILLS] [SCANS].
# On SQLite and on PostgreSQL: the old server makes SCANS scans (24), sessions and identities; its database is filled up with FILLER rows
# (20,000) and its callbacks are given up. The new one migrates KILLS copies of it (20), each killed at some moment and started again, and
# every answer is compared, the list of dead callbacks too. Prints answers that lost or changed anything, and exits 1 where there are any;
# answers that only gained members are counted.
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/upgrade.py" "$@"
