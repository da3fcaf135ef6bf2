"""Finds the temperature under which the stated probabilities hold best, on a cut and on harm that training has not seen."""

import argparse
from dataclasses import replace

import cv2
import numpy as np

import evaluate as ev
import held_out
import lines

TEMPERATURES = [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0]


def drawn(network, font: str, count: int, seed: int) -> list[tuple[np.ndarray, str]]:
    """Readings of lines: half with the harm of training, half with harm that it never showed."""
    base = replace(lines.make_style(seed, [font], 0, 90), whole=True, width=ev.WIDTH)
    rng = np.random.default_rng([seed, 5])
    out = []
    for index in range(count):
        after = held_out.KINDS[index // 2 % len(held_out.KINDS)] if index % 2 else None
        strip, _, _, text = lines.window(replace(base, after=after, harm=0.6 if after else 1.0), rng)
        out.append((ev.read(network, strip), text))
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
    given = parser.parse_args()
    cv2.setNumThreads(1)
    readings = drawn(ev.session(given.network), given.font, given.lines, given.seed)
    for rule in ev.RULES:
        for temperature in TEMPERATURES:
            tally = ev.Tally()
            for logs, text in readings:
                tally.add(text, *ev.decode(hotter(logs, temperature), rule))
            summary = tally.summary()
            print(f"{rule}\ttemperature {temperature}\tnats {summary['nats']}\twrong {summary['wrong']}\texpected {summary['expected wrong']}")


if __name__ == "__main__":
    main()
