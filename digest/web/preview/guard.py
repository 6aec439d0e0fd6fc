"""Who may use the bench: hosts it answers to, the token where it is open to a network, forms that are its own."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from digest.errors import DigestError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE = "digest_preview"
MAX_FORM = 64 * 1024


class ForbiddenError(DigestError):
    """A form that does not come from the bench's own pages."""


@dataclass(frozen=True, slots=True)
class Access:
    """The rules of one bench. `token` is None on loopback; `form_key` stands in every form of its pages."""

    hosts: frozenset[str] = LOOPBACK
    token: str | None = None
    form_key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @classmethod
    def for_host(cls, host: str) -> Access:
        """Return the rules for a bench bound to `host`: elsewhere than on loopback a token is asked for."""
        return cls() if host in LOOPBACK else cls(token=secrets.token_urlsafe(24))

    def check_form(self, values: dict[str, str]) -> None:
        """Raise ForbiddenError for a form without the key of our pages."""
        if not hmac.compare_digest(values.get("form_key", "").encode(), self.form_key.encode()):
            raise ForbiddenError("this form is not from this bench, or the bench was restarted; load the page again")


class Guard:
    """Answers what may not pass; everything else goes on to the app."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        # Another name that leads here is an attack by DNS; a token keeps that out where names are free.
        if self._access.token is None and _name_of(host) not in self._access.hosts:
            return PlainTextResponse("the preview bench answers on loopback only\n", 403)
        if self._access.token is not None and not self._is_known(headers):
            return self._welcome(scope, self._access.token)
        if scope["method"] not in ("GET", "HEAD"):
            origin = headers.get("origin")
            if origin is not None and urlsplit(origin).netloc != host:
                return PlainTextResponse("forms of other pages are not taken\n", 403)
        return None

    def _is_known(self, headers: Headers) -> bool:
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return False
        token = self._access.token or ""
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), token.encode())

    def _welcome(self, scope: Scope, token: str) -> Response:
        """Turn the token of an address into a cookie; without it, say what to do."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = dict(query).get("token", "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            return PlainTextResponse("open the address that `digest preview` printed, with its token\n", 403)
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        response = RedirectResponse(scope["path"] + (f"?{rest}" if rest else ""), 303)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return response


def _name_of(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def parse_form(body: bytes) -> dict[str, str]:
    """Return the values of a form, the last one of a name; raises ForbiddenError for one that is too large."""
    if len(body) > MAX_FORM:
        raise ForbiddenError("the form is too large")
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
