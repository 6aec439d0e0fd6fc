"""A proxy between a worker and its PostgreSQL that can be cut: frozen, as a network that is gone, or closed."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Self

from sqlalchemy import make_url

_SOCKET = ".s.PGSQL.5432"


class DatabaseProxy:
    """Listens on a socket of its own and passes everything on. Use it as an async context; `url` goes through it."""

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        self._far = Path(str(parts.query["host"])) / _SOCKET
        self._folder = tempfile.TemporaryDirectory(prefix="digest-proxy-")
        self.url = parts.set(query={"host": self._folder.name}).render_as_string(hide_password=False)
        self._open = asyncio.Event()
        self._open.set()
        self._is_refusing = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    def freeze(self) -> None:
        """Pass nothing on any more, and tell nobody; connections stay open."""
        self._open.clear()

    def break_off(self) -> None:
        """Close all connections and refuse new ones, as a server that is started anew."""
        self._is_refusing = True
        for writer in list(self._writers):
            writer.transport.abort()

    def heal(self) -> None:
        """Work again."""
        self._is_refusing = False
        self._open.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, Path(self._folder.name) / _SOCKET)
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._server is not None:
            self._server.close()
        self.break_off()
        self._folder.cleanup()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_refusing:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_unix_connection(self._far)
        pair = {writer, far_writer}
        self._writers |= pair
        try:
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
        except OSError:
            pass  # one of the two is gone, and so is the other in a moment
        finally:
            self._writers -= pair
            for one in pair:
                one.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(262144):
            await self._open.wait()
            writer.write(data)
            await writer.drain()
        writer.transport.abort()
