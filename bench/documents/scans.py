"""Sends performNetverify jobs to a server that it starts, and prints how long they take and what they cost as JSON.

usage: scans.py BINARY FRONT BACK SELFIE
"""
import base64
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

TOKEN, SECRET = "bench-token-0123456789", "bench-secret-0123456789"
ALONE, AT_ONCE = 10, 20


class Server:
    def __init__(self, binary, cores):
        self.data = tempfile.TemporaryDirectory()
        environment = dict(os.environ, SELFSAME__BOOTSTRAP__API_TOKEN=TOKEN, SELFSAME__BOOTSTRAP__API_SECRET=SECRET)
        self.process = subprocess.Popen(
            ["taskset", "-c", cores, binary, "serve", "--listen", "127.0.0.1:0", "--data", self.data.name],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.origin = re.search(r"http://[^\s/]+", self.process.stdout.readline())[0]
        while True:
            try:
                urllib.request.urlopen(self.origin + "/health/ready").close()
                break
            except OSError:
                time.sleep(0.05)

    def call(self, path, body=None):
        request = urllib.request.Request(self.origin + "/api/netverify/v2" + path, data=body)
        credentials = base64.b64encode(f"{TOKEN}:{SECRET}".encode()).decode()
        for name, value in {"Authorization": "Basic " + credentials, "User-Agent": "bench/1", "Accept": "application/json",
                            "Content-Type": "application/json"}.items():
            request.add_header(name, value)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def job(self, body):
        """Seconds from the request to the verdict, and the verdict."""
        began = time.perf_counter()
        reference = self.call("/performNetverify", body)["jumioIdScanReference"]
        while self.call(f"/scans/{reference}")["status"] == "PENDING":
            time.sleep(0.02)
        took = time.perf_counter() - began
        return took, self.call(f"/scans/{reference}/data")

    def memory(self, kind):
        text = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(kind + r":\s+(\d+) kB", text)[1]) / 1024

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.data.cleanup()


def main():
    binary, *pictures = sys.argv[1:]
    front, back, selfie = (base64.b64encode(open(path, "rb").read()).decode() for path in pictures)
    body = json.dumps({"merchantIdScanReference": "bench", "country": "DEU", "idType": "ID_CARD",
                       "frontsideImage": front, "backsideImage": back, "faceImage": selfie}).encode()
    server = Server(binary, "0")
    server.job(body)  # opens the networks
    alone = sorted(server.job(body)[0] for _ in range(ALONE))
    verdict = server.job(body)[1]["document"]["status"]
    server.stop()
    server = Server(binary, "0,1")
    server.job(body)
    before = server.memory("VmRSS")
    began = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        together = sorted(took for took, _ in pool.map(lambda _: server.job(body), range(AT_ONCE)))
    wall = time.perf_counter() - began
    peak = server.memory("VmHWM")
    server.stop()
    print(json.dumps({
        "verdict": verdict,
        "oneCoreSeconds": {"p50": round(alone[ALONE // 2], 2), "worst": round(alone[-1], 2)},
        "atOnce": {"jobs": AT_ONCE, "cores": 2, "wallSeconds": round(wall, 1), "worst": round(together[-1], 1),
                   "memoryBeforeMB": round(before), "peakMB": round(peak)},
    }))


main()
