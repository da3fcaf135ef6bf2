"""Harm that training never shows: for figures and calibration alone."""

import cv2
import numpy as np


def ghost(grey, rng, cap):
    """A second, fainter print beside the first."""
    shift = np.float32([[1, 0, cap * rng.uniform(0.06, 0.2)], [0, 1, cap * rng.uniform(-0.1, 0.1)]])
    other = cv2.warpAffine(grey, shift, grey.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return cv2.addWeighted(grey, 0.68, other, 0.32, 0)


def denoised(grey, rng, cap):
    """What a telephone's smoothing leaves."""
    size = 3 if cap < 20 else 5
    return cv2.bilateralFilter(cv2.medianBlur(grey, size), 5, 30, 3)


def defocus(grey, rng, cap):
    """A disc, as a lens out of focus draws, instead of a Gaussian."""
    radius = max(1.0, cap * rng.uniform(0.06, 0.14))
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return cv2.filter2D(grey, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def webp(grey, rng, cap):
    """Another compression than JPEG."""
    return cv2.imdecode(cv2.imencode(".webp", grey, [cv2.IMWRITE_WEBP_QUALITY, int(rng.uniform(8, 50))])[1], cv2.IMREAD_GRAYSCALE)


def specks(grey, rng, cap):
    """Single pixels black or white."""
    out, chance = grey.copy(), rng.random(grey.shape)
    part = rng.uniform(0.005, 0.03)
    out[chance < part], out[chance > 1 - part] = 20, 240
    return out


def screen(grey, rng, cap):
    """The moire of a photographed screen."""
    y, x = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]]
    a, b = rng.uniform(2.1, 5.0), rng.uniform(2.1, 5.0)
    wave = np.sin(x * 2 * np.pi / a + y * rng.uniform(-0.2, 0.2)) + np.sin(y * 2 * np.pi / b)
    return np.clip(grey * (1 + wave * rng.uniform(0.03, 0.12)), 0, 255).astype(np.uint8)


def strokes(grey, rng, cap):
    """Thin strokes of a pen across the line."""
    out = grey.copy()
    for _ in range(rng.integers(1, 4)):
        points = np.cumsum(rng.normal(0, cap * 0.7, (6, 2)), 0) + [rng.uniform(0, grey.shape[1]), grey.shape[0] / 2]
        cv2.polylines(out, [np.round(points * 8).astype(np.int32)], False, int(rng.uniform(20, 120)), max(1, round(cap * 0.05)), cv2.LINE_AA, 3)
    return out


KINDS = [ghost, denoised, defocus, webp, specks, screen, strokes]
