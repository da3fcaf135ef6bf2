#!/usr/bin/env bash
# Attacks made of recordings of people, and the recordings, through `selfsame eval pad`: bench/pad.sh CLIP…. Every ten seconds of a clip are
# one capture of 20 frames, 320 pixels wide. The clips show people: they stay where they are. Prints JSON; what each witness said of
# each capture goes to target/pad/each.jsonl.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
[[ $# -gt 0 ]] || { say "usage: bench/pad.sh CLIP…"; exit 2; }
command -v ffmpeg >/dev/null || { say "ffmpeg is missing; run \`make system\`"; exit 1; }
build_release
say "$(machine)"
work=target/pad
rm -rf "$work/live" "$work/attacks"
[[ -x "$work/venv/bin/python" ]] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install numpy==2.4.6 opencv-python-headless==5.0.0.93
for clip in "$@"; do
  seconds="$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$clip")"
  name="$(basename "${clip%.*}")"
  for ((from = 0; from + 10 <= ${seconds%.*}; from += 10)); do
    folder="$work/live/$name-$(printf '%04d' "$from")"
    mkdir -p "$folder"
    ffmpeg -nostdin -v error -ss "$from" -t 10 -i "$clip" -vf 'fps=2,scale=320:-2' -q:v 2 "$folder/%04d.jpg"
  done
done
"$work/venv/bin/python" bench/pad/simulate.py "$work/attacks" "$work"/live/*
"$SELFSAME_BIN" eval pad --list "$work/attacks/list.tsv" --each "$work/each.jsonl" --json
