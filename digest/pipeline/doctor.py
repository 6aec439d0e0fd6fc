"""Doctor: everything around this program that a send needs, looked at without sending anything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from urllib.parse import urlsplit

from sqlalchemy import Connection, text

from digest.config.settings import Settings
from digest.delivery.dkim import DkimSigner
from digest.delivery.dns_records import DnsError, Resolver, Verdict, judge_dkim, judge_dmarc, judge_spf, resolve_texts
from digest.delivery.route import routes_of
from digest.delivery.trying import try_server
from digest.errors import ConfigError, SourceError, StoreError
from digest.pipeline.workspace import Workspace
from digest.sources.asking import ping
from digest.store import watches

_WITHIN_S = 20.0
_CLOCKS_AGREE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; `detail` says what was seen, and what to do where it is not in order."""

    name: str
    ok: bool
    detail: str


async def examine(workspace: Workspace, *, resolve: Resolver = resolve_texts) -> list[Check]:
    """Look at everything at once; ends within 25 s, whatever does not answer."""
    looks = {name: _bounded(name, look) for name, look in _looks(workspace, resolve)}
    return [*await asyncio.gather(*looks.values())]


def _looks(workspace: Workspace, resolve: Resolver) -> Iterator[tuple[str, Callable[[], Awaitable[Verdict]]]]:
    yield "store", lambda: asyncio.to_thread(_look_at_store, workspace)
    yield from _mail_looks(workspace)
    for name, judge in _dns_looks(workspace, resolve):
        yield name, lambda judge=judge: asyncio.to_thread(judge)  # type: ignore[misc]
    yield "public-url", lambda: _look_at_public_url(workspace.project.settings)
    yield "clock", lambda: _look_at_clocks(workspace)


async def _bounded(name: str, look: Callable[[], Awaitable[Verdict]]) -> Check:
    try:
        async with asyncio.timeout(_WITHIN_S):
            verdict = await look()
    except TimeoutError:
        verdict = Verdict(False, f"no answer within {_WITHIN_S:g} s")
    except (DnsError, StoreError, ConfigError, SourceError, OSError) as error:
        verdict = Verdict(False, str(error))
    return Check(name, verdict.ok, verdict.detail)


def _look_at_store(workspace: Workspace) -> Verdict:
    if workspace.read_only and not _exists(workspace):
        return Verdict(True, f"{workspace.project.settings.store} is not there yet; the first command makes it")
    with workspace.store.read() as connection:
        connection.execute(text("SELECT 1"))
        seen_at = watches.last_seen(connection)
    kind = "PostgreSQL" if workspace.store.is_postgresql else "SQLite"
    watched = f"last looked after by a daemon {seen_at:%Y-%m-%d %H:%M} UTC" if seen_at else "no daemon used it yet"
    return Verdict(True, f"{kind}, up to date, {watched}")


def _exists(workspace: Workspace) -> bool:
    url = workspace.project.settings.store
    return not url.startswith("sqlite:///") or workspace.at_root(url.removeprefix("sqlite:///")).exists()


def _mail_looks(workspace: Workspace) -> Iterator[tuple[str, Callable[[], Awaitable[Verdict]]]]:
    routes = routes_of(workspace.project.settings.smtp)
    if not routes:
        yield "smtp", _no_server
    for route in routes:
        name = "smtp" if len(routes) == 1 else f"smtp:{route.name}"
        yield name, lambda route=route: try_server(route)  # type: ignore[misc]


async def _no_server() -> Verdict:
    return Verdict(True, "no server is set: messages go to the built-in catcher, nobody gets them; set smtp.host")


def _dns_looks(workspace: Workspace, resolve: Resolver) -> Iterator[tuple[str, Callable[[], Verdict]]]:
    settings, folder = workspace.project.settings, workspace.project.folder
    domain = settings.sender.email.rpartition("@")[2].lower()
    bounce_domain = settings.sender.bounce_domain.lower() or domain
    yield "spf", lambda: judge_spf(bounce_domain, resolve)
    if settings.dkim is None:
        yield "dkim", lambda: Verdict(False, "messages are not signed; make a key and set dkim in digest.yaml")
    else:
        signer = settings.dkim.domain or domain
        loaded = settings.dkim

        def look() -> Verdict:
            keys = DkimSigner.load(loaded, folder, domain=signer).public_keys()
            found = [judge_dkim(signer, selector, key, resolve) for selector, key in keys.items()]
            if not _is_aligned(signer, domain):
                found.append(Verdict(False, f"{signer} is not the domain of From ({domain}): DMARC would not count it"))
            return Verdict(all(one.ok for one in found), "; ".join(one.detail for one in found))

        yield "dkim", look
    yield "dmarc", lambda: judge_dmarc(domain, resolve)


def _is_aligned(one: str, other: str) -> bool:
    """Say whether two domains are the same, or one lies under the other (relaxed alignment, RFC 7489 §3.1)."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


async def _look_at_public_url(settings: Settings) -> Verdict:
    url = str(settings.web.public_url).rstrip("/")
    parts = urlsplit(url)
    if (parts.hostname or "").endswith("example.com"):
        return Verdict(False, f"{url} is the shipped example: readers cannot unsubscribe there; set web.public_url")
    await ping(f"{url}/healthz", allow_private=settings.fetch.allow_private)
    if parts.scheme != "https":
        return Verdict(False, f"{url} answers, but is not https: one-click unsubscribing asks for it")
    return Verdict(True, f"{url} answers")


async def _look_at_clocks(workspace: Workspace) -> Verdict:
    if find_spec("tzdata") is None:
        return Verdict(False, "the package tzdata is missing: slots need the rules of time zones; install it")
    now = workspace.clock()
    with workspace.store.read() as connection:
        elsewhere = _clock_of_store(connection, workspace.store.is_postgresql)
        seen_at = watches.last_seen(connection)
    if elsewhere is not None and abs(elsewhere - now) > _CLOCKS_AGREE:
        return Verdict(False, f"the database's clock is {_seconds(elsewhere - now)} s off ours; let NTP set both")
    if seen_at is not None and seen_at - now > _CLOCKS_AGREE:
        text = f"a daemon saw the store {_seconds(seen_at - now)} s in our future"
        return Verdict(False, f"{text}: a clock is wrong, here or there; let NTP set both")
    compared = "agrees with the database's" if elsewhere is not None else "nothing contradicts it"
    return Verdict(True, f"{now:%Y-%m-%d %H:%M:%S} UTC, {compared}")


def _clock_of_store(connection: Connection, is_postgresql: bool) -> datetime | None:
    if not is_postgresql:
        return None
    found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found


def _seconds(length: timedelta) -> int:
    return abs(round(length.total_seconds()))
