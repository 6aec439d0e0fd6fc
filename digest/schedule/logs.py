"""Log lines as JSON, one event a line, without addresses of readers."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


class _Named(structlog.PrintLogger):
    """A logger that knows its name."""

    def __init__(self, name: str = "") -> None:
        super().__init__(sys.stdout)
        self.name = name


def _add_name(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    record = event.get("_record")  # of other packages' loggers
    event["logger"] = record.name if record is not None else getattr(logger, "name", "")
    return event


def log_as_json() -> None:
    """Send every log event of this process to stdout as one JSON object a line."""
    shared: list[structlog.typing.Processor] = [
        _add_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_Named,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
