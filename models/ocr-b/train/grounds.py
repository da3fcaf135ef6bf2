"""Grounds that a zone is printed on: security print, paper, cloth and shapes, all drawn by formula. Values in -1..1."""

import cv2
import numpy as np

HEIGHT, WIDTH = 200, 1400


def smooth(rng: np.random.Generator, height: int, width: int, rows: int, columns: int) -> np.ndarray:
    """A soft random field of unit deviation."""
    grid = rng.normal(0, 1, (max(rows, 2), max(columns, 2))).astype(np.float32)
    return cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)


def _scaled(field: np.ndarray) -> np.ndarray:
    field = field - field.mean()
    return (field / (np.abs(field).max() + 1e-6)).astype(np.float32)


def _noise(rng):
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    for octave in range(rng.integers(2, 7)):
        step = 2 ** rng.integers(0, 7)
        field += smooth(rng, HEIGHT, WIDTH, HEIGHT // step, WIDTH // step) * rng.uniform(0.2, 1)
    return _scaled(field)


def _phase_lines(rng):
    """Families of fine wavy lines, as guilloche and moire tints are."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    field = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(rng.integers(1, 4)):
        angle = rng.uniform(0, np.pi)
        period = rng.uniform(3, 22)
        phase = (x * np.cos(angle) + y * np.sin(angle)) / period
        phase += rng.uniform(0, 3) * np.sin(x / rng.uniform(10, 90) + y / rng.uniform(20, 200) * rng.choice([-1, 1]))
        phase += rng.uniform(0, 2.5) * smooth(rng, HEIGHT, WIDTH, 3, 14)
        wave = np.cos(2 * np.pi * phase)
        if rng.random() < 0.7:
            wave = 1 / (1 + np.exp(-(wave - rng.uniform(-0.2, 0.85)) * rng.uniform(4, 14)))
        field += wave * rng.uniform(0.3, 1)
    return _scaled(field)


def _curves(rng):
    """Guilloche drawn as single curves with a pen."""
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    x = np.arange(-20, WIDTH + 20, 4)
    for _ in range(rng.integers(1, 4)):
        long, short = rng.uniform(80, 900), rng.uniform(15, 120)
        height, drift = rng.uniform(10, 90), rng.uniform(3, 15)
        count = rng.integers(8, 40)
        for index in range(count):
            y = rng.uniform(-2, 2) + HEIGHT / 2 + (index - count / 2) * drift
            y = y + height * np.sin(x / long * 6.28 + index * 0.12) + height / 3 * np.sin(x / short * 6.28 - index * 0.3)
            points = np.stack([x, y], 1)
            cv2.polylines(picture, [np.round(points * 8).astype(np.int32)], False, int(rng.integers(120, 255)), 1, cv2.LINE_AA, 3)
    return _scaled(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.0)).astype(np.float32))


def _rosettes(rng):
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    turn = np.linspace(0, 2 * np.pi, 500)
    for _ in range(rng.integers(3, 12)):
        cx, cy = rng.uniform(0, WIDTH), rng.uniform(-40, HEIGHT + 40)
        radius, lobes = rng.uniform(20, 160), rng.integers(3, 24)
        for ring in range(rng.integers(3, 14)):
            r = radius * (0.4 + 0.05 * ring + 0.25 * np.cos(lobes * turn + ring * 0.35))
            points = np.stack([cx + r * np.cos(turn), cy + r * np.sin(turn)], 1)
            cv2.polylines(picture, [np.round(points * 8).astype(np.int32)], True, int(rng.integers(100, 255)), 1, cv2.LINE_AA, 3)
    return _scaled(picture.astype(np.float32))


def _laid(rng):
    """Laid paper, scan lines and cloth."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    field = np.sin(y * 2 * np.pi / rng.uniform(2.2, 9) + rng.uniform(0, 0.8) * smooth(rng, HEIGHT, WIDTH, 3, 6))
    if rng.random() < 0.6:
        field = field * rng.uniform(0.2, 1) + np.sin(x * 2 * np.pi / rng.uniform(2.2, 40)) * rng.uniform(0, 1)
    return _scaled(field + rng.normal(0, 0.2, field.shape))


def _fibres(rng):
    picture = np.full((HEIGHT, WIDTH), 128, np.uint8)
    for _ in range(rng.integers(40, 500)):
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        angle, bend = rng.uniform(0, 6.3), rng.normal(0, 0.15)
        points = []
        for _ in range(8):
            points.append((x, y))
            x, y, angle = x + 4 * np.cos(angle), y + 4 * np.sin(angle), angle + bend
        cv2.polylines(picture, [np.round(np.array(points) * 8).astype(np.int32)], False, int(rng.integers(20, 240)), 1, cv2.LINE_AA, 3)
    return _scaled(picture.astype(np.float32))


def _microtext(rng):
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    words = "".join(chr(c) for c in rng.integers(65, 91, 9)) + " "
    size = rng.uniform(0.22, 0.6)
    step = int(size * rng.uniform(24, 40)) + 2
    for row in range(0, HEIGHT + step, step):
        for left in range(-60, WIDTH, 600):
            cv2.putText(picture, words * 14, (left + row * 3 % 50, row), int(rng.integers(0, 2)), size, int(rng.integers(120, 255)), 1, cv2.LINE_AA)
    return _scaled(picture.astype(np.float32))


def _shapes(rng):
    """Soft and hard shapes, as of pictures, emblems and tints."""
    picture = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(rng.integers(4, 30)):
        mask = np.zeros((HEIGHT, WIDTH), np.float32)
        centre = (int(rng.uniform(0, WIDTH)), int(rng.uniform(0, HEIGHT)))
        axes = (int(rng.uniform(5, 200)), int(rng.uniform(5, 90)))
        if rng.random() < 0.6:
            cv2.ellipse(mask, centre, axes, rng.uniform(0, 180), 0, 360, 1.0, -1, cv2.LINE_AA)
        else:
            corners = np.array(centre) + rng.normal(0, 70, (4, 2))
            cv2.fillPoly(mask, [corners.astype(np.int32)], 1.0, cv2.LINE_AA)
        if rng.random() < 0.5:
            mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(1, 20))
        picture += mask * rng.normal(0, 1)
    return _scaled(picture)


