"""Names of places in a text, weighed by the words around them; which namesake is meant is not decided here."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from digest.routing.gazetteer import load_area_codes, load_persons, name_key
from digest.routing.mention_patterns import (
    AFTER,
    BLOCK_BEFORE,
    COUNTY_AFTER,
    DATELINE,
    DOUBLE_NAME,
    IN_BEFORE,
    INITIAL_AFTER,
    PERSON_BEFORE,
    PHONE,
    PHONE_END,
    RUN,
    SPLIT,
    STATE_AFTER,
    STREET_AFTER,
)
from digest.routing.names import Name, NameIndex
from digest.routing.states import AP_ABBREVIATIONS, US_STATES
from digest.routing.word_lists import NEVER, PLAIN_STARTS, SIDES, TITLES

LEAD_CHARS = 300
HEADLINE_TIMES, LEAD_TIMES, DATELINE_TIMES = 2.0, 1.6, 3.0

_STATE_OF = {name: code for code, name in US_STATES.items()}
_AP_KEYS = {name_key(short): code for short, code in AP_ABBREVIATIONS.items() if "." not in short}
_NOWHERE, _NOWHERE_SMALL = 5.0, 8.0
_AFTER_TIMES = {"official": 1.2, "paper": 0.15, "site": 0.5, "team": 0.4, "company": 0.5}
METONYMS = ("washington", "white house", "capitol hill")
_MEMO = 50_000
_STATE_AND_CITY = ("new york", "washington")


class Mention(NamedTuple):
    """One name at one position of the text."""

    words: str
    start: int
    weight: float
    place: str
    state: str
    sure: bool


class _Spot(NamedTuple):
    """A word of a run of capitalised words where a name may begin.

    `start` is its place in the run; `names` are known ones from there on, the longest first: key, words, characters.
    """

    start: int
    position: int
    words: list[str]
    keys: list[str]
    names: tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class NameUse:
    """All mentions of one name in a text, and the mass of the guess that it is no place at all."""

    name: Name
    mentions: list[Mention] = field(default_factory=list)
    state: str = ""
    nowhere: float = _NOWHERE
    is_county: bool = False

    @property
    def weight(self) -> float:
        """The mentions' weights together, at most 9."""
        return min(9.0, sum(mention.weight for mention in self.mentions))


@dataclass(slots=True)
class Reading:
    """What the walk over one text found."""

    uses: dict[str, NameUse] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    area_codes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def reaches(self) -> bool:
        """Whether any name may lie in a region at all."""
        return any(use.name.reaches for use in self.uses.values())


class Walker:
    """Walks texts for one index of names."""

    def __init__(self, index: NameIndex) -> None:
        self._index = index
        self._codes = load_area_codes()
        self._spots: dict[str, tuple[_Spot, ...]] = {}

    def read(self, headline: str, body: str) -> Reading:
        """Return the names of places in a story."""
        body = body.removeprefix(headline).lstrip(" .\n")
        walk = _Walk(self._index, headline, body)
        for run in RUN.finditer(walk.text):
            words = run.group()
            spots = self._spots.get(words)
            if spots is None:
                spots = self._find_spots(words)
            if spots:
                walk.take_run(run.start(), spots)
        reading = walk.finish()
        if PHONE_END.search(body):
            codes = ((found[0], found[1]) for found in PHONE.finditer(body))
            reading.area_codes = [(written, code) for written, code in codes if code in self._codes]
        return reading

    def _find_spots(self, run: str) -> tuple[_Spot, ...]:
        """Find where names may begin in a run; remembered, as runs come again and most hold none."""
        index = self._index
        words = SPLIT.split(run)
        keys = [_word_key(word) for word in words]
        spots = []
        start = 0
        for position, (word, key) in enumerate(zip(words, keys, strict=True)):
            if key in index.heads and word[0].isupper():
                left = len(words) - position
                longest = max(min(index.longest.get(key, 2), left, 5), min(2, left))
                ways = ((" ".join(keys[position : position + length]), length) for length in range(longest, 0, -1))
                names = tuple(
                    (name, length, len(" ".join(words[position : position + length])))
                    for name, length in ways
                    if name in index.known
                )
                if names:
                    spots.append(_Spot(start, position, words, keys, names))
            start += len(word) + 1
        if len(self._spots) > _MEMO:
            self._spots.clear()
        return self._spots.setdefault(run, tuple(spots))


