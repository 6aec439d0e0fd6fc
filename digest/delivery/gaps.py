"""An encoded body with gaps, and how a reader's values fill them; knows no header and no signature."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from digest.delivery.errors import MessageError
from digest.delivery.places import Place, encode_value, is_plain, is_plain_link
from digest.delivery.quoted import quote, quote_printable


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap in the body: whose value goes there and what kind of place it is."""

    name: str
    place: Place


@dataclass(slots=True)
class _Gaps:
    """Where one slot's value goes: positions of pieces, by the kind of place."""

    by_place: dict[Place, list[int]] = field(default_factory=dict)
    everywhere: list[int] = field(default_factory=list)
    is_link: bool = False  # it is a whole link somewhere
    is_part: bool = False  # it is a part of a link somewhere


class GappedBody:
    """The pieces of a body, those of readers empty. `constant` is what stands before the first gap."""

    def __init__(self, pieces: Sequence[bytes | Slot]) -> None:
        joined = list(_joined(pieces))
        self.constant = joined[0] if joined and isinstance(joined[0], bytes) else b""
        joined = joined[1:] if self.constant else joined
        self._pieces = [b"" if isinstance(piece, Slot) else piece for piece in joined]
        self._gaps: dict[str, _Gaps] = {}
        for at, piece in enumerate(joined):
            if isinstance(piece, Slot):
                gaps = self._gaps.setdefault(piece.name, _Gaps())
                gaps.by_place.setdefault(piece.place, []).append(at)
                gaps.everywhere.append(at)
                gaps.is_link = gaps.is_link or piece.place is Place.URL
                gaps.is_part = gaps.is_part or piece.place is Place.URL_PART

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the slots, each once."""
        return tuple(self._gaps)

    @property
    def places(self) -> dict[str, Collection[Place]]:
        """The kinds of places that each slot stands in."""
        return {name: gaps.by_place.keys() for name, gaps in self._gaps.items()}

    def fill(self, values: Mapping[str, str]) -> list[bytes]:
        """Return what follows the constant part, for a reader with these values.

        Raises:
            MessageError: a slot has no value, or one that is no link where a link must be.
        """
        pieces = self._pieces.copy()
        for name, gaps in self._gaps.items():
            value = values.get(name)
            if value is None:
                value = _missing(name)
            if gaps.is_part or not (is_plain_link(value) if gaps.is_link else is_plain(value)):
                _fill_by_place(pieces, name, value, gaps)
                continue
            # Most values are the same wherever they stand: names of plain letters, our own links.
            encoded = quote_printable(value)
            for at in gaps.everywhere:
                pieces[at] = encoded
        return pieces


def _fill_by_place(pieces: list[bytes], name: str, value: str, gaps: _Gaps) -> None:
    for place, positions in gaps.by_place.items():
        encoded = quote(encode_value(value, place, name))
        for at in positions:
            pieces[at] = encoded


def _missing(name: str) -> str:
    if not name.startswith("attributes."):
        raise MessageError(name, "is used by the template and has no value for this reader")
    return ""


def _joined(pieces: Sequence[bytes | Slot]) -> Iterator[bytes | Slot]:
    literals: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, Slot):
            if literals:
                yield b"".join(literals)
            literals = []
            yield piece
        else:
            literals.append(piece)
    if literals:
        yield b"".join(literals)
