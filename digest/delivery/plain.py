"""The messages of plain readers, in whose values nothing has to be escaped: nearly all; knows no header's form.

What a message looks like is not said here. One is made as all are, for a reader whose values can be found again, and
cut where they stand; a plain reader's values between these pieces are the same bytes as the template would make.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Self

from digest.delivery.places import Place, are_plain_links
from digest.delivery.quoted import WIDTH, cut
from digest.model.subscriber import Reader

_HEADER_LINK = "unsubscribe_url"  # the one slot that also stands in a header
_ATOM = r"[A-Za-z0-9!#$%&'*+/?^_`{|}~-]+"
_LABEL = "[A-Za-z0-9][A-Za-z0-9-]{0,62}"
_ADDRESS = rf"(?=[^@\n]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
_NAME = "(?=[^<\n]{1,60} <)[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*"
_TO = rf"(?![^\n]{{73}})(?:{_NAME} <{_ADDRESS}>|{_ADDRESS})"  # on one line of 78 with the field's name
_TOKEN = "[A-Za-z0-9_-]{1,56}"
_LETTERS = r"A-Za-z0-9._~:/?#@!$()*+,;%-"
_TEXT = rf"(?![^\n]{{74}}|\.|From )(?:[{_LETTERS}]+(?: [{_LETTERS}]+)*)?"  # the same in HTML, on one encoded line
_PART = "(?![^\n]{74})[A-Za-z0-9_~-]*"  # the same wherever it stands in a web address


class PlainMessages:
    """Makes plain readers' messages of one edition: pieces of text, with the readers' values between them."""

    def __init__(
        self, pieces: Sequence[str], order: Sequence[int], texts: Mapping[str, str], links: Sequence[str]
    ) -> None:
        """`order` gives what follows each piece but the last: To, token, `texts`, `links`, the header's link.

        `texts` gives for each slot of a text what is plain there, as a regular expression.
        """
        self._pieces = [""] * (2 * len(pieces) - 1)
        self._pieces[::2] = pieces
        self._in_order = itemgetter(*order)
        self._texts = tuple(texts)
        self._links = tuple(links)
        self._are_plain = re.compile("\n".join([_TO, _TOKEN, *texts.values()])).fullmatch

    @classmethod
    def cut(cls, make: Callable[[Reader], bytes], places: Mapping[str, Collection[Place]]) -> Self | None:
        """Cut a message that `make` makes; `places` are those of each slot. None where no value would be plain."""
        links = [name for name, of_slot in places.items() if Place.URL in of_slot or name == _HEADER_LINK]
        if any(Place.URL_PART in places[name] for name in links):
            return None
        texts = {
            name: _PART if Place.URL_PART in of_slot else _TEXT for name, of_slot in places.items() if name not in links
        }
        values = {name: _mark() for name in [*texts, "name"]} | {name: f"https://{_mark()}.example/" for name in links}
        sample = Reader(1, f"{_mark()}@{_mark()}.example", values, _mark())
        to = f"{values['name']} <{sample.email}>"
        marks = [to, sample.token, *(values[name] for name in [*texts, *links])]
        pieces, order = _cut(make(sample).decode("ascii"), marks, header_link=values[_HEADER_LINK])
        return cls(pieces, order, texts, links)

    def make(self, reader: Reader) -> bytes | None:
        """Return a reader's message, or None where the reader is not plain."""
        _, email, values, token = reader
        name = values.get("name")
        if not name and " " in email:  # it might be read as a name and an address
            return None
        to = f"{name} <{email}>" if name else email
        try:
            texts = "\n".join((to, token, *map(values.__getitem__, self._texts)))
            links = "\n".join(map(values.__getitem__, self._links))
        except KeyError:
            return None
        if not self._are_plain(texts) or not are_plain_links(links):
            return None
        encoded = links.replace("=", "=3D").split("\n")
        if len(encoded) != len(self._links):  # a link with a line end in it
            return None
        found = texts.split("\n")
        for link in encoded:
            found.append(cut(link) if len(link) > WIDTH else link)
        found.append(values[_HEADER_LINK])
        pieces = self._pieces.copy()
        pieces[1::2] = self._in_order(found)
        return "".join(pieces).encode("ascii")


def _cut(message: str, marks: Sequence[str], *, header_link: str) -> tuple[list[str], list[int]]:
    """Return what stands between the marks, and which mark follows each piece; one more for the link in the header."""
    head, end, body = message.partition("\r\n\r\n")
    any_mark = re.compile(f"({'|'.join(map(re.escape, marks))})")
    of_head, of_body = any_mark.split(head), any_mark.split(end + body)
    in_head = [len(marks) if mark == header_link else marks.index(mark) for mark in of_head[1::2]]
    pieces = [*of_head[:-1:2], of_head[-1] + of_body[0], *of_body[2::2]]
    return pieces, in_head + [marks.index(mark) for mark in of_body[1::2]]


def _mark() -> str:
    return f"q{secrets.token_hex(7)}"