KINDS = [_noise, _phase_lines, _phase_lines, _curves, _rosettes, _laid, _fibres, _microtext, _shapes]


def bank(seed: int, count: int) -> list[np.ndarray]:
    """So many grounds, always the same for a seed; some are two laid over each other."""
    rng = np.random.default_rng([seed, 77])
    grounds = []
    for index in range(count):
        ground = KINDS[index % len(KINDS)](rng)
        if rng.random() < 0.4:
            other = KINDS[rng.integers(0, len(KINDS))](rng)
            ground = _scaled(ground + other * rng.uniform(0.2, 1))
        grounds.append((ground * 127).astype(np.int8))
    return grounds


def patch(grounds: list[np.ndarray], rng: np.random.Generator, height: int, width: int, zoom: float) -> np.ndarray:
    """A piece of some ground, turned about and enlarged by `zoom`."""
    ground = grounds[rng.integers(0, len(grounds))]
    need_h, need_w = min(HEIGHT, int(height / zoom) + 2), min(WIDTH, int(width / zoom) + 2)
    top, left = rng.integers(0, HEIGHT - need_h + 1), rng.integers(0, WIDTH - need_w + 1)
    piece = ground[top : top + need_h, left : left + need_w]
    flip = rng.integers(0, 4)
    piece = piece[:: 1 - 2 * (flip & 1), :: 1 - (flip & 2)]
    piece = cv2.resize(np.ascontiguousarray(piece).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return piece / 127
