"""Draws the pictures of the sample stories into config/samples; run it again after changing one: `python tools/draw_samples.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from sample_art import north, south
from sample_art.canvas import Canvas

SAMPLES = Path(__file__).resolve().parent.parent / "config" / "samples"

PICTURES = {
    "front-range/pictures/tram-loop": north.tram_loop,
    "front-range/pictures/platte-trail": north.platte_trail,
    "lakes/pictures/lake-sailboats": north.lake_sailboats,
    "lakes/pictures/wheat-turbines": north.wheat_turbines,
    "lakes/pictures/market-awnings": north.market_awnings,
    "lakes/pictures/river-bridge": north.river_bridge,
    "lakes/pictures/elevated-train": north.elevated_train,
    "lakes/pictures/skyline-lake": north.skyline_lake,
    "southern/pictures/bike-path": south.bike_path,
    "southern/pictures/tree-city-rail": south.tree_city_rail,
    "southern/pictures/nashville-river": south.nashville_river,
    "southern/pictures/bay-ferry": south.bay_ferry,
    "southern/pictures/library-windows": south.library_windows,
    "southern/pictures/bat-bridge": south.bat_bridge,
    "southern/pictures/ozark-trail": south.ozark_trail,
    "southern/pictures/orchard": south.orchard,
}


def main(folder: Path = SAMPLES) -> int:
    """Draw every picture and print its size in bytes."""
    for name, picture in PICTURES.items():
        canvas = Canvas()
        picture(canvas)
        print(f"{canvas.save(folder / f'{name}.png'):6d}  {name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
