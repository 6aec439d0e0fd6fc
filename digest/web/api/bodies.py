"""Bodies that other programs send: read up to a bound, as the bytes that were signed; knows no route."""

from __future__ import annotations

from fastapi import Request


async def read_body(request: Request, most: int) -> bytes | None:
    """Return the body, or None as soon as it has more than `most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
