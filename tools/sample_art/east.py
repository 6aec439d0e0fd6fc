"""Pictures of Philadelphia, the capital and its politics; not of other places or topics."""

from __future__ import annotations

import itertools
import math
import random

from sample_art.canvas import Canvas, mix, skyline, tree

CREAM, INK, BRICK = "#fbeccf", "#3d3a4b", "#b3402a"


def boathouse_lights(c: Canvas) -> None:
    """Draw boathouses outlined in lights beside a dark river."""
    c.sky("#20294a", "#6a628f", until=400)
    skyline(c, (700, 110, 420, 250), colour="#3a4470", seed=71, lit="#caa86f")
    c.ridge([(16, 60, 0), (9, 24, 30)], 318, colour="#2b3a4e")
    c.ridge([(12, 40, 80), (6, 19, 0)], 344, colour="#22303f")
    c.rect((0, 420, 1200, 180), "#27325a")
    c.rect((0, 414, 1200, 10), "#1a2140")
    houses = ((50, 190, 86), (262, 160, 120), (444, 210, 96), (676, 150, 130), (848, 176, 90), (1046, 124, 112))
    for left, wide, high in houses:
        boathouse(c, (left, 414 - high, wide, high))
        for row in range(7):
            bright = mix("#f8d48c", "#27325a", share=0.2 + row * 0.11)
            c.rect((left + 12 + (row % 2) * 16, 434 + row * 20, wide - 40, 4), bright, radius=2)
    shell = [(390, 520), (820, 520), (800, 530), (410, 530)]
    c.poly(shell, "#141a33")
    for index in range(4):
        x = 470 + index * 82
        c.line([(x, 522), (x + 18, 492)], 13, colour="#141a33")
        c.disc((x + 22, 480), 9, colour="#141a33")
        c.line([(x + 14, 506), (x - 40, 540)], 4, colour="#141a33")


