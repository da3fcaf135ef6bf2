"""Reads a folder of pictures with selfsame, PassportEye and fastmrz and prints what they say and cost: see bench/specimens.sh --help.

A Python reader runs in a process of its own (`specimens.py --serve NAME`): it gets a path a line and answers with JSON a line.
"""
import argparse
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
READERS = ("page", "zone", "passporteye", "fastmrz")
VERDICTS = ("VALID", "AMBIGUOUS", "UNPROTECTED", "INVALID", "none")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}


def stop(words):
    sys.exit(f"bench: {words}")


def zone_lines(text):
    return [line.replace(" ", "") for line in text.split("\n") if line.strip()]


# The Python readers.


def passporteye():
    from passporteye import read_mrz

    def read(path):
        found = read_mrz(path)
        if found is None:
            return "none", []
        return ("VALID" if found.valid else "INVALID"), zone_lines(found.aux["text"])

    return read


def fastmrz():
    import cv2
    from fastmrz import FastMRZ

    cv2.setNumThreads(1)
    reader = FastMRZ(tessdata_path=os.environ["FASTMRZ_DATA"])

    def read(path):
        text = reader.get_details(path, ignore_parse=True)
        if not text:
            return "none", []
        return ("VALID" if reader.validate_mrz(text)["is_valid"] else "INVALID"), zone_lines(text)

    return read


