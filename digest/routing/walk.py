"""The walk over a text that finds names of places and weighs them by the words around; namesakes are chosen later."""

from __future__ import annotations

import re

from digest.routing.gazetteer import load_area_codes, load_persons
from digest.routing.mention_patterns import (
    AFTER,
    BLOCK_BEFORE,
    COUNTY_AFTER,
    DATELINE,
    DOUBLE_NAME,
    IN_WORDS,
    INITIAL_AFTER,
    PERSON_BEFORE,
    PHONE,
    SIDES_BEFORE,
    STATE_AFTER,
    STATE_STARTS,
    STREET_AFTER,
    TAIL,
)
from digest.routing.mentions import Mention, NameUse, Reading
from digest.routing.names import Known, Name, NameIndex
from digest.routing.runs import find_runs, may_hold_phone
from digest.routing.spots import Spot, Spots
from digest.routing.states import AP_ABBREVIATIONS, US_STATES
from digest.routing.word_lists import NEVER, TELLING

LEAD_CHARS = 300
HEADLINE_TIMES, LEAD_TIMES, DATELINE_TIMES = 2.0, 1.6, 3.0
STATE_WEIGHT, METONYM_TIMES = 1.5, 0.5
METONYMS = frozenset(("washington", "white house", "capitol hill"))

_STATE_OF = {name: code for code, name in US_STATES.items()}
_AFTER_TIMES = {"official": 1.2, "paper": 0.15, "site": 0.5, "team": 0.4, "company": 0.5}
_PLAIN = frozenset(("", "the", "and", "a", "said", "by", "with", "on", "as", "or", "that"))
"""What most often stands before a name without saying `in`."""
_STATE_AND_CITY = ("new york", "washington")
_BEFORE = 24
_LAST_WORD = re.compile(r"\w+$")


class Walker:
    """Walks texts for one index of names."""

    def __init__(self, index: NameIndex) -> None:
        self._index = index
        self._codes = load_area_codes()
        self._spots = Spots(index)

    def read(self, headline: str, body: str) -> Reading:
        """Return the names of places in a story."""
        body = body.removeprefix(headline).lstrip(" .\n")
        walk = _Walk(self._index, headline, body)
        text, known = walk.text, self._spots.known
        for run in find_runs(text):
            start, end = run.span()
            spots = known[text[start:end]]
            if spots:
                walk.take_run(start, spots)
        reading = walk.finish()
        if may_hold_phone(body):
            codes = dict.fromkeys((found[0], found[1]) for found in PHONE.finditer(body))
            reading.area_codes = [(written, code) for written, code in codes if code in self._codes]
        return reading


