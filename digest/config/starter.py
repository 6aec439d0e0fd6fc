"""Writes a small working project of a user's own (`digest init`); does not look for feeds, it is given them."""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.config.documents import read_document
from digest.config.shipped import shipped_config
from digest.config.starter_stories import desk_stories
from digest.config.state_zones import ZONES
from digest.errors import UsageError

_COPIED = ("digest.yaml", "newsletters/_defaults.yaml", "newsletters/_city.yaml", "newsletters/_topical.yaml")
_COPIED_FOLDERS = ("schemas", "samples")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_PLACE = re.compile(r"\s*(?P<town>[^,]+?)\s*,\s*(?P<state>[^,]+?)\s*")


@dataclass(frozen=True, slots=True)
class SuggestedFeed:
    """A feed to begin with: its address, and what is known of its outlet."""

    url: str
    name: str = ""
    home: str = ""
    topics: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Region:
    id: str
    name: str
    definition: dict[str, Any]
    home: str
    timezone: str
    holidays: str = ""


@dataclass(slots=True)
class _Plan:
    """Every file to write, by its path in the project."""

    texts: dict[str, str] = field(default_factory=dict)
    copies: dict[str, Path] = field(default_factory=dict)


def write_project(
    folder: Path,
    *,
    region: str = "",
    topic: str = "",
    feeds: Sequence[SuggestedFeed] = (),
    timezone: str = "",
) -> list[Path]:
    """Write a project into the folder: `config/` with a regional and a topical newsletter, samples and the feeds.

    `region` is a place as `Boise, ID` or the id of a shipped region (Denver unless said), `topic` an id or a word
    (`tech` unless said). Returns the paths written. Raises UsageError where a file is already there, or where a
    region or topic has no letters; then nothing is written.
    """
    place = _region(region or "denver", timezone)
    topic_id = _slug(topic or "tech")
    plan = _plan(place, topic_id, topic.strip() or "tech", feeds)
    targets = {folder / name for name in (*plan.texts, *plan.copies)}
    taken = sorted(str(target) for target in targets if target.exists())
    if taken:
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise UsageError(f"{taken[0]}{more} is already there; choose a new folder, nothing was written")
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
    for name, source in plan.copies.items():
        shutil.copyfile(source, folder / name)
    for name, text in plan.texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(targets)


def _plan(place: _Region, topic_id: str, topic: str, feeds: Sequence[SuggestedFeed]) -> _Plan:
    shipped = shipped_config()
    plan = _Plan()
    for name in _COPIED:
        plan.copies[f"config/{name}"] = shipped / name
    for name in _COPIED_FOLDERS:
        for path in sorted((shipped / name).rglob("*")):
            if path.is_file():
                plan.copies[f"config/{path.relative_to(shipped).as_posix()}"] = path
    if topic_id == place.id:
        topic_id += "-topic"
    plan.texts = {
        "config/sources.yaml": _sources_text(place, feeds),
        "config/regions.yaml": _head("regions") + f"regions:\n  {place.id}: {_flow(place.definition)}\n",
        "config/topics.yaml": _topics_text(topic_id, topic),
        f"config/newsletters/{place.id}.yaml": _regional_text(place),
        f"config/newsletters/{topic_id}.yaml": _topical_text(topic_id, topic, place.timezone),
    }
    for name, text in desk_stories(place.name, place.home).items():
        plan.texts[f"config/desk/{name}"] = text
    return plan


def _region(region: str, timezone: str) -> _Region:
    """Return a shipped region by its id, else a new one around a place."""
    shipped = read_document(shipped_config() / "regions.yaml", "regions.yaml").mapping.get("regions", {})
    known = shipped.get(region.strip().casefold())
    definition: dict[str, Any] = known if known is not None else {"place": region.strip()}
    home = definition.get("place") or next(iter(definition.get("places", ())), region.strip())
    found = _PLACE.fullmatch(home)
    town, state = (found["town"], found["state"].upper()) if found else (home, "")
    return _Region(
        id=region.strip().casefold() if known is not None else _slug(town),
        name=definition.get("name") or town,
        definition=definition,
        home=home,
        timezone=timezone or ZONES.get(state, "UTC"),
        holidays=f"US-{state}" if state in ZONES else "",
    )


