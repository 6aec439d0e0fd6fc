"""Comparing what was made with what a person has read: golden files, refreshed by one variable in the environment.

    DIGEST_REFRESH_GOLDEN=1 python -m pytest tests/golden

writes what is made now; `git diff` then shows what to read.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

REFRESH = "DIGEST_REFRESH_GOLDEN"
"""Set to anything, the variable makes `check_golden` write instead of compare."""
MAX_LINES = 60
"""Most lines of difference that are shown."""


def check_golden(file: Path, made: str) -> None:
    """Compare `made` with the golden file; with the variable set, write it.

    Raises AssertionError with the first differing lines. Markup is compared tag by tag, as it has few lines.
    """
    if os.environ.get(REFRESH):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(made, encoding="utf-8", newline="\n")
        return
    if not file.is_file():
        raise AssertionError(f"there is no golden file {file}; write it with {REFRESH}=1, and read it")
    golden = file.read_text(encoding="utf-8")
    if made != golden:
        lines = difflib.unified_diff(_lines(golden), _lines(made), "golden", "made now", lineterm="", n=2)
        shown = "\n".join(list(lines)[:MAX_LINES])
        raise AssertionError(f"{file.name} is not what it was; if that is right, set {REFRESH}=1:\n{shown}")


def _lines(text: str) -> list[str]:
    return text.replace("><", ">\n<").splitlines()
