"""Writes the figures of the model card: tables by blur and size, reliability, the price of confusions, lines that are none."""

import argparse
import json
import pickle
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

import evaluate as ev
import held_out
import lines
from glyphs import ALPHABET

# Blur of the lens (deviation of a Gaussian, in cap heights) and cap heights in the picture (pixels), each with moderate other harm.
BLURS = [0.0, 0.05, 0.08, 0.11, 0.14, 0.17]
CAPS = [40.0, 20.0, 12.0, 9.0, 7.5, 6.5]
MODERATE = 0.5
# How the columns of a character are joined.
RULE = ev.RULES[0]
PAIRS = ["0O", "DO", "0Q", "1I", "1L", "2Z", "5S", "8B", "6G", "7T", "5J", "7Z", "FP", "HM", "KX", "MN", "UV", "<C"]


def draw(font: str, count: int, seed: int) -> dict:
    """Draws all lines that are measured, so that several networks can be measured on the same."""
    base = lines.make_style(seed, [font], 0, 90, harm=MODERATE, whole=True, width=ev.WIDTH)
    kinds = [(f"blur {blur}", "16-44", count, {"blur": blur, "cap": (16.0, 44.0)}) for blur in BLURS]
    kinds += [("0.04", cap, count, {"blur": 0.04, "cap": (cap, cap * 1.001)}) for cap in CAPS]
    kinds += [(kind.__name__, "10-44", count, {"blur": 0.04, "cap": (10.0, 44.0), "after": kind}) for kind in held_out.KINDS]
    kinds += [("prices", "16-44", count * 2, {"cap": (16.0, 44.0)}), ("prices", 9.0, count, {"cap": (9.0, 9.01), "blur": 0.04})]
    drawn = {}
    for index, (harm, cap, many, change) in enumerate(kinds):
        style, rng = replace(base, **change), np.random.default_rng([seed, 4, index])
        drawn[harm, cap] = [lines.window(style, rng)[::3] for _ in range(many)]
    style, rng = replace(base, cap=(9.0, 44.0)), np.random.default_rng([seed, 8])
    drawn["none"] = [lines.not_ocrb(style, rng) for _ in range(count)]
    drawn["upright"] = [lines.window(style, rng)[0] for _ in range(count)]
    return drawn


def by_level(drawn: dict) -> list[dict]:
    """One row for each blur, each cap height, and each harm that training never showed."""
    rows = []
    for (harm, cap), some in ((k, v) for k, v in drawn.items() if isinstance(k, tuple) and k[0] != "prices"):
        tally = ev.Tally()
        for strip, text in some:
            logs = ev.read(NETWORK, strip)
            if not ev.runs_out(logs):
                tally.add(text, *ev.decode(logs, RULE))
        rows.append({
            "blur": harm, "cap": cap, **tally.summary(), "reliability": ev.reliability(tally),
            "margins": ev.margins(tally), "repairs": ev.repairs(tally),
        })
    return rows


class Prices:
    """Log-probability of what is printed less that of its usual rival, in nats."""

    def __init__(self):
        self.nats = {pair: [] for pair in PAIRS}

    def add(self, truth: str, text: str, options: np.ndarray) -> None:
        for i, j in ev.align(truth, text):
            if i < 0 or j < 0:
                continue
            for pair in PAIRS:
                if truth[i] in pair:
                    other = pair[1 - pair.index(truth[i])]
                    self.nats[pair].append(options[j][ALPHABET.index(truth[i])] - options[j][ALPHABET.index(other)])

    def table(self) -> list[dict]:
        return [
            {"pair": pair, "characters": len(n), "wrong way": int((np.array(n) < 0).sum()),
             **{f"percentile {q}": round(float(np.percentile(n, q)), 2) for q in (0.1, 1, 5, 50)}}
            for pair, n in self.nats.items() if n
        ]


def prices(some: list) -> list[dict]:
    """The price table for lines of some kind."""
    prices = Prices()
    for strip, text in some:
        prices.add(text, *ev.decode(ev.read(NETWORK, strip), RULE))
    return prices.table()


