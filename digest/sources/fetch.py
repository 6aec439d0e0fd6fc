"""One guarded GET: redirects, size and time limits, conditional headers; does not parse or decide what follows."""

from __future__ import annotations

import asyncio
import re
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import httpcore
import httpx

from digest.errors import SourceError
from digest.sources.context import ReadingContext
from digest.sources.dates import parse_date

MAX_REDIRECTS = 5
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.I)
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5"
)
NETWORK_ERRORS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The last answer of a GET. `permanent_url` is set where only permanent redirects led to it.

    `max_age_s` and `retry_after_s` are None where the server did not say.
    """

    status: int
    url: str
    data: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    permanent_url: str = ""
    max_age_s: int | None = None
    retry_after_s: int | None = None


async def fetch(
    url: str, *, context: ReadingContext, allow_private: bool = False, headers: Mapping[str, str] | None = None
) -> Fetched:
    """GET an address within `fetch.timeout` and `fetch.max_bytes`, through at most five redirects.

    Answers of any status are returned. Raises SourceError for refused addresses, failed connections
    and broken limits; its `source` is left empty for the caller to fill.
    """
    seconds = context.settings.fetch.timeout.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            return await _follow(url, context, allow_private=allow_private, headers=headers or {})
    except TimeoutError:
        raise SourceError(
            "", f"no complete answer within {seconds:g} s", action="it will be tried again later"
        ) from None
    except NETWORK_ERRORS as error:
        raise SourceError(
            "", f"cannot be reached ({_reason(error)})", action="check the address; it will be tried again later"
        ) from None


async def _follow(url: str, context: ReadingContext, *, allow_private: bool, headers: Mapping[str, str]) -> Fetched:
    permanent = True
    url, login = split_login(url)
    for hop in range(MAX_REDIRECTS + 1):
        check_url(url, context, allow_private=allow_private)
        own = {**headers, **login.for_url(url)}
        request = context.clients.get(allow_private).build_request("GET", url, headers=_headers(context, own))
        response = await context.clients.get(allow_private).send(request, stream=True, follow_redirects=False)
        try:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                permanent_url = url if permanent and hop else ""
                return await _read(response, context, url=url, permanent_url=permanent_url)
            permanent = permanent and response.status_code in _PERMANENT
            url = _join(url, response.headers["location"].strip())
        finally:
            await response.aclose()
    raise SourceError("", f"more than {MAX_REDIRECTS} redirects", action="give the address the redirects lead to")


def _join(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        return location


@dataclass(frozen=True, slots=True)
class Login:
    """The password that stood in a configured address; it goes to that host over that scheme only."""

    origin: str = ""
    header: str = field(default="", repr=False)

    def for_url(self, url: str) -> dict[str, str]:
        """Return the header for an address of the same origin, nothing for any other."""
        parts = urlsplit(url)
        is_same = self.header and f"{parts.scheme}://{parts.netloc}".lower() == self.origin
        return {"Authorization": self.header} if is_same else {}


def split_login(url: str) -> tuple[str, Login]:
    """Take `user:password@` out of an address, so that no message or state can show it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, Login()
    if "@" not in parts.netloc:
        return url, Login()
    host = parts.netloc.rpartition("@")[2]
    pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    header = "Basic " + b64encode(pair.encode()).decode("ascii")
    return urlunsplit(parts._replace(netloc=host)), Login(f"{parts.scheme}://{host}".lower(), header)


def check_url(url: str, context: ReadingContext, *, allow_private: bool = False) -> None:
    """Refuse what can be seen in the address alone: the scheme, a password, the port, a literal address.

    What a name resolves to is checked where the connection is made. Raises SourceError.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SourceError(
            "", f"{url[:100]!r} is no address", action="mend url: in sources.yaml", is_temporary=False
        ) from None
    if parts.scheme not in {"http", "https"} or not host:
        raise SourceError(
            "", f"{url[:100]!r}: only http and https are read", action="mend url: in sources.yaml", is_temporary=False
        )
    if parts.username is not None or parts.password is not None:
        raise SourceError(
            "",
            "a redirect leads to an address with a password in it",
            action="ask the site",
            is_temporary=False,
        )
    context.policy(allow_private).check_host(host, port or (443 if parts.scheme == "https" else 80))


def _headers(context: ReadingContext, own: Mapping[str, str]) -> dict[str, str]:
    return {"User-Agent": context.user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate", **own}


async def _read(response: httpx.Response, context: ReadingContext, *, url: str, permanent_url: str) -> Fetched:
    headers = response.headers
    data = await _read_body(response, context.settings.fetch.max_bytes) if response.status_code == 200 else b""
    cache = headers.get("cache-control", "")
    max_age = _MAX_AGE.search(cache)
    return Fetched(
        status=response.status_code,
        url=url,
        data=data,
        content_type=headers.get("content-type", ""),
        etag=headers.get("etag", "")[:500],
        last_modified=headers.get("last-modified", "")[:100],
        permanent_url=permanent_url,
        max_age_s=int(max_age[1]) if max_age else None,
        retry_after_s=parse_retry_after(headers.get("retry-after", ""), context.now),
    )


async def _read_body(response: httpx.Response, max_bytes: int) -> bytes:
    """Read and inflate with the limit on both sides, so that a small answer cannot become a large one."""
    inflater = _inflater(response.headers.get("content-encoding", ""))
    wire = size = 0
    pieces: list[bytes] = []
    async for chunk in response.aiter_raw():
        wire += len(chunk)
        piece = inflater.decompress(chunk, max_bytes + 1 - size) if inflater else chunk
        size += len(piece)
        if max(wire, size) > max_bytes or (inflater and inflater.unconsumed_tail):
            raise SourceError(
                "",
                f"larger than {max_bytes:,} bytes",
                action="raise fetch.max_bytes or read a smaller feed",
                is_temporary=False,
            )
        pieces.append(piece)
    return b"".join(pieces)


def _inflater(encoding: str) -> zlib._Decompress | None:
    coding = encoding.strip().lower()
    if coding in {"", "identity"}:
        return None
    if coding in {"gzip", "x-gzip", "deflate"}:
        return zlib.decompressobj(wbits=47)
    raise SourceError("", f"content encoding {coding[:40]!r} was not asked for", action="it will be tried again later")


def parse_retry_after(value: str, now: datetime) -> int | None:
    """Return the seconds to wait (RFC 9110 §10.2.3: seconds or a date); None where it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), 31_536_000)
    found = parse_date(value)
    return max(0, int((found - now).total_seconds())) if found else None


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())[:150]
    return text or type(error).__name__
