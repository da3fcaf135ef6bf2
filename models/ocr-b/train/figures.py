"""Writes the figures of the model card: tables by blur and size, reliability, the price of confusions, lines that are none."""

import argparse
import json
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
PAIRS = ["0O", "DO", "0Q", "1I", "1L", "2Z", "5S", "8B", "6G", "7T", "5J", "7Z", "FP", "HM", "KX", "MN", "UV", "<C"]


def level(base: lines.Style, font: str, count: int, seed: int, **change) -> ev.Tally:
    """Reads lines of one kind."""
    style = replace(base, whole=True, width=ev.WIDTH, **change)
    rng = np.random.default_rng([seed, 4])
    tally = ev.Tally()
    for _ in range(count):
        strip, _, _, text = lines.window(style, rng)
        logs = ev.read(NETWORK, strip)
        tally.add(text, *ev.decode(logs, ev.RULES[0]))
    return tally


def by_level(base, font, count, seed) -> list[dict]:
    """One row for each blur and each cap height."""
    rows = []
    for blur in BLURS:
        tally = level(base, font, count, seed, blur=blur, cap=(16.0, 44.0), harm=MODERATE)
        rows.append({"blur": blur, "cap": "16-44", **tally.summary(), "reliability": ev.reliability(tally), "margins": ev.margins(tally), "repairs": ev.repairs(tally)})
    for cap in CAPS:
        tally = level(base, font, count, seed, blur=0.04, cap=(cap, cap * 1.001), harm=MODERATE)
        rows.append({"blur": 0.04, "cap": cap, **tally.summary(), "reliability": ev.reliability(tally), "margins": ev.margins(tally), "repairs": ev.repairs(tally)})
    for kind in held_out.KINDS:
        tally = level(base, font, count, seed, blur=0.04, cap=(10.0, 44.0), harm=MODERATE, after=kind)
        rows.append({"blur": kind.__name__, "cap": "10-44", **tally.summary(), "reliability": ev.reliability(tally), "margins": ev.margins(tally), "repairs": ev.repairs(tally)})
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


def prices(base, count, seed, **change) -> list[dict]:
    """The price table for lines of some kind."""
    style = replace(base, whole=True, width=ev.WIDTH, **change)
    rng, prices = np.random.default_rng([seed, 6]), Prices()
    for _ in range(count):
        strip, _, _, text = lines.window(style, rng)
        prices.add(text, *ev.decode(ev.read(NETWORK, strip), ev.RULES[0]))
    return prices.table()


def none_lines(base, count, seed) -> dict:
    """Characters read where there are none, and in lines that are upside down, beside the same lines upright."""
    style, rng = replace(base, width=ev.WIDTH, harm=MODERATE, cap=(9.0, 44.0)), np.random.default_rng([seed, 8])
    kinds = {"no OCR-B": [], "upright": [], "upside down": [], "mirrored": []}
    for _ in range(count):
        kinds["no OCR-B"].append(_certain(lines.not_ocrb(style, rng)))
        strip, _, _, _ = lines.window(replace(style, whole=True), rng)
        kinds["upright"].append(_certain(strip))
        kinds["upside down"].append(_certain(strip[::-1, ::-1]))
        kinds["mirrored"].append(_certain(strip[:, ::-1]))
    out = {
        kind: {"strips": len(v), "strips all blank": sum(n == 0 for n, _, _ in v), "characters per strip": round(float(np.mean([n for n, _, _ in v])), 2),
               "sum of certainty, median": round(float(np.median([s for _, s, _ in v])), 2),
               "strips with 10 or more characters": sum(n >= 10 for n, _, _ in v)}
        for kind, v in kinds.items()
    }
    turned = [u[1] > d[1] for u, d in zip(kinds["upright"], kinds["upside down"])]
    out["upright has more certainty than upside down"] = f"{sum(turned)} of {len(turned)}"
    return out


def _certain(strip: np.ndarray) -> tuple[int, float, float]:
    text, options = ev.decode(ev.read(NETWORK, np.ascontiguousarray(strip)), ev.RULES[0])
    top = np.exp(options.max(1)) if len(text) else np.zeros(0)
    return len(text), float(top.sum()), float(top.mean()) if len(top) else 0.0


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
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    NETWORK = ev.session(given.network)
    base = lines.make_style(given.seed, [given.font], 0, 90)
    rows = by_level(base, given.font, given.lines, given.seed)
    result = {
        "font": given.font.rsplit("/", 1)[-1], "milliseconds per line": ev.milliseconds(NETWORK), "levels": rows,
        "prices, cap 16-44, moderate": prices(base, given.lines * 3, given.seed, cap=(16.0, 44.0), harm=MODERATE),
        "prices, cap 9, moderate": prices(base, given.lines, given.seed, cap=(9.0, 9.01), blur=0.04, harm=MODERATE),
        "none": none_lines(base, given.lines, given.seed),
    }
    out = Path(given.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(json.dumps(result, indent=1) + "\n")
    chosen = {f"blur {r['blur']}": r["reliability"] for r in rows if r["cap"] == "16-44"}
    svg(chosen, out / "reliability.svg")
    for row in rows:
        print(row["blur"], row["cap"], *(row[k] for k in ("lines", "lines wrong", "characters", "wrong", "lost", "invented", "expected wrong")))
    print(json.dumps(result["none"], indent=1))
    for row in result["prices, cap 16-44, moderate"]:
        print(row)


if __name__ == "__main__":
    main()
