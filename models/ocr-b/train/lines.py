"""Draws windows of lines as the server cuts them out, 32 pixels high, with the character of every column of 4 pixels."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import glyphs
import strings
from degrade import expose, ink, photograph
from glyphs import ALPHABET, CAP, CELL_HEIGHT, CELL_WIDTH
from grounds import bank, patch

HEIGHT = 32
COLUMN = 4
# The server squeezes lines to this part of their width.
SQUEEZE = 0.8
# A character is labelled over this part of its pitch, and a column with no label has this number.
CORE = 0.55
IGNORED = 255
# Characters that look like themselves or like another one when turned upside down, or mirrored.
SYMMETRIC = set("HINOSXZ025689WM") | set("AHIMOTUVWXY08")


@dataclass
class Style:
    """What may be drawn.

    `harm` scales the degradations, `negatives` is the share of windows that hold no line of OCR-B, `after` is harm done to the picture last.
    """

    cuts: list
    grounds: list
    prints: list
    width: int = 320
    harm: float = 1.0
    negatives: float = 0.14
    cap: tuple = (6.5, 44.0)
    blur: float | None = None
    others: list = field(default_factory=list)
    other_share: float = 0.07
    whole: bool = False
    text: object = field(default=strings.text)
    after: object = None


def other_print(seed: int, folder: Path, count: int) -> list[np.ndarray]:
    """Lines in proportional type, as coverage of CAP pixels cap height in a cell's height."""
    rng = np.random.default_rng([seed, 55])
    files = sorted(p for p in folder.glob("**/*.ttf") if "Mono" not in p.name and ("dejavu" in str(p) or "liberation" in str(p)))
    out = []
    for _ in range(count):
        font = ImageFont.truetype(str(files[rng.integers(0, len(files))]), round(CAP / 0.72 * rng.uniform(0.6, 1.15)))
        letters = "abcdefghijklmnopqrstuvwxyz" if rng.random() < 0.6 else strings.LETTERS if rng.random() < 0.7 else strings.DIGITS + "./-"
        words = []
        while sum(map(len, words)) < 44:
            word = "".join(letters[i] for i in rng.integers(0, len(letters), rng.integers(1, 11)))
            words.append(word.capitalize() if rng.random() < 0.4 else word)
        line = " ".join(words)
        picture = Image.new("L", (min(1700, int(font.getlength(line)) + 8), CELL_HEIGHT), 0)
        pen = ImageDraw.Draw(picture)
        pen.text((4, CELL_HEIGHT / 2 + CAP / 2), line, font=font, fill=255, anchor="ls")
        if rng.random() < 0.4:
            for shift in (-1, 1):
                pen.text((4, CELL_HEIGHT / 2 + CAP / 2 + shift * CAP * 1.6), line[::-1], font=font, fill=255, anchor="ls")
        out.append(np.asarray(picture))
    return out


@dataclass
class Geometry:
    """Where each pixel of the strip lies in the picture, and each pixel of the picture in the drawing."""

    source: tuple
    kx: float
    ky: float
    gx: float
    gy: float
    cap: float
    start: float
    bend: np.ndarray
    error: np.ndarray
    stretch: float
    swell: float
    shear: float


def _geometry(style: Style, rng: np.random.Generator, pitch: float, start: float) -> Geometry:
    low, high = np.log(style.cap[0]), np.log(style.cap[1])
    cap = float(np.exp(low + (high - low) * rng.random() ** 1.15))
    strip_cap = float(np.clip(rng.normal(19.8, 1.4), 16.8, 24.2))
    ky = cap / strip_cap
    kx = ky / SQUEEZE
    wide = np.clip(rng.normal(1.0, 0.06), 0.82, 1.18) if rng.random() < 0.6 else rng.uniform(0.76, 1.22)
    strip_pitch = strip_cap * SQUEEZE * pitch / CAP * wide
    gx = pitch / (strip_pitch * kx)
    pad = 4 + 0.5 * cap
    source = (round(HEIGHT * ky + 2 * pad), round(style.width * kx) + 4)
    tilt = np.array([rng.normal(0, 0.02) * source[1] / 2, rng.normal(0, 0.05) * cap])
    tilt *= min(1.0, pad / (np.abs(tilt).sum() + 1e-6))
    residual = np.array([rng.normal(0, 1.2), rng.normal(0, 0.7), rng.normal(0, 0.7)])
    residual = np.clip(residual, -3, 3) * ky
    lean = rng.normal(0, 0.035) if rng.random() < 0.85 else rng.uniform(-0.25, 0.25)
    return Geometry(
        source, kx, ky, gx, CAP / cap, cap, start, tilt, residual,
        stretch=rng.normal(0, 0.018), swell=rng.normal(0, 0.02), shear=float(lean),
    )


