"""Distances of points on the earth, and cells of one degree that tell which points may be near; knows no place."""

from __future__ import annotations

import functools
import math

KM_A_DEGREE = 111.2
_CELLS_A_ROW = 1000


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two points; good to 1 % below 500 km, which is all that routing asks."""
    east = abs(lon - other_lon)
    if east > 180:
        east = 360 - east
    east *= math.cos(math.radians((lat + other_lat) / 2))
    return KM_A_DEGREE * math.hypot(lat - other_lat, east)


def cell_of(lat: float, lon: float) -> int:
    """Return the number of the cell of one degree that a point lies in."""
    return cell_at(math.floor(lat), math.floor(lon))


def cell_at(row: int, column: int) -> int:
    """Return the number of the cell that begins at these degrees."""
    return row * _CELLS_A_ROW + column


@functools.lru_cache(maxsize=4_000)
def cells_around(cell: int) -> tuple[int, ...]:
    """Return a cell and the eight around it."""
    north, south = cell + _CELLS_A_ROW, cell - _CELLS_A_ROW
    return cell, cell - 1, cell + 1, north, north - 1, north + 1, south, south - 1, south + 1
