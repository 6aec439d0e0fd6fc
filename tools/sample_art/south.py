"""Pictures of places from Atlanta to the Ozarks; not of the North, the East or of topics."""

from __future__ import annotations

import math
import random

from sample_art.canvas import Canvas, mix, pine, ripples, skyline, tree

CREAM, INK, BRICK = "#fbeccf", "#3d3a4b", "#b3402a"


def bike_path(c: Canvas) -> None:
    """Draw cyclists on a path through tall trees, with towers behind them."""
    c.sky("#f4ead2", "#f1d3a4", until=380)
    skyline(c, (380, 110, 470, 270), colour="#c3b9ab", seed=14)
    c.ridge([(10, 70, 0), (6, 30, 20)], 372, colour="#8da382")
    c.rect((0, 392, 1200, 208), "#7d9a63")
    c.ribbon([(610, 392, 14), (600, 430, 60), (640, 500, 190), (560, 620, 420)], "#eadbbd")
    c.ribbon([(610, 396, 1), (600, 430, 2), (640, 500, 5), (560, 620, 10)], "#cdb892")
    greens = ("#3f6654", "#4f7a58", "#2f5548", "#6b8a4f")
    left = ((196, 418, 150), (330, 410, 120), (90, 452, 250), (-10, 520, 420))
    right = ((870, 410, 124), (1010, 420, 160), (1120, 456, 262), (1230, 530, 440))
    for index, (x, y, size) in enumerate(left + right):
        c.oval((x - size * 0.3, y - size * 0.03, size * 0.6, size * 0.07), "#6b8755")
        tree(c, (x, y), size, crown=greens[index % 4], trunk="#4a4038")
    cyclist(c, (566, 478), 76, shirt="#41607a")
    cyclist(c, (676, 556), 128, shirt=BRICK)


def cyclist(c: Canvas, foot: tuple[float, float], size: float, *, shirt: str) -> None:
    """Draw a cyclist seen from the side; `foot` lies between the wheels."""
    x, y = foot
    wheel = size * 0.26
    for side in (-1, 1):
        c.arc(
            (x + side * size * 0.36 - wheel, y - 2 * wheel, 2 * wheel, 2 * wheel),
            (0, 360),
            width=size * 0.035,
            colour=INK,
        )
    seat, bar, crank = (x - size * 0.14, y - size * 0.66), (x + size * 0.28, y - size * 0.68), (x, y - wheel)
    for start, end in (
        ((x - size * 0.36, y - wheel), seat),
        (seat, crank),
        (crank, (x + size * 0.25, y - size * 0.58)),
        ((x + size * 0.36, y - wheel), bar),
        ((x - size * 0.36, y - wheel), crank),
        (seat, (x + size * 0.25, y - size * 0.58)),
    ):
        c.line([start, end], size * 0.035, colour=INK)
    c.line([(seat[0], seat[1] - size * 0.04), (x + size * 0.1, y - size * 0.42), crank], size * 0.09, colour=INK)
    c.line([(seat[0], seat[1] - size * 0.06), (x + size * 0.04, y - size * 1.06)], size * 0.19, colour=shirt)
    c.line([(x + size * 0.04, y - size * 1.04), bar], size * 0.07, colour=shirt)
    c.disc((x + size * 0.12, y - size * 1.26), size * 0.105, colour="#c98f6b")
    c.pie((x + size * 0.0, y - size * 1.4, size * 0.25, size * 0.25), (180, 360), colour=CREAM)


def tree_city_rail(c: Canvas) -> None:
    """Draw a light-rail train on a viaduct above trees, with towers in the distance."""
    c.sky("#d8e6e4", "#f6dfbb", until=420)
    c.sun((240, 150), 46, colour="#f6b56b", sky="#e4e3d2")
    skyline(c, (620, 70, 470, 330), colour="#9fb0b5", seed=40)
    skyline(c, (700, 130, 330, 270), colour="#7d949d", seed=17, lit="#f3d9a0")
    rng = random.Random(3)
    c.rect((0, 440, 1200, 160), "#35604f")
    for layer, (y, size, colours) in enumerate(
        ((470, 150, ("#6d9478", "#7fa07a")), (560, 190, ("#4f7a62", "#5d8861")), (668, 190, ("#35604f", "#3f6f55")))
    ):
        for index in range(13):
            crown = colours[rng.randrange(2)]
            tree(
                c,
                (index * 100 - 20 + layer * 33 + rng.uniform(-14, 14), y),
                size * rng.uniform(0.85, 1.1),
                crown=crown,
                trunk=crown,
            )
        if layer == 1:
            viaduct(c)


