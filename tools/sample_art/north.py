"""Pictures of places from Denver to Chicago; not of the South, the East or of topics."""

from __future__ import annotations

import math
import random

from sample_art.canvas import Canvas, mix, ripples, skyline, tree

CREAM, INK, BRICK = "#fbeccf", "#3d3a4b", "#b3402a"
MAUVE, PLUM, PEACH = "#8f7a94", "#5d5068", "#f8c795"


def tram_loop(c: Canvas) -> None:
    """Draw a red tram before mountains at dusk."""
    c.sky(PEACH, "#c8939a", until=470)
    c.sun((905, 235), 58, colour="#fde3b4", sky="#eab497")
    c.ridge([(46, 88, 40), (22, 37, 0), (60, 230, 330)], 330, colour="#a98a9d")
    c.ridge([(30, 70, 200), (14, 31, 50), (52, 190, 90)], 392, colour="#7d6a88")
    c.ridge([(10, 120, 0), (8, 47, 90)], 440, colour=PLUM)
    c.rect((0, 492, 1200, 108), "#474352")
    c.rect((0, 540, 1200, 5), "#6a6474")
    c.rect((0, 566, 1200, 5), "#6a6474")
    c.rect((0, 262, 1200, 4), INK)
    for x in (120, 1060):
        c.rect((x, 246, 9, 270), INK)
    c.line([(560, 356), (600, 310), (560, 266)], 5, colour=INK)
    c.rect((250, 352, 640, 160), BRICK, radius=26)
    c.rect((250, 440, 640, 72), "#8f3122", radius=22)
    c.rect((250, 436, 640, 30), BRICK)
    c.rect((250, 462, 640, 8), CREAM)
    for index in range(6):
        c.rect((284 + index * 98, 378, 80, 60), CREAM, radius=6)
    c.rect((284 + 2 * 98, 378, 80, 122), "#f3d9ae", radius=6)
    c.rect((284 + 2 * 98 + 38, 378, 4, 122), BRICK)
    for x in (350, 420, 720, 790):
        c.disc((x, 518), 24, colour="#26232e")
        c.disc((x, 518), 9, colour="#6a6474")


def platte_trail(c: Canvas) -> None:
    """Draw a path and a river that wind from the foothills."""
    c.sky("#f3e6cd", "#f2cfa0", until=330)
    c.sun((330, 176), 50, colour="#f7b267", sky="#f2dcb6")
    c.ridge([(40, 95, 0), (26, 41, 20)], 280, colour="#a9b3b0")
    c.ridge([(34, 150, 260), (10, 50, 0)], 330, colour="#7c9791")
    c.ridge([(10, 200, 0)], 372, colour="#57796d")
    c.rect((0, 374, 1200, 226), "#6f8f63")
    c.ribbon([(560, 374, 10), (500, 400, 40), (640, 450, 90), (420, 520, 190), (120, 620, 420)], "#88b3bb")
    c.ribbon([(690, 376, 5), (650, 396, 14), (760, 440, 30), (700, 510, 74), (560, 620, 190)], CREAM)
    right = ((880, 398, 62), (960, 404, 74), (1040, 400, 70), (1120, 410, 88), (920, 452, 120), (1150, 470, 150))
    trees = (*right, (1030, 520, 200), (60, 424, 90), (150, 414, 74))
    for index, (x, y, size) in enumerate(trees):
        c.oval((x - size * 0.3, y - size * 0.03, size * 0.6, size * 0.07), "#5f8058")
        tree(c, (x, y), size, crown="#d7923f" if index % 3 == 1 else "#3f6654", trunk="#3b3f3a")
    for x, y, high in ((676, 404, 30), (800, 446, 54), (806, 520, 96)):
        c.rect((x, y - high, high * 0.08, high), INK)
        c.disc((x + high * 0.04, y - high), high * 0.13, colour="#f7b267")


