"""Where, inside the words of a report, the returned message begins; its parts are separated elsewhere."""

from __future__ import annotations

import re

_MAX_LINE = 200
_RULE = r"[ \t>|#*=-]{2,60}(?![^\n]*\b(?:log|transcript|session)\b)"
_MESSAGE = r"\b(?:message|mail|header)s?\b"
_MARKER = re.compile(
    # --- Below this line is a copy of the message. · ----- Unsent message follows -----
    rf"{_RULE}[^\n]{{0,40}}{_MESSAGE}[^\n]{{0,40}}\b(?:follow|below|copy|original|return)[^\n]*"
    rf"|{_RULE}[^\n]{{0,40}}\b(?:below|copy|unsent|original|returned?|forwarded)\b[^\n]{{0,60}}{_MESSAGE}[^\n]*"
    # Original message follows: · The header of the original message is following:
    r"|[ \t]*(?:the |a )?(?:original|returned?|unsent|undelivered|enclosed|copy|failed|header)\b"
    rf"[^\n]{{0,40}}{_MESSAGE}[^\n]{{0,30}}\b(?:follow(?:s|ing)?|below)\b[^\n]{{0,20}}"
    r"|[ \t]*(?:the )?(?:original|returned) (?:message|mail)(?: headers?| was)?[ \t]*:?[ \t]*"
    r"|[ \t]*message headers?(?: follows?)?[ \t]*[:.]?[ \t]*"
    r"|[ \t]*(?:en-t[êe]tes (?:de|du) message d.origine|intestazioni originali del messaggio|original message headers"
    r"|encabezados de mensajes? originale?s?|urspr[üu]ngliche nachrichtenkopfzeilen"
    r"|cabe[çc]alhos de mensagens originais)[^\n]{0,20}",
    re.IGNORECASE,
)
_TRACE = re.compile(r"[ \t]*(?:Return-Path|Received|X-Originating-IP):")


def cut_returned(text: str) -> tuple[str, str]:
    """Split the words of a report into its own and those of the message it returns.

    The cut is at the first line that announces the original or is a trace header (RFC 5321 §4.4); what stands before
    it must hold words.
    """
    at, has_words = 0, False
    for line in text.splitlines(keepends=True):
        bare = line.rstrip()
        is_short = len(bare) <= _MAX_LINE
        if has_words and (_TRACE.match(bare) or (is_short and _MARKER.fullmatch(bare))):
            return text[:at], text[at:]
        has_words = has_words or bool(bare.strip(" \t-=*>|"))
        at += len(line)
    return text, ""
