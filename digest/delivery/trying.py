"""Trying a mail server without a message: connect, TLS, login; for a doctor, not for a send."""

from __future__ import annotations

from digest.config.settings import Route
from digest.delivery.connect import Refusal, Timeouts, open_wire
from digest.delivery.dns_records import Verdict
from digest.model.delivery import Stage

_QUICK = Timeouts(connect=5.0, greeting=5.0, command=5.0, data=5.0, final=5.0)
_TLS = (Stage.CONNECT, Stage.STARTTLS)


async def try_server(route: Route) -> Verdict:
    """Say whether the server lets us in as the settings say; answers within 15 s."""
    where = f"{route.host}:{route.port}"
    try:
        opened = await open_wire(route, _QUICK)
    except Refusal as refusal:
        return Verdict(False, f"{where}: {_explain(route, refusal)}")
    try:
        offers = "with" if opened.has_pipelining else "without"
        login = f"logged in as {route.username}" if route.username else "no login is set"
        return Verdict(True, f"{where}: {_security(route)}, {login}, {offers} pipelining")
    finally:
        opened.wire.write(b"QUIT\r\n")
        opened.wire.close()


def _security(route: Route) -> str:
    checked = "" if route.verify else ", certificate not checked"
    return {"none": "not encrypted", "starttls": f"STARTTLS{checked}", "tls": f"TLS{checked}"}[route.security]


def _explain(route: Route, refusal: Refusal) -> str:
    told = f"{refusal.stage}: {refusal.answer}"
    if refusal.is_certificate:
        return f"{told}; set ca_file, or the name that the certificate is for"
    if refusal.stage is Stage.AUTH:
        return f"{told}; check username and password"
    if refusal.stage is Stage.STARTTLS:
        return f"{told}; the server offers no STARTTLS here: try security: tls with port 465"
    return f"{told}; check host, port and security, and whether this network lets mail out"
