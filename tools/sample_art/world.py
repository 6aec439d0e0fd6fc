"""Pictures of faraway places and of a race; not of the regions that have newsletters."""

from __future__ import annotations

import math
import random

from sample_art.canvas import Canvas, mix, pine, tree

CREAM, INK, BRICK = "#fbeccf", "#3d3a4b", "#b3402a"


def night_train(c: Canvas) -> None:
    """Draw a night train that crosses a viaduct under the moon."""
    c.sky("#1c2445", "#6b6f9c", until=520, bands=9)
    rng = random.Random(2)
    for _ in range(70):
        c.disc((rng.uniform(0, 1200), rng.uniform(0, 240)), rng.choice((1.4, 2)), colour="#c9cde6")
    c.sun((900, 140), 54, colour="#f7e6c0", sky="#363f69")
    c.ridge([(60, 130, 40), (26, 47, 0)], 330, colour="#4b5384")
    c.ridge([(50, 170, 420), (18, 61, 0)], 410, colour="#363e6b")
    stone = "#8b86a3"
    c.rect((0, 352, 1200, 34), stone)
    for index in range(6):
        left = -60 + index * 228
        c.rect((left, 380, 46, 230), stone)
        arch = [(left + 46, 386)]
        arch += [
            (left + 137 - 91 * math.cos(math.radians(a)), 470 - 84 * math.sin(math.radians(a)))
            for a in range(0, 181, 6)
        ]
        c.poly([*arch, (left + 228, 386)], stone)
    c.rect((0, 352, 1200, 7), "#a9a4bd")
    for car in range(4):
        left = 40 + car * 262
        c.rect((left, 268, 254, 76), "#27407a" if car < 3 else BRICK, radius=12)
        c.rect((left, 322, 254, 8), "#f3d9a0")
        for index in range(6 if car < 3 else 1):
            lit = (index + car * 2) % 4 != 1
            c.rect((left + 20 + index * 38, 284, 24, 26), "#f8d48c" if lit else "#1d2f5e", radius=4)
        for wheel in (44, 210):
            c.disc((left + wheel, 346), 11, colour="#141b34")
    c.rect((1000, 284, 44, 30), "#f8d48c", radius=5)
    c.poly([(1080, 322), (1200, 296), (1200, 350)], "#8f8a9f")
    c.disc((1080, 324), 8, colour="#fdf3d0")
    for index in range(16):
        x = index * 82 + rng.uniform(-20, 20)
        pine(c, (x, 606), rng.uniform(90, 170), colour="#1f2a4a")


def ocean_buoy(c: Canvas) -> None:
    """Draw a yellow buoy on a gently rolling sea."""
    c.sky("#dbe8e6", "#f4e2c4", until=340)
    for x, y, wide in ((130, 110, 240), (220, 134, 170), (860, 80, 220), (800, 104, 160)):
        c.rect((x, y, wide, 20), "#f9f4e6", radius=10)
    for index, colour in enumerate(("#8fb9bd", "#74a8b0", "#5b96a2")):
        c.ridge([(7 + index * 3, 60 + index * 22, index * 130)], 330 + index * 52, colour=colour)
    c.line([(600, 420), (628, 120)], 8, colour=INK)
    c.poly([(530, 430), (588, 230), (640, 236), (680, 446)], "#e9b13c")
    c.poly([(612, 232), (640, 236), (680, 446), (640, 440)], "#cf9429")
    c.poly([(552, 352), (662, 362), (668, 394), (544, 384)], BRICK)
    c.poly([(470, 420), (748, 448), (730, 510), (486, 486)], "#e9b13c")
    c.poly([(610, 434), (748, 448), (730, 510), (612, 500)], "#cf9429")
    c.poly([(585, 196), (560, 224), (664, 234), (648, 202)], INK)
    c.rect((650, 150, 66, 44), "#41607a")
    c.line([(626, 160), (652, 168)], 6, colour=INK)
    c.disc((629, 112), 15, colour="#fbdf9f")
    c.disc((629, 112), 8, colour=BRICK)
    for index, colour in enumerate(("#4a8594", "#3a7383", "#2f6373")):
        c.ridge([(9 + index * 4, 96 + index * 30, 300 + index * 210)], 476 + index * 42, colour=colour)
    for x, y in ((220, 230), (264, 252), (330, 214), (980, 210)):
        c.line([(x - 22, y - 8), (x, y), (x + 22, y - 8)], 4, colour="#5d6f78")


