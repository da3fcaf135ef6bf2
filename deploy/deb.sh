#!/usr/bin/env bash
# Makes a Debian package of a folder as deploy/release.sh lays it out: binary, networks, documents.
#
#   deploy/deb.sh STAGED OUT     prints the path of the package
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

fail() { echo "deb: $*" >&2; exit 1; }

[[ $# -eq 2 ]] || fail "usage: deploy/deb.sh STAGED OUT; STAGED is what deploy/release.sh lays out"
staged="$1" out="$2"
[[ -x "$staged/selfsame" && -f "$staged/models/manifest.toml" ]] || fail "$staged holds no binary or no models; run: make release"
for tool in dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" >/dev/null || fail "$tool is missing; install it (Debian: apt-get install dpkg-dev)"
done

version="$("$staged/selfsame" --version | cut -d' ' -f2)"
architecture="$(dpkg --print-architecture)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/root"

install -D -m 755 "$staged/selfsame" "$root/usr/bin/selfsame"
mkdir -p "$root/usr/share/selfsame"
cp -r "$staged/models" "$root/usr/share/selfsame/models"
doc="$root/usr/share/doc/selfsame"
mkdir -p "$doc"
cp "$staged"/docs/*.md "$staged/SECURITY.md" "$staged/THIRD-PARTY.txt" "$doc/"
install -m 644 "$here/debian/copyright" "$doc/copyright"
gzip -9n <"$staged/CHANGELOG.md" >"$doc/changelog.gz"
install -D -m 644 "$here/systemd/selfsame.service" "$root/usr/lib/systemd/system/selfsame.service"
install -D -m 644 "$here/debian/selfsame.toml" "$root/etc/selfsame/selfsame.toml"
chmod -R u=rwX,go=rX "$root"
install -d -m 700 "$root/etc/selfsame/secrets"

# Which versions of the C and C++ libraries do, as the symbols say that binary and inference engine use.
mkdir "$work/debian"
printf 'Source: selfsame\n\nPackage: selfsame\nArchitecture: any\n' >"$work/debian/control"
mapfile -t engines < <(find "$root/usr/share/selfsame/models" -name '*.so*')
libraries="$(cd "$work" && dpkg-shlibdeps -O "$root/usr/bin/selfsame" "${engines[@]}" 2>"$work/warnings" | sed -n 's/^shlibs:Depends=//p')"
[[ -n "$libraries" ]] || { cat "$work/warnings" >&2; fail "the libraries that the binary needs could not be told; see above"; }

install -d -m 755 "$root/DEBIAN"
install -m 755 "$here"/debian/{postinst,prerm,postrm} "$root/DEBIAN/"
echo /etc/selfsame/selfsame.toml >"$root/DEBIAN/conffiles"
cat >"$root/DEBIAN/control" <<CONTROL
Package: selfsame
Version: $version
Architecture: $architecture
Maintainer: The Selfsame contributors <selfsame@localhost>
Section: net
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: adduser, ca-certificates, $libraries
Description: identity verification that you run yourself
 A server that says, with evidence, whether a live person is in front of the
 camera, whether it is the person in the other picture, and what the document
 says.
CONTROL
package="$out/selfsame_${version}_$architecture.deb"
# The same input makes the same package.
SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(stat -c %Y "$staged/selfsame")}" \
  dpkg-deb --build --root-owner-group -Zxz -z1 "$root" "$package" >&2
echo "$package"