def viaduct(c: Canvas) -> None:
    """Draw the viaduct and its train."""
    for x in (130, 450, 770, 1090):
        c.rect((x, 400, 34, 220), "#cdbfa6")
        c.poly([(x - 40, 400), (x + 74, 400), (x + 34, 436), (x, 436)], "#cdbfa6")
    c.rect((0, 378, 1200, 26), "#e3d6bd")
    c.rect((0, 400, 1200, 6), "#b3a48a")
    c.rect((0, 262, 1200, 3), INK)
    for car in range(2):
        left = 250 + car * 300
        c.rect((left, 290, 294, 84), "#f9f4e6", radius=18)
        c.rect((left, 346, 294, 14), "#2f7a86")
        c.rect((left + 20, 306, 254, 34), "#34505c", radius=8)
        for gap in range(1, 4):
            c.rect((left + 20 + gap * 63, 306, 5, 34), "#f9f4e6")
    c.line([(390, 290), (412, 276), (396, 263)], 4, colour=INK)


def nashville_river(c: Canvas) -> None:
    """Draw a truss footbridge over a wide river, with towers behind it."""
    c.sky("#f7c79a", "#d98f7f", until=380)
    skyline(c, (230, 60, 720, 310), colour="#b7716f", seed=51)
    skyline(c, (330, 130, 520, 240), colour="#7c4f63", seed=23, lit="#f8d48c")
    c.ridge([(7, 50, 0), (5, 21, 0)], 376, colour="#5a3f57")
    c.rect((0, 384, 1200, 216), "#8d5f74")
    c.rect((0, 490, 1200, 110), "#704b67")
    ripples(c, (0, 404, 1200, 190), colour="#d9988a", seed=11, count=34)
    bright = "#f2e3c8"
    for pier in (60, 420, 780, 1140):
        c.poly([(pier - 24, 404), (pier + 24, 404), (pier + 34, 600), (pier - 34, 600)], "#4a3450")
    c.rect((0, 388, 1200, 18), bright)
    for left in (60, 420, 780):
        top = [
            (left, 388),
            (left + 60, 316),
            (left + 120, 290),
            (left + 180, 282),
            (left + 240, 290),
            (left + 300, 316),
            (left + 360, 388),
        ]
        c.line(top, 9, colour=bright)
        for index, (x, y) in enumerate(top[1:-1]):
            c.line([(x, y), (x, 388)], 5, colour=bright)
            c.line([(x, y), (x + (60 if index < 2 else -60 if index > 2 else 0), 388)], 3, colour=bright)
    for x in (180, 230, 560, 900, 945):
        c.rect((x, 368, 8, 20), "#4a3450", radius=4)
        c.disc((x + 4, 363), 5, colour="#4a3450")


def bay_ferry(c: Canvas) -> None:
    """Draw a small ferry on a bay at sunset."""
    c.sky("#f7d9a8", "#ee9d7c", until=350)
    c.sun((600, 318), 92, colour="#fdf0c6", sky="#f2ab83")
    c.rect((0, 350, 1200, 250), "#3f7d86")
    c.rect((0, 350, 1200, 34), "#5d9795")
    c.rect((0, 470, 1200, 130), "#2d6571")
    c.rect((40, 342, 260, 10), "#9c6d68")
    for x in (60, 110, 160, 216, 262):
        palm(c, (x, 346), 46 + (x * 7) % 26)
    for row in range(11):
        wide = 250 - row * 14 + (row % 3) * 26
        c.rect((600 - wide / 2 + (row % 2) * 20, 356 + row * 21, wide, 7), "#f9d9a4", radius=4)
    ripples(c, (0, 390, 1200, 200), colour="#6aa3a1", seed=7, count=30)
    c.poly([(590, 452), (1010, 452), (968, 512), (646, 512)], "#f9f4e6")
    c.rect((628, 490, 352, 8), BRICK)
    c.rect((650, 392, 300, 60), "#e9e0cd", radius=8)
    for index in range(7):
        c.rect((668 + index * 40, 408, 26, 26), "#3f5a66", radius=3)
    c.rect((700, 350, 150, 42), "#f9f4e6", radius=8)
    c.rect((712, 360, 60, 20), "#3f5a66", radius=3)
    c.rect((880, 336, 34, 58), BRICK)
    c.rect((880, 346, 34, 10), CREAM)
    c.rect((760, 300, 4, 52), INK)
    c.poly([(764, 302), (804, 312), (764, 322)], "#d7923f")
    for x, y in ((330, 150), (372, 176), (940, 120)):
        c.line([(x - 18, y - 7), (x, y), (x + 18, y - 7)], 3.5, colour="#9c5f5c")


