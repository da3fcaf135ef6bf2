"""Photos and films of people, held before a camera: made of folders of frames, for `selfsame eval pad`.

simulate.py OUT FOLDER...: every FOLDER holds one bona fide stretch, two frames a second. Writes OUT/SPECIES/NAME/NNNN.jpg and
OUT/list.tsv. The skin stays as good as the recording's: what is tested is everything but texture. Deterministic.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

FPS = 2.0
SPECIES = ["photo-fixed", "photo-hand", "print-fixed-small", "print-hand-small", "film-fixed", "film-hand", "phone-photo-small", "phone-film-small"]


def hand(rng, count):
    """Shift (pixels of 320), roll (degrees) and nearness of something held: slow swings and a tremor."""
    seconds = np.arange(count) / FPS
    motion = []
    for amplitude in (7.0, 5.0, 1.6, 0.012):
        swing = np.zeros(count)
        for _ in range(5):
            hertz = rng.uniform(0.1, 1.2)
            swing += amplitude * rng.normal() * np.sin(2 * np.pi * (hertz * seconds + rng.random())) / (1 + hertz)
        motion.append(swing + amplitude * 0.2 * rng.normal(size=count))
    return np.array(motion).T


def room(rng, height, width):
    picture = np.full((height, width, 3), 110, np.float32) + rng.normal(0, 1, (height, width, 3))
    for _ in range(25):
        x, y = rng.integers(0, width), rng.integers(0, height)
        picture[y : y + rng.integers(10, 80), x : x + rng.integers(10, 80)] = rng.uniform(40, 210, 3)
    return cv2.GaussianBlur(picture, (0, 0), 1.2)


def photographed(rng, species, frames):
    height, width = frames[0].shape[:2]
    still = frames[rng.integers(0, len(frames))]
    motion = np.zeros((len(frames), 4)) if "fixed" in species else hand(rng, len(frames))
    behind = room(rng, height, width)
    display = np.zeros((height, width), np.float32)
    display[8 : height - 8, int(width * 0.12) : int(width * 0.88)] = 1
    border = cv2.dilate(display, np.ones((15, 15)))
    for index, frame in enumerate(frames):
        shown = (still if "photo" in species or "print" in species else frame).astype(np.float32)
        if "print" in species:
            shown = cv2.GaussianBlur(shown, (0, 0), 0.8)
        right, down, roll, nearer = motion[index]
        small = "small" in species
        place = cv2.getRotationMatrix2D((width / 2, height / 2), roll, (0.72 if small else 1.12) * (1 + nearer))
        place[:, 2] += [right, down]
        picture = cv2.warpAffine(shown, place, (width, height), borderMode=cv2.BORDER_REFLECT)
        if small:
            edge = cv2.warpAffine(border, place, (width, height))[..., None]
            inside = cv2.warpAffine(display, place, (width, height))[..., None]
            carrier = behind * (1 - edge) + (20 if "phone" in species else 235) * edge
            picture = carrier * (1 - inside) + picture * inside
        lamp = 1 + 0.006 * np.sin(index * 0.7 + rng.random())
        yield np.clip(picture * lamp + rng.normal(0, 2.0, picture.shape), 0, 255).astype(np.uint8)


def main():
    out, folders = Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]]
    if not folders:
        sys.exit(__doc__)
    lines = [f"{folder.resolve()}\tlive" for folder in folders]
    for species in SPECIES:
        for folder in folders:
            frames = [cv2.imread(str(file)) for file in sorted(folder.glob("*.jpg"))]
            if not frames:
                sys.exit(f"{folder}: no .jpg in it")
            rng = np.random.default_rng([ord(letter) for letter in species + folder.name])
            target = out / species / folder.name
            target.mkdir(parents=True, exist_ok=True)
            for index, picture in enumerate(photographed(rng, species, frames)):
                cv2.imwrite(str(target / f"{index:04}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
            lines.append(f"{target.resolve()}\tattack:{species}")
    (out / "list.tsv").write_text("\n".join(lines) + "\n")


main()
