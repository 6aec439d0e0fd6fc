"""Pictures of business, technology, health and the world; not of the places that have newsletters."""

from __future__ import annotations

import itertools
import random

from sample_art.canvas import Canvas, mix, person, ripples, skyline, tree

CREAM, INK, BRICK = "#fbeccf", "#3d3a4b", "#b3402a"


def warehouse_robots(c: Canvas) -> None:
    """Draw orange robots that carry shelves across a warehouse floor."""
    c.rect((0, 0, 1200, 600), "#dfe3dc")
    c.rect((0, 0, 1200, 110), "#b9c4c0")
    for x in range(60, 1200, 220):
        c.rect((x, 40, 130, 12), "#fdf6df", radius=6)
    for x in (40, 250, 460, 670, 880, 1090):
        c.rect((x, 130, 150, 240), "#9fb0ad")
        rng = random.Random(x)
        for row in range(4):
            at = x + 10
            while at < x + 116:
                wide, high = rng.choice((20, 28, 34)), rng.uniform(22, 42)
                c.rect(
                    (at, 180 + row * 58 - high, wide, high), rng.choice(("#c8a27a", "#b98f66", "#d6b894", "#7f9a98"))
                )
                at += wide + 4
            c.rect((x, 180 + row * 58, 150, 6), "#6d807e")
    c.rect((0, 370, 1200, 230), "#cfc8b8")
    for x in range(-200, 1400, 200):
        c.line([(600 + (x - 600) * 0.7, 370), (600 + (x - 600) * 1.5, 600)], 3, colour="#bdb5a3")
    for x, y, size in ((250, 470, 0.8), (880, 452, 0.66), (560, 560, 1.2)):
        robot(c, x, y=y, size=size)


def robot(c: Canvas, x: float, *, y: float, size: float) -> None:
    """Draw one robot with a rack of boxes on its back."""
    c.oval((x - 116 * size, y - 12 * size, 232 * size, 30 * size), "#b2a995")
    for side in (-90, 82):
        c.rect((x + side * size, y - 230 * size, 8 * size, 190 * size), INK)
    for row in range(3):
        low = y - (68 + row * 62) * size
        c.rect((x - 90 * size, low, 180 * size, 7 * size), INK)
        for index, (wide, high) in enumerate(((46, 34), (34, 44), (52, 28))):
            tone = ("#c8a27a", "#7fa39d", "#d9b98f")[(index + row) % 3]
            c.rect((x + (-80 + index * 56) * size, low - high * size, wide * size, high * size), tone)
    c.rect((x - 104 * size, y - 52 * size, 208 * size, 48 * size), "#dd6a35", radius=18 * size)
    c.rect((x - 104 * size, y - 26 * size, 208 * size, 22 * size), "#b9502a", radius=11 * size)
    for side in (-60, 60):
        c.disc((x + side * size, y - 4 * size), 15 * size, colour=INK)
    c.rect((x - 30 * size, y - 44 * size, 60 * size, 14 * size), "#2b3a44", radius=7 * size)
    for side in (-12, 12):
        c.disc((x + side * size, y - 37 * size), 4 * size, colour="#9fe0d2")


def harbour_cranes(c: Canvas) -> None:
    """Draw cranes over stacked containers in a harbor."""
    c.sky("#f5e3c3", "#efb48c", until=430)
    c.sun((310, 300), 66, colour="#fdf0c9", sky="#f2c79e")
    c.ridge([(8, 90, 0)], 420, colour="#c99a8c")
    for x, size, tone in ((760, 0.86, "#7d6f80"), (1010, 1.1, "#3f5a66"), (560, 0.66, "#a98a8f")):
        crane(c, x, size=size, tone=tone)
    c.rect((0, 430, 1200, 170), "#41707e")
    rng = random.Random(19)
    colours = ("#b3402a", "#d7923f", "#3f7a72", "#41607a", "#e6cfa5", "#8a5a5a")
    for column in range(7):
        for row in range(1 + (column * 5 + 2) % 4):
            c.rect((112 + column * 62, 412 - row * 30, 59, 28), rng.choice(colours))
    c.poly([(50, 438), (600, 438), (570, 516), (100, 516)], "#2e3b49")
    c.rect((92, 494, 486, 10), BRICK)
    c.rect((540, 340, 44, 100), "#f4ead6")
    for row in range(3):
        c.rect((546, 350 + row * 26, 32, 12), "#41607a")
    c.rect((640, 430, 560, 40), "#5a5560")
    for column in range(8):
        for row in range((column * 3) % 4):
            c.rect((650 + column * 67, 402 - row * 30, 64, 28), rng.choice(colours))
    ripples(c, (0, 520, 1200, 76), colour="#6f9aa0", seed=8, count=20)


