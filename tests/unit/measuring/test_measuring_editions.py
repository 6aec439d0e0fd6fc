"""Measured editions: which links are led over our pages, and what stays as it is; nothing in them is a reader's."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from digest.config.measure import Measure, Utm
from digest.measuring.editions import Measuring, links_of, measured, with_parameters
from digest.measuring.seals import MeasuredLinks
from digest.model.edition import RenderedEdition
from digest.model.slots import make_marker, slot_mark
from digest.testing.editions import sample_edition

BASE = "https://news.example.com/"
LINKS = MeasuredLinks(BASE, [b"key"])
MARKER = make_marker("made up")
LEAVE = slot_mark(MARKER, "unsubscribe_url")


def rendered(*targets: str, text: str = "") -> RenderedEdition:
    """Return an edition whose HTML holds these links, a personal one and one to our own pages."""
    links = "".join(f'<p><a class="x" href="{html.escape(url)}">there</a></p>' for url in targets)
    own = f'<a href="{LEAVE}">leave</a><a href="{BASE}archive/denver/latest">archive</a><a href="tel:+1">m</a>'
    page = f"<!doctype html><html><head><title>x</title></head><body>{links}{own}</body></html>"
    edition = sample_edition("denver")
    return RenderedEdition(edition, "s", "", page, text, "", MARKER, len(page))


def measuring(*, max_bytes: int = 100_000, **fields: object) -> Measuring:
    """Return how an edition is measured."""
    return Measuring(Measure.model_validate(fields), LINKS, "2026-11-22", max_bytes)


def hrefs(page: str) -> list[str]:
    """Return the targets of all links."""
    return [html.unescape(url) for url in re.findall(r'href="([^"]*)"', page)]


def test_links_elsewhere_lead_over_our_pages_and_the_others_stay() -> None:
    """The same target has the same number; personal links, our own pages and addresses of mail are left alone."""
    a, b = "https://a.example.com/1?x=1&y=2#top", "https://b.example.com/ä"
    before = rendered(a, b, a)
    after = measured(before, measuring(clicks=True))
    first, second, third, *others = hrefs(after.html)
    assert first == third != second
    assert others == hrefs(before.html)[3:]
    path, to = urlsplit(first).path.split("/"), parse_qs(urlsplit(first).query)["to"]
    assert (path[1:4], to) == (["go", before.edition.id, "1"], [a])
    assert LINKS.is_click(path[4], before.edition.id, 1, a)
    assert links_of(before, base=BASE) == [a, b]
    assert "/seen/" not in after.html


def test_nothing_is_changed_unless_asked() -> None:
    """Off means the bytes as they were."""
    before = rendered("https://a.example.com/", text="see https://a.example.com/")
    assert measured(before, measuring()) == before


def test_the_picture_has_the_one_slot() -> None:
    """Openings are counted by one picture, whose address differs in a random word alone."""
    after = measured(rendered("https://a.example.com/"), measuring(opens=True))
    (source,) = re.findall(r'<img src="([^"]+)"', after.html)
    stem, mark = source.removesuffix(".gif").rsplit("/", 1)
    assert mark == slot_mark(MARKER, "visit")
    assert LINKS.is_open(stem.rsplit("/", 1)[1], after.edition.id)
    assert hrefs(after.html) == hrefs(rendered("https://a.example.com/").html)


def test_utm_parameters_in_both_parts() -> None:
    """Links to other sites carry them in HTML and text, and those that a link has already are kept."""
    text = "One (https://a.example.com/1). Two: https://b.example.com/?utm_source=theirs, https://news.example.com/x"
    before = rendered("https://a.example.com/1", "https://b.example.com/?utm_source=theirs", text=text)
    after = measured(before, measuring(utm={"source": "{newsletter}", "campaign": "{newsletter}-{date}"}))
    one = "https://a.example.com/1?utm_source=denver&utm_medium=email&utm_campaign=denver-2026-11-22"
    two = "https://b.example.com/?utm_source=theirs&utm_medium=email&utm_campaign=denver-2026-11-22"
    assert hrefs(after.html)[:2] == [one, two]
    assert after.text == f"One ({one}). Two: {two}, https://news.example.com/x"
    both = measured(before, measuring(clicks=True, utm={"source": "x"}))
    assert parse_qs(urlsplit(hrefs(both.html)[0]).query)["to"][0].startswith("https://a.example.com/1?utm_source=x")


def test_an_edition_that_would_be_clipped_stays_direct() -> None:
    """A message that mail programs cut is worse than one that is not counted."""
    before = rendered(*(f"https://a.example.com/{number}" for number in range(20)))
    roomy = measured(before, measuring(clicks=True, max_bytes=before.html_bytes + 20 * 200))
    tight = measured(before, measuring(clicks=True, max_bytes=before.html_bytes + 10))
    assert "/go/" in roomy.html
    assert tight.html == before.html


@pytest.mark.parametrize(
    "change",
    [
        {"edition": "denver-20261123T133000Z"},
        {"number": 2},
        {"target": "https://evil.example.com/"},
        {"seal": ""},
        {"seal": "é" * 16},
    ],
)
def test_no_other_link_is_believed(change: dict[str, object]) -> None:
    """A seal holds for one edition, number and target; so no page of ours leads where we did not."""
    url = LINKS.click("denver-20261122T133000Z", 1, "https://a.example.com/")
    seal = urlsplit(url).path.split("/")[4]
    facts: dict[str, object] = {"edition": "denver-20261122T133000Z", "number": 1, "target": "https://a.example.com/"}
    asked = {"seal": seal} | facts
    assert LINKS.is_click(**asked)  # type: ignore[arg-type]
    assert not LINKS.is_click(**asked | change)  # type: ignore[arg-type]
    assert not LINKS.is_open(seal, "denver-20261122T133000Z")


def test_links_of_an_earlier_key_still_lead_on() -> None:
    """Who changes the key keeps the old one, and the links in old mail work."""
    old = MeasuredLinks(BASE, [b"old"])
    seal = urlsplit(old.click("e", 1, "https://a.example.com/")).path.split("/")[4]
    assert MeasuredLinks(BASE, [b"new", b"old"]).is_click(seal, "e", 1, "https://a.example.com/")
    assert not MeasuredLinks(BASE, [b"new"]).is_click(seal, "e", 1, "https://a.example.com/")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), st.text(max_size=20))
def test_any_target_comes_back_as_it_was(path: str, query: str) -> None:
    """Whatever stands in an address, the link leads to it and to nothing else."""
    target = f"https://a.example.com/{path}?{query}"
    url = LINKS.click("e", 7, target)
    assert url.isascii()
    assert parse_qs(urlsplit(url).query, keep_blank_values=True)["to"] == [target]


def test_parameters_stand_before_the_fragment() -> None:
    """Query and fragment stay in their places."""
    assert with_parameters("https://a.example.com/x?b=1#c", {"utm_source": "é &"}) == (
        "https://a.example.com/x?b=1&utm_source=%C3%A9+%26#c"
    )


def test_a_mistyped_place_is_told() -> None:
    """Braces around an unknown word are a mistake that `check` finds."""
    assert Utm(source="{newsletter} by mail").source
    with pytest.raises(ValidationError, match=r"\{newsletter\}, \{edition\}, \{date\}"):
        Utm(source="{newslettre}")


def test_single_quotes_and_upper_case() -> None:
    """Markup of own templates is read as browsers read it."""
    page = "<body><A HREF='https://a.example.com/it&#39;s'>x</A></body>"
    after = measured(replace(rendered(), html=page), measuring(clicks=True))
    assert parse_qs(urlsplit(html.unescape(re.findall('HREF="([^"]+)"', after.html)[0])).query)["to"] == [
        "https://a.example.com/it's"
    ]