def terraces(c: Canvas) -> None:
    """Draw terraced fields below snow peaks, with a small school."""
    c.sky("#bfd8e0", "#f3e8d0", until=300)
    peaks = [(-40, 330), (150, 130), (260, 220), (430, 60), (590, 230), (700, 170), (880, 320), (1240, 330)]
    c.poly([*peaks, (1240, 600), (-40, 600)], "#8d9fb0")
    c.poly([(430, 60), (500, 134), (462, 150), (440, 128), (408, 158), (380, 116)], "#f8f6ee")
    c.poly([(150, 130), (198, 169), (166, 184), (140, 166), (112, 176)], "#f8f6ee")
    c.poly([(700, 170), (748, 210), (706, 214), (664, 196)], "#f8f6ee")
    colours = ("#a7b27a", "#8fa56a", "#b8a864", "#7d9a5e", "#a98f58", "#6f8f58", "#94a866", "#5f8250")
    for step, colour in enumerate(colours):
        base = 262 + step * 42
        waves = [(30 - step * 2, 240 + step * 12, 640 + step * 30), (8, 90, step * 70)]
        c.ridge(waves, base, colour=mix(colour, "#4a3d30", share=0.35))
        c.ridge(waves, base + 9, colour=colour)
    c.rect((770, 268, 150, 66), "#e8d3ae")
    c.poly([(756, 272), (845, 226), (934, 272)], BRICK)
    c.rect((832, 292, 28, 42), "#6d4a3a")
    for x in (786, 880):
        c.rect((x, 290, 24, 20), "#41606c")
    for x, y, coat in ((300, 420, BRICK), (342, 424, "#41607a"), (640, 508, "#d7923f"), (1010, 432, "#8a4a6a")):
        person_with_hat(c, (x, y), coat=coat)


def person_with_hat(c: Canvas, foot: tuple[float, float], *, coat: str) -> None:
    """Draw a farmer as a coat, a head and a hat."""
    x, y = foot
    c.poly([(x - 15, y), (x + 15, y), (x + 7, y - 34), (x - 7, y - 34)], coat)
    c.disc((x, y - 40), 7, colour="#a9745a")
    c.oval((x - 14, y - 50, 28, 8), INK)
    c.rect((x - 7, y - 56, 14, 9), INK, radius=3)


def finish_line(c: Canvas) -> None:
    """Draw three runners on a road along a hedge of spectators."""
    c.sky("#f6ecd8", "#f4cfa2", until=330)
    c.sun((300, 200), 62, colour="#f6b56b", sky="#f5e0bd")
    c.ridge([(22, 130, 0), (9, 47, 0)], 300, colour="#b3bfa6")
    c.ridge([(14, 190, 300)], 336, colour="#8fa98f")
    for x, size in ((90, 210), (250, 160), (470, 190), (700, 150), (900, 200), (1110, 230)):
        tree(c, (x, 390), size, crown=("#4f7a58", "#5f8a62")[x % 4 == 2], trunk="#4a4038")
    rng = random.Random(10)
    for row in range(2):
        for index in range(47):
            x, y = 8 + index * 26 + row * 13, 378 + row * 18 + rng.uniform(-5, 5)
            coat = rng.choice(("#b3402a", "#41607a", "#e0a63f", "#5d5068", "#3f7a72", "#8a9a8a"))
            c.rect((x - 12, y + 8, 24, 50), coat, radius=11)
            c.disc((x, y), 8.5, colour=rng.choice(("#c98f6b", "#a9745a", "#8a5a44")))
    c.rect((0, 420, 1200, 52), "#f6ead0")
    for index in range(15):
        c.rect((index * 80 + 8, 430, 56, 32), (BRICK, "#3f7a72", "#d7923f")[index % 3], radius=4)
    c.rect((0, 472, 1200, 128), "#6b6875")
    c.rect((0, 472, 1200, 7), "#57545f")
    for x in range(-30, 1200, 150):
        c.rect((x, 588, 84, 6), CREAM, radius=3)
    for x, y, shirt in ((330, 548, "#41607a"), (560, 556, "#e0a63f"), (830, 564, BRICK)):
        runner(c, (x, y), 236, shirt=shirt)


