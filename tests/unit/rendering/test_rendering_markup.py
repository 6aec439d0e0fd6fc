"""MJML and premailer: the traps of these libraries, each with its cure."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from digest.errors import RenderError
from digest.rendering.markup import inline_styles, mjml_to_html

_PAGE = """<mjml><mj-head><mj-style>{style}</mj-style></mj-head><mj-body><mj-section><mj-column>
<mj-text>{text}</mj-text></mj-column></mj-section></mj-body></mjml>"""


def _html(text: str = "x", style: str = ".a { color: #123456; }") -> str:
    return inline_styles(mjml_to_html(_PAGE.format(text=text, style=style)))


def test_the_doctype_survives() -> None:
    """Without it clients fall into quirks mode; premailer drops it in every setting."""
    assert _html().startswith("<!doctype html>\n<html")


def test_media_queries_and_important_survive() -> None:
    """Columns and dark mode live in the head, with their `!important`."""
    html = _html(style="@media (prefers-color-scheme: dark) { .a { color: #fff !important; } }")
    assert "@media only screen and (min-width:480px)" in html
    assert "color: #fff !important" in html
    assert "width:100% !important" in html


def test_conditional_comments_survive() -> None:
    """Outlook's tables are comments that must come through untouched."""
    html = _html()
    assert html.count("<!--[if mso | IE]>") == html.count("<!--[if mso | IE]><table") + html.count(
        "<!--[if mso | IE]></t"
    ) + html.count("<!--[if mso | IE]><td")
    assert "<o:OfficeDocumentSettings>" in html


def test_styles_are_written_into_the_elements() -> None:
    """Clients without style sheets still see the colours."""
    assert '<p class="a" style="color:#123456">' in _html('<p class="a">x</p>')


def test_no_font_is_asked_for_from_elsewhere() -> None:
    """MJML's default fonts would put a link to another server into every message."""
    html = _html('<span style="font-family: Roboto, Lato, Ubuntu">x</span>')
    assert "googleapis" not in html
    assert "<link" not in html


def test_imports_are_not_followed(tmp_path: Path) -> None:
    """Cssutils would open the file that a style sheet imports."""
    secret = tmp_path / "secret.css"
    secret.write_text("p { color: #abcdef; }")
    assert 'style="color:#abcdef' not in _html("<p>x</p>", f'@import url("{secret.as_uri()}");')


def test_nothing_is_logged(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """Cssutils is silent about the properties that only Outlook knows."""
    with caplog.at_level(logging.DEBUG):
        _html("<p class='a'>x</p>", ".a { mso-line-height-rule: exactly; mso-hide: all; }")
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


def test_letters_beyond_ascii_stay_letters() -> None:
    """UTF-8 is smaller than entities, and readable."""
    assert "Żółć — “é” 新聞" in _html("Żółć — “é” 新聞")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("</mj-text><mj-txet>x</mj-txet><mj-text>", "<mj-txet> is no MJML tag"),
        ("</mj-text><mj-include path='/etc/passwd' /><mj-text>", "<mj-include> is no MJML tag"),
        ("<div>" * 200 + "</div>" * 200, "nested deeper than 100"),
        ("1 < 2", "MJML"),
        ("<b>x", "MJML"),
    ],
)
def test_faults_are_told_with_their_line(text: str, message: str) -> None:
    """What would kill the parser, vanish or fail is refused, and the line is known."""
    with pytest.raises(RenderError, match=message) as caught:
        _html(text)
    assert caught.value.line == 2


def test_endless_markup_is_refused() -> None:
    """A runaway template ends in an error, not in the memory."""
    with pytest.raises(RenderError, match="characters"):
        mjml_to_html("x" * 5_000_000)
