#!/usr/bin/env bash
# Makes what a release consists of, in target/dist: an archive that runs after unpacking, a Debian package, the list of what is
# in them (CycloneDX), and the checksums of all. `make release` builds the binary, the browser code and the models before.
#
#   deploy/release.sh BINARY [OUT]
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/.."

fail() { echo "release: $*" >&2; exit 1; }

[[ $# -ge 1 && -x "$1" ]] || fail "usage: deploy/release.sh BINARY [OUT]; BINARY is a release build, as in target/release/selfsame"
binary="$1" out="${2:-target/dist}"
version="$("$binary" --version | cut -d' ' -f2)"
[[ "$version" == "$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)" ]] ||
  fail "$binary says that it is version $version, Cargo.toml says otherwise; build it anew: make release"
# Times in the files are those of the commit: a second build of it makes the same bytes.
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH

name="selfsame-$version-linux-$(uname -m)"
rm -rf "$out"
mkdir -p "$out/staged/$name/docs" "$out/staged/$name/deploy"
staged="$out/staged/$name"
install -m 755 "$binary" "$staged/selfsame"
strip --strip-debug "$staged/selfsame"
python3 deploy/models.py "$staged/models"
cp LICENSE SECURITY.md README.md CHANGELOG.md "$staged/"
cp docs/*.md "$staged/docs/"
cp -r deploy/systemd deploy/helm deploy/grafana deploy/prometheus "$staged/deploy/"

sbom="$out/selfsame-$version.cdx.json"
python3 deploy/sbom.py --out "$sbom" --notices "$staged/THIRD-PARTY.txt"
cp "$sbom" "$staged/"

tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$out/staged" -cf - "$name" |
  gzip -6n >"$out/$name.tar.gz"
if command -v dpkg-deb >/dev/null; then
  deploy/deb.sh "$staged" "$out" >/dev/null
else
  echo "release: no Debian package is made: dpkg-deb is missing (Debian: apt-get install dpkg-dev)" >&2
fi
rm -rf "$out/staged"
(cd "$out" && sha256sum -- * >SHA256SUMS)
echo "release: in $out:" >&2
(cd "$out" && ls -l -- *) >&2
