"""Phrases, plurals, dates."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup

from digest.errors import RenderError
from digest.rendering import phrases, shipped_templates
from digest.rendering.phrases import Phrases

_CATALOGUES = Path(phrases.__file__).with_name("locale")
_DAY = date(2026, 11, 22)


@pytest.mark.parametrize("language", ["es", "ar"])
def test_catalogues_are_complete(language: str) -> None:
    """Every English phrase is there in the other language, with the same fields."""
    english = tomllib.loads((_CATALOGUES / "en.toml").read_text())
    other = tomllib.loads((_CATALOGUES / f"{language}.toml").read_text())
    assert english.keys() == other.keys()
    for key, phrase in english.items():
        if isinstance(phrase, str):
            assert sorted(re.findall(r"\{\w+\}", phrase)) == sorted(re.findall(r"\{\w+\}", other[key]))
        else:
            assert {"other", "one"} <= other[key].keys()


def test_every_phrase_is_used_and_every_used_phrase_is_there() -> None:
    """Templates and catalogue agree."""
    sources = " ".join(file.read_text() for file in shipped_templates().rglob("*/*.j2"))
    code = " ".join(file.read_text() for file in Path(phrases.__file__).parent.glob("*.py"))
    asked = set(re.findall(r'\bt\("(\w+)"', sources)) | set(re.findall(r'phrases\("(\w+)"', code))
    asked |= set(re.findall(r'"(because\w*)"', code))
    assert asked == set(tomllib.loads((_CATALOGUES / "en.toml").read_text()))


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("en", 1, "1 word"),
        ("en", 1812, "1,812 words"),
        ("es", 1, "1 palabra"),
        ("es", 1812, "1812 palabras"),
        ("es", 1_000_000, "1.000.000 de palabras"),
        ("ar", 5, "5 كلمات"),
    ],
)
def test_plurals_follow_the_language(language: str, count: int, words: str) -> None:
    """The number chooses the form, and is written as the language writes it."""
    assert Phrases(language)("words", n=count).replace("1.812", "1812") == words


def test_dates_follow_the_language() -> None:
    """Weekday, month and day in their usual order."""
    assert Phrases("en").date_long(_DAY) == "Sunday, November 22"
    assert Phrases("en-GB").date_long(_DAY) == "Sunday, 22 November"
    assert Phrases("es").date_long(_DAY) == "domingo, 22 de noviembre"
    assert Phrases("de").date_long(_DAY) == "Sonntag, 22. November"
    assert Phrases("tr").date_long(_DAY) == "22 Kasım Pazar"
    assert Phrases("ru").date_long(_DAY) == "воскресенье, 22 ноября"
    assert Phrases("ja").date_long(_DAY) == "11月22日日曜日"


def test_languages_without_phrases_fall_back_to_english() -> None:
    """An unknown language has English phrases; in a right-to-left one they are isolated."""
    assert Phrases("xx")("go_deeper") == "Go deeper"
    assert Phrases("he")("go_deeper") == "\u2068Go deeper\u2069"
    assert (Phrases("he").dir, Phrases("en").dir) == ("rtl", "ltr")


def test_own_phrases_come_first(tmp_path: Path) -> None:
    """A user's folder changes a phrase, and adds a language."""
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "en.toml").write_text('go_deeper = "Read on"')
    (tmp_path / "locale" / "fr.toml").write_text('go_deeper = "Lire la suite"')
    assert Phrases("en", [tmp_path])("go_deeper") == "Read on"
    assert Phrases("fr", [tmp_path])("go_deeper") == "Lire la suite"


def test_broken_catalogues_are_told_with_their_file(tmp_path: Path) -> None:
    """A slip in a user's catalogue names the file."""
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "en.toml").write_text("go_deeper = ")
    with pytest.raises(RenderError, match=r"en\.toml"):
        Phrases("en", [tmp_path])


def test_unknown_phrases_are_told_with_the_known_ones() -> None:
    """A slip in a template says what there is."""
    with pytest.raises(RenderError, match="go_deeper"):
        Phrases("en")("go_depper")


def test_markup_in_a_field_stays_markup_and_the_rest_is_escaped() -> None:
    """A phrase around links can be printed as it is."""
    made = Phrases("en")("also_reported_by", names=Markup("<a>x</a>"))
    assert isinstance(made, Markup)
    assert made == "Also reported by <a>x</a>."