def crane(c: Canvas, x: float, *, size: float, tone: str) -> None:
    """Draw a harbour crane that stands at 430."""
    top = 430 - 340 * size
    for dx in (-46, 40):
        c.rect((x + dx * size, top + 90 * size, 12 * size, 250 * size), tone)
    c.rect((x - 46 * size, top + 190 * size, 98 * size, 10 * size), tone)
    c.line([(x - 40 * size, top + 330 * size), (x + 46 * size, top + 200 * size)], 6 * size, colour=tone)
    c.rect((x - 260 * size, top + 80 * size, 400 * size, 16 * size), tone)
    c.line([(x, top), (x - 250 * size, top + 86 * size)], 5 * size, colour=tone)
    c.line([(x, top), (x + 130 * size, top + 86 * size)], 5 * size, colour=tone)
    c.poly([(x - 12 * size, top + 90 * size), (x, top - 6 * size), (x + 12 * size, top + 90 * size)], tone)
    c.rect((x - 176 * size, top + 96 * size, 34 * size, 22 * size), tone)
    c.line([(x - 159 * size, top + 110 * size), (x - 159 * size, top + 170 * size)], 3 * size, colour=tone)
    c.rect((x - 186 * size, top + 170 * size, 54 * size, 26 * size), "#d7923f")


