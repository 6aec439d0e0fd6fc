"""The part `alarms` of `digest.yaml`: whom to tell of trouble, and what counts as trouble."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import AnyHttpUrl, Field

from digest.config.base import ConfigModel, Duration
from digest.config.rules import Words

Share = Annotated[float, Field(ge=0, le=1)]


class Alarms(ConfigModel):
    """Whom to tell of trouble, and what counts as trouble. Each alarm is told once, and its end once."""

    mail_to: Words = ()
    """Addresses that get a mail."""
    webhook: AnyHttpUrl | None = None
    """URL that gets a JSON message by POST; `text` in it suits chat programs."""
    heartbeat_url: AnyHttpUrl | None = None
    """Address asked every minute while the daemon does its work, for a service that misses it."""
    missing_after: Duration = dt.timedelta(minutes=10)
    """An edition is missing when so long after its slot nobody is being mailed."""
    send_within: Duration = dt.timedelta(hours=1)
    """A send is slow when so long after its slot readers still wait."""
    thin_share: Share = 0.5
    """An edition is thin with less than this share of the stories that the newsletter's editions usually have."""
    source_failures: Annotated[int, Field(ge=1, le=100)] = 3
    """A source is failing after so many readings in a row that failed."""
    bounce_rate: Share = 0.05
    """Largest share of a day's messages of a newsletter that may come back because the address does not exist."""
    complaint_rate: Share = 0.001
    """Largest share of a day's messages of a newsletter that readers may call spam; mailbox providers want 0.1 %."""
    least_messages: Annotated[int, Field(ge=1)] = 200
    """Rates are looked at from so many messages a day on; two reports are needed, too."""
