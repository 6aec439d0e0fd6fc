"""Asking an address of the operator's own: a JSON message by POST, or a heartbeat; through the same guard as feeds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from digest.errors import SourceError
from digest.sources.fetch import NETWORK_ERRORS, split_login
from digest.sources.guard import AddressPolicy, GuardedBackend, GuardedTransport

_WITHIN_S = 10.0


async def post_json(url: str, value: Mapping[str, Any], *, allow_private: Iterable[str] = ()) -> None:
    """POST a JSON object; redirects are not followed.

    Raises SourceError for a refused address, no answer within 10 s, or one that is not 2xx.
    """
    content = json.dumps(value, ensure_ascii=False).encode()
    await _ask("POST", url, allow_private, content=content, headers={"Content-Type": "application/json"})


async def ping(url: str, *, allow_private: Iterable[str] = ()) -> None:
    """GET an address for its own sake; raises SourceError as `post_json` does."""
    await _ask("GET", url, allow_private)


async def _ask(method: str, url: str, allow_private: Iterable[str], **parts: Any) -> None:
    address, login = split_login(url)
    host = urlsplit(address).hostname or ""
    policy = AddressPolicy.from_names(allow_private)
    headers = {"User-Agent": "digest", **parts.pop("headers", {}), **login.for_url(address)}
    try:
        policy.check_host(host, urlsplit(address).port or (443 if address.startswith("https") else 80))
        transport = GuardedTransport(GuardedBackend(policy), connections=1)
        async with asyncio.timeout(_WITHIN_S), httpx.AsyncClient(transport=transport) as client:
            answer = await client.request(method, address, headers=headers, **parts)
    except TimeoutError:
        raise SourceError("", f"{host} did not answer within {_WITHIN_S:g} s") from None
    except NETWORK_ERRORS as error:
        raise SourceError("", f"{host} cannot be reached ({error or type(error).__name__})") from None
    if not answer.is_success:
        raise SourceError("", f"{host} answered {answer.status_code}")
