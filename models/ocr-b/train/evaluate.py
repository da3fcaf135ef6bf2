"""Measures a network on whole lines: characters and lines wrong by blur and size, how far its probabilities hold, and margins.

Lines are drawn from a font, with their own seed; the network is the ONNX file that the server loads.
"""

import argparse
import itertools
import json
import time
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

import lines
from glyphs import ALPHABET

WIDTH = 816


def session(path: str) -> onnxruntime.InferenceSession:
    """Opens a network for one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def runs(best: np.ndarray) -> list[tuple[int, int]]:
    """Runs of columns with the same best class that is not nothing."""
    found, begin = [], 0
    for column in range(1, len(best) + 1):
        if column == len(best) or best[column] != best[begin]:
            if best[begin] != 0:
                found.append((begin, column))
            begin = column
    return found


def decode(logs: np.ndarray, rule: str) -> tuple[str, np.ndarray]:
    """The text, and for each character the log-probabilities of the 37, by a rule for joining its columns."""
    spans = merge(logs, runs(logs.argmax(1)))
    options = np.array([join(logs[a:b, 1:], rule) for a, b in spans]).reshape(-1, 37)
    return "".join(ALPHABET[i] for i in options.argmax(1)), options


def merge(logs: np.ndarray, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins spans that touch: no blank between them means that they are one character in doubt."""
    out = []
    for begin, end in spans:
        if out and out[-1][1] == begin:
            out[-1] = (out[-1][0], end)
        else:
            out.append((begin, end))
    return out


def join(part: np.ndarray, rule: str) -> np.ndarray:
    """Log-probabilities of a character from those of its columns, blank left out."""
    own = part - np.logaddexp.reduce(part, 1, keepdims=True)
    if rule == "mean of probabilities":
        joined = np.log(np.mean(np.exp(own), 0) + 1e-30)
    elif rule == "weighted mean":
        weight = np.exp(np.logaddexp.reduce(part, 1))
        joined = np.log((np.exp(own) * weight[:, None]).sum(0) / weight.sum() + 1e-30)
    elif rule == "mean of logs":
        joined = own.mean(0)
    elif rule == "surest column":
        joined = own[np.argmax(np.logaddexp.reduce(part, 1))]
    else:
        joined = own.sum(0)
    return joined - np.logaddexp.reduce(joined)


RULES = ["mean of probabilities", "weighted mean", "mean of logs", "surest column", "sum of logs"]


def align(truth: str, read: str) -> list[tuple[int, int]]:
    """Pairs of places by least edits; -1 where one side has nothing."""
    if truth == read:
        return [(i, i) for i in range(len(truth))]
    cost = [list(range(len(read) + 1))]
    for i, character in enumerate(truth, 1):
        above, row = cost[-1], [i]
        for j, other in enumerate(read, 1):
            row.append(min(above[j - 1] + (character != other), above[j] + 1, row[-1] + 1))
        cost.append(row)
    pairs, i, j = [], len(truth), len(read)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
            pairs.append((i, -1))
        else:
            j -= 1
            pairs.append((-1, j))
    return pairs[::-1]


def draw(font: str, count: int, seed: int, **more) -> list[tuple[np.ndarray, str]]:
    """Whole lines of a font, at random degradations or at those asked for."""
    style = lines.make_style(seed, [font], 0, 90, width=WIDTH, whole=True, **more)
    rng = np.random.default_rng([seed, 3])
    out = []
    for _ in range(count):
        strip, _, _, text = lines.window(style, rng)
        out.append((strip, text))
    return out


def runs_out(logs: np.ndarray) -> bool:
    """Whether a line goes on to the end of the strip: it was drawn too long, and what is missing was never shown."""
    spans = runs(logs.argmax(1))
    return bool(spans) and spans[-1][1] >= len(logs) - 3


def read(network: onnxruntime.InferenceSession, strip: np.ndarray) -> np.ndarray:
    """Log-probabilities of a strip's columns."""
    x = (strip.astype(np.float32)[None, None] - 127.5) / 127.5
    return network.run(None, {"line": x})[0][0]