def none_lines(drawn: dict) -> dict:
    """Characters read where there are none, and in lines that are upside down, beside the same lines upright."""
    kinds = {
        "no OCR-B": [_certain(strip) for strip in drawn["none"]],
        "upright": [_certain(strip) for strip in drawn["upright"]],
        "upside down": [_certain(strip[::-1, ::-1]) for strip in drawn["upright"]],
        "mirrored": [_certain(strip[:, ::-1]) for strip in drawn["upright"]],
    }
    out = {
        kind: {
            "strips": len(v), "strips all blank": sum(n == 0 for n, _ in v), "characters per strip": round(float(np.mean([n for n, _ in v])), 2),
            "sum of certainty, median": round(float(np.median([s for _, s in v])), 2),
            "strips with 10 or more characters": sum(n >= 10 for n, _ in v),
        }
        for kind, v in kinds.items()
    }
    turned = [u[1] > d[1] for u, d in zip(kinds["upright"], kinds["upside down"])]
    out["upright has more certainty than upside down"] = f"{sum(turned)} of {len(turned)}"
    return out


def _certain(strip: np.ndarray) -> tuple[int, float]:
    text, options = ev.decode(ev.read(NETWORK, np.ascontiguousarray(strip)), RULE)
    return len(text), float(np.exp(options.max(1)).sum()) if len(text) else 0.0


def svg(series: dict[str, list[dict]], path: Path) -> None:
    """Draws stated against found error, both on a logarithmic scale."""
    def place(stated, right):
        x = 60 + 420 * (np.log10(max(1 - stated, 1e-5)) + 5) / 5
        y = 460 - 420 * (np.log10(max(1 - right, 1e-5)) + 5) / 5
        return round(x, 1), round(y, 1)

    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 520" font-family="sans-serif" font-size="12">',
             '<rect width="640" height="520" fill="white"/><line x1="60" y1="460" x2="480" y2="40" stroke="#999" stroke-dasharray="4"/>']
    for power in range(6):
        at = 60 + 84 * power
        parts.append(f'<line x1="{at}" y1="40" x2="{at}" y2="460" stroke="#eee"/><line x1="60" y1="{520 - at}" x2="480" y2="{520 - at}" stroke="#eee"/>')
        parts.append(f'<text x="{at - 10}" y="478">1e{power - 5}</text><text x="22" y="{524 - at}">1e{power - 5}</text>')
    for index, (name, table) in enumerate(series.items()):
        colour = ["#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b8860b", "#444", "#e67e22", "#16a085"][index % 8]
        dots = [place(row["stated"], row["right"]) for row in table if row["characters"] >= 30]
        parts.append(f'<polyline fill="none" stroke="{colour}" points="{" ".join(f"{x},{y}" for x, y in dots)}"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in dots]
        parts.append(f'<text x="490" y="{60 + 18 * index}" fill="{colour}">{name}</text>')
    parts.append('<text x="200" y="505">stated chance of an error</text><text x="60" y="28">errors found (1e-5: none)</text></svg>')
    path.write_text("\n".join(parts) + "\n")


def main() -> None:
    global NETWORK
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network")
    parser.add_argument("--font", required=True)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--seed", type=int, default=9100)
    parser.add_argument("--drawn", help="file that keeps the lines for other networks")
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    NETWORK = ev.session(given.network)
    kept = Path(given.drawn) if given.drawn else None
    drawn = pickle.loads(kept.read_bytes()) if kept and kept.exists() else draw(given.font, given.lines, given.seed)
    if kept and not kept.exists():
        kept.write_bytes(pickle.dumps(drawn))
    rows = by_level(drawn)
    result = {
        "font": given.font.rsplit("/", 1)[-1], "milliseconds per line": ev.milliseconds(NETWORK), "levels": rows,
        "prices, cap 16-44, moderate": prices(drawn["prices", "16-44"]), "prices, cap 9, moderate": prices(drawn["prices", 9.0]),
        "none": none_lines(drawn),
    }
    out = Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    svg({r["blur"]: r["reliability"] for r in rows if r["cap"] == "16-44"}, out / "reliability.svg")
    for row in rows:
        print(row["blur"], row["cap"], *(row[k] for k in ("lines", "lines wrong", "characters", "wrong", "lost", "invented within", "read beside", "expected wrong")))


if __name__ == "__main__":
    main()
