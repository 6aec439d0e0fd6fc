"""The canvas of the sample pictures: flat shapes, drawn three times too large and made smaller; not what they show."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw

WIDTH, HEIGHT = 1200, 600
SCALE = 3  # supersampling: smooth edges without alpha
COLOURS = 64

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def mix(first: str, second: str, *, share: float) -> str:
    """Return the colour that lies `share` (0-1) of the way from first to second."""
    pairs = zip(ImageColor.getrgb(first)[:3], ImageColor.getrgb(second)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


class Canvas:
    """A flat picture of 1200 x 600 units; a box is (x, y, width, height)."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
        self.draw = ImageDraw.Draw(self.image)

    def sky(self, top: str, bottom: str, *, until: float = HEIGHT, bands: int = 7) -> None:
        """Fill with flat bands from the top colour to the bottom one, which goes on below `until`."""
        edges = [until * (index / bands) ** 0.8 for index in range(bands + 1)]
        for index in range(bands):
            colour = mix(top, bottom, share=index / max(1, bands - 1))
            self.rect((0, edges[index], WIDTH, HEIGHT - edges[index]), colour)

    def rect(self, box: Box, colour: str, *, radius: float = 0) -> None:
        """Fill a rectangle, with round corners where asked."""
        x, y, width, height = (value * SCALE for value in box)
        corners = (x, y, x + width - 1, y + height - 1)
        self.draw.rounded_rectangle(corners, radius=radius * SCALE, fill=colour)

    def poly(self, points: Iterable[Point], colour: str) -> None:
        """Fill a polygon."""
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def disc(self, at: Point, radius: float, *, colour: str) -> None:
        """Fill a circle around a point."""
        self.oval((at[0] - radius, at[1] - radius, 2 * radius, 2 * radius), colour)

    def oval(self, box: Box, colour: str) -> None:
        """Fill the ellipse in a box."""
        x, y, width, height = (value * SCALE for value in box)
        self.draw.ellipse((x, y, x + width, y + height), fill=colour)

    def pie(self, box: Box, degrees: tuple[float, float], *, colour: str) -> None:
        """Fill the sector of an ellipse between two angles, clockwise from three o'clock."""
        x, y, width, height = (value * SCALE for value in box)
        self.draw.pieslice((x, y, x + width, y + height), degrees[0], degrees[1], fill=colour)

    def line(self, points: Sequence[Point], width: float, *, colour: str) -> None:
        """Draw a line with round joints and ends."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=colour, width=round(width * SCALE), joint="curve")
        for end in (points[0], points[-1]):
            self.disc(end, width / 2, colour=colour)

    def arc(self, box: Box, degrees: tuple[float, float], *, width: float, colour: str) -> None:
        """Draw a part of the outline of an ellipse."""
        x, y, wide, high = (value * SCALE for value in box)
        self.draw.arc((x, y, x + wide, y + high), degrees[0], degrees[1], fill=colour, width=round(width * SCALE))

    def ridge(self, waves: Sequence[tuple[float, float, float]], base: float, *, colour: str) -> None:
        """Fill everything below a line of hills: waves of (height, length, shift) around `base`."""
        top = [
            (x, base - sum(high * math.sin((x + shift) / length) for high, length, shift in waves))
            for x in range(0, WIDTH + 1, 2)
        ]
        self.poly([(0, HEIGHT), *top, (WIDTH, HEIGHT)], colour)

    def ribbon(self, stations: Sequence[tuple[float, float, float]], colour: str) -> None:
        """Fill a smooth road or river through stations of (x, y, width), the far one first."""
        padded = [stations[0], *stations, stations[-1]]
        left, right = [], []
        for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
            for step in range(21):
                x, y, wide = (_catmull(values, at=step / 20) for values in zip(before, start, end, after, strict=True))
                left.append((x - wide / 2, y))
                right.append((x + wide / 2, y))
        self.poly([*left, *reversed(right)], colour)

    def sun(self, at: Point, radius: float, *, colour: str, sky: str) -> None:
        """Draw a sun or moon in two quiet rings that fade into the sky behind it."""
        for factor, share in ((2.1, 0.12), (1.5, 0.26)):
            self.disc(at, radius * factor, colour=mix(sky, colour, share=share))
        self.disc(at, radius, colour=colour)

    def save(self, path: Path) -> int:
        """Write a PNG with a small palette and return its size in bytes."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        flat = small.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        path.parent.mkdir(parents=True, exist_ok=True)
        flat.save(path, optimize=True)
        return path.stat().st_size


