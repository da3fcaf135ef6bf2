"""Compares every answer of a server before and after an upgrade. See upgrade.sh."""
import base64
import glob
import json
import os
import pwd
import random
import re
import shutil
import signal
import socket
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


class Sqlite:
    """The database in a data folder, which is copied with it."""

    def environment(self, _data):
        return {}

    def copy(self, _source, _target):
        pass

    drop = environment

    def run(self, data, statements):
        (file,) = [os.path.join(data, name) for name in os.listdir(data) if name.endswith((".sqlite3", ".sqlite", ".db"))]
        connection = sqlite3.connect(file)
        connection.executescript(statements)
        connection.close()

    hexadecimal, numbers = "x'{}'", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT {} FROM n"
    random_id = "randomblob(16)"


class Postgres:
    """A server of its own, with one database for each data folder."""

    def __init__(self, folder):
        self.tools = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        self.folder = os.path.join(folder, "postgres")
        os.chmod(folder, 0o755)
        os.mkdir(self.folder)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.tool("initdb", "--pgdata", self.folder, "--username", "selfsame", "--auth", "trust", "--no-sync")
        self.process = subprocess.Popen(
            [os.path.join(self.tools, "postgres"), "-D", self.folder, "-p", str(self.port), "-h", "127.0.0.1", "-k", self.folder,
             "-c", "fsync=off"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=self.user and self.user.pw_uid)
        while subprocess.run([os.path.join(self.tools, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            time.sleep(0.1)

    def tool(self, name, *arguments, text=None):
        subprocess.run([os.path.join(self.tools, name), *arguments], check=True, stdout=subprocess.DEVNULL, input=text, text=True,
                       user=self.user and self.user.pw_uid, cwd="/")

    def address(self):
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", "selfsame"]

    def name(self, data):
        return "d_" + os.path.basename(data).replace("-", "_")

    def environment(self, data):
        return {"SELFSAME__DATABASE__URL": f"postgres://selfsame@127.0.0.1:{self.port}/{self.name(data)}"}

    def create(self, data):
        self.tool("createdb", *self.address(), "--template=template0", self.name(data))

    def copy(self, source, target):
        self.tool("createdb", *self.address(), "--template", self.name(source), self.name(target))

    def drop(self, data):
        self.tool("dropdb", *self.address(), "--force", self.name(data))

    def run(self, data, statements):
        self.tool("psql", *self.address(), "-q", "-v", "ON_ERROR_STOP=1", "-d", self.name(data), text=statements)

    hexadecimal, numbers = "'\\x{}'::bytea", "SELECT {1} FROM generate_series(1, {0}) AS n(i)"
    random_id = "gen_random_uuid()"


class Server:
    def __init__(self, binary, data, database):
        environment = dict(os.environ, SELFSAME__BOOTSTRAP__API_TOKEN=TOKEN, SELFSAME__BOOTSTRAP__API_SECRET=SECRET,
                           SELFSAME__BOOTSTRAP__API_KEY=KEY, SELFSAME__LIVENESS__SESSION_MINUTES="600",
                           SELFSAME__RETENTION__SESSION_MINUTES="600", **database.environment(data))
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


def fill(server, front, selfie, scans):
    """Scans in every state that can be made, sessions and identities; returns the paths to ask."""
    paths = []
    bodies = [
        {"country": "DEU", "idType": "PASSPORT", "frontsideImage": front, "faceImage": selfie},
        {"country": "DEU", "idType": "PASSPORT", "frontsideImage": front},
        {"country": "DEU", "idType": "ID_CARD", "frontsideImage": selfie, "customerId": "c-7"},
        {"country": "USA", "idType": "DRIVING_LICENSE", "frontsideImage": selfie, "backsideImage": front},
    ]
    for n in range(scans):
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


def answers(binary, data, database, paths):
    server = Server(binary, data, database)
    told = {}
    for path in paths:
        status, _, body = server.ask(path)
        # The moment of the answer, a fresh signature over the same words and the port are of the answer, not of what it tells.
        body = re.sub(rb'"timestamp":"[^"]*"', b'"timestamp":""', body)
        body = re.sub(rb'"signature":"[^"]*"', b'"signature":""', body)
        body = body.replace(server.origin.encode(), b"")
        told[path] = (status, body)
    server.stop()
    listed = subprocess.run([binary, "callbacks", "list", "--state", "dead", "--most", "100000", "--json", "--data", data],
                            env=dict(os.environ, **database.environment(data)), check=True, stdout=subprocess.PIPE).stdout
    dead = sorted((entry["subject"], entry["receiver"], entry["because"]) for entry in map(json.loads, listed.splitlines()))
    told["selfsame callbacks list --state dead"] = (len(dead), json.dumps(dead).encode())
    return told


def filler(data, database, count):
    """Rows of another tenant, so that a migration takes long enough to be killed in, in each state that a row can have."""
    tenant = uuid.uuid4().hex
    identifier = database.hexadecimal.format(tenant) if isinstance(database, Sqlite) else f"'{uuid.UUID(tenant)}'"
    request = json.dumps({"reference": "filler", "reporting_criteria": None, "customer_id": None, "country": "DEU", "kind": "passport",
                          "fields": {name: True for name in ["number", "first_name", "last_name", "birth_date", "expiry", "us_state",
                                                             "personal_number", "face_match", "address"]},
                          "mrz_check": True, "granularity": "on_finish", "pictures": []})
    decision = json.dumps({"outcome": "unsupported_kind", "face": None, "mrz_verified": False, "at": 5})
    far, empty = 1 << 52, database.hexadecimal.format("00")
    pending = "i % 5 = 0"
    row = (f"{database.random_id}, {identifier}, '{request}', {empty}, false, "
           f"CASE WHEN {pending} THEN 'pending' ELSE 'decided' END, CASE WHEN {pending} THEN NULL ELSE '{decision}' END, "
           f"CASE WHEN {pending} THEN NULL ELSE 5 END, {empty}, 1, {far}, 4, {far}")
    database.run(data, f"INSERT INTO tenants (id, name, created_at) VALUES ({identifier}, 'filler', 1);"
                 "INSERT INTO scans (id, tenant_id, request, claims, facemap, state, decision, ended_at, wrapped_key, attempts, "
                 f"next_attempt_at, created_at, expires_at) {database.numbers.format(count, row)};"
                 # What nobody took for a week is given up.
                 "UPDATE outbox SET state = 'dead', finished_at = 7, dead_because = 'gave_up' WHERE state = 'pending';")


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


def upgraded(new, data, database, paths, takes):
    """The answers of a copy of `data` whose migration was killed at some moment, and whether that was in the middle of it."""
    copy = os.path.join(os.path.dirname(data), f"copy-{uuid.uuid4().hex[:8]}")
    shutil.copytree(data, copy)
    database.copy(data, copy)
    process = subprocess.Popen([new, "database", "migrate", "--data", copy], env=dict(os.environ, **database.environment(copy)),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.uniform(0, takes))
    interrupted = process.poll() is None
    process.kill()
    process.wait()
    after = answers(new, copy, database, paths)
    shutil.rmtree(copy)
    database.drop(copy)
    return after, interrupted


def compare(before, after, gained, lost):
    """Adds the paths whose answers gained members, and those that changed otherwise, which are printed when they are found."""
    for path in before:
        if before[path] == after[path]:
            continue
        if before[path][0] == after[path][0] and holds(before[path][1], after[path][1]):
            gained.add(path)
        elif path not in lost:
            lost.add(path)
            print(path, before[path], after[path], sep="\n  ")


def measure(kind, folder, binaries, pictures, numbers):
    (old, new), (count, kills, scans) = binaries, numbers
    database = Sqlite() if kind == "SQLite" else Postgres(folder)
    data = os.path.join(folder, "data")
    if isinstance(database, Postgres):
        database.create(data)
    server = Server(old, data, database)
    paths = fill(server, *pictures, scans)
    server.stop()
    filler(data, database, count)
    before = answers(old, data, database, paths)
    whole = os.path.join(folder, "timed")
    shutil.copytree(data, whole)
    database.copy(data, whole)
    began = time.perf_counter()
    subprocess.run([new, "database", "migrate", "--data", whole], env=dict(os.environ, **database.environment(whole)), check=True,
                   stdout=subprocess.DEVNULL)
    takes = time.perf_counter() - began
    print(f"{kind}: {len(before)} answers; the migration of {count} more rows takes {takes:.2f} s", flush=True)
    interrupted, gained, lost = 0, set(), set()
    for _ in range(max(kills, 1)):
        after, killed = upgraded(new, data, database, paths, takes)
        interrupted += killed
        compare(before, after, gained, lost)
    by_status = {}
    for path, (status, _) in before.items():
        if path.startswith("/"):
            by_status[status] = by_status.get(status, 0) + 1
    print(f"{kind}: {kills} upgrades, {interrupted} killed in the middle; answers by status {by_status}")
    print(f"{kind}: {len(gained)} answers gained members and lost none; {len(lost)} differ otherwise", flush=True)
    if isinstance(database, Postgres):
        database.process.terminate()
        database.process.wait()
    return not lost


def main():
    old, new, front, selfie, *rest = sys.argv[1:]
    numbers = [int(rest[n]) if len(rest) > n else fallback for n, fallback in ((0, 20_000), (1, 20), (2, 24))]
    pictures = [base64.b64encode(open(path, "rb").read()).decode() for path in (front, selfie)]
    well = True
    for kind in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory() as folder:
            well &= measure(kind, folder, (old, new), pictures, numbers)
    sys.exit(not well)


main()
