"""Help: others that may do a daemon's work; a daemon alone does everything itself."""

from __future__ import annotations

from typing import Protocol

from digest.config.newsletter import Newsletter
from digest.editions import LateDecision


class Help(Protocol):
    """Workers of a fleet (`fleet.crew.Crew`), or nobody (`Alone`). Each method says whether the work is taken over."""

    async def publishes(self, newsletter: Newsletter, decision: LateDecision) -> bool:
        """Take over what was decided about a due slot."""

    async def goes_on(self, newsletter: Newsletter) -> bool:
        """Take over what is unfinished of a newsletter, and its roundup if that is due."""

    async def collects(self) -> bool:
        """Take over the reading of the sources."""


class Alone:
    """Nobody helps."""

    async def publishes(self, newsletter: Newsletter, decision: LateDecision) -> bool:
        """Leave it to the daemon."""
        return False

    async def goes_on(self, newsletter: Newsletter) -> bool:
        """Leave it to the daemon."""
        return False

    async def collects(self) -> bool:
        """Leave it to the daemon."""
        return False
