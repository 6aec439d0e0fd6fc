"""The messages of plain readers, in whose values nothing has to be escaped: nearly all; knows no header's form.

What a message looks like is not said here. One is made as all are, for a reader whose values can be found again, and
cut where they stand; a plain reader's values between these pieces are the same bytes as the template would make.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Self

from digest.delivery.quoted import WIDTH, cut
from digest.model.subscriber import Reader

_LINK_SLOT = "unsubscribe_url"  # the one value that also stands in a header
_LETTERS = r"A-Za-z0-9._~:/?#@!$()*+,;%-"
_ATOM = r"[A-Za-z0-9!#$%&'*+/?^_`{|}~-]+"
_LABEL = "[A-Za-z0-9][A-Za-z0-9-]{0,62}"
_ADDRESS = rf"(?=[^@\n]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
_NAME = "(?=[^<\n]{1,60} <)[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*"
_TO = rf"(?![^\n]{{73}})(?:{_NAME} <{_ADDRESS}>|{_ADDRESS})"  # on one line of 78 with the field's name
_TOKEN = "[A-Za-z0-9_-]{1,56}"

TEXT = rf"(?![^\n]{{74}}|\.|From )(?:[{_LETTERS}]+(?: [{_LETTERS}]+)*)?"
"""What is the same in plain text and HTML, on one line of quoted-printable."""

LINK = rf"https?://[{_LETTERS}=]{{2,800}}"
"""A web address that is the same in plain text, HTML and headers."""

PART = "(?![^\n]{74})[A-Za-z0-9_~-]*"
"""What is the same wherever it stands in a web address."""


class PlainMessages:
    """Makes plain readers' messages of one edition: pieces of text, with the readers' values between them."""

    def __init__(self, pieces: list[str], order: list[int], kinds: Mapping[str, str]) -> None:
        """`order` gives what stands after each piece but the last: 0 To, 1 the token, then the slots, then the link."""
        self._pieces = [""] * (2 * len(pieces) - 1)
        self._pieces[::2] = pieces
        self._in_order = itemgetter(*order)
        self._slots = tuple(kinds)
        self._long = [at for at, kind in enumerate(kinds.values(), 2) if kind == LINK]
        self._is_plain = re.compile("\n".join([_TO, _TOKEN, *kinds.values()])).fullmatch

    @classmethod
    def cut(cls, make: Callable[[Reader], bytes], kinds: Mapping[str, str]) -> Self:
        """Cut a message that `make` makes. `kinds` says for each slot what is plain there: TEXT, LINK or PART."""
        values = {name: f"https://{_mark()}.example/" if kind == LINK else _mark() for name, kind in kinds.items()}
        values.setdefault("name", _mark())
        sample = Reader(1, f"{_mark()}@{_mark()}.example", values, _mark())
        marks = [f"{values['name']} <{sample.email}>", sample.token, *(values[name] for name in kinds)]
        whole = make(sample).decode("ascii")
        head, end, body = whole.partition("\r\n\r\n")
        any_mark = re.compile(f"({'|'.join(map(re.escape, marks))})")
        of_head, of_body = any_mark.split(head), any_mark.split(end + body)
        link_at = marks.index(values[_LINK_SLOT])
        order = [len(marks) if at == link_at else at for at in map(marks.index, of_head[1::2])]
        pieces = [*of_head[:-1:2], of_head[-1] + of_body[0], *of_body[2::2]]
        return cls(pieces, [*order, *map(marks.index, of_body[1::2])], kinds)

    def make(self, reader: Reader) -> bytes | None:
        """Return a reader's message, or None where the reader is not plain."""
        _, email, values, token = reader
        name = values.get("name")
        to = f"{name} <{email}>" if name else email
        try:
            facts = "\n".join((to, token, *map(values.__getitem__, self._slots)))
        except KeyError:
            return None
        if not self._is_plain(facts):
            return None
        found = facts.replace("=", "=3D").split("\n")
        for at in self._long:
            if len(found[at]) > WIDTH:
                found[at] = cut(found[at])
        found.append(values[_LINK_SLOT])
        pieces = self._pieces.copy()
        pieces[1::2] = self._in_order(found)
        return "".join(pieces).encode("ascii")


def _mark() -> str:
    return f"q{secrets.token_hex(7)}"