class Tally:
    """Counts over lines, and what each character's probabilities said."""

    def __init__(self):
        self.lines = self.wrong_lines = self.characters = self.wrong = self.lost = self.invented = self.beside = 0
        self.said, self.right, self.margins, self.regrets, self.swaps = [], [], [], [], {}

    def add(self, truth: str, text: str, options: np.ndarray) -> None:
        self.lines += 1
        self.wrong_lines += truth != text
        self.characters += len(truth)
        pairs = align(truth, text)
        inside = [n for n, (i, _) in enumerate(pairs) if i >= 0]
        for n, (i, j) in enumerate(pairs):
            if i < 0 or j < 0:
                within = bool(inside) and inside[0] < n < inside[-1]
                self.lost, self.invented, self.beside = self.lost + (j < 0), self.invented + (i < 0 and within), self.beside + (i < 0 and not within)
                continue
            order = np.sort(options[j])
            self.said.append(order[-1])
            self.margins.append(order[-1] - order[-2])
            self.right.append(truth[i] == text[j])
            if truth[i] != text[j]:
                self.wrong += 1
                self.regrets.append(order[-1] - options[j][ALPHABET.index(truth[i])])
                pair = truth[i] + ">" + text[j]
                self.swaps[pair] = self.swaps.get(pair, 0) + 1

    def summary(self) -> dict:
        right, said = np.array(self.right), np.array(self.said)
        return {
            "lines": self.lines, "lines wrong": self.wrong_lines, "characters": self.characters, "wrong": self.wrong,
            "lost": self.lost, "invented within": self.invented, "read beside": self.beside,
            "expected wrong": round(float((1 - np.exp(said)).sum()), 1),
            "nats": round(float(-np.where(right, said, np.log(np.maximum(1 - np.exp(said), 1e-12))).mean()), 5),
            "swaps": dict(sorted(self.swaps.items(), key=lambda kv: -kv[1])[:12]),
        }


def repairs(tally: Tally) -> dict:
    """What the right repair of a wrong character costs in nats, and what the cheapest change of a right one costs."""
    right = np.array(tally.margins)[np.array(tally.right)]
    out = {"right characters": len(right), "wrong characters": len(tally.regrets)}
    out["cheapest change of a right one"] = {f"percentile {q}": round(float(np.percentile(right, q)), 2) for q in (0.01, 0.1, 1, 5, 50)}
    if tally.regrets:
        out["right repair of a wrong one"] = {f"percentile {q}": round(float(np.percentile(tally.regrets, q)), 2) for q in (50, 90, 95, 99, 100)}
    return out


BINS = [0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999, 1.0001]


def reliability(tally: Tally) -> list[dict]:
    """For each range of the stated probability: how many, what was stated on average, and what was right."""
    said, right = np.exp(np.array(tally.said)), np.array(tally.right)
    table = []
    for low, high in itertools.pairwise(BINS):
        inside = (said >= low) & (said < high)
        if inside.any():
            table.append({
                "from": low, "to": min(high, 1), "characters": int(inside.sum()),
                "stated": round(float(said[inside].mean()), 5), "right": round(float(right[inside].mean()), 5),
            })
    return table


def margins(tally: Tally) -> list[dict]:
    """For each margin in nats: the part of right and of wrong characters that have at least that."""
    gap, right = np.array(tally.margins), np.array(tally.right)
    return [
        {"nats": n, "right kept": round(float((gap[right] >= n).mean()), 4), "wrong among kept": round(float((~right[gap >= n]).mean()), 6)}
        for n in (0.5, 1, 2, 3, 4, 6, 8, 10) if (gap >= n).any()
    ]


def milliseconds(network: onnxruntime.InferenceSession, width: int = 752) -> float:
    """Median processor time for one line."""
    x, spent = np.zeros((1, 1, 32, width), np.float32), []
    for _ in range(80):
        begin = time.process_time()
        network.run(None, {"line": x})
        spent.append(time.process_time() - begin)
    return round(float(np.median(spent)) * 1000, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--fonts", nargs="+", required=True)
    parser.add_argument("--lines", type=int, default=600)
    parser.add_argument("--seed", type=int, default=9001)
    parser.add_argument("--out")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    network = session(given.network)
    result = {"milliseconds per line": milliseconds(network)}
    for font in given.fonts:
        drawn = draw(font, given.lines, given.seed)
        read_all = [(read(network, strip), text) for strip, text in drawn]
        for rule in RULES:
            tally = Tally()
            for logs, text in read_all:
                tally.add(text, *decode(logs, rule))
            name = font.rsplit("/", 1)[-1] + ", " + rule
            result[name] = tally.summary()
            if rule == RULES[0]:
                result[name + ", reliability"], result[name + ", margins"] = reliability(tally), margins(tally)
    text = json.dumps(result, indent=1)
    print(text)
    if given.out:
        Path(given.out).write_text(text + "\n")


if __name__ == "__main__":
    main()