def _catmull(values: Sequence[float], *, at: float) -> float:
    """Return the point of a Catmull-Rom spline between its two middle values."""
    a, b, c, d = values
    return 0.5 * (2 * b + (c - a) * at + (2 * a - 5 * b + 4 * c - d) * at**2 + (3 * b - a - 3 * c + d) * at**3)


def skyline(canvas: Canvas, box: Box, *, colour: str, seed: int, lit: str = "") -> None:
    """Draw towers that stand in a box, tallest towards its middle, with lit windows where a colour is given."""
    rng = random.Random(seed)
    left, top, width, height = box
    x = left
    while x < left + width:
        wide = rng.choice((34, 44, 54, 68))
        middle = 1 - abs((x + wide / 2 - left) / width - 0.5) * 1.5
        high = height * max(0.16, min(1.0, middle * rng.uniform(0.55, 1.05)))
        roof = top + height - high
        canvas.rect((x, roof, wide, high + 1), colour)
        if rng.random() < 0.25 and high > height * 0.5:
            canvas.rect((x + wide / 2 - 2, roof - 34, 4, 36), colour)
        if lit:
            windows(canvas, (x + 8, roof + 12, wide - 16, high - 20), colour=lit, rng=rng)
        x += wide + rng.choice((0, 0, 5))


def windows(canvas: Canvas, box: Box, *, colour: str, rng: random.Random) -> None:
    """Light about a third of the windows of a wall."""
    left, top, width, height = box
    for row in range(int(height // 16)):
        for column in range(int(width // 11)):
            if rng.random() < 0.34:
                canvas.rect((left + column * 11, top + row * 16, 5, 8), colour)


def ripples(canvas: Canvas, box: Box, *, colour: str, seed: int, count: int = 26) -> None:
    """Lay short bright strokes on water, longer towards the viewer."""
    rng = random.Random(seed)
    left, top, width, height = box
    for _ in range(count):
        near = rng.random() ** 0.8
        length = 18 + 60 * near
        x, y = left + rng.random() * (width - length), top + near * height
        canvas.rect((x, y, length, 2.5 + 1.5 * near), colour, radius=2)


def tree(canvas: Canvas, foot: Point, size: float, *, crown: str, trunk: str) -> None:
    """Draw a round tree that stands on a point; `size` is its height."""
    x, y = foot
    canvas.rect((x - size * 0.035, y - size * 0.5, size * 0.07, size * 0.5), trunk)
    canvas.oval((x - size * 0.3, y - size, size * 0.6, size * 0.72), crown)


def pine(canvas: Canvas, foot: Point, size: float, *, colour: str) -> None:
    """Draw a pine of three tiers that stands on a point."""
    x, y = foot
    canvas.rect((x - size * 0.03, y - size * 0.2, size * 0.06, size * 0.2), colour)
    for tier in range(3):
        low = y - size * (0.12 + 0.24 * tier)
        wide = size * (0.26 - 0.06 * tier)
        canvas.poly([(x - wide, low), (x + wide, low), (x, low - size * 0.42)], colour)


def person(canvas: Canvas, foot: Point, size: float, *, coat: str, skin: str) -> None:
    """Draw a standing figure as a coat and a head; `size` is its height."""
    x, y = foot
    canvas.rect((x - size * 0.13, y - size * 0.72, size * 0.26, size * 0.72), coat, radius=size * 0.12)
    canvas.disc((x, y - size * 0.86), size * 0.12, colour=skin)
