"""Fields of delivery-status and feedback reports (RFC 3464, RFC 5965), also where their MIME is broken; no reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FIELD = re.compile(r"^[ \t]*([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)$")
_RECIPIENT = ("final-recipient", "original-recipient", "x-actual-recipient")
_ADDRESS = re.compile(r"[^\s<>;,\"'()\[\]:]{1,128}@[^\s<>;,\"'()\[\]:]{1,255}")
_MAX_VALUE = 4000
_KNOWN = frozenset({*_RECIPIENT, "action", "status", "diagnostic-code", "remote-mta"})


@dataclass(frozen=True, slots=True)
class RecipientFields:
    """The fields of one recipient in a delivery-status report."""

    recipient: str
    action: str
    status: str
    diagnostic: str

    @property
    def is_delay(self) -> bool:
        """Whether the system is still trying."""
        return self.action == "delayed"


def recipient_fields(text: str) -> list[RecipientFields]:
    """Return each recipient's fields, as they stand in a status part or inside other text.

    A group begins at a blank line or where a field comes a second time; it counts with a recipient and an action or
    status (RFC 3464 §2.3).
    """
    found = []
    for group in _groups(text):
        recipient = next((one for name in _RECIPIENT if (one := find_address(group.get(name, "")))), "")
        is_report = "action" in group or "status" in group
        if is_report and (recipient or "diagnostic-code" in group):
            action = group.get("action", "").strip().lower().rstrip(";")
            found.append(
                RecipientFields(
                    recipient, action, group.get("status", ""), _without_type(group.get("diagnostic-code", ""))
                )
            )
    return found


def feedback_fields(text: str) -> Mapping[str, str]:
    """Return the fields of a feedback report (RFC 5965 §3), names in lower case."""
    fields: dict[str, str] = {}
    for group in _groups(text, known=None):
        for name, value in group.items():
            fields.setdefault(name, value)
    return fields


def find_address(text: str) -> str:
    """Return the first address in the text, in lower-case domain, without brackets; empty where there is none."""
    found = _ADDRESS.search(text.rpartition(";")[2] or text)
    return trim_address(found[0]) if found else ""


def trim_address(text: str) -> str:
    """Return an address without the dots that lead on to the next word, as in `ann@example.com...User unknown`."""
    return text.partition("..")[0].strip(".")


def _groups(text: str, known: frozenset[str] | None = _KNOWN) -> Iterator[dict[str, str]]:
    group: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        field = _FIELD.match(line)
        name = field[1].lower() if field else ""
        if field and not (line[:1] in " \t" and last):
            if name in group and (known is None or name in known):
                yield group
                group = {}
            group[name] = field[2].strip()
            last = name
        elif not line.strip():
            # Some systems put a blank line between every two fields: a group without a recipient goes on.
            if group and (known is None or _is_whole(group)):
                yield group
                group = {}
            last = ""
        elif last:
            group[last] = f"{group[last]} {line.strip()}"[:_MAX_VALUE]
    if group:
        yield group


def _is_whole(group: Mapping[str, str]) -> bool:
    return any(name in group for name in _RECIPIENT) and ("status" in group or "action" in group)


def _without_type(diagnostic: str) -> str:
    kind, separator, rest = diagnostic.partition(";")
    return rest.strip() if separator and re.fullmatch(r"[\w.-]{1,20}", kind.strip()) else diagnostic.strip()