class _Walk:
    """One walk over one text: the names found so far, and who turned out to be a person."""

    def __init__(self, index: NameIndex, headline: str, body: str) -> None:
        self.text = f"{headline}\n{body}"
        self._index = index
        _, self._last = load_persons()
        self._found = Reading()
        self._persons: set[str] = set()
        self._body = len(headline) + 1
        dateline = DATELINE.match(self.text, self._body)
        self._dateline = dateline.end() if dateline else 0
        self._shouted = headline[:200].isupper()
        # What stands at the mention that is being read.
        self._spot: Spot
        self._start = self._end = self._length = 0
        self._before = self._word = ""
        self._after_in = self._tells = self._capital = self._may_be_state = False

    def take_run(self, run_start: int, spots: tuple[Spot, ...]) -> None:
        """Take the names in one run of capitalised words, the longest first."""
        free = 0
        for spot in spots:
            if spot.position >= free:
                free = spot.position + self._take_at(spot, run_start + spot.start)

    def _take_at(self, spot: Spot, start: int) -> int:
        """Take the longest name at a word; return how many words it used."""
        text = self.text
        self._spot, self._start = spot, start
        for called in spot.names:
            known, following, length = called.known, called.following, called.length
            end = start + called.size
            if following is None:
                tail = TAIL.match(text, end)
                following = tail[1] if tail else ""
            self._length, self._end, self._word = length, end, following
            # Most often what follows says nothing of the name, and no other pattern is tried.
            self._capital = "" < following < "["
            self._tells = self._capital or following in TELLING
            self._may_be_state = self._capital and (following in STATE_STARTS or len(following) < 3)
            if known.is_context and self._is_context(known):
                return length
            if known.county is not None and self._tells and COUNTY_AFTER.match(text, end):
                self._take_name(known.county, True)
                return length
            if known.name is not None:
                self._take_name(known.name, False)
                return length
        return 1

    def _is_context(self, known: Known) -> bool:
        """Note a state or country; such a name is a place only with a state behind it."""
        found = self._found
        has_state = self._may_be_state and STATE_AFTER.match(self.text, self._end) is not None
        if known.state and not has_state and known.key not in _STATE_AND_CITY:
            _count(found.states, known.state)
            return True
        if known.short and self.text[self._end : self._end + 1] == ".":
            _count(found.states, known.short)
            return True
        if known.country and not has_state:
            _count(found.countries, known.country)
            return True
        return False

    def _take_name(self, name: Name, is_county: bool) -> None:
        """Weigh one mention, unless the words around it say that it is no place."""
        text, start, key = self.text, self._start, name.key
        written = state = kind = ""
        if self._may_be_state:
            written, state = self._state_after(name)
            if written and not state:
                # A village that the table does not hold; its namesakes elsewhere are not meant.
                _count(self._found.states, written)
                self._persons.add(key)
                return
        before = self._before = _word_before(text, start)
        after_in = self._after_in = before in IN_WORDS or (before not in _PLAIN and _says_in(text, start, before))
        is_dateline = self._body <= start < self._dateline
        stated = bool(state) or is_county
        if not (stated or is_dateline) and self._refuse(name):
            return
        if self._tells and not state:
            kind = self._kind_after()
        use = self._found.uses.get(key)
        if use is None:
            use = self._found.uses[key] = NameUse(name, is_county=is_county)
        if is_dateline:
            place, weight = "dateline", DATELINE_TIMES
        elif start < self._body:
            place, weight = "headline", HEADLINE_TIMES
        else:
            place, weight = ("lead", LEAD_TIMES) if start < self._body + LEAD_CHARS else ("text", 1.0)
        if stated:
            weight *= STATE_WEIGHT
        elif kind or key in METONYMS:
            weight *= self._weigh(key, kind)
        sure = stated or is_dateline or after_in or kind == "official"
        use.add(Mention(text[start : self._end], weight, place, state, sure))

    def _kind_after(self) -> str:
        """Return what follows the name and says how much it tells: an office, a newspaper, a team."""
        if self.text[self._end] == ",":
            return ""
        after = AFTER.match(self.text, self._end)
        return (after.lastgroup or "") if after else ""

    def _weigh(self, key: str, kind: str) -> float:
        if kind == "team":
            keys, after = self._spot.keys, self._spot.position + self._length
            if after < len(keys) and keys[after] in self._last:
                kind = ""
        weight = _AFTER_TIMES.get(kind, 1.0)
        return weight * METONYM_TIMES if key in METONYMS else weight

    def _state_after(self, name: Name) -> tuple[str, str]:
        """Return the state written behind a name, and the same if one of its namesakes lies there."""
        found = STATE_AFTER.match(self.text, self._end)
        if found is None:
            return "", ""
        full, short, code = found.groups()
        state = _STATE_OF.get(full or "") or AP_ABBREVIATIONS.get(short or "") or code or ""
        if code and code not in US_STATES:
            return "", ""
        return state, state if state in name.states else ""

    def _refuse(self, name: Name) -> bool:
        """Tell whether the mention is a street, a person or an ordinary word."""
        text, end, before = self.text, self._end, self._before
        if name.key in NEVER or (name.needs_the and before.lower() != "the"):
            return True
        if self._tells and text[end] == " " and STREET_AFTER.match(text, end):
            return True
        if self._capital and len(self._word) == 1 and INITIAL_AFTER.match(text, end):
            return True
        if before and (before[-1].isdigit() or before in SIDES_BEFORE) and BLOCK_BEFORE.search(self._words_before()):
            return True
        if "w" in name.flags and not self._after_in:
            return True
        if self._length > 1:
            return False
        if self._spot.is_loud and not self._shouted:
            # An abbreviation in capitals, which only looks like a name.
            return True
        if self._is_person(name):
            self._persons.add(name.key)
            return True
        return False

    def _words_before(self) -> str:
        return self.text[max(0, self._start - _BEFORE) : self._start]

    def _is_person(self, name: Name) -> bool:
        """Tell whether a one-word name stands where a person's name stands."""
        spot, before = self._spot, self._before
        if spot.is_person:
            return True
        if spot.position == 0 and before and before[-1] in '."”' and self._is_titled(name):
            return True
        if name.key in self._persons and not self._after_in:
            return True
        if not (name.flags and self._tells) or spot.position + 1 == len(spot.keys) or spot.is_possessive:
            return False
        doubled = "f" in name.flags and DOUBLE_NAME.match(self.text, self._end)
        return bool(spot.has_surname or doubled) and not self._kind_after()

    def _is_titled(self, name: Name) -> bool:
        """Tell whether a title, an initial or a nickname in quotation marks stands before the name.

        Before a city known to all, `N.`, `S.`, `E.` and `W.` are sides of it.
        """
        if self._before in SIDES_BEFORE and (name.is_big or name.is_own):
            return False
        return PERSON_BEFORE.search(self._words_before()) is not None

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


def _count(counts: dict[str, int], what: str) -> None:
    counts[what] = counts.get(what, 0) + 1


def _word_before(text: str, start: int) -> str:
    """Return what stands between a name and the space before the last one; nothing where no space precedes."""
    if start == 0 or text[start - 1] != " ":
        return ""
    least = start - _BEFORE if start > _BEFORE else 0
    at = text.rfind(" ", least, start - 1)
    return text[(least if at < 0 else at + 1) : start - 1]


def _says_in(text: str, start: int, before: str) -> bool:
    """Tell whether `in`, `near` or the like stands before a name, with or without a `downtown`."""
    word = before.lower()
    if not word.isalpha():
        found = _LAST_WORD.search(before)
        word = found[0].lower() if found else ""
    if word == "nearby":
        earlier = _word_before(text, start - len(before) - 1)
        return bool(earlier) and _says_in(text, start - len(before) - 1, earlier)
    return word in IN_WORDS
