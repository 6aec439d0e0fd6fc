"""The MIME body of an edition as encoded pieces and slots; no header lines, no reader's values."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from digest.delivery.errors import MessageError
from digest.delivery.message import InlinePicture
from digest.delivery.places import Place, html_places
from digest.delivery.quoted import SOFT_BREAK, quote
from digest.errors import RenderError
from digest.model.edition import RenderedEdition
from digest.model.slots import split_at_marks

SlotT = TypeVar("SlotT")

_PICTURE_TYPE = re.compile(r"image/(?:png|jpeg|gif|webp)\Z")
_CID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,200}\Z")
_ENCODED = "Content-Transfer-Encoding: quoted-printable\r\n\r\n"


def body_pieces(
    rendered: RenderedEdition,
    boundary: str,
    *,
    pictures: Sequence[InlinePicture],
    make_slot: Callable[[str, Place], SlotT],
) -> Iterator[bytes | SlotT]:
    """Yield the body after the header block: text first, then HTML, alone or with its pictures around it.

    Raises:
        RenderError: a part without the unsubscribe link, or a slot where no value is safe.
    """
    mark = re.compile(re.escape(rendered.marker) + r"(?:[0-9a-f]{2})+z")
    text_places = [Place.TEXT for _ in mark.finditer(rendered.text)]
    yield _ascii(f"--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n{_ENCODED}")
    yield from _part(rendered.text, rendered.marker, "text", text_places, make_slot)
    yield _ascii(f"\r\n--{boundary}\r\n")
    inner = f"{boundary}r"
    if pictures:
        yield _ascii(f'Content-Type: multipart/related; type="text/html";\r\n boundary="{inner}"\r\n\r\n--{inner}\r\n')
    yield _ascii(f"Content-Type: text/html; charset=utf-8\r\n{_ENCODED}")
    html_marks = list(html_places(rendered.html, mark))
    yield from _part(rendered.html, rendered.marker, "HTML", html_marks, make_slot)
    if pictures:
        yield from (_picture(picture, inner) for picture in pictures)
        yield _ascii(f"\r\n--{inner}--\r\n")
    yield _ascii(f"\r\n--{boundary}--\r\n")


def _part(
    markup: str, marker: str, title: str, places: Sequence[Place], make_slot: Callable[[str, Place], SlotT]
) -> Iterator[bytes | SlotT]:
    names = []
    following = iter(places)
    for literal, name in split_at_marks(markup, marker):
        yield quote(literal)
        if name is not None:
            names.append(name)
            yield SOFT_BREAK
            yield make_slot(name, next(following))
            yield SOFT_BREAK
    if "unsubscribe_url" not in names:
        raise RenderError(f"the {title} part has no unsubscribe_url slot; every message must offer the way out")


def _picture(picture: InlinePicture, boundary: str) -> bytes:
    if not _PICTURE_TYPE.match(picture.content_type) or not _CID.match(picture.cid):
        raise MessageError(f"picture {picture.cid!r}", "must be PNG, JPEG, GIF or WebP and have a plain cid")
    head = (
        f"\r\n--{boundary}\r\nContent-Type: {picture.content_type}\r\nContent-ID: <{picture.cid}>\r\n"
        "Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return _ascii(head) + base64.encodebytes(picture.data).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def _ascii(text: str) -> bytes:
    return text.encode("ascii")
