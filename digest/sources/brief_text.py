"""Plain text in the brief style → one item: headline, credit, lead, labelled parts, bullets; reads no files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from digest.sources.item import FeedItem
from digest.sources.parts import find_credit, label_pattern
from digest.sources.text import clean_text, headline_from

_BULLET = re.compile(r"\s*(?:[-*•‣▪–—·]|\d{1,2}[.)])\s+")
_CREDIT = re.compile(r"(?:Photo(?:graph|s)?(?: illustration| credit| by)?|Illustration|Image|Picture|Credit)\s*:", re.I)
# What a sign-up form says; a story about newsletters has such a word too, so one line alone proves nothing.
_PROMPT = re.compile(
    r"\b(?:sign up|subscribe[sd]?|subscription|newsletters?|inbox|daily (?:digest|briefing|email)|"
    r"(?:get|want) (?:a|our|the) daily)\b",
    re.I,
)
_HEADLINE_LIMIT = 140


@dataclass(slots=True)
class _Line:
    text: str
    after_blank: bool
    before_blank: bool


def parse_brief_text(text: str, *, labels: tuple[str, ...] = ()) -> FeedItem:
    """Read one story; an empty text gives an item without content.

    Sign-up prompts before the story are left out. The headline is a first line that is no sentence,
    or `# …`; without one it is made from the lead. A line `Photo: …` is the picture's credit.
    """
    lines = _lines(text)
    known = label_pattern(labels)
    first_label = next((n for n, line in enumerate(lines) if known.find_with_colon(line.text)), len(lines))
    lines = lines[_end_of_prompts(lines, first_label) :]
    headline, lines = _take_headline(lines, labels)
    item = FeedItem(title=headline, content=_as_html(lines))
    if not headline:
        lead = next((line.text for line in lines if not _CREDIT.match(line.text)), "")
        item.title = headline_from(clean_text(lead))
    return item


def _lines(text: str) -> list[_Line]:
    """The lines that say something, each with whether empty ones stand around it."""
    raw = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    return [
        _Line(line, n > 0 and not raw[n - 1], n + 1 < len(raw) and not raw[n + 1]) for n, line in enumerate(raw) if line
    ]


def _end_of_prompts(lines: list[_Line], first_label: int) -> int:
    """Where the story begins: after the last of several prompt lines that come before its first label."""
    story = next((n for n, line in enumerate(lines[:first_label]) if _CREDIT.match(line.text)), max(0, first_label - 1))
    prompts = [n for n, line in enumerate(lines[:story]) if _PROMPT.search(line.text) and len(line.text) < 300]
    return prompts[-1] + 1 if len(prompts) >= 2 else 0


def _take_headline(lines: list[_Line], labels: tuple[str, ...]) -> tuple[str, list[_Line]]:
    if not lines:
        return "", lines
    first = lines[0]
    if first.text.startswith("#"):
        return clean_text(first.text.lstrip("# ")), lines[1:]
    if len(lines) == 1 or _CREDIT.match(first.text) or _BULLET.match(first.text):
        return "", lines
    if label_pattern(labels).find_with_colon(first.text) or label_pattern(labels).find_with_colon(lines[1].text):
        return "", lines
    is_sentence = first.text.endswith((".", "!", "…", ":", '."', ".”"))
    set_apart = first.before_blank or bool(_CREDIT.match(lines[1].text)) or len(first.text) <= 90
    if not is_sentence and set_apart and len(first.text) <= _HEADLINE_LIMIT:
        return clean_text(first.text), lines[1:]
    return "", lines


def _as_html(lines: list[_Line]) -> str:
    """Write paragraphs and lists, so that text takes the same way as every other format."""
    out: list[str] = []
    in_list = False
    for line in lines:
        bullet = _BULLET.match(line.text)
        if bool(bullet) != in_list:
            out.append("</ul>" if in_list else "<ul>")
            in_list = bool(bullet)
        if bullet:
            out.append(f"<li>{escape(line.text[bullet.end() :])}</li>")
        elif _CREDIT.match(line.text) and len(line.text) < 220:
            out.append(f"<figcaption>Photo: {escape(find_credit(line.text) or line.text)}</figcaption>")
        else:
            out.append(f"<p>{escape(line.text)}</p>")
    return "".join(out) + ("</ul>" if in_list else "")
