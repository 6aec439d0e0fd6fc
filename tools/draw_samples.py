"""Draws the pictures of the sample stories into config/samples: `python tools/draw_samples.py`; not the stories."""

from __future__ import annotations

import sys
from pathlib import Path

from sample_art import east, north, south, topics, world
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
    "lakes/pictures/night-bus": north.night_bus,
    "lakes/pictures/warm-homes": north.warm_homes,
    "lakes/pictures/chip-wafer": north.chip_wafer,
    "southern/pictures/bike-path": south.bike_path,
    "southern/pictures/tree-city-rail": south.tree_city_rail,
    "southern/pictures/nashville-river": south.nashville_river,
    "southern/pictures/bay-ferry": south.bay_ferry,
    "southern/pictures/library-windows": south.library_windows,
    "southern/pictures/bat-bridge": south.bat_bridge,
    "southern/pictures/ozark-trail": south.ozark_trail,
    "southern/pictures/orchard": south.orchard,
    "capitol/pictures/metro-vault": east.metro_vault,
    "capitol/pictures/portico": east.portico,
    "capitol/pictures/capitol-dome": east.capitol_dome,
    "capitol/pictures/ballot-desk": east.ballot_desk,
    "ledger/pictures/warehouse-robots": topics.warehouse_robots,
    "ledger/pictures/harbour-cranes": topics.harbour_cranes,
    "ledger/pictures/rising-bars": topics.rising_bars,
    "ledger/pictures/server-racks": topics.server_racks,
    "ledger/pictures/telescope-dome": topics.telescope_dome,
    "ledger/pictures/electric-bus": topics.electric_bus,
    "ledger/pictures/cable-ship": world.cable_ship,
    "wire/pictures/boathouse-lights": east.boathouse_lights,
    "wire/pictures/stadium-lights": east.stadium_lights,
    "wire/pictures/water-lab": topics.water_lab,
    "wire/pictures/clinic-cross": topics.clinic_cross,
    "wire/pictures/school-windows": topics.school_windows,
    "wire/pictures/night-train": world.night_train,
    "wire/pictures/ocean-buoy": world.ocean_buoy,
    "wire/pictures/terraces": world.terraces,
    "wire/pictures/finish-line": world.finish_line,
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
