"""Charts as SVG, drawn on the server in the page's own colours: columns by edition, columns by hour; counts nothing."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_WIDTH, _HEIGHT, _FLOOR = 560, 180, 24


@dataclass(frozen=True, slots=True)
class Column:
    """One place on the axis; `label` may be empty, `title` is told to screen readers and on hovering."""

    label: str
    title: str
    values: tuple[int, ...]


def draw_columns(columns: Sequence[Column], *, kinds: Sequence[str], title: str) -> Markup:
    """Return a chart with one group of columns for each place, the first of `kinds` behind the others.

    `kinds` are class names of the style sheet. An empty list, or nothing but zeros, gives an empty axis.
    """
    highest = max((value for column in columns for value in column.values), default=0)
    scale = _round_up(highest)
    step = _WIDTH / max(1, len(columns))
    shapes = "".join(_group(column, at * step, step, scale, kinds) for at, column in enumerate(columns))
    lines = "".join(_line(share) for share in (1.0, 0.5))
    numbers = "".join(_number(share, scale) for share in (1.0, 0.5))  # above the columns
    return Markup(
        f'<svg class="chart" viewBox="0 -14 {_WIDTH} {_HEIGHT + _FLOOR + 14}" role="img" '
        f'aria-label="{html.escape(title)}">{lines}{shapes}{numbers}'
        f'<path class="axis" d="M0 {_HEIGHT}H{_WIDTH}"/></svg>'
    )


def _group(column: Column, left: float, step: float, scale: int, kinds: Sequence[str]) -> str:
    gap = min(6.0, step * 0.2)
    bars = "".join(
        _bar(left + gap / 2 + at * (step - gap) * 0.14, (step - gap) * (1 - 0.28 * at), value, scale, kind)
        for at, (kind, value) in enumerate(zip(kinds, column.values, strict=True))
    )
    label = f'<text x="{left + step / 2:.1f}" y="{_HEIGHT + 8}">{html.escape(column.label)}</text>'
    return f"<g><title>{html.escape(column.title)}</title>{bars}{label if column.label else ''}</g>"


def _bar(left: float, width: float, value: int, scale: int, kind: str) -> str:
    height = value / scale * _HEIGHT
    return (
        f'<rect class="{kind}" x="{left:.1f}" y="{_HEIGHT - height:.1f}" width="{max(1.0, width):.1f}" '
        f'height="{height:.1f}"/>'
    )


def _line(share: float) -> str:
    return f'<path class="grid" d="M0 {_HEIGHT * (1 - share):.1f}H{_WIDTH}"/>'


def _number(share: float, scale: int) -> str:
    return f'<text class="scale" x="0" y="{_HEIGHT * (1 - share) - 4:.1f}">{round(scale * share):,}</text>'


def _round_up(highest: int) -> int:
    """Return the next number of the kind 2, 4, 6, 8, 10, 20, 40 …, so that half of it is whole."""
    size = 1
    while True:
        for factor in (2, 4, 6, 8, 10):
            if highest <= factor * size:
                return factor * size
        size *= 10