def lake_sailboats(c: Canvas) -> None:
    """Draw three sailboats on a calm lake."""
    c.sky("#dcebe6", "#f7e3c1", until=330)
    c.sun((860, 196), 56, colour="#f6b56b", sky="#eee4cb")
    c.ridge([(12, 80, 0), (7, 33, 0)], 322, colour="#8aa79c")
    c.ridge([(9, 110, 400), (5, 23, 0)], 338, colour="#4f7a72")
    c.rect((0, 346, 1200, 254), "#5c97a6")
    c.rect((0, 346, 1200, 40), "#78abb3")
    c.rect((0, 470, 1200, 130), "#41798c")
    for row in range(9):
        wide = 150 - row * 11
        c.rect((860 - wide / 2 + (row % 2) * 12, 352 + row * 24, wide, 6), "#f3cf97", radius=3)
    ripples(c, (0, 380, 1200, 210), colour="#8fbcc2", seed=2, count=34)
    for x, y, size, sail in ((300, 470, 250, CREAM), (590, 410, 140, "#e9c48b"), (1020, 520, 300, "#c9553b")):
        boat(c, x, y=y, size=size, sail=sail)


def boat(c: Canvas, x: float, *, y: float, size: float, sail: str) -> None:
    """Draw a sailboat with two sails and its shadow on the water."""
    c.rect((x - size * 0.3, y + size * 0.09, size * 0.62, size * 0.03), "#356677", radius=4)
    c.rect((x - 2, y - size, 4, size), INK)
    c.poly([(x + 4, y - size * 0.98), (x + 4, y - size * 0.1), (x + size * 0.42, y - size * 0.1)], sail)
    c.poly(
        [(x - 5, y - size * 0.9), (x - 5, y - size * 0.1), (x - size * 0.26, y - size * 0.1)],
        mix(sail, "#ffffff", share=0.45),
    )
    c.poly(
        [
            (x - size * 0.36, y - size * 0.03),
            (x + size * 0.42, y - size * 0.03),
            (x + size * 0.3, y + size * 0.09),
            (x - size * 0.28, y + size * 0.09),
        ],
        INK,
    )


def wheat_turbines(c: Canvas) -> None:
    """Draw wind turbines over grain."""
    c.sky("#bfd9dc", "#f6e6c3", until=390)
    for x, y, wide in ((120, 120, 210), (210, 142, 160), (820, 90, 240), (760, 110, 150)):
        c.rect((x, y, wide, 20), "#f8f0de", radius=10)
    for x, y, size, turn in ((250, 400, 240, 10), (560, 388, 150, 52), (760, 384, 120, 80), (990, 410, 250, 30)):
        turbine(c, x, y=y, size=size, turn=turn)
    c.ridge([(14, 170, 60)], 392, colour="#8ba36a")
    c.ridge([(12, 240, 300)], 424, colour="#d8a84a")
    c.ridge([(16, 300, 700)], 470, colour="#e8c065")
    for row in range(9):
        c.line([(600 + (row - 4) * 60, 476), (600 + (row - 4) * 330, 610)], 7, colour="#d3a145")
    c.rect((428, 368, 84, 46), BRICK)
    c.poly([(418, 370), (470, 334), (522, 370)], "#7c2d20")
    c.rect((524, 340, 26, 74), "#dfe3dc", radius=12)


def turbine(c: Canvas, x: float, *, y: float, size: float, turn: float) -> None:
    """Draw one wind turbine; `turn` is the angle of its first blade in degrees."""
    hub = (x, y - size)
    c.poly(
        [
            (x - size * 0.018, hub[1]),
            (x + size * 0.018, hub[1]),
            (x + size * 0.032, y + 30),
            (x - size * 0.032, y + 30),
        ],
        "#fbf7ec",
    )
    for blade in range(3):
        angle = math.radians(turn + 120 * blade)
        tip = (x + math.cos(angle) * size * 0.62, hub[1] + math.sin(angle) * size * 0.62)
        side = (x + math.cos(angle + 0.28) * size * 0.2, hub[1] + math.sin(angle + 0.28) * size * 0.2)
        c.poly([hub, side, tip], "#fbf7ec")
        c.line([hub, tip], size * 0.014, colour="#fbf7ec")
    c.disc(hub, size * 0.035, colour="#d9d5c8")


