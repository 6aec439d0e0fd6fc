"""The expression language of `audience:`, as `attributes.plan == "pro" and language in ["en", "es"]`; no SQL.

    expression  = all { "or" all }
    all         = part { "and" part }
    part        = "not" part | "(" expression ")" | test
    test        = field [ ("==" | "!=" | "<" | "<=" | ">" | ">=") value | ["not"] "in" "[" value { "," value } "]" ]
    field       = "attributes." NAME | "language" | "timezone" | "name" | "domain"
    value       = "text" | 'text' | number

A field alone holds when it is not empty. Texts compare exactly; with a number, a field counts as a
number, and one that is none fails every comparison but `!=`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from digest.model.subscriber import Subscriber

Operator = Literal["==", "!=", "<", "<=", ">", ">="]
FIELDS = ("language", "timezone", "name", "domain")
NUMBER = r"-?[0-9]+([.][0-9]+)?"
"""What counts as a number in a field; written so that PostgreSQL and Python read it alike."""

_MAX_LENGTH = 1000
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\n]*"|'[^'\n]*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>==|!=|<=|>=|[<>()\[\],])"""
    r"""|(?P<word>[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]*)?)|(?P<end>$)|(?P<wrong>.))"""
)


@dataclass(frozen=True, slots=True)
class Filled:
    """The field is not empty."""

    field: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The field compared with a text or a number."""

    field: str
    operator: Operator
    value: str | float


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: Audience


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Audience, ...]


Audience: TypeAlias = Filled | Comparison | Not | AllOf | AnyOf


def parse_audience(text: str) -> Audience:
    """Parse an audience expression; raises ValueError with the column where it goes wrong."""
    if len(text) > _MAX_LENGTH:
        raise ValueError(f"an audience has at most {_MAX_LENGTH} characters")
    return _Parser(text).parse()


def holds(audience: Audience, subscriber: Subscriber) -> bool:
    """Say whether the subscriber belongs to the audience."""
    match audience:
        case Filled(field):
            return _field_value(subscriber, field) != ""
        case Comparison(field, operator, value):
            return _compare(_field_value(subscriber, field), operator, value)
        case Not(part):
            return not holds(part, subscriber)
        case AllOf(parts):
            return all(holds(part, subscriber) for part in parts)
        case AnyOf(parts):
            return any(holds(part, subscriber) for part in parts)


_COMPARE: Mapping[str, Callable[[str | float, str | float], bool]] = {
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _compare(found: str, operator: Operator, value: str | float) -> bool:
    if isinstance(value, str):
        return _COMPARE[operator](found, value)
    if re.fullmatch(NUMBER, found) is None:
        return operator == "!="
    return _COMPARE[operator](float(found), value)


def _field_value(subscriber: Subscriber, field: str) -> str:
    if field.startswith("attributes."):
        return subscriber.attributes.get(field.removeprefix("attributes."), "")
    if field == "domain":
        return subscriber.key.rpartition("@")[2]
    return str(getattr(subscriber, field))


class _Parser:
    """Recursive descent over the tokens; depth is bounded by the length of the text."""

    def __init__(self, text: str) -> None:
        self._tokens = [(found.lastgroup or "", (found[0]).strip(), found.start(found.lastgroup or 0) + 1)
                        for found in _TOKEN.finditer(text)]  # fmt: skip
        self._position = 0
        self._depth = 0

    def parse(self) -> Audience:
        audience = self._any_of()
        if self._tokens[self._position][0] != "end":
            raise self._unexpected("and, or, or the end")
        return audience

    def _any_of(self) -> Audience:
        parts = [self._all_of()]
        while self._take("or"):
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self) -> Audience:
        parts = [self._part()]
        while self._take("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _part(self) -> Audience:
        self._depth += 1
        if self._depth > 50:
            raise ValueError("an audience nests at most 50 deep")
        try:
            if self._take("not"):
                return Not(self._part())
            if self._take("("):
                inside = self._any_of()
                self._expect(")")
                return inside
            return self._test()
        finally:
            self._depth -= 1

    def _test(self) -> Audience:
        field = self._field()
        kind, sign, _ = self._tokens[self._position]
        if kind == "sign" and sign in _COMPARE:
            self._position += 1
            return Comparison(field, sign, self._value())  # type: ignore[arg-type]
        if self._take("in"):
            return self._member(field)
        if self._take("not"):
            self._expect("in")
            return Not(self._member(field))
        return Filled(field)

    def _member(self, field: str) -> Audience:
        self._expect("[")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect("]")
        return AnyOf(tuple(Comparison(field, "==", value) for value in values))

    def _field(self) -> str:
        kind, word, _ = self._tokens[self._position]
        if kind != "word" or not (word in FIELDS or re.match(r"attributes\.", word)):
            raise self._unexpected(f"attributes.NAME or one of {', '.join(FIELDS)}")
        self._position += 1
        return word

    def _value(self) -> str | float:
        kind, word, _ = self._tokens[self._position]
        if kind not in ("text", "number"):
            raise self._unexpected('a "text" in quotes or a number')
        self._position += 1
        return word[1:-1] if kind == "text" else float(word)

    def _take(self, word: str) -> bool:
        kind, found, _ = self._tokens[self._position]
        if kind in ("word", "sign") and found == word:
            self._position += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise self._unexpected(word)

    def _unexpected(self, wanted: str) -> ValueError:
        kind, found, column = self._tokens[self._position]
        shown = "the end" if kind == "end" else repr(found)
        return ValueError(f"audience, column {column}: expected {wanted}, found {shown}")