def rising_bars(c: Canvas) -> None:
    """Draw rising bars in warm colours, as a row of houses and shops."""
    c.sky("#f7efdf", "#f3dcb5", until=600, bands=5)
    c.sun((250, 170), 62, colour="#f6b56b", sky="#f5e7cb")
    colours = ("#c98a6a", "#b9694c", "#a98a9d", "#7d6a88", "#5d7f86", "#3f6a72", "#b3402a", "#8f3122")
    for index, colour in enumerate(colours):
        x, high = 96 + index * 130, 90 + index * 42 + (index % 3) * 14
        c.rect((x, 530 - high, 104, high), colour)
        c.rect((x, 530 - high, 104, 9), mix(colour, "#ffffff", share=0.22))
        for row in range(int((high - 70) // 40)):
            for column in range(3):
                lit = (row * 2 + column + index) % 3 == 0
                c.rect(
                    (x + 16 + column * 27, 530 - high + 26 + row * 40, 16, 22),
                    CREAM if lit else mix(colour, "#000000", share=0.16),
                    radius=2,
                )
        c.rect((x + 10, 486, 84, 44), mix(colour, "#000000", share=0.3), radius=2)
        c.rect((x + 16, 494, 44, 36), "#f8dfa6")
        for stripe in range(6):
            c.rect((x + 4 + stripe * 16, 472, 16, 18), CREAM if stripe % 2 else mix(colour, "#ffffff", share=0.3))
    c.rect((0, 530, 1200, 70), "#5d5563")
    c.rect((0, 530, 1200, 8), "#7d7482")
    for x, coat in ((70, "#3f6a72"), (430, BRICK), (690, "#e0a63f"), (960, "#41607a")):
        person(c, (x, 566), 52, coat=coat, skin="#c98f6b")


def server_racks(c: Canvas) -> None:
    """Draw rows of server racks with small lights, and a moon in the window at the end of the aisle."""
    c.rect((0, 0, 1200, 600), "#1e2a44")
    c.poly([(0, 0), (1200, 0), (700, 210), (500, 210)], "#2a3858")
    c.poly([(0, 600), (1200, 600), (700, 390), (500, 390)], "#33415f")
    c.poly([(520, 600), (680, 600), (616, 390), (584, 390)], "#46577a")
    for index in range(4):
        wide = 420 - index * 96
        c.rect((600 - wide / 2, 26 + index * 48, wide, 10 - index * 1.6), "#f3e4bd", radius=5)
    c.rect((500, 210, 200, 180), "#5d6c96")
    c.rect((500, 310, 200, 80), "#7f86a8")
    c.disc((630, 262), 24, colour="#f7e6c0")
    c.rect((597, 210, 6, 180), "#2a3858")
    rng = random.Random(8)
    for side in (-1, 1):
        edges = [600, 452, 330, 236, 164, 110]
        for near, far in itertools.pairwise(edges):
            rack(c, (near, far), side=side, rng=rng)


def rack(c: Canvas, reach: tuple[float, float], *, side: int, rng: random.Random) -> None:
    """Draw one rack in perspective, between two distances from the middle."""
    near, far = reach[0], reach[1] + (reach[0] - reach[1]) * 0.08

    def at(distance: float, level: float) -> tuple[float, float]:
        return 600 + side * distance, 300 + (level - 0.5) * distance * 0.98

    c.poly([at(near, 0), at(far, 0), at(far, 1), at(near, 1)], "#2c3a5c")
    for row in range(15):
        low, high = 0.05 + row * 0.06, 0.05 + row * 0.06 + 0.042
        inner, outer = far + (near - far) * 0.08, far + (near - far) * 0.92
        c.poly([at(outer, low), at(inner, low), at(inner, high), at(outer, high)], "#3d4d74")
        for lamp in range(6):
            if rng.random() < 0.42:
                x, y = at(inner + (outer - inner) * (0.12 + lamp * 0.13), low + 0.021)
                c.disc((x, y), 1.2 + near / 230, colour=rng.choice(("#8fe0c8", "#8fe0c8", "#f6c76b", "#f08a6f")))


def telescope_dome(c: Canvas) -> None:
    """Draw an observatory dome under a starry sky."""
    c.sky("#141c3a", "#5a5f8f", until=520, bands=9)
    rng = random.Random(42)
    for _ in range(150):
        x, y = rng.uniform(0, 1200), rng.uniform(0, 430) ** 1.0
        c.disc((x, y), rng.choice((1.4, 1.4, 2, 2.8)), colour=rng.choice(("#f5ecd2", "#c9cde6", "#9aa3cc")))
    c.line([(930, 70), (1010, 112)], 3, colour="#f5ecd2")
    c.line([(1010, 112), (1064, 140)], 2, colour="#9aa3cc")
    c.ridge([(46, 150, 0), (22, 57, 30)], 470, colour="#3f4672")
    c.ridge([(70, 290, 220), (10, 47, 0)], 520, colour="#2a3158")
    c.rect((392, 330, 316, 150), "#d8d3cc")
    c.rect((392, 330, 316, 16), "#a9a5a8")
    c.rect((600, 346, 108, 134), "#bdb8b6")
    c.pie((380, 168, 340, 340), (180, 360), colour="#efe9dd")
    c.pie((380, 168, 340, 340), (300, 360), colour="#cfc8c0")
    c.poly([(520, 334), (494, 190), (556, 170), (590, 334)], "#20284a")
    c.line([(552, 320), (508, 176)], 30, colour="#6f7899")
    c.line([(513, 192), (505, 166)], 40, colour="#8f97b3")
    c.rect((380, 334, 340, 10), "#8d8a92")
    c.rect((440, 410, 34, 70), "#4a4a66", radius=4)
    c.rect((620, 384, 22, 30), "#f6c76b", radius=3)
    c.rect((660, 384, 22, 30), "#f6c76b", radius=3)
    c.ridge([(16, 330, 520), (5, 37, 0)], 492, colour="#1d2446")


def water_lab(c: Canvas) -> None:
    """Draw flasks and sample bottles on a laboratory bench."""
    c.rect((0, 0, 1200, 600), "#e8ece2")
    c.rect((70, 50, 470, 300), "#bcd3d3")
    c.rect((70, 230, 470, 120), "#8fb3a6")
    c.disc((400, 140), 40, colour="#f7d9a0")
    c.rect((300, 50, 8, 300), "#f8f5ea")
    c.rect((70, 196, 470, 8), "#f8f5ea")
    c.rect((640, 130, 480, 12), "#a9866a")
    for index in range(8):
        x = 664 + index * 56
        c.rect((x, 76, 38, 54), ("#c9d8d4", "#e6c79a")[index % 2], radius=5)
        c.rect((x + 8, 62, 22, 16), "#5d7f86", radius=3)
        c.rect((x + 4, 96, 30, 18), "#fbf7ec")
    c.rect((0, 470, 1200, 130), "#c9a98a")
    c.rect((0, 470, 1200, 14), "#dcc1a3")
    flask(c, 220, size=1.25, liquid="#5f9aa6")
    flask(c, 430, size=0.95, liquid="#d7923f")
    rack_x = 560
    c.rect((rack_x, 400, 300, 16), "#8a6a52")
    c.rect((rack_x, 454, 300, 16), "#8a6a52")
    for index in range(6):
        x, level = rack_x + 18 + index * 47, 30 + (index * 37) % 56
        c.rect((x, 330, 28, 130), "#f6f8f3", radius=14)
        c.rect((x + 3, 457 - level, 22, level), ("#5f9aa6", "#7fb0a6", "#b9ccb0")[index % 3], radius=10)
        c.rect((x - 2, 322, 32, 14), BRICK if index == 3 else "#5d7f86", radius=4)
    c.rect((rack_x, 400, 300, 6), "#a58468")
    c.rect((940, 448, 170, 22), "#41505e", radius=8)
    c.line([(1080, 450), (1090, 330), (1030, 250)], 22, colour="#41505e")
    c.line([(1044, 262), (986, 344)], 34, colour="#5d7f86")
    c.line([(990, 338), (976, 360)], 20, colour="#41505e")
    c.rect((934, 392, 120, 12), "#41505e", radius=4)


def flask(c: Canvas, x: float, *, size: float, liquid: str) -> None:
    """Draw a conical flask that stands on the bench."""
    glass = "#f6f8f3"
    c.rect((x - 22 * size, 470 - 200 * size, 44 * size, 100 * size), glass)
    c.rect((x - 30 * size, 470 - 208 * size, 60 * size, 14 * size), glass, radius=6 * size)
    c.poly(
        [
            (x - 22 * size, 470 - 120 * size),
            (x + 22 * size, 470 - 120 * size),
            (x + 88 * size, 470),
            (x - 88 * size, 470),
        ],
        glass,
    )
    c.poly(
        [
            (x - 48 * size, 470 - 66 * size),
            (x + 48 * size, 470 - 66 * size),
            (x + 80 * size, 466),
            (x - 80 * size, 466),
        ],
        liquid,
    )
    c.oval((x - 48 * size, 470 - 74 * size, 96 * size, 16 * size), mix(liquid, "#ffffff", share=0.35))
    for dx, dy, radius in ((-20, -30, 7), (14, -44, 5), (28, -20, 4)):
        c.disc((x + dx * size, 470 + dy * size), radius * size, colour=mix(liquid, "#ffffff", share=0.45))


def clinic_cross(c: Canvas) -> None:
    """Draw a small clinic with a white cross under evening trees."""
    c.sky("#4f5f8c", "#f3b890", until=440)
    skyline(c, (760, 190, 400, 240), colour="#8a7391", seed=77)
    c.ridge([(10, 70, 0), (6, 30, 0)], 424, colour="#5b5f7d")
    c.rect((0, 500, 1200, 100), "#4a4a63")
    c.rect((0, 500, 1200, 12), "#6c6a82")
    tree(c, (180, 506), 330, crown="#3a5a5c", trunk="#33354a")
    tree(c, (1010, 506), 270, crown="#45686a", trunk="#33354a")
    c.rect((300, 270, 600, 234), "#f1e6d2")
    c.rect((280, 252, 640, 26), "#3f7a72")
    c.rect((330, 320, 190, 120), "#fbdf9f", radius=4)
    c.rect((680, 320, 190, 120), "#fbdf9f", radius=4)
    for x in (330, 680):
        c.rect((x + 92, 320, 6, 120), "#f1e6d2")
    c.rect((556, 340, 88, 164), "#3f7a72", radius=5)
    c.rect((570, 356, 60, 90), "#fbdf9f", radius=3)
    c.rect((535, 150, 130, 130), BRICK, radius=18)
    c.rect((585, 172, 30, 86), "#fbf7ec")
    c.rect((557, 200, 86, 30), "#fbf7ec")
    for x, coat in ((390, "#41607a"), (440, "#c9553b"), (740, "#5d5068")):
        person(c, (x, 441), 84, coat=coat, skin="#c98f6b")
    c.rect((330, 434, 190, 8), "#d9c9ad")
    c.rect((680, 434, 190, 8), "#d9c9ad")
    for x, size, coat in ((470, 104, "#e0a63f"), (424, 84, "#3f6a72"), (806, 108, "#8f3122")):
        person(c, (x, 540), size, coat=coat, skin="#a9745a")


def school_windows(c: Canvas) -> None:
    """Draw a school with open windows and a tree in front."""
    c.sky("#cfe3e6", "#eef0e0", until=480)
    for x, y, wide in ((120, 80, 190), (200, 104, 140), (900, 70, 210)):
        c.rect((x, y, wide, 18), "#f9f6ea", radius=9)
    c.rect((170, 160, 860, 360), "#c27a58")
    c.rect((150, 140, 900, 30), "#8f4a36")
    c.rect((170, 330, 860, 10), "#a9634a")
    for row in range(2):
        for column in range(6):
            if row == 1 and column in (2, 3):
                continue
            open_window(c, (212 + column * 136, 196 + row * 164), wide=96, is_open=(row + column) % 3 != 2)
    c.rect((500, 370, 200, 150), "#8f4a36")
    c.rect((516, 384, 80, 136), "#3f5a66", radius=3)
    c.rect((604, 384, 80, 136), "#3f5a66", radius=3)
    c.rect((480, 352, 240, 20), "#f3e3c5")
    c.rect((0, 516, 1200, 84), "#84a870")
    c.poly([(500, 520), (700, 520), (800, 600), (400, 600)], "#e6d3ae")
    tree(c, (1050, 560), 400, crown="#5b8a5a", trunk="#5b4636")
    c.rect((120, 190, 8, 340), INK)
    c.poly([(128, 194), (210, 206), (200, 226), (210, 246), (128, 240)], "#d7923f")
    for x, size, coat in ((360, 74, "#41607a"), (404, 66, "#c9553b"), (820, 72, "#e0a63f")):
        person(c, (x, 570), size, coat=coat, skin="#a9745a")


def open_window(c: Canvas, at: tuple[float, float], *, wide: float, is_open: bool) -> None:
    """Draw a window, its sash swung out and a curtain moving where it is open."""
    x, y = at
    c.rect((x - 6, y - 6, wide + 12, 124), "#f3e3c5")
    c.rect((x, y, wide, 112), "#41606c")
    if is_open:
        for edge, swing in ((x, -20), (x + wide, 20)):
            c.poly([(edge, y), (edge + swing, y + 12), (edge + swing, y + 124), (edge, y + 112)], "#a9cbd0")
            c.line([(edge, y + 56), (edge + swing, y + 68)], 4, colour="#f3e3c5")
        c.rect((x + 30, y + 92, 36, 20), "#d7923f", radius=3)
        c.oval((x + 26, y + 62, 44, 34), "#6f9a5e")
    else:
        c.rect((x + wide / 2 - 3, y, 6, 112), "#f3e3c5")
        c.rect((x, y + 50, wide, 6), "#f3e3c5")


def electric_bus(c: Canvas) -> None:
    """Draw an electric bus at a stop."""
    c.sky("#dfe9e4", "#f6e0bd", until=440)
    skyline(c, (80, 120, 640, 320), colour="#b7c3c0", seed=29)
    skyline(c, (520, 170, 600, 270), colour="#98aeb0", seed=83)
    c.rect((0, 440, 1200, 60), "#cfc4b2")
    c.rect((0, 500, 1200, 100), "#5f6068")
    for x in range(40, 1200, 170):
        c.rect((x, 548, 90, 7), "#d9d2c3", radius=3)
    for x, size in ((70, 220), (1120, 260)):
        tree(c, (x, 460), size, crown="#5d8a68", trunk="#5b4636")
    c.rect((230, 210, 720, 270), "#f8f4e8", radius=34)
    c.rect((230, 400, 720, 80), "#2f7a86", radius=24)
    c.rect((230, 396, 720, 40), "#2f7a86")
    c.rect((300, 190, 300, 28), "#dcd6c6", radius=10)
    c.rect((256, 240, 676, 116), "#34505c", radius=14)
    for x in (374, 492, 728, 846):
        c.rect((x, 240, 6, 116), "#f8f4e8")
    c.rect((608, 236, 104, 236), "#f8f4e8")
    c.rect((616, 246, 42, 222), "#5b7c88", radius=5)
    c.rect((662, 246, 42, 222), "#5b7c88", radius=5)
    for x in (310, 412, 520, 770):
        c.disc((x, 318), 15, colour="#c98f6b")
        c.rect((x - 22, 332, 44, 24), ("#d7923f", BRICK)[x % 4 == 0], radius=8)
    for x in (370, 830):
        c.disc((x, 482), 50, colour="#2b2f38")
        c.disc((x, 482), 20, colour="#9aa3a6")
    c.rect((926, 404, 20, 26), "#fde3a4", radius=6)
    c.poly([(470, 408), (438, 448), (458, 448), (446, 476), (486, 434), (464, 434)], "#fbdf9f")
    person(c, (1030, 498), 120, coat=BRICK, skin="#c98f6b")
    c.rect((1078, 300, 8, 200), INK)
    c.disc((1082, 292), 26, colour="#2f7a86")
