#!/usr/bin/env bash
# Pictures of documents that others made: what is read of them, and what it costs. It fetches no picture and takes a folder; nothing of
# it is kept. `bench/specimens.sh --help` says how it is used, and what is compared with what.
case "${1:-}" in
  "" | -h | --help)
    cat <<'HELP'
usage: bench/specimens.sh FOLDER [OPTIONS]

Reads each picture of FOLDER (and of the folders in it) with `selfsame document`, with the part of it that reads the zone, with
PassportEye and with fastmrz, and prints a table: per picture the verdict and the processor seconds, then per reader how many are VALID,
AMBIGUOUS, UNPROTECTED, INVALID and without a zone, and p50, p95 and the most of the seconds.

  --truth FILE      lines of NAME, tabulator and the lines of the zone with tabulators between them; `-` in the place of the lines where
                    nothing may be VALID: a zone printed wrong, or none at all. Names are relative to FOLDER.
  --readers A,B     of page, zone, passporteye, fastmrz; all of them by default, fastmrz where its data are named
  --fastmrz-data F  the folder with mrz.traineddata, which fastmrz has in its repository (tessdata) and not in its package
  --limit SECONDS   what a picture may take before it is given up, 120 by default; wall clock
  --json FILE       writes every single result as well, one object a line
  --each            repeats the table of pictures on standard output; it is left out by default for more than 200 pictures

What is measured: processor time, user and system, of the process and of those that it starts (getrusage, wait4), not the clock. Every
reader may use one thread for its own parallel parts. selfsame is started once per picture; PassportEye and fastmrz run in one process
each, as a Python program would use them, and start tesseract per picture themselves. So that loading is nobody's time, `seconds` are
without the start: of selfsame the time that it takes for a white picture of 32 x 32 pixels is taken off (the networks that only
some pictures need are loaded on top, and count), and the Python readers read one such picture before. The column `start` says what was
left out.
VALID means of PassportEye that all its check digits agree, of fastmrz the status SUCCESS. They know nothing of AMBIGUOUS.

Examples:
  bench/specimens.sh ~/specimens --fastmrz-data ~/fastmrz/tessdata
  bench/specimens.sh ~/specimens --readers page,zone,passporteye --truth ~/specimens.tsv --json results.jsonl
  bench/specimens.sh ~/screenshots --readers page

It needs python3 with venv, tesseract (Debian: tesseract-ocr), the networks (`make models`) and a package index for pip.
HELP
    exit 0
    ;;
esac
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
folder="$(cd "$OLDPWD" && realpath -- "$1")"
[[ -d "$folder" ]] || { say "$1 is not a folder: name the one that holds the pictures"; exit 1; }
arguments=("${@:2}")
# Files are named from where the script was called, and it runs from the root.
for ((at = 0; at + 1 < ${#arguments[@]}; at++)); do
  case "${arguments[at]}" in
    --truth | --json | --fastmrz-data) arguments[at + 1]="$(cd "$OLDPWD" && realpath -- "${arguments[at + 1]}")" ;;
  esac
done
command -v python3 >/dev/null || { say "python3 is missing: install it, with its venv"; exit 1; }
if [[ -z "${SPECIMENS_BIN:-}" ]]; then
  build_release
else
  SELFSAME_BIN="$SPECIMENS_BIN"
fi
if ! cmp -s bench/documents/specimens-requirements.txt target/tools/specimens/requirements.txt; then
  say "installing the other readers under target/tools/specimens"
  rm -rf target/tools/specimens
  python3 -m venv target/tools/specimens
  target/tools/specimens/bin/pip install --quiet --requirement bench/documents/specimens-requirements.txt
  cp bench/documents/specimens-requirements.txt target/tools/specimens/requirements.txt
fi
say "$(machine)"
exec target/tools/specimens/bin/python bench/documents/specimens.py "$folder" "${arguments[@]}"
