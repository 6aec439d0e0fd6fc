"""What is wrong with a rendered edition: the rules, each with the place and the cure; changes nothing.

Errors stop a send, warnings are shown. `lint.ignore` in `digest.yaml` names rules that are not reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from digest.config.newsletter import Newsletter
from digest.config.settings import Settings
from digest.model.edition import Edition, RenderedEdition
from digest.model.finding import Finding
from digest.rendering.client_support import client_families, find_unsupported
from digest.rendering.document import Document, place_of
from digest.rendering.lint_contrast import check_contrast
from digest.rendering.marks import SLOTS

_UNRESOLVED = re.compile(r"\{\{|\}\}|\{%|%\}|\bUndefined\b")
_EMPTY_VALUE = re.compile(r"(?<![\w-])(?:None|undefined|nan)(?![\w-])")
_SHOUT = re.compile(r"[^\W\d_]{2,}")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|nbsp|apos);")
_DEAD_HOSTS = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")


@dataclass(frozen=True, slots=True)
class _Case:
    """All that a rule may look at."""

    rendered: RenderedEdition
    edition: Edition
    newsletter: Newsletter
    settings: Settings
    previous: Edition | None
    document: Document


def lint(
    rendered: RenderedEdition,
    edition: Edition,
    newsletter: Newsletter,
    *,
    settings: Settings,
    previous: Edition | None = None,
) -> list[Finding]:
    """Return all findings, errors first.

    `edition` is the edition as it was asked for, `rendered.edition` as it was rendered; `previous` is the last one
    of the same newsletter, where there was one.
    """
    case = _Case(rendered, edition, newsletter, settings, previous, Document(rendered.html, rendered.marker))
    found = [finding for rule in _RULES for finding in rule(case) if finding.rule not in settings.lint.ignore]
    return sorted(found, key=lambda finding: finding.level)


def _clients(case: _Case) -> Iterable[Finding]:
    known = client_families()
    for client in case.settings.lint.clients:
        if client not in known:
            yield Finding(
                "warning",
                "client-support",
                f"{client!r} is no client family",
                place="lint.clients in digest.yaml",
                cure=f"known: {', '.join(known)}",
            )
    yield from find_unsupported(case.document, case.settings.lint.clients)


def _contrast(case: _Case) -> Iterable[Finding]:
    return check_contrast(case.document, case.newsletter)


def _frame(case: _Case) -> Iterable[Finding]:
    root = case.document.root
    if not case.rendered.html.lower().startswith("<!doctype html>"):
        yield _error(
            "doctype", "the doctype is missing, so clients fall into quirks mode", "begin with <!doctype html>"
        )
    if not root.get("lang") or root.get("dir") not in ("ltr", "rtl"):
        cure = 'write <mjml lang="{{ newsletter.language }}" dir="{{ t.dir }}">'
        yield _error("lang", "<html> has no lang or no dir", cure)
    if "@media" not in case.document.css:
        yield _warning("media", "no media query is left: narrow screens and dark mode go without", "keep mj-style")
    if not any("mso" in comment for comment in case.document.conditionals):
        yield _warning("mso", "no conditional comment for Outlook is left", "let MJML make the columns")


def _links(case: _Case) -> Iterable[Finding]:
    for element in case.document.elements:
        href = element.get("href")
        if element.tag == "a" and not (href or "").strip():
            yield _error("link", "a link leads nowhere", "give it an address, or no <a>", place_of(element))
        elif href:
            problem = _problem_of_address(href, case.settings)
            if problem:
                cure = "write the whole address, with https://"
                yield _error("link", f"{href[:80]}: {problem}", cure, place_of(element))


def _problem_of_address(href: str, settings: Settings) -> str:
    try:
        parts = urlsplit(href)
    except ValueError:
        return "no valid address"
    if parts.scheme in ("mailto", "tel"):
        return ""
    if parts.scheme not in ("http", "https"):
        return "a relative address means nothing in a mail" if not parts.scheme else f"{parts.scheme}: cannot be mailed"
    if not parts.hostname:
        return "there is no host"
    own = urlsplit(str(settings.web.public_url)).hostname
    return "readers cannot reach this host" if parts.hostname in _DEAD_HOSTS and parts.hostname != own else ""


def _public_url(case: _Case) -> Iterable[Finding]:
    host = urlsplit(str(case.settings.web.public_url)).hostname
    if host in _DEAD_HOSTS:
        yield _warning(
            "public-url",
            f"links to readers' pages lead to {host}, which only this machine can reach",
            "set web.public_url in digest.yaml before sending for real",
        )


def _pictures(case: _Case) -> Iterable[Finding]:
    for element in case.document.elements:
        if element.tag != "img":
            continue
        if not (element.get("alt") or "").strip() and element.get("role") != "presentation":
            yield _error("alt", "a picture has no alternative text", "write alt=", element.get("src", "")[:80])
        if not element.get("width"):
            yield _warning("alt", "a picture has no width, so Outlook shows it at its own size", "write width=")
        source = element.get("src", "")
        if not source.startswith(("https://", "http://", "cid:")):
            yield _warning("picture", f"{source[:80]!r} can be shown on this machine only", "send it along, or host it")


def _unresolved(case: _Case) -> Iterable[Finding]:
    stories = " ".join(_texts_of(case.rendered.edition))
    for part, text in (("HTML", case.document.visible_text), ("text", case.rendered.text)):
        for pattern in (_UNRESOLVED, _EMPTY_VALUE):
            found = pattern.search(text)
            if found and found[0] not in stories:
                around = " ".join(text[max(0, found.start() - 20) : found.end() + 20].split())
                yield _error("unresolved", f"{found[0]!r} is left in the {part}", "look at the template", f"“{around}”")


def _texts_of(edition: Edition) -> Iterable[str]:
    yield from (edition.note, edition.fallback)
    for entry in edition.stories:
        story = entry.story
        yield from (story.headline, story.summary, story.source_name, *story.lead)
        yield from (text for part in story.parts for text in (part.label, part.text, *part.bullets))


def _reader_links(case: _Case) -> Iterable[Finding]:
    for part, markup in (("HTML", case.rendered.html), ("text part", case.rendered.text)):
        slots = Document(markup, case.rendered.marker).slots if part == "text part" else case.document.slots
        if "unsubscribe_url" not in slots:
            cure = "print {{ reader.unsubscribe_url }} in the footer"
            yield _error("unsubscribe", f"the {part} has no link to unsubscribe", cure)
        for slot in sorted(slots):
            if slot not in SLOTS and not slot.startswith("attributes."):
                yield _error("slot", f"reader.{slot} is unknown", f"known: {', '.join(SLOTS)}")
    address = " ".join(case.settings.brand.postal_address.split())
    if not address:
        yield _error("address", "there is no postal address", "set brand.postal_address in digest.yaml")
    elif address not in " ".join(case.document.visible_text.split()):
        yield _error("address", "the postal address is not in the mail", "print {{ brand.postal_address }}")


def _stories(case: _Case) -> Iterable[Finding]:
    if not case.rendered.edition.stories:
        yield _error("empty-section", "the edition has no story", "look at `digest why`")
    for section in case.edition.sections:
        if not section.stories:
            yield _warning("empty-section", "a section has no story and is left out", "widen match:", section.title)
    for entry in case.rendered.edition.stories:
        if not entry.story.url.startswith(("http://", "https://")):
            yield _warning("link", "a story has no page to go deeper to", "", entry.story.headline[:80])
    lead, before = case.edition.stories[:1], (case.previous.stories if case.previous else ())[:1]
    if lead and before and lead[0].story.id == before[0].story.id:
        yield _warning("same-lead", "the lead is the same as last time", "hold it, or drop it", lead[0].story.headline)


def _subject(case: _Case) -> Iterable[Finding]:
    subject, preheader, rules = case.rendered.subject, case.rendered.preheader, case.newsletter.subject
    if not subject.strip():
        yield _error("subject", "the subject is empty", "look at subject: in the newsletter's file")
    for name, line, limit in (("subject", subject, rules.max_subject), ("preheader", preheader, rules.max_preheader)):
        if len(line) > limit:
            yield _error(name, f"it has {len(line)} characters; {limit} are the most", "shorten it", line)
        if _ENTITY.search(line):
            yield _error(name, "it holds an HTML entity", "write the letter itself", line)
        if _UNRESOLVED.search(line) and not any(line[:20] in text for text in _texts_of(case.edition)):
            yield _error(name, "it holds unresolved template text", "look at the rule", line)
    words = _SHOUT.findall(subject)
    if len(words) > 2 and subject.upper() == subject and subject.lower() != subject:
        yield _warning("subject", "it is all in capitals, which filters take for spam", "write it plainly", subject)
    if subject.lower().startswith(("re:", "fw:", "fwd:", "aw:")):
        yield _warning("subject", "it pretends to be a reply", "leave that out", subject)
    if not preheader.strip():
        cure = "look at preheader: in the newsletter's file"
        yield _warning("preheader", "the preheader is empty; clients show the masthead instead", cure)
    elif preheader.strip(" .…").lower() == subject.strip(" .…").lower():
        yield _warning("preheader", "it says the same as the subject", "let it go on from there", preheader)


def _size(case: _Case) -> Iterable[Finding]:
    size, limit = case.rendered.html_bytes, case.settings.lint.max_bytes
    if size > limit:
        yield _error("size", f"the HTML has {size} bytes; Gmail clips it, {limit} is the most", "take fewer stories")
    for warning in case.rendered.warnings:
        yield _warning("size", warning, "take fewer or shorter stories")


def _error(rule: str, message: str, cure: str, place: str = "") -> Finding:
    return Finding("error", rule, message, place=place, cure=cure)


def _warning(rule: str, message: str, cure: str, place: str = "") -> Finding:
    return Finding("warning", rule, message, place=place, cure=cure)


_RULES = (
    _frame,
    _links,
    _public_url,
    _pictures,
    _unresolved,
    _reader_links,
    _stories,
    _subject,
    _size,
    _contrast,
    _clients,
)