def runner(c: Canvas, foot: tuple[float, float], size: float, *, shirt: str) -> None:
    """Draw a runner in mid-stride; `foot` is the ground below the hips."""

    def at(right: float, up: float) -> tuple[float, float]:
        return foot[0] + right * size, foot[1] - up * size

    skin, far_skin = "#9a6a50", "#7d5541"
    c.oval((*at(-0.26, 0.02), size * 0.56, size * 0.045), "#57545f")
    c.line([at(0.08, 0.78), at(-0.1, 0.7), at(0.02, 0.58)], size * 0.05, colour=far_skin)
    c.line([at(0, 0.5), at(-0.07, 0.28), at(-0.31, 0.27)], size * 0.07, colour=far_skin)
    c.line([at(-0.31, 0.27), at(-0.33, 0.19)], size * 0.06, colour=CREAM)
    c.line([at(0.01, 0.5), at(0.2, 0.4), at(0.15, 0.12)], size * 0.078, colour=skin)
    c.line([at(0.14, 0.1), at(0.24, 0.09)], size * 0.06, colour=CREAM)
    c.poly([at(-0.08, 0.53), at(0.07, 0.52), at(0.2, 0.42), at(0.15, 0.35), at(-0.02, 0.42), at(-0.11, 0.42)], INK)
    c.poly([at(-0.075, 0.5), at(0.075, 0.5), at(0.17, 0.8), at(0.1, 0.86), at(0, 0.84)], shirt)
    c.line([at(0.08, 0.81), at(0.04, 0.64), at(0.22, 0.66)], size * 0.055, colour=skin)
    c.line([at(0.1, 0.84), at(0.13, 0.92)], size * 0.06, colour=skin)
    c.disc(at(0.15, 0.96), size * 0.078, colour=skin)
    c.pie((*at(0.06, 1.05), size * 0.17, size * 0.16), (150, 340), colour=INK)


def cable_ship(c: Canvas) -> None:
    """Draw a ship that lays a cable down to the floor of a deep sea."""
    c.sky("#f4e3c4", "#f0c79c", until=190)
    c.sun((250, 150), 44, colour="#fdf0c9", sky="#f2d6ae")
    for index in range(8):
        c.rect((0, 190 + index * 52, 1200, 600), mix("#4f98a3", "#16294a", share=index / 7))
    c.poly([(640, 152), (1010, 152), (970, 206), (676, 206)], "#2f3a4c")
    c.rect((652, 186, 336, 8), BRICK)
    c.rect((850, 84, 110, 70), "#f7f1e2", radius=5)
    for index in range(3):
        c.rect((862 + index * 32, 98, 22, 16), "#41607a", radius=2)
    c.rect((890, 50, 24, 36), BRICK)
    c.rect((780, 128, 50, 26), "#d7923f")
    c.disc((712, 134), 24, colour="#e6cfa5")
    c.disc((712, 134), 9, colour="#2f3a4c")
    c.line([(640, 152), (628, 146)], 9, colour="#2f3a4c")
    c.ridge([(26, 150, 0), (12, 53, 40)], 520, colour="#22345a")
    c.ridge([(20, 190, 420), (8, 41, 0)], 556, colour="#101c38")
    cable = [(626, 148), (600, 190), (566, 280), (520, 380), (450, 470), (350, 528), (230, 548), (90, 546), (-20, 552)]
    c.line(cable, 5, colour="#f2b26f")
    for x, y in ((566, 280), (450, 470), (230, 548), (60, 548)):
        for radius, share in ((34, 0.3), (22, 0.4)):
            ring = mix("#3f6f86", "#f2b26f", share=share)
            c.arc((x - radius, y - radius, 2 * radius, 2 * radius), (0, 360), width=2.5, colour=ring)
        c.rect((x - 15, y - 7, 30, 14), "#fbdf9f", radius=7)
    for x, y, size in ((880, 330, 1.0), (940, 356, 0.8), (830, 372, 0.7), (300, 330, 0.9)):
        c.oval((x, y, 52 * size, 18 * size), "#77a9b0")
        c.poly([(x + 4, y + 9 * size), (x - 16 * size, y - 2), (x - 16 * size, y + 20 * size)], "#77a9b0")