def spent():
    """Processor seconds of this process and of those that it has waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def serve(name):
    warnings.filterwarnings("ignore")
    # What a library prints is none of the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    read = {"passporteye": passporteye, "fastmrz": fastmrz}[name]()
    for line in sys.stdin:
        before = spent()
        try:
            verdict, lines = read(line.rstrip("\n"))
        except Exception as error:  # Whatever a library raises on a picture is its answer: no zone.
            verdict, lines = "none", []
            print(f"{name}: {type(error).__name__} on a picture", file=sys.stderr)
        print(json.dumps({"verdict": verdict, "lines": lines, "seconds": spent() - before}), file=answers, flush=True)


class Served:
    """A reader in a process of its own."""

    def __init__(self, name, limit):
        self.name, self.limit = name, limit
        self.open()

    def open(self):
        command = [sys.executable, __file__, "--serve", self.name]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | ONE_THREAD
        )
        first = self.ask(blank())
        if first is None:
            stop(f"{self.name} does not start: run `{' '.join(command)}` by hand and give it the path of a picture")
        self.start = first["seconds"]

    def ask(self, path):
        try:
            self.process.stdin.write(f"{path}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        if not select.select([self.process.stdout], [], [], self.limit)[0]:
            self.process.kill()
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def read(self, path):
        answer = self.ask(path)
        if answer is None:
            self.process.wait()
            self.open()
            return {"verdict": "none", "lines": [], "seconds": float(self.limit), "failed": True}
        return answer


# selfsame, a process for each picture.


class Started:
    """`selfsame document`, or what reads the zone alone."""

    def __init__(self, name, limit):
        self.name, self.limit, self.binary = name, limit, os.environ["SELFSAME_BIN"]
        self.start = 0.0
        self.zone_only = name == "zone" and "--zone-only" in self.help("document")
        # The least of three: what else the machine does only adds.
        self.start = min(self.run(blank())[0] for _ in range(3))

    def help(self, command):
        try:
            return subprocess.run([self.binary, command, "--help"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            stop(f"{self.binary} cannot be run ({error}): build it with `cargo build --release --bin selfsame`")

    def run(self, path):
        """Processor seconds of one run, what it said, and whether it was given up."""
        if self.name == "page" or self.zone_only:
            options = ["--zone-only"] if self.zone_only else []
            return self.measured([self.binary, "document", "--json", *options, path])
        with tempfile.TemporaryDirectory() as folder:
            # The evaluation reads the zone alone; it wants a text, and what that holds is not looked at.
            picture = Path(folder) / f"picture{Path(path).suffix.lower().replace('.jpeg', '.jpg')}"
            picture.symlink_to(path)
            picture.with_suffix(".txt").write_text("P<UTO\n")
            each = Path(folder) / "each"
            seconds, _, given_up = self.measured(
                [self.binary, "eval", "mrz", "--json", "--dir", folder, "--threads", "1", "--each", str(each)]
            )
            return seconds, each.read_text() if each.exists() else "", given_up

    def measured(self, command):
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL)
            given_up = False
            try:
                self.wait(process)
            except subprocess.TimeoutExpired:
                process.kill()
                given_up = True
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            said.seek(0)
            return usage.ru_utime + usage.ru_stime, said.read(), given_up

    def wait(self, process):
        """Until it has ended, without taking its account from wait4."""
        watched = os.pidfd_open(process.pid)
        try:
            if not select.select([watched], [], [], self.limit)[0]:
                raise subprocess.TimeoutExpired("selfsame", self.limit)
        finally:
            os.close(watched)

    def read(self, path):
        seconds, said, given_up = self.run(path)
        try:
            answer = json.loads(said)
        except ValueError:
            answer = {}
        zone = answer if self.name == "zone" and not self.zone_only else answer.get("mrz") or {}
        return {
            "verdict": zone.get("verdict") or "none",
            "lines": zone.get("lines") or [],
            "seconds": max(0.0, seconds - self.start),
            "failed": given_up or "error" in answer or not answer,
        }


BLANK = tempfile.TemporaryDirectory()


def blank():
    """A white picture of 32 x 32 pixels."""
    path = Path(BLANK.name) / "blank.png"
    if not path.exists():
        from PIL import Image

        Image.new("RGB", (32, 32), "white").save(path)
    return str(path)


# The table.


def truths(path):
    known = {}
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        name, *lines = line.split("\t")
        if not line.strip():
            continue
        if not lines:
            stop(f"{path}, line {number}: a name, a tabulator and the lines of the zone, or `-`, are expected")
        known[name] = [] if lines == ["-"] else [part.strip() for part in lines if part.strip()]
    return known


def judged(result, truth):
    """`right` and `WRONG` of what is VALID and whose truth is known."""
    if truth is None or result["verdict"] != "VALID":
        return ""
    return "right" if result["lines"] == truth else "WRONG"


def quantile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def summary(readers, results, truth):
    columns = ["reader", *VERDICTS, "VALID rate", "p50", "p95", "max", "start"] + (["right", "WRONG"] if truth else [])
    rows = [columns]
    for reader in readers:
        mine = [result for result in results if result["reader"] == reader.name]
        seconds = [result["seconds"] for result in mine]
        counts = [sum(result["verdict"] == verdict for result in mine) for verdict in VERDICTS]
        row = [reader.name, *map(str, counts), f"{100 * counts[0] / len(mine):.1f} %"]
        row += [f"{quantile(seconds, part):.2f}" for part in (0.5, 0.95, 1)] + [f"{reader.start:.2f}"]
        if truth:
            row += [str(sum(result["judged"] == word for result in mine)) for word in ("right", "WRONG")]
        rows.append(row)
    return rows


def pictures_table(readers, results):
    rows = [["picture", *(reader.name for reader in readers)]]
    for name in dict.fromkeys(result["picture"] for result in results):
        mine = {result["reader"]: result for result in results if result["picture"] == name}
        cell = lambda it: " ".join(filter(None, [it["verdict"], it["judged"], f"{it['seconds']:.2f}", "failed" if it.get("failed") else ""]))
        rows.append([name, *(cell(mine[reader.name]) for reader in readers)])
    return rows


def say(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for at, row in enumerate(rows):
        print("| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |")
        if at == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def main():
    if sys.argv[1:2] == ["--serve"]:
        return serve(sys.argv[2])
    arguments = argparse.ArgumentParser(prog="bench/specimens.sh", description="See bench/specimens.sh --help.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--truth", type=Path)
    arguments.add_argument("--readers")
    arguments.add_argument("--fastmrz-data", type=Path)
    arguments.add_argument("--limit", type=float, default=120.0)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--each", action="store_true")
    given = arguments.parse_args()
    wanted = given.readers.split(",") if given.readers else [name for name in READERS if name != "fastmrz" or given.fastmrz_data]
    if "fastmrz" not in wanted:
        print("bench: without fastmrz; it is read with when --fastmrz-data names the folder of its mrz.traineddata", file=sys.stderr)
    if unknown := [name for name in wanted if name not in READERS]:
        stop(f"--readers: {unknown[0]} is none of {', '.join(READERS)}")
    pictures = sorted(path for path in given.folder.rglob("*") if path.suffix.lower() in PICTURES and path.is_file())
    if not pictures:
        stop(f"{given.folder} holds no picture: JPEG, PNG or WebP files are read, by the ends of their names")
    truth = truths(given.truth) if given.truth else {}
    names = {str(path.relative_to(given.folder)) for path in pictures}
    if missing := [name for name in truth if name not in names]:
        stop(f"--truth names {missing[0]}, which is not in {given.folder}: names are relative to the folder")
    if any(name in wanted for name in ("passporteye", "fastmrz")) and subprocess.call(["sh", "-c", "command -v tesseract >/dev/null"]):
        stop("tesseract is missing: `apt install tesseract-ocr`, or leave the others out with --readers page,zone")
    if "fastmrz" in wanted:
        if not given.fastmrz_data or not (given.fastmrz_data / "mrz.traineddata").is_file():
            stop("fastmrz needs the folder with its own mrz.traineddata: name it with --fastmrz-data, or leave fastmrz out of --readers")
        os.environ["FASTMRZ_DATA"] = str(given.fastmrz_data)
    readers = [Started(name, given.limit) if name in ("page", "zone") else Served(name, given.limit) for name in wanted]
    results = []
    log = given.json.open("w") if given.json else None
    for number, path in enumerate(pictures, 1):
        name = str(path.relative_to(given.folder))
        for reader in readers:
            print(f"\rbench: {number} of {len(pictures)}, {reader.name:<12}", end="", file=sys.stderr, flush=True)
            result = {"picture": name, "reader": reader.name} | reader.read(str(path))
            result["judged"] = judged(result, truth.get(name))
            results.append(result)
            if log:
                print(json.dumps(result), file=log, flush=True)
    print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    if given.each or len(pictures) <= 200:
        say(pictures_table(readers, results))
        print()
    print(f"{len(pictures)} pictures; seconds of the processor, without the start")
    say(summary(readers, results, truth))


main()
