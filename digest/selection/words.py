"""Keywords and phrases as compiled patterns over lower-case text; knows nothing of stories."""

from __future__ import annotations

import re
from functools import lru_cache

# From here on scripts are written without spaces between words (Han, kana): word edges mean nothing there.
_FIRST_UNSPACED = "\u2e80"


@lru_cache(maxsize=4096)
def compile_words(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return one pattern that finds any of the words or phrases as whole words, in lower-case text.

    A trailing `*` takes any ending. Runs of white space match each other. No words: a pattern that never matches.
    """
    choices = [choice for word in words if (choice := _one(word))]
    return re.compile("|".join(choices) or r"(?!)")


def _one(word: str) -> str:
    text = word.strip().lower()
    open_ended = text.endswith("*")
    parts = text.rstrip("*").split()
    if not parts:
        return ""
    body = r"\s+".join(re.escape(part) for part in parts)
    before = r"(?<!\w)" if _has_edge(parts[0][0]) else ""
    after = r"\w*" if open_ended else r"(?!\w)" if _has_edge(parts[-1][-1]) else ""
    return f"{before}{body}{after}"


def _has_edge(character: str) -> bool:
    return character.isalnum() and character < _FIRST_UNSPACED
