"""MJML to mailable HTML: mjml, then premailer, then the doctype again; opens no file and no connection."""

from __future__ import annotations

import logging
import re
import sys
import threading
from functools import lru_cache
from types import ModuleType
from typing import Any

import cssutils
from lxml import etree
from mjml import mjml2html

from digest.errors import RenderError

MAX_DEPTH = 100
"""Deepest nesting of the MJML; its parser dies of SIGSEGV at 20,000."""
MAX_MJML = 4_000_000
"""Most characters of MJML; forty times the largest message."""

DOCTYPE = "<!doctype html>\n"
KNOWN_TAGS = frozenset(
    f"mj-{name}"
    for name in (
        *("head", "body", "attributes", "all", "class", "breakpoint", "font", "html-attributes", "selector"),
        *("html-attribute", "preview", "style", "title", "raw"),
        *("accordion", "accordion-element", "accordion-title", "accordion-text", "button", "carousel"),
        *("carousel-image", "column", "divider", "group", "hero", "image", "navbar", "navbar-link", "section"),
        *("social", "social-element", "spacer", "table", "text", "wrapper"),
    )
)
"""The tags of MJML 4; others vanish silently from what mjml makes. Jinja includes, so mj-include is not among them."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)(?:[^\"'>]|\"[^\"]*\"|'[^']*')*?(/?)>")
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))
_ENTITY = re.compile(r"&[a-zA-Z]+;")
_OWN_STYLE = re.compile(r"<style type=\"text/css\">(?=\s*(?:#outlook|@media only screen and \(m))")
_SPACE_BETWEEN_CELLS = re.compile(r">\s+(?=</?(?:table|tbody|tr|td|div|ul|li|p|h1|h2|h3)\b)")
_INDENT = re.compile(r"\n\s+")
_STYLE = re.compile(r'style="[^"]*"')
_LOCK = threading.Lock()

cssutils.log.setLevel(logging.CRITICAL)
# Premailer asks for each inline style whether it is valid, whatever `disable_validation` says, and heeds no answer;
# the grammars behind that take 0.1 s to compile.
cssutils.profile.removeProfile(all=True)


def _import_premailer() -> Any:
    """Import premailer without the HTTP client that it loads for fetching style sheets: ours never fetch.

    That client is a seventh of the start-up time of a check.
    """
    is_ours = "requests" not in sys.modules
    sys.modules.setdefault("requests", ModuleType("requests"))
    try:
        from premailer import Premailer
    finally:
        if is_ours:
            del sys.modules["requests"]
    return Premailer


class _OfflinePremailer(_import_premailer()):  # type: ignore[misc]
    """Premailer whose style sheets cannot fetch: cssutils follows `@import` whatever `allow_network` says."""

    def _parse_css_string(self, css_body: str, validate: bool = True) -> Any:
        return _parsed_css(css_body)


@lru_cache(maxsize=512)
def _parsed_css(css_body: str) -> Any:
    parser = cssutils.CSSParser(fetcher=lambda url: None, validate=False, loglevel=logging.CRITICAL)
    return parser.parseString(css_body)


def mjml_to_html(mjml: str) -> str:
    """Turn MJML into HTML with its style sheets still in the head.

    Raises RenderError, with the line in the MJML where it is known.
    """
    _check_bounds(mjml)
    try:
        return str(mjml2html(mjml, fonts={}, disable_comments=False))
    except ValueError as error:
        line, reason = find_mjml_fault(mjml)
        raise RenderError(f"MJML: {reason or error}", line=line) from error


def inline_styles(html: str) -> str:
    """Write the style sheets into the elements; `@media`, `!important` and MSO conditionals stay as they are.

    The style sheets that MJML itself adds are left alone: it writes all that matters into the elements.
    """
    marked = _OWN_STYLE.sub('<style type="text/css" data-premailer="ignore">', html)
    with _LOCK:
        inlined = _OfflinePremailer(
            marked,
            keep_style_tags=True,
            strip_important=False,
            allow_network=False,
            allow_loading_external_files=False,
            disable_validation=True,
            align_floating_images=False,
            disable_basic_attributes=["width", "height", "bgcolor", "align", "valign"],
        ).transform(pretty_print=False)
    return DOCTYPE + _squeeze(inlined[inlined.index("<html") :])


def _squeeze(html: str) -> str:
    """Drop the indentation of style sheets and the space between cells and blocks, which count in the size."""
    head, body, rest = html.partition("<body")
    rest = _STYLE.sub(lambda found: found[0].replace("; ", ";"), _SPACE_BETWEEN_CELLS.sub(">", rest))
    return _INDENT.sub("\n", head) + body + rest


def find_mjml_fault(mjml: str) -> tuple[int | None, str]:
    """Return line (from 1) and words of the first fault that an XML parser sees, which mjml does not tell."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    etree.fromstring(_ENTITY.sub("", mjml).encode(), parser)
    for entry in parser.error_log:
        return entry.line, entry.message
    return None, ""


def _check_bounds(mjml: str) -> None:
    """Refuse what would kill the parser, and tags that it would drop without a word."""
    if len(mjml) > MAX_MJML:
        raise RenderError(f"the MJML has {len(mjml)} characters; {MAX_MJML} are the most")
    depth = 0
    for found in _TAG.finditer(mjml):
        closing, name, empty = found.groups()
        if name.startswith("mj-") and name not in KNOWN_TAGS:
            raise RenderError(f"<{name}> is no MJML tag", line=mjml.count("\n", 0, found.start()) + 1)
        if empty or name.lower() in _VOID:
            continue
        depth += -1 if closing else 1
        if depth > MAX_DEPTH:
            raise RenderError(
                f"the MJML is nested deeper than {MAX_DEPTH}", line=mjml.count("\n", 0, found.start()) + 1
            )
