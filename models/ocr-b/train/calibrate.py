"""Finds the temperature under which the stated probabilities hold best, on a cut and on harm that training has not seen."""

import argparse
import pickle
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

import evaluate as ev
import held_out
import lines

TEMPERATURES = [0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.1, 1.25, 1.5]


def draw(font: str, count: int, seed: int) -> list[tuple[np.ndarray, str]]:
    """Lines: half with the harm of training, half with harm that it never showed."""
    base = replace(lines.make_style(seed, [font], 0, 90), whole=True, width=ev.WIDTH)
    rng = np.random.default_rng([seed, 5])
    out = []
    for index in range(count):
        after = held_out.KINDS[index // 2 % len(held_out.KINDS)] if index % 2 else None
        strip, _, _, text = lines.window(replace(base, after=after, harm=0.6 if after else 1.0), rng)
        out.append((strip, text))
    return out


def hotter(logs: np.ndarray, temperature: float) -> np.ndarray:
    """The log-probabilities under a temperature."""
    scaled = logs / temperature
    return scaled - np.logaddexp.reduce(scaled, 1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", help="exported with temperature 1")
    parser.add_argument("--font", required=True)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--seed", type=int, default=9300)
    parser.add_argument("--drawn", help="file that keeps the lines for other networks")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    kept = Path(given.drawn) if given.drawn else None
    drawn = pickle.loads(kept.read_bytes()) if kept and kept.exists() else draw(given.font, given.lines, given.seed)
    if kept and not kept.exists():
        kept.write_bytes(pickle.dumps(drawn))
    network = ev.session(given.network)
    readings = [(ev.read(network, strip), text) for strip, text in drawn]
    for rule in ev.RULES:
        for temperature in TEMPERATURES:
            tally = ev.Tally()
            for logs, text in readings:
                tally.add(text, *ev.decode(hotter(logs, temperature), rule))
            summary = tally.summary()
            print(f"{rule}\ttemperature {temperature}\tnats {summary['nats']}\twrong {summary['wrong']}\texpected {summary['expected wrong']}")


if __name__ == "__main__":
    main()
