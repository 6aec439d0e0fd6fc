"""Golden files."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.testing.golden import REFRESH, check_golden


def test_golden_files_are_written_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the variable set the file is written, without it compared."""
    file = tmp_path / "golden" / "denver.html"
    monkeypatch.setenv(REFRESH, "1")
    check_golden(file, "<p>é</p>")
    monkeypatch.delenv(REFRESH)
    check_golden(file, "<p>é</p>")


def test_differences_are_shown_tag_by_tag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file and a changed one both say what to do."""
    monkeypatch.delenv(REFRESH, raising=False)
    file = tmp_path / "denver.html"
    with pytest.raises(AssertionError, match=REFRESH):
        check_golden(file, "x")
    file.write_text("<tr><td>old</td></tr>")
    with pytest.raises(AssertionError, match=r"(?s)-<td>old</td>.*\+<td>new</td>"):
        check_golden(file, "<tr><td>new</td></tr>")
