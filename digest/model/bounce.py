"""What became of one edition at one reader, as far as bounces are concerned: values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """One edition to one reader: when it ended, and whether a report charged to the reader came back.

    `is_sent` says that the next server accepted it; with `is_soft` it came back after all, or was refused softly.
    """

    at: datetime
    is_sent: bool
    is_soft: bool
