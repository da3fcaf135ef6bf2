#!/usr/bin/env python3
"""Copies what the server loads into a folder of its own: models/manifest.toml and the files that it names for one platform.

`make models` leaves packages of 350 MB, of which a server opens a third. A file whose sha256 is not the stated one is refused.

    deploy/models.py target/release-models
    deploy/models.py --arch aarch64 out
"""

import argparse
import hashlib
import pathlib
import platform
import shutil
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent


class Refused(Exception):
    """A file that is missing, or that is not the one that the manifest states."""


def wanted(manifest, system, arch):
    """(path, sha256) of each file that a server on this platform opens; the paths are relative to the manifest."""
    engines = [one for one in manifest["engine"]["library"] if (one["os"], one["arch"]) == (system, arch)]
    if not engines:
        raise Refused(f"manifest.toml names no inference engine for {system} on {arch}; name another --os or --arch")
    for entry in engines + list(manifest["slot"].values()):
        yield entry["file"], entry["sha256"]


def gather(models, out, system, arch):
    """Copies the files and the manifest, and returns their number and their bytes. Nothing is left of an earlier run."""
    manifest = tomllib.loads((models / "manifest.toml").read_text("utf-8"))
    files = sorted(set(wanted(manifest, system, arch)))
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    size = 0
    for path, stated in files:
        source = models / path
        if not source.is_file():
            raise Refused(f"{source} is missing; bring it with: make models")
        found = hashlib.sha256(source.read_bytes()).hexdigest()
        if found != stated:
            raise Refused(f"{source} has sha256 {found}, manifest.toml states {stated}; remove it and run: make models")
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        size += target.stat().st_size
    shutil.copyfile(models / "manifest.toml", out / "manifest.toml")
    return len(files), size


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=pathlib.Path, help="folder to make; one that is there is replaced")
    parser.add_argument("--models", type=pathlib.Path, default=HERE.parent / "models", help="as `make models` left it")
    parser.add_argument("--os", default="linux", help="linux or macos")
    parser.add_argument("--arch", default=platform.machine(), help="x86_64 or aarch64; this machine's unless given")
    args = parser.parse_args()
    try:
        number, size = gather(args.models, args.out, args.os, args.arch)
    except (Refused, OSError) as problem:
        sys.exit(f"models: {problem}")
    print(f"models: {number} files, {size / 1e6:.0f} MB, in {args.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
