"""Fixed phrases, plurals, dates and numbers of a language; catalogues are the TOML files in `locale/`.

A catalogue maps a key to a text with `{fields}`, or to a table of plural forms (CLDR: one, few, many, other).
Languages without a catalogue get English phrases (isolated in a text that runs from right to left) and their own dates.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup

from digest.errors import RenderError

_SHIPPED = Path(__file__).with_name("locale")
_YEAR = re.compile(r"^y+[^ML']*(?:'[^']*'[^ML]*)?|[\s,،]*(?:G\s*)?(?:'[^']*'\s*)?y+\.?(?:\s*'[^']*'\.?)?")
"""The year in a CLDR pattern, with the words and marks that join it to the rest."""
Catalogue = Mapping[str, str | Mapping[str, str]]


class Phrases:
    """The phrases of one language; a template calls it as `t("words", n=812)`."""

    def __init__(self, language: str, folders: Sequence[Path] = ()) -> None:
        self.language = language
        self.locale = _locale(language)
        self._catalogue = _catalogue(self.locale.language, tuple(folders))
        self._is_foreign = self.dir == "rtl" and "go_deeper" not in _catalogue_of(self.locale.language, tuple(folders))

    @property
    def dir(self) -> str:
        """The direction of its script: `ltr` or `rtl`."""
        return self.locale.text_direction

    def __call__(self, key: str, /, **fields: object) -> str:
        """Return the phrase `key` with its fields filled in; `n` chooses the plural form.

        Where a field is markup, so is the result, and the other fields are escaped.

        Raises RenderError for a key that no catalogue has.
        """
        phrase = self._catalogue.get(key)
        if phrase is None:
            raise RenderError(f"there is no phrase {key!r}; known: {', '.join(sorted(self._catalogue))}")
        count = fields.get("n")
        if not isinstance(phrase, str):
            form = self.locale.plural_form(count) if isinstance(count, int | float) else "other"
            phrase = phrase.get(form) or phrase["other"]
        if isinstance(count, int):
            fields["n"] = self.number(count)
        if self._is_foreign:
            phrase = f"\u2068{phrase}\u2069"
        holds_markup = any(isinstance(value, Markup) for value in fields.values())
        return (Markup(phrase) if holds_markup else phrase).format(**fields)

    def number(self, value: int) -> str:
        """Return a number with the language's separators."""
        return format_decimal(value, locale=self.locale)

    def date_long(self, day: date) -> str:
        """Return weekday, month and day, as `Sunday, November 22`."""
        return format_date(day, _YEAR.sub("", self.locale.date_formats["full"].pattern), locale=self.locale)

    def date_full(self, day: date) -> str:
        """Return the date with its year, as `November 22, 2026`."""
        return format_date(day, "long", locale=self.locale)

    def list(self, items: Sequence[str]) -> str:
        """Return items as a list in words, as `A, B, and C`."""
        return format_list(list(items), locale=self.locale)


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=64)
def _catalogue(language: str, folders: tuple[Path, ...]) -> Catalogue:
    """Return English with the language's own phrases on top."""
    return {**_catalogue_of("en", folders), **_catalogue_of(language, folders)}


@lru_cache(maxsize=64)
def _catalogue_of(language: str, folders: tuple[Path, ...]) -> Catalogue:
    """Return the shipped phrases of a language, then the users' own on top; the first folder has the last word."""
    phrases: dict[str, str | Mapping[str, str]] = {}
    for folder in [_SHIPPED, *(folder / "locale" for folder in reversed(folders))]:
        file = folder / f"{language}.toml"
        if file.is_file():
            try:
                phrases |= tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise RenderError(f"cannot read the phrases: {error}", file=file) from error
    return phrases
