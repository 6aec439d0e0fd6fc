"""The part `retention` of `digest.yaml`: how long the store keeps what it knows."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AfterValidator

from digest.config.base import ConfigModel, Duration


def _enough(value: dt.timedelta) -> dt.timedelta:
    if value < dt.timedelta(days=30):
        raise ValueError("at least 30d must be kept: repeats, bounces and late readers ask for it")
    return value


Long = Annotated[Duration, AfterValidator(_enough)]


class Retention(ConfigModel):
    """How long the store keeps what it knows; the daemon forgets the rest once a day.

    Deliveries are kept as `keep_deliveries` says, stories of the pool as `fetch.keep` says.
    """

    attempts: Long = dt.timedelta(days=60)
    """Refusals and lost connections of deliveries."""
    editions: Long = dt.timedelta(days=1095)
    """Editions with their content: the archive goes back so far."""
    events: Long = dt.timedelta(days=1095)
    """The log of what readers and operators changed, with consent; keep it as long as you may have to prove it."""
    alarms: Long = dt.timedelta(days=90)
    """Alarms that have ended."""
