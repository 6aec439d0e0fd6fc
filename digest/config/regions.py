"""`regions.yaml`: the places newsletters are about, as a user names them; resolving them lives in `routing`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from digest.config.base import ConfigModel, Id
from digest.config.rules import Words


class RegionConfig(ConfigModel):
    """A region by `place` or `places` with a radius, by `metro`, or by `counties`."""

    name: str = ""
    """Name as readers see it; the place unless said."""
    place: str | None = None
    """A place as `Denver, CO`, or `Toronto, CA` (country) outside the home country."""
    places: Words = ()
    """Several places; the region is around each of them."""
    radius_km: Annotated[float, Field(gt=0, le=1000)] = 60.0
    """How far around the place or places it reaches, in kilometres."""
    metro: str | None = None
    """A metropolitan area by its Census title or first city, as `Denver-Aurora-Lakewood, CO`."""
    counties: Words = ()
    """Counties, as `Polk County, IA`."""
    names: Words = ()
    """Further names and nicknames of the region, as `the Cities`."""
    not_names: Words = ()
    """Names inside the region that must not count, as they mean something else there."""
    not_nearer: Words = ()
    """Rival places: what lies nearer to one of them is outside."""
    strict: bool = False
    """Whether the region needs more evidence than usual."""

    @model_validator(mode="after")
    def _some_place(self) -> RegionConfig:
        if not (self.place or self.places or self.metro or self.counties):
            raise ValueError("a region needs place:, places:, metro: or counties:")
        return self


class RegionsFile(ConfigModel):
    """The file `regions.yaml`."""

    regions: dict[Id, RegionConfig] = Field(default_factory=dict)
    """A mapping from id to definition."""
