"""Compares every answer of a server before and after an upgrade. See upgrade.sh."""
import base64
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid

TOKEN, SECRET, KEY = "upgrade-token-0001", "upgrade-secret-00000001", "upgrade-key-00000000000001"
NETVERIFY = "/api/netverify/v2"


class Server:
    def __init__(self, binary, data):
        environment = dict(os.environ, SELFSAME__BOOTSTRAP__API_TOKEN=TOKEN, SELFSAME__BOOTSTRAP__API_SECRET=SECRET,
                           SELFSAME__BOOTSTRAP__API_KEY=KEY)
        self.process = subprocess.Popen([binary, "serve", "--listen", "127.0.0.1:0", "--data", data], env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.origin = re.search(r"http://[^\s/]+", self.process.stdout.readline())[0]
        while self.ask("/health/ready")[0] != 204:
            time.sleep(0.05)

    def ask(self, path, body=None, method=None, kind="application/json"):
        request = urllib.request.Request(self.origin + path, data=body, method=method)
        credentials = base64.b64encode(f"{TOKEN}:{SECRET}".encode()).decode()
        for name, value in {"Authorization": "Basic " + credentials, "apikey": KEY, "User-Agent": "upgrade/1",
                            "Accept": "application/json", "Content-Type": kind}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def fill(server, front, selfie):
    """Scans in every state that can be made, sessions and identities; returns the paths to ask."""
    paths = []
    bodies = [
        {"country": "DEU", "idType": "PASSPORT", "frontsideImage": front, "faceImage": selfie},
        {"country": "DEU", "idType": "PASSPORT", "frontsideImage": front},
        {"country": "DEU", "idType": "ID_CARD", "frontsideImage": selfie, "customerId": "c-7"},
        {"country": "USA", "idType": "DRIVING_LICENSE", "frontsideImage": selfie, "backsideImage": front},
    ]
    for n in range(24):
        body = dict(bodies[n % 4], merchantIdScanReference=f"upgrade {n}", callbackUrl="https://nowhere.example.com/told")
        status, _, answer = server.ask(NETVERIFY + "/performNetverify", json.dumps(body).encode())
        assert status == 200, (status, answer)
        reference = json.loads(answer)["jumioIdScanReference"]
        scan = f"{NETVERIFY}/scans/{reference}"
        while json.loads(server.ask(scan)[2])["status"] == "PENDING":
            time.sleep(0.05)
        if n % 6 == 5:
            assert server.ask(scan, method="DELETE")[0] == 200
        paths += [scan + end for end in
                  ["", "/data", "/data/document", "/data/transaction", "/data/verification", "/data/evidence", "/images",
                   "/images/front", "/images/face"]]
    for _ in range(3):
        _, headers, _ = server.ask("/video-server/init-liveness-session", b'{"livenessMode":"LIVENESS_PASSIVE"}', "POST")
        session = headers.get("location", headers.get("Location")).rsplit("/", 1)[1]
        paths += [f"/bioserver-app/v2/bio-sessions/{session}" + end for end in ["", "/liveness-challenge-result", "/faces"]]
    for _ in range(3):
        _, _, answer = server.ask("/gips/v1/identities", b"{}", "POST")
        identity = json.loads(answer)["id"]
        consent = [{"approved": True, "type": "PORTRAIT"}]
        server.ask(f"/gips/v1/identities/{identity}/consents", json.dumps(consent).encode(), "POST")
        paths += [f"/gips/v1/identities/{identity}" + end for end in ["", "/status", "/consents"]]
    return paths + [NETVERIFY + "/acceptedIdTypes"]


def answers(binary, data, paths):
    server = Server(binary, data)
    told = {}
    for path in paths:
        status, _, body = server.ask(path)
        # The moment of the answer, a fresh signature over the same words and the port are of the answer, not of what it tells.
        body = re.sub(rb'"timestamp":"[^"]*"', b'"timestamp":""', body)
        body = re.sub(rb'"signature":"[^"]*"', b'"signature":""', body)
        body = body.replace(server.origin.encode(), b"")
        told[path] = (status, body)
    server.stop()
    return told


def filler(data, count):
    """Rows of another tenant, so that a migration takes long enough to be killed in."""
    (file,) = [os.path.join(data, name) for name in os.listdir(data) if name.endswith((".sqlite3", ".sqlite", ".db"))]
    connection = sqlite3.connect(file)
    tenant = uuid.uuid4().bytes
    connection.execute("INSERT INTO tenants (id, name, created_at) VALUES (?, 'filler', 1)", (tenant,))
    request = {"reference": "filler", "reporting_criteria": None, "customer_id": None, "country": "DEU", "kind": "passport",
               "fields": {name: True for name in ["number", "first_name", "last_name", "birth_date", "expiry", "us_state",
                                                  "personal_number", "face_match", "address"]},
               "mrz_check": True, "granularity": "on_finish", "pictures": []}
    decision = json.dumps({"outcome": "unsupported_kind", "face": None, "mrz_verified": False, "at": 5})
    far = 1 << 52
    rows = [(uuid.uuid4().bytes, tenant, json.dumps(request), decision, far) for _ in range(count)]
    connection.executemany(
        "INSERT INTO scans (id, tenant_id, request, claims, facemap, state, decision, ended_at, wrapped_key, attempts, "
        "next_attempt_at, created_at, expires_at) VALUES (?, ?, ?, x'00', 0, 'decided', ?, 5, x'00', 1, 3, 4, ?)", rows)
    connection.commit()
    connection.close()


def holds(before, after):
    """Whether an answer has every member of the one before, each with its value."""
    def within(one, other):
        if isinstance(one, dict) and isinstance(other, dict):
            return all(name in other and within(value, other[name]) for name, value in one.items())
        return one == other
    try:
        return within(json.loads(before), json.loads(after))
    except ValueError:
        return False


def main():
    old, new, front, selfie, *rest = sys.argv[1:]
    count, kills = (int(rest[n]) if len(rest) > n else fallback for n, fallback in ((0, 20_000), (1, 20)))
    front, selfie = (base64.b64encode(open(path, "rb").read()).decode() for path in (front, selfie))
    folder = tempfile.mkdtemp()
    data = os.path.join(folder, "data")
    server = Server(old, data)
    paths = fill(server, front, selfie)
    server.stop()
    before = answers(old, data, paths)
    filler(data, count)
    whole = os.path.join(folder, "timed")
    shutil.copytree(data, whole)
    began = time.perf_counter()
    subprocess.run([new, "database", "migrate", "--data", whole], check=True, stdout=subprocess.DEVNULL)
    takes = time.perf_counter() - began
    print(f"{len(paths)} answers; the migration of {count} more rows takes {takes:.2f} s", flush=True)
    interrupted, gained, lost = 0, set(), set()
    for kill in range(max(kills, 1)):
        copy = os.path.join(folder, f"copy-{kill}")
        shutil.copytree(data, copy)
        process = subprocess.Popen([new, "database", "migrate", "--data", copy], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, takes))
        interrupted += process.poll() is None
        process.kill()
        process.wait()
        after = answers(new, copy, paths)
        shutil.rmtree(copy)
        for path in paths:
            if before[path] == after[path]:
                continue
            if before[path][0] == after[path][0] and holds(before[path][1], after[path][1]):
                gained.add(path)
            elif path not in lost:
                lost.add(path)
                print(path, before[path], after[path], sep="\n  ")
    by_status = {}
    for status, _ in before.values():
        by_status[status] = by_status.get(status, 0) + 1
    print(f"{kills} upgrades, {interrupted} killed in the middle; answers by status {by_status}")
    print(f"{len(gained)} answers gained members and lost none; {len(lost)} differ otherwise")
    shutil.rmtree(folder)
    sys.exit(bool(lost))


main()
