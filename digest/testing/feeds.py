"""Doubles for sources: a feed builder, a local feed server that misbehaves on command, a context without network."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from digest.config.settings import Settings
from digest.sources.context import Clients, ReadingContext

if TYPE_CHECKING:
    import httpx

NOW = datetime(2024, 5, 31, 12, 0, tzinfo=UTC)
"""The time at which readings of tests happen."""


@dataclass(frozen=True, slots=True)
class MadeItem:
    """One item as the builder will write it; None leaves an element out."""

    title: str
    link: str | None
    guid: str | None
    html: str
    published_at: datetime | None


@dataclass
class FeedBuilder:
    """Builds one feed in several formats: `FeedBuilder("Post").item("Headline").rss()`."""

    title: str = "Harbor Post"
    site: str = "https://news.example.com/"
    items: list[MadeItem] = field(default_factory=list)

    def item(
        self,
        title: str,
        *,
        link: str | None = "",
        guid: str | None = "",
        html: str = "<p>The council voted.</p>",
        published_at: datetime | None = NOW,
    ) -> Self:
        """Add an item; link and guid are made from its number unless given, None leaves them out."""
        number = len(self.items) + 1
        link = f"{self.site}story-{number}" if link == "" else link
        guid = f"tag:news.example.com,2024:story-{number}" if guid == "" else guid
        self.items.append(MadeItem(title, link, guid, html, published_at))
        return self

    def many(self, count: int, *, html: str = "<p>The council voted.</p>") -> Self:
        """Add so many items."""
        for number in range(count):
            self.item(f"Story number {number}", html=html)
        return self

    def rss(self) -> bytes:
        """Return the feed as RSS 2.0."""
        body = "".join(self._rss_item(item) for item in self.items)
        head = f"<title>{escape(self.title)}</title><link>{escape(self.site)}</link><description/>"
        return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{body}</channel></rss>'.encode()

    def _rss_item(self, item: MadeItem) -> str:
        parts = [f"<title>{escape(item.title)}</title>", f"<description>{escape(item.html)}</description>"]
        if item.link is not None:
            parts.append(f"<link>{escape(item.link)}</link>")
        if item.guid is not None:
            parts.append(f'<guid isPermaLink="false">{escape(item.guid)}</guid>')
        if item.published_at:
            parts.append(f"<pubDate>{format_datetime(item.published_at)}</pubDate>")
        return f"<item>{''.join(parts)}</item>"

    def atom(self) -> bytes:
        """Return the feed as Atom 1.0."""
        head = f'<title>{escape(self.title)}</title><link href="{escape(self.site)}"/>'
        body = "".join(self._atom_entry(item) for item in self.items)
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{body}</feed>'.encode()

    def _atom_entry(self, item: MadeItem) -> str:
        parts = [f"<title>{escape(item.title)}</title>", f'<content type="html">{escape(item.html)}</content>']
        if item.link is not None:
            parts.append(f'<link href="{escape(item.link)}"/>')
        if item.guid is not None:
            parts.append(f"<id>{escape(item.guid)}</id>")
        if item.published_at:
            parts.append(f"<published>{item.published_at.isoformat()}</published>")
        return f"<entry>{''.join(parts)}</entry>"

    def json(self) -> bytes:
        """Return the feed as JSON Feed 1.1."""
        items = [
            {
                "title": item.title,
                "content_html": item.html,
                **({"url": item.link} if item.link is not None else {}),
                **({"id": item.guid} if item.guid is not None else {}),
                **({"date_published": item.published_at.isoformat()} if item.published_at else {}),
            }
            for item in self.items
        ]
        document = {"version": "https://jsonfeed.org/version/1.1", "title": self.title, "home_page_url": self.site}
        return json.dumps(document | {"items": items}).encode()


@asynccontextmanager
async def make_context(
    answer: Callable[[httpx.Request], httpx.Response],
    *,
    now: datetime = NOW,
    settings: Settings | None = None,
    folder: Path = Path(),
    labels: tuple[str, ...] = (),
) -> AsyncIterator[ReadingContext]:
    """Give a reading context whose network is the function `answer`."""
    import httpx

    def open_client(_allow_private: bool) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(lambda request: _as_streamed(answer(request))))

    clients = Clients(open_client)
    try:
        yield ReadingContext(settings or Settings(), folder, now, clients, labels)
    finally:
        await clients.aclose()


def _as_streamed(response: httpx.Response) -> httpx.Response:
    """Give the bytes once more as they would come over the wire; httpx reads those of a made answer at once."""
    import httpx

    if not isinstance(response.stream, httpx.ByteStream):
        return response
    stream = httpx.ByteStream(b"".join(response.stream))
    return httpx.Response(response.status_code, headers=response.headers, stream=stream)


Behaviour = Literal["answer", "stall", "drop", "trickle"]


@dataclass(slots=True)
class Page:
    """What the server does at one path. `stall` sends nothing, `drop` closes half way, `trickle` never ends."""

    data: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    behaviour: Behaviour = "answer"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server got it; header names are in lower case."""

    path: str
    headers: Mapping[str, str]


class FeedServer:
    """A small HTTP/1.1 server on loopback, made of pages: `async with FeedServer() as server: server.feed(…)`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._pages: dict[str, Page] = {}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, path: str) -> str:
        """Return the address of a path."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}{path}"

    def feed(self, path: str, data: bytes, *, etag: str = "", compress: bool = False, **headers: str) -> Self:
        """Serve a feed; with `etag` it answers 304 to whoever has it. Header names are written with `_`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if etag:
            named["etag"] = etag
        if compress:
            named["content-encoding"] = "gzip"
        named.setdefault("content-type", "application/xml")
        self._pages[path] = Page(gzip.compress(data, mtime=0) if compress else data, headers=named)
        return self

    def status(self, path: str, status: int, **headers: str) -> Self:
        """Answer with a status and no content."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[path] = Page(status=status, headers=named)
        return self

    def redirect(self, path: str, to: str, *, status: int = 301) -> Self:
        """Send visitors elsewhere."""
        return self.status(path, status, location=to)

    def misbehave(self, path: str, behaviour: Behaviour, data: bytes = b"<rss>") -> Self:
        """Stall, drop the connection half way, or trickle for ever."""
        self._pages[path] = Page(data, behaviour=behaviour)
        return self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while request := await self._read_request(reader):
                self.requests.append(request)
                if not await self._answer(self._pages.get(request.path, Page(status=404)), request, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            self._open.discard(task)
            writer.close()

    async def _read_request(self, reader: asyncio.StreamReader) -> Request | None:
        first = (await reader.readline()).decode("latin-1").split()
        if len(first) < 2:
            return None
        headers: dict[str, str] = {}
        while (line := (await reader.readline()).decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Request(first[1], headers)

    async def _answer(self, page: Page, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Write the answer; False when the connection is to be closed."""
        if page.behaviour == "stall":
            await asyncio.Event().wait()
        status, data = page.status, page.data
        if page.headers.get("etag") and request.headers.get("if-none-match") == page.headers["etag"]:
            status, data = 304, b""
        length = len(data) + (1000 if page.behaviour != "answer" else 0)
        head = [f"HTTP/1.1 {status} Made up", f"content-length: {length}"]
        head += [f"{name}: {value}" for name, value in page.headers.items()]
        writer.write("\r\n".join([*head, "", ""]).encode() + data)
        await writer.drain()
        if page.behaviour == "trickle":
            for _ in range(1000):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        return page.behaviour == "answer"
