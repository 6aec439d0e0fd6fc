"""How one edition looks in different clients, and where a finding is in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.web.preview.looks import Look, find_place, mark_place, show_as

PAGE = """<!doctype html><html><head><!--[if mso]><noscript>
<xml><o:PixelsPerInch>96</o:PixelsPerInch></xml>
</noscript><![endif]-->
<style>a { color: red } @media (prefers-color-scheme: dark) { a { color: blue } }</style></head><body>
<!--[if mso | IE]><table class="ghost"><tr><td><![endif]--><p><a href="https://example.com/1">First <b>link</b></a></p>
<!--[if !mso]><!--><div>for others</div><!--<![endif]--><img src="cid:one" alt="A bridge"><p>Second link</p>
<!--[if mso | IE]></td></tr></table><![endif]--></body></html>"""


def test_dark_and_light_do_not_depend_on_the_browser() -> None:
    """The dark rules hold for everyone in the dark look, and for nobody in the others."""
    assert "@media all { a { color: blue }" in show_as(PAGE, Look.DARK)
    assert "@media not all { a { color: blue }" in show_as(PAGE, Look.LIGHT)


def test_pictures_off_leaves_their_words() -> None:
    """Without pictures no address is loaded, and the alternative text stays."""
    shown = show_as(PAGE, Look.NO_PICTURES)
    assert "cid:one" not in shown
    assert 'alt="A bridge"' in shown


def test_outlook_sees_its_own_tables_and_no_style_sheet() -> None:
    """Conditional comments for Outlook are on, those for others off, style sheets and office settings gone."""
    shown = show_as(PAGE, Look.OUTLOOK)
    assert '<table class="ghost">' in shown
    assert "for others" not in shown
    assert "<style" not in shown
    assert "96" not in shown
    assert "<!--" not in shown


def test_a_finding_is_found_by_tag_and_words() -> None:
    """A place as the lint writes it leads to the start tag of that element."""
    for place, start in (
        ("<a> “First link”", '<a href="https://example.com/1">'),
        ("<img> “A bridge”", "<img src"),
        ("Second link", "<p>Second"),
        ("https://example.com/1", "<a href"),
    ):
        at = find_place(PAGE, place)
        assert at is not None, place
        assert PAGE[at:].startswith(start)
    assert find_place(PAGE, "<a> “Third link”") is None


def test_a_marked_place_is_outlined_once() -> None:
    """The element gets the id that the address names, and nothing else changes."""
    marked = mark_place(PAGE, "<a> “First link”")
    assert marked.count('id="finding"') == 1
    assert '<a id="finding"  href="https://example.com/1">' in marked
    assert mark_place(PAGE, "nowhere at all") == PAGE


@given(st.text(max_size=200), st.text(max_size=40))
@settings(max_examples=60)
def test_any_markup_and_place_can_be_looked_at(markup: str, place: str) -> None:
    """Broken markup and odd places never raise."""
    mark_place(markup, place)
    for look in Look:
        show_as(markup, look)
