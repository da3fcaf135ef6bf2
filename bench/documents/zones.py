"""Draws pages with machine-readable zones, independently of the project's own generator: other code, other layouts, other damage.
For the rate of readings that are reported valid and are wrong, which needs tens of thousands of pictures; a page takes some 30 ms.

usage: zones.py FOLDER [--count N] [--seed N] [--width LEAST MOST] [--unworn] [--passports]

Writes NUMBER.jpg and NUMBER.txt (the lines of the zone); the same seed draws the same page. Check digits are right everywhere; names and
numbers are random, as names have no check digit to save a reading. Needs OCR-B where Debian's fonts-ocr-b puts it.
"""
import argparse
import random
import sys
from pathlib import Path

import cv2
import numpy
from PIL import Image, ImageDraw, ImageFont

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
STATES = ["D<<", "FRA", "UTO", "GBR", "ESP", "POL", "CHE", "AUT", "ITA", "JPN", "KOR", "IND", "ZAF", "MEX", "PER", "NZL", "QAT", "VNM"]
SYLLABLES = "BA CHE DI FO GU HA JI KEL LO MU NAQ OR PER QUI RAM SIL TOV UZ VEY WIX XAN YOL ZUB OSS ILL EMM NNA BRI DGE SCH IJ".split()
# Millimetres: page and where its zone begins, from the left and from the bottom to the last line's foot (ICAO 9303 parts 4 to 7).
FORMATS = {"TD3": (125, 88, 2, 44), "TD1": (85.6, 54, 3, 30), "TD2": (105, 74, 2, 36), "MRVA": (120, 80, 2, 44), "MRVB": (105, 74, 2, 36)}
SHARES = [("TD3", 0.6), ("TD1", 0.15), ("TD2", 0.1), ("MRVA", 0.1), ("MRVB", 0.05)]
FONTS = "/usr/share/fonts"
OCRB = [f"{FONTS}/opentype/ocr-b/OCRB.otf"]
PRINT = ["dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf", "liberation/LiberationSerif-Regular.ttf", "liberation/LiberationSans-Regular.ttf"]
DOTS = 14.0  # per millimetre, before the camera
PITCH = 2.54


def check(text):
    value = lambda c: 0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55
    return str(sum(value(c) * (7, 3, 1)[at % 3] for at, c in enumerate(text)) % 10)


def name(rng, room):
    def part():
        if rng.random() < 0.25:
            return "".join(rng.choice(LETTERS) for _ in range(rng.randint(2, 9)))
        return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(1, 4)))

    last = "<".join(part() for _ in range(rng.choice([1, 1, 1, 2])))
    first = "<".join(part() for _ in range(rng.choice([1, 1, 2, 3])))
    return f"{last}<<{first}"[:room].rstrip("<").ljust(room, "<")


def zone(rng, kind):
    """The lines of ICAO 9303: part 4 (TD3), 5 (TD1), 6 (TD2), 7 (visas)."""
    state, nation = rng.choice(STATES), rng.choice(STATES)
    signs = rng.choice([DIGITS, DIGITS + LETTERS, DIGITS + "CFGHJKLMNPRTVWXYZ"])
    number = "".join(rng.choice(signs) for _ in range(rng.choice([9, 9, 9, 8, 7]))).ljust(9, "<")
    birth = f"{rng.randint(30, 99):02}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    expiry = f"{rng.randint(27, 36):02}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    sex = rng.choice("MF<")
    optional = lambda most: "".join(rng.choice(signs) for _ in range(rng.choice([0, 0, rng.randint(4, most)]))).ljust(most, "<")
    if kind == "TD3":
        personal = optional(14)
        digit = "<" if personal == "<" * 14 and rng.random() < 0.5 else check(personal)
        second = number + check(number) + nation + birth + check(birth) + sex + expiry + check(expiry) + personal + digit
        return [f"P<{state}" + name(rng, 39), second + check(second[:10] + second[13:20] + second[21:43])]
    if kind == "TD1":
        one = f"I<{state}" + number + check(number) + optional(15)
        two = birth + check(birth) + sex + expiry + check(expiry) + nation + optional(11)
        return [one, two + check(one[5:30] + two[:7] + two[8:15] + two[18:29]), name(rng, 30)]
    if kind == "TD2":
        two = number + check(number) + nation + birth + check(birth) + sex + expiry + check(expiry) + optional(7)
        return [f"I<{state}" + name(rng, 31), two + check(two[:10] + two[13:20] + two[21:35])]
    long = kind == "MRVA"
    two = number + check(number) + nation + birth + check(birth) + sex + expiry + check(expiry) + optional(16 if long else 8)
    return [f"V<{state}" + name(rng, 39 if long else 31), two]


