"""Plain readers' messages are the same bytes as the template would make; whoever is not plain is left to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.delivery.dkim import DkimSigner
from digest.delivery.errors import MessageError
from digest.delivery.places import Place
from digest.delivery.plain import PlainMessages
from digest.delivery.template import MessageTemplate
from digest.model.edition import Edition, RenderedEdition
from digest.model.slots import make_marker, slot_mark
from digest.model.subscriber import Reader
from digest.testing.editions import sample_envelope

MARKER = make_marker("plain edition")
SLOT_AT = datetime(2030, 1, 2, 13, 30, tzinfo=UTC)
FACTS = sample_envelope(SLOT_AT)


def mark(name: str) -> str:
    """Return the mark of a slot in the edition."""
    return slot_mark(MARKER, name)


HTML = f"""<!doctype html><html lang="en"><head><title>Denver</title></head><body>
<p title="{mark("attributes.city")}">Good morning, {mark("name")}</p><a href="{mark("view_url")}">View</a>
<img src="https://news.example.com/o.gif?v={mark("visit")}" alt=""><a href="{mark("unsubscribe_url")}">Leave</a>
</body></html>"""
TEXT = f"Good morning, {mark('name')} of {mark('attributes.city')}\n{mark('unsubscribe_url')}\n"


def compiled(*, plain: bool, **facts: str) -> MessageTemplate:
    """Compile the edition; what goes through a signer, here one without keys, is made without plain pieces."""
    edition = Edition("denver-1", "denver", SLOT_AT, ())
    rendered = RenderedEdition(edition, "Snow by noon", "", HTML, TEXT, "", MARKER, len(HTML))
    signer = None if plain else DkimSigner("example.com", [])
    return MessageTemplate.compile(rendered, replace(FACTS, **facts), signer=signer)


PLAIN, USUAL = compiled(plain=True), compiled(plain=False)
BY_MAIL = {"unsubscribe_mailto": "leave@example.com"}

_ODD = st.text(st.characters(exclude_categories=["Cs"]), max_size=90)
_WORDS = st.text("abcXYZ019 -._=&'F\n", max_size=90) | st.sampled_from(
    ["", "From Denver", ".net", "Ann  Lee", " Ann", "Zoë", "Ann <a@b.c>\nt0ken"]
)
_LINKS = st.from_regex(r"https?://[a-z.]{1,12}/[A-Za-z0-9_=.?F&#-]{0,200}", fullmatch=True) | st.sampled_from(
    [
        "",
        "http://",
        "https://a",
        "javascript:x",
        "https://a.example/" + "x" * 980,
        "https://a.example/ b",
        "https://a.example/\nhttps://b.example/",
    ]
)


@settings(max_examples=400, deadline=None)
@given(
    name=_WORDS | _ODD,
    city=_WORDS | _ODD,
    visit=_WORDS,
    link=_LINKS,
    view=_LINKS,
    local=st.text("abc.+=_-'é ", max_size=70),
    token=st.from_regex(r"[a-z0-9_-]{1,56}", fullmatch=True) | st.sampled_from(["", "a b", "x" * 57]),
)
def test_a_plain_message_is_the_usual_one(
    name: str, city: str, visit: str, link: str, view: str, local: str, token: str
) -> None:
    """Whatever the values, both ways give the same bytes or the same refusal."""
    values = {"name": name, "attributes.city": city, "visit": visit, "unsubscribe_url": link, "view_url": view}
    who = Reader(1, f"{local}@example.com", values, token)
    assert _try(PLAIN, who) == _try(USUAL, who)


def _try(template: MessageTemplate, who: Reader) -> object:
    try:
        return template.message_for(who)
    except MessageError as error:
        return str(error)


def plain_reader(**values: str) -> Reader:
    """Return a reader as most are."""
    usual = {
        "name": "Ann Lee",
        "attributes.city": "Denver",
        "visit": "0badcafe",
        "unsubscribe_url": f"https://news.example.com/unsubscribe/{'t' * 90}",
        "view_url": "https://news.example.com/archive/denver/2030-01-02?r=1",
    }
    return Reader(1, "ann.lee@example.com", usual | values, "t0ken")


@pytest.mark.parametrize("facts", [{}, BY_MAIL], ids=["link", "mailto"])
def test_most_readers_are_plain(facts: dict[str, str]) -> None:
    """A usual name, address and usual links are made from pieces, also where a mailto follows the link."""
    template, usual = compiled(plain=True, **facts), compiled(plain=False, **facts)
    for who in (plain_reader(), plain_reader(name=""), plain_reader(**{"attributes.city": "St. Paul"})):
        content = template.message_for(who).content
        assert content == usual.message_for(who).content
        assert _pieces(template).make(who) == content


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Zoë"},
        {"name": "O'Hara"},
        {"name": "Ann\nBcc: x"},
        {"attributes.city": "From Denver"},
        {"attributes.city": ".net"},
        {"attributes.city": "a" * 74},
        {"visit": "a&b"},
        {"view_url": "https://a.example/?a=1&b=2"},
        {"unsubscribe_url": "https://a.example/\nhttps://b.example/"},
        {"unsubscribe_url": "javascript:alert(1)"},
    ],
    ids=str,
)
def test_others_are_not_plain(values: dict[str, str]) -> None:
    """What has to be escaped, folded or refused is left to the template."""
    assert _pieces(PLAIN).make(plain_reader(**values)) is None


def test_a_reader_without_a_value_is_not_plain() -> None:
    """A value that is missing is left to the template, which knows whether it must be there."""
    who = plain_reader()
    assert _pieces(PLAIN).make(who._replace(values={"name": "Ann"})) is None


def test_an_address_that_looks_like_a_mailbox_is_not_plain() -> None:
    """Without a name, an address with a name in it is refused, as the template does."""
    who = plain_reader(name="")._replace(email="Ann <ann@example.com>")
    assert _pieces(PLAIN).make(who) is None
    assert _try(PLAIN, who) == _try(USUAL, who)


def test_a_slot_in_places_that_share_no_plain_value_is_not_cut() -> None:
    """A value that is a whole link here and a part of one there is encoded for each place."""
    assert PlainMessages.cut(lambda who: b"", {"unsubscribe_url": {Place.URL, Place.URL_PART}}) is None


def _pieces(template: MessageTemplate) -> PlainMessages:
    assert template._plain is not None
    return template._plain
