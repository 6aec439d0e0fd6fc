"""A line cut where a reader would pause: for subjects and preheaders that are longer than an inbox shows.

A cut stands at the end of a sentence, a clause or a phrase; only where there is none, at a word, and then never
behind one that leans on the next (an article, a preposition, a number). Quotations and brackets stay whole.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

_LEAST_KEPT = 0.5
"""Share of the room that a cut at a pause must fill; a shorter line says too little."""

_LOOK_AHEAD = 100
"""Characters behind the limit that may say what stands before it."""

_PAUSE = re.compile(r"[,;:](?=\s)|\s[–—-](?=\s)|[—;]|[、，；：]")
_SENTENCE_END = re.compile(r"[.?!…](?:[\"'”’)\]]+)?(?=\s)|[。？！]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:St|Ft|Mt|Dr|Mr|Mrs|Ms|Sen|Rep|Gov|Gen|No|vs|Jr|Sr|[ap]\.m)|\b[A-Z](?:\.[A-Z])*)\.$"
)
_NUMBER = re.compile(r"[$€£#]?\d[\d.,:–-]*")
_WORD = re.compile(r"\S+")
_TRAILING = " ,;:–—-(\"'“‘[«"
_JOINER = "\u200d"
_JOINED = "\u200d\ufe0e\ufe0f"
_PAIRS = {"“": "”", "‘": "’", "(": ")", "[": "]", "«": "»", "„": "“"}

_OPENERS = {
    "en": "and but or nor so yet as at by for from in into near off on onto out over than through to toward towards"
    " under until up via when where which while who whose with within without after against along amid among around"
    " because before behind below between beyond despite during if since that though unless upon",
    "es": "a al ante con contra de del desde durante en entre hacia hasta mas para pero por porque que según si sin"
    " sobre tras y e o u cuando donde mientras aunque",
    "de": "an auf aus bei bis durch für gegen in im ins mit nach ohne über um unter von vom vor wegen zu zum zur und"
    " oder aber denn weil dass wenn als der die das den dem während obwohl",
    "fr": "à au aux avec chez contre dans de des depuis du en entre et ou mais car par pendant pour que qui sans selon"
    " si sous sur vers quand où lorsque",
}
"""Words that open a phrase: a reader pauses before them."""
_LEANING = {
    "en": "a an the of not no its his her their our your my this these those very more most is are was were be been has"
    " have had will would can could may might must should do does did own each every some any few many half third"
    " quarter one two three four five six seven eight nine ten eleven twelve hundred thousand",
    "es": "el la los las un una unos unas su sus mi tu no es son fue era ha han será lo muy más",
    "de": "ein eine einer eines einem einen ist sind war waren hat haben wird werden nicht kein keine sein ihr des",
    "fr": "le la les un une l d son sa ses leur leurs ne pas est sont a ont sera très plus",
}
"""Words that mean nothing without the next; so do all that open a phrase."""


def cut_line(text: str, limit: int, language: str = "en") -> str:
    """Return one clean line of at most `limit` characters; where words are missing, an ellipsis says so."""
    if len(text) <= limit:
        return text
    text, least = text[: limit + _LOOK_AHEAD], round(limit * _LEAST_KEPT)
    for ends in (_sentences(text), _pauses(text), _phrases(text, language)):
        fitting = [end for end in ends if least <= end < limit and not _open_mark(text[:end])]
        if fitting:
            return _ended(text[: max(fitting)])
    return _at_word(text, limit, language)


def _ended(kept: str) -> str:
    """Return the line with an ellipsis, unless it is a whole sentence."""
    if _SENTENCE_END.search(f"{kept} "[-4:]) and not _ABBREVIATION.search(kept):
        return kept
    return kept.rstrip(_TRAILING) + "…"


def _sentences(text: str) -> Iterator[int]:
    ends = (found.end() for found in _SENTENCE_END.finditer(text))
    return (end for end in ends if not _ABBREVIATION.search(text[:end]))


def _pauses(text: str) -> Iterator[int]:
    return (found.start() for found in _PAUSE.finditer(text))


def _phrases(text: str, language: str) -> Iterator[int]:
    """Yield the ends of words that a phrase follows, where they do not lean on it."""
    words = list(_WORD.finditer(text))
    for word, following in itertools.pairwise(words):
        if _plain(following[0]) in _set(_OPENERS, language) and not _leans(word[0], following[0], language):
            yield word.end()


def _at_word(text: str, limit: int, language: str) -> str:
    words = list(_WORD.finditer(text))
    ends = [
        word.end()
        for word, following in itertools.pairwise(words)
        if word.end() < limit and not _leans(word[0], following[0], language)
    ]
    whole = [end for end in ends if not _open_mark(text[:end])]
    for choice in (whole, ends):
        if choice and choice[-1] >= limit // 3:
            kept = text[: choice[-1]].rstrip(_TRAILING)
            closing = _open_mark(kept)
            return f"{kept}…{closing}" if len(kept) + 1 + len(closing) <= limit else _within(kept, limit)
    return _within(text, limit)


def _within(text: str, limit: int) -> str:
    """Cut inside a word that fills the line, but never between a letter and its accent or joiner."""
    end = min(limit - 1, len(text))
    while 0 < end < len(text) and (
        unicodedata.combining(text[end]) or text[end] in _JOINED or text[end - 1] == _JOINER
    ):
        end -= 1
    return text[:end].rstrip(_TRAILING) + "…"


def _leans(word: str, following: str, language: str) -> bool:
    """Return whether a word means nothing without the next one."""
    plain = _plain(word)
    if word[-1:] in ",;:.?!…":
        return bool(_ABBREVIATION.search(word))
    if plain in _set(_LEANING, language) or plain in _set(_OPENERS, language):
        return True
    if plain.endswith(("'s", "’s", "s'", "s’")):
        return True
    return _NUMBER.fullmatch(word) is not None and following[:1].isalpha()


def _plain(word: str) -> str:
    return word.strip("\"“”‘’'()[],;:.?!").casefold()


def _set(lists: dict[str, str], language: str) -> frozenset[str]:
    return frozenset(lists.get(language.split("-")[0].lower(), "").split())


def _open_mark(text: str) -> str:
    """Return the mark that would close the innermost quotation or bracket that is open at the end; "" when none is."""
    waiting: list[str] = []
    for at, letter in enumerate(text):
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if waiting and letter == waiting[-1] and not (letter in "'’" and after.isalnum()):
            waiting.pop()
        elif letter in _PAIRS and not (letter == "‘" and before.isalnum()):
            waiting.append(_PAIRS[letter])
        elif letter == '"' or (letter == "'" and not before.isalnum() and after.isalnum()):
            waiting.append(letter)
    return waiting[-1] if waiting else ""
