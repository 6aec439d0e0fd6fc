"""An encoded body with gaps, and how a reader's values fill them; knows no header and no signature."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from digest.delivery.errors import MessageError
from digest.delivery.places import Place, encode_value
from digest.delivery.quoted import quote


@dataclass(frozen=True, slots=True)
class Slot:
    """A gap in the body: whose value goes there and what kind of place it is."""

    name: str
    place: Place


class GappedBody:
    """The pieces of a body, those of readers empty. `constant` is what stands before the first gap."""

    def __init__(self, pieces: Sequence[bytes | Slot]) -> None:
        joined = list(_joined(pieces))
        self.constant = joined[0] if joined and isinstance(joined[0], bytes) else b""
        joined = joined[1:] if self.constant else joined
        self._pieces = [b"" if isinstance(piece, Slot) else piece for piece in joined]
        self._gaps: dict[str, dict[Place, list[int]]] = {}
        for at, piece in enumerate(joined):
            if isinstance(piece, Slot):
                self._gaps.setdefault(piece.name, {}).setdefault(piece.place, []).append(at)

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the slots, each once."""
        return tuple(self._gaps)

    @property
    def places(self) -> dict[str, Collection[Place]]:
        """The kinds of places that each slot stands in."""
        return {name: gaps.keys() for name, gaps in self._gaps.items()}

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
            for place, positions in gaps.items():
                encoded = quote(encode_value(value, place, name))
                for at in positions:
                    pieces[at] = encoded
        return pieces


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