def _drawing_x(geo: Geometry, x: np.ndarray) -> np.ndarray:
    """Place in the drawing of a place along the centre line of the picture."""
    half = geo.source[1] / 2
    t = (x - half) / half
    return geo.start + geo.gx * (x + geo.stretch * half * (t * t - 1))


def _project(cover: np.ndarray, geo: Geometry) -> np.ndarray:
    """Resamples the drawing into the picture."""
    shrink_x, shrink_y = min(1.0, 1.4 / geo.gx), min(1.0, 1.4 / geo.gy)
    if min(shrink_x, shrink_y) < 1:
        size = (max(2, round(cover.shape[1] * shrink_x)), max(2, round(cover.shape[0] * shrink_y)))
        shrink_x, shrink_y = size[0] / cover.shape[1], size[1] / cover.shape[0]
        cover = cv2.resize(cover, size, interpolation=cv2.INTER_AREA)
    height, width = geo.source
    x = np.arange(width, dtype=np.float32)
    t = (x - width / 2) / (width / 2)
    centre = height / 2 + geo.bend[0] * t + geo.bend[1] * (t * t - 0.3)
    dy = (np.arange(height, dtype=np.float32)[:, None] - centre[None, :]) * (1 + geo.swell * t)[None, :]
    map_x = _drawing_x(geo, x)[None, :] + geo.shear * dy * geo.gx
    map_y = CELL_HEIGHT / 2 + dy * geo.gy
    return cv2.remap(
        cover, ((map_x + 0.5) * shrink_x - 0.5).astype(np.float32), ((map_y + 0.5) * shrink_y - 0.5).astype(np.float32),
        cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0,
    )


