"""Which mail clients show which HTML and CSS, from caniemail's table; finds what an edition uses that one does not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from digest.model.finding import Finding
from digest.rendering.document import Document
from digest.rendering.style_sheets import declarations_of

_TABLE = Path(__file__).with_name("data") / "client_support.json"

FALLBACKS: Mapping[str, str] = {
    "css-at-media": "the one column and its sizes hold without it",
    "css-at-media-prefers-color-scheme": "the light form is complete",
    "css-border-radius": "corners are square",
    "css-border-spacing": "cells are collapsed",
    "css-color-scheme": "the light form is complete",
    "css-display-none": "font size, height and overflow hide the preheader too",
    "css-height": "heights are automatic",
    "css-max-height": "display hides the preheader too",
    "css-opacity": "display hides the preheader too",
    "css-outline": "pictures are blocks without an outline",
    "css-overflow": "display hides the preheader too",
    "css-selector-attribute": "only the dark mode of Outlook.com is meant",
    "css-white-space": "links of the footer break",
    "css-word-break": "only very long words stand out",
    "css-word-spacing": "it only resets what is usual",
    "html-aria-hidden": "one ornament is read aloud",
    "html-aria-label": "the title is there too",
    "html-body": "the paper is repeated on the first element inside",
    "html-meta-color-scheme": "the light form is complete",
    "html-role": "tables are read as tables",
    "html-target": "the link opens where the client opens links",
}
"""Features that may be missing without harm, as the fallback is in the markup; the lint does not speak of them."""

_ATTRIBUTES = ("align", "background", "cellpadding", "cellspacing", "dir", "height", "hidden", "lang", "required")
_MORE_ATTRIBUTES = ("role", "srcset", "target", "valign", "width", "aria-hidden", "aria-label", "aria-live")
_TAG_GROUPS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(("article", "aside", "figure", "footer", "header", "main", "nav", "section"), "html-semantics"),
    "map": "html-image-maps",
    "s": "html-strike",
}
_PICTURES = re.compile(r"\.(apng|avif|bmp|gif|heif|ico|jpe?g|mp4|png|svg|tiff?|webp)(?:[?#]|$)", re.IGNORECASE)
_VALUES = (
    ("css-display-flex", "display", re.compile(r"\b(?:inline-)?flex\b")),
    ("css-display-grid", "display", re.compile(r"\b(?:inline-)?grid\b")),
    ("css-display-none", "display", re.compile(r"\bnone\b")),
    ("css-rgba", "", re.compile(r"\brgba\(")),
    ("css-rgb", "", re.compile(r"\brgb\(")),
    ("css-modern-color", "", re.compile(r"\b(?:oklch|oklab|lch|lab|color)\(")),
    ("css-variables", "", re.compile(r"\bvar\(")),
    ("css-unit-calc", "", re.compile(r"\bcalc\(")),
    ("css-function-clamp", "", re.compile(r"\bclamp\(")),
    ("css-function-light-dark", "", re.compile(r"\blight-dark\(")),
    ("css-function-max", "", re.compile(r"\bmax\(")),
    ("css-function-min", "", re.compile(r"\bmin\(")),
    ("css-linear-gradient", "", re.compile(r"\blinear-gradient\(")),
    ("css-radial-gradient", "", re.compile(r"\bradial-gradient\(")),
    ("css-conic-gradient", "", re.compile(r"\bconic-gradient\(")),
    ("css-sytem-ui", "", re.compile(r"\bsystem-ui\b")),
    *((f"css-unit-{u}", "", re.compile(rf"(?<![\w#.])-?[\d.]+{u}\b")) for u in ("rem", "em", "vw", "vh", "ch", "ex")),
)
_AT_RULES = (
    ("css-at-import", re.compile(r"@import")),
    ("css-at-font-face", re.compile(r"@font-face")),
    ("css-at-keyframes", re.compile(r"@keyframes")),
    ("css-at-supports", re.compile(r"@supports")),
    ("css-at-media", re.compile(r"@media")),
    ("css-at-media-prefers-color-scheme", re.compile(r"prefers-color-scheme")),
    ("css-at-media-hover", re.compile(r"\(\s*(?:any-)?hover")),
)


@dataclass(frozen=True, slots=True)
class _Support:
    families: Mapping[str, Mapping[str, Any]]
    features: Mapping[str, Mapping[str, Any]]


@lru_cache(maxsize=1)
def _support() -> _Support:
    table = json.loads(_TABLE.read_text(encoding="utf-8"))
    return _Support(table["families"], table["features"])


def client_families() -> tuple[str, ...]:
    """Return the ids of the client families that the table knows, as `gmail`."""
    return tuple(_support().families)


def find_unsupported(document: Document, clients: Sequence[str]) -> list[Finding]:
    """Return a warning for each feature that one of the client families does not support and that has no fallback."""
    findings = []
    for slug in sorted(used_features(document)):
        gaps = unsupported_in(slug, clients)
        if not gaps or slug in FALLBACKS:
            continue
        title = _support().features[slug]["title"]
        findings.append(
            Finding(
                "warning",
                "client-support",
                f"{title} is not supported by {', '.join(gaps)}",
                place=slug,
                cure=f"leave it out, or give a fallback; see https://www.caniemail.com/features/{slug}/",
            )
        )
    return findings


def unsupported_in(slug: str, clients: Sequence[str]) -> list[str]:
    """Return the platforms of the clients that do not support a feature, as `Outlook (Windows)`."""
    support = _support()
    row = support.features.get(slug, {}).get("support", {})
    return [
        f"{support.families[client]['name']} ({platform})"
        for client in clients
        for platform, letter in zip(
            support.families.get(client, {}).get("platforms", ()), row.get(client, ""), strict=False
        )
        if letter == "n"
    ]


def used_features(document: Document) -> set[str]:
    """Return the slugs of the table's features that the markup uses.

    What stands under a media query counts only as the query: a client that lacks it never sees what is inside.
    """
    known = _support().features
    used = {slug for slug, pattern in _AT_RULES if pattern.search(document.css)}
    for rule in document.rules:
        if rule.media or "[" in rule.selector:
            used |= {"css-selector-attribute"} if "[" in rule.selector else set()
            continue
        used |= _of_declarations(rule.declarations, known)
    for element in document.elements:
        used |= _of_element(element)
        used |= _of_declarations(declarations_of(element.get("style", "")).items(), known)
    for meta in document.root.iter("meta"):
        used |= {"html-meta-color-scheme"} if meta.get("name") == "color-scheme" else set()
    return used & known.keys()


def _of_element(element: Any) -> set[str]:
    used = {_TAG_GROUPS.get(element.tag, f"html-{element.tag}")}
    used |= {f"html-{name}" for name in (*_ATTRIBUTES, *_MORE_ATTRIBUTES) if name in element.attrib}
    if element.tag == "input":
        used.add(f"html-input-{element.get('type', 'text')}")
    picture = _PICTURES.search(element.get("src", ""))
    if picture:
        used.add(f"image-{picture[1].lower().replace('jpeg', 'jpg')}")
    if element.get("src", "").startswith("data:"):
        used.add("image-base64")
    return used


def _of_declarations(declarations: Iterable[tuple[str, str]], known: Mapping[str, Any]) -> set[str]:
    used = set()
    for name, value in declarations:
        slug = f"css-{name}"
        while slug not in known and slug.count("-") > 1:
            slug = slug.rpartition("-")[0]
        used.add(slug)
        used |= {feature for feature, only, pattern in _VALUES if only in ("", name) and pattern.search(value)}
    return used