class _Walk:
    """One walk over one text: the names found so far, and who turned out to be a person."""

    def __init__(self, index: NameIndex, headline: str, body: str) -> None:
        self.text = f"{headline}\n{body}"
        self._index = index
        self._first, self._last = load_persons()
        self._found = Reading()
        self._persons: set[str] = set()
        self._body = len(headline) + 1
        dateline = DATELINE.match(self.text, self._body)
        self._dateline = dateline.end() if dateline else 0
        letters = headline[:200]
        self._shouted = letters.isupper()

    def take_run(self, run_start: int, spots: tuple[_Spot, ...]) -> None:
        """Take the names in one run of capitalised words, the longest first."""
        free = 0
        for spot in spots:
            if spot.position >= free:
                free = spot.position + self._take_at(spot._replace(start=run_start + spot.start))

    def _take_at(self, spot: _Spot) -> int:
        """Take the longest name at a word; return how many words it used."""
        index = self._index
        for key, length, size in spot.names:
            end = spot.start + size
            if key in index.context and self._is_context(key, end):
                return length
            counties = index.find_county(key) if COUNTY_AFTER.match(self.text, end) else None
            name = counties or index.find(key)
            if name is not None:
                self._take_name(name, spot, length, end, counties is not None)
                return length
        return 1

    def _is_context(self, key: str, end: int) -> bool:
        """Note a state or country; such a name is a place only with a state behind it."""
        state = self._index.states.get(key) or self._index.provinces.get(key)
        if state and key not in _STATE_AND_CITY and not STATE_AFTER.match(self.text, end):
            self._found.states[state] += 1
            return True
        if key in _AP_KEYS and self.text[end : end + 1] == ".":
            self._found.states[_AP_KEYS[key]] += 1
            return True
        country = self._index.countries.get(key)
        if country and not STATE_AFTER.match(self.text, end):
            self._found.countries[country] += 1
            return True
        return False

    def _take_name(self, name: Name, spot: _Spot, length: int, end: int, is_county: bool) -> None:
        """Weigh one mention, unless the words around it say that it is no place."""
        text, start = self.text, spot.start
        before = text[max(0, start - 24) : start]
        written, state = self._state_after(name, end)
        if written and not state:
            # A village that the table does not hold; its namesakes elsewhere are not meant.
            self._found.states[written] += 1
            self._persons.add(name.key)
            return
        is_dateline = self._body <= start < self._dateline
        after_in = IN_BEFORE.search(before) is not None
        if not (state or is_county or is_dateline) and self._refuse(name, spot, length, end, before, after_in):
            return
        after = AFTER.match(text, end)
        kind = after.lastgroup if after else None
        if (
            kind == "team"
            and spot.position + length < len(spot.words)
            and spot.keys[spot.position + length] in self._last
        ):
            kind = None
        weight = _AFTER_TIMES.get(kind or "", 1.0)
        if state or is_county:
            weight = 1.5
        if name.key in METONYMS and not state:
            weight *= 0.5
        place = "text"
        if is_dateline:
            weight, place = weight * DATELINE_TIMES, "dateline"
        elif start < self._body:
            weight, place = weight * HEADLINE_TIMES, "headline"
        elif start < self._body + LEAD_CHARS:
            weight, place = weight * LEAD_TIMES, "lead"
        use = self._found.uses.setdefault(name.key, NameUse(name, is_county=is_county))
        use.state = use.state or state
        sure = bool(state or is_county or is_dateline or after_in or kind == "official")
        if use.nowhere == _NOWHERE and name.flags and not name.is_big:
            use.nowhere = _NOWHERE_SMALL
        if sure and not any(mention.sure for mention in use.mentions):
            use.nowhere -= 3.0
        use.mentions.append(Mention(text[start:end], start, weight, place, state, sure))

    def _state_after(self, name: Name, end: int) -> tuple[str, str]:
        """Return the state written behind a name, and the same if one of its namesakes lies there."""
        found = STATE_AFTER.match(self.text, end)
        if found is None:
            return "", ""
        full, short, code = found.groups()
        state = _STATE_OF.get(full or "") or AP_ABBREVIATIONS.get(short or "") or code or ""
        if code and code not in US_STATES:
            return "", ""
        return state, state if any(candidate.state == state for candidate in name.candidates) else ""

    def _refuse(self, name: Name, spot: _Spot, length: int, end: int, before: str, after_in: bool) -> bool:
        """Tell whether the mention is a street, a person or an ordinary word."""
        text, position = self.text, spot.position
        word = spot.words[position]
        if name.key in NEVER or INITIAL_AFTER.match(text, end):
            return True
        if name.needs_the and not before.lower().endswith("the "):
            return True
        if STREET_AFTER.match(text, end) or BLOCK_BEFORE.search(before):
            return True
        if (
            length == 1
            and word.isupper()
            and len(word) < 5
            and not self._shouted
            and name.candidates[0].kind not in ("nickname", "region")
        ):
            return True
        if "w" in name.flags and not after_in:
            return True
        if length == 1 and self._is_person(name, spot, before, after_in):
            self._persons.add(name.key)
            return True
        return False

    def _is_person(self, name: Name, spot: _Spot, before: str, after_in: bool) -> bool:
        """Tell whether a one-word name stands where a person's name stands."""
        position, keys, words = spot.position, spot.keys, spot.words
        if position > 0:
            previous = keys[position - 1]
            if previous in TITLES:
                return True
            if previous in self._first and previous not in SIDES and previous not in PLAIN_STARTS:
                return True
            if "s" in name.flags and self._is_name_word(previous, name):
                return True
        elif PERSON_BEFORE.search(before):
            return True
        if name.key in self._persons and not after_in:
            return True
        if name.flags and position + 1 < len(words) and not words[position].endswith(("'s", "’s")):
            end = spot.start + len(words[position])
            doubled = "f" in name.flags and DOUBLE_NAME.match(self.text, end) is not None
            return (keys[position + 1] in self._last or doubled) and not AFTER.match(self.text, end)
        return False

    def _is_name_word(self, previous: str, name: Name) -> bool:
        """Tell whether the capitalised word before a surname may be a first name that no list holds."""
        if previous in SIDES or previous in PLAIN_STARTS or previous in self._index.states or not previous.isalpha():
            return False
        return self._index.find(previous) is None and not name.is_big

    def finish(self) -> Reading:
        """Drop what later turned out to be a person, and return all."""
        for key in self._persons & self._found.uses.keys():
            use = self._found.uses[key]
            use.mentions = [
                mention for mention in use.mentions if mention.state or (mention.sure and mention.place == "dateline")
            ]
            if not use.mentions:
                del self._found.uses[key]
        self._join_counties()
        return self._found

    def _join_counties(self) -> None:
        """Count the bare name of a county that the text names as the county, unless a city bears it too."""
        uses = self._found.uses
        for use in [use for use in uses.values() if use.is_county]:
            bare = uses.get(use.name.key.removesuffix(" county"))
            if bare is not None and not bare.state and not bare.name.is_big:
                use.mentions += bare.mentions
                del uses[bare.name.key]


@functools.lru_cache(maxsize=100_000)
def _word_key(word: str) -> str:
    """Return one word as it stands in keys."""
    if word.endswith(("'s", "’s")):
        word = word[:-2]
    return name_key(word)