def palm(c: Canvas, foot: tuple[float, float], size: float) -> None:
    """Draw a small palm in silhouette."""
    x, y = foot
    dark = "#7c5058"
    c.line([(x, y), (x + size * 0.08, y - size)], size * 0.07, colour=dark)
    for angle in (-150, -110, -70, -30, 10, 170):
        turn = math.radians(angle)
        tip = (x + size * 0.08 + math.cos(turn) * size * 0.4, y - size + math.sin(turn) * size * 0.26)
        c.line([(x + size * 0.08, y - size), tip], size * 0.07, colour=dark)


def library_windows(c: Canvas) -> None:
    """Draw tall lit library windows at night, with readers inside."""
    c.sky("#232b4d", "#4d5687", until=480)
    for x, y in ((90, 60), (210, 120), (1100, 70), (1010, 140), (420, 36), (760, 52)):
        c.disc((x, y), 3, colour="#c9cbe0")
    c.rect((130, 150, 940, 390), "#3a3350")
    c.rect((104, 128, 992, 30), "#2d2842")
    c.rect((0, 536, 1200, 64), "#252238")
    rng = random.Random(12)
    for index in range(5):
        reading_window(c, 172 + index * 180, rng=rng)
    for x in (60, 1130):
        c.rect((x, 380, 10, 160), "#1d1a2c")
        c.disc((x + 5, 372), 20, colour="#f6c76b")


def reading_window(c: Canvas, left: float, *, rng: random.Random) -> None:
    """Draw one arched window: shelves above, a reader under a lamp below."""
    warm = "#f6cd7d"
    c.pie((left, 186, 136, 136), (180, 360), colour=warm)
    c.rect((left, 253, 136, 250), warm)
    for row in range(3):
        x, low = left + 12, 300 + row * 54
        while x < left + 116:
            wide, high = rng.choice((6, 8, 11)), rng.uniform(24, 38)
            c.rect((x, low - high, wide, high), rng.choice(("#b3402a", "#4f7a72", "#8a5a3c", "#41607a", "#d08a45")))
            x += wide + 1.5
        c.rect((left + 8, low, 120, 5), "#a8703f")
    x = left + rng.uniform(48, 86)
    c.rect((x - 17, 452, 34, 52), INK, radius=13)
    c.disc((x, 440), 13, colour="#9a6a4c")
    c.rect((left, 486, 136, 17), "#8a5a3c")
    c.poly([(x - 24, 478), (x, 484), (x + 24, 478), (x + 24, 487), (x, 492), (x - 24, 487)], CREAM)
    c.rect((left + 66, 186, 4, 250), "#3a3350")


def bat_bridge(c: Canvas) -> None:
    """Draw an arched bridge over a still river at dusk, with bats rising from it."""
    c.sky("#4a4a7c", "#f2a477", until=350, bands=9)
    skyline(c, (640, 90, 420, 250), colour="#7c5a80", seed=61, lit="#f8d48c")
    c.ridge([(10, 60, 0), (6, 26, 40)], 346, colour="#54466e")
    c.rect((0, 356, 1200, 244), "#6f587f")
    c.rect((0, 500, 1200, 100), "#57496f")
    deck = "#2f2a48"
    c.rect((0, 340, 1200, 30), deck)
    for index in range(5):
        left = -60 + index * 270
        c.rect((left - 16, 360, 32, 180), deck)
        c.poly([(left, 366), (left + 270, 366), (left + 270, 440), (left, 440)], deck)
        c.pie((left + 14, 384, 242, 250), (180, 360), colour="#6f587f")
        c.rect((left + 14, 506, 242, 10), "#57496f")
    c.rect((0, 500, 1200, 100), "#57496f")
    for x in range(60, 1200, 150):
        c.rect((x, 312, 4, 30), deck)
        c.disc((x + 2, 308), 7, colour="#e2654a")
    ripples(c, (0, 516, 1200, 80), colour="#a5788a", seed=3, count=18)
    rng = random.Random(17)
    for index in range(95):
        along = (index / 95) ** 0.8
        x = 250 + along * 620 + rng.gauss(0, 26 + 50 * along)
        y = 400 - along * 340 + rng.gauss(0, 12 + 34 * along)
        if y < 330 or x < 380:
            bat(c, (x, y), 5 + 8 * rng.random() * (0.4 + along))


