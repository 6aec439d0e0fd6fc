"""`newsletters/*.yaml`: one configured publication, after its `extends` chain was merged."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from digest.config.base import ConfigModel, Duration, Id, Line
from digest.config.measure import Measure
from digest.config.rules import ONE_OR_MORE, Rule, Section, Words, as_list
from digest.config.schedule import Late, Schedule
from digest.config.welcome import Welcome
from digest.model.audience import parse_audience

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


@functools.cache
def _zones() -> frozenset[str]:
    """Return all zone names; cached, as the list is read from many files (20 ms)."""
    return frozenset(available_timezones())


def _known_zone(value: str) -> str:
    if value in _zones():
        return value
    near = get_close_matches(value.casefold(), [zone.casefold() for zone in _zones()], n=3, cutoff=0.7)
    if not near:
        last = value.casefold().rpartition("/")[2].replace(" ", "_")
        near = [zone.casefold() for zone in sorted(_zones()) if zone.casefold().rpartition("/")[2] == last]
    meant = [zone for zone in sorted(_zones()) if zone.casefold() in near[:3]]
    cure = f"did you mean {' or '.join(meant)}?" if meant else "write one as America/Denver"
    raise ValueError(f"{value!r} is not a time zone; {cure}")


def _readable_audience(value: str) -> str:
    if value:
        parse_audience(value)
    return value


class Prompt(ConfigModel):
    """What the sign-up page says."""

    headline: str = ""
    """The promise, in a few words."""
    blurb: str = ""
    """One or two sentences under it."""


class Accent(ConfigModel):
    """The newsletter's one colour: on paper, and its lighter form for dark mode (both pass AA)."""

    light: Colour = "#b3402a"
    """On white and on paper, as `#b3402a`."""
    dark: Colour = "#f08a6f"
    """On the dark grounds, as `#f08a6f`."""


class Window(ConfigModel):
    """How far back an edition looks for stories."""

    since: Literal["last_edition", "fixed"] = "last_edition"
    """From the last edition of this newsletter on, or always `length`."""
    length: Duration = dt.timedelta(hours=36)
    """Length of a fixed window, and of the first edition's."""
    max: Duration = dt.timedelta(days=7)
    """Longest look back, however long ago the last edition was."""


class Weights(ConfigModel):
    """What the parts of a story's score count; 0 leaves a part out."""

    aboutness: Annotated[float, Field(ge=0)] = 3.0
    """How much the story is about the region or topic (share 0 to 1)."""
    freshness: Annotated[float, Field(ge=0)] = 2.0
    """1 when just published, half of it each `half_life` later."""
    half_life: Duration = dt.timedelta(hours=12)
    """Time after which freshness has halved."""
    source: Annotated[float, Field(ge=0)] = 1.0
    """The source's weight."""
    outlets: Annotated[float, Field(ge=0)] = 1.0
    """How many outlets report the event (logarithm of their number)."""
    picture: Annotated[float, Field(ge=0)] = 0.3
    """Having a picture."""
    parts: Annotated[float, Field(ge=0)] = 0.3
    """Having labelled parts."""
    variety: Annotated[float, Field(ge=0)] = 0.25
    """Points a story loses for each story of its source that already stands in the edition."""
    editor: Mapping[str, float] = Field(default_factory=dict)
    """Extra points by source, topic or category id, as `{front-range: 0.5}`."""


class MoreHeadlines(ConfigModel):
    """The compact list after the sections."""

    title: str = "More headlines"
    """Title of the list."""
    limit: Annotated[int, Field(ge=0, le=40)] = 5
    """Most stories in it; 0 leaves the list out."""
    match: Rule | None = None
    """What may stand there; unless said, whatever matches any section."""


class Fallback(ConfigModel):
    """One step of the ladder for thin days, tried in order until `min_stories` is reached."""

    window: Duration | None = None
    """A longer look back."""
    regions: Words = ()
    """Regions that count as the newsletter's own."""
    match: Rule | None = None
    """A rule whose stories fill the list of further headlines and then the sections."""
    title: str = ""
    """What the edition says about it, as `From around the country`."""


class SubjectRules(ConfigModel):
    """How subject and preheader are made; Jinja text over `lead`, `second`, `newsletter`, `edition`."""

    subject: str = "{{ lead.headline }}"
    """The subject line."""
    preheader: str = "{{ lead.summary }}"
    """The line that inboxes show after the subject."""
    max_subject: Annotated[int, Field(ge=20, le=150)] = 60
    """Most characters of the subject; longer ones end at a word."""
    max_preheader: Annotated[int, Field(ge=40, le=200)] = 110
    """Most characters of the preheader."""


