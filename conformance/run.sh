#!/usr/bin/env bash
# Runs the public WebCapture demo app against this server; see README.md. Usage: conformance/run.sh DEMO_FOLDER [options]
set -euo pipefail
exec node "$(dirname "${BASH_SOURCE[0]}")/run.mjs" "$@"
