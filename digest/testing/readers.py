"""The readers' pages in one process, and somebody who visits them without cookies; for tests of the pages."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import TypeVar

import httpx
from fastapi import FastAPI

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.model.edition import Edition, EditionState
from digest.model.subscriber import Subscription, SubscriptionState
from digest.pipeline.confirmations import Confirmations
from digest.pipeline.record import BuiltEdition, built_to_json
from digest.pipeline.workspace import Workspace, utc_now
from digest.store import editions, subscribers
from digest.subscriptions.signup import Consent, subscribe
from digest.web.app import create_app
from digest.web.server import listen, serve

T = TypeVar("T")
_KEY = re.compile(r'name="key" value="([^"]+)"')
_LINK = re.compile(r"https?://[^/\s]+(/(?:confirm|unsubscribe|preferences)/[\w-]+)")


class Visitor:
    """Somebody with a network address, who keeps no cookies. Paths begin with a slash."""

    def __init__(self, app: FastAPI, address: str) -> None:
        transport = httpx.ASGITransport(app, client=(address, 50000))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://readers.example.com")

    async def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return await self.client.get(path)

    async def post(self, path: str, **fields: str | Sequence[str]) -> httpx.Response:
        """Send a form as it is."""
        return await self.client.post(path, data=fields)

    async def find_key(self, path: str = "/") -> str:
        """Open a page and return the key that stands in its form."""
        found = _KEY.search((await self.get(path)).text)
        if found is None:
            raise AssertionError(f"{path} has no form")
        return found[1]

    async def fill_in(self, path: str, **fields: str | Sequence[str]) -> httpx.Response:
        """Open a page with a form and send it where it goes: sign-up forms to `/subscribe`, others to their page."""
        is_sign_up = path == "/" or path.startswith(("/n/", "/embed/"))
        return await self.post("/subscribe" if is_sign_up else path, key=await self.find_key(path), **fields)


@dataclass(frozen=True, slots=True)
class ReadersPages:
    """The shipped newsletters, a store and a catcher in one folder, and the app over them."""

    workspace: Workspace
    app: FastAPI

    def visit(self, scenario: Callable[[Visitor], Awaitable[T]], *, address: str = "192.0.2.1") -> T:
        """Let a visitor act, then wait until all mail is caught."""

        async def act() -> T:
            visitor = Visitor(self.app, address)
            async with visitor.client:
                result = await scenario(visitor)
            confirmations: Confirmations = self.app.state.confirmations
            await confirmations.finish()
            await self.app.state.finish()
            return result

        return asyncio.run(act())

    def caught(self) -> list[EmailMessage]:
        """Return all mail in the catcher, the oldest first."""
        files = sorted(self.workspace.at_root("var/caught").glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def links_of(self, message: EmailMessage) -> list[str]:
        """Return the paths of the personal links in a message, in reading order."""
        text = message.get_body(("plain",))
        return _LINK.findall(text.get_content() if text is not None else "")

    def subscribe(self, address: str, *newsletters: str) -> int:
        """Subscribe a reader, confirmed, and return their id."""
        subscriber_id = 0
        with self.workspace.store.begin() as connection:
            for newsletter in newsletters:
                done = subscribe(
                    connection,
                    address,
                    newsletter,
                    consent=Consent("made up", "test"),
                    now=self.workspace.clock(),
                    state=SubscriptionState.CONFIRMED,
                )
                subscriber_id = done.subscriber.id if done.subscriber else 0
        return subscriber_id

    def subscriptions(self, subscriber_id: int) -> dict[str, Subscription]:
        """Return what a reader has, by newsletter."""
        with self.workspace.store.read() as connection:
            return {one.newsletter: one for one in subscribers.load_subscriptions(connection, subscriber_id)}

    def publish(self, edition: Edition) -> None:
        """Render an edition and put it into the ledger as sent."""
        workspace, now = self.workspace, self.workspace.clock()
        newsletter = workspace.project.get_newsletter(edition.newsletter)
        rendered = workspace.renderer.render(
            edition, newsletter, picture_url=lambda url: "" if url.startswith("media:") else url
        )
        slot = editions.Slot(edition.id, edition.newsletter, edition.slot_at)
        with workspace.store.begin() as connection:
            editions.claim_slot(connection, slot, owner="test", now=now)
            content = built_to_json(BuiltEdition(rendered))
            editions.save_content(connection, rendered.edition, content, content_hash="made-up", now=now)
            for state in (EditionState.BUILDING, EditionState.BUILT, EditionState.SENDING, EditionState.DONE):
                editions.set_state(connection, edition.id, state, now=now)


@contextmanager
def readers_pages(
    folder: Path, *, clock: Callable[[], datetime] = utc_now, **environment: str
) -> Iterator[ReadersPages]:
    """Open the pages over the shipped configuration; `environment` holds settings, as DIGEST_WEB__PORT."""
    with Workspace(load_project(shipped_config(), environment), root=folder, clock=clock) as workspace:
        yield ReadersPages(workspace, create_app(workspace))


@dataclass(frozen=True, slots=True)
class Site:
    """The pages on a real port of this machine."""

    pages: ReadersPages
    url: str
    loop: asyncio.AbstractEventLoop

    def mail_is_out(self) -> None:
        """Wait until every letter is caught."""
        asyncio.run_coroutine_threadsafe(self.pages.app.state.confirmations.finish(), self.loop).result(timeout=30)


@contextmanager
def served_pages(folder: Path, **environment: str) -> Iterator[Site]:
    """Serve the pages from a thread of their own until the block ends."""
    sock = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    loop = asyncio.new_event_loop()
    settings = environment | {"DIGEST_WEB__PUBLIC_URL": url}
    with readers_pages(folder, clock=utc_now, **settings) as pages:
        ready, stop = threading.Event(), asyncio.Event()

        async def run() -> None:
            async with serve(pages.app, sock):
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
        thread.start()
        ready.wait(timeout=30)
        try:
            yield Site(pages, url, loop)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(timeout=30)
            loop.close()