class Sponsor(ConfigModel):
    """A labelled sponsor slot."""

    label: str = "Presented by"
    """What marks it as paid for."""
    name: str
    """Who pays."""
    text: str = ""
    """What it says, in a sentence or two."""
    url: str = ""
    """Where it leads."""


class DataSlot(ConfigModel):
    """A local figure for the masthead, read from a CSV or JSON file when the edition is built."""

    file: str
    """Path of the file, relative to the configuration's folder."""
    row: str = ""
    """Which row: the value of its first column (CSV), or the key (JSON); the newsletter's id unless said."""
    label: str = ""
    """Words before the figure, as `Today`."""
    symbol: str = ""
    """A character before the figure, as `☀`."""
    format: str = "{value}"
    """How columns become text, as `{high}° / {low}°`."""


class Draft(ConfigModel):
    """A draft that waits for an editor until its deadline."""

    lead_time: Duration = dt.timedelta(minutes=30)
    """How long before the slot the draft is assembled and mailed."""
    to: Words = ()
    """Editors who get the draft."""
    at_deadline: Literal["send", "wait"] = "send"
    """What happens at the slot when nobody decided."""


class Newsletter(ConfigModel):
    """A configured publication. `id` is the name of its file."""

    id: Id
    """Name of the file without `.yaml`; not written inside it."""
    name: Line
    """Name as readers see it."""
    kind: Literal["topical", "regional"] = "topical"
    """Groups the sign-up page."""
    prompt: Prompt = Prompt()
    """What the sign-up page says."""
    tagline: Line = ""
    """One line under the name in the masthead."""
    place: Line = ""
    """The place of a regional newsletter, as readers say it."""
    accent: Accent = Accent()
    """The one colour of this newsletter, for light and for dark."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")] = "en"
    """Language of dates, plurals and fixed phrases."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """IANA time zone, as `America/Denver`."""
    schedule: Schedule | None = None
    """When editions are due; none means only by hand."""
    region: Id | None = None
    """Region that `$region` stands for in rules."""
    topic: Id | None = None
    """Topic that `$topic` stands for in rules."""
    template: str = "brief"
    """Folder under `templates/`."""
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    """Sections in reading order."""
    more_headlines: MoreHeadlines = MoreHeadlines()
    """The compact list at the end."""
    min_stories: Annotated[int, Field(ge=0)] = 3
    """With fewer stories the edition is skipped and says so."""
    window: Window = Window()
    """How far back an edition looks."""
    weights: Weights = Weights()
    """What the parts of a score count."""
    max_per_source: Annotated[int, Field(ge=1)] | None = None
    """Most stories of one source in an edition."""
    max_per_topic: Annotated[int, Field(ge=1)] | None = None
    """Most stories of one first topic in an edition."""
    fallback: tuple[Fallback, ...] = ()
    """The ladder for thin days."""
    pinned: Words = ()
    """Story ids, URLs or GUIDs that lead, in this order."""
    must_include: Words = ()
    """Story ids, URLs or GUIDs that must stand somewhere."""
    banned: Words = ()
    """Story ids, URLs, source ids or words of headlines that never appear."""
    avoid_repeats_of: Annotated[tuple[Id, ...], BeforeValidator(as_list), ONE_OR_MORE] = ()
    """Newsletters whose stories of the last day are not told again here."""
    subject: SubjectRules = SubjectRules()
    """How subject and preheader are made."""
    note: str = ""
    """An editor's note above the first story."""
    sponsor: Sponsor | None = None
    """A labelled sponsor slot."""
    figures: tuple[DataSlot, ...] = ()
    """Local figures in the masthead."""
    late: Late = Late()
    """What happens to a late slot."""
    uncertain: Literal["resend", "hold"] = "resend"
    """What happens to a message whose acceptance is unknown."""
    useful_for: Duration = dt.timedelta(hours=12)
    """How long after the slot a deferred message is still tried."""
    audience: Annotated[str, AfterValidator(_readable_audience)] = ""
    """Only subscribers for whom this expression holds, as `attributes.plan == "pro"`."""
    deliver: Literal["at_slot", "local_morning"] = "at_slot"
    """At the slot for all, or at the hour in each reader's own zone."""
    draft: Draft | None = None
    """A draft for an editor before the slot."""
    welcome: Welcome | None = None
    """An edition that a reader gets once, as soon as they have confirmed; none unless said."""
    measure: Measure = Measure()
    """What of its editions is counted; nothing unless said."""
    sender_name: Line = ""
    """Name in From; the brand and the newsletter's name unless said."""

    @property
    def zone(self) -> ZoneInfo:
        """The newsletter's time zone."""
        return ZoneInfo(self.timezone)

    @model_validator(mode="after")
    def _regional_has_region(self) -> Newsletter:
        if self.kind == "regional" and self.region is None:
            raise ValueError("a regional newsletter needs region: an id of regions.yaml")
        return self
