"""A rendered edition with measured links and UTM parameters; what is kept and archived stays without them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

from digest.config.measure import Measure
from digest.measuring.seals import MeasuredLinks
from digest.model.edition import RenderedEdition
from digest.model.slots import slot_mark

VISIT = "visit"
"""The slot of a random word that is new in each message and kept nowhere: without it, a mailbox provider's store of
pictures would show one opening for all of its readers."""

_LINK = re.compile(r"(<a\b[^>]*?\shref=)(\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_TEXT_URL = re.compile(r"https?://[^\s<>\"]+")
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Measuring:
    """How one edition is measured; `day` is its local date, `max_bytes` the most its HTML may have."""

    measure: Measure
    links: MeasuredLinks
    day: str
    max_bytes: int


def links_of(rendered: RenderedEdition, *, base: str) -> list[str]:
    """Return the targets of the edition's links to other sites, each once, in reading order.

    Personal links, and links to the readers' pages under `base`, are none of them.
    """
    found = (html.unescape(match[3] or match[4] or "") for match in _LINK.finditer(rendered.html))
    return list(dict.fromkeys(url for url in found if _is_elsewhere(url, rendered.marker, base)))


def measured(rendered: RenderedEdition, measuring: Measuring) -> RenderedEdition:
    """Return the edition as it is mailed: UTM parameters, links over our pages, the picture that counts openings.

    The same for all readers but for the `visit` slot. Where the HTML would become larger than `max_bytes`, links stay
    direct: a clipped message costs the reader more than a count is worth.
    """
    edition, measure = rendered.edition, measuring.measure
    utm = measure.utm.fill(newsletter=edition.newsletter, edition=edition.id, date=measuring.day)
    targets = links_of(rendered, base=measuring.links.base)
    direct = {url: with_parameters(url, utm) for url in targets}
    text = _in_text(rendered.text, direct)
    plain = _with_picture(_in_html(rendered.html, direct), rendered, measuring)
    if measure.clicks:
        over = {
            url: measuring.links.click(edition.id, number, direct[url]) for number, url in enumerate(targets, start=1)
        }
        counted = _with_picture(_in_html(rendered.html, over), rendered, measuring)
        if len(counted.encode()) <= max(measuring.max_bytes, len(plain.encode())):
            plain = counted
    return replace(rendered, html=plain, text=text, html_bytes=len(plain.encode()))


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Return the address with query parameters added; those it has already stay as they are."""
    if not parameters:
        return url
    parts = urlsplit(url)
    known = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = [f"{name}={quote_plus(value)}" for name, value in parameters.items() if name not in known]
    return urlunsplit(parts._replace(query="&".join([*([parts.query] if parts.query else []), *added])))


def _is_elsewhere(url: str, marker: str, base: str) -> bool:
    if marker in url:
        return False
    try:
        parts, own = urlsplit(url), urlsplit(base)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and parts.netloc.lower() != own.netloc.lower()


def _in_html(markup: str, changed: Mapping[str, str]) -> str:
    def change(match: re.Match[str]) -> str:
        url = html.unescape(match[3] or match[4] or "")
        return f'{match[1]}"{html.escape(changed[url])}"' if changed.get(url, url) != url else match[0]

    return _LINK.sub(change, markup)


def _in_text(text: str, changed: Mapping[str, str]) -> str:
    def change(match: re.Match[str]) -> str:
        bare = match[0].rstrip(".,;:!?)]}’”")
        return changed.get(match[0]) or changed.get(bare, bare) + match[0][len(bare) :]

    return _TEXT_URL.sub(change, text)


def _with_picture(markup: str, rendered: RenderedEdition, measuring: Measuring) -> str:
    ends = list(_BODY_END.finditer(markup))
    if not measuring.measure.opens or not ends:
        return markup
    url = f"{measuring.links.open_stem(rendered.edition.id)}{slot_mark(rendered.marker, VISIT)}.gif"
    picture = f'<img src="{html.escape(url)}" width="1" height="1" alt="" style="display:block;border:0">'
    at = ends[-1].start()
    return f"{markup[:at]}{picture}{markup[at:]}"
