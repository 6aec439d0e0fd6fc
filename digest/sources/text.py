"""Plain text: whitespace and controls, sentences, summaries, headlines from a lead; knows no markup."""

from __future__ import annotations

import re

# C0 and C1 controls, surrogates that no encoding takes, bidi overrides that can turn a line around, byte order marks.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_ABBREVIATION_WORDS = (
    "mr mrs ms dr prof sr jr st sen rep gov gen lt col sgt capt maj adm hon rev pres supt det insp vs etc inc "
    "ltd corp co no nos vol fig approx dept est al cf ca ave blvd rd jan feb mar apr jun jul aug sep sept oct "
    "nov dec mon tue wed thu fri sat sun bzw usw bspw z.b d.h u.a e.g i.e a.m p.m u.s u.k u.n e.u d.c p.s ph.d "
    "m.d b.a m.a l.a n.y "
)
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
_SENTENCE_END = re.compile(r"([.!?…。！？]+[\"'”’»)\]]*)(\s+|$)|([。！？]+)")
_CLAUSES = re.compile(r"(?:,|;|:| —| –| -| and| but| after| as| while| because| which| who)(?=\s)")
_TEASERS = re.compile(
    r"(?:\s*\[\s*(?:…|\.\.\.)\s*\]|(?:^|(?<=[.!?…\])»”\"]))\s*[\[(]?"
    r"(?:Continue reading|CONTINUE READING|Read more|READ MORE|Read the full (?:story|article)|Keep reading)\b"
    r"[^.!?]{0,80})+\s*$"
)
_APPEARED_FIRST = re.compile(r"\s*The post .{1,300}? (?:appeared first on|first appeared on) .{1,120}$", re.DOTALL)
_TEASER_SIGNS = (
    "…",
    "...",
    "The post ",
    "ontinue reading",
    "ead more",
    "ead the full",
    "eep reading",
    "MORE",
    "READING",
)
_LONGEST_SENTENCE = 400


def clean_text(text: str) -> str:
    """Return the text on one line, without control and bidi characters."""
    text = " ".join(text.split())
    return text if text.isascii() and text.isprintable() else " ".join(_UNWANTED.sub("", text).split())


def strip_unwanted(text: str) -> str:
    """Drop control, surrogate and bidi characters; whitespace stays as it is."""
    return text if text.isascii() and text.isprintable() else _UNWANTED.sub("", text)


def strip_teaser(text: str) -> str:
    """Drop what a publishing system hangs on: "Continue reading", "[…]", "The post … appeared first on …"."""
    tail = text[-500:]
    if not any(sign in tail for sign in _TEASER_SIGNS):
        return text
    cut = _TEASERS.sub("", _APPEARED_FIRST.sub("", tail))
    return text if cut == tail else (text[:-500] + cut).rstrip()


def split_sentences(text: str, limit: int = 1000) -> list[str]:
    """Cut text into sentences, at most `limit`; "U.S.", "Mr." and "a.m." end none before a small letter or a name."""
    sentences: list[str] = []
    start = 0
    for found in _SENTENCE_END.finditer(text):
        if not _ends_sentence(text, start, found):
            continue
        sentence = text[start : found.end()].strip()
        if sentence:
            sentences.append(sentence)
        start = found.end()
        if len(sentences) >= limit:
            return sentences
    if rest := text[start:].strip():
        sentences.append(rest)
    return sentences


def _ends_sentence(text: str, start: int, found: re.Match[str]) -> bool:
    if found.end() >= len(text) or found[3]:
        return True
    following = text[found.end()]
    if following.islower():
        return False
    if not found[1].startswith(".") or found[1].startswith(".."):
        return True
    word = text[max(start, found.start() - 12) : found.start()].rsplit(None, 1)[-1:] or [""]
    token = word[0].lstrip("(\"'“‘«[").lower()
    if len(token) == 1 and token.isalpha():
        return False
    return token not in _ABBREVIATIONS or (token in {"a.m", "p.m"} and following in '"“A')


def summarise(text: str, sentences: int = 2) -> str:
    """Return the first sentences of the text, at most two and 400 characters each; "" for no text."""
    taken = split_sentences(strip_teaser(text), sentences)[:sentences]
    return " ".join(shorten(sentence, _LONGEST_SENTENCE) for sentence in taken)


def shorten(text: str, limit: int) -> str:
    """Cut the text at a word so that it has at most `limit` characters, "…" included."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_word = cut.rsplit(None, 1)[0] if " " in cut else cut
    return at_word.rstrip(" ,;:–—-") + "…"


def headline_from(lead: str, limit: int = 130) -> str:
    """Make a headline from a lead: its first sentence, cut at the last clause that fits in `limit`."""
    first = (split_sentences(lead, 1) or [""])[0]
    sentence = first.rstrip(".… ") if not first.endswith(("a.m.", "p.m.", "U.S.")) else first
    if len(sentence) <= limit:
        return sentence
    ends = [found.start() for found in _CLAUSES.finditer(sentence) if 40 <= found.start() <= limit]
    return sentence[: ends[-1]].rstrip(" ,;:–—-") if ends else shorten(sentence, limit)
