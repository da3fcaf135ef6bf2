"""What happens to a printed line until a server sees it: ink, light, lens, sensor and compression, at the scale of the picture."""

import cv2
import numpy as np

from grounds import patch, smooth


def ink(field: np.ndarray, rng: np.random.Generator, harm: float) -> np.ndarray:
    """Turns a field of distances into coverage: stroke weight, ragged edges, holes and faint places."""
    height, width = field.shape
    field = field + rng.uniform(-1.25, 1.8)
    if rng.random() < 0.3:
        field += smooth(rng, height, width, 3, width // 90) * rng.uniform(0, 0.7)
    if rng.random() < 0.35 * harm:
        step = rng.uniform(2.5, 9)
        field += smooth(rng, height, width, int(height / step), int(width / step)) * rng.uniform(0.2, 1.6)
    if rng.random() < 0.06 * harm:
        step = rng.uniform(3, 8)
        field -= np.maximum(smooth(rng, height, width, int(height / step), int(width / step)) - 1.1, 0) * rng.uniform(2, 9)
    cover = np.clip(field + 0.5, 0, 1)
    if rng.random() < 0.3 * harm:
        cover *= np.clip(1 - np.abs(smooth(rng, height, width, 4, width // 60)) * rng.uniform(0, 0.35), 0.3, 1)
    if rng.random() < 0.06 * harm:
        _scratch(cover, rng)
    return cover


def _scratch(cover: np.ndarray, rng: np.random.Generator) -> None:
    height, width = cover.shape
    for _ in range(rng.integers(1, 4)):
        start = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        angle = rng.uniform(0, np.pi)
        end = (int(start[0] + 400 * np.cos(angle)), int(start[1] + 400 * np.sin(angle)))
        cv2.line(cover, start, end, 0.0, int(rng.integers(1, 4)), cv2.LINE_AA)


def expose(cover: np.ndarray, grounds: list, rng: np.random.Generator, cap: float, harm: float) -> np.ndarray:
    """Puts coverage on a ground under some light: a picture of values 0..255."""
    height, width = cover.shape
    paper = rng.uniform(110, 252)
    contrast = np.clip(rng.choice([rng.uniform(90, 240), rng.uniform(35, 120)], p=[0.75, 0.25]), 25, paper)
    dark = paper - contrast
    picture = np.full((height, width), paper, np.float32)
    if rng.random() < 0.8:
        strength = contrast * rng.choice([rng.uniform(0, 0.12), rng.uniform(0.05, 0.42)], p=[0.5, 0.5])
        picture += patch(grounds, rng, height, width, cap / 40 * rng.uniform(0.6, 2.2)) * strength
    if rng.random() < 0.12 * harm:
        dots = _screen(rng, height, width, cap)
        cover = cover * (1 - dots * rng.uniform(0.1, 0.6))
    picture = picture * (1 - cover) + np.minimum(picture, dark + rng.uniform(-8, 8)) * cover
    if rng.random() < 0.15 * harm:
        picture += patch(grounds, rng, height, width, cap / 40 * rng.uniform(0.8, 3)) * rng.uniform(0.05, 0.35) * contrast
    if rng.random() < 0.45:
        light = smooth(rng, height, width, 2, int(rng.integers(2, 6)))
        picture *= 1 + np.clip(light * rng.uniform(0.02, 0.2), -0.55, 0.5)
    if rng.random() < 0.10 * harm:
        _shadow(picture, rng)
    if rng.random() < 0.10 * harm:
        _fold(picture, rng, cap)
    if rng.random() < 0.12 * harm:
        _glare(picture, rng)
    return picture


def _screen(rng: np.random.Generator, height: int, width: int, cap: float) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    period, angle = max(2.0, cap * rng.uniform(0.06, 0.2)), rng.uniform(0, np.pi)
    one = np.cos(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
    two = np.cos(2 * np.pi * (y * np.cos(angle) - x * np.sin(angle)) / period)
    return np.clip(one * two + 0.5, 0, 1)


def _shadow(picture: np.ndarray, rng: np.random.Generator) -> None:
    height, width = picture.shape
    x = np.arange(width, dtype=np.float32)[None, :] + np.arange(height, dtype=np.float32)[:, None] * rng.uniform(-1.5, 1.5)
    edge = 1 / (1 + np.exp(-np.clip((x - rng.uniform(0, width)) / rng.uniform(0.5, 20) * rng.choice([-1, 1]), -30, 30)))
    picture *= 1 - edge * rng.uniform(0.1, 0.6)


def _fold(picture: np.ndarray, rng: np.random.Generator, cap: float) -> None:
    height, width = picture.shape
    x = np.arange(width, dtype=np.float32)[None, :] + np.arange(height, dtype=np.float32)[:, None] * rng.uniform(-0.6, 0.6)
    away = (x - rng.uniform(0, width)) / (cap * rng.uniform(0.03, 0.2))
    picture += np.exp(-np.clip(away**2, 0, 30)) * rng.uniform(-90, 110) + np.tanh(away) * rng.uniform(-15, 15)


def _glare(picture: np.ndarray, rng: np.random.Generator) -> None:
    height, width = picture.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    far = ((x - rng.uniform(0, width)) / (height * rng.uniform(0.3, 4))) ** 2
    far += ((y - rng.uniform(-0.2, 1.2) * height) / (height * rng.uniform(0.2, 1.2))) ** 2
    spot = np.exp(-np.clip(far ** rng.uniform(0.7, 2), 0, 30)) * rng.uniform(0.3, 0.96)
    picture += (rng.uniform(225, 256) - picture) * spot


def photograph(picture: np.ndarray, rng: np.random.Generator, cap: float, harm: float, blur: float | None = None) -> np.ndarray:
    """Lens, movement, resampling, noise and JPEG. `blur` sets the lens, in cap heights. Returns 8-bit grey of the same size."""
    height, width = picture.shape
    sigma = rng.choice([0.0, rng.uniform(0, 0.06), rng.uniform(0.03, 0.12), rng.uniform(0.1, 0.2)], p=[0.3, 0.35, 0.27, 0.08])
    sigma = cap * (sigma * harm if blur is None else blur)
    if sigma > 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    if rng.random() < 0.14 * harm:
        picture = _motion(picture, rng, cap)
    if rng.random() < 0.15 and cap > 9:
        ratio = rng.uniform(max(6.5 / cap, 0.25), 1)
        small = cv2.resize(picture, (max(8, round(width * ratio)), max(8, round(height * ratio))), interpolation=cv2.INTER_AREA)
        picture = cv2.resize(small, (width, height), interpolation=int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST])))
    if rng.random() < 0.12:
        sharp = cv2.GaussianBlur(picture, (0, 0), max(0.6, cap * rng.uniform(0.03, 0.1)))
        picture = picture + (picture - sharp) * rng.uniform(0.3, 1.8)
    if rng.random() < 0.06 * harm:
        picture = _interlace(picture, rng)
    if rng.random() < 0.6:
        grain = rng.standard_normal((height, width), dtype=np.float32) * rng.uniform(0.5, 12)
        if rng.random() < 0.3:
            grain = cv2.GaussianBlur(grain, (0, 0), 0.8) * 2
        picture = picture + grain
    if rng.random() < 0.2:
        picture = 255 * np.clip(picture / 255, 0, 1) ** rng.uniform(0.6, 1.7)
    if rng.random() < 0.03 * harm:
        picture = 255.0 * (picture > picture.mean() - rng.uniform(0, 20))
    grey = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.65:
        quality = int(rng.uniform(25, 96))
        grey = cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
    return grey


def _motion(picture: np.ndarray, rng: np.random.Generator, cap: float) -> np.ndarray:
    length = int(np.clip(cap * rng.uniform(0.05, 0.32), 2, 15)) | 1
    kernel = np.zeros((length, length), np.float32)
    angle = rng.choice([rng.uniform(0, np.pi), 0.0])
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([length // 2, length // 2])
    cv2.line(kernel, tuple(np.round(middle - reach).astype(int).tolist()), tuple(np.round(middle + reach).astype(int).tolist()), 1.0, 1)
    return cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def _interlace(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    out = picture.copy()
    out[1::2] = np.roll(out[1::2], int(rng.integers(-2, 3)), 1)
    out[1::2] += rng.uniform(-20, 20)
    return out
