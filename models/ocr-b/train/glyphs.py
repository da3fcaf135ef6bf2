"""Cuts of OCR-B as fields of signed distances, from which lines of any stroke weight are drawn.

A cell holds, for each pixel, the distance to the outline in pixels, positive inside of the ink.
A stroke is made heavier by adding to the field, and worn by adding noise, before it becomes coverage.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import distance_transform_edt

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
BLANK = 0
CLASSES = len(ALPHABET) + 1

# Height of a capital H in a cell, and the size of a cell, in pixels.
CAP = 40
CELL_HEIGHT = 112
CELL_WIDTH = 64
# Glyphs are drawn this much larger before the distances are taken.
OVERSAMPLING = 4
# Distance of a pixel that no ink is near.
FAR = -30.0


@dataclass
class Cut:
    """One cut: a field per character and the distance from one character to the next."""

    cells: np.ndarray
    pitch: float


def load(path: str) -> Cut:
    """Reads a font file. The cap height is that of H, and H is centred in the height of the cell."""
    scale = CAP * OVERSAMPLING
    probe = ImageFont.truetype(path, 1000)
    ink = probe.getmask("H").getbbox()
    height = ink[3] - ink[1]
    size = round(1000 * scale / height)
    font = ImageFont.truetype(path, size)
    pitch = font.getlength("A")
    width, tall = CELL_WIDTH * OVERSAMPLING, CELL_HEIGHT * OVERSAMPLING
    cells = []
    for character in ALPHABET:
        picture = Image.new("L", (width, tall), 0)
        ImageDraw.Draw(picture).text(
            ((width - pitch) / 2, tall / 2 + scale / 2), character, font=font, fill=255, anchor="ls"
        )
        cells.append(_distances(np.asarray(picture) > 127))
    return Cut(np.stack(cells), pitch / OVERSAMPLING)


def _distances(inside: np.ndarray) -> np.ndarray:
    field = distance_transform_edt(inside) - distance_transform_edt(~inside)
    small = cv2.resize(field.astype(np.float32), (CELL_WIDTH, CELL_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.maximum(small / OVERSAMPLING, FAR)


def derive(cut: Cut, rng: np.random.Generator) -> Cut:
    """Makes a cut that nobody drew: a little wider, taller and softly bent, each character on its own."""
    wide = rng.uniform(0.9, 1.08)
    tall = rng.uniform(0.975, 1.025)
    letters = rng.uniform(0.99, 1.012)
    cells = []
    for character, cell in zip(ALPHABET, cut.cells):
        own = letters if character.isalpha() else 1.0
        bend = rng.uniform(0.0, 0.9)
        shift = [
            cv2.resize(rng.normal(0, bend, (5, 4)).astype(np.float32), (CELL_WIDTH, CELL_HEIGHT), interpolation=cv2.INTER_CUBIC)
            for _ in range(2)
        ]
        y, x = np.mgrid[0:CELL_HEIGHT, 0:CELL_WIDTH].astype(np.float32)
        own_wide = wide * rng.uniform(0.985, 1.015)
        x = (x - CELL_WIDTH / 2) / own_wide + CELL_WIDTH / 2 + shift[0]
        y = (y - CELL_HEIGHT / 2) / (tall * own) + CELL_HEIGHT / 2 + shift[1]
        cells.append(cv2.remap(cell, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=FAR))
    return Cut(np.stack(cells), cut.pitch)


def compose(cut: Cut, text: str, pitch: float, rng: np.random.Generator, jitter: float) -> np.ndarray:
    """Sets a line: the field of the whole, the centre of character i at (i + 0.5) * pitch + CELL_WIDTH / 2."""
    width = int(np.ceil(len(text) * pitch)) + CELL_WIDTH + 1
    field = np.full((CELL_HEIGHT, width), FAR, np.float32)
    for index, character in enumerate(text):
        if character == " ":
            continue
        left = round((index + 0.5) * pitch + rng.uniform(-jitter, jitter))
        down = round(rng.uniform(-jitter, jitter))
        cell = cut.cells[ALPHABET.index(character)]
        cell = np.roll(cell, down, 0) if down else cell
        target = field[:, left : left + CELL_WIDTH]
        np.maximum(target, cell[:, : target.shape[1]], out=target)
    return field
