"""Who is no person: programs that call themselves so, and requests that only fetch ahead; sees one request alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scan|preview|monitor|check|fetch|validator|archiv|"
    r"barracuda|mimecast|proofpoint|symantec|messagelabs|forcepoint|fortinet|fireeye|trendmicro|sophos|safelinks|"
    r"cloudmark|ironport|urldefense|zscaler|bitdefender|kaspersky|paloalto|"
    r"headless|phantomjs|selenium|puppeteer|playwright|"
    r"curl|wget|python|java/|go-http|okhttp|libwww|httpclient|axios|node|ruby|perl|php|postman|insomnia|apache-http",
    re.IGNORECASE,
)
_PICTURE_STORES = re.compile(r"googleimageproxy|yahoomailproxy|duckduckgo-favicons", re.IGNORECASE)
_AHEAD = ("purpose", "sec-purpose", "x-purpose", "x-moz")
_MASKED = "mozilla/5.0"
"""All that Apple's and others' private relays say; they load pictures whether anybody reads or not."""


def is_person(headers: Mapping[str, str], *, is_picture: bool = False) -> bool:
    """Say whether a request may come from a reader; `headers` by lower-case name.

    Pictures may come by way of a mailbox provider's store, which asks when a message is opened.
    """
    agent = headers.get("user-agent", "").strip()
    if any("prefetch" in headers.get(name, "").lower() or "preview" in headers.get(name, "").lower()
           for name in _AHEAD):  # fmt: skip
        return False
    if is_picture and _PICTURE_STORES.search(agent):
        return True
    if not agent or agent.lower() == _MASKED:
        return False
    return _PROGRAM.search(agent) is None
