"""What mail clients support."""

from __future__ import annotations

import pytest

from digest.config.settings import Settings
from digest.rendering.client_support import FALLBACKS, client_families, find_unsupported, unsupported_in, used_features
from digest.rendering.document import Document
from digest.rendering.style_sheets import declarations_of

_CLIENTS = Settings().lint.clients


def _document(body: str = "", head: str = "") -> Document:
    return Document(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", "zqx")


@pytest.mark.parametrize(
    ("body", "feature"),
    [
        ('<p style="display: flex">x</p>', "css-display-flex"),
        ('<p style="position: absolute">x</p>', "css-position"),
        ('<p style="color: var(--ink)">x</p>', "css-variables"),
        ('<p style="width: calc(100% - 2rem)">x</p>', "css-unit-calc"),
        ('<p style="background: linear-gradient(red, blue)">x</p>', "css-linear-gradient"),
        ("<video src='https://a.example/x.mp4'></video>", "html-video"),
        ("<svg></svg>", "html-svg"),
        ("<form><input type='text'></form>", "html-form"),
        ("<img src='https://a.example/x.webp?1'>", "image-webp"),
        ("<img src='data:image/png;base64,x'>", "image-base64"),
    ],
)
def test_features_are_found(body: str, feature: str) -> None:
    """Properties, values, elements and kinds of pictures are told apart."""
    assert feature in used_features(_document(body))


def test_style_sheets_are_read() -> None:
    """At-rules and rules in the head count; what stands under a query counts as the query alone."""
    head = "<style>@media (prefers-color-scheme: dark) { p { display: grid } } h1 { float: left }</style>"
    used = used_features(_document(head=head))
    assert {"css-at-media", "css-at-media-prefers-color-scheme", "css-float"} <= used
    assert "css-display-grid" not in used


def test_longhands_count_as_their_property() -> None:
    """`padding-left` is padding, where the table has no row of its own for it."""
    assert "css-padding" in used_features(_document('<p style="padding-left: 2px">x</p>'))


def test_gaps_are_told_by_client_and_platform() -> None:
    """Outlook for Windows is not the Outlook of the web."""
    gaps = unsupported_in("css-border-radius", _CLIENTS)
    assert "Outlook (Windows)" in gaps
    assert "Outlook (Outlook.com)" not in gaps
    assert unsupported_in("css-border-radius", ["apple-mail"]) == []


def test_unsupported_features_are_warnings_with_a_cure() -> None:
    """A feature with a fallback in the markup is not spoken of."""
    document = _document('<p style="position: absolute; border-radius: 4px">x</p>')
    findings = find_unsupported(document, _CLIENTS)
    assert [finding.place for finding in findings] == ["css-position"]
    assert findings[0].level == "warning"
    assert "Gmail" in findings[0].message
    assert "caniemail.com/features/css-position" in findings[0].cure


def test_fallbacks_are_for_real_gaps() -> None:
    """Each feature with a fallback is one that some client lacks: the list holds no dead rows."""
    assert [slug for slug in FALLBACKS if not unsupported_in(slug, _CLIENTS)] == []


def test_the_clients_that_matter_are_known() -> None:
    """The default list names families of the table."""
    assert set(_CLIENTS) <= set(client_families())


def test_declarations_are_split_where_css_splits_them() -> None:
    """Semicolons in strings and brackets do not end a declaration."""
    assert declarations_of("Color:#fff;background:url(data:a;b);font-family:'a;b', serif; ") == {
        "color": "#fff",
        "background": "url(data:a;b)",
        "font-family": "'a;b', serif",
    }