def _sources_text(place: _Region, feeds: Sequence[SuggestedFeed]) -> str:
    lines = [_head("sources") + "# `digest sources add URL` finds a site's feed and adds it here.", "sources:"]
    taken: set[str] = {"desk"}
    for feed in feeds:
        source_id = _free(_slug(feed.name or feed.url.split("//")[-1].split("/")[0].removeprefix("www.")), taken)
        entry = {"id": source_id, "name": feed.name, "url": feed.url, "home": feed.home, "topics": list(feed.topics)}
        lines.append(f"  - {_flow({key: value for key, value in entry.items() if value})}")
    lines.append(
        "\n  # Samples, so that there is something to see at once: take them out when your feeds bring stories."
    )
    desk = {"id": "desk", "name": f"{place.name} Desk", "path": "desk", "home": place.home, "samples": True}
    lines.append(f"  - {_flow(desk)}")
    samples = shipped_config() / "samples"
    for path in sorted(samples.iterdir()) if samples.is_dir() else ():
        if path.is_dir():
            source_id = _free(f"sample-{_slug(path.name)}", taken)
            lines.append(f"  - {_flow({'id': source_id, 'path': f'samples/{path.name}', 'samples': True})}")
    return "\n".join(lines) + "\n"


def _topics_text(topic_id: str, topic: str) -> str:
    """Return the shipped topics, and the user's own after them where it is none of these."""
    path = shipped_config() / "topics.yaml"
    text = path.read_text(encoding="utf-8").rstrip() + "\n"
    if topic_id in read_document(path, path.name).mapping.get("topics", {}):
        return text
    return f"{text}  {topic_id}:\n    about: {_flow(f'News about {topic}.')}\n    keywords: {_flow([topic])}\n"


def _regional_text(place: _Region) -> str:
    holidays = f", holidays: {place.holidays}" if place.holidays else ""
    return (
        f"{_head('newsletter', '../')}extends: city\nname: {_flow(place.name)}\nplace: {_flow(place.name)}\n"
        f"prompt:\n  headline: {_flow(f'{place.name} in five minutes')}\n"
        f"  blurb: {_flow(f'What happened in and around {place.name}, and why it matters, every weekday morning.')}\n"
        f"timezone: {place.timezone}\n"
        f'schedule: {{at: "06:30", days: [mon, tue, wed, thu, fri]{holidays}}}\nregion: {place.id}\n'
    )


def _topical_text(topic_id: str, topic: str, timezone: str) -> str:
    name = topic[:1].upper() + topic[1:]
    return (
        f"{_head('newsletter', '../')}extends: topical\nname: {_flow(name)}\n"
        f"prompt:\n  headline: {_flow(f'{name}, sorted')}\n"
        f"  blurb: {_flow(f'The day in {topic}, told short, every weekday morning.')}\n"
        f'accent: {{light: "#336499", dark: "#87b5e9"}}\ntimezone: {timezone}\n'
        f'schedule: {{at: "07:00", days: [mon, tue, wed, thu, fri]}}\ntopic: {topic_id}\n'
    )


def _head(kind: str, up: str = "") -> str:
    return f"# yaml-language-server: $schema={up}schemas/{kind}.schema.json\n"


def _flow(value: Any) -> str:
    """Return a value as one line of YAML, in quotes only where it must be."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.casefold() not in ("true", "false", "null"):
        return value
    return json.dumps(value, ensure_ascii=False)


def _free(wanted: str, taken: set[str]) -> str:
    """Return the id, with a number where it is taken, and take it."""
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted}-{number}", number + 1
    taken.add(found)
    return found


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    if not slug:
        raise UsageError(f"{text!r} has no letters to make an id of; write it in Latin letters")
    return slug
