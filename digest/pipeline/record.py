"""An edition as the ledger keeps it once built: what every reader gets, so that a resumed send repeats it exactly."""

from __future__ import annotations

import json
from dataclasses import dataclass

from digest.editions import edition_from_json, edition_to_json
from digest.errors import StoreError
from digest.model.edition import RenderedEdition

_VERSION = 1


@dataclass(frozen=True, slots=True)
class BuiltEdition:
    """A rendered edition with the references of the local pictures that stand in it."""

    rendered: RenderedEdition
    pictures: tuple[str, ...] = ()


def built_to_json(built: BuiltEdition) -> str:
    """Return the built edition as JSON; the MJML is left out, as nobody sends it."""
    rendered = built.rendered
    return json.dumps(
        {
            "version": _VERSION,
            "edition": edition_to_json(rendered.edition),
            "subject": rendered.subject,
            "preheader": rendered.preheader,
            "html": rendered.html,
            "text": rendered.text,
            "marker": rendered.marker,
            "html_bytes": rendered.html_bytes,
            "warnings": list(rendered.warnings),
            "pictures": list(built.pictures),
        },
        ensure_ascii=False,
    )


def built_from_json(text: str) -> BuiltEdition:
    """Return the built edition of a record.

    Raises StoreError for a record that a newer program wrote, or that is damaged.
    """
    try:
        record = json.loads(text)
        if record["version"] > _VERSION:
            raise StoreError("this edition was recorded by a newer version of the program")
        rendered = RenderedEdition(
            edition=edition_from_json(record["edition"]),
            subject=record["subject"],
            preheader=record["preheader"],
            html=record["html"],
            text=record["text"],
            mjml="",
            marker=record["marker"],
            html_bytes=record["html_bytes"],
            warnings=tuple(record["warnings"]),
        )
        return BuiltEdition(rendered, tuple(record["pictures"]))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"the record of an edition cannot be read: {error}") from error
