"""Which story an item is: canonical addresses and stable ids; keeps nothing between readings."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from digest.sources.item import FeedItem
from digest.sources.text import strip_unwanted

_TRACKING = re.compile(
    r"(?:utm_|ga_|mc_|pk_|piwik_|matomo_|hsa_|vero_|oly_|at_|ns_|wt_|__hs|_hs|trk_|bsft_|fb_)\w*|"
    r"(?:fbclid|gclid|gclsrc|dclid|msclkid|yclid|twclid|igshid|ttclid|wbraid|gbraid|li_fat_id|mkt_tok|s_kwcid|cmpid|"
    r"ocid|ito|icid|ncid|ftag|xtor|smid|smtyp|sr_share|ref_src|ref_url|spm|outputtype|amp|_ga|_gl|guccounter|"
    r"guce_referrer|guce_referrer_sig|taid|cvid|soc_src|soc_trk)",
    re.I,
)
# Names that may also tell pages apart: only with a value that says where a reader came from.
_CAMPAIGN_NAMES = frozenset(
    {"source", "src", "ref", "referrer", "from", "via", "feed", "share", "partner", "cmp", "cid", "rss"}
)
_CAMPAIGN_VALUE = re.compile(
    r"(?:rss|feed|atom|twitter|tw|facebook|fb|e?mail|newsletter|social|share|home|top|1|yes|true)?(?![^\W_])", re.I
)
_AMP_PATH = re.compile(r"(?:/amp(?:/index\.html?)?|\.amp(?:\.html)?)/?$", re.I)
_MOBILE_HOST = re.compile(r"^(?:www|m|mobile|amp|wap)\.(?=[^.]+\.[^.]+)")
_AMP_CACHE = re.compile(r"^/(?:c|v|i)/(?:s/)?([a-z0-9.-]+\.[a-z]{2,}/.*)$", re.I)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.I)
_RANDOM = re.compile(
    r"(?:urn:uuid:)?\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?|[0-9a-f]{20,}|[A-Za-z0-9+/_-]{24,}={0,2}", re.I
)
_POSITION = re.compile(r"\d{1,4}")


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """Return the address that all spellings of one page share; "" for an empty or broken one.

    http and https, www and mobile hosts, AMP forms, tracking parameters, their order, default
    ports, fragments, an index page and a trailing slash make no difference. It is for comparing.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return ""
    if host.endswith(".cdn.ampproject.org") and (cached := _AMP_CACHE.match(parts.path)):
        return canonical_url(f"https://{cached[1]}?{parts.query}")
    host = _MOBILE_HOST.sub("", _ascii_host(host))
    where = host if port in {None, 80, 443} else f"{host}:{port}"
    path = _AMP_PATH.sub("", _INDEX.sub("", parts.path)).rstrip("/")
    path = quote(path, safe="/%:@!$&'()*+,;=~-._")
    kept = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(k, v))
    query = f"?{urlencode(kept)}" if kept else ""
    return strip_unwanted(f"https://{where}{path}{query}")


def _is_tracking(name: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(name) or (name.lower() in _CAMPAIGN_NAMES and _CAMPAIGN_VALUE.match(value)))


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()


def story_id(source: str, key: str) -> str:
    """Return the 16 hexadecimal digits that name a story of a source for ever."""
    return hashlib.sha256(f"{source}\n{key}".encode("utf-8", "replace")).hexdigest()[:16]


def identity_keys(items: Sequence[FeedItem], *, site_url: str = "") -> list[str]:
    """Return what identifies each item of one reading, in order; equal keys mean the same story.

    The reasons for this order are in docs/decisions/0003-story-identity.md: a permanent-looking
    GUID, else the link, else any GUID, as long as they tell the items of the feed apart; at last
    the headline.
    """
    links = [_own_link(item, site_url) for item in items]
    guids = [_guid_key(item.guid) for item in items]
    shared_links = _not_telling(links, guids)
    shared_guids = _not_telling(guids, links)
    crowded = _crowded(items, guids, links)
    moments = Counter(item.published_at for item in items)
    keys = []
    for item, guid, link in zip(items, guids, links, strict=True):
        good_guid = guid if guid not in shared_guids else ""
        good_link = link if link not in shared_links else ""
        if (guid, link) in crowded:
            keys.append(f"title:{link} {_title_key(item)}")
        elif not (guid or link):
            keys.append(_nameless_key(item, moments))
        elif good_guid and not _looks_fleeting(item.guid):
            keys.append(good_guid)
        else:
            keys.append(good_link or good_guid or f"both:{guid} {link}")
    return keys


def _crowded(items: Sequence[FeedItem], guids: Sequence[str], links: Sequence[str]) -> set[tuple[str, str]]:
    """Pairs of GUID and link that several different headlines share, so that only these tell them apart.

    Two items with one GUID and one link are one story and its correction.
    """
    titles: dict[tuple[str, str], list[str]] = {}
    for item, guid, link in zip(items, guids, links, strict=True):
        titles.setdefault((guid, link), []).append(_title_key(item))
    return {
        (guid, link)
        for (guid, link), found in titles.items()
        if (guid or link) and len(set(found)) > 1 and (len(found) > 2 or not guid or not link)
    }


def _own_link(item: FeedItem, site_url: str) -> str:
    """The canonical link, unless it only leads to the site."""
    link = canonical_url(item.url) if item.url else ""
    return "" if link and link == canonical_url(site_url) else link


def _guid_key(guid: str) -> str:
    guid = guid.strip()
    if not guid[:8].lower().startswith(("http://", "https://")):
        return guid
    # A fragment may be all that tells two entries of a day's page apart.
    canonical = canonical_url(guid)
    fragment = guid.partition("#")[2]
    return f"{canonical}#{fragment}" if canonical and fragment else canonical or guid


def _not_telling(values: Sequence[str], others: Sequence[str]) -> set[str]:
    """Values that stand beside several different others: they do not tell items apart."""
    beside: dict[str, set[str]] = {}
    for value, other in zip(values, others, strict=True):
        beside.setdefault(value, set()).add(other)
    return {value for value, found in beside.items() if len(found) > 1} | {""}


def _looks_fleeting(guid: str) -> bool:
    """Whether a GUID may be another one tomorrow: random digits, or a mere position in the feed."""
    return bool(_RANDOM.fullmatch(guid) or _POSITION.fullmatch(guid))


def _nameless_key(item: FeedItem, moments: Counter[datetime | None]) -> str:
    """An item with neither GUID nor link is known by its date, which is edited less than a headline."""
    if item.published_at is not None and moments[item.published_at] == 1:
        return f"at:{item.published_at.isoformat()}"
    return f"title: {_title_key(item)}"


def _title_key(item: FeedItem) -> str:
    return (item.title or item.summary[:200] or item.content[:200]).casefold()
