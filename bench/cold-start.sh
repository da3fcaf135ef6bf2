#!/usr/bin/env bash
# Cold start: from the start of the process to its first answer. Two cases: a new data folder (keys and database are made) and
# one that exists. Prints milliseconds as JSON.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
build_release
say "$(machine)"
python3 - "$SELFSAME_BIN" "${1:-10}" <<'PY'
import json, os, statistics, subprocess, sys, tempfile, time, urllib.error, urllib.request

binary, rounds = sys.argv[1], int(sys.argv[2])

def answers(origin, path):
    try:
        with urllib.request.urlopen(origin + path, timeout=1) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except (urllib.error.URLError, OSError):
        return None

def start(data):
    began = time.monotonic()
    server = subprocess.Popen(
        [binary, "serve", "--listen", "127.0.0.1:0", "--data", data],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        for line in server.stdout:
            origin = next((word for word in line.split() if word.startswith("http://")), None)
            if origin:
                break
        else:
            sys.exit("the server did not start; run `selfsame doctor`")
        while answers(origin, "/health/live") != 204:
            time.sleep(0.001)
        first = time.monotonic() - began
        while answers(origin, "/health/ready") != 204:
            time.sleep(0.001)
        return first * 1e3, (time.monotonic() - began) * 1e3
    finally:
        server.kill()
        server.wait()

def summary(runs):
    first, ready = zip(*runs)
    return {"firstAnswer": {"median": round(statistics.median(first)), "worst": round(max(first))},
            "ready": {"median": round(statistics.median(ready)), "worst": round(max(ready))}}

fresh, existing = [], []
for _ in range(rounds):
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "data")
        fresh.append(start(data))
        existing.append(start(data))
print(json.dumps({"rounds": rounds, "milliseconds": {"newData": summary(fresh), "existingData": summary(existing)}}))
PY
