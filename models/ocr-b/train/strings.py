"""What the lines of training say: mostly chance, so that shapes are learned and no grammar."""

import numpy as np

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
ALL = LETTERS + DIGITS + "<"
# Characters that are taken for each other.
CONFUSABLE = [
    "O0", "D0", "Q0", "OQ0D", "I1", "L1", "1I7T", "Z2", "S5", "B8", "G6", "T7", "J5", "Z7", "PF", "HM", "KX",
    "MN", "UV", "C<", "HN", "B3", "E8", "9G", "VY", "K<", "C6G", "0O8", "D8B", "W M".replace(" ", ""), "4A", "3J", "L<", "EF", "PR",
]


def _pick(rng: np.random.Generator, alphabet: str, count: int) -> str:
    return "".join(alphabet[i] for i in rng.integers(0, len(alphabet), count))


def _confusable(rng: np.random.Generator, count: int) -> str:
    groups = "".join(CONFUSABLE[i] for i in rng.integers(0, len(CONFUSABLE), rng.integers(1, 4)))
    rest = (ALL, LETTERS, DIGITS)[rng.integers(0, 3)]
    share = rng.uniform(0.3, 0.95)
    return "".join(_pick(rng, groups if rng.random() < share else rest, 1) for _ in range(count))


def _runs(rng: np.random.Generator, count: int) -> str:
    text = ""
    while len(text) < count:
        kind = rng.random()
        alphabet = LETTERS if kind < 0.4 else DIGITS if kind < 0.75 else "<"
        length = rng.integers(1, 14) if alphabet != "<" else rng.choice([1, 1, 2, 2, rng.integers(1, 20)])
        text += _pick(rng, alphabet, int(length))
    return text[:count]


def _fillers(rng: np.random.Generator, count: int) -> str:
    share = rng.uniform(0.0, 0.3)
    other = (ALL, "CKLXEG", LETTERS, DIGITS)[rng.integers(0, 4)]
    return "".join(_pick(rng, other, 1) if rng.random() < share else "<" for _ in range(count))


def _repeats(rng: np.random.Generator, count: int) -> str:
    text = ""
    while len(text) < count:
        text += _pick(rng, ALL, 1) * int(rng.choice([1, 2, 2, 3, rng.integers(2, 10)]))
    return text[:count]


def text(rng: np.random.Generator, count: int) -> str:
    """A string of so many characters."""
    kind = rng.random()
    if kind < 0.28:
        return _pick(rng, ALL, count)
    if kind < 0.56:
        return _confusable(rng, count)
    if kind < 0.80:
        return _runs(rng, count)
    if kind < 0.89:
        return _fillers(rng, count)
    if kind < 0.95:
        return _repeats(rng, count)
    return _pick(rng, DIGITS if kind < 0.975 else LETTERS + DIGITS, count)