def _cut_strip(grey: np.ndarray, geo: Geometry, width: int, rng: np.random.Generator) -> np.ndarray:
    """Cuts the strip along the measured centre line, which errs."""
    height = geo.source[0]
    u = np.arange(width, dtype=np.float32)
    x = (u + 0.5) * geo.kx - 0.5 + 2
    t = (x - geo.source[1] / 2) / (geo.source[1] / 2)
    centre = height / 2 + geo.bend[0] * t + geo.bend[1] * (t * t - 0.3)
    centre += geo.error[0] + geo.error[1] * t + geo.error[2] * (t * t - 0.3) * 1.5
    y = centre[None, :] + (np.arange(HEIGHT, dtype=np.float32)[:, None] - HEIGHT / 2 + 0.5) * geo.ky
    if geo.ky > 1.15 and rng.random() < 0.8:
        grey = cv2.blur(grey, (max(1, round(geo.kx)), max(1, round(geo.ky))))
    map_x = np.broadcast_to(x[None, :], y.shape)
    return cv2.remap(grey, map_x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _labels(geo: Geometry, text: str, pitch: float, width: int) -> tuple[np.ndarray, np.ndarray]:
    """For each column the class, and how much of the column its core covers in 255ths. A character that is cut off is ignored."""
    columns = width // COLUMN
    edges = (np.arange(columns + 1) * COLUMN) * geo.kx + 2
    at = _drawing_x(geo, edges.astype(np.float32))
    classes, shares = np.zeros(columns, np.uint8), np.zeros(columns, np.uint8)
    for index, character in enumerate(text):
        centre = (index + 0.5) * pitch + CELL_WIDTH / 2
        low, high = centre - CORE / 2 * pitch, centre + CORE / 2 * pitch
        if character == " " or high < at[0] or low > at[-1]:
            continue
        overlap = (np.minimum(at[1:], high) - np.maximum(at[:-1], low)) / (at[1:] - at[:-1])
        seen = min(at[-1], centre + 0.5 * pitch) - max(at[0], centre - 0.5 * pitch)
        for column in np.nonzero(overlap > 0.02)[0]:
            if seen < 0.45 * pitch:
                continue
            if seen < 0.85 * pitch:
                classes[column] = IGNORED
            elif classes[column] == 0 or overlap[column] * 255 > shares[column]:
                classes[column], shares[column] = ALPHABET.index(character) + 1, round(overlap[column] * 255)
    return classes, shares


def _surroundings(cover: np.ndarray, begin: float, end: float, style: Style, rng: np.random.Generator) -> np.ndarray:
    """Prints other things beside the line: words, rules, bars. Also rules above and below."""
    if rng.random() < 0.25:
        words = style.prints[rng.integers(0, len(style.prints))].astype(np.float32) / 255
        gap = rng.uniform(0.6, 2.5) * CAP
        if rng.random() < 0.5 and end + gap < cover.shape[1]:
            left = int(end + gap)
            piece = words[:, : cover.shape[1] - left]
            cover[:, left : left + piece.shape[1]] = np.maximum(cover[:, left : left + piece.shape[1]], piece)
        elif begin - gap > 0:
            piece = words[:, -int(begin - gap) - 1 :]
            right = int(begin - gap)
            piece = piece[:, -right:] if right else piece[:, :0]
            cover[:, right - piece.shape[1] : right] = np.maximum(cover[:, right - piece.shape[1] : right], piece)
    if rng.random() < 0.15:
        away = rng.uniform(0.75, 1.3) * CAP * rng.choice([-1, 1])
        row, thick = int(CELL_HEIGHT / 2 + away), int(rng.integers(1, 7))
        cover[row : row + thick] = np.maximum(cover[row : row + thick], rng.uniform(0.3, 1))
    for side, place in ((-1, begin), (1, end)):
        if rng.random() < 0.08:
            column, thick = int(place + side * rng.uniform(0.35, 1.8) * CAP), int(rng.integers(1, 12))
            if 0 < column < cover.shape[1] - thick:
                cover[:, column : column + thick] = rng.uniform(0.4, 1)
    return cover


def _page_edge(picture: np.ndarray, geo: Geometry, begin: float, end: float, style: Style, rng: np.random.Generator) -> None:
    """Beyond the page lies the table: another tone and ground, from a slanting edge on."""
    height, width = picture.shape
    at = _drawing_x(geo, np.arange(width, dtype=np.float32))
    for side, place in ((-1, begin), (1, end)):
        if rng.random() > 0.3:
            continue
        x = np.interp(place + side * rng.uniform(0.35, 2.2) * CAP, at, np.arange(width), left=-99, right=width + 99)
        line = x + (np.arange(height)[:, None] - height / 2) * rng.normal(0, 0.06)
        beyond = np.clip((np.arange(width)[None, :] - line) * side + 0.5, 0, 1)
        table = rng.uniform(0, 250) + patch(style.grounds, rng, height, width, geo.cap / 40) * rng.uniform(0, 60)
        picture += (table - picture) * beyond


def _neighbours(canvas: np.ndarray, cut, pitch: float, style: Style, rng: np.random.Generator) -> None:
    """Lets lines above or below reach in, of the same type or of another."""
    for side in (-1, 1):
        if rng.random() > 0.3:
            continue
        shift = round(side * rng.uniform(1.22, 2.0) * CAP)
        if rng.random() < 0.75:
            count = int(canvas.shape[1] / pitch)
            other = glyphs.compose(cut, strings.text(rng, count), pitch, rng, 0)
            other = other[:, : canvas.shape[1]]
        else:
            words = style.prints[rng.integers(0, len(style.prints))]
            other = (words.astype(np.float32) / 255 - 0.5)[:, : canvas.shape[1]] * 4
        rows = slice(max(0, shift), min(CELL_HEIGHT, CELL_HEIGHT + shift))
        from_rows = slice(max(0, -shift), min(CELL_HEIGHT, CELL_HEIGHT - shift))
        target = canvas[rows, : other.shape[1]]
        np.maximum(target, other[from_rows], out=target)


def _layout(style: Style, rng: np.random.Generator, pitch: float) -> tuple[str, float]:
    """The text and where in the drawing the window begins."""
    fits = style.width / (glyphs.CAP / 2 * SQUEEZE) * 1.0
    many = int(fits * 1.25) + 3
    kind = rng.random()
    if style.whole:
        count = int(rng.integers(28, 46))
        return style.text(rng, count), CELL_WIDTH / 2 - rng.uniform(0.5, 1.5) * pitch
    if kind < 0.42:
        return style.text(rng, many), CELL_WIDTH / 2 + rng.uniform(0.0, 3.0) * pitch
    if kind < 0.62:
        return style.text(rng, many), CELL_WIDTH / 2 - rng.choice([rng.uniform(0.2, 1.6), rng.uniform(0.2, 5)]) * pitch
    if kind < 0.84:
        count = int(rng.integers(8, 18))
        return style.text(rng, count), CELL_WIDTH / 2 + rng.uniform(0.0, count - 6.0) * pitch
    count = int(rng.integers(1, 16))
    return style.text(rng, count), CELL_WIDTH / 2 - rng.uniform(0.3, max(0.4, 16.0 - count)) * pitch


def window(style: Style, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
    """A strip, its labels and its text; a negative has no text."""
    if not style.whole and rng.random() < style.negatives:
        strip = negative(style, rng)
        blank = np.zeros(style.width // COLUMN, np.uint8)
        return strip, blank, blank, ""
    family = style.others if style.others and rng.random() < style.other_share else style.cuts
    cut = family[rng.integers(0, len(family))]
    pitch = cut.pitch * rng.uniform(0.97, 1.05)
    text, start = _layout(style, rng, pitch)
    strip, classes, shares = _draw(style, rng, cut, pitch, text, start)
    return strip, classes, shares, text


def _draw(style, rng, cut, pitch, text, start):
    geo = _geometry(style, rng, pitch, start)
    canvas = glyphs.compose(cut, text, pitch, rng, 0.0 if rng.random() < 0.7 else 1.2)
    need = int(_drawing_x(geo, np.array([geo.source[1]], np.float32))[0] - start) + 8
    before = max(0, int(-start) + 4)
    after = max(0, int(start + need - canvas.shape[1]))
    canvas = np.pad(canvas, ((0, 0), (before, after)), constant_values=glyphs.FAR)
    geo.start += before
    begin, end = before + CELL_WIDTH / 2, before + CELL_WIDTH / 2 + len(text) * pitch
    _neighbours(canvas, cut, pitch, style, rng)
    cover = _surroundings(ink(canvas, rng, style.harm), begin, end, style, rng)
    picture = expose(_project(cover, geo), style.grounds, rng, geo.cap, style.harm)
    _page_edge(picture, geo, begin, end, style, rng)
    grey = photograph(picture, rng, geo.cap, style.harm, style.blur)
    if style.after:
        grey = style.after(grey, rng, geo.cap)
    strip = _cut_strip(grey, geo, style.width, rng)
    geo.start -= before
    classes, shares = _labels(geo, text, pitch, style.width)
    if rng.random() < 0.12:
        _pad(strip, classes, rng)
    return strip, classes, shares


def _pad(strip: np.ndarray, classes: np.ndarray, rng: np.random.Generator) -> None:
    """Fills what lies after the line with one tone, as a batch of lines of several lengths does."""
    marked = np.nonzero(classes)[0]
    last = (marked[-1] + 1) * COLUMN if len(marked) else 0
    begin = last + int(rng.uniform(8, 30))
    if begin < strip.shape[1]:
        strip[:, begin:] = rng.choice([127, 128, 255, int(strip[:, begin].mean())])


def negative(style: Style, rng: np.random.Generator) -> np.ndarray:
    """A strip without a line of OCR-B that stands upright."""
    return _turned(style, rng) if rng.random() < 0.5 else not_ocrb(style, rng)


def not_ocrb(style: Style, rng: np.random.Generator) -> np.ndarray:
    """A strip of words in other type, of bars, or of ground alone."""
    kind = rng.random()
    pitch = 41.0
    geo = _geometry(style, rng, pitch, 0.0)
    need = int(_drawing_x(geo, np.array([geo.source[1]], np.float32))[0]) + 8
    cover = np.zeros((CELL_HEIGHT, max(need, 16)), np.float32)
    if kind < 0.55:
        words = style.prints[rng.integers(0, len(style.prints))].astype(np.float32) / 255
        zoom = rng.uniform(0.6, 1.4)
        words = cv2.resize(words, None, fx=zoom, fy=zoom)
        words = np.pad(words, ((max(0, (CELL_HEIGHT - words.shape[0]) // 2 + 1),) * 2, (0, 0)))
        top = (words.shape[0] - CELL_HEIGHT) // 2
        left = int(rng.uniform(0, max(1, words.shape[1] - 300)))
        piece = words[top : top + CELL_HEIGHT, left : left + cover.shape[1]]
        cover[:, : piece.shape[1]] = piece
    elif kind < 0.72:
        _bars(cover, rng)
    picture = expose(_project(cover, geo), style.grounds, rng, geo.cap, style.harm)
    if rng.random() < 0.4:
        picture += patch(style.grounds, rng, *picture.shape, geo.cap / 40) * rng.uniform(20, 110)
    if rng.random() < 0.2:
        _page_edge(picture, geo, need * 0.4, need * 0.6, style, rng)
    return _cut_strip(photograph(picture, rng, geo.cap, style.harm, style.blur), geo, style.width, rng)


def _turned(style: Style, rng: np.random.Generator) -> np.ndarray:
    """A line upside down, mirrored, or cut between two lines."""
    cut = style.cuts[rng.integers(0, len(style.cuts))]
    pitch = cut.pitch
    text = ""
    while sum(c not in SYMMETRIC for c in text) < 0.4 * len(text) or not text:
        text = strings.text(rng, 26)
    start = CELL_WIDTH / 2 + rng.uniform(-1.5, 2) * pitch
    strip, _, _ = _draw(style, rng, cut, pitch, text, start)
    kind = rng.random()
    if kind < 0.6:
        return strip[::-1, ::-1].copy()
    if kind < 0.8:
        return strip[::-1].copy() if rng.random() < 0.3 else strip[:, ::-1].copy()
    return np.roll(strip, 16, 0)


def _bars(cover: np.ndarray, rng: np.random.Generator) -> None:
    place, thin = 0.0, rng.uniform(2, 9)
    while place < cover.shape[1]:
        bar = thin * rng.integers(1, 5)
        cover[:, int(place) : int(place + bar)] = 1
        place += bar + thin * rng.integers(1, 5)
    if rng.random() < 0.3:
        cover[: CELL_HEIGHT // 2 + int(rng.uniform(-20, 30))] = 0


def make_style(seed: int, fonts: list[str], derived: int, grounds: int, others: tuple = (), **more) -> Style:
    """Reads fonts and draws what all windows share. `others` are fonts of one pitch that are no OCR-B: some zones are set in such."""
    rng = np.random.default_rng([seed, 11])
    cuts = []
    for path in fonts:
        cut = glyphs.load(path)
        cuts += [cut] * max(1, derived // 4) + [glyphs.derive(cut, rng) for _ in range(derived)]
    more["others"] = [glyphs.load(path) for path in others]
    return Style(cuts, bank(seed, grounds), other_print(seed, Path("/usr/share/fonts/truetype"), 160), **more)
