"""Whether every text of an edition can be read on what lies behind it, in light and in dark; chooses no colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from digest.config.newsletter import Newsletter
from digest.model.finding import Finding
from digest.rendering.colours import AA_LARGE, AA_TEXT, contrast
from digest.rendering.document import Document, place_of
from digest.rendering.style_sheets import declarations_of

_HEX = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_SIZE = re.compile(r"([\d.]+)px")
LARGE_PX = 24.0
"""Font size from which the lower contrast suffices."""
LARGE_BOLD_PX = 18.7
"""The same for bold text."""

Colours = dict[Any, dict[str, str]]


@dataclass(frozen=True, slots=True)
class _Look:
    ink: str
    paper: str
    size_px: float
    bold: bool

    @property
    def needs(self) -> float:
        large = self.size_px >= (LARGE_BOLD_PX if self.bold else LARGE_PX)
        return AA_LARGE if large else AA_TEXT


def check_contrast(document: Document, newsletter: Newsletter) -> list[Finding]:
    """Return one warning for each pair of colours that is too weak, with the first place where it stands."""
    findings: dict[tuple[str, str, str], Finding] = {}
    modes: tuple[tuple[str, Colours], ...] = (("light", {}), ("dark", dark_changes(document)))
    for mode, changes in modes:
        for element, look in _texts(document, changes):
            ratio = contrast(look.ink, look.paper)
            if ratio < look.needs:
                accent = look.ink.lower() == getattr(newsletter.accent, mode).lower()
                cure = f"choose another accent.{mode} in the newsletter's file" if accent else "change the colour"
                finding = Finding(
                    "warning",
                    "contrast",
                    f"{look.ink} on {look.paper} has a contrast of {ratio:.1f} in {mode} mode; "
                    f"{look.needs:g} is the least",
                    place=place_of(element),
                    cure=cure,
                )
                findings.setdefault((mode, look.ink, look.paper), finding)
    return list(findings.values())


def dark_changes(document: Document) -> Colours:
    """Return what the dark style sheets change, by element: the last rule of the highest weight wins."""
    changes: Colours = {}
    rules = [rule for rule in document.rules if "prefers-color-scheme" in rule.media and "dark" in rule.media]
    for rule in sorted(rules, key=lambda rule: _weight(rule.selector)):
        wanted = {name: value for name, value in rule.declarations if name in ("color", "background-color")}
        if wanted:
            for element in document.matches(rule.selector):
                changes.setdefault(element, {}).update(wanted)
    return changes


def _weight(selector: str) -> tuple[int, int, int]:
    """Return the specificity of a selector (CSS Selectors 3, section 9), as far as mail needs it."""
    classes = selector.count(".") + selector.count("[") + selector.count(":")
    return selector.count("#"), classes, len(re.findall(r"(?:^|[\s>+~])[a-zA-Z]", selector))


def _texts(document: Document, changes: Mapping[Any, Mapping[str, str]]) -> Iterator[tuple[Any, _Look]]:
    """Yield every element that holds text of its own, with its colours, size and weight as inherited."""
    body = document.root.find("body")
    if body is not None:
        yield from _walk(body, _Look("#000000", "#ffffff", 16.0, False), changes)


def _walk(element: Any, outer: _Look, changes: Mapping[Any, Mapping[str, str]]) -> Iterator[tuple[Any, _Look]]:
    stack = [(element, outer)]
    while stack:
        current, inherited = stack.pop()
        style = declarations_of(current.get("style", ""))
        if style.get("display") == "none" or current.get("aria-hidden") == "true":
            continue
        look = _look(current, style, inherited, changes.get(current, {}))
        if (current.text or "").strip() or any((child.tail or "").strip() for child in current):
            yield current, look
        stack.extend((child, look) for child in reversed(current) if isinstance(child.tag, str))


def _look(element: Any, style: Mapping[str, str], outer: _Look, change: Mapping[str, str]) -> _Look:
    ink = _HEX.search(change.get("color") or style.get("color") or "")
    paper = _HEX.search(
        change.get("background-color") or style.get("background-color") or style.get("background") or ""
    )
    size = _SIZE.search(style.get("font-size", ""))
    weight = style.get("font-weight", "bold" if element.tag in ("b", "strong") else "")
    bold = outer.bold if not weight else weight in ("bold", "600", "700", "800", "900")
    return _Look(
        ink[0] if ink else outer.ink,
        paper[0] if paper else outer.paper,
        float(size[1]) if size else outer.size_px,
        bold,
    )
