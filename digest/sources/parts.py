"""Blocks → the lead and the labelled parts of the brief style; knows the labels, not where blocks come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from digest.model.story import InlineHtml, Part
from digest.sources.blocks import Block, Run, drop_characters, inline_html

LABELS = (
    "Why it matters",
    "Driving the news",
    "The big picture",
    "What to watch",
    "Between the lines",
    "Worth noting",
    "Go deeper",
    "By the numbers",
    "Yes, but",
    "What's next",
    "What's new",
    "What's happening",
    "What they're saying",
    "The other side",
    "State of play",
    "Zoom in",
    "Zoom out",
    "Catch up quick",
    "How it works",
    "The bottom line",
    "The latest",
    "The details",
    "The backdrop",
    "Reality check",
    "Flashback",
    "Context",
    "Of note",
)
MAX_LEAD = 3
_CREDIT = re.compile(
    r"(?:Photo(?:graph|s)?(?: illustration| credit| by)?|Illustration|Image|Picture|Graphic|Credit)s?\s*:\s*(.{2,200})",
    re.I,
)


@dataclass(slots=True)
class Body:
    """What a story's text is made of; `credit` is a photo credit that stood between the paragraphs."""

    lead: tuple[InlineHtml, ...] = ()
    parts: tuple[Part, ...] = ()
    credit: str = ""
    plain: str = ""


@dataclass(slots=True)
class _OpenPart:
    label: str
    text: list[Run] = field(default_factory=list)
    bullets: list[InlineHtml] = field(default_factory=list)

    @property
    def awaits_text(self) -> bool:
        return bool(self.label) and not self.text and not self.bullets

    def close(self) -> Part:
        return Part(self.label, inline_html(self.text), tuple(self.bullets))


def find_parts(blocks: Sequence[Block], labels: tuple[str, ...] = ()) -> Body:
    """Return lead, parts and credit of a story; `labels` come beside the built-in ones.

    The lead is at most three paragraphs before the first label or bullet. A label counts with its
    colon at the start of a paragraph, or without one where it stands alone in bold or as a heading.
    """
    known = label_pattern(labels)
    lead: list[list[Run]] = []
    parts: list[_OpenPart] = []
    body = Body()
    told: list[str] = []
    for block in blocks:
        text = block.text
        if not text:
            continue
        if block.kind == "caption" or (len(text) < 220 and _CREDIT.fullmatch(text)):
            body.credit = body.credit or find_credit(text)
            continue
        told.append(text)
        _place(block, split_label(block, known), lead=lead, parts=parts)
    body.lead = tuple(inline_html(runs) for runs in lead)
    body.parts = tuple(part.close() for part in parts)
    body.plain = "\n".join(told)
    return body


def _place(
    block: Block, labelled: tuple[str, list[Run]] | None, *, lead: list[list[Run]], parts: list[_OpenPart]
) -> None:
    if labelled is not None:
        parts.append(_OpenPart(*labelled))
    elif block.kind == "li":
        if not parts:
            # "Key features:" belongs to its list, unless it is all there is before it.
            introduces = len(lead) > 1 and lead[-1][-1].text.rstrip().endswith((":", "："))
            parts.append(_OpenPart("", lead.pop() if introduces else []))
        parts[-1].bullets.append(inline_html(block.runs))
    elif parts and parts[-1].awaits_text:
        parts[-1].text = block.runs
    elif not parts and block.kind == "p" and len(lead) < MAX_LEAD:
        lead.append(block.runs)
    else:
        runs = [run._replace(strong=True) for run in block.runs] if block.kind == "h" else block.runs
        parts.append(_OpenPart("", runs))


def find_credit(text: str) -> str:
    """Return whose picture it is, from a line such as `Photo: A. Name/Agency`; "" where it says nothing."""
    found = _CREDIT.search(text)
    return found[1].strip() if found else ""


class LabelPattern:
    """Known labels, and the spelling each of them is shown with."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._shown = {_key(label): label for label in reversed(labels)}
        choices = "|".join(re.escape(key) for key in sorted(self._shown, key=len, reverse=True))
        self._with_colon = re.compile(rf"\s*({choices})\s*[:：]\s*", re.I)

    def find_with_colon(self, text: str) -> tuple[str, int] | None:
        """Return the label that the text begins with and where what follows begins."""
        found = self._with_colon.match(text.replace("’", "'"))
        return (self._shown[_key(found[1])], found.end()) if found else None

    def find_alone(self, text: str) -> str | None:
        """Return the label that the whole text is, without regard to case and end marks."""
        return self._shown.get(_key(text))


@lru_cache(maxsize=16)
def label_pattern(labels: tuple[str, ...]) -> LabelPattern:
    """Return the pattern of the built-in labels and these."""
    return LabelPattern((*labels, *LABELS))


def split_label(block: Block, known: LabelPattern) -> tuple[str, list[Run]] | None:
    """Return the label a block begins with and the runs after it, or None."""
    if block.kind != "h" and ":" not in block.text[:60] and "：" not in block.text[:60] and not block.runs[0].strong:
        return None
    text = "".join(run.text for run in block.runs)
    if found := known.find_with_colon(text):
        return found[0], drop_characters(block.runs, found[1])
    if block.kind == "h":
        label = known.find_alone(text)
        return (label, []) if label else None
    bold = "".join(run.text for run in _leading_bold(block.runs))
    label = known.find_alone(bold) if bold.strip() else None
    return (label, drop_characters(block.runs, len(bold))) if label else None


def _leading_bold(runs: list[Run]) -> list[Run]:
    bold: list[Run] = []
    for run in runs:
        if not run.strong and run.text.strip():
            break
        bold.append(run)
    return bold


def _key(label: str) -> str:
    return " ".join(label.replace("’", "'").lower().strip(" :：.—–-").split())
