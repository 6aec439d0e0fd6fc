"""The newsletters as readers see them: cards in groups, and which of them are near a place; shows no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from functools import cached_property

from markupsafe import Markup

from digest.config.newsletter import Accent, Newsletter
from digest.errors import NotFoundError
from digest.model.edition import EditionState, Lane
from digest.pipeline.workspace import Workspace
from digest.routing.distances import distance_km
from digest.routing.gazetteer import Place
from digest.routing.places import resolve_place
from digest.routing.regions import Region, resolve_regions
from digest.store import editions
from digest.web.pages import mark_language
from digest.web.readers.when import describe_schedule

PUBLIC_STATES = (EditionState.SENDING, EditionState.DONE)
"""Editions that anybody may see."""

_NEAR_KM = 250.0
_LATEST_WITHIN = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Card:
    """One newsletter on the sign-up page; `stem` is its name without a full stop of its own."""

    id: str
    name: str
    stem: str
    tagline: str
    headline: str
    blurb: str
    when: str
    accent: Accent
    has_latest: bool
    language: str = "en"

    @property
    def marked(self) -> Markup:
        """The attributes of elements with the newsletter's own words, on a page in English."""
        return mark_language(self.language)


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under one title."""

    title: str
    note: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """What was found near a place: the newsletters that cover it, else the nearest; or what else was meant."""

    asked: str
    place: str = ""
    covering: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()

    @property
    def found(self) -> tuple[str, ...]:
        """Ids of the newsletters to show first."""
        return self.covering or self.nearest


class Catalogue:
    """All newsletters of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def card(self, newsletter: Newsletter, *, has_latest: bool | None = None) -> Card:
        """Return the card of one newsletter."""
        if has_latest is None:
            has_latest = newsletter.id in self._with_latest()
        return Card(
            id=newsletter.id,
            name=newsletter.name,
            stem=newsletter.name.removesuffix("."),
            tagline=newsletter.tagline or newsletter.place,
            headline=newsletter.prompt.headline or newsletter.tagline,
            blurb=newsletter.prompt.blurb,
            when=describe_schedule(newsletter, self._workspace.clock()),
            accent=newsletter.accent,
            has_latest=has_latest,
            language=newsletter.language,
        )

    def groups(self, near: Nearby | None = None) -> list[Group]:
        """Return all cards: what is near first, then the topics by the hour of the day, then the places by name."""
        latest = self._with_latest()
        newsletters = self._workspace.project.newsletters
        first = near.found if near else ()
        rest = [newsletter for newsletter in newsletters.values() if newsletter.id not in first]
        topical = sorted((n for n in rest if n.kind == "topical"), key=_hour)
        regional = sorted((n for n in rest if n.kind == "regional"), key=lambda n: n.name.casefold())
        found = [newsletters[newsletter_id] for newsletter_id in first]
        titled = (
            (f"Near {near.place}" if near else "", _near_note(near), found),
            ("By topic", "From morning to evening.", topical),
            ("By place", "", regional),
        )
        return [
            Group(title, note, tuple(self.card(n, has_latest=n.id in latest) for n in members))
            for title, note, members in titled
            if members
        ]

    def find_near(self, text: str) -> Nearby:
        """Return the regional newsletters near a place by name; takes half a second the first time."""
        asked = " ".join(text.split())[:80]
        settings = self._workspace.project.settings
        try:
            place = resolve_place(asked, settings.home_country)
        except NotFoundError as error:
            return Nearby(asked, meant=tuple(error.choices[:6]))
        by_distance = self._by_distance(place)
        covering = [
            (km, newsletter_id)
            for km, newsletter_id, region in by_distance
            if place.id in region.inside or region.contains(place.lat, place.lon, place.county)
        ]
        nearest = [(km, newsletter_id) for km, newsletter_id, _ in by_distance if km <= _NEAR_KM][:2]
        return Nearby(asked, place.label, _ids(covering), _ids(nearest))

    def _by_distance(self, place: Place) -> list[tuple[float, str, Region]]:
        found = []
        for newsletter in self._workspace.project.newsletters.values():
            region = self._regions.get(newsletter.region or "")
            if newsletter.kind == "regional" and region is not None and region.centres:
                km = min(distance_km(place.lat, place.lon, centre.lat, centre.lon) for centre in region.centres)
                found.append((km, newsletter.id, region))
        return sorted(found, key=lambda one: one[:2])

    @cached_property
    def _regions(self) -> dict[str, Region]:
        project = self._workspace.project
        return resolve_regions(project.regions, project.settings.home_country)[0]

    def _with_latest(self) -> set[str]:
        """Return the ids of newsletters that have an edition of late to look at."""
        since_at = self._workspace.clock() - _LATEST_WITHIN
        with self._workspace.store.read() as connection:
            rows = editions.list_editions(connection, states=PUBLIC_STATES, since_at=since_at)
        return {row.newsletter for row in rows if row.lane is Lane.LIST}


def _ids(found: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    return tuple(newsletter_id for _, newsletter_id in found)


def _hour(newsletter: Newsletter) -> tuple[time, str]:
    schedule = newsletter.schedule
    return (schedule.at[0] if schedule and schedule.at else time.max, newsletter.name)


def _near_note(near: Nearby | None) -> str:
    if near is None or near.covering:
        return ""
    return f"None of ours covers {near.place} itself yet; nearest first."