def page(rng, kind, lines):
    """The page as it was printed, in shades of grey, and nothing else in view."""
    wide, high, left, _ = FORMATS[kind]
    # A passport's page is often cut so that little more than its lower half is sent.
    shown = high if rng.random() < 0.35 else rng.uniform(34, 50)
    shown = min(shown, high)
    width, height = int(wide * DOTS), int(shown * DOTS)
    rows, columns = numpy.mgrid[0:height:4, 0:width:4].astype(numpy.float32)
    paper = rng.uniform(205, 250) + rng.uniform(-14, 14) * columns / width
    for _ in range(rng.choice([0, 1, 2, 3])):  # a guilloche
        period, slope, bend = rng.uniform(14, 60), rng.uniform(-0.6, 0.6), rng.uniform(60, 400)
        paper += rng.uniform(2, 9) * numpy.sin((rows + slope * columns + 20 * numpy.sin(columns / bend)) * 6.283 / period)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    image = Image.fromarray(numpy.clip(paper, 0, 255).astype(numpy.uint8))
    draw = ImageDraw.Draw(image)
    ink = rng.uniform(5, 75)
    font = ImageFont.truetype(rng.choice(OCRB), round(rng.uniform(3.15, 3.6) * DOTS))
    foot = rng.uniform(5, 9) * DOTS
    spacing = rng.uniform(5.9, 6.7) * DOTS if kind != "TD1" else rng.uniform(5.3, 6.3) * DOTS
    pitch = PITCH * rng.uniform(0.97, 1.02) * DOTS
    start = left * DOTS + rng.uniform(1, 3.5) * DOTS
    jitter = rng.choice([0, 0, 0.6])
    for at, line in enumerate(lines):
        base = height - foot - spacing * (len(lines) - 1 - at)
        for place, letter in enumerate(line):
            middle = start + (place + 0.5) * pitch + rng.uniform(-jitter, jitter)
            draw.text((middle, base + rng.uniform(-jitter, jitter)), letter, fill=int(ink), font=font, anchor="ms")
    top = height - foot - spacing * len(lines) - 3 * DOTS
    portrait = rng.uniform(24, 34) * DOTS if kind != "TD1" else 20 * DOTS
    if top > 6 * DOTS:  # a grey box stands for the portrait, words for the printed fields
        low = max(0, top - portrait * 1.2)
        draw.rectangle([4 * DOTS, low, 4 * DOTS + portrait * 0.8, top], fill=rng.randint(90, 190))
        row = low + 2
        while row < top - 3 * DOTS:
            words = ImageFont.truetype(f"{FONTS}/truetype/{rng.choice(PRINT)}", round(rng.uniform(1.8, 3) * DOTS))
            text = name(rng, 39).replace("<", " ").strip() if rng.random() < 0.6 else f"{rng.randint(1, 28):02}.{rng.randint(1, 12):02}.{rng.randint(1930, 2036)}"
            draw.text((portrait + 6 * DOTS, row), text, fill=rng.randint(20, 110), font=words)
            row += rng.uniform(4, 6) * DOTS
    return numpy.asarray(image).astype(numpy.float32)


