"""Bytes as they really come → UTF-8 XML without a document type; does not know feeds."""

from __future__ import annotations

import codecs
import re
import zlib

from digest.errors import SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{1,40})", re.I)
# What HTML 5 browsers read under these names (WHATWG encoding standard §4.2): the Windows superset.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
}
_UNSAFE = frozenset({"utf-7", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "charmap", "undefined"})
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}?\?>")
_ENTITY = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.-]{0,40})\s+(?:\"(&#\w{1,8};)\"|'(&#\w{1,8};)')\s*>")
_LONGEST_DOCTYPE = 20_000


def decode(data: bytes, content_type: str = "") -> str:
    """Return the text of a document.

    A byte order mark wins; then UTF-8 where the bytes are valid UTF-8, whatever is declared (by
    chance that hardly happens, a wrong prolog often does); then the declaration, the charset of the
    Content-Type, and Windows-1252, which decodes anything.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if wide := _wide_encoding(data):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        first_fault = error.start
    for name in _declared_encodings(data, content_type):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    # A stray byte in a long UTF-8 document, or one cut short: keep what is right.
    replaced = data.decode("utf-8", "replace")
    if first_fault > 0 and replaced.count("\ufffd") * 20 < sum(ord(c) > 127 for c in replaced):
        return replaced
    return data.decode("cp1252", "replace")


def inflate(data: bytes, max_bytes: int, *, source: str = "") -> bytes:
    """Return gzip data inflated, or data as it is.

    Raises SourceError beyond `max_bytes`, before the bytes are made.
    """
    if not data.startswith(b"\x1f\x8b"):
        return data
    inflater = zlib.decompressobj(wbits=31)
    try:
        inflated = inflater.decompress(data, max_bytes + 1)
    except zlib.error:
        raise SourceError(source, "the compressed data is damaged", action="it will be tried again") from None
    if len(inflated) > max_bytes:
        raise SourceError(
            source,
            f"larger than {max_bytes:,} bytes when inflated",
            action="raise fetch.max_bytes or read a smaller feed",
        )
    return inflated


def prepare_xml(text: str, *, source: str = "") -> str:
    """Return XML without declaration and document type, with what is before the root left out.

    Entities that stand for one character are put in their place; any other definition could grow
    (CWE-776) or read files (CWE-611), and is refused: raises SourceError.
    """
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n\x00"), count=1)
    start = _doctype_start(text)
    if start < 0:
        return text
    doctype, rest = _cut_doctype(text, start, source=source)
    entities = {found[1]: found[2] or found[3] for found in _ENTITY.finditer(doctype)}
    if len(entities) != len(re.findall(r"<!\s*ENTITY(?!\s+%)", doctype, re.I)):
        raise SourceError(
            source,
            "the XML defines entities of its own, which is refused",
            action="ask the site to send a feed without a DOCTYPE",
            is_temporary=False,
        )
    for name, value in entities.items():
        rest = rest.replace(f"&{name};", value)
    return rest


def _wide_encoding(data: bytes) -> str:
    """UTF-16 and UTF-32 without a mark show in the zeros around the first "<" (XML 1.0 appendix F)."""
    head = data[:4]
    return {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be"}.get(head) or (
        "utf-16-le" if head[:2] == b"<\0" else "utf-16-be" if head[:2] == b"\0<" else ""
    )


def _declared_encodings(data: bytes, content_type: str) -> list[str]:
    names: list[str] = []
    if found := _DECLARED.match(data[:400]):
        names.append(found[1].decode("ascii"))
    if charset := _CHARSET.search(content_type):
        names.append(charset[1])
    known: list[str] = []
    for name in names:
        try:
            info = codecs.lookup(name)
        except LookupError:
            continue
        # utf-7 and its like can hide a tag from every check that comes later.
        if info.name not in _UNSAFE and info._is_text_encoding:
            known.append(_SUPERSETS.get(info.name, info.name))
    return known


def _doctype_start(text: str) -> int:
    """Where a document type begins, -1 for none: before the root are only space, comments, instructions."""
    position = 0
    while True:
        position = text.find("<", position)
        if position < 0:
            return -1
        if text.startswith("<!--", position):
            end = text.find("-->", position + 4)
        elif text.startswith("<?", position):
            end = text.find("?>", position + 2)
        else:
            return position if text[position : position + 9].upper() == "<!DOCTYPE" else -1
        if end < 0:
            return -1
        position = end + 2


def _cut_doctype(text: str, start: int, *, source: str) -> tuple[str, str]:
    head = text[start : start + _LONGEST_DOCTYPE]
    found = re.match(r"<!DOCTYPE[^\[>]*(?:\[(?:[^\]\"']|\"[^\"]*\"|'[^']*')*\]\s*)?>", head, re.I)
    if found is None:
        raise SourceError(
            source,
            "the XML has a document type that does not end",
            action="ask the site to send a feed without a DOCTYPE",
            is_temporary=False,
        )
    return found[0], text[:start] + text[start + found.end() :]
