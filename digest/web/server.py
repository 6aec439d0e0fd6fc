"""Serving an app with uvicorn inside a running event loop; knows no page."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import FastAPI

from digest.errors import DigestError


class ServingError(DigestError):
    """The pages cannot be served, as when the port is taken."""


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 takes a free one.

    Raises ServingError with what to do.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise ServingError(f"cannot listen on {host}:{port}: {error.strerror}; choose another port") from error
    return sock


class _QuietServer(uvicorn.Server):
    """A server that leaves the process's signals to the one who runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serve(app: FastAPI, sock: socket.socket) -> AsyncIterator[uvicorn.Server]:
    """Serve `app` on an open socket until the block ends; signals stay with the caller.

    What `app.state.finish` has to bring to an end is awaited last.
    """
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=3)
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve([sock]))
    try:
        yield server
    finally:
        server.should_exit = True
        await task
        finish = getattr(app.state, "finish", None)
        if finish is not None:
            await finish()
