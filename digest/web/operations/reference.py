"""The reference of metrics, from the tables themselves: `python -m digest.web.operations.reference FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram

from digest.pipeline import measures
from digest.web.operations.figures import FIGURES

_HEAD = """# Metrics

Made from the program by `python -m digest.web.operations.reference docs/reference/metrics.md`; do not edit by hand.

`/metrics` of the daemon's web pages shows these in Prometheus' text format. Figures of the **store** are the same
whichever process is asked; figures of the **process** are its own, and begin at its start. No label holds an address.

| metric | kind | from | labels | what it says |
|---|---|---|---|---|
"""
_TAIL = """
Beside them stand the process's own `process_resident_memory_bytes`, `process_cpu_seconds_total`, `process_open_fds`,
`process_max_fds`, `process_virtual_memory_bytes` and `process_start_time_seconds`.
"""
_PROCESS = (
    "process_resident_memory_bytes",
    "process_cpu_seconds_total",
    "process_open_fds",
    "process_max_fds",
    "process_virtual_memory_bytes",
    "process_start_time_seconds",
)


def metrics_reference() -> str:
    """Return the page."""
    return _HEAD + "".join(_line(*row) for row in sorted(_rows())) + _TAIL


def metric_names() -> dict[str, tuple[str, ...]]:
    """Return every name that a query may use, with its labels; histograms with their three parts."""
    names: dict[str, tuple[str, ...]] = dict.fromkeys(_PROCESS, ())
    for name, kind, _, labels, _ in _rows():
        parts = [f"{name}_{part}" for part in ("bucket", "sum", "count")] if kind == "histogram" else []
        names |= dict.fromkeys([name, *parts], labels)
    return names


def _rows() -> list[tuple[str, str, str, tuple[str, ...], str]]:
    rows = [(figure.name, "gauge", "store", figure.labels, figure.text) for figure in FIGURES]
    for measure in vars(measures).values():
        if isinstance(measure, Counter | Gauge | Histogram):
            kind = type(measure).__name__.lower()
            (family,) = measure.describe()
            name = f"{family.name}_total" if kind == "counter" else family.name
            rows.append((name, kind, "process", tuple(measure._labelnames), family.documentation))
    return rows


def _line(name: str, kind: str, origin: str, labels: tuple[str, ...], text: str) -> str:
    shown = ", ".join(f"`{label}`" for label in labels)
    return f"| `{name}` | {kind} | {origin} | {shown} | {text} |\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(metrics_reference(), encoding="utf-8")
