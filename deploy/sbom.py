#!/usr/bin/env python3
"""Lists what a release is made of, as CycloneDX 1.6: crates of the binary, packages of the browser code, engine and networks.

The lists come from the lock files and models/manifest.toml, so nothing that was not locked can be in them. Crates that only
tests use are left out. --notices writes the licence texts of the crates and packages, as far as these carry them.

    deploy/sbom.py --out target/selfsame.cdx.json --notices target/THIRD-PARTY.txt
"""

import argparse
import base64
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import uuid
from urllib.parse import quote

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY_CRATE = "selfsame-cli"
# The browser code that is compiled in holds a copy of these; web/scripts/build.mjs refuses any other.
BUNDLED = re.compile(r"^const BUNDLED = \[(.*)\];$", re.MULTILINE)
NOTICE_FILES = ("LICENSE*", "LICENCE*", "COPYING*", "NOTICE*")


def licences(expression):
    """CycloneDX' form of an SPDX expression; older crates write / for OR. A text that is no expression is kept as a name."""
    if not expression:
        return {}
    expression = re.sub(r"\s*/\s*", " OR ", expression)
    if re.fullmatch(r"[A-Za-z0-9.+() -]+", expression):
        return {"licenses": [{"expression": expression}]}
    return {"licenses": [{"license": {"name": expression}}]}


def crates(metadata, checksums):
    """Components and dependencies of all crates that the binary is built from, and the packages as cargo tells them."""
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    start = next(key for key, package in packages.items() if package["name"] == BINARY_CRATE)

    def needs(key):
        for dependency in nodes[key]["deps"]:
            # None: it is built into the program. "build": into what builds it. "dev" alone is for tests.
            if any(kind["kind"] in (None, "build") for kind in dependency["dep_kinds"]):
                yield dependency["pkg"]

    reached, waiting = set(), [start]
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(needs(key))

    def purl(key):
        return f"pkg:cargo/{packages[key]['name']}@{packages[key]['version']}"

    components, graph = [], []
    for key in sorted(reached, key=purl):
        package = packages[key]
        graph.append({"ref": purl(key), "dependsOn": sorted(purl(other) for other in needs(key))})
        component = {"type": "library", "bom-ref": purl(key), "name": package["name"], "version": package["version"]}
        component |= licences(package["license"]) | {"purl": purl(key)}
        if checksum := checksums.get((package["name"], package["version"])):
            component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        components.append(component)
    return components, graph, purl(start), [packages[key] for key in sorted(reached, key=purl)]


def checksums(lock):
    """(name, version) to SHA-256, of the crates that come from outside."""
    return {(one["name"], one["version"]): one["checksum"] for one in lock["package"] if "checksum" in one}


def npm(lock, is_shipped):
    """Components of an npm lock file. What only builds the rest is marked "excluded", CycloneDX' word for it."""
    for path, package in sorted(lock["packages"].items()):
        # Stubs of this checkout, which stand for packages that nobody needs, have no integrity.
        if "integrity" not in package:
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
        component = {"type": "library", "bom-ref": purl, "name": name, "version": package["version"]}
        component |= {"scope": "required" if is_shipped(name) else "excluded"}
        component |= licences(package.get("license")) | {"purl": purl}
        algorithm, _, digest = package["integrity"].partition("-")
        content = base64.b64decode(digest).hex()
        component["hashes"] = [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": content}]
        yield component


def networks(manifest):
    """The inference engine, one component for each platform's library, and each network as a model."""

    def component(kind, name, entry, about):
        ref = f"models/{entry['file']}"
        digest = [{"alg": "SHA-256", "content": entry["sha256"]}]
        said = {"licenses": [{"license": {"name": about["licence"]}}]} if "licence" in about else {}
        origin = {"properties": [{"name": "selfsame:provenance", "value": about["provenance"]}]} if "provenance" in about else {}
        return {"type": kind, "bom-ref": ref, "name": name} | said | {"hashes": digest} | origin

    engine = manifest["engine"]
    for library in engine["library"]:
        yield component("library", f"{engine['name']} ({library['os']}, {library['arch']})", library, engine)
    for slot, entry in sorted(manifest["slot"].items()):
        yield component("machine-learning-model", entry.get("name", slot), entry, entry)


def bill(root, metadata, when):
    """The document, and the crates that it lists."""
    load = lambda path: json.loads((root / path).read_text("utf-8"))
    lock = tomllib.loads((root / "Cargo.lock").read_text("utf-8"))
    components, graph, start, packages = crates(metadata, checksums(lock))
    bundled = bundled_packages(root)
    components += npm(load("web/package-lock.json"), lambda name: name in bundled)
    components += npm(load("models/package-lock.json"), lambda name: True)
    components += networks(tomllib.loads((root / "models/manifest.toml").read_text("utf-8")))
    # A package that two lock files name is one component; where one of them ships it, it is shipped.
    unique = {}
    for component in components:
        held = unique.setdefault(component["bom-ref"], component)
        if component.get("scope") == "required":
            held["scope"] = "required"
    main = next(component for component in components if component["bom-ref"] == start)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "application", "bom-ref": "selfsame", "name": "selfsame", "version": main["version"]}
            | licences("Apache-2.0"),
        },
        "components": list(unique.values()),
        "dependencies": [{"ref": "selfsame", "dependsOn": [start]}] + graph,
    }
    # A name for this very list: the same list has the same.
    name = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "serialNumber": f"urn:uuid:{name}"} | document, packages


def bundled_packages(root):
    """Names of the npm packages that are compiled into the browser code."""
    found = BUNDLED.search((root / "web/scripts/build.mjs").read_text("utf-8"))
    if not found:
        sys.exit("sbom: web/scripts/build.mjs has no line `const BUNDLED = […];` any more; tell deploy/sbom.py where the list is")
    return set(re.findall(r"'([^']+)'", found.group(1)))


def notices(packages):
    """Licence texts that the packages carry, each text once, with all packages that carry it."""
    holders = {}
    for package in packages:
        if package["source"] is None:
            continue
        folder = pathlib.Path(package["manifest_path"]).parent
        for pattern in NOTICE_FILES:
            for file in sorted(folder.glob(pattern)):
                if file.is_file():
                    text = file.read_text("utf-8", "replace").strip()
                    holders.setdefault(text, []).append(f"{package['name']} {package['version']}")
    rule = "\n\n" + "-" * 80 + "\n\n"
    return rule.join(f"{', '.join(sorted(set(names)))}\n\n{text}" for text, names in holders.items()) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="file for the list, JSON")
    parser.add_argument("--notices", type=pathlib.Path, help="file for the licence texts")
    args = parser.parse_args()
    target = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    host = re.search(r"^host: (.*)$", target, re.MULTILINE).group(1)
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={host}"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    document, packages = bill(ROOT, metadata, datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc))
    args.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if args.notices:
        args.notices.write_text(notices(packages), "utf-8")
    print(f"sbom: {len(document['components'])} components in {args.out}", file=sys.stderr)


if __name__ == "__main__":
    main()
