"""Edition overrides: an editor's edits of one edition, from YAML and back; lays them over nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from digest.config.base import ConfigModel, Id
from digest.config.documents import Place, read_document, shown
from digest.config.layers import Layers
from digest.config.newsletter import Newsletter
from digest.config.wording import is_about_key, place_of, say
from digest.editions import next_slots
from digest.errors import Problem, RenderError
from digest.model.override import Override, StoryEdit

FOLDER = "overrides"

_Text = Annotated[str, Field(max_length=5_000)]
_UNWRITABLE = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]")
_HEADER = "# An editor's edits of one edition; `build` and `send` heed them. Delete the file to undo them.\n"


class StoryEditFile(ConfigModel):
    """An editor's own words for one story."""

    headline: _Text = ""
    """Instead of the source's headline."""
    blurb: _Text = ""
    """Instead of the opening paragraphs and the summary; an empty line begins a new paragraph."""


class OverrideFile(ConfigModel):
    """`overrides/<newsletter>-<slot>.yaml`."""

    newsletter: Id
    """Whose edition."""
    slot: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d( \d\d:\d\d)?$")]
    """When it is due, in the newsletter's time; only the day where there is no schedule."""
    subject: _Text = ""
    """The subject line."""
    preheader: _Text = ""
    """The line after the subject."""
    note: _Text = ""
    """A note above the first story."""
    pinned: tuple[str, ...] = ()
    """Ids of stories that lead."""
    included: tuple[str, ...] = ()
    """Ids of stories that must stand somewhere."""
    dropped: tuple[str, ...] = ()
    """Ids of stories that must not."""
    places: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """Ids of stories in the order of their section, by its title."""
    stories: Mapping[str, StoryEditFile] = Field(default_factory=dict)
    """An editor's own words, by story id."""


def override_slot(newsletter: Newsletter, slot_at: datetime) -> str:
    """Return the slot whose edits hold for an edition built at `slot_at`: that slot, or the next one after it.

    So a look, or a send by hand, before the slot shows the edits made for it.
    """
    if newsletter.schedule is None:
        return f"{slot_at.astimezone(newsletter.zone):%Y-%m-%d}"
    just_before = slot_at - timedelta(microseconds=1)
    due = next_slots(newsletter.schedule, newsletter.zone, after=just_before, count=1)
    return f"{(due[0].at if due else slot_at).astimezone(newsletter.zone):%Y-%m-%d %H:%M}"


def override_file(folder: Path, newsletter_id: str, slot: str) -> Path:
    """Return where the edits of an edition are kept below the configuration's folder."""
    return folder / FOLDER / f"{newsletter_id}-{slot.replace(' ', '-').replace(':', '')}.yaml"


def load_override(folder: Path, newsletter: Newsletter, slot_at: datetime) -> Override:
    """Return the edits of an edition, empty ones where there are none.

    Raises RenderError, with file and line, for a file that cannot be understood: nothing goes out without them.
    """
    if not (folder / FOLDER).is_dir():
        return Override(newsletter.id, "")
    slot = override_slot(newsletter, slot_at)
    path = override_file(folder, newsletter.id, slot)
    if not path.exists():
        return Override(newsletter.id, slot)
    override, problems = read_override(path)
    if override is None:
        raise RenderError(f"the override of this edition: {problems[0].message}", file=path, line=problems[0].line)
    return override


def read_override(path: Path) -> tuple[Override | None, list[Problem]]:
    """Read one file; None and what is wrong where it cannot be used."""
    document = read_document(path, shown(path))
    if document.problems:
        return None, document.problems
    layers = Layers((document,))
    try:
        file = OverrideFile.model_validate(document.mapping)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, [
            layers.locate(place_of(one), of_key=is_about_key(one)).problem(place_of(one), say(one, OverrideFile))
            for one in found
        ]
    if path.name != override_file(Path(), file.newsletter, file.slot).name:
        place: Place = ("newsletter",)
        expected = override_file(Path(), file.newsletter, file.slot).name
        message = f"an override of {file.newsletter} at {file.slot} is called {expected}; rename the file"
        return None, [layers.locate(place).problem(place, message)]
    stories = {story_id: StoryEdit(edit.headline, edit.blurb) for story_id, edit in file.stories.items()}
    return Override(**dict(file) | {"places": dict(file.places), "stories": stories}), []


def save_override(folder: Path, override: Override, headlines: Mapping[str, str]) -> Path:
    """Write the edits, or remove the file of empty ones; `headlines` stand beside ids, for whoever reads the file."""
    path = override_file(folder, override.newsletter, override.slot)
    if override.is_empty:
        path.unlink(missing_ok=True)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    half.write_text(override_yaml(override, headlines), encoding="utf-8")
    half.replace(path)
    return path


def override_yaml(override: Override, headlines: Mapping[str, str]) -> str:
    """Return the edits as the YAML that `read_override` reads."""
    return _HEADER + "".join(f"{line}\n" for line in _lines(override, headlines))


def _lines(override: Override, headlines: Mapping[str, str]) -> Iterator[str]:
    def listed(ids: Iterable[str], indent: str) -> Iterator[str]:
        for story_id in ids:
            told = " ".join(_UNWRITABLE.sub(" ", headlines.get(story_id, "")).split())
            yield f"{indent}- {_quoted(story_id)}" + (f"  # {told}" if told else "")

    yield f"newsletter: {override.newsletter}"
    yield f"slot: {_quoted(override.slot)}"
    for name in ("subject", "preheader", "note"):
        if text := getattr(override, name):
            yield f"{name}: {_quoted(text)}"
    for name in ("pinned", "included", "dropped"):
        if ids := getattr(override, name):
            yield f"{name}:"
            yield from listed(ids, "  ")
    if override.places:
        yield "places:"
        for title, ids in override.places.items():
            yield f"  {_quoted(title)}:"
            yield from listed(ids, "    ")
    if override.stories:
        yield "stories:"
        for story_id, edit in override.stories.items():
            yield f"  {_quoted(story_id)}:"
            yield from (f"    {name}: {_quoted(getattr(edit, name))}" for name in edit.__slots__ if getattr(edit, name))


def _quoted(text: str) -> str:
    """Return the text as a double-quoted scalar: what JSON writes, YAML 1.2 reads, but for some control characters."""
    return json.dumps(_UNWRITABLE.sub(" ", text), ensure_ascii=False)