def wear(rng, noise, image):
    """What a printer and years do to it: thick or thin strokes, faded patches, specks, a scratch."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    strokes = rng.random()
    if strokes < 0.2:
        image = cv2.erode(image, kernel)
    elif strokes < 0.4:
        image = cv2.dilate(image, kernel)
    height, width = image.shape
    if rng.random() < 0.4:  # faded
        patches = cv2.resize(noise.uniform(0, 1, (6, 14)).astype(numpy.float32), (width, height), interpolation=cv2.INTER_CUBIC)
        image = image + (240 - image) * numpy.clip(patches, 0, 1) * rng.uniform(0.1, 0.5)
    if rng.random() < 0.15:
        for _ in range(rng.randint(3, 40)):
            at = (rng.randrange(width), rng.randrange(height))
            cv2.circle(image, at, rng.randint(1, 4), rng.choice([30, 120, 245]), -1)
    if rng.random() < 0.06:
        cv2.line(image, (rng.randrange(width), rng.randrange(height)), (rng.randrange(width), rng.randrange(height)), rng.choice([60, 245]), rng.randint(1, 3))
    return image


def photographed(rng, noise, image, least, most):
    """Seen by a camera or a scanner: reduced, tilted, lit from one side, out of focus, moved, noisy."""
    height, width = image.shape
    target = int(round(numpy.exp(rng.uniform(numpy.log(least), numpy.log(most)))))
    scale = target / width
    tilt = rng.choice([0, 0.004, 0.012, 0.025])
    margin = rng.choice([0, 0.02, 0.06])
    high = int(height * scale)
    corner = lambda x, y: [x * target + rng.uniform(-tilt, tilt) * target, y * high + rng.uniform(-tilt, tilt) * target]
    edge = int(margin * target) + int(tilt * target)
    corners = numpy.float32([corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)]) + edge
    small = cv2.resize(image, (max(target, 2), max(high, 2)), interpolation=cv2.INTER_AREA)
    source = numpy.float32([[0, 0], [target, 0], [target, high], [0, high]])
    bed = rng.choice([40.0, 128.0, 250.0])
    seen = cv2.warpPerspective(small, cv2.getPerspectiveTransform(source, corners), (target + 2 * edge, high + 2 * edge), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=bed)
    pixel = target / FORMATS["TD3"][0]
    if rng.random() < 0.5:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.02, 0.11) * pixel + 0.2)
    if rng.random() < 0.15:
        length = max(2, int(rng.uniform(0.1, 0.35) * pixel))
        seen = cv2.filter2D(seen, -1, numpy.ones((1, length) if rng.random() < 0.5 else (length, 1), numpy.float32) / length)
    if rng.random() < 0.5:
        rows, columns = numpy.mgrid[0 : seen.shape[0], 0 : seen.shape[1]].astype(numpy.float32)
        seen = seen * (1 - rng.uniform(0, 0.45) * (columns / seen.shape[1] if rng.random() < 0.5 else rows / seen.shape[0]))
    if rng.random() < 0.5:
        seen = (seen - 128) * rng.uniform(0.45, 1.1) + 128
    seen = seen + noise.normal(0, rng.choice([0, 2, 5, 10]), seen.shape).astype(numpy.float32)
    return numpy.clip(seen, 0, 255).astype(numpy.uint8)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--count", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--width", type=int, nargs=2, default=[600, 1300], metavar=("LEAST", "MOST"), help="pixels of the page, evenly over the logarithm")
    arguments.add_argument("--unworn", action="store_true", help="as they were printed: the camera's faults alone")
    arguments.add_argument("--passports", action="store_true", help="no cards and no visas")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    for seed in range(given.seed, given.seed + given.count):
        rng, noise = random.Random(seed), numpy.random.default_rng(seed)
        kind = rng.choices([kind for kind, _ in SHARES], [share for _, share in SHARES])[0]
        kind = "TD3" if given.passports else kind
        lines = zone(rng, kind)
        printed = page(rng, kind, lines)
        # The width is meant for a passport; the characters of smaller formats get as many pixels.
        part = FORMATS[kind][0] / FORMATS["TD3"][0]
        seen = photographed(rng, noise, printed if given.unworn else wear(rng, noise, printed), given.width[0] * part, given.width[1] * part)
        if rng.random() < 0.3:
            seen = cv2.cvtColor(seen, cv2.COLOR_GRAY2BGR)
            seen = numpy.clip(seen * numpy.float32([rng.uniform(0.8, 1), rng.uniform(0.85, 1), 1]), 0, 255).astype(numpy.uint8)
        stem = given.folder / f"{seed:07}"
        if not cv2.imwrite(f"{stem}.jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, rng.choice([30, 45, 60, 75, 85, 92])]):
            sys.exit(f"zones.py: {stem}.jpg cannot be written")
        stem.with_suffix(".txt").write_text("\n".join(lines) + "\n")


main()