def market_awnings(c: Canvas) -> None:
    """Draw striped awnings over crates of vegetables."""
    c.rect((0, 0, 1200, 600), "#f4e7cd")
    c.rect((0, 0, 1200, 96), "#46606a")
    for x in range(40, 1200, 120):
        c.rect((x, 14, 76, 66), "#f6c97a", radius=3)
        c.rect((x + 35, 14, 6, 66), "#46606a")
    stalls = ((20, BRICK), (420, "#3f7a72"), (820, "#d7923f"))
    for left, colour in stalls:
        awning(c, left, colour=colour)
    c.rect((0, 560, 1200, 40), "#8a7660")


def awning(c: Canvas, left: float, *, colour: str) -> None:
    """Draw one market stall of 360 units."""
    c.rect((left + 14, 240, 10, 330), "#6d5a49")
    c.rect((left + 336, 240, 10, 330), "#6d5a49")
    for stripe in range(9):
        shade = colour if stripe % 2 == 0 else CREAM
        x = left + stripe * 40
        inner = left + 27 + stripe * 34
        c.poly([(inner, 130), (inner + 34, 130), (x + 40, 236), (x, 236)], shade)
        c.pie((x, 216, 40, 40), (0, 180), colour=shade)
    c.rect((left + 24, 400, 312, 170), "#a67c52")
    rng = random.Random(int(left) + 3)
    goods = ("#c9553b", "#7d9a4e", "#e0a63f", "#8b4a5e", "#4f7a4c")
    for crate in range(3):
        x = left + 32 + crate * 100
        fruit = goods[(crate + int(left) // 400 * 2) % 5]
        for row in range(2):
            for index in range(5):
                tone = mix(fruit, "#ffffff", share=rng.choice((0, 0.06, 0.14)))
                c.disc((x + 12 + index * 18, 392 - row * 16 + rng.uniform(-2, 2)), 13, colour=tone)
        c.rect((x - 4, 396, 100, 48), "#c9a06c", radius=3)
        c.rect((x - 4, 414, 100, 5), "#8f6a43")
    c.rect((left + 24, 470, 312, 6), "#8f6a43")


def river_bridge(c: Canvas) -> None:
    """Draw a low arched footbridge over a river."""
    c.sky("#e7eee9", "#f4dfc0", until=330)
    skyline(c, (560, 150, 600, 190), colour="#a9b8ba", seed=8)
    c.ridge([(8, 60, 10), (6, 25, 0)], 338, colour="#6d8f83")
    c.rect((0, 352, 1200, 248), "#7fabb6")
    c.rect((0, 470, 1200, 130), "#5f93a3")
    ripples(c, (0, 390, 1200, 200), colour="#a5c6ca", seed=5)
    c.arc((110, 210, 980, 560), (193, 347), width=20, colour=BRICK)
    for x in range(170, 1040, 58):
        top = 490 - 280 * (1 - ((x - 600) / 490) ** 2) ** 0.5
        if top < 372:
            c.rect((x - 3, top, 6, 376 - top), BRICK)
    c.rect((0, 372, 1200, 20), INK)
    c.rect((0, 344, 1200, 5), INK)
    for x in range(10, 1200, 40):
        c.rect((x, 346, 4, 28), INK)
    for x in (96, 1064):
        c.poly([(x, 392), (x + 46, 392), (x + 58, 600), (x - 12, 600)], "#b7a58c")


def elevated_train(c: Canvas) -> None:
    """Draw an elevated train on its steel structure between buildings."""
    c.sky("#f6dcb4", "#e9b58f", until=600)
    skyline(c, (300, 60, 620, 330), colour="#cf9d8b", seed=21)
    for left, colour in ((0, "#6b4a4d"), (990, "#5a4450")):
        c.rect((left, 0, 210, 600), colour)
        for row in range(6):
            for column in range(3):
                lit = (row * 3 + column + left // 330) % 4 == 0
                c.rect(
                    (left + 26 + column * 60, 24 + row * 62, 34, 42),
                    "#f7cf83" if lit else mix(colour, "#000000", share=0.22),
                    radius=2,
                )
    c.rect((0, 372, 1200, 34), "#2f5a55")
    c.rect((0, 366, 1200, 8), "#26423f")
    for x in (150, 450, 750, 1050):
        c.rect((x - 12, 400, 24, 200), "#2f5a55")
        c.poly([(x - 70, 404), (x + 70, 404), (x + 12, 450), (x - 12, 450)], "#2f5a55")
    c.rect((0, 560, 1200, 40), "#514656")
    for car in range(3):
        left = 150 + car * 326
        c.rect((left, 236, 316, 128), "#e8e3d8", radius=14)
        c.rect((left, 318, 316, 20), BRICK)
        for wheel in (50, 86, 230, 266):
            c.disc((left + wheel, 362), 15, colour="#26423f")
        for index in range(5):
            c.rect((left + 22 + index * 58, 258, 42, 46), "#41525e", radius=4)
    c.rect((0, 362, 1200, 6), "#26423f")


def skyline_lake(c: Canvas) -> None:
    """Draw a skyline at night over a dark lake."""
    c.sky("#1f2747", "#59608c", until=400)
    c.sun((210, 120), 36, colour="#f7e6c0", sky="#2a3257")
    skyline(c, (60, 120, 1080, 290), colour="#3d4673", seed=12)
    skyline(c, (200, 170, 860, 240), colour="#252d52", seed=33, lit="#f5c56d")
    c.rect((0, 408, 1200, 192), "#2b355e")
    c.rect((0, 404, 1200, 8), "#171d38")
    rng = random.Random(9)
    for _ in range(60):
        c.rect(
            (rng.uniform(220, 1040), rng.uniform(420, 590), rng.uniform(10, 46), 3.5),
            rng.choice(("#b99a6b", "#55608f", "#55608f")),
            radius=2,
        )


def night_bus(c: Canvas) -> None:
    """Draw a lit bus on a bridge between two downtowns at night."""
    c.sky("#1b2546", "#4f5a8c", until=400)
    c.sun((600, 110), 34, colour="#f7e6c0", sky="#2a3560")
    for box, seed in (((-60, 150, 400, 260), 91), ((880, 120, 400, 290), 92)):
        skyline(c, box, colour="#2a3460", seed=seed, lit="#f5c56d")
    c.ridge([(10, 70, 0), (6, 29, 0)], 404, colour="#202a50")
    c.rect((0, 500, 1200, 100), "#2b3767")
    ripples(c, (0, 510, 1200, 84), colour="#6f77a6", seed=6, count=24)
    for x in (80, 430, 780, 1130):
        c.poly([(x - 26, 450), (x + 26, 450), (x + 36, 600), (x - 36, 600)], "#161d3b")
    c.rect((0, 428, 1200, 34), "#161d3b")
    c.rect((0, 428, 1200, 5), "#5d679c")
    for x in (150, 500, 850, 1180):
        c.rect((x, 300, 6, 128), "#161d3b")
        c.line([(x + 3, 302), (x + 34, 296)], 5, colour="#161d3b")
        c.disc((x + 40, 302), 26, colour="#4a5183")
        c.disc((x + 40, 302), 10, colour="#fde3a4")
    c.poly([(892, 398), (1150, 376), (1150, 428), (892, 424)], "#6d7099")
    c.rect((380, 286, 520, 136), "#e7e2d6", radius=20)
    c.rect((380, 376, 520, 46), BRICK, radius=14)
    c.rect((380, 372, 520, 22), BRICK)
    c.rect((398, 306, 484, 60), "#f8d48c", radius=8)
    for x in (478, 562, 646, 730, 814):
        c.rect((x, 306, 6, 60), "#e7e2d6")
    for x, coat in ((438, "#3f6a72"), (604, "#5d5068"), (690, "#8f3122"), (770, "#41607a")):
        c.disc((x, 332), 12, colour="#a9745a")
        c.rect((x - 17, 343, 34, 23), coat, radius=8)
    for x in (474, 800):
        c.disc((x, 420), 30, colour="#0f1530")
        c.disc((x, 420), 12, colour="#7c84ac")
    c.disc((892, 402), 8, colour="#fdf3d0")


def warm_homes(c: Canvas) -> None:
    """Draw a row of brick houses in the snow, warmed by a pipe under the street."""
    c.sky("#8fa3bd", "#ead9cf", until=380)
    skyline(c, (300, 90, 600, 240), colour="#a9b1c2", seed=55)
    tones = ("#a4553f", "#8f4a3c", "#b5694b", "#96503d", "#a9604a", "#874438")
    for index, tone in enumerate(tones):
        left, high = 30 + index * 192, 190 + (index * 37) % 50
        c.rect((left, 410 - high, 180, high), tone)
        c.rect((left - 6, 400 - high, 192, 16), "#f4f1ea")
        c.rect((left + 130, 366 - high, 26, 38), mix(tone, "#000000", share=0.25))
        for row in range(2):
            for column in range(3):
                if row == 1 and column == 1:
                    continue
                c.rect((left + 22 + column * 52, 432 - high + row * 82, 34, 50), "#f8d48c", radius=3)
                c.rect((left + 18 + column * 52, 482 - high + row * 82, 42, 6), "#f4f1ea")
        c.rect((left + 72, 336, 38, 74), "#3d3a4b", radius=3)
    c.rect((0, 410, 1200, 26), "#f7f4ec")
    c.rect((0, 436, 1200, 164), "#6f5a50")
    c.rect((0, 436, 1200, 10), "#867064")
    for x in range(120, 1200, 192):
        c.rect((x - 6, 410, 12, 92), "#d97a45")
        c.disc((x, 410), 9, colour="#f2b26f")
    c.rect((0, 490, 1200, 38), "#d97a45")
    c.rect((0, 497, 1200, 8), "#f2b26f")
    c.rect((0, 552, 1200, 18), "#5d7f96")
    c.rect((0, 555, 1200, 4), "#8fb0c2")
    rng = random.Random(44)
    for _ in range(70):
        c.disc((rng.uniform(0, 1200), rng.uniform(10, 400)), rng.choice((2.4, 3.2)), colour="#f7f4ec")


def chip_wafer(c: Canvas) -> None:
    """Draw a round wafer of chips in front of a factory window."""
    c.sky("#dbe6e4", "#f3e2c2", until=600)
    for x in (0, 400, 800):
        c.rect((x + 16, 0, 368, 420), mix("#dbe6e4", "#9fc0c4", share=0.5))
    c.ridge([(8, 90, 0)], 400, colour="#8fae93")
    c.rect((0, 420, 1200, 180), "#cfc7b6")
    c.rect((0, 420, 1200, 12), "#e6dfd0")
    for x in (0, 392, 784, 1184):
        c.rect((x, 0, 24, 424), "#f4efe2")
    c.oval((330, 500, 540, 60), "#b3aa97")
    c.disc((600, 290), 236, colour="#4d4a6a")
    c.disc((600, 290), 228, colour="#6a6791")
    tints = ("#e0a77c", "#c98a8f", "#9a7ea6", "#7b8fb5", "#79b0ae")
    for row in range(-6, 7):
        for column in range(-6, 7):
            x, y = 600 + column * 34, 290 + row * 34
            if math.dist((x, y), (600, 290)) < 204:
                c.rect((x - 15, y - 15, 30, 30), tints[(row + column + 14) // 3 % 5], radius=3)
                c.rect(
                    (x - 7, y - 7, 14, 14), mix(tints[(row + column + 14) // 3 % 5], "#ffffff", share=0.35), radius=2
                )
    c.poly([(560, 524), (640, 524), (620, 500), (580, 500)], "#4d4a6a")
    c.rect((420, 520, 360, 26), "#3d3a4b", radius=12)
