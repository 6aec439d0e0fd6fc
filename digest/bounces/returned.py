"""Where, inside the words of a report, the returned message begins; its parts are separated elsewhere."""

from __future__ import annotations

import re

_WHAT = r"(?:original|returned?|unsent|undelivered|enclosed|copy|failed|header)"
_MARKERS = re.compile(
    r"(?im)^(?:"
    # --- Below this line is a copy of the message.
    rf"[ \t>|#*=-]{{2,}}(?![^\n]*\b(?:log|transcript|session)\b)"
    rf"[^\n]{{0,40}}\b(?:message|mail|header)s?\b[^\n]{{0,40}}\b(?:follow|below|copy|original|return)[^\n]{{0,60}}"
    rf"|[ \t>|#*=-]{{2,}}[^\n]{{0,40}}\b(?:below|copy|unsent|original|returned?|forwarded)\b[^\n]{{0,60}}\b(?:message|mail|header)s?\b[^\n]{{0,40}}"
    # Original message follows: · The header of the original message is following:
    rf"|[ \t]*(?:the |a )?{_WHAT}\b[^\n]{{0,40}}\b(?:message|mail|header)s?\b[^\n]{{0,30}}\b(?:follow(?:s|ing)?|below)\b[^\n]{{0,20}}"
    r"|[ \t]*(?:the )?(?:original|returned) (?:message|mail)(?: headers?| was)?[ \t]*:?[ \t]*"
    r"|[ \t]*message headers?(?: follows?)?[ \t]*[:.]?[ \t]*"
    r"|[ \t]*(?:en-t[êe]tes (?:de|du) message d.origine|intestazioni originali del messaggio|encabezados de mensajes? originale?s?"
    r"|urspr[üu]ngliche nachrichtenkopfzeilen|cabe[çc]alhos de mensagens originais|original message headers)[^\n]{0,20}"
    r")$"
)
_HEADERS = re.compile(r"(?m)(?:^|\n)[ \t]*\n?(?:Return-Path|Received|X-Originating-IP):[^\n]*\n(?:[^\n]*\n)?")


def cut_returned(text: str) -> tuple[str, str]:
    """Split the words of a report into its own and those of the message it returns.

    The cut is at a line that announces the original, else at the first trace header (RFC 5321 §4.4); a report that
    would have nothing left of its own is not cut.
    """
    places = [found.start() for pattern in (_MARKERS, _HEADERS) if (found := _first(pattern, text))]
    if not places:
        return text, ""
    at = min(places)
    return text[:at], text[at:]


def _first(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    for found in pattern.finditer(text):
        if text[: found.start()].strip(" \t\r\n-=*>|"):
            return found
    return None
