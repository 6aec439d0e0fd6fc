"""Subscribers' CSV files of any origin: encoding, separator and columns found out, rows cleaned; stores nothing."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TextIO
from zoneinfo import available_timezones

from digest.errors import UsageError
from digest.store.subscribers import NewSubscriber
from digest.subscriptions.addresses import normalise_address

SKIPPED_PREFIX = "subscription."
"""Columns of our own export that say nothing about the person."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_EMAIL = ("email", "emailaddress", "mail", "mailaddress", "emailadresse", "correo", "courriel", "address", "subscriber")
_NAMES = {"name": "name", "fullname": "name", "displayname": "name", "firstname": "first", "givenname": "first"}
_NAMES |= {"lastname": "last", "surname": "last", "familyname": "last"}
_OTHERS = {"language": "language", "lang": "language", "timezone": "timezone", "tz": "timezone"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{2,4})?")
_FORMULA = re.compile(r"'(?=[=+\-@])")
_MAX_NAME, _MAX_ATTRIBUTE = 200, 1000
_SAMPLE = 50  # rows looked at to find the column of addresses


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, and the subscriber it holds or the reason why it holds none."""

    line: int
    subscriber: NewSubscriber | None
    refused: str = ""


def read_rows(path: Path, progress: Callable[[int], None]) -> Iterator[Row]:
    """Yield the rows of a file as they are read; `progress` gets the bytes read so far.

    Raises UsageError where no column holds addresses.
    """
    encoding = _sniff_encoding(path)
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as text:
        first = text.readline()
        separator = max(",;\t|", key=first.count)
        text.seek(0)
        columns = _Columns(list(islice(_readable_rows(text, separator), _SAMPLE)), path)
        text.seek(0)
        reader = csv.reader(text, delimiter=separator)
        if columns.has_header:
            next(reader, None)
        line = reader.line_num + 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                progress(raw.tell())
                return
            except csv.Error as error:
                yield Row(line, None, f"not readable: {error}")
            else:
                if any(cells):
                    yield columns.row(line, cells)
            line = reader.line_num + 1
            if line % 1000 == 0:
                progress(raw.tell())


class _Columns:
    """Which column means what."""

    def __init__(self, sample: list[list[str]], path: Path) -> None:
        first = sample[0] if sample else []
        self.has_header = not any("@" in cell for cell in first)
        titles = [cell.strip() for cell in first] if self.has_header else [f"column_{n + 1}" for n in range(len(first))]
        plain = [re.sub(r"[^a-z]", "", title.lower()) for title in titles]
        self._email = _find_addresses(sample, len(first))
        titled = _find_email(plain) if self.has_header else None
        if titled is not None and (self._email is None or any("@" in "".join(row[titled:][:1]) for row in sample)):
            self._email = titled
        if self._email is None:
            shown = ", ".join(repr(title) for title in titles if title) or "none"
            raise UsageError(f"{path}:1: no column holds addresses (columns: {shown}); call one `email`")
        self._known: dict[str, int] = {}
        self._attributes: list[tuple[int, str]] = []
        for number, (title, word) in enumerate(zip(titles, plain, strict=True)):
            meaning = (_NAMES | _OTHERS).get(word)
            if number == self._email or not title or title.startswith(SKIPPED_PREFIX):
                continue
            if meaning and meaning not in self._known:
                self._known[meaning] = number
            else:
                self._attributes.append((number, _attribute_name(title)))

    def row(self, line: int, cells: list[str]) -> Row:
        """Return what one row holds."""
        if self._email is None or self._email >= len(cells):
            return Row(line, None, "no address")
        try:
            email, key = normalise_address(cells[self._email])
            joined = " ".join(cells)
            if not joined.isprintable() and _CONTROL.search(joined):
                raise ValueError("a value holds control characters or a line break")
        except ValueError as error:
            return Row(line, None, str(error))
        known = {meaning: _cell(cells, number) for meaning, number in self._known.items()}
        name = known.get("name") or f"{known.get('first', '')} {known.get('last', '')}".strip()
        attributes = {title: value for number, title in self._attributes if (value := _cell(cells, number))}
        if len(name) > _MAX_NAME or any(len(value) > _MAX_ATTRIBUTE for value in attributes.values()):
            return Row(line, None, f"a name has at most {_MAX_NAME} characters, an attribute {_MAX_ATTRIBUTE}")
        language, timezone = known.get("language", ""), known.get("timezone", "")
        language = language.replace("_", "-") if _LANGUAGE.fullmatch(language) else ""
        timezone = timezone if timezone and timezone in _zones() else ""
        return Row(line, NewSubscriber(email, key, name, language, timezone, attributes))


def guard_formula(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula; reading it back undoes this."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _cell(cells: list[str], number: int) -> str:
    if number >= len(cells):
        return ""
    value = cells[number].strip()
    return _FORMULA.sub("", value, count=1) if value.startswith("'") else value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _find_email(plain: list[str]) -> int | None:
    for word in _EMAIL:
        if word in plain:
            return plain.index(word)
    return next((number for number, word in enumerate(plain) if "email" in word), None)


def _find_addresses(sample: Sequence[Sequence[str]], width: int) -> int | None:
    """Return the column that holds addresses in most of the first rows, whatever its title says."""
    counts = [sum("@" in row[number] for row in sample if number < len(row)) for number in range(width)]
    best = max(range(width), key=lambda number: (counts[number], -number), default=None)
    rows = sum(1 for row in sample if any(row))
    return best if best is not None and counts[best] * 2 >= max(1, rows - 1) and counts[best] else None


def _readable_rows(text: TextIO, separator: str) -> Iterator[list[str]]:
    """Yield rows until one cannot be read."""
    with contextlib.suppress(csv.Error):
        yield from csv.reader(text, delimiter=separator)


def _attribute_name(title: str) -> str:
    name = title.removeprefix("attributes.").strip().lower()
    return re.sub(r"[^a-z0-9_-]+", "_", name).strip("_-")[:64] or "column"


def _sniff_encoding(path: Path) -> str:
    """Return UTF-8 or UTF-16 where the file is that, else Windows-1252, as spreadsheets write it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        start = file.read(4)
        for bom, encoding in _BOMS:
            if start.startswith(bom):
                return encoding
        try:
            decoder.decode(start)
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"