def boathouse(c: Canvas, box: tuple[float, float, float, float]) -> None:
    """Draw one gabled house with lamps along its edges."""
    x, y, wide, high = box
    middle, eaves = x + wide / 2, y + 4
    c.poly(
        [(x, y + high), (x, eaves), (middle, eaves - wide * 0.34), (x + wide, eaves), (x + wide, y + high)], "#323c66"
    )
    for index in range(3):
        c.rect((x + wide * (0.16 + 0.26 * index), y + high - 44, wide * 0.17, 44), "#f6cd7d", radius=3)
    edges = [(x, y + high), (x, eaves), (middle, eaves - wide * 0.34), (x + wide, eaves), (x + wide, y + high)]
    for start, end in [*itertools.pairwise(edges), (edges[1], edges[3])]:
        steps = int(math.dist(start, end) // 11)
        for step in range(steps + 1):
            at = step / steps
            c.disc((start[0] + (end[0] - start[0]) * at, start[1] + (end[1] - start[1]) * at), 3, colour="#fde3a4")


def stadium_lights(c: Canvas) -> None:
    """Draw floodlights over an empty green stadium at night."""
    c.sky("#1d2747", "#3f4f7d", until=420)
    for x, far in ((150, 0), (1050, 0), (380, 1), (820, 1)):
        top, size = 90 + far * 80, 1 - far * 0.35
        for reach, share in ((130, 0.07), (96, 0.12)):
            c.disc((x, top - 3), reach * size, colour=mix("#2c3963", "#f7e6c0", share=share))
        c.rect((x - 4, top, 8, 340), "#141b34")
    for x, far in ((150, 0), (1050, 0), (380, 1), (820, 1)):
        top, size = 90 + far * 80, 1 - far * 0.35
        c.rect((x - 54 * size, top - 34 * size, 108 * size, 62 * size), "#141b34", radius=6)
        for row in range(2):
            for column in range(4):
                c.disc((x + (column - 1.5) * 25 * size, top + (row * 26 - 16) * size), 9.5 * size, colour="#fdf3d0")
    c.poly([(0, 330), (260, 372), (940, 372), (1200, 330), (1200, 470), (0, 470)], "#2a3560")
    rng = random.Random(5)
    for row in range(5):
        for index in range(84):
            x = 6 + index * 14.4
            bend = abs(x - 600) / 600
            y = 386 + row * 14 - 40 * max(0.0, bend - 0.55) / 0.45
            c.disc((x, y), 4, colour=rng.choice(("#43507f", "#43507f", "#5a668f", "#8f7a94", "#c9a06c")))
    c.rect((0, 452, 1200, 148), "#4f8a5b")
    for index in range(6):
        left, right = 600 + (index * 2 - 6) * 88, 600 + (index * 2 - 5) * 88
        c.poly(
            [(left, 452), (right, 452), (600 + (right - 600) * 1.9, 600), (600 + (left - 600) * 1.9, 600)], "#5b9966"
        )
    c.rect((0, 466, 1200, 3), "#e8f0df")
    c.line([(600, 452), (600, 600)], 4, colour="#e8f0df")
    c.arc((430, 480, 340, 90), (0, 360), width=4, colour="#e8f0df")
    c.disc((600, 524), 8, colour="#f8f4e6")


def metro_vault(c: Canvas) -> None:
    """Draw a vaulted concrete subway station with a train at the platform."""
    c.rect((0, 0, 1200, 600), "#d9d0c0")
    centre = (600, 470)
    for ring in range(9):
        radius = 760 - ring * 72
        tone = mix("#e9e2d3", "#8c8377", share=ring / 9)
        c.oval((centre[0] - radius, centre[1] - radius * 0.78, 2 * radius, 1.56 * radius), tone)
        coffers(c, centre, radius=radius - 8, tone=mix(tone, "#5d554c", share=0.16))
    c.oval((490, 360, 220, 220), "#4a4440")
    c.rect((0, 470, 1200, 130), "#9c5f4a")
    c.poly([(560, 470), (640, 470), (900, 600), (300, 600)], "#2e2b2f")
    for x in (575, 625):
        c.line([(600 + (x - 600) * 0.4, 470), (600 + (x - 600) * 5, 600)], 5, colour="#8d867c")
    c.poly([(0, 496), (470, 470), (560, 470), (300, 600), (0, 600)], "#b06a50")
    c.poly([(1200, 496), (730, 470), (640, 470), (900, 600), (1200, 600)], "#b06a50")
    for side in (-1, 1):
        for index in range(6):
            spread = 62 + index * index * 9.5
            c.disc((600 + side * spread, 477 + index * 23), 3 + index * 1.7, colour=CREAM)
    c.rect((528, 352, 144, 128), "#c9ccd0", radius=26)
    c.rect((544, 372, 112, 52), "#2f3d4c", radius=10)
    c.rect((528, 434, 144, 14), BRICK)
    for x in (556, 644):
        c.disc((x, 460), 8, colour="#fdf3d0")
    c.rect((560, 356, 80, 12), "#f6b24f", radius=4)


def coffers(c: Canvas, centre: tuple[float, float], *, radius: float, tone: str) -> None:
    """Draw the coffers of one ring of the vault."""
    for index in range(13):
        angle = math.radians(186 + index * 14)
        corners = []
        for turn, depth in ((0.06, 0), (0.19, 0), (0.19, 44), (0.06, 44)):
            reach = radius - depth
            corners.append(
                (centre[0] + math.cos(angle + turn) * reach, centre[1] + math.sin(angle + turn) * reach * 0.78)
            )
        c.poly(corners, tone)


def capitol_dome(c: Canvas) -> None:
    """Draw the silhouette of a domed capitol at dusk."""
    c.sky("#6c6a94", "#f6bf95", until=470, bands=9)
    c.sun((880, 330), 56, colour="#fde3b4", sky="#d5a092")
    far = "#544b6e"
    c.rect((120, 404, 960, 130), far)
    c.rect((300, 376, 600, 124), far)
    c.poly([(470, 380), (600, 330), (730, 380)], far)
    dark = "#463e60"
    c.rect((474, 300, 252, 90), dark)
    c.rect((496, 236, 208, 70), dark)
    for index in range(11):
        c.rect((504 + index * 18, 244, 8, 58), "#6c6084")
    c.pie((500, 112, 200, 256), (180, 360), colour=dark)
    for angle in (-52, -26, 0, 26, 52):
        x = 600 + math.sin(math.radians(angle)) * 86
        c.line([(600 + (x - 600) * 0.25, 122), (600 + (x - 600) * 0.8, 166), (x, 236)], 3, colour="#6c6084")
    c.rect((574, 78, 52, 44), dark, radius=6)
    c.pie((578, 54, 44, 52), (180, 360), colour=dark)
    c.rect((597, 24, 6, 40), dark)
    for index in range(26):
        x = 138 + index * 37
        if not 470 < x < 726:
            c.rect((x, 424, 14, 34), "#f6c97a" if index % 4 == 1 else "#6c6084")
    for index in range(8):
        c.rect((482 + index * 31, 394, 14, 78), "#6c6084")
    for step in range(4):
        c.rect((440 - step * 16, 472 + step * 9, 320 + step * 32, 10), mix(far, "#39324f", share=step / 4))
    c.ridge([(12, 60, 0), (8, 23, 10)], 506, colour="#39324f")
    c.rect((0, 520, 1200, 80), "#39324f")
    for x, size in ((60, 150), (150, 110), (1050, 120), (1150, 170)):
        tree(c, (x, 540), size, crown="#2e2842", trunk="#2e2842")
    c.poly([(380, 540), (820, 540), (940, 600), (260, 600)], "#8d7590")
    c.poly([(560, 540), (640, 540), (664, 600), (536, 600)], "#e6b59a")


def portico(c: Canvas) -> None:
    """Draw a white portico with columns in morning light."""
    c.sky("#cfe0e2", "#f7e6c9", until=420)
    for x, y, wide in ((90, 90, 200), (170, 112, 150), (920, 130, 200)):
        c.rect((x, y, wide, 18), "#f8f1e0", radius=9)
    c.rect((170, 220, 860, 240), "#f6efe0")
    c.rect((170, 220, 860, 16), "#ddd2bd")
    c.rect((186, 200, 828, 22), "#e9dfcb")
    for x in (206, 286, 366, 796, 876, 956):
        for y, high in ((262, 76), (366, 66)):
            c.rect((x, y, 40, high), "#7d929c", radius=2)
            c.rect((x + 18, y, 4, high), "#f6efe0")
    c.pie((430, 200, 340, 520), (180, 360), colour="#fbf7ec")
    c.rect((418, 196, 364, 30), "#fbf7ec")
    c.rect((418, 222, 364, 7), "#ddd2bd")
    c.rect((430, 229, 340, 231), "#d8ccb6")
    for index in range(3):
        c.rect((482 + index * 98, 296, 40, 150), "#7d929c", radius=3)
    for index in range(6):
        x = 436 + index * 60
        c.rect((x, 236, 26, 214), "#fbf7ec")
        c.rect((x + 18, 236, 8, 214), "#e4d9c5")
        c.rect((x - 5, 230, 36, 9), "#fbf7ec")
        c.rect((x - 5, 446, 36, 12), "#fbf7ec")
    for step in range(4):
        c.rect((410 - step * 14, 456 + step * 10, 380 + step * 28, 11), mix("#e9dfcb", "#c9bca3", share=step / 3))
    c.rect((0, 492, 1200, 108), "#7d9d66")
    c.poly([(480, 496), (720, 496), (860, 600), (340, 600)], "#ead9b8")
    c.rect((598, 120, 4, 80), INK)
    c.poly([(602, 122), (656, 130), (652, 140), (656, 152), (602, 150)], BRICK)
    for x, y, size in ((70, 530, 250), (150, 550, 190), (1060, 540, 220), (1150, 530, 270)):
        tree(c, (x, y), size, crown="#4f7a58", trunk="#4a4038")
    for index in range(12):
        x = 250 + index * 17 if index < 6 else 760 + index * 17
        c.disc((x, 512 + (index % 3) * 9), 11, colour=("#c9553b", "#e0a63f", "#f3d9c0")[index % 3])


def ballot_desk(c: Canvas) -> None:
    """Draw a ballot and a pencil on a desk under a lamp."""
    c.rect((0, 0, 1200, 600), "#2f4a52")
    c.poly([(872, 214), (1006, 262), (1010, 480), (150, 480)], "#3d5f63")
    c.rect((0, 440, 1200, 160), "#8a5f43")
    c.rect((0, 440, 1200, 10), "#a97752")
    c.oval((150, 452, 860, 140), "#b5835a")
    sheet = [(330, 470), (760, 470), (860, 580), (250, 580)]
    c.poly([(x + 8, y + 7) for x, y in sheet], "#6f4a35")
    c.poly(sheet, "#fbf6e8")
    for row in range(4):
        y = 486 + row * 24
        left = 318 - row * 17
        c.oval((left + 28, y, 30 + row * 2, 12), INK if row == 1 else "#d8cfba")
        if row != 1:
            c.oval((left + 32, y + 2.5, 22 + row * 2, 7), "#fbf6e8")
        c.rect((left + 84, y + 3, 260 + row * 22 - (row % 2) * 70, 6), "#a8a294", radius=3)
    c.line([(820, 548), (1010, 492)], 17, colour="#e0a63f")
    c.line([(1000, 495), (1020, 489)], 17, colour="#c9553b")
    c.poly([(822, 538), (826, 557), (790, 558)], "#f3d9ae")
    c.poly([(800, 553), (801, 558), (788, 559)], INK)
    c.line([(1090, 440), (1070, 250), (930, 150)], 12, colour="#1e2f36")
    c.oval((1030, 428, 130, 26), "#1e2f36")
    c.poly([(872, 214), (942, 108), (1000, 150), (1006, 262)], BRICK)
    c.line([(872, 216), (1006, 262)], 12, colour="#f8dc9b")
    c.disc((1070, 250), 11, colour="#1e2f36")
    for index, colour in enumerate(("#c9553b", "#d7b06a", "#5f8f8a")):
        c.rect((120 + index * 8, 412 - index * 30, 150 - index * 12, 28), colour, radius=4)
