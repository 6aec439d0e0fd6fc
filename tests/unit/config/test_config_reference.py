"""The page of all settings is made from the models."""

from __future__ import annotations

import re

import pytest

from digest.config.reference import reference_text
from digest.config.settings import Settings
from digest.config.shipped import shipped_config

PAGE = shipped_config().parent / "docs" / "reference" / "configuration.md"


@pytest.mark.skipif(not PAGE.parent.is_dir(), reason="documentation is part of a checkout, not of a wheel")
def test_the_page_is_up_to_date():
    """Making it again changes nothing."""
    assert PAGE.read_text(encoding="utf-8") == reference_text(), "run python -m digest.config.reference " + str(PAGE)


def test_every_key_has_type_and_meaning():
    """No cell of type or meaning is empty."""
    rows = [line.strip("| ").split(" | ") for line in reference_text().splitlines() if line.startswith("| `")]
    assert len(rows) > 150
    assert [row[0] for row in rows if not row[1].strip() or not row[-1].strip()] == []


def test_every_link_leads_somewhere():
    """Types link to the tables of their models."""
    text = reference_text()
    titles = {title.lower() for title in re.findall(r"^### (\w+)$", text, re.M)}
    assert set(re.findall(r"\]\(#(\w+)\)", text)) <= titles


def test_defaults_are_as_a_user_writes_them():
    """Durations have units, switches are YAML's, and no secret or Python value shows."""
    text = reference_text()
    assert "| `every` | duration | `30m` |" in text
    assert "| `verify` | true or false | `true` |" in text
    assert "timedelta" not in text
    assert "`None`" not in text
    assert "SecretStr" not in text


def test_every_setting_of_the_first_level_is_listed():
    """The table of digest.yaml holds each key."""
    assert all(f"| `{name}` |" in reference_text() for name in Settings.model_fields)
