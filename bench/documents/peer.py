"""Reads a folder of pictures with PassportEye and prints what `selfsame eval mrz --json` prints of the same folder, as far as both know it.

usage: peer.py FOLDER (NAME.png or NAME.jpg, with the lines of the zone in NAME.txt)
"""
import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
from passporteye import read_mrz  # noqa: E402


def lines_of(path):
    found = read_mrz(str(path))
    if found is None:
        return None
    return [line.replace(" ", "") for line in found.aux["text"].split("\n") if line.strip()]


def main():
    folder = Path(sys.argv[1])
    pictures = sorted(path for path in folder.iterdir() if path.suffix in (".png", ".jpg"))
    times, exact, found, failed = [], 0, 0, 0
    lines_of(pictures[0])  # what is loaded once is nobody's time
    for path in pictures:
        truth = [line.strip() for line in path.with_suffix(".txt").read_text().splitlines() if line.strip()]
        began = time.perf_counter()
        try:
            lines = lines_of(path)
        except Exception:
            lines, failed = None, failed + 1
        times.append(1000 * (time.perf_counter() - began))
        found += lines is not None
        exact += lines == truth
    times.sort()
    quantile = lambda part: round(times[min(len(times) - 1, int(part * len(times)))], 1)
    print(json.dumps({
        "reader": "passporteye", "images": len(times), "exact": exact, "found": found, "failed": failed,
        "msPerImage": {"p50": quantile(0.5), "p95": quantile(0.95)},
    }))


main()