def bat(c: Canvas, at: tuple[float, float], size: float) -> None:
    """Draw one bat as a bent pair of wings."""
    x, y = at
    c.poly(
        [
            (x - size * 1.6, y - size * 0.7),
            (x - size * 0.5, y - size * 0.3),
            (x, y + size * 0.1),
            (x + size * 0.5, y - size * 0.3),
            (x + size * 1.6, y - size * 0.7),
            (x + size * 0.8, y + size * 0.4),
            (x, y + size * 0.6),
            (x - size * 0.8, y + size * 0.4),
        ],
        "#2a2444",
    )


def ozark_trail(c: Canvas) -> None:
    """Draw a winding trail over wooded hills."""
    c.sky("#eef0df", "#f5d9ad", until=330)
    c.sun((820, 130), 48, colour="#f6b56b", sky="#f0e2c4")
    c.ridge([(24, 130, 0), (10, 47, 0)], 262, colour="#a9bcae")
    c.ridge([(30, 170, 300), (8, 39, 0)], 322, colour="#86a48d")
    c.ridge([(26, 210, 640), (8, 53, 0)], 392, colour="#5f8a6d")
    rng = random.Random(23)
    for index in range(34):
        pine(
            c,
            (index * 36 + rng.uniform(-8, 8), 420 + 22 * math.sin(index / 3.2)),
            rng.uniform(54, 92),
            colour=rng.choice(("#4a7a60", "#417056", "#d0893f")),
        )
    c.ridge([(30, 260, 120)], 462, colour="#3f6b52")
    c.ribbon(
        [(930, 432, 8), (700, 452, 16), (560, 470, 22), (820, 512, 40), (560, 560, 64), (300, 640, 110)], "#e6c79a"
    )
    for x, y, size in ((70, 600, 250), (190, 610, 190), (1120, 600, 300), (1010, 612, 210), (1190, 610, 220)):
        pine(c, (x, y), size, colour="#284c3d")
    cyclist(c, (700, 500), 66, shirt=BRICK)


def orchard(c: Canvas) -> None:
    """Draw rows of apple trees on a hillside."""
    c.sky("#d9e7e2", "#f7e6c6", until=300)
    c.ridge([(22, 180, 0)], 246, colour="#a3b9a0")
    c.ridge([(26, 300, 500)], 300, colour="#86a675")
    rng = random.Random(31)
    for row in range(6):
        y = 330 + row * row * 9 + row * 14
        size = 46 + row * 27
        c.poly(
            [(0, y - size * 0.2), (1200, y - size * 0.2 - 16), (1200, 600), (0, 600)],
            mix("#9cb56a", "#6d8f4b", share=row / 5),
        )
        gap = size * 1.15
        for index in range(int(1300 / gap) + 1):
            x = index * gap - (row % 2) * gap / 2
            apple_tree(c, (x, y + 10 - x * 0.012), size, rng=rng)


def apple_tree(c: Canvas, foot: tuple[float, float], size: float, *, rng: random.Random) -> None:
    """Draw a low apple tree with red fruit."""
    x, y = foot
    c.oval((x - size * 0.36, y - size * 0.06, size * 0.72, size * 0.13), "#5f7f43")
    c.rect((x - size * 0.04, y - size * 0.4, size * 0.08, size * 0.4), "#5b4636")
    tone = rng.choice(("#46704a", "#4f7a4c", "#3f6a4c"))
    for dx, dy, part in ((-0.2, -0.5, 0.25), (0.2, -0.5, 0.25), (0, -0.68, 0.3)):
        c.disc((x + dx * size, y + dy * size), size * part, colour=tone)
    for _ in range(7):
        c.disc((x + rng.uniform(-0.33, 0.33) * size, y - rng.uniform(0.4, 0.84) * size), size * 0.042, colour="#c8452f")
