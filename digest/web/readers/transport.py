"""What holds for every request and answer of the readers' pages: HEAD, size of forms, headers; knows no page."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.pages import DATA_POLICY, safe_headers

_MAX_FORM_BYTES = 64 * 1024

IS_HEAD = "digest.is_head"
"""Set in the scope of a HEAD request, which the routes see as GET."""


class Safely:
    """Answers HEAD as GET without its body, ends forms that are too long, and adds the safe headers where none are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        # Other programs hand in whole stories; their routes have a bound of their own.
        most = None if scope["path"].startswith("/api/") else _MAX_FORM_BYTES
        received = 0

        async def receive_form() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if most is not None and received > most:
                raise HTTPException(413)
            return message

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in safe_headers(DATA_POLICY).items():
                    headers.setdefault(name, value)
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET", IS_HEAD: True} if is_head else scope, receive_form, send_safely)
